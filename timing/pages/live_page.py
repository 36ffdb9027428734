"""What is happening now: how many are where, who came in, the order at each control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import Stage
from timing.core.results import ControlBoard
from timing.core.times import zone_named
from timing.pages import addresses, figures, words
from timing.pages.arrivals import Arrival, Tally, arrivals, counted_by_status, runner_detail
from timing.pages.fragments import NO_TABLES, Line
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import translate
from timing.pages.marks import Jersey, Place, Symbol, bib_of, called, name_of, places, worn_bibs
from timing.pages.result_mark import ResultMark, shown_mark
from timing.pages.running import Running, has_road, last_passing, road, running
from timing.pages.stages import StageTile, first_start, stage_facts, stage_tiles, stage_title
from timing.pages.standing import standing_on_road
from timing.pages.words import sentence

FIRST = 5
LATEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTop:
    """The first at a control, in one division; ``division`` is empty where there is one only."""

    place: Place
    url: str
    division: str
    through: int
    first: tuple[Arrival, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePage:
    """The live page of a race. While nothing runs it says what comes next."""

    template: ClassVar[str] = "live.html"
    rows_template: ClassVar[str] = ""
    pieces: ClassVar[tuple[str, ...]] = ("head", "result_mark", "tally", "arrivals", "tops")
    tables: ClassVar[Mapping[str, Sequence[Line]]] = NO_TABLES

    frame: Frame
    title: str
    moment: str
    lead: str
    mark: ResultMark | None
    live_stage: str
    last_passing: str
    tiles: tuple[StageTile, ...]
    tally: Tally | None
    arrivals: tuple[Arrival, ...]
    arrivals_url: str
    tops: tuple[ControlTop, ...]
    summary: str
    home_url: str
    events: str


def live_page(book: RaceBook, *, revision: int = 0) -> LivePage:
    """What is happening now in a race."""
    race = book.race
    now = running(book)
    stage = now.stage if now is not None else None
    worn = worn_bibs(book)
    title = stage_title(stage) if stage is not None else sentence("nothing-runs")
    lines = tuple(now.lines.values()) if now is not None else ()
    latest = arrivals(book, stage, worn, most=LATEST, lines=lines) if stage is not None else ()
    return LivePage(
        frame=race_frame(
            book,
            translate("Live"),
            here="Live",
            revision=revision,
            styles=("race",),
            scripts=("live",),
        ),
        title=title,
        moment=_coming(book),
        lead=_lead(book, now) if now is not None else "",
        mark=shown_mark(book),
        live_stage=stage_facts(stage) if stage is not None else "",
        last_passing=last_passing(now) if now is not None else "",
        tiles=stage_tiles(book),
        tally=counted_by_status(lines) if stage is not None else None,
        arrivals=latest,
        arrivals_url=addresses.stage(race.slug, stage.number) if stage is not None else "",
        tops=_tops(book, stage, worn) if stage is not None else (),
        summary=latest[0].name if latest else "",
        home_url=addresses.race(race.slug),
        events=addresses.events(race.slug, page="live"),
    )


def _lead(book: RaceBook, now: Running) -> str:
    main = next((c for c in book.race.classifications if has_road(c)), None)
    return standing_on_road(book, road(book, main.code, now), now) if main is not None else ""


def _coming(book: RaceBook) -> str:
    coming = next(
        (s for s in book.race.stages if s.number in book.stages and not book.has_begun(s.number)),
        None,
    )
    if coming is None:
        return sentence("race-over")
    at = first_start(book, coming)
    day = words.long_day(coming.date)
    return sentence("next-stage", title=stage_title(coming), day=f"{day}, {at}" if at else day)


def _tops(book: RaceBook, stage: Stage, worn: dict[str, Jersey]) -> tuple[ControlTop, ...]:
    """Control by control from the finish back, those that somebody has passed."""
    names = {d.code: called(d) for d in book.race.divisions}
    found = []
    for code in reversed(book.points(stage.number)):
        for board in book.control_boards(stage.number, code):
            by_code = {p.code: p for p in places(book.course(stage.number, board.division))}
            place = by_code[code]
            if place.symbol is Symbol.START or not board.lines:
                continue
            found.append(
                ControlTop(
                    place=place,
                    url=addresses.stage(book.race.slug, stage.number, control=code),
                    division=names.get(board.division, "") if len(names) > 1 else "",
                    through=len(board.lines),
                    first=_first(book, stage, board, worn),
                )
            )
    return tuple(found)


def _first(
    book: RaceBook, stage: Stage, board: ControlBoard, worn: dict[str, Jersey]
) -> tuple[Arrival, ...]:
    zone = zone_named(book.race.timezone)
    return tuple(
        Arrival(
            id="",
            bib=bib_of(line.entry, worn),
            name=name_of(line.entry),
            url=addresses.runner(book.race.slug, line.entry.bib),
            detail=runner_detail(line.entry, line.categories),
            rank="" if line.rank is None else str(line.rank),
            time="" if line.elapsed is None else figures.elapsed(line.elapsed, book.race.rules),
            clock=figures.clock(line.time, zone, stage.date),
        )
        for line in board.lines[:FIRST]
    )
