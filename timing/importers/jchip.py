"""J-Chip: lines that end with CR, ``D<x><tag> HH:MM:SS.ff… <x><day>``.

The day counts from the date that the receiver told when it connected, ``GT0HHMMSShh
date=YYYYMMDD``; a file may hold that line too. Without it times are of the stage's day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from timing.core.times import HOUR, MINUTE, SECOND, TimeOfDay
from timing.importers.reads import BadRow, Read, Reading, WallTime, clock_ms, day_of, read_lines

_DATA = re.compile(
    r"D.([0-9A-Za-z]{3,16})\s+(\d{1,2}:\d\d:\d\d(?:\.\d{1,9})?)(?:\s+\S(\d{1,2}))?(?:\s.*)?",
    re.ASCII,
)
_CLOCK = re.compile(r"GT0(\d\d)(\d\d)(\d\d)(\d\d).*?date=(\d{4})(\d\d)(\d\d).*", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReceiverClock:
    """What a receiver said that its clock shows."""

    day: date
    ms: int


def receiver_clock(line: str) -> ReceiverClock | None:
    """What a ``GT0…`` line says; None where it is another. BadRow where it is none of a clock."""
    text = line.strip()
    if not text.startswith("GT0"):
        return None
    match = _CLOCK.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59 or int(match[3]) > 59:
        raise BadRow("the receiver's clock can't be read")
    day = day_of(int(match[5]), int(match[6]), int(match[7]))
    ms = int(match[1]) * HOUR + int(match[2]) * MINUTE + int(match[3]) * SECOND
    return ReceiverClock(day, ms + int(match[4]) * 10)


def read_jchip(content: bytes) -> Reading:
    """The reads of a file of such lines."""
    clock: ReceiverClock | None = None
    name = ""

    def of_line(line: str) -> Read | None:
        nonlocal clock, name
        text = line.strip()
        if text.startswith("N0000"):
            name = text[5:].strip()
            return None
        found = receiver_clock(text)
        if found is not None:
            clock = found
            return None
        return jchip_read(text, clock, name)

    return read_lines(content, of_line)


def jchip_read(line: str, clock: ReceiverClock | None = None, name: str = "") -> Read | None:
    """The read in a line; None where it is blank or a command. BadRow."""
    text = line.strip()
    if not text or text.startswith(("S0000", "GT")):
        return None
    match = _DATA.fullmatch(text)
    if match is None:
        raise BadRow("this is no line of a J-Chip receiver")
    ms = clock_ms(match[2])
    days = int(match[3] or 0)
    time = TimeOfDay(ms) if clock is None else WallTime(_later(clock.day, days), ms)
    chip = match[1].upper()
    device = name if name.isprintable() and 0 < len(name) <= 40 else "jchip"
    when = f"{time.day}/{ms}" if isinstance(time, WallTime) else f"{ms}"
    return Read(key=f"{device}/{chip}/{when}", time=time, chip=chip, device=f"jchip-{device}")


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise BadRow("there is no such date") from None
