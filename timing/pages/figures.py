"""Figures as pages print them: a true minus, short gaps, thousands in groups.

Times come from `timing.core.times`; here they only get the dress that a page wants. Columns that
add up print ``h:mm:ss``; gaps and penalties leave out hours that are not there.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from timing.core.definition import Rules
from timing.core.times import (
    HOUR,
    MINUTE,
    SECOND,
    Duration,
    Instant,
    format_duration,
    local_clock,
    round_to,
)
from timing.pages.languages import decimal

MINUS = "−"
NONE = ""

_REMEMBERED = 50_000  # times a board prints: 5,000 runners by ten stages


@lru_cache(maxsize=_REMEMBERED)
def time(ms: Duration, precision: Duration = SECOND) -> str:
    """``h:mm:ss`` with as many hour digits as needed (Rules 1.3), decimals if the race has any."""
    return format_duration(ms, precision).replace("-", MINUS)


@lru_cache(maxsize=_REMEMBERED)
def short(ms: Duration, precision: Duration = SECOND) -> str:
    """The same without hours where there are none: ``0:34``, ``15:00``, ``1:08:46``."""
    text = time(abs(ms), precision)
    if abs(ms) < HOUR:
        text = text.removeprefix("0:")
        text = text.removeprefix("0") if abs(ms) < 10 * MINUTE else text
    return f"{MINUS}{text}" if ms < 0 else text


def elapsed(ms: Duration, rules: Rules) -> str:
    """Time since the start, rounded as the race's stage times are (Rules 1.4)."""
    return time(round_to(ms, rules.precision, rules.rounding), rules.precision)


def behind(ms: Duration, precision: Duration = SECOND) -> str:
    """A gap with its sign: ``+0:34``."""
    return short(ms, precision) if ms < 0 else f"+{short(ms, precision)}"


def clock(instant: Instant, zone: ZoneInfo, day: date | None = None) -> str:
    """``HH:MM:SS`` on the race's clock; ``+1 02:14:05`` on the day after ``day``."""
    moment = local_clock(instant, zone)
    text = f"{moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}"
    offset = 0 if day is None else (moment.date() - day).days
    return f"{offset:+d} {text}".replace("-", MINUS) if offset else text


def clock_minutes(instant: Instant, zone: ZoneInfo, day: date | None = None) -> str:
    """``HH:MM``, the seconds cut off; with the day's offset as in `clock`."""
    return clock(instant, zone, day)[:-3]


def kilometres(metres: int) -> str:
    """``34.2``: kilometres to the nearest hundred metres, without a unit."""
    tenths = (metres + 50) // 100
    return decimal(tenths / 10, places=1)


def whole_kilometres(metres: int) -> str:
    """``34``: kilometres to the nearest, where there is little room."""
    return decimal((metres + 500) // 1000)


def count(number: int) -> str:
    """A number in groups of three: ``1,380``."""
    return decimal(number).replace("-", MINUS)


def pace(elapsed: Duration, metres: int) -> str:
    """Minutes and seconds a kilometre, cut to the second: ``5:39``; empty over no distance."""
    if metres <= 0 or elapsed < 0:
        return NONE
    return short(elapsed * 1000 // metres // SECOND * SECOND)


def moved(places: int) -> str:
    """Places gained or lost, without sign: the triangle beside it says which."""
    return str(abs(places))


def utc_offset(instant: Instant, zone: ZoneInfo) -> str:
    """``UTC+2``, ``UTC+5:30``, ``UTC−6``: what the race's clock is ahead of UTC at that instant."""
    minutes = utc_offset_ms(instant, zone) // MINUTE
    hours, rest = divmod(abs(minutes), 60)
    sign = MINUS if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def utc_offset_ms(instant: Instant, zone: ZoneInfo) -> Duration:
    """How far the race's clock is ahead of UTC at that instant."""
    offset = local_clock(instant, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * SECOND
