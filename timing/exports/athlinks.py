"""Results for Athlinks: a CSV file of those who finished, with splits in the order of the course.

The splits of a race of several stages are its stages; those of a single stage are its controls.
"""

from __future__ import annotations

from timing.core.book import RaceBook
from timing.core.entries import Entry
from timing.core.results import Board
from timing.core.times import Duration
from timing.exports.finishers import Finisher, field_of
from timing.exports.itra import clock
from timing.exports.rows import harmless, rows_to_csv

HEADER = ("First", "Last", "Age", "Gender", "Rank", "Bracket", "Bib", "Finish Time")
OVERALL = "Overall"


def to_athlinks(book: RaceBook, board: Board) -> bytes:
    """The finishers of a board, best first; the bracket is their narrowest category."""
    stages = [number for number in book.stages if number <= board.after]
    points = book.points(stages[0])[1:-1] if len(stages) == 1 else ()
    splits = points if len(stages) == 1 else tuple(_title(book, n) for n in stages)
    rows = []
    for one in field_of(book, board):
        if one.time is None:
            continue
        told = (
            _at_points(book, stages[0], one.entry, points)
            if len(stages) == 1
            else [_on_stage(book, number, one.entry) for number in stages]
        )
        rows.append((*_row(book, one, one.time), *told))
    return rows_to_csv((*HEADER, *(harmless(split) for split in splits)), rows)


def _title(book: RaceBook, number: int) -> str:
    stage = book.race.stage(number)
    name = "" if stage is None else stage.name
    return f"Stage {number} {name}".strip()


def _row(book: RaceBook, one: Finisher, time: Duration) -> tuple[str, ...]:
    return (
        harmless(one.name.first),
        harmless(one.name.family),
        "" if one.age is None else str(one.age),
        one.entry.gender,
        str(one.rank),
        harmless(_bracket(book, one)),
        harmless(one.entry.bib),
        clock(time),
    )


def _bracket(book: RaceBook, one: Finisher) -> str:
    """The category with the narrowest ages, else the first."""
    mine = [c for c in book.race.categories if c.code in one.categories]
    if not mine:
        return OVERALL
    best = min(mine, key=lambda c: _years(c.age))
    return best.name or best.code


def _years(age: tuple[int | None, int | None] | None) -> int:
    if age is None:
        return 1_000
    first, last = age
    return (200 if last is None else last) - (first or 0)


def _on_stage(book: RaceBook, number: int, entry: Entry) -> str:
    line = book.stage_line(number, entry.id)
    return "" if line is None or line.time is None else clock(line.time)


def _at_points(book: RaceBook, stage: int, entry: Entry, points: tuple[str, ...]) -> list[str]:
    at = {s.point: s.elapsed for s in book.splits(stage, entry.id) if s.elapsed is not None}
    return [clock(at[point]) if point in at else "" for point in points]
