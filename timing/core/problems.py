"""Dubious data and contradictions, as values (Rules 4.5).

A problem is a code with parameters; the words are made where pages are made. It names the
records it rests on, and the stage, control and bib it concerns where there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProblemCode(StrEnum):
    """Everything the engine lists. Each is described in docs/problems.md."""

    # The set of records (architecture: the journal is a set).
    CONFLICTING_RECORD = "conflicting-record"
    UNKNOWN_RECORD = "unknown-record"
    SUPERSEDED_TWICE = "superseded-twice"
    CONTRADICTING_RULINGS = "contradicting-rulings"
    RULING_UNKNOWN_BIB = "ruling-unknown-bib"
    RULING_UNKNOWN_TEAM = "ruling-unknown-team"
    RULING_UNKNOWN_STAGE = "ruling-unknown-stage"
    RULING_UNKNOWN_CONTROL = "ruling-unknown-control"
    RULING_UNKNOWN_PENALTY = "ruling-unknown-penalty"
    RULING_NOT_APPLIED = "ruling-not-applied"
    # Who it was (Rules 4.1, 4.5).
    UNKNOWN_BIB = "unknown-bib"
    UNREAD_BIB = "unread-bib"
    NO_BIB = "no-bib"
    UNKNOWN_CHIP = "unknown-chip"
    DUPLICATE_BIB = "duplicate-bib"
    # Where and when (Rules 1.2, 3, 4.3-4.5).
    UNKNOWN_STAGE = "unknown-stage"
    UNKNOWN_CONTROL = "unknown-control"
    NOT_ON_COURSE = "not-on-course"
    NOT_IN_DIVISION = "not-in-division"
    TIME_DOES_NOT_EXIST = "time-does-not-exist"
    TIME_AMBIGUOUS = "time-ambiguous"
    TIME_FAR_AWAY = "time-far-away"
    OUT_OF_ORDER = "out-of-order"
    OUT_BEFORE_IN = "out-before-in"
    BEFORE_START = "before-start"
    REPEATED_ENTRY = "repeated-entry"
    SOURCES_DISAGREE = "sources-disagree"
    MISSED_CONTROL = "missed-control"
    NO_OPEN_CONTROL = "no-open-control"
    TOO_FAST = "too-fast"
    TOO_SLOW = "too-slow"
    LIKELY_MISREAD = "likely-misread"
    CLOCK_OFF = "clock-off"
    TIME_UNSURE = "time-unsure"
    # Starts (Rules 3).
    NO_START = "no-start"
    EARLY_START = "early-start"
    LATE_START_READ = "late-start-read"
    SECOND_DEPARTURE = "second-departure"
    OTHER_WAVE = "other-wave"
    NO_WAVE = "no-wave"
    NO_ALLOCATED_START = "no-allocated-start"
    PROVISIONAL_STARTS = "provisional-starts"
    # What follows (Rules 5, 6, 8, 10).
    EARLY_UNSURE = "early-unsure"
    CUTOFF_UNSURE = "cutoff-unsure"
    CUTOFF_TO_CONFIRM = "cutoff-to-confirm"
    SEEN_AFTER_OUT = "seen-after-out"
    FINISHED_BUT_OUT = "finished-but-out"
    NEGATIVE_TIME = "negative-time"
    UNKNOWN_BIRTH_DATE = "unknown-birth-date"
    TEAM_TOO_SMALL = "team-too-small"
    TEAM_TOO_LARGE = "team-too-large"
    CATEGORY_MERGED = "category-merged"
    OVERLAPPING_CATEGORIES = "overlapping-categories"
    TEAM_NOT_OF_KIND = "team-not-of-kind"
    NOT_A_MEMBER = "not-a-member"
    TEAM_OF_DIVISIONS = "team-of-divisions"
    SEPARATED = "separated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to look at. ``params`` pairs names with texts or numbers for its message.

    Durations among them end in ``_ms``, instants in ``_at``.
    """

    code: ProblemCode
    stage: int | None = None
    control: str = ""
    bib: str = ""
    records: tuple[str, ...] = ()
    params: tuple[tuple[str, str | int], ...] = ()

    def sort_key(self) -> tuple[int, str, str, str, tuple[str, ...], str]:
        """A total order: by stage, bib, control, code, records."""
        return (
            -1 if self.stage is None else self.stage,
            self.bib,
            self.control,
            self.code,
            self.records,
            str(self.params),
        )
