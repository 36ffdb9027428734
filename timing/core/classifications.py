"""Classifications: a filter, a sum over stages and a tie chain (Rules 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from timing.core.adjustments import Adjustment
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
from timing.core.stage_results import Standing
from timing.core.statuses import RaceStatus
from timing.core.times import Duration, Instant, round_to


class Result(Protocol):
    """What a classification reads of a stage's row, an entry's or a team's."""

    raw: Duration | None
    time: Duration | None
    rank: int | None
    finish: Instant | None
    distance_m: int
    done: bool
    is_exact: bool
    adjustment: Adjustment

    @property
    def penalty(self) -> Duration: ...  # noqa: D102 - see Row


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over the stages that count so far (Rules 9.2).

    ``raw`` sums raw clocks, ``adjusted`` what was added to stage times, ``alone`` what counts
    in the GC only. ``is_missing`` says that a stage without a result is among them.
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
        tally = before.get(key, EMPTY)
        given = row.adjustment
        penalty = row.penalty
        raw = row.raw or 0
        time = row.time if row.done and row.time is not None else 0
        after[key] = Tally(
            tally.stages + row.done,
            tally.time + time,
            tally.raw + (raw if row.done else 0),
            tally.adjusted + (given.on_stage + penalty - given.penalty if row.done else 0),
            tally.alone + given.on_gc_alone,
            tally.penalty + penalty,
            tally.credit + given.credit,
            tally.bonus + given.bonus,
            tally.distance_m + row.distance_m,
            tally.is_missing or not row.done or (not is_first and key not in before),
        )
    return after


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
    )


def total_of(tally: Tally, rules: Rules) -> Duration:
    """The total time: each stage rounded before adding, or the sum once (Rules 1.4, 9.2)."""
    if rules.round_at is RoundAt.STAGE:
        return tally.time + tally.alone
    return round_to(tally.raw, rules.precision, rules.rounding) + tally.adjusted + tally.alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Someone whom the filter lets through, as after the stage of the board."""

    competitor: Competitor
    division: str
    categories: tuple[str, ...]
    tally: Tally
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardInput:
    """A classification's lines before they are ranked.

    ``results`` are the rows of the stages that count so far, in order, by competitor;
    ``is_last`` says that no more stage will count.
    """

    classification: Classification
    rules: Rules
    after: int
    candidates: Sequence[Candidate]
    results: Sequence[tuple[int, Mapping[str, Result]]]
    is_last: bool


def time_board(board: BoardInput) -> Board:
    """Rank by total time; only who has a result in every stage is ranked (Rules 9.2).

    The others stand below without a rank: those still racing first, then by stages done,
    distance and time (Rules 9.3). `hidden` and `separate` are the caller's to cut.
    """
    ranked: list[tuple[Candidate, Duration]] = []
    others: list[tuple[Candidate, RaceStatus]] = []
    for candidate in board.candidates:
        standing, tally = candidate.standing, candidate.tally
        status = race_status(standing, tally, is_last=board.is_last)
        is_in = standing.ended is None and standing.competitive
        if is_in and tally.stages and not tally.is_missing:
            ranked.append((candidate, total_of(tally, board.rules)))
        else:
            others.append((candidate, status))
    ranked.sort(key=lambda pair: _display_order(pair[0].competitor))
    lines = _ranked_lines(board, ranked)
    lines += sorted((_other_line(board, c, s) for c, s in others), key=_below)
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
    if not standing.has_raced and not tally.stages:
        return RaceStatus.REGISTERED
    if is_last and not tally.is_missing:
        return RaceStatus.FINISHED
    return RaceStatus.RACING


def _ranked_lines(
    board: BoardInput, candidates: Sequence[tuple[Candidate, Duration]]
) -> list[Line]:
    ties = board.classification.ties
    chain = board.rules.ties if ties is None else ties
    rules = [_tie_rule(link, board) for link in chain]
    ranked = rank_by(candidates, lambda pair: pair[1], rules, board.rules.equal_rank)
    lines = []
    status = RaceStatus.FINISHED if board.is_last else RaceStatus.RACING
    leader = ranked[0].item[1] if ranked else 0
    ahead = leader
    for item in ranked:
        candidate, time = item.item
        tally = candidate.tally
        lines.append(
            Line(
                competitor=candidate.competitor,
                division=candidate.division,
                categories=candidate.categories,
                status=status,
                rank=item.rank,
                stages=tally.stages,
                time=time,
                raw_time=tally.raw,
                gap=time - leader,
                interval=time - ahead,
                penalty=tally.penalty,
                credit=tally.credit,
                bonus=tally.bonus,
                distance_m=tally.distance_m,
                tie=item.tie,
            )
        )
        ahead = time
    return lines


_WITHOUT_TIME = frozenset({RaceStatus.DSQ, RaceStatus.REGISTERED})


def _other_line(board: BoardInput, candidate: Candidate, status: RaceStatus) -> Line:
    """The incomplete show the sum of what they have (racefile, Output)."""
    tally, standing = candidate.tally, candidate.standing
    has_time = tally.stages > 0 and status not in _WITHOUT_TIME
    return Line(
        competitor=candidate.competitor,
        division=candidate.division,
        categories=candidate.categories,
        status=status,
        stages=tally.stages,
        time=total_of(tally, board.rules) if has_time else None,
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


def _below(line: Line) -> tuple[object, ...]:
    return (
        _GROUP.get(line.status, 0),
        -line.stages,
        -line.distance_m,
        0 if line.time is None else line.time,
        _display_order(line.competitor),
    )


def _display_order(competitor: Competitor) -> tuple[tuple[int, int, str], ...]:
    return bib_order(competitor.bib if isinstance(competitor, Entry) else competitor.code)


def key_of(competitor: Competitor) -> str:
    """What rows and tallies know a competitor by: an entry's id, a team's code."""
    return competitor.id if isinstance(competitor, Entry) else competitor.code


# -- ties ----------------------------------------------------------------------------------------

_Pair = tuple[Candidate, Duration]


def _tie_rule(link: TieLink, board: BoardInput) -> TieRule[_Pair]:
    def rows(pair: _Pair) -> list[Result]:
        key = key_of(pair[0].competitor)
        return [
            found[key]
            for number, found in board.results
            if key in found and (not link.stages or number in link.stages)
        ]

    def by_places(measure: Callable[[list[int]], int]) -> Callable[[Sequence[_Pair]], list[int]]:
        def keys(pairs: Sequence[_Pair]) -> list[int]:
            return [measure([r.rank for r in rows(p) if r.rank is not None]) for p in pairs]

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
                lambda pairs: [next((r.time or 0 for r in rows(p)), 0) for p in pairs],
            )
        case TieLinkKind.LINE_ORDER:
            return TieRule(
                TieBreak.LINE_ORDER,
                lambda pairs: [
                    next((r.finish for r in reversed(rows(p)) if r.finish is not None), 0)
                    for p in pairs
                ],
            )
        case TieLinkKind.FRACTIONS:
            return TieRule(TieBreak.FRACTIONS, lambda pairs: _fractions([rows(p) for p in pairs]))


def _fractions(of_each: Sequence[Sequence[Result]]) -> list[int] | None:
    """The sum of unrounded times, where every one is from a chip or photo or declared (9.5)."""
    if not all(r.is_exact for rows in of_each for r in rows if r.raw is not None):
        return None
    return [sum(r.raw or 0 for r in rows) for rows in of_each]


def cut_incomplete(board: Board, policy: Incomplete) -> tuple[Board, ...]:
    """One board or two: what becomes of those without a rank (Rules 9.3).

    `separate` gives a second one under ``CODE-incomplete`` (racefile, Output).
    """
    if policy is Incomplete.BELOW:
        return (board,)
    ranked = tuple(line for line in board.lines if line.rank is not None)
    complete = Board(
        code=board.code, classification=board.classification, after=board.after, lines=ranked
    )
    if policy is Incomplete.HIDDEN:
        return (complete,)
    rest = tuple(line for line in board.lines if line.rank is None)
    return (
        complete,
        Board(
            code=f"{board.code}-incomplete",
            classification=board.classification,
            after=board.after,
            lines=rest,
        ),
    )
