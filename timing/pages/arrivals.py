"""Who came in last, and how the field stands at each control of the running stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from timing.core.book import RaceBook
from timing.core.definition import Stage
from timing.core.entries import Entry
from timing.core.results import StageLine
from timing.core.statuses import StageStatus
from timing.core.times import zone_named
from timing.pages import addresses, figures
from timing.pages.marks import Bib, Jersey, bib_of, competitor_key, name_of
from timing.pages.remembering import remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One runner at a finish or control: when, in what time, at which place."""

    id: str
    bib: Bib
    name: str
    url: str
    detail: str
    rank: str
    time: str
    clock: str
    penalty: str = ""


@remembered
def entry_lines(book: RaceBook, number: int) -> tuple[StageLine, ...]:
    """The lines of all entries that run a stage, those who stand in their team's boards too."""
    lines = (book.stage_line(number, entry.id) for entry in book.entries(number))
    return tuple(line for line in lines if line is not None)


def arrivals(
    book: RaceBook,
    stage: Stage,
    worn: dict[str, Jersey],
    *,
    most: int,
    lines: Iterable[StageLine] | None = None,
) -> tuple[Arrival, ...]:
    """The latest finishers of a stage, newest first; ``lines`` are its own where at hand."""
    zone = zone_named(book.race.timezone)
    known = entry_lines(book, stage.number) if lines is None else lines
    finished = [line for line in known if line.finish is not None]
    finished.sort(key=lambda line: -(line.finish or 0))
    return tuple(_arrival(book, stage, line, worn, zone) for line in finished[:most])


def _arrival(
    book: RaceBook, stage: Stage, line: StageLine, worn: dict[str, Jersey], zone: ZoneInfo
) -> Arrival:
    competitor = line.competitor
    if not isinstance(competitor, Entry):
        raise TypeError("teams do not cross a line")
    precision = book.race.rules.precision
    return Arrival(
        id=f"arrival-{competitor_key(competitor)}",
        bib=bib_of(competitor, worn),
        name=name_of(competitor),
        url=addresses.runner(book.race.slug, competitor.bib),
        detail=runner_detail(competitor, line.categories),
        rank="" if line.rank is None else str(line.rank),
        time="" if line.time is None else figures.time(line.time, precision),
        clock="" if line.finish is None else figures.clock(line.finish, zone, stage.date),
        penalty=figures.behind(line.penalty, precision) if line.penalty else "",
    )


def runner_detail(entry: Entry, categories: tuple[str, ...]) -> str:
    """``NOR · W``: nation and categories, those that are known."""
    return " · ".join(part for part in (entry.nationality, " ".join(categories)) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many of a stage's field are where."""

    field: int
    not_started: int
    on_course: int
    finished: int
    out: int


_OUT = frozenset({StageStatus.DNF, StageStatus.OTL, StageStatus.DSQ})


def tally(book: RaceBook, number: int) -> Tally:
    """The field of a stage, counted by status; nobody counts twice."""
    return counted_by_status(entry_lines(book, number))


def counted_by_status(lines: Iterable[StageLine]) -> Tally:
    """The same of lines that are at hand."""
    statuses = [line.status for line in lines]
    statuses = [s for s in statuses if s is not StageStatus.NOT_IN_DIVISION]
    starters = [s for s in statuses if s is not StageStatus.DNS]
    return Tally(
        field=len(starters),
        not_started=starters.count(StageStatus.NOT_STARTED),
        on_course=starters.count(StageStatus.ON_COURSE),
        finished=sum(s in (StageStatus.FINISHED, StageStatus.NEUTRALISED) for s in starters),
        out=sum(s in _OUT for s in starters),
    )
