"""The tasks of `timing tend` that tell webhooks: writing the outbox, and sending what is in it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from timing.core.book import RaceBook
from timing.core.times import HOUR, Instant
from timing.db.engines import Database, open_database
from timing.db.reading import Cursor, UnknownRace
from timing.exports.announcements import Body, Standing, State
from timing.live.books import Books
from timing.live.tending import Task
from timing.operations.webhooks.delivering import allowed_by, deliver
from timing.operations.webhooks.outbox import (
    Due,
    followed,
    forget_old,
    next_due,
    note_answer,
    webhooks_with_mail,
    write_events,
)
from timing.operations.webhooks.sending import Answered
from timing.settings import Settings

AT_A_TIME = 8
"""Webhooks that are told at the same time; one that does not answer keeps one of them busy."""

WRITE_EVERY_SECONDS = 1.0
SEND_EVERY_SECONDS = 0.5

_log = structlog.get_logger(__name__)

Clock = Callable[[], Instant]
Posting = Callable[[Due], Answered | str]


def outbox_tasks(settings: Settings, clock: Clock, books: Books | None = None) -> tuple[Task, ...]:
    """Both tasks, each with a database of its own; ``books`` are those of other tasks."""
    writer = OutboxWriter(open_database(settings.database_url), clock, books)
    allowed = allowed_by(settings)
    sender = OutboxSender(
        open_database(settings.database_url), clock, lambda due: deliver(due, allowed, clock())
    )
    return (
        Task(name="webhooks: writing", every_seconds=WRITE_EVERY_SECONDS, run=writer.step),
        Task(name="webhooks: sending", every_seconds=SEND_EVERY_SECONDS, run=sender.step),
    )


class OutboxWriter:
    """Writes the events of every race that somebody is to be told of."""

    def __init__(self, database: Database, clock: Clock, books: Books | None = None) -> None:
        self._database = database
        self._books = books or Books(database)
        self._clock = clock
        self._standings: dict[str, Standing] = {}

    def step(self, stopping: threading.Event | None = None) -> int:
        """Write what is new since the last time; how many deliveries that makes."""
        with self._database.reading() as session:
            races = followed(session)
        written = 0
        for slug, before in races.items():
            if stopping is not None and stopping.is_set():
                break
            try:
                written += self._write(slug, before)
            except UnknownRace:  # taken away in between
                continue
        return written

    def _write(self, slug: str, before: Cursor | None) -> int:
        standing = self._standings.setdefault(slug, Standing())
        race = self._books.race(slug)
        if race.standing.cursor == before:
            return 0

        def taken(book: RaceBook) -> tuple[Body, dict[str, State]]:
            return {"slug": book.race.slug, "name": book.race.name}, standing.of(book)

        # The public's book: what is not public yet is told to nobody.
        cursor, (named, states) = race.ask(lambda book, at: (at.cursor, taken(book)))
        with self._database.writing() as session:
            return write_events(session, slug, states, race=named, cursor=cursor, at=self._clock())


class OutboxSender:
    """Sends what is due: one thing at a time to each webhook, to several at once."""

    def __init__(self, database: Database, clock: Clock, posting: Posting) -> None:
        self._database = database
        self._clock = clock
        self._posting = posting
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="webhook")
        self._busy: dict[int, Future[None]] = {}
        self._cleaned: Instant = 0

    def step(self, stopping: threading.Event) -> None:
        """Begin to send to every webhook that has something due and isn't being sent to."""
        for webhook, future in list(self._busy.items()):
            if future.done():
                del self._busy[webhook]
                future.result()
        at = self._clock()
        with self._database.reading() as session:
            waiting = webhooks_with_mail(session, at)
        for webhook in waiting:
            if webhook not in self._busy:
                self._busy[webhook] = self._pool.submit(self._send_all, webhook, stopping)
        if at - self._cleaned >= HOUR:
            with self._database.writing() as session:
                forget_old(session, at)
            self._cleaned = at

    def finish(self) -> None:
        """Wait until all that was begun has ended."""
        for future in list(self._busy.values()):
            future.result()

    def _send_all(self, webhook: int, stopping: threading.Event) -> None:
        while not stopping.is_set():
            with self._database.reading() as session:
                due = next_due(session, webhook, self._clock())
            if due is None:
                return
            began = time.monotonic()
            came = self._posting(due)
            with self._database.writing() as session:
                note_answer(
                    session,
                    due.delivery,
                    came,
                    at=self._clock(),
                    chance=random.random,
                )
            _log.info(
                "webhook told",
                event_id=due.event_id,
                status=came.status if isinstance(came, Answered) else None,
                seconds=round(time.monotonic() - began, 3),
            )
