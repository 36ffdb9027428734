"""How far a ruling reaches: what has to be computed anew when it arrives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from timing.core.courses import passing_codes
from timing.core.definition import Measure, Of, Race
from timing.core.journal import Journal
from timing.core.problems import Problem, ProblemCode
from timing.core.records import (
    Account,
    Acknowledgement,
    Assign,
    Bonus,
    Close,
    Confirm,
    Credit,
    CutoffMove,
    FinishOrder,
    Hold,
    Observation,
    Penalty,
    Points,
    Release,
    Ruling,
    StageAction,
    StageChange,
    StageTime,
    StartCorrection,
    StartList,
    Status,
    Transfer,
    Void,
)
from timing.core.stage_book import StageBook

EVERYTHING = -1
"""Who runs, under which bib: every record is placed anew."""

NOWHERE = -2
"""No result depends on it."""


def reach_of(ruling: Ruling, journal: Journal) -> int | None:
    """The stage from which results may change; None for the first one, or a constant above."""
    if ruling.supersedes:
        return EVERYTHING
    match ruling:
        case Observation() | Account() | Acknowledgement() | Release():
            return NOWHERE
        case Penalty(code=code) if code:
            return _first_of_kind(ruling, journal)
        case (
            Penalty(stage=stage)
            | Credit(stage=stage)
            | Bonus(stage=stage)
            | Points(stage=stage)
            | StageTime(stage=stage)
            | FinishOrder(stage=stage)
            | CutoffMove(stage=stage)
            | Close(stage=stage)
            | StartCorrection(stage=stage)
            | StartList(stage=stage)
            | Hold(stage=stage)
        ):
            return stage
        case StageChange(action=action, stage=stage):
            # Another stage or course has other controls: passings find their place anew.
            is_other = action in (StageAction.REPLACE, StageAction.REROUTE)
            return EVERYTHING if is_other else stage
        case Status(stage=of_stage):
            return of_stage
        case Void() | Assign():
            target = journal.passings.get(ruling.record)
            return EVERYTHING if target is None else target.stage
        case Confirm() if ruling.record:
            target = journal.passings.get(ruling.record)
            return NOWHERE if target is None else target.stage
        case Confirm(stage=of_stage):
            return of_stage
        case _:
            return EVERYTHING


def _first_of_kind(penalty: Penalty, journal: Journal) -> int:
    """The first stage with a penalty of that code: the amounts of all may move (Rules 6.1)."""
    return min(
        (
            other.stage
            for other in journal.rulings.values()
            if isinstance(other, Penalty) and other.code == penalty.code
        ),
        default=penalty.stage,
    )


def passings_touched(ruling: Ruling, journal: Journal) -> Iterable[str]:
    """The ids of passings that a ruling moves, voids or confirms."""
    if isinstance(ruling, Void | Assign | Confirm) and ruling.record in journal.passings:
        yield ruling.record


def unapplied(
    rulings: Sequence[Ruling], race: Race, books: Mapping[int, StageBook]
) -> list[Problem]:
    """Rulings that say something the engine cannot follow: nothing is dropped in silence."""
    problems = []
    for ruling in rulings:
        code = _why_unapplied(ruling, race, books)
        if code is not None:
            stage = getattr(ruling, "stage", None)
            control = _control_of(ruling)
            problems.append(Problem(code=code, stage=stage, control=control, records=(ruling.id,)))
    return problems


def _control_of(ruling: Ruling) -> str:
    return getattr(ruling, "control", "") or getattr(ruling, "served", "")


def _why_unapplied(
    ruling: Ruling, race: Race, books: Mapping[int, StageBook]
) -> ProblemCode | None:
    number: int | None = getattr(ruling, "stage", None)
    if number is None:
        return None
    stage = race.stage(number)
    if stage is None:
        # Status rulings list their own unknown stages, beside unknown bibs and teams.
        return None if isinstance(ruling, Status) else ProblemCode.RULING_UNKNOWN_STAGE
    if isinstance(ruling, Points) and not _gives_points(ruling.board, race):
        return ProblemCode.RULING_NOT_APPLIED
    if isinstance(ruling, Transfer) and ruling.division not in {d.code for d in race.divisions}:
        return ProblemCode.RULING_NOT_APPLIED
    if isinstance(ruling, Penalty | Credit | CutoffMove | StartCorrection):
        waves = {"", *(w.code for w in stage.start.waves)} if stage.start is not None else {""}
        divisions = {"", *(d.code for d in race.divisions)}
        if ruling.wave not in waves or getattr(ruling, "division", "") not in divisions:
            return ProblemCode.RULING_NOT_APPLIED
    known = {*passing_codes(stage), *(c.code for c in stage.controls), ""}
    reroutes = books[number].reroutes if number in books else ()
    # A course that leads away from itself leads nowhere.
    known.update(*(r.names for r in reroutes if r.ruling != ruling.id))
    return None if _control_of(ruling) in known else ProblemCode.RULING_UNKNOWN_CONTROL


def _gives_points(board: str, race: Race) -> bool:
    """Whether points can be given on a classification: one of entries, by points."""
    found = race.classification(board)
    return found is not None and found.measure is Measure.POINTS and found.of is Of.SOLO
