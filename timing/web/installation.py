"""What a running application holds: made once when it is, and asked for by its views."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from timing.core.times import Instant
from timing.db.engines import Database, open_database
from timing.exports.card import to_png
from timing.live.answers import Answers
from timing.live.books import Books
from timing.live.follower import Follower
from timing.live.late import mind_snapshots
from timing.live.metrics import Metrics
from timing.live.past import PastBooks
from timing.live.pictures import Pictures
from timing.live.streams import Streams
from timing.live.threads import collect_seldom, share_fairly
from timing.live.writer import Writer
from timing.operations.record import Appended, Batch, append_batches
from timing.settings import Settings

_NAME = "bivouac"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The database and all that lives around it in this process.

    There are no ``metrics`` where nobody may read them.
    """

    settings: Settings
    database: Database
    books: Books
    answers: Answers
    streams: Streams
    follower: Follower
    writer: Writer[Batch, Appended]
    past: PastBooks
    pictures: Pictures
    metrics: Metrics | None

    def serve(self, is_alive: Callable[[], bool]) -> None:
        """Follow the database and keep streams up to date until ``is_alive`` says no."""
        share_fairly()
        collect_seldom()
        self.follower.start()
        self.streams.start(is_alive)
        mind_snapshots(self.settings.snapshots, is_alive, now, lambda: self.books.cursors)


def install(app: Flask, settings: Settings) -> Installation:
    """Make what ``app`` needs; nothing is contacted yet."""
    database = open_database(settings.database_url)
    books = Books(database)
    streams = Streams(books)
    made = Installation(
        settings=settings,
        database=database,
        books=books,
        answers=Answers(),
        streams=streams,
        follower=Follower(database, books),
        writer=Writer(_committing(open_database(settings.database_url))),
        past=PastBooks(database),
        pictures=Pictures(to_png),
        metrics=Metrics() if settings.metrics_token else None,
    )
    app.extensions[_NAME] = made
    return made


def installation(app: Flask | None = None) -> Installation:
    """What the application holds, by default the current one."""
    return cast(Installation, (app or current_app).extensions[_NAME])


def now() -> Instant:
    """The clock of this machine."""
    return time.time_ns() // 1_000_000


def secret_key() -> str:
    """What this installation signs and seals with."""
    return installation().settings.secret_key


def _committing(database: Database) -> Callable[[str, Sequence[Batch]], tuple[Appended, ...]]:
    # A database of its own: the writer works in a thread, where nobody waits for a greenlet.
    def commit(slug: str, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        with database.writing() as session:
            return append_batches(session, slug, batches)

    return commit
