"""The races of this process, in memory: each a book that follows the journal.

A race is read from the database when it is first asked for, and grows by what is new since. Only
one greenlet or thread at a time works with a book; what everybody may look at at any time is a
`Standing`, which never changes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from timing import racefile
from timing.core.book import RaceBook
from timing.core.definition import Race
from timing.core.placing import Placement
from timing.core.public import PublicView
from timing.core.records import Passing, Status
from timing.core.rehearsals import is_rehearsal
from timing.db import reading
from timing.db.engines import Database, open_database
from timing.db.reading import Cursor, Held, News
from timing.live.threads import in_thread, keep_for_good

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a book stands: how far it has read, the definition, how passings find their entry.

    ``frame`` is the same object as long as nothing but passings has come: no definition, entry,
    team or ruling. ``hidden`` are the ids of entries whose names the public is not told.
    """

    cursor: Cursor
    race: Race
    place: Callable[[Passing], Placement]
    frame: object
    hidden: frozenset[str] = frozenset()


class LiveRace:
    """One race's book, the one that the public is told from, and the lock around both."""

    def __init__(self, held: Held) -> None:
        self._lock = threading.Lock()
        self._take_whole(held)

    @property
    def standing(self) -> Standing:
        """Where it stands now."""
        return self._standing

    def ask(self, question: Callable[[RaceBook, Standing], Result]) -> Result:
        """What ``question`` answers of the public's book, asked in a thread of its own.

        Nobody else is in the book, which must not be kept; answers are values and may be. It lacks
        what the public must not know (`timing.core.public`).
        """
        with self.alone() as (book, standing):
            return in_thread(lambda: question(book, standing))

    def ask_whole(self, question: Callable[[RaceBook, Standing], Result]) -> Result:
        """As `ask`, of the whole book: for the desk, stations and whoever has a key."""
        with self._lock:
            return in_thread(lambda: question(self._book, self._standing))

    def ask_both(self, question: Callable[[RaceBook, RaceBook, Standing], Result]) -> Result:
        """As `ask_whole`, of the whole book and the one that the public is told from."""
        with self._lock:
            return in_thread(lambda: question(self._book, self._view.book, self._standing))

    def held_back(self) -> tuple[Status, ...]:
        """The retirements that the public is not told yet (Rules 12.2)."""
        return self._view.held_back

    @contextmanager
    def alone(self) -> Iterator[tuple[RaceBook, Standing]]:
        """The public's book with nobody else in it, until the end of the ``with``."""
        with self._lock:
            yield self._view.book, self._standing

    @contextmanager
    def whole_alone(self) -> Iterator[RaceBook]:
        """The whole book with nobody else in it, until the end of the ``with``."""
        with self._lock:
            yield self._book

    def take(self, news: News) -> None:
        """Take what is new."""
        with self._lock:
            in_thread(partial(self._take, news))

    def take_whole(self, held: Held) -> None:
        """Start over from the whole race: the database began a new life."""
        with self._lock:
            in_thread(partial(self._take_whole, held))

    def _take(self, news: News) -> None:
        self._book.publications = news.publications
        if news.definition is not None or news.entries is not None or news.teams is not None:
            race = None if news.definition is None else _definition(news.definition)
            self._book.replace(race=race, entries=news.entries, teams=news.teams)
            self._view.replaced()
            self._frame = object()
        elif news.rulings:
            self._frame = object()
        self._view.add(passings=news.passings, rulings=news.rulings)
        self._stand(news.cursor)

    def _take_whole(self, held: Held) -> None:
        self._book = RaceBook(held.document(_definition(held.definition)))
        self._book.publications = held.publications
        _ = self._book.last_stage  # settles all of it, which the first to ask need not wait for
        self._view = PublicView(self._book)
        self._frame = object()
        self._stand(held.cursor)
        keep_for_good()

    def _stand(self, cursor: Cursor) -> None:
        self._standing = Standing(
            cursor=cursor,
            race=self._book.race,
            place=self._book.placing(),
            frame=self._frame,
            hidden=self._view.hidden,
        )


def _definition(text: str) -> Race:
    return racefile.loads(text, name="definition").race


class Books:
    """The races of a process, read from ``database``.

    As long as nobody follows the database, each question looks for news first.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._races: dict[str, LiveRace] = {}
        self._cursors: dict[str, Cursor] = {}
        self._reading = threading.Lock()
        self._refreshing = threading.Lock()
        self._listeners: list[Callable[[frozenset[str]], None]] = []
        self.is_followed = False

    def tell(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Tell ``listener`` the slugs of races that have moved on, whoever made them do so."""
        self._listeners.append(listener)

    def race(self, slug: str) -> LiveRace:
        """The race of that slug, or UnknownRace."""
        self._look()
        return self._in_memory(slug)

    def races(self) -> tuple[LiveRace, ...]:
        """Every race there is, by slug."""
        self._look()
        return tuple(self._in_memory(slug) for slug in sorted(self.cursors))

    def ask_all(self, question: Callable[[Sequence[RaceBook]], Result]) -> Result:
        """What ``question`` answers of the public's books, asked as `LiveRace.ask` does.

        Rehearsals are not public.
        """
        with ExitStack() as stack:
            # Always in the order of their slugs: two who ask can't wait for each other.
            public = [race for race in self.races() if not is_rehearsal(race.standing.race.slug)]
            books = [stack.enter_context(race.alone())[0] for race in public]
            return in_thread(lambda: question(books))

    def ask_all_whole(self, question: Callable[[Sequence[RaceBook]], Result]) -> Result:
        """As `ask_all`, of the whole books."""
        with ExitStack() as stack:
            books = [stack.enter_context(race.whole_alone()) for race in self.races()]
            return in_thread(lambda: question(books))

    @property
    def cursors(self) -> dict[str, Cursor]:
        """How far every race had come when the database was last looked at; not to be changed.

        Another object whenever any of them has moved on.
        """
        if not self._cursors:
            self.refresh()
        return self._cursors

    @property
    def public_revisions(self) -> list[int]:
        """The revisions of the races that `ask_all` asks, in their order."""
        return [c.revision for slug, c in sorted(self.cursors.items()) if not is_rehearsal(slug)]

    def stamp(self, slug: str) -> object:
        """What is the same object as long as nothing changed: of a race, or with ``""`` of any.

        None for a race that is not in memory.
        """
        self._look()
        if not slug:
            return self._cursors
        race = self._races.get(slug)
        return None if race is None else race.standing

    def refresh(self) -> None:
        """Take what is new in the races in memory."""
        with self._refreshing:
            moved_on = self._refresh()
        if moved_on:
            for listener in self._listeners:
                listener(moved_on)

    def forget(self, slug: str) -> None:
        """Read a race anew when it is next asked for: its journal was rewritten by an erasure."""
        with self._reading:
            self._races.pop(slug, None)
        for listener in self._listeners:
            listener(frozenset({slug}))

    def _in_memory(self, slug: str) -> LiveRace:
        race = self._races.get(slug)
        if race is None:
            with self._reading:
                race = self._races.get(slug)
                if race is None:
                    race = self._races[slug] = in_thread(partial(_read, self._database, slug))
        return race

    def _look(self) -> None:
        if not self.is_followed:
            self.refresh()

    def _refresh(self) -> frozenset[str]:
        in_memory = dict(self._races)
        news: dict[str, News] = {}
        reborn: list[str] = []
        with self._database.reading() as session:
            cursors = reading.cursors(session)
            for slug, race in in_memory.items():
                before, now = race.standing.cursor, cursors.get(slug)
                if now is None:
                    del self._races[slug]
                elif now.epoch != before.epoch or now.revision < before.revision:
                    reborn.append(slug)
                elif now.revision > before.revision:
                    news[slug] = reading.news_since(session, slug, before.revision)
        for slug in reborn:
            in_memory[slug].take_whole(in_thread(partial(_read_held, self._database, slug)))
        for slug, new in news.items():
            in_memory[slug].take(new)
        if cursors != self._cursors:
            self._cursors = cursors
        return frozenset((*reborn, *news))


def _read(database: Database, slug: str) -> LiveRace:
    return LiveRace(_read_held(database, slug))


def _read_held(database: Database, slug: str) -> Held:
    # By connections of its own: those of the greenlets must not be waited for in a thread.
    own = open_database(database.url)
    try:
        with own.reading() as session:
            return reading.read_race(session, slug)
    finally:
        own.close()
