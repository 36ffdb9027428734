"""Problems in words: what is seen, in one exact sentence, and what a director can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from timing.core.definition import OutcomeKind
from timing.core.problems import Problem, ProblemCode
from timing.pages import figures


@dataclass(frozen=True, slots=True)
class Words:
    """``seen`` may hold ``{stage}``, ``{control}``, ``{bib}`` and the problem's parameters."""

    seen: str
    remedy: str


WORDS: Mapping[ProblemCode, Words] = {
    ProblemCode.CONFLICTING_RECORD: Words(
        "Two different records have the same id",
        "The lower digest counts. Void the one that is wrong; the other then stands alone.",
    ),
    ProblemCode.UNKNOWN_RECORD: Words(
        "A ruling names a record that is not here: {target}",
        "It may still be on its way from another camp. If not, void the ruling.",
    ),
    ProblemCode.SUPERSEDED_TWICE: Words(
        "Two rulings replace the same one: {target}",
        "The later counts. Void the one that should not.",
    ),
    ProblemCode.CONTRADICTING_RULINGS: Words(
        "Two rulings say different things about the same",
        "The later counts. Void the one that is wrong.",
    ),
    ProblemCode.RULING_UNKNOWN_BIB: Words(
        "A ruling names bib {bib}, which nobody wears",
        "Enter the runner, or void the ruling and write it anew with the right bib.",
    ),
    ProblemCode.RULING_UNKNOWN_TEAM: Words(
        "A ruling names team {team}, which is not entered",
        "Enter the team, or void the ruling and write it anew.",
    ),
    ProblemCode.RULING_UNKNOWN_STAGE: Words(
        "A ruling names stage {stage}, which the race does not have",
        "Void the ruling and write it anew with the right stage.",
    ),
    ProblemCode.RULING_UNKNOWN_CONTROL: Words(
        "A ruling names control {control}, which stage {stage} does not have",
        "Void the ruling and write it anew with the right control.",
    ),
    ProblemCode.RULING_UNKNOWN_PENALTY: Words(
        "A penalty without a time names code {penalty}, which is not in the penalty table",
        "Void the ruling and write it anew with a time, or with a code of the table.",
    ),
    ProblemCode.RULING_NOT_APPLIED: Words(
        "A ruling of this kind has no effect yet",
        "It is kept, and counts once this version of Bivouac is replaced by one that knows it.",
    ),
    ProblemCode.UNKNOWN_BIB: Words(
        "No such bib: {bib}",
        "Assign the passing to whoever it was, or void it.",
    ),
    ProblemCode.UNREAD_BIB: Words(
        "A bib was not fully read: {bib}",
        "Assign the passing to whoever it was, or void it.",
    ),
    ProblemCode.NO_BIB: Words(
        "A time without a bib",
        "Assign the passing to whoever it was, or void it.",
    ),
    ProblemCode.UNKNOWN_CHIP: Words(
        "No such chip: {chip}",
        "Say who wears the chip, or assign the passing.",
    ),
    ProblemCode.DUPLICATE_BIB: Words(
        "Two entries have bib {bib}",
        "The first by id wears it. Give the other another bib.",
    ),
    ProblemCode.UNKNOWN_STAGE: Words(
        "A passing names stage {stage}, which is not run",
        "Void it and record it on the right stage.",
    ),
    ProblemCode.UNKNOWN_CONTROL: Words(
        "A passing names control {control}, which stage {stage} does not have",
        "Void it and record it at the right control.",
    ),
    ProblemCode.NOT_ON_COURSE: Words(
        "{bib} was seen at {control}, which is not on this division’s course",
        "Move the runner to the other division, or void the passing.",
    ),
    ProblemCode.NOT_IN_DIVISION: Words(
        "{bib} was seen on stage {stage}, which this division does not run",
        "Move the runner to the other division, or void the passings.",
    ),
    ProblemCode.TIME_DOES_NOT_EXIST: Words(
        "The time does not exist: the clocks went forward over it",
        "Void the passing and record it with its day and the right time.",
    ),
    ProblemCode.TIME_AMBIGUOUS: Words(
        "The time came twice that night: the clocks went back",
        "The first of the two that fits is used. If it was the other, record it as an instant.",
    ),
    ProblemCode.TIME_FAR_AWAY: Words(
        "The time is more than ten days from the stage’s date",
        "Void it and record it with the right day.",
    ),
    ProblemCode.OUT_OF_ORDER: Words(
        "{bib} at {control} is before an earlier control",
        "One of the two times is wrong: void it, or assign it to whoever it was.",
    ),
    ProblemCode.OUT_BEFORE_IN: Words(
        "{bib} left {control} before coming in",
        "One of the two times is wrong: void it, or assign it to whoever it was.",
    ),
    ProblemCode.BEFORE_START: Words(
        "{bib} was seen at {control} before the start",
        "Correct the start if it was earlier, or void the passing.",
    ),
    ProblemCode.REPEATED_ENTRY: Words(
        "{bib} was entered twice at {control}, {apart_ms} apart",
        "The earlier counts. If they were two runners, assign one of them.",
    ),
    ProblemCode.SOURCES_DISAGREE: Words(
        "Main and backup differ by {apart_ms} for {bib} at {control}",
        "The {source} time counts. If it is wrong, void it: the other then counts.",
    ),
    ProblemCode.TOO_FAST: Words(
        "{bib} took {took_ms} from {since} to {control}, where {expected_ms} was to be expected",
        "Somebody else may have been read, or the time be wrong. Confirm it, void it or assign it.",
    ),
    ProblemCode.TOO_SLOW: Words(
        "{bib} took {took_ms} from {since} to {control}, where {expected_ms} was to be expected",
        "The time may be wrong. Confirm it if the runner was so long, else void it or assign it.",
    ),
    ProblemCode.LIKELY_MISREAD: Words(
        "{bib} at {control} may have been {likely}, who is missing there",
        "Ask the control. If so, assign the passing to {likely}; if not, confirm it.",
    ),
    ProblemCode.CLOCK_OFF: Words(
        "The clocks of {device} and {other} are {apart_ms} apart",
        "Find out which is right, and rule the offset of the other one.",
    ),
    ProblemCode.TIME_UNSURE: Words(
        "The time of {bib} at {control}, by {device}, is only good to ±{unsure_ms}",
        "Confirm it, rule the device’s clock offset, or void it and record a better time.",
    ),
    ProblemCode.MISSED_CONTROL: Words(
        "{bib} was not seen at {control}, but later",
        "Ask the control first: recorders miss runners. Confirm it only if it was really missed.",
    ),
    ProblemCode.NO_OPEN_CONTROL: Words(
        "{bib} passed {control} more often than the course does",
        "Void the passing that was none, or assign it to whoever it was.",
    ),
    ProblemCode.NO_START: Words(
        "{bib} has no start, so no time",
        "Record the start, or rule when it was.",
    ),
    ProblemCode.EARLY_START: Words(
        "{bib} left before the start was open",
        "What the race’s rules say is done; penalise or excuse it by a ruling.",
    ),
    ProblemCode.LATE_START_READ: Words(
        "{bib} was read at the start long after it",
        "The start stands without it. If the runner was held, rule when they started.",
    ),
    ProblemCode.SECOND_DEPARTURE: Words(
        "{bib} left the start a second time",
        "The first departure counts. If it was a false one, rule when they started.",
    ),
    ProblemCode.OTHER_WAVE: Words(
        "{bib} started nearer to another wave’s gun",
        "The own wave’s gun counts. If they were moved to the other wave, rule their start.",
    ),
    ProblemCode.NO_WAVE: Words(
        "{bib} is in no wave of stage {stage}",
        "Add whom the waves leave out to one of them, or rule the start.",
    ),
    ProblemCode.NO_ALLOCATED_START: Words(
        "{bib} has no allocated start on stage {stage}",
        "Issue the start list with it, or rule the start.",
    ),
    ProblemCode.PROVISIONAL_STARTS: Words(
        "The starts of stage {stage} come from ranks that may still change",
        "Issue the start list: it is then frozen.",
    ),
    ProblemCode.EARLY_UNSURE: Words(
        "{bib} was {early_ms} too early at {control}, within what the record may be off",
        "Nothing is given for it. Decide: nothing to do if in order, a penalty if not.",
    ),
    ProblemCode.CUTOFF_UNSURE: Words(
        "{bib} was {late_ms} late at {control}, within what the record may be off",
        "The runner stays ranked. Decide: nothing to do if in time, a ruling OTL if not.",
    ),
    ProblemCode.CUTOFF_TO_CONFIRM: Words(
        "{bib} was {late_ms} late at {control}: {outcome}, once confirmed",
        "Decide by a ruling; until then the runner stays ranked.",
    ),
    ProblemCode.SEEN_AFTER_OUT: Words(
        "{bib} is out, and was seen at {control} afterwards",
        "Reinstate the runner, or void the passing, or assign it to whoever it was.",
    ),
    ProblemCode.FINISHED_BUT_OUT: Words(
        "{bib} is out by a ruling, and was seen at the finish",
        "The ruling stands. Void it if the runner did finish.",
    ),
    ProblemCode.NEGATIVE_TIME: Words(
        "The time of {bib} on stage {stage} is below zero",
        "Look at the start, the finish, and what was credited.",
    ),
    ProblemCode.UNKNOWN_BIRTH_DATE: Words(
        "The birth date of {bib} is not known",
        "The runner is in no age category until it is entered.",
    ),
    ProblemCode.TEAM_TOO_SMALL: Words(
        "Team {team} has too few members on stage {stage}",
        "It has no result. Enter the missing member, or break the team by a ruling.",
    ),
    ProblemCode.TEAM_TOO_LARGE: Words(
        "Team {team} has too many members on stage {stage}",
        "It has no result until one leaves by a ruling.",
    ),
    ProblemCode.CATEGORY_MERGED: Words(
        "Category {category} had {starters} starters, fewer than {minimum}: merged into {into}",
        "Nothing to do: it stays so for the whole race. Change the category’s minimum if not.",
    ),
    ProblemCode.OVERLAPPING_CATEGORIES: Words(
        "The ages of categories {category} and {other} overlap",
        "Correct the bands, unless somebody is meant to be in both.",
    ),
    ProblemCode.TEAM_NOT_OF_KIND: Words(
        "Team {team} is not of the genders or of the age of its kind",
        "It keeps its result. Correct an entry, or have the team unranked by a ruling.",
    ),
    ProblemCode.NOT_A_MEMBER: Words(
        "{bib} is to leave team {team}, and is not in it on stage {stage}",
        "Void the ruling, or write it anew with the right team.",
    ),
    ProblemCode.TEAM_OF_DIVISIONS: Words(
        "The members of team {team} are in different divisions",
        "It has no result until they are in one.",
    ),
    ProblemCode.SEPARATED: Words(
        "Team {team} was {apart_ms} apart at {control}: {outcome}",
        "Where nothing was done by itself, penalise it by a ruling if the race’s rules say so.",
    ),
}

_OUTCOME: Mapping[OutcomeKind, str] = {
    OutcomeKind.OUT: "out of the race",
    OutcomeKind.DNF: "did not finish the stage",
    OutcomeKind.UNRANKED: "goes on unranked",
    OutcomeKind.MOVE: "moves to the other division",
    OutcomeKind.PENALTY: "a penalty",
    OutcomeKind.STRIKES: "a strike",
    OutcomeKind.FLAG: "listed only",
}

_UNSURE = "unsure"
"""The outcome of a limit missed by less than the records may be off (Rules 5.7)."""


def problem_seen(problem: Problem) -> str:
    """What is seen, as one sentence without a full stop: "Main and backup differ by 3 s"."""
    return WORDS[problem.code].seen.format_map(_Parts(problem))


def problem_remedy(problem: Problem) -> str:
    """What a director can do about it."""
    return WORDS[problem.code].remedy.format_map(_Parts(problem))


class _Parts(dict[str, str]):
    """The problem's parts in words; what it does not say is an ellipsis, never an error."""

    def __init__(self, problem: Problem) -> None:
        parts = {"bib": problem.bib, "control": problem.control}
        if problem.stage is not None:
            parts["stage"] = str(problem.stage)
        super().__init__({name: text for name, text in parts.items() if text})
        self.update({name: _worded(name, value) for name, value in problem.params})

    def __missing__(self, key: str) -> str:
        return "…"


def _worded(name: str, value: str | int) -> str:
    if isinstance(value, int):
        return _apart(value) if name.endswith("_ms") else str(value)
    if name == "outcome":
        return "too close to act on" if value == _UNSURE else _OUTCOME[OutcomeKind(value)]
    return value.replace("_", " ")


def _apart(ms: int) -> str:
    """``3 s``, ``0.4 s``, ``4:10``: small differences as they are said."""
    if ms >= 60_000:
        return figures.short(ms)
    seconds, rest = divmod(ms, 1000)
    return f"{seconds}.{rest // 100} s" if rest >= 100 else f"{seconds} s"
