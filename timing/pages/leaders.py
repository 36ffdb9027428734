"""Who leads what: the bibs at the head of a page, solid where worn, dashed on the road."""

from __future__ import annotations

from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.definition import Classification
from timing.core.entries import Competitor, Entry
from timing.core.times import Duration
from timing.pages import addresses, figures
from timing.pages.marks import Bib, bib_of, jerseys, name_of, worn_bibs
from timing.pages.running import Running, has_road, road
from timing.pages.words import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """The leader of one classification: whose bib, and by how much."""

    title: str
    bib: Bib
    name: str
    url: str
    lead: str
    on_road: bool


@dataclass(frozen=True, slots=True)
class _Standing:
    competitor: Competitor
    gap: Duration | None
    on_road: bool


def leaders(book: RaceBook, now: Running | None) -> tuple[Leader, ...]:
    """The leaders of the classifications that have a colour, as they stand now."""
    worn = worn_bibs(book)
    found = []
    for jersey, classification in jerseys(book.race).items():
        standings = _standings(book, classification, now)
        if not standings:
            continue
        first, second = standings[0], standings[1] if len(standings) > 1 else None
        bib = bib_of(first.competitor, worn)
        if bib.jersey is None:
            bib = Bib(text=bib.text, jersey=jersey, on_road=True, title=sentence("leads-unworn"))
        found.append(
            Leader(
                title=classification.name or classification.code,
                bib=bib,
                name=name_of(first.competitor),
                url=_url(book, first.competitor),
                lead=_lead(second, book.race.rules.precision),
                on_road=first.on_road or (second is not None and second.on_road),
            )
        )
    return tuple(found)


def _standings(
    book: RaceBook, classification: Classification, now: Running | None
) -> list[_Standing]:
    if now is not None and has_road(classification):
        lines = road(book, classification.code, now)
        if not now.closed and all(line.split is None for line in lines):
            return []
        return [
            _Standing(line.line.competitor, line.gap, not line.is_settled)
            for line in lines
            if line.rank is not None
        ][:2]
    after = now.closed if now is not None else book.last_stage
    if not after:
        return []
    return [
        _Standing(line.competitor, line.gap, False)  # noqa: FBT003 - settled
        for line in book.board(classification.code, after).lines
        if line.rank is not None
    ][:2]


def _lead(second: _Standing | None, precision: Duration) -> str:
    if second is None or second.gap is None:
        return sentence("leads-alone")
    other = name_of(second.competitor)
    if second.gap == 0:
        return sentence("level-with", second=other)
    return sentence("ahead-of", gap=figures.short(second.gap, precision), second=other)


def _url(book: RaceBook, competitor: Competitor) -> str:
    if isinstance(competitor, Entry) and competitor.bib:
        return addresses.runner(book.race.slug, competitor.bib)
    return ""
