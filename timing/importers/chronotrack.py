"""ChronoTrack, protocol CTP01: ``CT01_33~seq~location~tag~time~0~reader~lap``.

The time is of the day, a date with it, or seconds since 1970, as was agreed when connecting.
A read's identity is (reader, location, sequence). ``guntime`` for a tag is the gun.
"""

from __future__ import annotations

import re
from datetime import datetime

from timing.core.times import SECOND, TimeOfDay
from timing.importers.reads import (
    BadRow,
    NoPassing,
    Read,
    Reading,
    ReadTime,
    clock_ms,
    number,
    read_lines,
    wall_time,
    word,
)

ROW = "CT01_33"
_FEWEST = 7
_UNIX = re.compile(r"(\d{9,11})(?:\.(\d{1,6}))?", re.ASCII)
_NO_RUNNER = frozenset({"guntime", "newlocation"})


def read_chronotrack(content: bytes) -> Reading:
    """The reads of a file of such lines."""
    return read_lines(content, chronotrack_read)


def chronotrack_read(line: str) -> Read | None:
    """The read in a line, None where it is blank. BadRow, NoPassing."""
    text = line.strip()
    if not text:
        return None
    parts = text.split("~")
    if parts[0] != ROW:
        raise BadRow(f"this is no {ROW} line")
    if len(parts) < _FEWEST:
        raise BadRow(f"{len(parts)} fields, not {_FEWEST} or more")
    sequence = number(parts[1], "the sequence")
    location = word(parts[2], "location")
    tag = word(parts[3], "tag")
    time = _time(parts[4].strip())
    if tag in _NO_RUNNER:
        raise NoPassing(f"{tag} at {parts[4].strip()}, {location}")
    reader = word(parts[6] or "reader", "reader")
    return Read(
        key=f"{reader}/{location}/{sequence}",
        time=time,
        chip=tag,
        device=f"ct-{reader}",
        sequence=sequence,
    )


def _time(text: str) -> ReadTime:
    if match := _UNIX.fullmatch(text):
        return int(match[1]) * SECOND + int((match[2] or "0")[:3].ljust(3, "0"))
    if "T" in text:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise BadRow("the time can't be read") from None
        return wall_time(moment.replace(tzinfo=None))
    return TimeOfDay(clock_ms(text))
