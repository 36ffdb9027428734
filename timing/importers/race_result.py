"""RACE RESULT decoders: passings files and what comes over TCP, protocol 1.6 and later.

``PassingNo;Bib/TranspCode;Date;Time;EventID;Hits;MaxRSSI;InternalData;IsActive;Channel;LoopID;
LoopOnly;WakeupCounter;Battery;Temperature;InternalActiveData;BoxName;FileNumber;MaxRSSIAntenna;
BoxId``; a read's identity is (BoxId, FileNumber, PassingNo). Without GPS there is no date
(``0000-00-00``, ``0000-00-01`` after a day of it, or nothing): the stage says which day it was.
"""

from __future__ import annotations

import re

from timing.core.times import TimeOfDay
from timing.importers.reads import (
    BadRow,
    NoPassing,
    Read,
    Reading,
    ReadTime,
    WallTime,
    clock_ms,
    day_of,
    number,
    read_lines,
    word,
)

MARKER = "99999"
"""The code of a marker: somebody pressed a button, or a gun's cable was triggered."""

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_FEWEST = 4


def read_race_result(content: bytes) -> Reading:
    """The reads of a passings file."""
    return read_lines(content, race_result_read)


def race_result_read(line: str) -> Read | None:
    """The read in a row, None where it is blank or the header. BadRow, NoPassing."""
    text = line.strip()
    if not text or text.lower().startswith("passingno;"):
        return None
    parts = [part.strip() for part in text.removeprefix("#P;").split(";")]
    if len(parts) < _FEWEST:
        raise BadRow(f"{len(parts)} fields, not {_FEWEST} or more")
    parts += [""] * (20 - len(parts))
    sequence = number(parts[0], "PassingNo")
    code = word(parts[1], "transponder")
    file = number(parts[17], "FileNumber") if parts[17] else 0
    box = word(parts[19] or parts[16] or "box", "box")
    time = _time(parts[2], parts[3])
    if code == MARKER:
        raise NoPassing(f"a marker at {parts[3]}")
    return Read(
        key=f"{box}/{file}/{sequence}",
        time=time,
        chip=code,
        device=f"rr-{box}",
        sequence=sequence,
    )


def file_number(line: str) -> int | None:
    """The FileNumber in a row; None where there is none."""
    parts = line.strip().split(";")
    text = parts[17].strip() if len(parts) > 17 else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _time(day: str, clock: str) -> ReadTime:
    ms = clock_ms(clock)
    if not day or day.startswith("0000-00-0"):
        return TimeOfDay(ms)
    match = _DATE.fullmatch(day)
    if match is None:
        raise BadRow("the date is no yyyy-MM-dd")
    return WallTime(day_of(int(match[1]), int(match[2]), int(match[3])), ms)
