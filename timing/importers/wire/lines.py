"""What every reader's line has: bytes in, reads and answers out, and where to take it up again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

from timing.core.times import Instant
from timing.importers.reads import BadRow, LineKind, LineProblem, NoPassing, Read

LONGEST_LINE = 65_536
"""Bytes without an end of line, beyond which whoever talks is no reader."""

Position: TypeAlias = dict[str, int | str]


class NoReader(ValueError):
    """Whoever is at the other end does not talk as this reader does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What some bytes said. ``answer`` is to be sent once the reads are on disk, not before.

    ``notes`` are for the timekeeper: what was agreed, gaps, guns, lines that were rejected.
    """

    reads: tuple[Read, ...] = ()
    answer: bytes = b""
    notes: tuple[str, ...] = ()
    problems: tuple[LineProblem, ...] = ()


class ReaderLine(ABC):
    """One connection to a reader.

    ``position`` is where it is taken up after a break: it is kept together with the reads that it
    covers. ``gaps`` are numbered reads that have not come; ``offset_ms`` is true time less the
    reader's clock where it told its clock.
    """

    ends = b"\n"
    """Any of these bytes ends a line."""

    quiet_seconds: float = 0.0
    """So long without a word means that the line is dead; 0 where a reader may be silent."""

    def __init__(self, position: Mapping[str, int | str], zone: ZoneInfo) -> None:
        self.position: Position = dict(position)
        self.gaps = 0
        self.offset_ms: int | None = None
        self._zone = zone
        self._buffer = b""
        self._reads: list[Read] = []
        self._answer = b""
        self._notes: list[str] = []
        self._problems: list[LineProblem] = []

    def opened(self) -> bytes:
        """What is said first."""
        return b""

    def quiet(self) -> bytes:
        """What is said when nothing has come for a moment."""
        return b""

    def heard(self, data: bytes, at: Instant) -> Heard:
        """What ``data``, come at ``at`` by this machine's clock, says; NoReader."""
        self._buffer += data
        while (end := self._end()) >= 0:
            line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
            self._line(line.decode("utf-8", errors="replace").strip(), at)
        if len(self._buffer) > LONGEST_LINE:
            raise NoReader("it sends no lines: is this the right port?")
        made = Heard(
            reads=tuple(self._reads),
            answer=self._answer,
            notes=tuple(self._notes),
            problems=tuple(self._problems),
        )
        self._reads, self._notes, self._problems = [], [], []
        self._answer = b""
        return made

    @abstractmethod
    def _line(self, line: str, at: Instant) -> None:
        """Take a line."""

    def _end(self) -> int:
        found = (self._buffer.find(bytes((end,))) for end in self.ends)
        return min((at for at in found if at >= 0), default=-1)

    def _say(self, text: str) -> None:
        self._answer += text.encode("ascii", errors="replace")

    def _note(self, text: str) -> None:
        self._notes.append(text)

    def _take(self, line: str, of_line: Callable[[str], Read | None]) -> Read | None:
        """Take a line's read, if it is one; else note why not."""
        try:
            read = of_line(line)
        except BadRow as error:
            told = f"rejected “{line[:60]}”: {error}"
            self._problems.append(LineProblem(line=0, kind=LineKind.REJECTED, told=told))
        except NoPassing as error:
            self._note(f"not a passing: {error}")
        else:
            if read is not None:
                self._reads.append(read)
            return read
        return None

    def _number(self, name: str) -> int:
        """A number of the position; 0 where there is none."""
        value = self.position.get(name, 0)
        return value if isinstance(value, int) else 0
