"""Every public address of a race, and how what stands there is made.

The one list behind what is kept as files: the snapshots that a web server sends, and the static
site. A kind of page that the web serves and this list doesn't know fails a test; a new one is a
line of PAGES, with a function that names its addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import partial
from typing import Protocol, TypeAlias

from timing.core.book import RaceBook
from timing.pages import addresses
from timing.pages.board_page import board_page
from timing.pages.charts_page import charts_page
from timing.pages.languages import prefix, speaking, spoken
from timing.pages.live_page import live_page
from timing.pages.people_page import runners_page, teams_page
from timing.pages.publications_page import publications_page
from timing.pages.race_home import race_home
from timing.pages.rendering import Page, render
from timing.pages.runner_page import runner_page
from timing.pages.selection import ALL
from timing.pages.sharing import published_at
from timing.pages.stage_page import stage_page
from timing.pages.start_list_page import start_list_page
from timing.pages.team_page import team_page

EVERY_LINE: Mapping[str, str] = {"lines": ALL}


class Media(StrEnum):
    """What stands at an address; the value is its content type."""

    HTML = "text/html; charset=utf-8"
    JSON = "application/json"


class Urgency(IntEnum):
    """How soon a kept page is made again once the race has moved on, the first first."""

    AT_ONCE = 0
    """What most people look at: it stays in its place until the new one is there."""

    SOON = 1
    """Once there is a moment's time; until then it is not kept."""

    WHEN_QUIET = 2
    """Many, each for few: when nothing has happened for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What an installation puts on every page: its ``notice``, the ``origin`` it is found at."""

    notice: str = ""
    origin: str = ""


BARE = Around()

Making: TypeAlias = Callable[[RaceBook, int, Around], str]
"""Makes a text of a book, at a revision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPage:
    """One address, as it stands in links, with its query. ``text`` makes what stands there.

    ``whole`` makes the same with every line, for who can't ask for more. ``is_frozen`` is one that
    still tells something once nothing moves any more.
    """

    address: str
    text: Making
    whole: Making
    urgency: Urgency
    media: Media = Media.HTML
    is_frozen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of address: its ``route`` as the web has it, and those that a race has."""

    route: str
    of_race: Callable[[RaceBook], Iterator[PublicPage]]


class _Maker(Protocol):
    def __call__(self, book: RaceBook, *, revision: int) -> Page: ...


def public_pages(book: RaceBook) -> Iterator[PublicPage]:
    """All pages of a race, in the language that is spoken."""
    for kind in PAGES:
        yield from kind.of_race(book)


def html_page(
    address: str,
    maker: _Maker,
    urgency: Urgency,
    *,
    whole: _Maker | None = None,
    is_frozen: bool = True,
) -> PublicPage:
    """A page that is rendered from its values, in the language that is spoken now.

    ``whole`` makes the values with every line, where ``maker`` leaves some to be asked for.
    """
    every = maker if whole is None else whole
    return PublicPage(
        address=address,
        text=_rendering(maker, address),
        whole=_rendering(every, address),
        urgency=urgency,
        is_frozen=is_frozen,
    )


def _rendering(maker: _Maker, address: str) -> Making:
    language, here = spoken().code, address.removeprefix(prefix())

    def text(book: RaceBook, revision: int, around: Around) -> str:
        with speaking(language), published_at(around.origin):
            page = maker(book, revision=revision)
            return render(page, notice=around.notice, here=here)

    return text


def _home(book: RaceBook) -> Iterator[PublicPage]:
    yield html_page(addresses.race(book.race.slug), race_home, Urgency.AT_ONCE)


def _live(book: RaceBook) -> Iterator[PublicPage]:
    yield html_page(addresses.live(book.race.slug), live_page, Urgency.AT_ONCE, is_frozen=False)


def _boards(book: RaceBook) -> Iterator[PublicPage]:
    """Each as it stands now; after those, as after every stage that has been run."""
    slug = book.race.slug
    for after, urgency in _moments(book):
        args: Mapping[str, str] = {} if after is None else {"after": str(after)}
        for code in book.board_codes():
            address = addresses.board(slug, code, after=after)
            maker = partial(board_page, code=code, args=args)
            whole = partial(board_page, code=code, args={**args, **EVERY_LINE})
            yield html_page(address, maker, urgency, whole=whole)


def _moments(book: RaceBook) -> Iterator[tuple[int | None, Urgency]]:
    yield None, Urgency.AT_ONCE
    for number in book.stages:
        if number <= book.last_stage:
            yield number, Urgency.SOON


def _stages(book: RaceBook) -> Iterator[PublicPage]:
    """Their results; after those, the order at every control."""
    slug, current = book.race.slug, current_stage(book)
    for number in book.stages:
        maker = partial(stage_page, number=number, args={})
        whole = partial(stage_page, number=number, args=EVERY_LINE)
        urgency = Urgency.AT_ONCE if number == current else Urgency.SOON
        yield html_page(addresses.stage(slug, number), maker, urgency, whole=whole)
    for number in book.stages:
        for control in book.points(number):
            args = {"control": control}
            maker = partial(stage_page, number=number, args=args)
            whole = partial(stage_page, number=number, args={**args, **EVERY_LINE})
            address = addresses.stage(slug, number, control=control)
            yield html_page(address, maker, Urgency.SOON, whole=whole)


def _start_lists(book: RaceBook) -> Iterator[PublicPage]:
    for number in book.stages:
        maker = partial(start_list_page, number=number)
        yield html_page(addresses.start_list(book.race.slug, number), maker, Urgency.SOON)


def _runners(book: RaceBook) -> Iterator[PublicPage]:
    slug = book.race.slug
    for entry in book.entries():
        if entry.bib:
            maker = partial(runner_page, bib=entry.bib, args={})
            yield html_page(addresses.runner(slug, entry.bib), maker, Urgency.WHEN_QUIET)


def _everybody(book: RaceBook) -> Iterator[PublicPage]:
    maker = partial(runners_page, args={})
    whole = partial(runners_page, args=EVERY_LINE)
    yield html_page(addresses.runners(book.race.slug), maker, Urgency.SOON, whole=whole)


def _charts(book: RaceBook) -> Iterator[PublicPage]:
    maker = partial(charts_page, args={})
    yield html_page(addresses.charts(book.race.slug), maker, Urgency.SOON)


def _all_teams(book: RaceBook) -> Iterator[PublicPage]:
    if book.teams():
        maker = partial(teams_page, args={})
        yield html_page(addresses.teams(book.race.slug), maker, Urgency.SOON)


def _teams(book: RaceBook) -> Iterator[PublicPage]:
    slug = book.race.slug
    for team in book.teams():
        maker = partial(team_page, code=team.code, args={})
        yield html_page(addresses.team(slug, team.code), maker, Urgency.WHEN_QUIET)


def _publications(book: RaceBook) -> Iterator[PublicPage]:
    address = addresses.publications(book.race.slug)
    yield html_page(address, publications_page, Urgency.SOON)


def current_stage(book: RaceBook) -> int:
    """The stage that everybody asks for: the one under way, else the last one, else the first."""
    return book.running_stage or book.last_stage or next(iter(book.stages), 0)


PAGES: tuple[Kind, ...] = (
    Kind(route="/races/<slug>", of_race=_home),
    Kind(route="/races/<slug>/live", of_race=_live),
    Kind(route="/races/<slug>/boards/<code>", of_race=_boards),
    Kind(route="/races/<slug>/stages/<number>", of_race=_stages),
    Kind(route="/races/<slug>/stages/<number>/start-list", of_race=_start_lists),
    Kind(route="/races/<slug>/runners", of_race=_everybody),
    Kind(route="/races/<slug>/entries/<bib>", of_race=_runners),
    Kind(route="/races/<slug>/charts", of_race=_charts),
    Kind(route="/races/<slug>/publications", of_race=_publications),
    Kind(route="/races/<slug>/teams", of_race=_all_teams),
    Kind(route="/races/<slug>/teams/<code>", of_race=_teams),
)

NOT_KEPT: Mapping[str, str] = {
    "/": "the list of all races, which is no race's: it is made of all books together",
    "/races/<slug>/events": "a stream has no end",
    "/races/<slug>/lines": "asked by scripts, in many ways",
    "/races/<slug>/screen": "for the few screens of a camp, which ask in their own ways",
    "/races/<slug>/screen/setup": "for whoever sets up a screen",
    "/races/<slug>/screen/pulse": "says what time it is",
    "/races/<slug>/embed": "has headers of its own, by which other sites may show it",
    "/races/<slug>/feed.json": "has headers of its own, by which other sites may read it",
    "/races/<slug>/feed.atom": "asked for by programs, seldom",
    "/races/<slug>/calendar.ics": "asked for by programs, seldom",
    "/races/<slug>/entries/<bib>/calendar.ics": "asked for by programs, seldom",
    "/races/<slug>/entries/<bib>/certificate.pdf": "for one person, once",
    "/races/<slug>/card.png": "a picture, asked for where a link is shown",
    "/races/<slug>/boards/<code>/card.png": "a picture, asked for where a link is shown",
    "/races/<slug>/stages/<number>/card.png": "a picture, asked for where a link is shown",
    "/races/<slug>/entries/<bib>/card.png": "a picture, asked for where a link is shown",
}
"""Public addresses of which no file is kept, and why."""
