"""RFID Timing Ultra and Joey: live lines, and the files they keep.

Live: ``0,chip,seconds since 1980-01-01,ms,antenna,RSSI,rewind,reader,UltraID,MTBstart,?,LogID``,
the seconds on the reader's own clock. File: ``port,chip,bib,"YYYY-MM-DD HH:MM:SS.mmm",reader,
port``. Chip 0 is the gun. LogIDs begin anew when the log is cleared: a read's identity is its
Ultra, day and LogID.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta

from timing.core.times import SECOND
from timing.importers.reads import (
    BadRow,
    NoPassing,
    Read,
    Reading,
    WallTime,
    clock_ms,
    day_of,
    number,
    read_lines,
    word,
)

_EPOCH = date(1980, 1, 1)
_DAY_SECONDS = 86_400
_LIVE_FIELDS = 12
_FILE_FIELDS = 5
_MOST_SECONDS = 120 * 366 * _DAY_SECONDS


def read_ultra(content: bytes) -> Reading:
    """The reads of a file, of either kind of line."""
    return read_lines(content, ultra_read)


def ultra_read(line: str) -> Read | None:
    """The read in a line; None where it is blank or a heartbeat (``V=…``). BadRow, NoPassing."""
    text = line.strip()
    if not text or text.startswith(("V=", "S=", "U", "u", "Connected")):
        return None
    try:
        parts = next(csv.reader([text]))
    except csv.Error:
        raise BadRow("a quote that is never closed") from None
    if len(parts) >= _LIVE_FIELDS:
        return _live(parts)
    if len(parts) >= _FILE_FIELDS:
        return _of_file(parts)
    raise BadRow(f"{len(parts)} fields, not {_LIVE_FIELDS} or {_FILE_FIELDS}")


def _live(parts: list[str]) -> Read:
    chip = word(parts[1], "chip")
    days, seconds = divmod(number(parts[2], "the time", most=_MOST_SECONDS), _DAY_SECONDS)
    ms = number(parts[3], "the milliseconds", most=999)
    time = WallTime(_EPOCH + timedelta(days=days), seconds * SECOND + ms)
    device = word(parts[8] or parts[7] or "0", "UltraID")
    log_id = number(parts[11], "LogID")
    if chip == "0":
        raise NoPassing(f"the gun, LogID {log_id}")
    return Read(
        key=f"{device}/{time.day}/{log_id}",
        time=time,
        chip=chip,
        device=f"ultra-{device}",
        sequence=log_id,
    )


def _of_file(parts: list[str]) -> Read:
    chip = word(parts[1], "chip")
    day, _, clock = parts[3].strip().partition(" ")
    pieces = day.split("-")
    if len(pieces) != 3:
        raise BadRow("the time is no YYYY-MM-DD HH:MM:SS")
    numbers = [number(piece, "the date", most=9999) for piece in pieces]
    time = WallTime(day_of(numbers[0], numbers[1], numbers[2]), clock_ms(clock))
    if chip == "0":
        raise NoPassing(f"the gun at {parts[3].strip()}")
    device = word(parts[4] or "0", "reader")
    return Read(
        key=f"{device}/{chip}/{time.day}/{time.ms}",
        time=time,
        chip=chip,
        device=f"ultra-{device}",
    )
