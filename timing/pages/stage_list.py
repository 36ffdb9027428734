"""The stages of a race as a programme: when, how far, how high, who won, how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.courses import course_of
from timing.core.definition import Stage, StageKind
from timing.core.entries import Competitor, Entry
from timing.core.publications import publication_of
from timing.core.times import Duration
from timing.pages import addresses, figures, words
from timing.pages.marks import Place, called, name_of, places
from timing.pages.profile import Profile, profile_of
from timing.pages.result_mark import numbered
from timing.pages.stages import first_start
from timing.pages.sureness import SURENESS, Sureness, sureness_of_stage
from timing.pages.words import sentence

MOST_WINNERS = 3
"""Winners named of one stage: of each division, or who shared it."""

_PROFILE_POINTS = 40
_SETTLED = frozenset({Sureness.PROVISIONAL, Sureness.OFFICIAL, Sureness.REOPENED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Winner:
    """Who won a stage; ``division`` is empty where there is one only."""

    name: str
    url: str
    division: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageItem:
    """One stage, or a rest day, which has a day and a word only.

    ``places`` are those of its course, drawn where it has no ``profile``.

    ``sureness`` is a `Sureness` or ``rest``; ``word`` says the same, with the number
    of its publication.
    """

    number: int
    name: str
    url: str
    day: str
    start: str
    kilometres: str
    climb: str
    profile: Profile | None
    places: tuple[Place, ...]
    winners: tuple[Winner, ...]
    sureness: str
    word: str

    @property
    def is_rest(self) -> bool:
        """Whether nothing is run."""
        return self.sureness == "rest"


def stage_list(book: RaceBook) -> tuple[StageItem, ...]:
    """Every stage of the race, rest days too."""
    return tuple(_item(book, stage) for stage in book.race.stages)


def _item(book: RaceBook, stage: Stage) -> StageItem:
    is_rest = stage.kind is StageKind.REST
    sureness = Sureness.TO_COME if is_rest else sureness_of_stage(book, stage.number)
    return StageItem(
        number=stage.number,
        name=stage.name,
        url="" if is_rest else addresses.stage(book.race.slug, stage.number),
        day=words.short_day(stage.date),
        start="" if is_rest else first_start(book, stage),
        kilometres=figures.kilometres(stage.distance_m) if stage.distance_m else "",
        climb=figures.count(stage.ascent_m) if stage.ascent_m else "",
        profile=profile_of(stage, most=_PROFILE_POINTS),
        places=places(course_of(stage, "").points) if stage.controls else (),
        winners=tuple(_winners(book, stage)) if sureness in _SETTLED else (),
        sureness="rest" if is_rest else sureness,
        word=sentence("stage-rest") if is_rest else _word(book, stage.number, sureness),
    )


def _word(book: RaceBook, number: int, sureness: Sureness) -> str:
    """How sure a stage is, with the number that says so: ``Official 3``."""
    issued = publication_of(book.publications, number) if sureness in _SETTLED else None
    return SURENESS[sureness] if issued is None else numbered(issued)


def _winners(book: RaceBook, stage: Stage) -> Iterator[Winner]:
    found = list(_firsts(book, stage.number))
    names = {d.code: called(d) for d in book.race.divisions}
    several = len({division for _, division, _ in found}) > 1
    for competitor, division, time in found[:MOST_WINNERS]:
        has_page = isinstance(competitor, Entry) and competitor.bib
        yield Winner(
            name=name_of(competitor),
            url=addresses.runner(book.race.slug, competitor.bib)
            if isinstance(competitor, Entry) and has_page
            else "",
            division=names.get(division, "") if several else "",
            time=figures.time(time, book.race.rules.precision),
        )


def _firsts(book: RaceBook, number: int) -> Iterator[tuple[Competitor, str, Duration]]:
    """Who is first of each division; of teams where nobody is ranked alone.

    Read from the settled rows: a result's page would lay out every line of it.
    """
    settled = book.stage_book(number)
    order = [d.code for d in book.race.divisions]
    rows = settled.state.rows.values() if settled.state is not None else ()
    solos = [
        (row.entry, row.entry.division, row.time)
        for row in rows
        if row.rank == 1 and row.time is not None
    ]
    solos.sort(key=lambda first: order.index(first[1]) if first[1] in order else 0)
    if solos:
        yield from solos
        return
    for team in settled.teams.rows.values():
        if team.rank == 1 and team.time is not None:
            yield team.team, team.division, team.time
