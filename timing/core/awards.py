"""Points that were given by rulings, beside those of a classification's table (Rules 9.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from timing.core.problems import Problem, ProblemCode
from timing.core.records import Points, Ruling
from timing.core.rosters import Roster

Awards: TypeAlias = Mapping[str, tuple[Points, ...]]
"""What was given on a stage, by entry id, in the order of the rulings."""


def awards_on(
    stage: int, rulings: Sequence[Ruling], roster: Roster
) -> tuple[Awards, list[Problem]]:
    """The points given on a stage, and a problem for every bib that nobody wears."""
    awards: dict[str, tuple[Points, ...]] = {}
    problems = []
    for ruling in rulings:
        if not isinstance(ruling, Points) or ruling.stage != stage:
            continue
        for bib in ruling.bibs:
            entry_id = roster.wearing.get(bib)
            if entry_id is not None:
                awards[entry_id] = (*awards.get(entry_id, ()), ruling)
                continue
            problems.append(
                Problem(
                    code=ProblemCode.RULING_UNKNOWN_BIB,
                    stage=stage,
                    bib=bib,
                    records=(ruling.id,),
                )
            )
    return awards, problems
