"""All races of this installation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import StageKind
from timing.core.times import Instant
from timing.pages import addresses, figures, words
from timing.pages.frame import Frame, name_and_edition
from timing.pages.languages import translate
from timing.pages.marks import name_of
from timing.pages.words import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceItem:
    """One race: where and when, how long, how it stands.

    ``at`` is the first start of one that is to come, None where no time is set.
    """

    name: str
    edition: str
    url: str
    days: str
    facts: str
    state: str
    is_live: bool
    at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceGroup:
    """Races that stand alike."""

    title: str
    races: tuple[RaceItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceListPage:
    """The first page: races under way, those to come, the soonest first, and those that are over.

    A group that has none is left out.
    """

    template: ClassVar[str] = "races.html"

    frame: Frame
    groups: tuple[RaceGroup, ...]


def race_list(books: Iterable[RaceBook]) -> RaceListPage:
    """The races of all books."""
    under_way: list[RaceBook] = []
    to_come: list[RaceBook] = []
    over: list[RaceBook] = []
    for book in sorted(books, key=lambda b: (b.race.starts_on, b.race.slug)):
        is_begun = any(book.has_begun(number) for number in book.stages)
        is_over = book.running_stage is None and _is_over(book)
        (over if is_over else under_way if is_begun else to_come).append(book)
    # Among those under way one that is on the road goes before one that sleeps, the latest first.
    under_way.sort(key=lambda b: (b.running_stage is None, -b.race.starts_on.toordinal()))
    groups = (
        (translate("Under way"), under_way),
        (translate("To come"), to_come),
        (translate("Over"), over[::-1]),
    )
    return RaceListPage(
        frame=Frame(
            title=translate("Races · Bivouac"), styles=("race",), scripts=("visitor", "until")
        ),
        groups=tuple(
            RaceGroup(title=title, races=tuple(_item(book) for book in those))
            for title, those in groups
            if those
        ),
    )


def _is_over(book: RaceBook) -> bool:
    return bool(book.last_stage) and book.last_stage >= max(book.stages)


def _item(book: RaceBook) -> RaceItem:
    race = book.race
    name, edition = name_and_edition(race)
    last = max((s.date for s in race.stages), default=race.starts_on)
    return RaceItem(
        name=name,
        edition=edition,
        url=addresses.race(race.slug),
        days=words.days(race.starts_on, last),
        facts=race_facts(book),
        state=_state(book),
        is_live=book.running_stage is not None,
        at=_first_instant(book),
    )


def race_facts(book: RaceBook) -> str:
    """``6 stages · 225 km · 46 runners``."""
    stages = [s for s in book.race.stages if s.kind is not StageKind.REST]
    metres = sum(s.distance_m for s in stages)
    parts = [words.counted("stage", len(stages))] if stages else []
    if metres:
        parts.append(translate("{km} km").format(km=figures.kilometres(metres)))
    parts.append(words.counted("runner", len(book.entries())))
    if book.teams():
        parts.append(words.counted("team", len(book.teams())))
    return " · ".join(parts)


def _state(book: RaceBook) -> str:
    if book.running_stage is not None:
        return sentence("state-live", stage=book.running_stage)
    if not book.last_stage:
        return sentence("state-to-come")
    if _is_over(book):
        return _won(book)
    return sentence("state-between", stage=book.last_stage)


def _won(book: RaceBook) -> str:
    """Who has won the first classification, or that the race is over."""
    main = next(iter(book.race.classifications), None)
    lines = book.board(main.code).lines[:1] if main is not None else ()
    if not lines or lines[0].rank is None:
        return sentence("state-over")
    return translate("Won by {name}").format(name=name_of(lines[0].competitor))


def _first_instant(book: RaceBook) -> Instant | None:
    """The first start of a race of which nothing was seen yet."""
    first = next(iter(book.stages), None)
    if first is None or book.has_begun(first):
        return None
    return min(book.guns(first).values(), default=None)
