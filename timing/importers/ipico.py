"""IPICO readers: lines of 36 characters, 38 with ``FS`` or ``LS`` (first or last seen).

``aa``, reader [2:4], tag [4:16], I and Q counts [16:20], YYMMDD [20:26], HHMMSS [26:32],
hundredths in HEX [32:34], checksum [34:36]: the sum of the ASCII of [2:34], its last byte in hex.
The reader numbers nothing, so who, where and when is a read's identity.
"""

from __future__ import annotations

import re

from timing.core.times import HOUR, MINUTE, SECOND
from timing.importers.reads import BadRow, Read, Reading, WallTime, day_of, read_lines

_LINE = re.compile(r"aa[0-9a-f]{18}\d{12}[0-9a-f]{4}(?:fs|ls)?", re.ASCII)
_LENGTHS = (36, 38)


def read_ipico(content: bytes) -> Reading:
    """The reads of a reader's log."""
    return read_lines(content, ipico_read)


def ipico_read(line: str) -> Read | None:
    """The read in a line; None where it is blank. BadRow."""
    text = line.strip().lower()
    if not text:
        return None
    if len(text) not in _LENGTHS:
        raise BadRow(f"{len(text)} characters, not 36 or 38")
    if _LINE.fullmatch(text) is None:
        raise BadRow("this is no line of an IPICO reader")
    if checksum(text[2:34]) != text[34:36]:
        raise BadRow(f"the checksum is {text[34:36]}, not {checksum(text[2:34])}")
    hours, minutes, seconds = int(text[26:28]), int(text[28:30]), int(text[30:32])
    hundredths = int(text[32:34], 16)
    if hours > 23 or minutes > 59 or seconds > 59 or hundredths > 99:
        raise BadRow("there is no such time")
    day = day_of(2000 + int(text[20:22]), int(text[22:24]), int(text[24:26]))
    is_last = text[36:] == "ls"
    return Read(
        key=f"{text[2:16]}/{text[20:34]}{'/ls' if is_last else ''}",
        time=WallTime(day, hours * HOUR + minutes * MINUTE + seconds * SECOND + hundredths * 10),
        chip=text[4:16],
        device=f"ipico-{text[2:4]}",
        note="last seen" if is_last else "",
    )


def checksum(text: str) -> str:
    """Two small hex digits: the last byte of the sum of what the characters are in ASCII."""
    return f"{sum(text.encode('ascii')) & 0xFF:02x}"
