"""Who leads what: the bibs at the head of a page, solid where worn, dashed on the road."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from timing.core.book import RaceBook
from timing.core.definition import Classification, Measure
from timing.core.entries import Competitor, Entry
from timing.core.times import Duration
from timing.pages import addresses, figures, words
from timing.pages.marks import Bib, Jersey, bib_of, called, jerseys, name_of, worn_bibs
from timing.pages.running import Roads, Running, has_road
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


def leaders(book: RaceBook, now: Running | None, roads: Roads | None) -> tuple[Leader, ...]:
    """The leaders of the classifications that have a colour, as they stand now.

    ``roads`` is None where nothing is on the road.
    """
    worn = worn_bibs(book)
    found = []
    for jersey, classification in jerseys(book.race).items():
        leader = leader_of(book, classification, now, roads, worn)
        if leader is None:
            continue
        if leader.bib.jersey is None:
            unworn = replace(
                leader.bib, jersey=jersey, on_road=True, title=sentence("leads-unworn")
            )
            leader = replace(leader, bib=unworn)
        found.append(leader)
    return tuple(found)


def leader_of(
    book: RaceBook,
    classification: Classification,
    now: Running | None,
    roads: Roads | None,
    worn: Mapping[str, Jersey],
) -> Leader | None:
    """Who leads a classification now, by how much; None before anybody does."""
    standings = _standings(book, classification, now, roads)
    if not standings:
        return None
    first, second = standings[0], standings[1] if len(standings) > 1 else None
    return Leader(
        title=called(classification),
        bib=bib_of(first.competitor, worn),
        name=name_of(first.competitor),
        url=_url(book, first.competitor),
        lead=_lead(second, classification.measure, book.race.rules.precision),
        on_road=first.on_road or (second is not None and second.on_road),
    )


def _standings(
    book: RaceBook, classification: Classification, now: Running | None, roads: Roads | None
) -> list[_Standing]:
    if roads is not None and now is not None and has_road(classification):
        lines = roads.of(classification.code)
        if not now.closed and all(line.split is None for line in lines):
            return []
        return [
            _Standing(line.line.competitor, line.gap, not line.is_settled)
            for line in lines[:2]
            if line.rank is not None
        ]
    after = now.closed if now is not None else book.last_stage
    if not after:
        return []
    return [
        _Standing(line.competitor, line.gap, False)  # noqa: FBT003 - settled
        for line in book.board(classification.code, after).lines[:2]
        if line.rank is not None
    ]


def _lead(second: _Standing | None, measure: Measure, precision: Duration) -> str:
    if second is None or second.gap is None:
        return sentence("leads-alone")
    other = name_of(second.competitor)
    if second.gap == 0:
        return sentence("level-with", second=other)
    if measure in (Measure.POINTS, Measure.PLACES):
        return sentence("ahead-of", gap=words.counted("point", second.gap), second=other)
    return sentence("ahead-of", gap=figures.short(second.gap, precision), second=other)


def _url(book: RaceBook, competitor: Competitor) -> str:
    if isinstance(competitor, Entry) and competitor.bib:
        return addresses.runner(book.race.slug, competitor.bib)
    return ""
