"""ChronoTrack, protocol CTP01: the reader's program connects to us on 61611 and is told to start.

It greets ``prog~ver~CTP01``. We answer with how many wishes follow, each of which it acknowledges,
ask which locations it has, and have each of them start after the last number we hold.
"""

from __future__ import annotations

from timing.core.times import Instant
from timing.importers.chronotrack import ROW, chronotrack_read
from timing.importers.wire.lines import ReaderLine

OURSELVES = "Bivouac~1~"
WISHES = (
    "location=multi",
    "guntimes=true",
    "newlocations=true",
    "stream-mode=push",
    "time-format=iso",
    f"tagevent-format={ROW}",
)


class ChronoTrackLine(ReaderLine):
    """Position: the last sequence of each location, by its name after ``at ``."""

    ends = b"\r\n"
    quiet_seconds = 90.0

    def _line(self, line: str, at: Instant) -> None:
        del at
        parts = line.split("~")
        if len(parts) == 3 and parts[2].startswith("CTP"):
            self._note(f"{parts[0][:40]} {parts[1][:20]} has connected")
            self._say(f"{OURSELVES}{len(WISHES)}\r\n" + "".join(f"{w}\r\n" for w in WISHES))
            self._say("getlocations\r\n")
        elif line == "ping":
            self._say("ack~ping\r\n")
        elif line.startswith("ack~getlocations~"):
            for location in parts[2:]:
                self._start(location)
        elif parts[0] == ROW:
            self._row(line, parts)
        elif line.startswith("err~"):
            self._note(f"the reader refuses: “{line[:60]}”")
        elif line and parts[0] != "ack":
            self._note(f"the reader says “{line[:60]}”")

    def _start(self, location: str) -> None:
        following = self._number(f"at {location}") + 1
        if location and location.isprintable():
            self._say(f"start~{location}~{following}\r\n")

    def _row(self, line: str, parts: list[str]) -> None:
        if len(parts) > 3 and parts[3] == "newlocation":
            self._start(parts[2])
            return
        read = self._take(line, chronotrack_read)
        if len(parts) < 3 or not (parts[1].isascii() and parts[1].isdigit()):
            return
        name, sequence = f"at {parts[2]}", int(parts[1][:15])
        last = self._number(name)
        is_only = all(known == name for known in self.position if known.startswith("at "))
        if read is not None and last and sequence > last + 1 and is_only:
            # Until they have come the position stays: whatever happens, it is asked for again.
            self._note(f"gap: {sequence} after {last}; the reader is told to go back")
            self.gaps = sequence - last - 1
            self._start(parts[2])
            return
        if sequence == last + 1 or not last or not is_only:
            self.position[name] = max(last, sequence)
            self.gaps = 0
