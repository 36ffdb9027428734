"""Results as the values that the API's answers are made of.

How they look is described where they are served, in the web's schemas.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from timing.core.book import RaceBook
from timing.core.definition import Category, Classification, Division, Stage, StageKind
from timing.core.differences import differences
from timing.core.entries import Entry, written_name
from timing.core.preview import supposing
from timing.core.publications import Publication, PublishedFigures
from timing.core.records import Ruling
from timing.core.results import Line, Split, StageBoard
from timing.core.times import format_instant
from timing.exports.differences import difference_table
from timing.exports.json import JsonLine, lines, problem_line
from timing.exports.table import board_table, control_table, stage_table
from timing.pages.runner_page import UnknownRunner

Body: TypeAlias = dict[str, Any]

MOST_CHANGES = 50
"""Of each result that a preview tells; the others are only counted."""


def text(body: Body) -> str:
    """A body as it is sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"


def races_body(books: Sequence[RaceBook], revisions: Sequence[int]) -> Body:
    """All races."""
    return {
        "races": [
            {
                "slug": book.race.slug,
                "name": book.race.name,
                "timezone": book.race.timezone,
                "starts_on": book.race.starts_on.isoformat(),
                "stages": len(book.stages),
                "revision": revision,
            }
            for book, revision in zip(books, revisions, strict=True)
        ]
    }


def race_body(book: RaceBook, revision: int) -> Body:
    """A race: what it consists of, and how far it has come."""
    race = book.race
    return {
        **_of_race(book, revision),
        "name": race.name,
        "timezone": race.timezone,
        "starts_on": race.starts_on.isoformat(),
        "divisions": _coded(race.divisions),
        "categories": _coded(race.categories),
        "boards": _boards(book),
        "stages": [_stage(stage) for stage in race.stages],
        "entries": len(book.entries()),
        "teams": len(book.teams()),
        "last_stage": book.last_stage,
        "closed_stage": book.closed_stage,
        "running_stage": book.running_stage,
    }


def board_body(book: RaceBook, revision: int, code: str, after: int | None) -> Body:
    """A classification; raises as `RaceBook.board` does."""
    board = book.board(code, after)
    return {
        **_of_race(book, revision),
        "board": board.code,
        "name": board.classification.name,
        "after": board.after,
        "lines": lines(board_table(book.race, board)),
    }


def publications_body(book: RaceBook, revision: int) -> Body:
    """Every number that was issued of a race, in order."""
    return {
        **_of_race(book, revision),
        "publications": [publication_body(one) for one in book.publications],
    }


def publication_body(one: Publication) -> Body:
    """A publication, over the ids of entries."""
    return {
        "number": one.number,
        "kind": one.kind.value,
        "after": one.after,
        "at": format_instant(one.at),
        "window_ends": None if one.window_ends is None else format_instant(one.window_ends),
        "reason": one.reason,
        "revision": one.revision,
        "version": one.version,
        "engine": one.engine,
        "input": one.input,
        "result": one.result,
        "still_out": one.still_out,
        "protests": one.protests,
        "upheld": one.upheld,
        "changes": [
            {
                "board": change.board,
                "stage": change.stage,
                "entry": None if change.of_team else change.who,
                "team": change.who if change.of_team else None,
                "kind": change.kind,
                "before": _published(change.before),
                "after": _published(change.after),
            }
            for change in one.changes
        ],
    }


def _published(found: PublishedFigures | None) -> Body | None:
    if found is None:
        return None
    return {
        "rank": found.rank,
        "time_ms": found.time,
        "points": found.points,
        "status": found.status,
    }


def stage_body(book: RaceBook, revision: int, number: int, control: str) -> Body:
    """A stage's result, or the order at a control; raises as the book does."""
    if control:
        table = control_table(book, book.control_boards(number, control))
    else:
        table = stage_table(book.race, book.stage_boards(number))
    stage = book.stage_book(number).stage
    return {
        **_of_race(book, revision),
        "stage": number,
        "name": stage.name,
        "date": stage.date.isoformat(),
        "kind": stage.kind.value,
        "control": control,
        "lines": lines(table),
    }


def entry_body(book: RaceBook, revision: int, bib: str) -> Body:
    """An entry by the bib it wears now, else by one it wore; UnknownRunner."""
    entry = _wearing(book, bib)
    after = book.last_stage
    standing = ((code, _line_of(book, code, after, entry)) for code in book.board_codes())
    return {
        **_of_race(book, revision),
        "id": entry.id,
        "bib": entry.bib,
        "name": written_name(entry),
        "gender": entry.gender,
        "nationality": entry.nationality,
        "club": entry.club,
        "division": entry.division,
        "team": entry.team,
        "boards": [
            {"board": code, "after": after, "line": line}
            for code, line in standing
            if line is not None
        ],
        "stages": [_entry_stage(book, number, entry) for number in book.stages],
    }


def problems_body(book: RaceBook, revision: int) -> Body:
    """Everything dubious."""
    return {
        **_of_race(book, revision),
        "problems": [problem_line(problem) for problem in book.problems()],
    }


def preview_body(book: RaceBook, revision: int, rulings: Sequence[Ruling]) -> Body:
    """What would change with these rulings; the book stays as it is."""
    supposed = supposing(book, rulings=rulings)
    found = differences(book, supposed)
    return {
        "revision": revision,
        "concerned": found.concerned,
        "total": sum(len(result.changes) for result in found.results),
        "changes": lines(difference_table(book, supposed, found.first(MOST_CHANGES))),
        "new_problems": [problem_line(problem) for problem in found.new_problems],
        "gone_problems": [problem_line(problem) for problem in found.gone_problems],
    }


def _of_race(book: RaceBook, revision: int) -> Body:
    return {"race": book.race.slug, "revision": revision}


def _coded(things: Iterable[Division | Category | Classification]) -> list[dict[str, str]]:
    return [{"code": thing.code, "name": thing.name} for thing in things]


def _boards(book: RaceBook) -> list[dict[str, str]]:
    names = {c.code: c.name for c in book.race.classifications}
    return [{"code": code, "name": names.get(code, "")} for code in book.board_codes()]


def _stage(stage: Stage) -> Body:
    return {
        "number": stage.number,
        "name": stage.name,
        "date": stage.date.isoformat(),
        "kind": stage.kind.value,
        "distance_m": stage.distance_m,
        "ascent_m": stage.ascent_m,
        "controls": [
            {
                "code": control.code,
                "name": control.name,
                "distance_m": control.distance_m,
                "in_out": control.in_out,
            }
            for control in stage.controls
            if stage.kind is not StageKind.REST
        ],
    }


def _wearing(book: RaceBook, bib: str) -> Entry:
    for stage in (None, *reversed(book.stages)):
        entry = book.entry_wearing(bib, stage)
        if entry is not None:
            return entry
    raise UnknownRunner(bib)


def _line_of(book: RaceBook, code: str, after: int, entry: Entry) -> JsonLine | None:
    board = book.board(code, after)
    own: tuple[Line, ...] = tuple(
        line
        for line in board.lines
        if isinstance(line.competitor, Entry) and line.competitor.id == entry.id
    )
    return lines(board_table(book.race, replace(board, lines=own)))[0] if own else None


def _entry_stage(book: RaceBook, number: int, entry: Entry) -> Body:
    line = book.stage_line(number, entry.id)
    result = None
    if line is not None:
        board = StageBoard(stage=number, division=line.division, lines=(line,))
        result = lines(stage_table(book.race, (board,)))[0]
    return {
        "stage": number,
        "result": result,
        "splits": [_split(split) for split in book.splits(number, entry.id)],
    }


def _split(split: Split) -> Body:
    return {
        "point": split.point,
        "distance_m": split.distance_m,
        "time": format_instant(split.time),
        "elapsed_ms": split.elapsed,
        "source": split.source.value,
        "record": split.record,
    }
