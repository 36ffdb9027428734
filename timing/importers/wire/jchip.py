"""J-Chip receivers, which connect to us on 53135, tell their clock when asked, and then send."""

from __future__ import annotations

from dataclasses import replace

from timing.core.times import Instant, local_instants
from timing.importers.jchip import ReceiverClock, jchip_read, receiver_clock
from timing.importers.reads import BadRow, Read
from timing.importers.wire.lines import ReaderLine


class JChipLine(ReaderLine):
    """``N0000name``, our ``GT``, its clock, our ``S0000``; each read gets the clock's offset.

    Nothing is numbered: after a break the receiver sends again what it has kept.
    """

    ends = b"\r\n"

    _clock: ReceiverClock | None = None
    _name = ""

    def _line(self, line: str, at: Instant) -> None:
        if line.startswith("N0000"):
            self._name = line[5:].strip()
            self._note(f"receiver {self._name[:40]} has connected")
            self._say("GT\r")
            return
        try:
            clock = receiver_clock(line)
        except BadRow as error:
            self._note(str(error))
            return
        if clock is not None:
            self._set(clock, at)
            self._say("S0000\r")
            return
        self._take(line, self._read)

    def _set(self, clock: ReceiverClock, at: Instant) -> None:
        self._clock = clock
        shown = local_instants(clock.day, clock.ms, self._zone)
        self.offset_ms = at - shown[0] if shown else None

    def _read(self, line: str) -> Read | None:
        read = jchip_read(line, self._clock, self._name)
        return None if read is None else replace(read, clock_offset_ms=self.offset_ms)
