"""The one process that minds time: its tasks, each in a thread, under a lock of the database.

A task is a step that is done again and again, or a loop that runs until it is told to stop. One
that fails is logged and tried again, later each time, and never keeps another from its work. Of
several processes one tends; the others stand by and take over when it ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import structlog

from timing.db.engines import Database
from timing.live.tend_health import TaskHealth

HEALTH_EVERY_SECONDS = 60.0
TELL_EVERY_SECONDS = 15.0
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0
STAND_BY_SECONDS = 2.0
ENDS_WITHIN_SECONDS = 20.0

_POSTGRESQL_LOCK = 0x6269_766F_7465_6E64

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to be minded. ``run`` does it once; ``every_seconds`` is from end to start.

    A task with a loop of its own looks at the event it is given, which is set when the process
    ends, and returns soon after; it is begun again if it returns before.
    """

    name: str
    every_seconds: float
    run: Callable[[threading.Event], object]


@dataclass(slots=True)
class _Health:
    done: int = 0
    failed: int = 0
    failures_in_a_row: int = 0
    last_done: float = field(default_factory=time.monotonic)


class Tending:
    """Tasks under way, until ``stopping`` is set; ``tell`` is told now and then how they are."""

    def __init__(
        self,
        tasks: Sequence[Task],
        stopping: threading.Event,
        *,
        tell: Callable[[Sequence[TaskHealth]], object] = lambda _: None,
    ) -> None:
        self._tasks = tasks
        self._stopping = stopping
        self._tell = tell
        self._health = {task.name: _Health() for task in tasks}

    def run(self) -> None:
        """Mind all tasks until told to stop; returns when they have ended, or soon after."""
        threads = [
            threading.Thread(target=self._mind, args=(task,), name=task.name, daemon=True)
            for task in self._tasks
        ]
        for thread in threads:
            thread.start()
        self._mind_health()
        until = time.monotonic() + ENDS_WITHIN_SECONDS
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        late = [thread.name for thread in threads if thread.is_alive()]
        if late:
            # Nothing is lost: what was not finished is done again by whoever tends next.
            _log.warning("tasks did not end in time", tasks=late)

    def health(self) -> tuple[TaskHealth, ...]:
        """How often each task was done, how often it failed, when last."""
        now = time.monotonic()
        return tuple(
            TaskHealth(
                name=name,
                done=health.done,
                failed=health.failed,
                failures_in_a_row=health.failures_in_a_row,
                seconds_since_done=round(now - health.last_done, 1),
            )
            for name, health in self._health.items()
        )

    def _mind_health(self) -> None:
        """Tell how the tasks are, and more seldom log a line for each, until told to stop."""
        logged_at = time.monotonic()
        while True:
            found = self.health()
            try:
                self._tell(found)
            except OSError:
                _log.exception("how the tasks are could not be told")
            if time.monotonic() - logged_at >= HEALTH_EVERY_SECONDS:
                logged_at = time.monotonic()
                for one in found:
                    _log.info(
                        "tending",
                        task=one.name,
                        done=one.done,
                        failed=one.failed,
                        failures_in_a_row=one.failures_in_a_row,
                        seconds_since_done=one.seconds_since_done,
                    )
            if self._stopping.wait(TELL_EVERY_SECONDS):
                return

    def _mind(self, task: Task) -> None:
        health = self._health[task.name]
        while not self._stopping.is_set():
            try:
                task.run(self._stopping)
            except Exception:  # noqa: BLE001 - logged, and tried again
                health.failed += 1
                health.failures_in_a_row += 1
                pause = retry_after(health.failures_in_a_row)
                _log.exception("a task failed", task=task.name, again_in_seconds=pause)
            else:
                health.done += 1
                health.failures_in_a_row = 0
                health.last_done = time.monotonic()
                pause = task.every_seconds
            self._stopping.wait(pause)


def retry_after(failures: int) -> float:
    """Seconds to wait after so many failures in a row: twice as long each time, up to a minute."""
    return min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 10))


@contextmanager
def alone(
    database: Database, stopping: threading.Event, *, waiting: Callable[[], None]
) -> Iterator[bool]:
    """Hold the lock of a database, waiting for it as long as another process does.

    False where ``stopping`` was set before. ``waiting`` is told once that another holds it. The
    lock ends with the process, or on PostgreSQL with its connection: then ``stopping`` is set.
    """
    holding = (
        _file_lock(lock_file(database.file), stopping, waiting)
        if database.file is not None
        else _server_lock(database, stopping, waiting)
    )
    with holding as is_held:
        yield is_held


def lock_file(database: Path) -> Path:
    """What is locked for an SQLite database: a file beside it."""
    return database.with_name(f"{database.name}.tend-lock")


@contextmanager
def _file_lock(
    path: Path, stopping: threading.Event, waiting: Callable[[], None]
) -> Iterator[bool]:
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield _patiently(lambda: _is_locked(descriptor), stopping, waiting)
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _server_lock(
    database: Database, stopping: threading.Event, waiting: Callable[[], None]
) -> Iterator[bool]:
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:

        def is_locked() -> bool:
            row = connection.execute(
                "SELECT pg_try_advisory_lock(%s)", (_POSTGRESQL_LOCK,)
            ).fetchone()
            return row is not None and bool(row[0])

        is_held = _patiently(is_locked, stopping, waiting)
        if not is_held:
            yield False
            return
        watching = threading.Thread(
            target=_end_with_connection, args=(connection, stopping), daemon=True
        )
        watching.start()
        try:
            yield True
        finally:
            stopping.set()
            watching.join()


def _end_with_connection(
    connection: psycopg.Connection[tuple[object, ...]], stopping: threading.Event
) -> None:
    """A lock that was lost with its connection may be another's: then this process ends."""
    while not stopping.wait(STAND_BY_SECONDS):
        try:
            connection.execute("SELECT 1")
        except psycopg.Error:
            _log.exception("the lock is lost with its connection: this process ends")
            stopping.set()


def _patiently(
    is_locked: Callable[[], bool], stopping: threading.Event, waiting: Callable[[], None]
) -> bool:
    is_told = False
    while not stopping.is_set():
        if is_locked():
            return True
        if not is_told:
            waiting()
            is_told = True
        stopping.wait(STAND_BY_SECONDS)
    return False
