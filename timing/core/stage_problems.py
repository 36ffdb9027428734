"""What is dubious about an entry on a stage, put as problems."""

from __future__ import annotations

from timing.core.cutoffs import Missed
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Status
from timing.core.splits import Facts
from timing.core.stage_input import StageInput
from timing.core.stage_rows import Row


def seen_after_out(stage: StageInput, row: Row, facts: Facts, since: int) -> Problem:
    """Splits from the point of index ``since`` on, of someone who was out before it."""
    later = [p for p in facts.taken[since:] if p is not None]
    return Problem(
        code=ProblemCode.SEEN_AFTER_OUT,
        stage=stage.number,
        control=later[-1].control if later else "",
        bib=row.entry.bib,
        records=tuple(p.id for p in later),
    )


def finished_but_out(stage: StageInput, row: Row, facts: Facts | None, decision: Status) -> Problem:
    """A ruling that denies a finish, with the passing of the finish if there is one."""
    finish = None if facts is None else facts.taken[-1]
    return Problem(
        code=ProblemCode.FINISHED_BUT_OUT,
        stage=stage.number,
        bib=row.entry.bib,
        records=(decision.id,) if finish is None else (decision.id, finish.id),
    )


def negative_time(stage: StageInput, row: Row) -> Problem:
    """Credits beyond the time that they are taken from."""
    return Problem(code=ProblemCode.NEGATIVE_TIME, stage=stage.number, bib=row.entry.bib)


def limit_in_question(
    code: ProblemCode, stage: StageInput, row: Row, facts: Facts, missed: Missed
) -> Problem:
    """A missed limit that does not act by itself; ``code`` says why."""
    index = missed.limit.point
    taken = facts.taken[index]
    return Problem(
        code=code,
        stage=stage.number,
        control=stage.courses.of(row.entry).points[index].code,
        bib=row.entry.bib,
        records=() if taken is None else (taken.id,),
        params=(("late_ms", missed.by), ("outcome", missed.limit.outcome.kind.value)),
    )
