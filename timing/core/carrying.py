"""What goes along into another division, and what stays behind (Rules 7.2).

A board of one division counts, for an entry that moved, the stages that its moves let it keep:
all of them as they were run, none, or each as far as the course that both divisions share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from timing.core.definition import Carry, Rules
from timing.core.moves import Move
from timing.core.stage_book import StageBook
from timing.core.stage_rows import Row
from timing.core.statuses import StageStatus
from timing.core.times import round_to

Kept = Mapping[int, Mapping[str, Row | None]]
"""By stage and entry, what counts instead of the stage's own row; None for nothing."""


def moves_by_entry(books: Iterable[StageBook]) -> dict[str, list[Move]]:
    """The moves of everybody who moved, in the order of the stages."""
    found: dict[str, list[Move]] = {}
    for book in books:
        for entry_id, move in book.moves.items():
            found.setdefault(entry_id, []).append(move)
    return found


def left(moves: Sequence[Move], division: str) -> Move | None:
    """The move by which an entry left ``division`` for good; None where it never did."""
    if moves[-1].division == division:
        return None
    return next((m for m in reversed(moves) if m.old == division), None)


def kept(
    division: str,
    stages: Mapping[int, StageBook],
    moves: Mapping[str, Sequence[Move]],
    rules: Rules,
) -> Kept:
    """What counts in boards of ``division`` over ``stages`` for those who moved in or out."""
    found: dict[int, dict[str, Row | None]] = {number: {} for number in stages}
    for entry_id, own in moves.items():
        out = left(own, division)
        if out is None and own[-1].division != division:
            continue
        so_far = own if out is None else own[: own.index(out)]
        for number, book in stages.items():
            if out is not None and number >= out.stage:
                found[number][entry_id] = None
                continue
            later = [move.carry for move in so_far if move.stage > number]
            if Carry.NONE in later:
                found[number][entry_id] = None
            elif Carry.SHARED in later:
                found[number][entry_id] = _over(book, entry_id, division, rules)
    return {number: rows for number, rows in found.items() if rows}


def _over(book: StageBook, entry_id: str, division: str, rules: Rules) -> Row | None:
    """An entry's row as far as the course of another division: its split there is the finish.

    A stage without a time of its own, and one over the same course, is what it was; a declared
    time cannot be divided.
    """
    row = book.state.rows.get(entry_id) if book.state is not None else None
    found = book.read_as(entry_id, division)
    if row is None or found is None:
        return None
    course, facts = found
    own = book.courses.of(row.entry)
    if row.status is StageStatus.NEUTRALISED or own.points == course.points:
        return row
    if entry_id in book.declared or facts.raw is None:
        return replace(row, raw=None, time=None, rank=None, tie=None, done=False)
    rounded = round_to(facts.raw, rules.precision, rules.rounding)
    return replace(
        row,
        raw=facts.raw,
        time=rounded + row.adjusted,
        hidden=facts.raw - rounded,
        finish=facts.finish,
        distance_m=course.distance_m,
        rank=None,
        tie=None,
        done=True,
    )
