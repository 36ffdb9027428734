"""Wiclax's generic protocol: ``chip;dd-mm-yyyy hh:mm:ss.ccc;device;lap;battery;rewind``, CR."""

from __future__ import annotations

import re

from timing.importers.reads import (
    BadRow,
    Read,
    Reading,
    WallTime,
    clock_ms,
    day_of,
    read_lines,
    word,
)

_DATE = re.compile(r"(\d\d)-(\d\d)-(\d{4})", re.ASCII)


def read_wiclax(content: bytes) -> Reading:
    """The reads of a file of such lines."""
    return read_lines(content, wiclax_read)


def wiclax_read(line: str) -> Read | None:
    """The read in a line; None where it is blank, a heartbeat or a clock's answer. BadRow."""
    text = line.strip()
    if not text or text == "*" or text.startswith(("CLOCK", "READOK")):
        return None
    parts = text.split(";")
    if len(parts) < 2:
        raise BadRow("no time")
    chip = word(parts[0], "chip")
    day, _, clock = parts[1].strip().partition(" ")
    match = _DATE.fullmatch(day)
    if match is None:
        raise BadRow("the date is no dd-mm-yyyy")
    time = WallTime(day_of(int(match[3]), int(match[2]), int(match[1])), clock_ms(clock))
    device = word(parts[2], "device") if len(parts) > 2 and parts[2].strip() else "device"
    # The lap is the chip's at that device, not a number of the read: a rewind says it again.
    return Read(
        key=f"{device}/{chip}/{time.day}/{time.ms}",
        time=time,
        chip=chip,
        device=f"wiclax-{device}",
    )
