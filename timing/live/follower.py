"""Following the database: what anybody commits moves the books of this process on."""

from __future__ import annotations

import threading

import structlog

from timing.db.engines import Database
from timing.live.books import Books
from timing.live.threads import in_background
from timing.live.watching import watch

PAUSE_SECONDS = 0.25
"""After each step: under a stream of records the books move on four times a second, not more."""

LOOK_ANYWAY_SECONDS = 5.0
"""However quiet it is: a notification may be lost with a connection."""

RETRY_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class Follower:
    """Moves ``books`` on whenever something was committed to ``database``."""

    def __init__(self, database: Database, books: Books) -> None:
        self._database = database
        self._books = books
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Follow from now on; the books need not look for news themselves any more."""
        self._thread = in_background(self._follow, "follower")

    def stop(self) -> None:
        """Follow no more; returns once the last step is done."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self._books.is_followed = False

    def _follow(self) -> None:
        while not self._stopping.is_set():
            try:
                self._follow_connected()
            except Exception:  # noqa: BLE001 - logged, and the loop goes on
                # Whatever it was, the next connection reads on where this one ended; until then
                # what is in memory is still the best there is.
                _log.exception("following the database failed, trying again")
                self._stopping.wait(RETRY_SECONDS)

    def _follow_connected(self) -> None:
        with watch(self._database) as watching:
            # All races are read now, so that the first who asks for one need not wait for it.
            self._books.races()
            self._books.refresh()
            self._books.is_followed = True
            while not self._stopping.is_set():
                watching.wait(LOOK_ANYWAY_SECONDS, self._stopping)
                if not self._stopping.is_set():
                    self._books.refresh()
                    self._stopping.wait(PAUSE_SECONDS)
