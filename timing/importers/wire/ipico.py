"""IPICO readers over TCP 10000: they send what they see, and keep a log of it."""

from __future__ import annotations

from timing.core.times import Instant
from timing.importers.ipico import ipico_read
from timing.importers.wire.lines import ReaderLine


class IpicoLine(ReaderLine):
    """Nothing is numbered and nothing can be asked for again: after a break its log is imported."""

    ends = b"\r\n"

    def _line(self, line: str, at: Instant) -> None:
        del at
        self._take(line, ipico_read)
