"""Snapshots: the public pages written as files whenever a race moves on, by one process.

What a web server finds is never older than a second. A page is in its place as long as it is
right, and, where many look at it, until it has been made anew, but no longer than GRACE; whatever
is not there the application answers. How far one can rely on all that is said by a heartbeat: the
last moment at which everything in the folder was right. If it stays out, because this process hangs
or is gone, those that serve take the folder away from the web server (`timing.live.late`).
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog

from timing.core.book import RaceBook
from timing.core.rehearsals import is_rehearsal
from timing.core.times import SECOND, Duration, Instant
from timing.db.engines import Database
from timing.db.reading import Cursor
from timing.exports import bodies
from timing.exports.public_data import public_data
from timing.live.books import Books, LiveRace
from timing.live.kept_files import Folder, file_name, packed
from timing.live.watching import watch
from timing.pages import addresses
from timing.pages.languages import ENGLISH, divided, speaking
from timing.pages.public_pages import BARE, Around, Media, PublicPage, Urgency, public_pages
from timing.pages.race_list import race_list
from timing.pages.release import release
from timing.pages.rendering import render

TURN: Duration = 350
"""After so much work the database is looked at again, however much there is to do."""

GRACE: Duration = 600
"""How long after the last look at which it was right a page may wait for the one to come."""

SOON: Duration = 1 * SECOND
QUIET: Duration = 20 * SECOND
"""How long a race has not moved on when pages for fewer people are made."""

_LOOK_EVERY_SECONDS = 0.2
_RETRY_SECONDS = 1.0

_AFTER = {Urgency.AT_ONCE: 0, Urgency.SOON: SOON, Urgency.WHEN_QUIET: QUIET}

_log = structlog.get_logger(__name__)


class Mirror(Protocol):
    """Where pages are put besides, such as a bucket; nothing of it may wait."""

    def put(self, address: str, media: Media, pack: bytes) -> None:
        """A page, packed."""

    def drop(self, address: str, media: Media) -> None:
        """A page that there is no more."""


class _Source(Protocol):
    """What pages are made of: a race, or all races together."""

    def cursor(self) -> object:
        """Where it stands; another value whenever anything changed."""

    def pages(self) -> list[PublicPage]:
        """All its pages."""

    def text(self, page: PublicPage, around: Around) -> str:
        """What stands on one of them, as of `cursor`."""


@dataclass(slots=True)
class _OneRace:
    race: LiveRace
    languages: tuple[str, ...]

    def cursor(self) -> Cursor:
        return self.race.standing.cursor

    def pages(self) -> list[PublicPage]:
        return self.race.ask(lambda book, _: [*self._of(book), *public_data(book)])

    def _of(self, book: RaceBook) -> Iterator[PublicPage]:
        for code in self.languages:
            with speaking(code):
                yield from [*public_pages(book)]

    def text(self, page: PublicPage, around: Around) -> str:
        return self.race.ask(
            lambda book, standing: page.text(book, standing.cursor.revision, around)
        )


@dataclass(slots=True)
class _AllRaces:
    books: Books
    languages: tuple[str, ...]

    def cursor(self) -> object:
        return self.books.cursors

    def pages(self) -> list[PublicPage]:
        listed = []
        for code in self.languages:
            with speaking(code):
                listed.append(_of_all(addresses.races(), Media.HTML))
        return [*listed, _of_all(f"{addresses.API}races", Media.JSON)]

    def text(self, page: PublicPage, around: Around) -> str:
        if page.media is Media.HTML:
            code, here = divided(page.address)

            def html(books: Sequence[RaceBook]) -> str:
                with speaking(code):
                    return render(race_list(books), notice=around.notice, here=here)

            return self.books.ask_all(html)
        revisions = self.books.public_revisions
        return self.books.ask_all(lambda books: bodies.text(bodies.races_body(books, revisions)))


def _of_all(address: str, media: Media) -> PublicPage:
    return PublicPage(
        address=address, text=_nothing, whole=_nothing, urgency=Urgency.AT_ONCE, media=media
    )


def _nothing(book: RaceBook, revision: int, around: Around) -> str:
    raise AssertionError((book, revision, around))  # made of all books


@dataclass(slots=True)
class _Kept:
    """What is kept of a source; times are of looks at the database.

    ``right`` are the files that are right, ``old`` those that were until that moment and wait for
    the ones to come; ``shown`` is where the source stood that the oldest are of. ``to_make`` has
    the pages of each urgency, None before they were listed; ``mirrored`` is what was put elsewhere
    too.
    """

    source: _Source
    cursor: object
    seen: Instant
    moved: Instant
    shown: object = None
    right: dict[str, PublicPage] = field(default_factory=dict)
    old: dict[str, tuple[PublicPage, Instant]] = field(default_factory=dict)
    mirrored: dict[str, PublicPage] = field(default_factory=dict)
    to_make: dict[Urgency, deque[PublicPage]] | None = None


class Snapshots:
    """The files of all races of ``books``, which nobody else follows."""

    def __init__(
        self,
        books: Books,
        folder: Folder,
        *,
        clock: Callable[[], Instant],
        languages: tuple[str, ...] = (ENGLISH.code,),
        around: Around = BARE,
        mirror: Mirror | None = None,
    ) -> None:
        self._languages = languages
        self._books = books
        self._folder = folder
        self._around = around
        self._mirror = mirror
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._told = ""
        books.is_followed = True  # by this alone, at its own pace

    def look(self) -> None:
        """See what is new in the database, and take away what can't wait for its successor."""
        at = self._clock()
        self._books.refresh()
        sources: dict[str, _Source] = {"": _AllRaces(self._books, self._languages)}
        for slug in self._books.cursors:
            if is_rehearsal(slug):
                continue
            sources[slug] = _OneRace(self._books.race(slug), self._languages)
        for slug in set(self._kept) - set(sources):
            self._forget(self._kept.pop(slug))
        for slug, source in sources.items():
            kept = self._kept.get(slug)
            if kept is None:
                self._kept[slug] = _Kept(source=source, cursor=source.cursor(), seen=at, moved=at)
                continue
            if source.cursor() != kept.cursor:
                self._move_on(kept, source, at)
            kept.seen = at
        self._tell()

    def work(self) -> bool:
        """Make pages until a turn is over; whether there was anything to make."""
        end = self._clock() + TURN
        did = False
        while self._clock() < end and (found := self._next()) is not None:
            kept, page = found
            self._make(kept, page)
            did = True
            self._tell()
        return did

    def start_over(self) -> None:
        """Forget what is kept, and keep nothing until the next look."""
        self._folder.begin()
        self._kept.clear()
        self._told = ""

    def close(self) -> None:
        """Take everything away."""
        self._folder.close()

    def _move_on(self, kept: _Kept, source: _Source, at: Instant) -> None:
        """What was right is old now: it was so at the last look before this one."""
        for name, page in kept.right.items():
            if page.urgency is Urgency.AT_ONCE:
                kept.old[name] = (page, kept.seen)
            else:
                self._folder.drop(name)
        kept.right = {}
        kept.to_make = None
        kept.source, kept.cursor, kept.moved = source, source.cursor(), at

    def _forget(self, kept: _Kept) -> None:
        for name in (*kept.right, *kept.old):
            self._folder.drop(name)
        self._unmirror(kept, kept.mirrored)

    def _unmirror(self, kept: _Kept, names: Iterable[str]) -> None:
        for name in tuple(names):
            page = kept.mirrored.pop(name)
            if self._mirror is not None:
                self._mirror.drop(page.address, page.media)

    def _tell(self) -> None:
        """Take away what has waited too long; say since when all that is left is right."""
        now = self._clock()
        right = now
        for kept in self._kept.values():
            late = [name for name, (_, seen) in kept.old.items() if now - seen > GRACE]
            for name in late:
                self._folder.drop(name)
                del kept.old[name]
            right = min(right, kept.seen, *(seen for _, seen in kept.old.values()))
        self._folder.tell_right(right)
        if now - right <= GRACE:
            self._folder.show()
        self._put_manifest()

    def _next(self) -> tuple[_Kept, PublicPage] | None:
        """The most urgent page that is not kept as it should be."""
        now = self._clock()
        for urgency in Urgency:
            for kept in self._kept.values():
                if now - kept.moved < _AFTER[urgency]:
                    continue
                waiting = self._to_make(kept)[urgency]
                if waiting:
                    return kept, waiting.popleft()
        return None

    def _to_make(self, kept: _Kept) -> dict[Urgency, deque[PublicPage]]:
        if kept.to_make is None:
            pages = kept.source.pages()
            kept.to_make = {urgency: deque() for urgency in Urgency}
            for page in pages:
                kept.to_make[page.urgency].append(page)
            names = {file_name(page.address, page.media) for page in pages}
            self._unmirror(kept, set(kept.mirrored) - names)
        return kept.to_make

    def _make(self, kept: _Kept, page: PublicPage) -> None:
        name = file_name(page.address, page.media)
        if name is None:
            return
        body = kept.source.text(page, self._around).encode()
        pack = packed(body)
        self._folder.put(name, body, pack, at=self._clock())
        kept.old.pop(name, None)
        kept.right[name] = page
        if self._mirror is not None:
            self._mirror.put(page.address, page.media, pack)
            kept.mirrored[name] = page

    def _put_manifest(self) -> None:
        """Which state of each race the oldest of its files are of."""
        for kept in self._kept.values():
            if not kept.old:
                kept.shown = kept.cursor
        told = json.dumps(
            {
                "release": release(self._around.notice),
                "races": {
                    slug: {"epoch": kept.shown.epoch, "revision": kept.shown.revision}
                    for slug, kept in self._kept.items()
                    if isinstance(kept.shown, Cursor)
                },
            }
        )
        if told != self._told:
            self._folder.put_manifest(told + "\n")
            self._told = told


def keep_snapshots(
    database: Database,
    path: Path,
    *,
    until: threading.Event,
    clock: Callable[[], Instant],
    languages: tuple[str, ...] = (ENGLISH.code,),
    around: Around = BARE,
    mirror: Mirror | None = None,
) -> None:
    """Keep the pages of all races of ``database`` in the folder ``path``; raises AlreadyKept.

    Returns once ``until`` is set, with nothing left for a web server to find. What goes wrong
    meanwhile is logged, and all of it begun again.
    """
    snapshots = Snapshots(
        Books(database),
        Folder(path),
        clock=clock,
        languages=languages,
        around=around,
        mirror=mirror,
    )
    try:
        while not until.is_set():
            try:
                _keep_connected(database, snapshots, until)
            except Exception:  # noqa: BLE001 - logged, and the loop goes on
                _log.exception("keeping snapshots failed, beginning again")
                snapshots.start_over()
                until.wait(_RETRY_SECONDS)
    finally:
        snapshots.close()


def _keep_connected(database: Database, snapshots: Snapshots, until: threading.Event) -> None:
    with watch(database) as watching:
        while not until.is_set():
            snapshots.look()
            if not snapshots.work():
                watching.wait(_LOOK_EVERY_SECONDS, until)
