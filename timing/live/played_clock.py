"""The time of a race that is played at a pace of its own: kept in a file, for all processes.

The demo plays a race thirty times as fast, and a rehearsal or a test may set the time as it
likes. Whoever plays it writes the time; the desk and `timing tend` read it instead of the clock.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from timing.core.times import Instant, format_instant, parse_instant


def write_clock(path: Path, at: Instant) -> None:
    """Say what time it is, as a whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(f"{format_instant(at)}\n")
    draft.replace(path)


def read_clock(path: Path) -> Instant | None:
    """What time it is, None where nobody has said so."""
    try:
        return parse_instant(path.read_text().strip())
    except (OSError, ValueError):
        return None


def clock_of_races(path: Path | None, clock: Callable[[], Instant]) -> Callable[[], Instant]:
    """What time it is for races: as ``path`` says, by ``clock`` where there is none."""
    if path is None:
        return clock

    def played() -> Instant:
        at = read_clock(path)
        return clock() if at is None else at

    return played
