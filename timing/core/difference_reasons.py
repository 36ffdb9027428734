"""By which rule a result differs: the reasons that hold in one of two books alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from timing.core.book import RaceBook
from timing.core.differences import Change, ResultDifferences
from timing.core.entries import Competitor, Entry
from timing.core.explain import explain_line, explain_stage, explain_team_stage
from timing.core.reasons import Because, Reason
from timing.core.results import StageLine

_CONSEQUENCES = frozenset(
    {
        Because.RAW,
        Because.STAGE_TIME,
        Because.STAGE_RANK,
        Because.STAGE_UNRANKED,
        Because.STAGE_IN_TOTAL,
        Because.STAGE_MISSING,
        Because.TEAM_TIME,
        Because.TOTAL,
        Because.RANK,
        Because.RANK_BY_POINTS,
        Because.RANK_SHARED,
        Because.UNRANKED,
        Because.LEADS,
        Because.HIGHER_IF_LEVEL,
        Because.HIGHER_IF_LEVEL_SHARED,
        Because.HIGHER_IF_AHEAD,
        Because.HIGHER_IF_AHEAD_OF,
        Because.HIGHER_NOW_LEVEL,
    }
)
"""What follows from other reasons, which are the ones to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """Why a line differs: reasons that only held before, and those that only hold after.

    Both are empty where the competitor's own figures are what they were: others moved.
    """

    before: tuple[Reason, ...]
    after: tuple[Reason, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The sections of the rules, in order, each once."""
        found = {reason.rule for reason in (*self.before, *self.after)}
        return tuple(sorted(found, key=lambda rule: [int(part) for part in rule.split(".")]))

    @property
    def records(self) -> tuple[str, ...]:
        """The ids of the records that they rest on, each once."""
        reasons = (*self.after, *self.before)
        return tuple(dict.fromkeys(record for reason in reasons for record in reason.records))


def causes(before: RaceBook, after: RaceBook, result: ResultDifferences, change: Change) -> Causes:
    """Why this change is in that result, from the explanations in both books."""
    old = dict.fromkeys(_reasons(before, after, result, change.competitor))
    new = dict.fromkeys(_reasons(after, before, result, change.competitor))
    return Causes(
        before=tuple(_only_in(old, new)),
        after=tuple(_only_in(new, old)),
    )


def _only_in(these: Iterable[Reason], others: Collection[Reason]) -> Iterator[Reason]:
    """What is not among the others; a rounding is no reason where there is no time to round."""
    is_timed = any(reason.adds is not None for reason in others)
    for reason in these:
        if reason not in others and (is_timed or reason.because is not Because.ROUNDED):
            yield reason


def _reasons(
    book: RaceBook, other: RaceBook, result: ResultDifferences, competitor: Competitor
) -> Iterator[Reason]:
    """Everything behind a line that may differ in the other book, but for what follows from it."""
    numbers = [result.number]
    if result.board:
        numbers = [
            n for n in book.stages if n <= result.number and _differs(book, other, n, competitor)
        ]
    for number in numbers:
        if number in book.stages:
            yield from _of_stage(book, number, competitor)
    if result.board:
        key = competitor.id if isinstance(competitor, Entry) else competitor.code
        line = explain_line(book, result.board, result.number, key)
        yield from _causing(() if line is None else line.reasons)


def _differs(book: RaceBook, other: RaceBook, number: int, competitor: Competitor) -> bool:
    """Whether a competitor's own figures on a stage differ; that others moved is no reason."""
    if number not in other.stages:
        return True
    if book.stage_book(number).state is other.stage_book(number).state:
        return False
    return _own(book, number, competitor) != _own(other, number, competitor)


def _own(book: RaceBook, number: int, competitor: Competitor) -> StageLine | None:
    if isinstance(competitor, Entry):
        line = book.stage_line(number, competitor.id)
    else:
        line = book.team_stage_line(number, competitor.code)
    if line is None:
        return None
    return replace(line, competitor=competitor, rank=None, gap=None, interval=None, tie=None)


def _of_stage(book: RaceBook, number: int, competitor: Competitor) -> Iterator[Reason]:
    if isinstance(competitor, Entry):
        yield from _causing(explain_stage(book, number, competitor.id).reasons)
        return
    of_team = explain_team_stage(book, number, competitor.code)
    yield from _causing(() if of_team is None else of_team.reasons)


def _causing(reasons: tuple[Reason, ...]) -> Iterator[Reason]:
    return (reason for reason in reasons if reason.because not in _CONSEQUENCES)
