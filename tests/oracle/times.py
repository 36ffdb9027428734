"""Times as text and as milliseconds, read and rounded anew (Rules 1).

Nothing here comes from the engine: the oracle would not see a mistake that both make.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

MINUTE = 60_000
DAY = 86_400_000
SAME_DAY = 30 * MINUTE
"""So far before the split before it a time of day is of the same day (Rules 1.2)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_DURATION = re.compile(r"(-?)(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)")
_TIME = re.compile(r"(?:\+(\d+) )?(\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?")


def duration(text: str) -> int:
    """``[H:]MM:SS[.fff]`` in milliseconds."""
    match = _DURATION.fullmatch(text)
    assert match, text
    sign, hours, minutes, seconds = match.groups()
    whole = (int(hours or 0) * 60 + int(minutes)) * MINUTE + int(Fraction(seconds) * 1000)
    return -whole if sign else whole


def instant(text: str) -> int | None:
    """An ISO instant in milliseconds; None for a time of day."""
    if "T" not in text:
        return None
    return (datetime.fromisoformat(text) - _EPOCH) // _MS


def day_and_time(text: str) -> tuple[int | None, int]:
    """A time of day: the day offset where it is written, and milliseconds from midnight."""
    match = _TIME.fullmatch(text)
    assert match, text
    day, hours, minutes, seconds = match.groups()
    time = (int(hours) * 60 + int(minutes)) * MINUTE + int(Fraction(seconds or 0) * 1000)
    return (None if day is None else int(day)), time


def is_to_the_minute(text: str) -> bool:
    """Typed without seconds: good to a minute (Rules 4.10)."""
    return re.fullmatch(r"(?:\+\d+ )?\d\d?:\d\d", text) is not None


def shown_at(day: date, time: int, zone: ZoneInfo) -> list[int]:
    """Each instant at which the clocks show this: none, one or two."""
    wall = datetime.combine(day, datetime.min.time()) + time * _MS
    found = set()
    for fold in (0, 1):
        utc = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if utc.astimezone(zone).replace(tzinfo=None) == wall:
            found.add((utc - _EPOCH) // _MS)
    return sorted(found)


def local_day(moment: int, zone: ZoneInfo) -> date:
    """The date on the race's clocks."""
    return (_EPOCH + moment * _MS).astimezone(zone).date()


def iso(moment: int | None) -> str | None:
    """An instant as results have it."""
    if moment is None:
        return None
    text = (_EPOCH + moment * _MS).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return text.removesuffix(".000") + "Z"


def rounded(time: int, precision: int, rounding: str) -> int:
    """To the precision: up, down, or to the nearest with a half up (Rules 1.4)."""
    share = Fraction(time, precision)
    match rounding:
        case "up":
            return -(-share.numerator // share.denominator) * precision
        case "down":
            return share.numerator // share.denominator * precision
        case _:
            share += Fraction(1, 2)
            return share.numerator // share.denominator * precision
