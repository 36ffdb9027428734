"""Results as JSON: the columns of the CSV, with durations in milliseconds and instants in UTC."""

from __future__ import annotations

import json
from typing import TypeAlias

from timing.core.book import RaceBook
from timing.core.problems import Problem
from timing.core.times import format_instant
from timing.exports.table import Cell, Column, Kind, Table, board_table, stage_table
from timing.pages.problem_words import problem_seen

JsonLine: TypeAlias = dict[str, str | int | None]


def lines(table: Table) -> list[JsonLine]:
    """Each row under its names: ``time_ms`` for the column ``time``, None where there is none."""
    names = [_name(column) for column in table.columns]
    instants = [i for i, column in enumerate(table.columns) if column.kind is Kind.INSTANT]
    found = []
    for row in table.rows:
        cells = list(row)
        for i in instants:
            cells[i] = _utc(cells[i])
        found.append(dict(zip(names, cells, strict=True)))
    return found


def to_json(table: Table) -> bytes:
    """A list of `lines`."""
    return _encoded(lines(table))


def problem_line(problem: Problem) -> dict[str, object]:
    """A problem with its message in words."""
    return {
        "code": problem.code.value,
        "message": problem_seen(problem),
        "records": list(problem.records),
        "stage": problem.stage,
        "bib": problem.bib,
    }


def everything(book: RaceBook) -> bytes:
    """Every board after every stage, every stage's result, and the problems, in one object."""
    answer = book.answer()
    return _encoded(
        {
            "boards": {
                code: {str(n): lines(board_table(book.race, board)) for n, board in by.items()}
                for code, by in answer.boards.items()
            },
            "stages": {
                str(n): lines(stage_table(book.race, boards)) for n, boards in answer.stages.items()
            },
            "problems": [problem_line(problem) for problem in answer.problems],
        }
    )


def _name(column: Column) -> str:
    return f"{column.name}_ms" if column.kind is Kind.DURATION else column.name


def _utc(cell: Cell) -> str | None:
    return None if cell is None else format_instant(int(cell))


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
