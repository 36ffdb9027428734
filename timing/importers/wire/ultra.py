"""RFID Timing Ultra over TCP 23: numbered reads; what is missing is asked for by its LogIDs."""

from __future__ import annotations

from timing.core.times import Instant
from timing.importers.reads import Read
from timing.importers.ultra import ultra_read
from timing.importers.wire.lines import ReaderLine

_MOST_MISSING = 10_000
_AHEAD_SECONDS = 30 * 86_400


class UltraLine(ReaderLine):
    """Position: ``last`` LogID, ``seconds`` of the latest read, ``missing`` LogIDs.

    After a break everything since the latest read is rewound; a LogID that leaves some out has
    those rewound. What was taken already is known by its identity.
    """

    ends = b"\n"
    quiet_seconds = 60.0

    def opened(self) -> bytes:
        """Have it send, and rewind what a break may have kept back."""
        self.gaps = len(self._missing())
        asked = "700\n"
        if seconds := self._number("seconds"):
            asked += f"800{seconds}\r{seconds + _AHEAD_SECONDS}\n"
        return asked.encode()

    def quiet(self) -> bytes:
        """Ask again for what is missing."""
        missing = self._missing()
        return self._rewind(missing).encode() if missing else b""

    def _line(self, line: str, at: Instant) -> None:
        del at
        read = self._take(line, self._read)
        if read is not None and read.sequence is not None:
            self._follow(read.sequence)

    def _read(self, line: str) -> Read | None:
        read = ultra_read(line)
        if read is not None:
            seconds = line.split(",")[2].strip()
            self.position["seconds"] = max(self._number("seconds"), int(seconds))
        return read

    def _follow(self, log_id: int) -> None:
        last = self._number("last")
        missing = self._missing()
        if last and log_id > last + 1 and log_id - last <= _MOST_MISSING:
            fresh = list(range(last + 1, log_id))
            missing = [*missing, *fresh][:_MOST_MISSING]
            self._note(f"gap: LogID {log_id} after {last}; {len(fresh)} reads are rewound")
            self._say(self._rewind(fresh))
        elif log_id in missing:
            missing = [n for n in missing if n != log_id]
            if not missing:
                self._note("every read that was missing has come")
        if log_id > last or log_id == 1:
            self.position["last"] = log_id
        self.gaps = len(missing)
        self.position["missing"] = ",".join(map(str, missing))

    def _missing(self) -> list[int]:
        text = str(self.position.get("missing", ""))
        return [int(n) for n in text.split(",") if n]

    def _rewind(self, missing: list[int]) -> str:
        """The command that sends the first stretch of them once more."""
        first = last = missing[0]
        for log_id in missing[1:]:
            if log_id != last + 1:
                break
            last = log_id
        return f"600{first}\r{last}\n"
