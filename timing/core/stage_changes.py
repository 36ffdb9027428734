"""A stage modified while under way: one result source for everyone concerned (Rules 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from timing.core.courses import Course, course_along
from timing.core.definition import Stage
from timing.core.problems import Problem, ProblemCode
from timing.core.records import ForStopped, Ruling, StageAction, StageChange


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """What the rulings made of a stage.

    ``is_cancelled``: it is 0 for everyone. ``result_from`` is the control whose split is the
    result, empty for the finish; ``for_stopped`` whose time the runners without one are given.
    ``ruling`` is the id of the record, empty where nothing was changed.
    """

    is_cancelled: bool = False
    result_from: str = ""
    for_stopped: ForStopped | None = None
    ruling: str = ""


UNCHANGED = StagePlan()

_OTHER_WAYS = frozenset({StageAction.REPLACE, StageAction.REROUTE})
"""What changes the stage itself, and not what counts of it."""


def _changes(number: int, rulings: Sequence[Ruling]) -> list[StageChange]:
    return [r for r in rulings if isinstance(r, StageChange) and r.stage == number]


def replaced(stage: Stage, rulings: Sequence[Ruling]) -> Stage:
    """The stage that was put in its place, if any, under the same number."""
    for change in reversed(_changes(stage.number, rulings)):
        if change.action is StageAction.REPLACE and change.replacement is not None:
            return replace(change.replacement, number=stage.number)
    return stage


def plan_of(number: int, rulings: Sequence[Ruling]) -> tuple[StagePlan, list[Problem]]:
    """What counts of a stage; of two changes that differ the later, with a problem.

    A stage that is neutralised, and one that is cancelled, without a result source are 0 for
    everyone; with one they are results like those of a stage cut short.
    """
    changes = [c for c in _changes(number, rulings) if c.action not in _OTHER_WAYS]
    if not changes:
        return UNCHANGED, []
    plans = [
        StagePlan(
            is_cancelled=c.action is StageAction.CANCEL
            or (c.action is StageAction.NEUTRALISE and not c.result_from),
            result_from=c.result_from,
            for_stopped=c.for_stopped,
            ruling=c.id,
        )
        for c in changes
    ]
    problems = []
    if len({replace(plan, ruling="") for plan in plans}) > 1:
        problems.append(
            Problem(
                code=ProblemCode.CONTRADICTING_RULINGS,
                stage=number,
                records=tuple(c.id for c in changes),
            )
        )
    return plans[-1], problems


def course_until(course: Course, control: str) -> Course:
    """The course as far as a control, which is its finish; all of it where it lacks that one.

    Cut-offs beyond are void, and passings there are of no account (racefile, Stages).
    """
    last = next((p.ordinal for p in course.points if p.control == control), None)
    if last is None:
        last = course.index.get(control)
    if last is None or last == 0:
        return course
    is_beyond = {name for name, those in course.repeats.items() if those[-1] > last}
    is_beyond |= {name for name, ordinal in course.index.items() if ordinal > last}
    return course_along(course.points[: last + 1], course.uncounted, frozenset(is_beyond))
