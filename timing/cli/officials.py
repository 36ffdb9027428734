"""The task of `timing tend` that makes results official by the rules, once each."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from timing.core.publications import PublicationKind
from timing.core.times import Instant
from timing.db.engines import Database
from timing.db.publications import publications_of
from timing.db.reading import UnknownRace
from timing.live.books import Books
from timing.live.tending import Task
from timing.operations.automatic import (
    BY_THE_RULES,
    Upcoming,
    holds_of,
    races_with_provisional,
    upcoming,
)
from timing.operations.homes import NotHome
from timing.operations.publications import (
    Issue,
    NotPublished,
    Overtaken,
    draft,
    protests_of,
    put,
)

LOOK_EVERY_SECONDS = 5.0

_log = structlog.get_logger(__name__)


def official_tasks(
    clock: Callable[[], Instant], books: Books, opening: Callable[[], Database]
) -> tuple[Task, ...]:
    """Making results of ``books`` official, by a database of its own."""
    rules = OfficialByRules(opening(), books, clock)
    return (Task(name="official by the rules", every_seconds=LOOK_EVERY_SECONDS, run=rules.step),)


class OfficialByRules:
    """Makes official what is due; where something is in the way, again once anything moved."""

    def __init__(self, database: Database, books: Books, clock: Callable[[], Instant]) -> None:
        self._database = database
        self._books = books
        self._clock = clock
        self._refused: dict[str, object] = {}

    def step(self, stopping: threading.Event | None = None) -> int:
        """Make official what is due by now; how many numbers that makes."""
        with self._database.reading() as session:
            slugs = races_with_provisional(session)
        made = 0
        for slug in slugs:
            if stopping is not None and stopping.is_set():
                break
            try:
                made += self._look(slug)
            except UnknownRace:  # taken away in between
                continue
        return made

    def _look(self, slug: str) -> int:
        with self._database.reading() as session:
            issued, held = publications_of(session, slug), holds_of(session, slug)
            protests = tuple((p.number, p.outcome) for p in protests_of(session, slug))
        now = self._clock()
        due = [one for one in upcoming(issued, held) if one.at is not None and one.at <= now]
        if not due:
            return 0
        cursor = self._books.race(slug).standing.cursor
        state = cursor, held, protests, due[0].publication.number
        if self._refused.get(slug) == state:
            return 0
        try:
            self._issue(slug, due[0], issued[-1].number + 1, now)
        except Overtaken:
            return 0
        except (NotPublished, NotHome) as error:
            # Said once, until something moves that may mend it.
            self._refused[slug] = state
            _log.info(
                "a result stays provisional",
                race=slug,
                number=due[0].publication.number,
                why=str(error),
            )
            return 0
        return 1

    def _issue(self, slug: str, due: Upcoming, number: int, now: Instant) -> None:
        wanted = Issue(
            kind=PublicationKind.OFFICIAL,
            after=due.publication.after,
            number=number,
            at=now,
            by=BY_THE_RULES,
        )
        book, revision = self._books.race(slug).ask_whole(
            lambda whole, standing: (whole.fork(), standing.cursor.revision)
        )
        with self._database.reading() as session:
            made = draft(session, slug, wanted, book=book, revision=revision)
        with self._database.writing() as session:
            put(session, slug, made)
        _log.info("a result is official by the rules", race=slug, number=number)
