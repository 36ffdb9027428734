"""Classifications: a filter, a sum over stages and a tie chain (Rules 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

from timing.core.adjustments import Adjustment
from timing.core.awards import Awards
from timing.core.definition import (
    Classification,
    Incomplete,
    RoundAt,
    Rules,
    TieLink,
    TieLinkKind,
)
from timing.core.entries import Competitor, Entry, bib_order
from timing.core.ranking import TieRule, rank_by
from timing.core.results import Board, Line, TieBreak
from timing.core.stage_rows import Standing
from timing.core.statuses import RaceStatus, StageStatus
from timing.core.times import Duration, Instant, round_to


class Result(Protocol):
    """What a classification reads of a stage's row, an entry's or a team's."""

    raw: Duration | None
    time: Duration | None
    rank: int | None
    finish: Instant | None
    distance_m: int
    reached: Duration
    done: bool
    is_exact: bool
    adjusted: Duration
    hidden: Duration
    adjustment: Adjustment
    status: StageStatus

    is_assigned: bool

    @property
    def counted_rank(self) -> int | None: ...  # noqa: D102 - see Row

    @property
    def penalty(self) -> Duration: ...  # noqa: D102 - see Row

    @property
    def credit(self) -> Duration: ...  # noqa: D102 - see Row


@dataclass(slots=True)
class Tally:
    """Sums over the stages that count so far (Rules 9.2).

    ``raw`` sums raw clocks, ``adjusted`` what was added to stage times, ``alone`` what counts
    in the GC only. ``assigned`` counts, among ``stages``, those that were not finished and have an
    assigned time (Rules 9.3). ``is_missing`` says that a stage without a result is among them.
    ``reached`` sums the clocks at the last control of stages without a result: no times, but they
    say who was there first.
    """

    stages: int = 0
    time: Duration = 0
    raw: Duration = 0
    adjusted: Duration = 0
    alone: Duration = 0
    penalty: Duration = 0
    credit: Duration = 0
    bonus: Duration = 0
    distance_m: int = 0
    is_missing: bool = False
    assigned: int = 0
    reached: Duration = 0


EMPTY = Tally()


def add_stage(
    before: Mapping[str, Tally], rows: Mapping[str, Result], *, is_first: bool
) -> dict[str, Tally]:
    """The tallies with one more stage; who has no row there has no result there.

    Who appears only after the first stage (a late entry) lacks the ones before.
    """
    after = {}
    for key, tally in before.items():
        if key not in rows:
            after[key] = _with_gap(tally)
    for key, row in rows.items():
        is_late = not is_first and key not in before
        after[key] = _with_row(before.get(key, EMPTY), row, is_late=is_late)
    return after


def tally_over(rows: Iterable[Result | None]) -> Tally:
    """The sums over one competitor's rows, stage after stage; None where there is none."""
    tally = EMPTY
    for row in rows:
        tally = _with_gap(tally) if row is None else _with_row(tally, row, is_late=False)
    return tally


def _with_row(tally: Tally, row: Result, *, is_late: bool) -> Tally:
    given = row.adjustment
    raw = row.raw or 0
    time = row.time if row.done and row.time is not None else 0
    return Tally(
        tally.stages + row.done,
        tally.time + time,
        tally.raw + (raw if row.done else 0),
        tally.adjusted + (row.adjusted if row.done else 0),
        tally.alone + given.on_gc_alone,
        tally.penalty + row.penalty,
        tally.credit + row.credit,
        tally.bonus + given.bonus,
        tally.distance_m + row.distance_m,
        tally.is_missing or not row.done or is_late,
        tally.assigned + (row.is_assigned and row.done),
        tally.reached + (0 if row.done else row.reached),
    )


def _with_gap(tally: Tally) -> Tally:
    return Tally(
        tally.stages,
        tally.time,
        tally.raw,
        tally.adjusted,
        tally.alone,
        tally.penalty,
        tally.credit,
        tally.bonus,
        tally.distance_m,
        True,  # noqa: FBT003 - the fields in their order
        tally.assigned,
        tally.reached,
    )


def total_of(tally: Tally, rules: Rules) -> Duration:
    """The total time: each stage rounded before adding, or the sum once (Rules 1.4, 9.2)."""
    if rules.round_at is RoundAt.STAGE:
        return tally.time + tally.alone
    return round_to(tally.raw, rules.precision, rules.rounding) + tally.adjusted + tally.alone


# Not frozen, as are the values that leave the engine: tens of thousands are made for one answer.
@dataclass(slots=True)
class Candidate:
    """Someone whom the filter lets through, as after the stage of the board."""

    competitor: Competitor
    division: str
    categories: tuple[str, ...]
    tally: Tally
    standing: Standing

    @property
    def is_in(self) -> bool:
        """Whether the race goes on, or went well, for this one."""
        return self.standing.ended is None and self.standing.competitive

    @property
    def has_run(self) -> bool:
        """Whether there is more than times assigned to somebody who never came (Rules 9.3)."""
        return self.standing.has_raced or self.tally.stages > self.tally.assigned


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardInput:
    """A classification's lines before they are ranked.

    ``results`` are the rows of the stages that count so far, in order, by competitor;
    ``is_last`` says that no more stage will count. ``times_at`` gives, for a stage and a point,
    the split and elapsed time by competitor; ``gc_ranks`` a division's ranks in its first solo
    time classification; ``awards`` the points given on a stage: only some measures ask for them.
    """

    classification: Classification
    rules: Rules
    after: int
    candidates: Sequence[Candidate]
    results: Sequence[tuple[int, Mapping[str, Result]]]
    is_last: bool
    times_at: Callable[[int, str], Mapping[str, tuple[Instant, Duration | None]]]
    gc_ranks: Callable[[str], Mapping[str, int]]
    awards: Callable[[int], Awards]


@dataclass(slots=True)
class Measured:
    """A candidate who is ranked: by ``key``, lower first; ``time`` or ``points`` are shown."""

    candidate: Candidate
    key: int | tuple[int, ...]
    time: Duration | None
    points: int | None = None


Measuring: TypeAlias = Callable[[Candidate], Measured | None]
"""How a classification measures; None for who is not ranked in it."""


def by_total_time(board: BoardInput) -> Measuring:
    """Only who has a result in every stage is ranked (Rules 9.2)."""

    def measured(candidate: Candidate) -> Measured | None:
        tally = candidate.tally
        if not candidate.is_in or not tally.stages or tally.is_missing or not candidate.has_run:
            return None
        total = total_of(tally, board.rules)
        return Measured(candidate, total, total)

    return measured


def rank_board(board: BoardInput, measuring: Measuring, ties: Sequence[TieRule[Measured]]) -> Board:
    """The lines of a classification: the ranked, then everybody else without a rank.

    Those still racing stand above those out, then by stages done, distance and time (Rules
    9.3). `hidden` and `separate` are the caller's to cut.
    """
    ranked: list[Measured] = []
    others: list[Candidate] = []
    for candidate in board.candidates:
        measured = measuring(candidate)
        if measured is None:
            others.append(candidate)
        else:
            ranked.append(measured)
    ranked.sort(key=lambda m: _display_order(m.candidate.competitor))
    lines = _ranked_lines(board, ranked, ties)
    lines += sorted(
        (unranked_line(c, board.rules, is_last=board.is_last) for c in others), key=below
    )
    return Board(
        code=board.classification.code,
        classification=board.classification,
        after=board.after,
        lines=tuple(lines),
    )


def race_status(standing: Standing, tally: Tally, *, is_last: bool) -> RaceStatus:
    """The status in the race, as after the stage that ``tally`` ends with (Rules 10.1)."""
    if standing.ended is not None:
        return standing.ended
    if not standing.competitive:
        return RaceStatus.UNRANKED
    if not standing.has_raced and tally.stages == tally.assigned:
        return RaceStatus.REGISTERED
    if is_last and not tally.is_missing:
        return RaceStatus.FINISHED
    return RaceStatus.RACING


def _ranked_lines(
    board: BoardInput, measured: Sequence[Measured], ties: Sequence[TieRule[Measured]]
) -> list[Line]:
    ranked = rank_by(measured, lambda m: m.key, ties, board.rules.equal_rank)
    lines = []
    leader = ranked[0].item if ranked else None
    ahead = leader
    for item in ranked:
        own = item.item
        candidate, tally = own.candidate, own.candidate.tally
        lines.append(
            Line(
                competitor=candidate.competitor,
                division=candidate.division,
                categories=candidate.categories,
                status=race_status(candidate.standing, tally, is_last=board.is_last),
                rank=item.rank,
                stages=tally.stages,
                time=own.time,
                raw_time=tally.raw,
                points=own.points,
                gap=_behind(own, leader),
                interval=_behind(own, ahead),
                penalty=tally.penalty,
                credit=tally.credit,
                bonus=tally.bonus,
                distance_m=tally.distance_m,
                out_stage=candidate.standing.stage,
                out_control=candidate.standing.control,
                tie=item.tie,
            )
        )
        ahead = own
    return lines


def _behind(own: Measured, other: Measured | None) -> int | None:
    """In the unit of the measure: points where there are points, else time (Rules 9.7)."""
    if other is None:
        return None
    if own.points is not None and other.points is not None:
        return abs(other.points - own.points)
    if own.time is None or other.time is None:
        return None
    return own.time - other.time


_WITHOUT_TIME = frozenset({RaceStatus.DSQ, RaceStatus.REGISTERED})


def unranked_line(candidate: Candidate, rules: Rules, *, is_last: bool) -> Line:
    """A line without a rank; the incomplete show the sum of what they have (racefile, Output)."""
    tally, standing = candidate.tally, candidate.standing
    status = race_status(standing, tally, is_last=is_last)
    has_time = tally.stages > 0 and status not in _WITHOUT_TIME
    return Line(
        competitor=candidate.competitor,
        division=candidate.division,
        categories=candidate.categories,
        status=status,
        stages=tally.stages,
        time=total_of(tally, rules) if has_time else None,
        raw_time=tally.raw if has_time else None,
        penalty=tally.penalty,
        credit=tally.credit,
        bonus=tally.bonus,
        distance_m=tally.distance_m,
        out_stage=standing.stage,
        out_control=standing.control,
    )


_GROUP = {
    RaceStatus.WITHDRAWN: 1,
    RaceStatus.DNF: 1,
    RaceStatus.OTL: 1,
    RaceStatus.TRANSFERRED: 1,
    RaceStatus.DSQ: 2,
    RaceStatus.REGISTERED: 3,
}


def below(line: Line) -> tuple[Any, ...]:
    """The order of those without a rank (Rules 9.3)."""
    return (
        _GROUP.get(line.status, 0),
        -line.stages,
        -line.distance_m,
        0 if line.time is None else line.time,
        _display_order(line.competitor),
        key_of(line.competitor),
    )


def _display_order(competitor: Competitor) -> tuple[tuple[int, int, str], ...]:
    return bib_order(competitor.bib if isinstance(competitor, Entry) else competitor.code)


def key_of(competitor: Competitor) -> str:
    """What rows and tallies know a competitor by: an entry's id, a team's code."""
    return competitor.id if isinstance(competitor, Entry) else competitor.code


# -- ties ----------------------------------------------------------------------------------------


def time_ties(board: BoardInput) -> list[TieRule[Measured]]:
    """The chain of the classification, or the race's (Rules 9.5)."""
    ties = board.classification.ties
    return [_tie_rule(link, board) for link in (board.rules.ties if ties is None else ties)]


def results_of(board: BoardInput, candidate: Candidate) -> list[tuple[int, Result]]:
    """The rows of a candidate with their stages, in order."""
    key = key_of(candidate.competitor)
    return [(number, found[key]) for number, found in board.results if key in found]


def _tie_rule(link: TieLink, board: BoardInput) -> TieRule[Measured]:
    def rows(measured: Measured) -> list[Result]:
        return [
            row
            for number, row in results_of(board, measured.candidate)
            if not link.stages or number in link.stages
        ]

    def by_places(measure: Callable[[list[int]], int]) -> Callable[[Sequence[Measured]], list[int]]:
        def keys(tied: Sequence[Measured]) -> list[int]:
            return [
                measure([rank for r in rows(m) if (rank := r.counted_rank) is not None])
                for m in tied
            ]

        return keys

    match link.kind:
        case TieLinkKind.PLACE_SUM:
            return TieRule(TieBreak.PLACE_SUM, by_places(sum))
        case TieLinkKind.BEST_PLACE:
            return TieRule(TieBreak.BEST_PLACE, by_places(lambda places: min(places, default=0)))
        case TieLinkKind.LAST_STAGE_PLACE:
            return TieRule(
                TieBreak.LAST_STAGE_PLACE, by_places(lambda places: places[-1] if places else 0)
            )
        case TieLinkKind.FIRST_STAGE_TIME:
            return TieRule(
                TieBreak.FIRST_STAGE_TIME,
                lambda tied: [next((r.time or 0 for r in rows(m)), 0) for m in tied],
            )
        case TieLinkKind.LINE_ORDER:
            return TieRule(TieBreak.LINE_ORDER, lambda tied: _line_order([rows(m) for m in tied]))
        case TieLinkKind.FRACTIONS:
            return TieRule(TieBreak.FRACTIONS, lambda tied: _fractions([rows(m) for m in tied]))


def _line_order(of_each: Sequence[Sequence[Result]]) -> list[int] | None:
    """Over the line of the last stage, where everybody was seen there."""
    finishes = [rows[-1].finish if rows else None for rows in of_each]
    known = [finish for finish in finishes if finish is not None]
    return known if len(known) == len(finishes) else None


def _fractions(of_each: Sequence[Sequence[Result]]) -> list[int] | None:
    """What rounding hid, where every time is from a chip or photo or declared (9.5)."""
    if not all(r.is_exact for rows in of_each for r in rows if r.raw is not None):
        return None
    return [sum(r.hidden for r in rows) for rows in of_each]


def cut_incomplete(board: Board, policy: Incomplete) -> tuple[Board, ...]:
    """One board or two: what becomes of those without a rank (Rules 9.3).

    `separate` gives a second one under ``CODE-incomplete`` (racefile, Output).
    """
    if policy is Incomplete.BELOW:
        return (board,)
    ranked = tuple(line for line in board.lines if line.rank is not None)
    complete = replace(board, lines=ranked)
    if policy is Incomplete.HIDDEN:
        return (complete,)
    rest = tuple(line for line in board.lines if line.rank is None)
    return (
        complete,
        replace(board, code=f"{board.code}-incomplete", lines=rest),
    )
