"""All races of this installation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import StageKind
from timing.pages import addresses, figures, words
from timing.pages.frame import Frame, name_and_edition
from timing.pages.words import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceItem:
    """One race: where and when, how long, how it stands."""

    name: str
    edition: str
    url: str
    days: str
    facts: str
    state: str
    is_live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceListPage:
    """The first page: races that are live, then the others, the latest first."""

    template: ClassVar[str] = "races.html"

    frame: Frame
    races: tuple[RaceItem, ...]


def race_list(books: Iterable[RaceBook]) -> RaceListPage:
    """The races of all books."""
    ordered = sorted(
        books,
        key=lambda b: (b.running_stage is None, -b.race.starts_on.toordinal(), b.race.slug),
    )
    return RaceListPage(
        frame=Frame(title="Races · Bivouac", styles=("race",)),
        races=tuple(_item(book) for book in ordered),
    )


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
    )


def race_facts(book: RaceBook) -> str:
    """``6 stages · 225 km · 46 runners``."""
    stages = [s for s in book.race.stages if s.kind is not StageKind.REST]
    metres = sum(s.distance_m for s in stages)
    parts = [words.counted("stage", len(stages))] if stages else []
    if metres:
        parts.append(f"{figures.kilometres(metres)} km")
    parts.append(words.counted("runner", len(book.entries())))
    if book.teams():
        parts.append(words.counted("team", len(book.teams())))
    return " · ".join(parts)


def _state(book: RaceBook) -> str:
    if book.running_stage is not None:
        return sentence("state-live", stage=book.running_stage)
    if not book.last_stage:
        return sentence("state-to-come")
    if book.last_stage >= max(book.stages):
        return sentence("state-over")
    return sentence("state-between", stage=book.last_stage)
