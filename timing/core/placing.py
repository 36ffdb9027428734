"""Whose passing it is: from stage, bib and chip to an entry (Rules 4.1, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from timing.core.clocks import corrected
from timing.core.journal import Effect
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Passing
from timing.core.stage_book import StageBook
from timing.core.starts import opening_of
from timing.core.times import Instant
from timing.core.wearing import wearer_at

Placement: TypeAlias = str | Problem | None
"""An entry's id; a problem where it is nobody's; None where the passing was voided."""

UNREAD = "*"
"""Stands in a bib for a digit that could not be read."""


def place(passing: Passing, stages: Mapping[int, StageBook], effect: Effect) -> Placement:
    """Find the entry of a passing: the bib it was assigned, else its own bib, else its chip.

    Where a bib or chip changed hands on the stage it is whoever wore it then (Rules 4.6).
    """
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
        if bib in roster.bibs_in_turn:
            found = wearer_at(roster.bibs_in_turn[bib], _instant(passing, stage))
        if found is not None:
            return found
        if UNREAD in bib:
            return _problem(ProblemCode.UNREAD_BIB, passing, bib)
        return _problem(ProblemCode.UNKNOWN_BIB, passing, bib)
    if not passing.chip:
        return _problem(ProblemCode.NO_BIB, passing)
    found = roster.chips.get(passing.chip)
    if passing.chip in roster.chips_in_turn:
        found = wearer_at(roster.chips_in_turn[passing.chip], _instant(passing, stage))
    return _problem(ProblemCode.UNKNOWN_CHIP, passing) if found is None else found


def _instant(passing: Passing, stage: StageBook) -> Instant:
    """When it was, as far as can be told before it is known whose it is."""
    if stage.offsets:
        passing = corrected(passing, stage.offsets.get(passing.device, ()))
    is_start = passing.control == stage.stage.controls[0].code
    return opening_of(stage.stage, stage.day).instant_of_passing(passing, at_start=is_start)


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
