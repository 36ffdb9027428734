"""Noticing that somebody committed something, whichever process it was."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import psycopg

from timing.db.engines import Database

CHANNEL = "revisions"
"""What PostgreSQL notifies at each commit that takes a revision."""

LOOK_EVERY_SECONDS = 0.05
"""How often SQLite is looked at; a look takes some microseconds."""


class Watch(Protocol):
    """Looks at a database. A context manager: it holds a connection of its own."""

    def __enter__(self) -> Self:
        """Connect."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect."""

    def wait(self, seconds: float, until: threading.Event) -> bool:
        """Whether something may have been committed since the last time.

        Waits for it, at most so long, and no longer than ``until`` is not set.
        """


def watch(database: Database) -> Watch:
    """The watch for a database of either kind."""
    if database.file is not None:
        return SqliteWatch(database.file)
    url = database.url.set(drivername="postgresql")
    return PostgresqlWatch(url.render_as_string(hide_password=False))


class SqliteWatch:
    """Asks SQLite for its data version, which each commit of another connection changes."""

    def __init__(self, path: Path) -> None:
        # Not to be made where it is missing: a migrated one is what there is to watch.
        self._address = f"{path.as_uri()}?mode=rw"

    def __enter__(self) -> Self:
        """Connect."""
        self._connection = sqlite3.connect(self._address, uri=True, check_same_thread=False)
        self._version = self._data_version()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect."""
        self._connection.close()

    def wait(self, seconds: float, until: threading.Event) -> bool:
        """Whether something was committed since the last time; see `Watch`."""
        end = time.monotonic() + seconds
        while not until.is_set():
            version = self._data_version()
            if version != self._version:
                self._version = version
                return True
            if time.monotonic() >= end:
                break
            until.wait(LOOK_EVERY_SECONDS)
        return False

    def _data_version(self) -> int:
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return version


class PostgresqlWatch:
    """Listens to PostgreSQL's notifications."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> Self:
        """Connect and listen."""
        self._connection = psycopg.connect(self._url, autocommit=True)
        self._connection.execute(f"LISTEN {CHANNEL}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect."""
        self._connection.close()

    def wait(self, seconds: float, until: threading.Event) -> bool:
        """Whether something was committed since the last time; see `Watch`."""
        end = time.monotonic() + seconds
        while not until.is_set():
            # In short turns, so that whoever wants to end need not wait for news.
            turn = min(0.5, max(end - time.monotonic(), 0))
            if any(True for _ in self._connection.notifies(timeout=turn, stop_after=1)):
                return True
            if time.monotonic() >= end:
                break
        return False
