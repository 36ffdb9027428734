"""A race's state as plain values, for scripts of other sites (docs/embedding.md describes it).

The shape is kept: within a version names are only ever added. It says what the public pages say,
and nothing that they don't.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from timing.core.book import RaceBook
from timing.core.definition import Measure, Stage, StageKind
from timing.core.times import format_instant
from timing.pages import addresses
from timing.pages.arrivals import entry_lines, tally
from timing.pages.embed_page import asked_board
from timing.pages.languages import spoken
from timing.pages.marks import competitor_key
from timing.pages.shown_boards import ShownBoard, ShownBoards, ShownLine
from timing.pages.stages import StageState, stage_states

VERSION = 1
ARRIVALS = 10

Values: TypeAlias = dict[str, Any]

_STATES: Mapping[StageState, str] = {
    StageState.DONE: "done",
    StageState.LIVE: "live",
    StageState.TO_COME: "to-come",
    StageState.REST: "rest",
}


def feed(book: RaceBook, args: Mapping[str, str], *, revision: int = 0, origin: str = "") -> Values:
    """The feed as its parameters ask; BadQuery, UnknownBoard.

    Addresses begin with ``origin``, the installation's public one, where it is known.
    """
    race = book.race
    board = asked_board(book, args)
    number = book.running_stage or book.last_stage
    stage = race.stage(number) if number else None
    return {
        "version": VERSION,
        "language": spoken().code,
        "revision": revision,
        "race": {
            "slug": race.slug,
            "name": race.name,
            "timezone": race.timezone,
            "starts_on": race.starts_on.isoformat(),
            "url": origin + addresses.race(race.slug),
        },
        "stages": [_stage(book, s, origin) for s in race.stages if s.kind is not StageKind.REST],
        "running_stage": book.running_stage,
        "field": _field(book, stage),
        "boards": [
            {
                "code": c.code,
                "name": c.name or c.code,
                "url": origin + addresses.board(race.slug, c.code),
            }
            for c in race.classifications
        ],
        "board": None if board is None else _board(board, origin),
        "arrivals": [] if stage is None else _arrivals(book, stage, origin),
    }


def _stage(book: RaceBook, stage: Stage, origin: str) -> Values:
    return {
        "number": stage.number,
        "name": stage.name,
        "date": stage.date.isoformat(),
        "distance_m": stage.distance_m,
        "ascent_m": stage.ascent_m,
        "state": _STATES[stage_states(book)[stage.number]],
        "url": origin + addresses.stage(book.race.slug, stage.number),
    }


def _field(book: RaceBook, stage: Stage | None) -> Values | None:
    if stage is None:
        return None
    counted = tally(book, stage.number)
    return {
        "stage": stage.number,
        "field": counted.field,
        "not_started": counted.not_started,
        "on_course": counted.on_course,
        "finished": counted.finished,
        "out": counted.out,
    }


def _board(board: ShownBoard, origin: str) -> Values:
    counts = board.measure in (Measure.POINTS, Measure.PLACES)
    return {
        "code": board.code,
        "name": board.name,
        "measure": "points" if counts else "time",
        "of": "teams" if board.of_teams else "runners",
        "is_live": board.is_live,
        "after_stage": board.after,
        "ranked": board.of,
        "url": origin + board.url,
        "lines": [_line(line, origin, counts=counts) for line in board.lines],
    }


def _line(line: ShownLine, origin: str, *, counts: bool) -> Values:
    return {
        "rank": line.rank,
        "moved": line.moved,
        "bib": line.bib.text,
        "name": line.name,
        "nationality": line.nation,
        "categories": list(line.categories),
        "time_ms": None if counts else line.total,
        "gap_ms": None if counts else line.gap,
        "points": line.total if counts else None,
        "time": line.total_text,
        "gap": line.gap_text,
        "on_road": line.on_road,
        "seen_at": line.place,
        "seen_clock": line.clock,
        "url": origin + line.url if line.url else "",
    }


def _arrivals(book: RaceBook, stage: Stage, origin: str) -> list[Values]:
    """The latest finishers of the stage, newest first."""
    boards = ShownBoards(book)
    shown = {line.key: line for board in boards.stage(stage.number, 10_000) for line in board.lines}
    finished = [
        (line.finish, shown[key])
        for line in entry_lines(book, stage.number)
        if line.finish is not None and (key := competitor_key(line.competitor)) in shown
    ]
    finished.sort(key=lambda pair: -pair[0])
    return [
        {
            "stage": stage.number,
            "bib": line.bib.text,
            "name": line.name,
            "nationality": line.nation,
            "rank": line.rank,
            "time_ms": line.total,
            "time": line.total_text,
            "finished_at": format_instant(at),
            "url": origin + line.url if line.url else "",
        }
        for at, line in finished[:ARRIVALS]
    ]
