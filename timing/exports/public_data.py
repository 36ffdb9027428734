"""Every public address of a race where programs read, and how what stands there is made.

What `timing.pages.public_pages` is for people: the list behind what is kept as files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Protocol
from urllib.parse import quote

from timing.core.book import RaceBook
from timing.exports import bodies
from timing.pages import addresses
from timing.pages.public_pages import Around, Kind, Media, PublicPage, Urgency, current_stage


class _Maker(Protocol):
    def __call__(self, book: RaceBook, revision: int) -> bodies.Body: ...


def public_data(book: RaceBook) -> Iterator[PublicPage]:
    """What programs may read of a race."""
    for kind in DATA:
        yield from kind.of_race(book)


def _at(book: RaceBook, *parts: str) -> str:
    path = "/".join(quote(part, safe="") for part in (book.race.slug, *parts))
    return f"{addresses.API}races/{path}"


def _json(address: str, maker: _Maker, urgency: Urgency) -> PublicPage:
    def text(book: RaceBook, revision: int, around: Around) -> str:
        del around
        return bodies.text(maker(book, revision))

    return PublicPage(address=address, text=text, whole=text, urgency=urgency, media=Media.JSON)


def _race(book: RaceBook) -> Iterator[PublicPage]:
    yield _json(_at(book), bodies.race_body, Urgency.AT_ONCE)


def _boards(book: RaceBook) -> Iterator[PublicPage]:
    for code in book.board_codes():
        maker = partial(bodies.board_body, code=code, after=None)
        yield _json(_at(book, "boards", code), maker, Urgency.AT_ONCE)
    for number in book.stages:
        if number <= book.last_stage:
            for code in book.board_codes():
                maker = partial(bodies.board_body, code=code, after=number)
                yield _json(f"{_at(book, 'boards', code)}?after={number}", maker, Urgency.SOON)


def _stages(book: RaceBook) -> Iterator[PublicPage]:
    current = current_stage(book)
    for number in book.stages:
        maker = partial(bodies.stage_body, number=number, control="")
        urgency = Urgency.AT_ONCE if number == current else Urgency.SOON
        yield _json(_at(book, "stages", str(number)), maker, urgency)


def _entries(book: RaceBook) -> Iterator[PublicPage]:
    for entry in book.entries():
        if entry.bib:
            maker = partial(bodies.entry_body, bib=entry.bib)
            yield _json(_at(book, "entries", entry.bib), maker, Urgency.WHEN_QUIET)


def _problems(book: RaceBook) -> Iterator[PublicPage]:
    yield _json(_at(book, "problems"), bodies.problems_body, Urgency.SOON)


def _publications(book: RaceBook) -> Iterator[PublicPage]:
    yield _json(_at(book, "publications"), bodies.publications_body, Urgency.SOON)


DATA: tuple[Kind, ...] = (
    Kind(route="/api/v1/races/<slug>", of_race=_race),
    Kind(route="/api/v1/races/<slug>/boards/<code>", of_race=_boards),
    Kind(route="/api/v1/races/<slug>/stages/<number>", of_race=_stages),
    Kind(route="/api/v1/races/<slug>/entries/<bib>", of_race=_entries),
    Kind(route="/api/v1/races/<slug>/problems", of_race=_problems),
    Kind(route="/api/v1/races/<slug>/publications", of_race=_publications),
)

NOT_KEPT: Mapping[str, str] = {
    "/api/v1/races/<slug>/publications/<number>/result": "kept by the database as it was signed",
    "/api/v1/races": "the list of all races, which is no race's: it is made of all books together",
}
"""Public addresses of which no file is kept, and why."""
