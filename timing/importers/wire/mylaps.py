"""MyLaps Timing & Scoring and Toolkit, which connect to us on 3097 and want an acknowledgement."""

from __future__ import annotations

from timing.core.times import Instant
from timing.importers.mylaps import message_number, mylaps_reads
from timing.importers.reads import LineKind
from timing.importers.wire.lines import ReaderLine

OURSELVES = "Bivouac"


class MyLapsLine(ReaderLine):
    """A message that is not acknowledged is sent again: it is, once its passings are on disk."""

    ends = b"$"

    def _line(self, line: str, at: Instant) -> None:
        del at
        parts = line.rstrip("@").split("@")
        kind = parts[1] if len(parts) > 1 else ""
        if kind == "Pong":
            self._note(f"{parts[0][:40]} has connected")
            self._say(f"{OURSELVES}@AckPong@Version2.1@$")
        elif kind == "Ping":
            self._say(f"{OURSELVES}@AckPing@$")
        elif kind == "Passing":
            self._passings(line)
        elif kind == "Marker":
            self._note(f"not a passing: a marker, {'@'.join(parts[2:-1])[:60]}")
            self._say(f"{OURSELVES}@AckMarker@{message_number(line)}@$")
        elif line:
            self._note(f"the reader says “{line[:60]}”")

    def _passings(self, line: str) -> None:
        reads, problems = mylaps_reads(line)
        self._reads += reads
        for problem in problems:
            if problem.kind is LineKind.REJECTED:
                self._problems.append(problem)
        # What cannot be read would not be better the next time; it is told, and acknowledged.
        self._say(f"{OURSELVES}@AckPassing@{message_number(line)}@$")
