"""Whose passing it is: from stage, bib and chip to an entry (Rules 4.1, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from timing.core.journal import Effect
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Passing
from timing.core.stage_book import StageBook

Placement: TypeAlias = str | Problem | None
"""An entry's id; a problem where it is nobody's; None where the passing was voided."""

UNREAD = "*"
"""Stands in a bib for a digit that could not be read."""


def place(passing: Passing, stages: Mapping[int, StageBook], effect: Effect) -> Placement:
    """Find the entry of a passing: the bib it was assigned, else its own bib, else its chip."""
    if effect.voided and passing.id in effect.voided:
        return None
    stage = stages.get(passing.stage)
    if stage is None:
        return _problem(ProblemCode.UNKNOWN_STAGE, passing)
    if passing.control not in stage.codes:
        return _problem(ProblemCode.UNKNOWN_CONTROL, passing)
    roster = stage.roster
    bib = passing.bib
    if effect.assigned:
        bib = effect.assigned.get(passing.id, bib)
    if bib:
        found = roster.wearing.get(bib)
        if found is not None:
            return found
        if UNREAD in bib:
            return _problem(ProblemCode.UNREAD_BIB, passing, bib)
        return _problem(ProblemCode.UNKNOWN_BIB, passing, bib)
    if not passing.chip:
        return _problem(ProblemCode.NO_BIB, passing)
    found = roster.chips.get(passing.chip)
    return _problem(ProblemCode.UNKNOWN_CHIP, passing) if found is None else found


def _problem(code: ProblemCode, passing: Passing, bib: str = "") -> Problem:
    chip = (("chip", passing.chip),) if passing.chip else ()
    return Problem(
        code=code,
        stage=passing.stage,
        control=passing.control,
        bib=bib,
        records=(passing.id,),
        params=chip,
    )
