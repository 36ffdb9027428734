"""Snapshots that nobody minds any more: taken away from the web server by those who serve.

A web server sends what it finds. When the process that keeps the files right hangs, is stopped or
killed, the others see its heartbeat stay out, and as soon as a race has moved on from what the
files show they remove the link that leads to them; the web server then asks the application. The
process puts the link back by itself once all is right again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from timing.core.times import Duration, Instant
from timing.db.reading import Cursor
from timing.live.kept_files import hide, right_at, shown_cursors
from timing.live.threads import in_background

LATE: Duration = 850
"""Since all of it was last said to be right."""

_LOOK_EVERY_SECONDS = 0.05

_log = structlog.get_logger(__name__)


def mind_snapshots(
    folder: Path,
    is_alive: Callable[[], bool],
    clock: Callable[[], Instant],
    cursors: Callable[[], Mapping[str, Cursor]],
) -> None:
    """Take away the snapshots in ``folder`` whenever they are late, until ``is_alive`` says no.

    ``cursors`` is where every race stands, as far as this process knows.
    """

    def mind() -> None:
        while is_alive():
            if take_away_if_late(folder, clock(), cursors):
                _log.warning("snapshots are late: the application answers itself")
            time.sleep(_LOOK_EVERY_SECONDS)

    in_background(mind, "snapshots")


def take_away_if_late(
    folder: Path, now: Instant, cursors: Callable[[], Mapping[str, Cursor]]
) -> bool:
    """Whether the snapshots were late and no longer right, and are taken away now."""
    right = right_at(folder)
    # Either way: a clock that was set back leaves heartbeats of a time to come.
    if right is None or abs(now - right) <= LATE:
        return False
    return shown_cursors(folder) != cursors() and hide(folder)
