"""What a missed limit leads to, as it is written (Rules 4.4, 5.4, 8.4)."""

from __future__ import annotations

from typing import Any

from timing.core.definition import (
    Early,
    MissedControl,
    MissedKind,
    Outcome,
    OutcomeKind,
    TooEarly,
)
from timing.racefile.containers import OneOrMany, Variant
from timing.racefile.faults import refusal
from timing.racefile.moments import Fine
from timing.racefile.quantities import Whole
from timing.racefile.texts import Code


def _outcome(word: str, carried: Any) -> Outcome:  # noqa: ANN401 - each kind carries its own
    match OutcomeKind(word):
        case OutcomeKind.MOVE:
            return Outcome(kind=OutcomeKind.MOVE, division=carried)
        case OutcomeKind.PENALTY:
            return Outcome(kind=OutcomeKind.PENALTY, penalty=carried)
        case OutcomeKind.STRIKES:
            return Outcome(kind=OutcomeKind.STRIKES, strikes=carried)
        case OutcomeKind.OUT | OutcomeKind.DNF | OutcomeKind.UNRANKED | OutcomeKind.FLAG as kind:
            return Outcome(kind=kind)


def _carried(outcome: Outcome) -> tuple[str, Any]:
    match outcome.kind:
        case OutcomeKind.MOVE:
            return "move", outcome.division
        case OutcomeKind.PENALTY:
            return "penalty", outcome.penalty
        case OutcomeKind.STRIKES:
            return "strikes", outcome.strikes
        case kind:
            return kind.value, None


def cutoff_outcome() -> Variant:
    """What a missed cut-off can lead to (Rules 5.4)."""
    return Variant(
        words=("out", "dnf", "unranked"),
        carriers={"move": Code(), "penalty": Fine(), "strikes": Whole(least=1, most=100)},
        make=_outcome,
        unmake=_carried,
    )


def separation_outcome() -> Variant:
    """What members too far apart can lead to, each time (Rules 8.4)."""
    return Variant(
        words=("flag", "out"),
        carriers={"penalty": OneOrMany(Fine()), "strikes": Whole(least=1, most=100)},
        make=_of_separation,
        unmake=_carried_by_separation,
    )


def _of_separation(word: str, carried: Any) -> Outcome:  # noqa: ANN401 - each kind carries its own
    if word != OutcomeKind.PENALTY:
        return _outcome(word, carried)
    if not carried:
        raise refusal("no penalty", "give one, or of the first time, the second …")
    first, *more = carried
    return Outcome(kind=OutcomeKind.PENALTY, penalty=first, repeated=tuple(more))


def _carried_by_separation(outcome: Outcome) -> tuple[str, Any]:
    word, carried = _carried(outcome)
    if outcome.kind is OutcomeKind.PENALTY:
        return word, (outcome.penalty, *outcome.repeated)
    return word, carried


def _missed(word: str, penalty: int | None) -> MissedControl:
    return MissedControl(kind=MissedKind(word), penalty=penalty or 0)


def missed_control() -> Variant:
    """What a mandatory control costs once its absence is confirmed (Rules 4.4)."""
    return Variant(
        words=("query", "dnf"),
        carriers={"penalty": Fine()},
        make=_missed,
        unmake=lambda missed: (
            missed.kind.value,
            missed.penalty if missed.kind is MissedKind.PENALTY else None,
        ),
    )


def _early(word: str, penalty: int | None) -> Early:
    return Early(kind=TooEarly(word), penalty=penalty or 0)


def too_early() -> Variant:
    """What passing before the earliest time permitted leads to (Rules 4.8)."""
    return Variant(
        words=("count",),
        carriers={"penalty": Fine()},
        make=_early,
        unmake=lambda early: (
            early.kind.value,
            early.penalty if early.kind is TooEarly.PENALTY else None,
        ),
    )
