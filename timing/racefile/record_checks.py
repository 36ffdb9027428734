"""Checks of passings and rulings: stages, controls, divisions, waves, teams.

A bib that nobody wears is no error: its entry may simply arrive later (racefile, Output).
"""

from __future__ import annotations

from collections.abc import Iterable

from timing.core.definition import Measure, Of
from timing.core.records import StageAction
from timing.racefile.definition_checks import check_stage, items
from timing.racefile.faults import Path, quoted
from timing.racefile.known import Given, Typed, known_stage
from timing.racefile.passing_lines import KEY, ReadPassing
from timing.racefile.references import References, point_fault


def check_rulings(data: Typed, references: References, given: Given) -> None:
    """Report what rulings refer to in vain."""
    for path, ruling in items(data, ("rulings",)):
        stage = references.stage(ruling.get("stage"), (*path, "stage"))
        new = ruling.get("replacement")
        if new is not None:
            check_stage(new, (*path, "with"), references, given)
            if ruling.get("action") is StageAction.REROUTE:
                _check_parting(ruling, new, path, references, given)
        for key in ("control", "served", "result_from"):
            references.control(ruling.get(key), stage, (*path, key))
        references.division(ruling.get("division"), (*path, "division"))
        references.wave(ruling.get("wave"), stage, (*path, "wave"))
        _check_board(ruling, data, path, references)
        if ruling.get("ruling") == "penalty" and "time" not in ruling:
            references.penalty(ruling.get("code"), (*path, "code"))
        _check_team(ruling, path, references)


def _check_parting(
    ruling: Typed, new: Typed, path: Path, references: References, given: Given
) -> None:
    """The other course leads by the control where the ways part (Rules 2.4)."""
    where, known = ruling.get("control"), known_stage(new, (*path, "with"), given)
    codes = None if known.points is None else known.points | known.in_out
    if where is None or codes is None or where in codes:
        return
    references.report.at_path(
        (*path, "with", "controls"),
        f"there is no {where}, where the ways part",
        "give the whole course, from the start",
    )


def _check_board(ruling: Typed, data: Typed, path: Path, references: References) -> None:
    code = ruling.get("board")
    references.board(code, (*path, "board"))
    boards = (c for _, c in items(data, ("classifications",)))
    named = [c for c in boards if code is not None and c.get("code") == code]
    if any(c.get("measure") is not Measure.POINTS or c.get("of") is Of.TEAM for c in named):
        references.report.at_path(
            (*path, "board"),
            f"{quoted(str(code))} is no solo classification by points",
            "name one with measure: points",
        )


def _check_team(ruling: Typed, path: Path, references: References) -> None:
    known = references.known
    references.code(ruling.get("team"), known.teams, "team", (*path, "team"))
    changes = dict(ruling.get("changes", ()))
    references.division(changes.get("division"), (*path, "set", "division"))
    references.code(changes.get("team"), known.teams, "team", (*path, "set", "team"))


def check_passings(passings: Iterable[ReadPassing], references: References) -> None:
    """Report passings of stages and controls that the race does not have."""
    known: dict[tuple[int, str], tuple[str, tuple[str, str] | None]] = {}
    for read in passings:
        place = (read.passing.stage, read.passing.control)
        if place not in known:
            known[place] = _place_fault(*place, references)
        key, fault = known[place]
        if fault is not None:
            references.report.at_line(read.line, *fault, path=(KEY, read.number, key))


def _place_fault(
    number: int, code: str, references: References
) -> tuple[str, tuple[str, str] | None]:
    """The key at fault, with message and remedy, if a passing can't be of that place."""
    stage = references.known.stages.get(number)
    if stage is None:
        return "stage", references.stage_fault(number)
    return "control", point_fault(code, stage)
