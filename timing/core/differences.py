"""What differs between two books of a race: whose rank, time or status, and on which results.

For a preview both are of the same race, before and after a ruling or another definition; for a
comparison they may come from two files. Competitors are the same where their identity is: an
entry's id, a team's code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from timing.core.book import RaceBook
from timing.core.collection import collection_paused
from timing.core.definition import Of
from timing.core.entries import Competitor, Entry, Team, bib_order
from timing.core.problems import Problem
from timing.core.results import Line
from timing.core.statuses import RaceStatus, StageStatus
from timing.core.times import Duration


class ChangeKind(StrEnum):
    """What became different for somebody, the weightiest first; one change has one kind.

    FALLS_OUT: out now, and was not; COMES_BACK: was out, and is not any more; LEAVES and JOINS:
    stands no more, or now, in this result at all; then another status, rank, or time alone.
    """

    FALLS_OUT = "falls_out"
    COMES_BACK = "comes_back"
    LEAVES = "leaves"
    JOINS = "joins"
    STATUS = "status"
    RANK = "rank"
    TIME = "time"


_WEIGHT = {kind: weight for weight, kind in enumerate(ChangeKind)}


@dataclass(frozen=True, slots=True)
class Figures:
    """What is compared of a line; ``time`` is in milliseconds, ``points`` on boards of points."""

    rank: int | None
    time: Duration | None
    points: int | None
    status: StageStatus | RaceStatus

    @property
    def is_out(self) -> bool:
        """Whether the race, or the stage, is over before its end (Rules 10.1)."""
        if isinstance(self.status, RaceStatus):
            return self.status.is_out()
        return self.status in _OUT_OF_STAGE


_OUT_OF_STAGE = frozenset({StageStatus.DNS, StageStatus.DNF, StageStatus.OTL, StageStatus.DSQ})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One competitor's line that differs; ``before`` or ``after`` is None where there was none.

    ``competitor`` is as after, or as before where there is no after.
    """

    kind: ChangeKind
    competitor: Competitor
    division: str
    before: Figures | None
    after: Figures | None

    @property
    def places(self) -> int:
        """The places gained (positive) or lost, 0 where either rank is missing."""
        if self.before is None or self.after is None:
            return 0
        if self.before.rank is None or self.after.rank is None:
            return 0
        return self.before.rank - self.after.rank


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDifferences:
    """One result whose lines differ, the weightiest change first.

    A classification of code ``board`` as after stage ``number`` (0 before the first), or with an
    empty ``board`` the result of that stage, entries and teams.
    """

    board: str
    number: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """All that differs: classifications in their order, then stages, the latest first.

    ``new_problems`` are there after and not before, ``gone_problems`` the other way round.
    """

    results: tuple[ResultDifferences, ...]
    new_problems: tuple[Problem, ...] = ()
    gone_problems: tuple[Problem, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nobody's rank, time or status differs; problems may."""
        return not self.results

    def count(self, kind: ChangeKind) -> int:
        """How many competitors there are with such a change in any result."""
        return len(
            {
                _identity(change.competitor)
                for result in self.results
                for change in result.changes
                if change.kind is kind
            }
        )

    def first(self, most: int) -> Differences:
        """The same with at most so many changes of each result, the weightiest."""
        return replace(
            self, results=tuple(replace(r, changes=r.changes[:most]) for r in self.results)
        )

    @property
    def concerned(self) -> int:
        """How many competitors there are with any change."""
        return len({_identity(c.competitor) for result in self.results for c in result.changes})


def differences(before: RaceBook, after: RaceBook, *, every_stage: bool = False) -> Differences:
    """Whose rank, time or status differs between two books.

    Classifications are compared as after the last stage with a result in either book, with
    ``every_stage`` as after each stage up to it. Only classifications and stages that both have
    are compared.
    """
    with collection_paused():
        found = [*_boards(before, after, every_stage=every_stage), *_stages(before, after)]
        old, new = before.problems(), after.problems()
        known, there = set(old), set(new)
        return Differences(
            results=tuple(r for r in found if r.changes),
            new_problems=tuple(p for p in new if p not in known),
            gone_problems=tuple(p for p in old if p not in there),
        )


def _boards(before: RaceBook, after: RaceBook, *, every_stage: bool) -> Iterator[ResultDifferences]:
    last = max(before.last_stage, after.last_stage)
    common = [n for n in before.stages if n in after.stages and n <= last]
    numbers = (common if every_stage else common[-1:]) or [0]
    known = set(before.board_codes())
    for code in after.board_codes():
        if code not in known:
            continue
        for number in reversed(numbers):
            old, new = before.board(code, number), after.board(code, number)
            if old is not new and old.lines != new.lines:
                yield ResultDifferences(
                    board=code,
                    number=number,
                    changes=_changes(_of_lines(old.lines), _of_lines(new.lines)),
                )


def _stages(before: RaceBook, after: RaceBook) -> Iterator[ResultDifferences]:
    for number in reversed(after.stages):
        if number not in before.stages:
            continue
        old, new = before.stage_book(number), after.stage_book(number)
        if old.state is new.state and old.teams is new.teams:
            continue
        yield ResultDifferences(
            board="",
            number=number,
            changes=_changes(_of_stage(before, number), _of_stage(after, number)),
        )


_Key = tuple[Of, str]
_Seen = tuple[Competitor, str, Figures]


def _identity(competitor: Competitor) -> _Key:
    match competitor:
        case Entry(id=entry_id):
            return Of.SOLO, entry_id
        case Team(code=code):
            return Of.TEAM, code


def _of_lines(lines: Iterable[Line]) -> dict[_Key, _Seen]:
    return {
        _identity(line.competitor): (
            line.competitor,
            line.division,
            Figures(line.rank, line.time, line.points, line.status),
        )
        for line in lines
    }


class _StageRow(Protocol):
    """What an entry's and a team's row of a stage have in common."""

    status: StageStatus
    rank: int | None
    time: Duration | None


def _of_stage(book: RaceBook, number: int) -> dict[_Key, _Seen]:
    stage = book.stage_book(number)
    seen: dict[_Key, _Seen] = {}
    if stage.state is not None:
        for key, row in stage.state.rows.items():
            seen[Of.SOLO, key] = (row.entry, row.entry.division, _figures(row))
    for key, team_row in stage.teams.rows.items():
        seen[Of.TEAM, key] = (team_row.team, team_row.division, _figures(team_row))
    return seen


def _figures(row: _StageRow) -> Figures:
    return Figures(row.rank, row.time, None, row.status)


def _changes(before: Mapping[_Key, _Seen], after: Mapping[_Key, _Seen]) -> tuple[Change, ...]:
    found = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        seen = new or old
        if seen is None or (old is not None and new is not None and old[2] == new[2]):
            continue
        found.append(
            Change(
                kind=kind_of(old and old[2], new and new[2]),
                competitor=seen[0],
                division=seen[1],
                before=old and old[2],
                after=new and new[2],
            )
        )
    return tuple(sorted(found, key=_importance))


def kind_of(before: Figures | None, after: Figures | None) -> ChangeKind:
    """What became different between two figures, None for who does not stand there."""
    if before is None or after is None:
        return ChangeKind.JOINS if before is None else ChangeKind.LEAVES
    if before.is_out != after.is_out:
        return ChangeKind.FALLS_OUT if after.is_out else ChangeKind.COMES_BACK
    if before.status is not after.status:
        return ChangeKind.STATUS
    return ChangeKind.TIME if before.rank == after.rank else ChangeKind.RANK


_NO_RANK = 1_000_000


def _importance(change: Change) -> tuple[object, ...]:
    """Who is out or back first; then the best rank concerned, then the longest way."""
    ranks = [f.rank for f in (change.before, change.after) if f is not None and f.rank is not None]
    competitor = change.competitor
    label = competitor.bib if isinstance(competitor, Entry) else competitor.code
    is_weighty = change.kind not in (ChangeKind.STATUS, ChangeKind.RANK, ChangeKind.TIME)
    return (
        _WEIGHT[change.kind] if is_weighty else len(_WEIGHT),
        isinstance(competitor, Team),
        min(ranks, default=_NO_RANK),
        -abs(change.places),
        change.division,
        bib_order(label),
        label,
    )


def tally(changes: Iterable[Change]) -> Mapping[ChangeKind, int]:
    """How many changes there are of each kind that occurs, the weightiest kind first."""
    counted = Counter(change.kind for change in changes)
    return {kind: counted[kind] for kind in ChangeKind if counted[kind]}


def undecided(book: RaceBook, found: Differences) -> tuple[tuple[Entry, int], ...]:
    """Who comes back and was not there on a stage that has begun since, with that stage.

    ``book`` is the one after. What becomes of them is a decision, asked for (Rules 5.5).
    """
    restored: dict[str, tuple[Entry, int]] = {}
    for result in found.results:
        for change in () if result.board else result.changes:
            who, after = change.competitor, change.after
            if change.kind is not ChangeKind.COMES_BACK or not isinstance(who, Entry):
                continue
            # With a result there: where they were not is what is asked about.
            is_done = after is not None and after.status is StageStatus.FINISHED
            if is_done and restored.get(who.id, (who, 0))[1] < result.number:
                restored[who.id] = (who, result.number)
    missing = []
    for entry, back_on in restored.values():
        for number in book.stages:
            line = book.stage_line(number, entry.id)
            is_later = number > back_on and book.has_begun(number)
            if is_later and line is not None and not line.done and not line.last_point:
                missing.append((entry, number))
                break
    return tuple(sorted(missing, key=lambda pair: bib_order(pair[0].bib)))
