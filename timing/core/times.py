"""Instants, durations and times of day (Rules 1).

An *instant* is an integer of UTC milliseconds since 1970-01-01T00:00:00Z, a *duration* an
integer of milliseconds. Neither is ever a float. A race's time zone is used for reading and
writing only, so no elapsed time depends on one (Rules 1.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias, assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Instant: TypeAlias = int
Duration: TypeAlias = int

SECOND: Duration = 1_000
MINUTE: Duration = 60 * SECOND
HOUR: Duration = 60 * MINUTE
DAY: Duration = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class BadTime(ValueError):
    """A text that is no time of the kind asked for; ``text`` is what was given."""

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(f"{text!r} is not {expected}")
        self.text = text
        self.expected = expected


class Rounding(StrEnum):
    """How a duration is brought to the race's precision (Rules 1.4)."""

    UP = "up"
    DOWN = "down"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A clock reading that still has to find its date (Rules 1.2).

    ``ms`` counts from local midnight, 0 to 86,399,999. ``day`` is the offset in days from the
    stage's date where it was written (``+1 02:14:00``), ``None`` where the date is inferred.
    """

    ms: int
    day: int | None = None


Reading: TypeAlias = int | TimeOfDay
"""What a clock showed: an instant, or a time of day still without its date."""


_DURATION = re.compile(r"(-|−)?(?:(\d{1,5}):)?(\d{1,2}):([0-5]\d)(?:\.(\d{1,3}))?")
_TIME_OF_DAY = re.compile(
    r"(?:([+-]\d{1,2})\s+)?([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,3}))?)?"
)


def _fraction(digits: str | None) -> int:
    return int(digits.ljust(3, "0")) if digits else 0


def parse_duration(text: str) -> Duration:
    """Read ``[H:]MM:SS[.fff]``, with a leading minus if negative; else BadTime."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or (match[2] and int(match[3]) > 59):
        raise BadTime(text, "a duration like 1:02:03 or 45:30.5")
    ms = int(match[2] or 0) * HOUR + int(match[3]) * MINUTE + int(match[4]) * SECOND
    ms += _fraction(match[5])
    return -ms if match[1] else ms


def format_duration(ms: Duration, precision: Duration = SECOND) -> str:
    """``H:MM:SS`` with as many hour digits as needed (Rules 1.3).

    Decimals stand only where ``precision`` (1000, 100, 10 or 1 ms) is finer than a second; what
    is finer than the precision is cut off, so round beforehand.
    """
    sign = "-" if ms < 0 else ""
    seconds, rest = divmod(abs(ms), SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{sign}{hours}:{minutes:02d}:{seconds:02d}"
    if precision >= SECOND:
        return text
    digits = {100: 1, 10: 2, 1: 3}[precision]
    return f"{text}.{rest // precision:0{digits}d}"


def format_exact_duration(ms: Duration) -> str:
    """``H:MM:SS`` with decimals only where there are some: nothing is lost when read again."""
    if ms % SECOND == 0:
        return format_duration(ms)
    return format_duration(ms, 1).rstrip("0")


def parse_time_of_day(text: str) -> TimeOfDay:
    """Read ``HH:MM[:SS[.fff]]``, with ``+1 `` before it for the day after; else BadTime."""
    match = _TIME_OF_DAY.fullmatch(text.strip())
    if match is None:
        raise BadTime(text, "a time of day like 08:00, 10:12:33 or +1 02:14:00")
    ms = int(match[2]) * HOUR + int(match[3]) * MINUTE + int(match[4] or 0) * SECOND
    return TimeOfDay(ms + _fraction(match[5]), int(match[1]) if match[1] else None)


def is_minutes_only(text: str) -> bool:
    """Whether a time of day was written without seconds, so is good to 60 s only (Rules 4.10)."""
    return text.count(":") == 1


def format_time_of_day(time: TimeOfDay) -> str:
    """``HH:MM:SS[.fff]`` with its day offset, where it has one; `parse_time_of_day` reads it."""
    seconds, rest = divmod(time.ms, SECOND)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if rest:
        text += f".{rest:03d}".rstrip("0")
    return text if time.day is None else f"{time.day:+d} {text}"


def parse_instant(text: str) -> Instant:
    """Read an ISO 8601 instant; one without an offset is refused with BadTime."""
    expected = "an instant like 2026-08-28T18:00:00Z"
    try:
        moment = datetime.fromisoformat(text.strip())
        # In UTC it must still be a date that calendars can print.
        in_utc = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadTime(text, expected) from None
    if moment.tzinfo is None:
        raise BadTime(text, expected)
    return (in_utc - _EPOCH) // _MILLISECOND


def parse_reading(text: str) -> Reading:
    """Read a time of day, with or without day offset, or an ISO instant; else BadTime."""
    if "T" in text or "t" in text:
        return parse_instant(text)
    return parse_time_of_day(text)


def format_instant(instant: Instant, zone: ZoneInfo | None = None) -> str:
    """ISO 8601: in UTC with ``Z``, or in a zone with its offset; milliseconds where needed."""
    moment = _EPOCH + timedelta(milliseconds=instant)
    spec = "milliseconds" if instant % SECOND else "seconds"
    if zone is None:
        return moment.replace(tzinfo=None).isoformat(timespec=spec) + "Z"
    return moment.astimezone(zone).isoformat(timespec=spec)


def format_reading(reading: Reading) -> str:
    """The text that `parse_reading` reads back to the same value."""
    if isinstance(reading, TimeOfDay):
        return format_time_of_day(reading)
    return format_instant(reading)


def local_clock(instant: Instant, zone: ZoneInfo) -> datetime:
    """The date and time of day a clock in ``zone`` shows."""
    return (_EPOCH + timedelta(milliseconds=instant)).astimezone(zone)


class BadZone(ValueError):
    """A name that is no time zone of the IANA database."""


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name, or BadZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadZone(name) from error


def local_instants(day: date, ms: int, zone: ZoneInfo) -> tuple[Instant, ...]:
    """The instants at which a clock in ``zone`` shows ``ms`` since midnight on ``day``.

    One, as a rule; two, in order, inside an hour that repeats when clocks go back; none inside
    one that is skipped when they go forward (Rules 1.2).
    """
    wall = datetime.combine(day, datetime.min.time()) + timedelta(milliseconds=ms)
    found = []
    for fold in (0, 1):
        moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wall:
            found.append((moment - _EPOCH) // _MILLISECOND)
    return tuple(sorted(set(found)))


def round_to(ms: Duration, precision: Duration, rounding: Rounding) -> Duration:
    """``ms`` at ``precision``, rounded as the race says (Rules 1.4); a half goes up."""
    match rounding:
        case Rounding.UP:
            return -(-ms // precision) * precision
        case Rounding.DOWN:
            return ms // precision * precision
        case Rounding.NEAREST:
            return (2 * ms + precision) // (2 * precision) * precision
        case _:
            assert_never(rounding)


def truncate(ms: int, precision: Duration) -> int:
    """``ms`` cut to ``precision``, as limits are tested (Rules 5.7)."""
    return ms - ms % precision
