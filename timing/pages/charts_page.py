"""The charts of a race: places, gaps and paces, of the first and of whom one chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook, UnknownBoard, UnknownStage
from timing.core.definition import Classification, Of, Stage
from timing.core.entries import Entry
from timing.pages import addresses
from timing.pages.fragments import NO_TABLES, Line
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import mark, translate
from timing.pages.line_charts import LineChart
from timing.pages.marks import called
from timing.pages.race_charts import race_charts
from timing.pages.running import Roads, last_passing, running
from timing.pages.selection import BadQuery, number_of
from timing.pages.stage_charts import leg_paces, stage_gaps
from timing.pages.stages import StageTile, stage_tiles, stage_title

HERE = mark("Charts")
MOST_CHOSEN = 8
LONGEST_CHOICE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartChoice:
    """One thing to choose in the form; ``code`` is its value."""

    code: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartsPage:
    """The charts of a race; those that cannot be drawn yet are left out."""

    template: ClassVar[str] = "charts.html"
    rows_template: ClassVar[str] = ""
    pieces: ClassVar[tuple[str, ...]] = (
        "head",
        "chart_places",
        "chart_gaps",
        "chart_stagegaps",
        "chart_paces",
    )
    tables: ClassVar[Mapping[str, Sequence[Line]]] = NO_TABLES
    summary: ClassVar[str] = ""

    frame: Frame
    title: str
    moment: str
    lead: str
    live_stage: str
    last_passing: str
    tiles: tuple[StageTile, ...]
    action: str
    boards: tuple[ChartChoice, ...]
    stages: tuple[ChartChoice, ...]
    bibs: str
    places: LineChart | None
    gaps: LineChart | None
    stage_gaps: LineChart | None
    paces: LineChart | None
    events: str


def charts_page(book: RaceBook, args: Mapping[str, str], *, revision: int = 0) -> ChartsPage:
    """The charts as the parameters ask.

    ``of`` is a classification, by default the first; ``on`` a stage, by default the running or
    the last one; ``bibs`` who stands out. Raises UnknownBoard, UnknownStage or BadQuery.
    """
    race = book.race
    now = running(book)
    roads = Roads(book, now) if now is not None else None
    chosen = _classification(book, args.get("of", "").strip())
    stage = _stage(book, number_of(args, "on"))
    bibs = _bibs(args.get("bibs", ""))
    places = gaps = along = paces = None
    if chosen is not None:
        places, gaps = race_charts(book, chosen, now, roads, bibs)
    if stage is not None and (division := _division(book, chosen, stage)) is not None:
        along = stage_gaps(book, stage, division, bibs)
        own = _paced(book, stage, bibs, along)
        paces = leg_paces(book, stage, own) if own is not None else None
    title = translate(HERE)
    return ChartsPage(
        frame=race_frame(
            book,
            title,
            here=HERE,
            revision=revision,
            styles=("charts",),
            scripts=("live",),
        ),
        title=title,
        moment="" if chosen is None else called(chosen),
        lead=_lead(places, gaps, along),
        live_stage=stage_title(now.stage) if now is not None else "",
        last_passing=last_passing(now) if now is not None else "",
        tiles=stage_tiles(book),
        action=addresses.charts(race.slug),
        boards=tuple(
            ChartChoice(code=c.code, name=called(c), is_chosen=c == chosen)
            for c in race.classifications
        ),
        stages=tuple(
            ChartChoice(code=str(s.number), name=stage_title(s), is_chosen=s == stage)
            for s in race.stages
            if s.number in book.stages and book.has_begun(s.number)
        ),
        bibs=", ".join(bibs),
        places=_drawn(places),
        gaps=_drawn(gaps),
        stage_gaps=_drawn(along),
        paces=_drawn(paces),
        events=addresses.events(
            race.slug,
            page="charts",
            of=args.get("of", "").strip(),
            on=args.get("on", "").strip(),
            bibs=",".join(bibs),
        ),
    )


def _drawn(chart: LineChart | None) -> LineChart | None:
    return chart if chart is not None and chart.is_drawn else None


def _lead(*charts: LineChart | None) -> str:
    if any(chart is not None and chart.is_drawn for chart in charts):
        return translate("The first, and whom you choose. Every chart has a table of its figures.")
    return translate("There is something to draw once somebody has passed a control.")


def _classification(book: RaceBook, code: str) -> Classification | None:
    if not code:
        return next(iter(book.race.classifications), None)
    found = book.race.classification(code)
    if found is None:
        raise UnknownBoard(code)
    return found


def _stage(book: RaceBook, number: int | None) -> Stage | None:
    if number is None:
        return book.race.stage(book.running_stage or book.last_stage)
    if number not in book.stages:
        raise UnknownStage(number)
    return book.race.stage(number)


def _bibs(text: str) -> tuple[str, ...]:
    if len(text) > LONGEST_CHOICE:
        raise BadQuery("bibs", f"at most {LONGEST_CHOICE} characters")
    parts = dict.fromkeys(part.strip() for part in text.replace(";", ",").split(","))
    return tuple(part for part in parts if part)[:MOST_CHOSEN]


def _division(book: RaceBook, chosen: Classification | None, stage: Stage) -> str | None:
    """The division whose course is shown: the classification's, else that of the most runners."""
    fields: dict[str, int] = {}
    for entry in book.entries(stage.number):
        if book.stage_line(stage.number, entry.id) is not None:
            fields[entry.division] = fields.get(entry.division, 0) + 1
    if chosen is not None and chosen.of is Of.SOLO and chosen.division in fields:
        return chosen.division
    return max(fields, key=lambda d: (fields[d], d), default=None)


def _paced(book: RaceBook, stage: Stage, bibs: Sequence[str], along: LineChart) -> Entry | None:
    """Whose pace is shown: the first chosen who ran the stage, else the first of it."""
    wanted = [*bibs, *(line.bib for line in along.lines[:1])]
    worn = (book.entry_wearing(bib, stage.number) for bib in wanted)
    return next(
        (entry for entry in worn if entry is not None and book.splits(stage.number, entry.id)),
        None,
    )
