"""What hardware and files say, before it is anybody's passing: reads, and what was no read.

An importer is pure: bytes in, reads and problems out. Nothing is dropped silently: every line is
a read, is passed over for a reason (a gun, a marker, what the device calls invalid), or is
rejected, each with its number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from timing.core.definition import Source
from timing.core.times import HOUR, MINUTE, SECOND, Instant, TimeOfDay

MAX_FILE = 16 * 1024 * 1024
"""Bytes of a file of reads as it was sent."""

MAX_LINES = 200_000
MAX_TEXT = 80
"""Characters of what a device calls itself or a chip."""

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)(?:[.,](\d{1,9}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class WallTime:
    """What a clock showed on a date, in the zone it was set to; ``ms`` counts from midnight."""

    day: date
    ms: int


ReadTime: TypeAlias = Instant | TimeOfDay | WallTime
"""An instant, a time of day whose date is the stage's to find (Rules 1.2), or a clock's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One detection as the hardware tells it.

    ``key`` is the hardware's own identity of it (device, file or epoch, sequence), or what it
    says itself where it numbers nothing. ``line`` is the file's, from 1; 0 on a live line.
    ``stage``, ``control`` and ``source`` are empty where the format does not say them.
    ``clock_offset_ms`` is true time less that of the reader, where it was measured.
    """

    key: str
    time: ReadTime
    line: int = 0
    chip: str = ""
    bib: str = ""
    device: str = ""
    stage: int | None = None
    control: str = ""
    source: Source | None = None
    sequence: int | None = None
    uncertainty_ms: int = 0
    clock_offset_ms: int | None = None
    note: str = ""


class LineKind(StrEnum):
    """REJECTED: can't be read, or its checksum is wrong. PASSED_OVER: is no runner's passing."""

    REJECTED = "rejected"
    PASSED_OVER = "passed_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProblem:
    """A line that gave no read, and why."""

    line: int
    kind: LineKind
    told: str

    def __str__(self) -> str:
        """In one line."""
        return f"line {self.line}: {self.told}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file as it was read: every line is in one of the two."""

    reads: tuple[Read, ...]
    problems: tuple[LineProblem, ...]


class BadRow(ValueError):
    """A line that can't be read; the message says why."""


class NoPassing(ValueError):
    """A line that says something else than that somebody passed: a gun, a marker."""


class BadFile(ValueError):
    """Bytes that are no file of this format, or more of it than any race has."""


LineReader: TypeAlias = Callable[[str], Read | None]
"""A line's read; None for a blank one or a heartbeat. BadRow, NoPassing."""


def read_lines(content: bytes, of_line: LineReader) -> Reading:
    """Every line of a file, as ``of_line`` reads one; BadFile where it is too long."""
    reads: list[Read] = []
    problems: list[LineProblem] = []
    for number, line in numbered_lines(content):
        try:
            found = of_line(line)
        except (BadRow, NoPassing) as error:
            is_bad = isinstance(error, BadRow)
            kind = LineKind.REJECTED if is_bad else LineKind.PASSED_OVER
            problems.append(LineProblem(line=number, kind=kind, told=str(error)))
        else:
            if found is not None:
                reads.append(replace(found, line=number))
    return Reading(reads=tuple(reads), problems=tuple(problems))


def numbered_lines(content: bytes) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, from 1; whatever ends them. BadFile where there are too many.

    Hardware writes ASCII: what is none is shown as such and then rejected by its line.
    """
    if len(content) > MAX_FILE:
        raise BadFile(f"the file has over {MAX_FILE // 1024 // 1024} MB")
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MAX_LINES:
        raise BadFile(f"the file has over {MAX_LINES:,} lines")
    yield from enumerate(lines, 1)


def word(text: str, what: str) -> str:
    """A chip's or device's name; BadRow where it is empty, long, or cannot be printed."""
    name = text.strip()
    if not name:
        raise BadRow(f"no {what}")
    if len(name) > MAX_TEXT or not name.isprintable() or "\ufffd" in name:
        raise BadRow(f"this is no {what}")
    return name


def number(text: str, what: str, *, most: int = 2**53) -> int:
    """A number of plain digits; BadRow."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 16 or int(digits) > most:
        raise BadRow(f"{what} is no number")
    return int(digits)


def clock_ms(text: str) -> int:
    """Milliseconds since midnight of ``hh:mm:ss`` with any decimals, cut; BadRow."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[1]) > 23:
        raise BadRow("the time is no hh:mm:ss")
    fraction = int((match[4] or "0")[:3].ljust(3, "0"))
    return int(match[1]) * HOUR + int(match[2]) * MINUTE + int(match[3]) * SECOND + fraction


def day_of(year: int, month: int, day: int) -> date:
    """That day; BadRow where there is none."""
    try:
        return date(year, month, day)
    except ValueError:
        raise BadRow("there is no such date") from None


def wall_time(moment: datetime) -> WallTime:
    """What a clock shows, as a time that has yet to find its zone."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    since = moment - midnight
    return WallTime(moment.date(), since.seconds * SECOND + since.microseconds // 1000)
