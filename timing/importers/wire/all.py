"""Every reader that is listened to live: who calls whom, at which port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from timing.importers.wire.chronotrack import ChronoTrackLine
from timing.importers.wire.ipico import IpicoLine
from timing.importers.wire.jchip import JChipLine
from timing.importers.wire.lines import ReaderLine
from timing.importers.wire.mylaps import MyLapsLine
from timing.importers.wire.race_result import RaceResultLine
from timing.importers.wire.ultra import UltraLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFormat:
    """A reader's way: its usual port, and whether it connects to us (``calls_us``)."""

    line: type[ReaderLine]
    port: int
    calls_us: bool = False


LIVE: Mapping[str, LiveFormat] = {
    "race-result": LiveFormat(line=RaceResultLine, port=3601),
    "ipico": LiveFormat(line=IpicoLine, port=10_000),
    "ultra": LiveFormat(line=UltraLine, port=23),
    "mylaps": LiveFormat(line=MyLapsLine, port=3097, calls_us=True),
    "chronotrack": LiveFormat(line=ChronoTrackLine, port=61_611, calls_us=True),
    "jchip": LiveFormat(line=JChipLine, port=53_135, calls_us=True),
}
"""By the name of the format."""
