"""Problems in words: every `ProblemCode` of the core becomes one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from timing.core.definition import Source
from timing.core.problems import Problem, ProblemCode
from timing.core.times import format_exact_duration
from timing.pages.words import SOURCE

PROBLEMS: Mapping[ProblemCode, str] = {
    ProblemCode.CONFLICTING_RECORD: "One id stands for records of different content; one counts"
    " until one of them is voided.",
    ProblemCode.UNKNOWN_RECORD: "The ruling is about record {target}, which is not here.",
    ProblemCode.SUPERSEDED_TWICE: "Two rulings replace {target}; the later one counts.",
    ProblemCode.CONTRADICTING_RULINGS: "Two rulings contradict each other; the later one counts.",
    ProblemCode.RULING_UNKNOWN_BIB: "A ruling names bib {bib}, which nobody wears.",
    ProblemCode.RULING_UNKNOWN_TEAM: "A ruling names team {team}, which does not exist.",
    ProblemCode.RULING_UNKNOWN_STAGE: "A ruling names stage {stage}, which is not run.",
    ProblemCode.RULING_UNKNOWN_CONTROL: "A ruling names {control}, which is not on stage {stage}.",
    ProblemCode.RULING_NOT_APPLIED: "A ruling has no effect on a race as this one is defined.",
    ProblemCode.UNKNOWN_BIB: "Nobody wears bib {bib}.",
    ProblemCode.UNREAD_BIB: "Bib {bib} was not read in full.",
    ProblemCode.NO_BIB: "A passing without bib or chip: whose is it?",
    ProblemCode.UNKNOWN_CHIP: "Nobody wears chip {chip}.",
    ProblemCode.DUPLICATE_BIB: "Several entries wear bib {bib}.",
    ProblemCode.UNKNOWN_STAGE: "A passing is of stage {stage}, which is not run.",
    ProblemCode.UNKNOWN_CONTROL: "A passing is at {control}, which is not on stage {stage}.",
    ProblemCode.NOT_ON_COURSE: "Bib {bib} was seen at {control}, which is not on their course.",
    ProblemCode.NOT_IN_DIVISION: "Bib {bib} was seen on a stage that division {division} does"
    " not run.",
    ProblemCode.TIME_DOES_NOT_EXIST: "There is no such time on that day: clocks go forward.",
    ProblemCode.TIME_AMBIGUOUS: "The time comes twice on that day: clocks go back.",
    ProblemCode.TIME_FAR_AWAY: "Bib {bib} at {control}: the time is far from the stage’s date.",
    ProblemCode.OUT_OF_ORDER: "Bib {bib} at {control}: earlier than at the control before.",
    ProblemCode.OUT_BEFORE_IN: "Bib {bib} left {control} before coming in.",
    ProblemCode.BEFORE_START: "Bib {bib} at {control}: before the start.",
    ProblemCode.REPEATED_ENTRY: "Bib {bib} was entered twice at {control}, {apart} apart.",
    ProblemCode.SOURCES_DISAGREE: "Bib {bib} at {control}: two sources are {apart} apart.",
    ProblemCode.MISSED_CONTROL: "Bib {bib} was not seen at {control}.",
    ProblemCode.NO_START: "Bib {bib} was seen on the way, but not at the start.",
    ProblemCode.EARLY_START: "Bib {bib} started early.",
    ProblemCode.LATE_START_READ: "Bib {bib} was read at the start long after it.",
    ProblemCode.SECOND_DEPARTURE: "Bib {bib} left the start a second time.",
    ProblemCode.OTHER_WAVE: "Bib {bib} started with another wave.",
    ProblemCode.NO_WAVE: "Bib {bib} belongs to no wave of the stage.",
    ProblemCode.NO_ALLOCATED_START: "Bib {bib} was seen on the way, but has no start allocated.",
    ProblemCode.PROVISIONAL_STARTS: "The starts were derived: no start list has been issued.",
    ProblemCode.CUTOFF_UNSURE: "Bib {bib} at {control}: too near the cut-off for the time’s"
    " exactness.",
    ProblemCode.CUTOFF_TO_CONFIRM: "Bib {bib} missed the cut-off at {control}: to be confirmed.",
    ProblemCode.SEEN_AFTER_OUT: "Bib {bib} was seen after being out.",
    ProblemCode.FINISHED_BUT_OUT: "Bib {bib} has a finish, yet is out by a ruling.",
    ProblemCode.NEGATIVE_TIME: "Bib {bib} has less than no time: more was credited than it took.",
    ProblemCode.UNKNOWN_BIRTH_DATE: "Bib {bib} has no date of birth, so no category by age.",
    ProblemCode.TEAM_TOO_SMALL: "Team {team} has too few members.",
    ProblemCode.TEAM_TOO_LARGE: "Team {team} has too many members.",
    ProblemCode.TEAM_OF_DIVISIONS: "The members of team {team} are in different divisions.",
    ProblemCode.SEPARATED: "Team {team} was {apart} apart at {control}.",
}


class _Parts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        """A part that this problem does not have shows as a question mark."""
        return "?"


def problem_message(problem: Problem) -> str:
    """What is dubious, in a sentence."""
    parts = _Parts(
        {
            key: text
            for key, text in {
                "stage": "" if problem.stage is None else str(problem.stage),
                "control": problem.control,
                "bib": problem.bib,
                **{name.removesuffix("_ms"): _part(name, part) for name, part in problem.params},
            }.items()
            if text
        }
    )
    return PROBLEMS[problem.code].format_map(parts)


def problem_place(problem: Problem) -> str:
    """Where it is: ``stage 1, PASS``; empty where it concerns the whole race."""
    stage = "" if problem.stage is None else f"stage {problem.stage}"
    return ", ".join(part for part in (stage, problem.control) if part)


def _part(name: str, part: str | int) -> str:
    if isinstance(part, int):
        return format_exact_duration(part) if name.endswith("_ms") else str(part)
    return SOURCE[Source(part)] if name == "source" else part
