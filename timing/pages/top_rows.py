"""The first of a classification, for pages that show a few lines of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from timing.core.book import RaceBook
from timing.core.definition import Classification, Measure, StageKind
from timing.core.entries import Competitor, Entry, Team
from timing.core.results import Line
from timing.core.road import RoadLine
from timing.pages import addresses, figures
from timing.pages.arrivals import runner_detail
from timing.pages.marks import Bib, Jersey, bib_of, competitor_key, jerseys, name_of, worn_bibs
from timing.pages.running import Roads, Running, has_road
from timing.pages.words import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class TopRow:
    """One line. ``moved`` counts places gained since the stage before, None without one.

    ``place`` and ``clock`` say where one on the road was seen last; ``on_road`` that it is there.
    """

    id: str
    rank: str
    moved: int | None
    bib: Bib
    name: str
    url: str
    detail: str
    total: str
    gap: str
    place: str = ""
    clock: str = ""
    on_road: bool = False


def top_rows(
    book: RaceBook,
    classification: Classification,
    now: Running | None,
    roads: Roads | None,
    *,
    most: int,
) -> tuple[TopRow, ...]:
    """The first ``most`` of a classification as it stands now; nobody before anybody is ranked."""
    worn = worn_bibs(book)
    if now is not None and roads is not None and has_road(classification):
        lines = [line for line in roads.of(classification.code)[:most] if line.rank is not None]
        if not now.closed and all(line.split is None for line in lines):
            return ()
        before = _ranks(book, classification, now.closed)
        leads = next((j for j, c in jerseys(book.race).items() if c == classification), None)
        rows = (_road_row(book, line, now, worn, before) for line in lines)
        return tuple(_as_leading(row, leads) for row in rows)
    after = now.closed if now is not None else book.last_stage
    if not after:
        return ()
    ranked = [
        line
        for line in book.board(classification.code, after).lines[:most]
        if line.rank is not None
    ]
    before = _ranks(book, classification, _stage_before(book, after))
    return tuple(_settled_row(book, line, worn, before, classification.measure) for line in ranked)


def _stage_before(book: RaceBook, number: int) -> int:
    earlier = (
        s.number for s in book.race.stages if s.number < number and s.kind is not StageKind.REST
    )
    return max(earlier, default=0)


def _ranks(book: RaceBook, classification: Classification, after: int) -> dict[str, int]:
    if not after:
        return {}
    lines = book.board(classification.code, after).lines
    return {competitor_key(li.competitor): li.rank for li in lines if li.rank is not None}


def _settled_row(
    book: RaceBook, line: Line, worn: dict[str, Jersey], before: dict[str, int], measure: Measure
) -> TopRow:
    precision = book.race.rules.precision
    counts = measure in (Measure.POINTS, Measure.PLACES)
    if counts:
        total = "" if line.points is None else figures.count(line.points)
    else:
        total = "" if line.time is None else figures.time(line.time, precision)
    gap = ""
    if line.rank == 1 and not line.gap:
        gap = sentence("leader")
    elif line.gap is not None:
        gap = figures.count(line.gap) if counts else figures.behind(line.gap, precision)
    return TopRow(
        id=_row_id(line.competitor),
        bib=bib_of(line.competitor, worn),
        name=name_of(line.competitor),
        url=_url(book, line.competitor),
        detail=_detail(book, line),
        rank=str(line.rank),
        moved=_moved(before, line),
        total=total,
        gap=gap,
    )


def _road_row(
    book: RaceBook,
    road_line: RoadLine,
    now: Running,
    worn: dict[str, Jersey],
    before: dict[str, int],
) -> TopRow:
    line, stage, split = road_line.line, road_line.stage, road_line.split
    precision = book.race.rules.precision
    place = clock = ""
    if split is not None and stage is not None:
        found = now.place(stage.division, split.point)
        place = found.short if found is not None else split.point
        place = sentence("finished") if road_line.is_settled else place
        clock = figures.clock_minutes(split.time, now.zone, now.stage.date)
    return TopRow(
        id=_row_id(line.competitor),
        bib=bib_of(line.competitor, worn),
        name=name_of(line.competitor),
        url=_url(book, line.competitor),
        detail=_detail(book, line),
        rank=str(road_line.rank),
        moved=_moved_to(before, line, road_line.rank) if now.closed else None,
        total="" if road_line.total is None else figures.time(road_line.total, precision),
        gap=sentence("leader")
        if road_line.rank == 1
        else figures.behind(road_line.gap or 0, precision),
        place=place,
        clock=clock,
        on_road=stage is not None and not road_line.is_settled,
    )


def _as_leading(row: TopRow, leads: Jersey | None) -> TopRow:
    """With the leader's colour, dashed, where the first does not wear it yet."""
    if row.rank != "1" or row.bib.jersey is not None or leads is None:
        return row
    bib = replace(row.bib, jersey=leads, on_road=True, title=sentence("leads-on-road"))
    return replace(row, bib=bib)


def _row_id(competitor: Competitor) -> str:
    return f"line-{competitor_key(competitor)}"


def _url(book: RaceBook, competitor: Competitor) -> str:
    if isinstance(competitor, Entry) and competitor.bib:
        return addresses.runner(book.race.slug, competitor.bib)
    return ""


def _detail(book: RaceBook, line: Line) -> str:
    competitor = line.competitor
    if isinstance(competitor, Team):
        return ", ".join(name_of(member) for member in book.members(competitor.code))
    return runner_detail(competitor, line.categories)


def _moved(before: dict[str, int], line: Line) -> int | None:
    return _moved_to(before, line, line.rank)


def _moved_to(before: dict[str, int], line: Line, rank: int | None) -> int | None:
    was = before.get(competitor_key(line.competitor))
    return None if was is None or rank is None else was - rank
