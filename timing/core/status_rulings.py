"""What a status ruling makes of an entry on a stage (Rules 10)."""

from __future__ import annotations

from dataclasses import replace

from timing.core.problems import Problem
from timing.core.records import Status
from timing.core.splits import Facts
from timing.core.stage_input import StageInput
from timing.core.stage_problems import finished_but_out, seen_after_out
from timing.core.stage_rows import Row, Standing
from timing.core.statuses import RaceStatus, RulingStatus, StageStatus

ENDED_BY = {
    RulingStatus.DNF: RaceStatus.DNF,
    RulingStatus.OTL: RaceStatus.OTL,
    RulingStatus.DSQ: RaceStatus.DSQ,
    RulingStatus.WITHDRAWN: RaceStatus.WITHDRAWN,
}
"""How the race ends by rulings that always end it the same way."""

DECIDED_STATUS = {
    RulingStatus.DNS: StageStatus.DNS,
    RulingStatus.DNF: StageStatus.DNF,
    RulingStatus.OTL: StageStatus.OTL,
    RulingStatus.DSQ: StageStatus.DSQ,
}
"""The stage status by rulings that name it."""

_NOT_FINISHED = frozenset({RulingStatus.DNF, RulingStatus.DNS})


def decide(
    stage: StageInput,
    row: Row,
    decision: Status,
    before: Standing,
    facts: Facts | None,
    *,
    problems: list[Problem],
) -> tuple[Standing, Standing]:
    """Let a ruling on this stage, or for the whole race, act on a row.

    The standing as after the stage, and the one that the next stage starts from: they differ
    for who withdrew after finishing. What speaks against the ruling goes to ``problems``.
    """
    number, is_whole = stage.number, decision.stage is None
    control = decision.control or row.control
    if decision.status is RulingStatus.UNRANKED:
        after = replace(before, competitive=False, stage=number, control=control)
        return after, after
    ended = ENDED_BY.get(decision.status) or (
        # Whoever never raced is not out of it: registered, and not ranked (Rules 10.1).
        RaceStatus.DNF if before.has_raced else RaceStatus.REGISTERED
    )
    after = replace(before, ended=ended, stage=None if is_whole else number, control=control)
    row.control = control
    if decision.status is RulingStatus.WITHDRAWN:
        has_finished = row.status is StageStatus.FINISHED
        if has_finished and _is_under_way(stage, row, decision, facts):
            # Withdrawn at a checkpoint, not after the stage that is said to be finished.
            problems.append(finished_but_out(stage, row, facts, decision))
        elif has_finished and not is_whole:
            return before, replace(after, control="")
        elif has_finished:
            return after, after
        if has_finished or row.status is StageStatus.ON_COURSE:
            row.status = StageStatus.DNF
        elif row.status is StageStatus.NOT_STARTED:
            row.status = StageStatus.DNS
    elif (
        not is_whole
        or decision.status is RulingStatus.DSQ
        or row.status is not StageStatus.FINISHED
    ):
        if row.status is StageStatus.FINISHED and decision.status in _NOT_FINISHED:
            problems.append(finished_but_out(stage, row, facts, decision))
        row.status = DECIDED_STATUS[decision.status]
    if facts is not None and (since := _seen_since(stage, row, decision, facts)) is not None:
        problems.append(seen_after_out(stage, row, facts, since))
    return after, after


def _is_under_way(stage: StageInput, row: Row, decision: Status, facts: Facts | None) -> bool:
    """Whether a withdrawal names a control before the finish, on a stage that was run."""
    finish = stage.courses.of(row.entry).points[-1]
    return (
        facts is not None
        and decision.stage is not None
        and bool(decision.control)
        and not finish.is_named(decision.control)
    )


def _seen_since(stage: StageInput, row: Row, decision: Status, facts: Facts) -> int | None:
    """The first point after the one retired at, if any later one was passed.

    Retired at a checkpoint and then seen again: to resolve, not to hide (Rules 10.2).
    """
    if not decision.control or decision.status is RulingStatus.DSQ:
        return None
    course = stage.courses.of(row.entry)
    codes = (f"{decision.control}.out", f"{decision.control}.in", decision.control)
    at = next((course.index[c] for c in codes if c in course.index), None)
    return None if at is None or facts.last <= at else at + 1
