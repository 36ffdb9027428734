"""The race document: reading, checking and writing racefiles (docs/racefile.md)."""

from timing.racefile.dumping import dump
from timing.racefile.faults import RacefileError, RacefileErrors
from timing.racefile.loading import load, loads
from timing.racefile.passings import BadRecord, load_passing
from timing.racefile.rulings import load_ruling, load_written_ruling

__all__ = [
    "BadRecord",
    "RacefileError",
    "RacefileErrors",
    "dump",
    "load",
    "load_passing",
    "load_ruling",
    "load_written_ruling",
    "loads",
]
