"""Why a clock is not the time since the start, and what was too early (Rules 4.7, 4.8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from timing.core.counting import Correction, CorrectionKind
from timing.core.courses import Course
from timing.core.reasons import Because, Reason
from timing.core.splits import Facts


def clock_reasons(facts: Facts | None, course: Course) -> Iterator[Reason]:
    """What is taken from the time between start and finish, and added to it."""
    for correction in () if facts is None else facts.corrections:
        if correction.adds:
            yield _reason(correction, course, correction.adds)


def early_penalties(facts: Facts | None, course: Course) -> Iterator[Reason]:
    """What was penalised for being too early."""
    for correction in () if facts is None else facts.corrections:
        if correction.penalty and correction.is_sure:
            yield _reason(correction, course, correction.penalty)


def _reason(correction: Correction, course: Course, adds: int) -> Reason:
    since, until = course.points[correction.since], course.points[correction.until]
    match correction.kind:
        case CorrectionKind.NEUTRAL:
            return Reason(
                because=Because.NEUTRAL,
                rule="4.7",
                params=(("from", since.code), ("to", until.code), ("time_ms", -adds)),
                adds=adds,
            )
        case CorrectionKind.REST:
            because = Because.RESTED_TOO_LITTLE
            if correction.penalty:
                because = Because.RESTED_TOO_LITTLE_PENALTY
            point = until.control
        case CorrectionKind.EARLIEST:
            because = Because.COUNTED_AS_EARLIEST
            if correction.penalty:
                because = Because.TOO_EARLY_PENALTY
            point = until.code
        case _:
            assert_never(correction.kind)
    return Reason(
        because=because,
        rule="4.8",
        params=(("point", point), ("early_ms", correction.by), ("time_ms", adds)),
        adds=adds,
    )
