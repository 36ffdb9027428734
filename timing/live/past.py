"""Races as they were: at an instant, or as this installation knew them at a revision (Rules 9.4).

The past is asked for seldom, and a book of it is read and computed whole. So it is done for one
visitor at a time, and the books asked for last are kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar

from timing import racefile
from timing.core.book import RaceBook
from timing.core.compute import compute
from timing.core.public import public_book
from timing.core.times import Instant
from timing.db import reading
from timing.db.engines import Database, open_database
from timing.db.reading import Cursor
from timing.live.threads import in_thread

Result = TypeVar("Result")

MOST_BOOKS = 3
"""Kept at once; one of 1,300 runners and six stages takes about 100 MB."""

_PATIENCE_SECONDS = 5.0


class TooManyAskForThePast(Exception):
    """Others have asked for other moments, and it would take too long to wait for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is asked for: ``at`` an instant, as known at ``revision``; None for now."""

    at: Instant | None = None
    revision: int | None = None

    @property
    def is_past(self) -> bool:
        """Whether anything but the present is asked for."""
        return self.at is not None or self.revision is not None


_Key: TypeAlias = tuple[str, str, int, Instant | None, frozenset[str]]
"""A slug, a life of the database, a revision, an instant, and whose names are hidden."""


class PastBooks:
    """Books of the past, read from ``database``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._books: OrderedDict[_Key, RaceBook] = OrderedDict()
        self._lock = threading.Lock()

    def ask(
        self,
        slug: str,
        now: Cursor,
        moment: Moment,
        question: Callable[[RaceBook], Result],
        *,
        hidden: frozenset[str] = frozenset(),
    ) -> Result:
        """What ``question`` answers of the race as it was for the public, asked in a thread.

        ``now`` is where the race is, ``hidden`` whose names are hidden now: no past tells them.
        Raises UnknownRace, UnknownRevision, and TooManyAskForThePast.
        """
        revision = now.revision if moment.revision is None else moment.revision
        key = (slug, now.epoch, revision, moment.at, hidden)
        if not self._lock.acquire(timeout=_PATIENCE_SECONDS):
            raise TooManyAskForThePast
        try:
            book = self._books.pop(key, None)
            if book is None:
                read = partial(_read, self._database, slug, revision, moment.at, hidden=hidden)
                book = in_thread(read)
            self._books[key] = book
            while len(self._books) > MOST_BOOKS:
                self._books.popitem(last=False)
            return in_thread(partial(question, book))
        finally:
            self._lock.release()


def _read(
    database: Database, slug: str, revision: int, at: Instant | None, *, hidden: frozenset[str]
) -> RaceBook:
    # By connections of its own: those of the greenlets must not be waited for in a thread.
    own = open_database(database.url)
    try:
        with own.reading() as session:
            held = reading.read_race(session, slug, revision)
    finally:
        own.close()
    race = racefile.loads(held.definition, name="definition").race
    book = compute(held.document(race), at=at)
    public = public_book(book.document, hidden=hidden, whole=book)
    public.publications = tuple(p for p in held.publications if at is None or p.at <= at)
    return public
