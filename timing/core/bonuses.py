"""Time bonuses by place, at the finish and at controls (Rules 6.4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from timing.core.adjustments import Adjustment, Won
from timing.core.ranking import ranks_of
from timing.core.stage_input import StageInput
from timing.core.stage_rows import FRESH, Row, StageState
from timing.core.statuses import StageStatus

FINISH = "finish"
"""In a table of bonuses: by place on the stage, wherever its result was taken."""


def give_bonuses(stage: StageInput, state: StageState, apart: Collection[str]) -> None:
    """Give each division's entries what their places are worth; equal places are worth the same.

    They touch the general classification alone. ``apart`` are those without a place of their own.
    """
    for division in stage.courses:
        rows = [
            row
            for row in state.rows.values()
            if row.entry.division == division and row.entry.id not in apart
        ]
        for code, table in stage.bonuses:
            for entry_id, place in _places(stage, state, rows, code).items():
                if place <= len(table):
                    won = Won(point=code, place=place, time=table[place - 1])
                    _give(stage, state.rows[entry_id], won)


def _give(stage: StageInput, row: Row, won: Won) -> None:
    adjustment = stage.ledger.entries.setdefault(row.entry.id, Adjustment())
    adjustment.bonus += won.time
    adjustment.won.append(won)
    row.adjustment = adjustment


def _places(stage: StageInput, state: StageState, rows: list[Row], code: str) -> Mapping[str, int]:
    """The places of a division's entries: on the stage, or at a control by elapsed time."""
    if code == FINISH:
        return {row.entry.id: row.rank for row in rows if row.rank is not None}
    return ranks_of(dict(_elapsed(stage, state, rows, code)))


def _elapsed(
    stage: StageInput, state: StageState, rows: list[Row], code: str
) -> Iterator[tuple[str, int]]:
    """Of those in the race: who is out of it or of the competition takes nobody's place."""
    for row in rows:
        entry_id = row.entry.id
        facts = stage.facts.get(entry_id)
        index = stage.courses.of(row.entry).index.get(code)
        if facts is None or index is None or row.status is StageStatus.DSQ:
            continue
        was_in = stage.before.get(entry_id, FRESH).ended is None
        elapsed = facts.elapsed(index)
        if elapsed is not None and was_in and state.standings.get(entry_id, FRESH).competitive:
            yield entry_id, elapsed
