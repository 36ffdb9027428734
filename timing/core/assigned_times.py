"""Times assigned to those who do not finish a stage and stay in the race (Rules 9.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from timing.core.definition import AssignFrom, StageKind
from timing.core.finishers import Finishers
from timing.core.records import Status
from timing.core.stage_input import StageInput
from timing.core.stage_rows import Row, StageState, Standing
from timing.core.statuses import RulingStatus, StageStatus
from timing.core.times import Duration, round_to

_UNFINISHED = frozenset({StageStatus.DNF, StageStatus.OTL, StageStatus.DNS})
_OF_THE_STAGE = frozenset({RulingStatus.DNF, RulingStatus.OTL, RulingStatus.DNS})


def stays_in(
    stage: StageInput, row: Row, before: Standing, after: Standing, decision: Status | None
) -> bool:
    """Whether a row is of one who did not finish the stage, and goes on with an assigned time.

    Not who withdrew or was disqualified, who is out of the whole race by a ruling or by its
    limit, or has no strike left.
    """
    if stage.rules.unfinished.assign is None or stage.kind is not StageKind.TIMED:
        return False
    if before.ended is not None or row.status not in _UNFINISHED:
        return False
    if decision is not None and (decision.stage is None or decision.status not in _OF_THE_STAGE):
        return False
    return after.strikes == before.strikes and not any(m.limit.is_of_race for m in row.missed)


def back_in(row: Row, before: Standing, after: Standing) -> Standing:
    """The standing of one who stays in; only who did not start has not raced."""
    return replace(
        after,
        ended=None,
        stage=before.stage,
        control=before.control,
        competitive=before.competitive,
        has_raced=before.has_raced or row.status is not StageStatus.DNS,
    )


def assign_times(stage: StageInput, state: StageState, finishers: Finishers) -> None:
    """Give the rows that were marked their times, once everybody's own is known.

    Without anything to go by (nobody finished, no cut-off at the finish) a row stays without.
    """
    rules = stage.rules
    assign = rules.unfinished.assign
    if assign is None:
        return
    base = _base(assign, stage, state, finishers)
    for row in state.rows.values():
        if not row.is_assigned:
            continue
        found = base(row)
        if found is None:
            continue
        row.raw = round_to(found, rules.precision, rules.rounding) + rules.unfinished.plus
        row.adjusted = row.adjustment.on_stage + row.automatic_penalty - row.automatic_credit
        row.done, row.time, row.hidden = True, row.raw + row.adjusted, 0
        row.is_exact = False


def place_unfinished(state: StageState) -> None:
    """Give them a place for sums: the one behind everybody who has a rank (Rules 9.1, 9.5)."""
    for row in state.rows.values():
        if row.is_assigned:
            row.place_behind = len(state.ranked.get(row.entry.division, ())) + 1


def _base(
    assign: AssignFrom, stage: StageInput, state: StageState, finishers: Finishers
) -> Callable[[Row], Duration | None]:
    if assign is AssignFrom.LIMIT:
        return lambda row: _limit(stage, row, finishers)
    times: dict[str, list[Duration]] = {}
    for row in state.rows.values():
        if row.status is StageStatus.FINISHED and row.time is not None:
            times.setdefault(row.entry.division, []).append(row.time)
    match assign:
        case AssignFrom.LAST:
            return lambda row: max(times.get(row.entry.division, ()), default=None)
        case AssignFrom.WINNER:
            return lambda row: min(times.get(row.entry.division, ()), default=None)
        case _:
            assert_never(assign)


def _limit(stage: StageInput, row: Row, finishers: Finishers) -> Duration | None:
    """The first cut-off at the finish, as a time from the entry's start."""
    entry, course = row.entry, stage.courses.of(row.entry)
    clock = stage.frame.clock_of(entry.id)
    limits = stage.limits(entry, clock.wave, row.categories)
    limit = next((m for m in limits if m.point == course.finish.ordinal), None)
    if limit is None:
        return None
    if limit.elapsed is not None and not limit.from_gun:
        return limit.elapsed
    if limit.percent is not None:
        winner = finishers.winner(entry.division)
        return None if winner is None else winner * limit.percent // 100
    start = row.start if row.start is not None else clock.opens
    closing = limit.closing(start, clock.gun)
    return None if closing is None or start is None else max(closing - start, 0)
