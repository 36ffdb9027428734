"""What classifications rank by, beside the total time (Rules 9.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from timing.core.classifications import (
    BoardInput,
    Candidate,
    Measured,
    Measuring,
    by_total_time,
    key_of,
    rank_board,
    results_of,
    time_ties,
    total_of,
)
from timing.core.definition import Measure
from timing.core.ranking import Parting, TieRule, first_parting, ranks_of
from timing.core.results import Board, TieBreak
from timing.core.statuses import RaceStatus
from timing.core.times import Duration

FINISH = "finish"
"""In a table of points: by place on the stage, whatever the last control is called."""

NO_PLACE = 0
"""Of points that were given without a place."""


def classify(board: BoardInput) -> Board:
    """The classification's board, by its measure."""
    return rank_board(board, *_measured_and_parted(board))


def _measured_and_parted(board: BoardInput) -> tuple[Measuring, Sequence[TieRule[Measured]]]:
    measure = board.classification.measure
    match measure:
        case Measure.TIME:
            return by_total_time(board), time_ties(board)
        case Measure.POINTS:
            points = _Points(board)
            return points.measured, points.ties()
        case Measure.PLACES:
            return _by_places(board), time_ties(board)
        case Measure.STAGES:
            return _by_stages(board), time_ties(board)
        case Measure.BEST:
            return _by_best(board), time_ties(board)
        case Measure.SEGMENTS:
            return _by_segments(board), time_ties(board)
        case _:
            assert_never(measure)


def would_part(board: BoardInput, one: str, other: str) -> Parting | None:
    """What would part two competitors, were they level; None where nothing would.

    They are given by entry id or team code. Places and what else the chain looks at are as they
    are now.
    """
    by_key = {key_of(c.competitor): c for c in board.candidates}
    measuring, ties = _measured_and_parted(board)
    found = [measuring(by_key[key]) for key in (one, other) if key in by_key]
    tied = [measured for measured in found if measured is not None]
    return first_parting(tied, ties) if len(tied) == 2 else None


def behind_as_far(board: BoardInput, one: str, other: str) -> Duration | None:
    """By how much one is behind another who went as far, where that ranks (Rules 9.1, 9.3).

    By the clock where they were seen last too; None where one went further than the other.
    """
    by_key = {key_of(c.competitor): c for c in board.candidates}
    measuring = _by_stages(board)
    found = [measuring(by_key[key]) for key in (one, other) if key in by_key]
    keys = [m.key for m in found if m is not None and isinstance(m.key, tuple)]
    if len(keys) != 2 or keys[0][:-1] != keys[1][:-1]:
        return None
    return keys[0][-1] - keys[1][-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsWon:
    """Points with the ``stage`` they were won on and the ``place`` they were for.

    ``where`` is a code of the classification's table, empty for points given by a ruling.
    """

    stage: int
    where: str
    place: int
    points: int


def points_won(board: BoardInput, key: str) -> tuple[PointsWon, ...]:
    """All that a competitor's points come from, by stage, in a classification by points."""
    candidate = next((c for c in board.candidates if key_of(c.competitor) == key), None)
    return () if candidate is None else tuple(_Points(board).won(candidate))


class _Points:
    """Points by stage place or at a control; whoever has some and is not out is ranked.

    Ties are parted by count-back, then by the general classification (racefile, Output).
    """

    def __init__(self, board: BoardInput) -> None:
        self._board = board
        self._places = lru_cache(maxsize=None)(self._places_at)
        self._gc_ranks = lru_cache(maxsize=None)(board.gc_ranks)

    def measured(self, candidate: Candidate) -> Measured | None:
        total = sum(won.points for won in self.won(candidate))
        if not candidate.is_in or not total:
            return None
        return Measured(candidate, -total, None, total)

    def won(self, candidate: Candidate) -> list[PointsWon]:
        """Every place that was worth points, with its points; by the table or by rulings."""
        key = key_of(candidate.competitor)
        won = []
        for number, row in results_of(self._board, candidate):
            for code, table in self._board.classification.points:
                place = row.rank if code == FINISH else self._places(number, code).get(key)
                if place is not None and place <= len(table):
                    points = table[place - 1]
                    won.append(PointsWon(stage=number, where=code, place=place, points=points))
            won += [
                PointsWon(
                    stage=number, where="", place=award.place or NO_PLACE, points=award.points
                )
                for award in self._board.awards(number).get(key, ())
                if award.board == self._board.classification.code
            ]
        return won

    def _places_at(self, number: int, code: str) -> dict[str, int]:
        elapsed = {
            key: time
            for key, (_, time) in self._board.times_at(number, code).items()
            if time is not None
        }
        return ranks_of(elapsed)

    def ties(self) -> Sequence[TieRule[Measured]]:
        return (
            TieRule(TieBreak.COUNT_BACK, self._count_back),
            TieRule(TieBreak.GC, lambda tied: [self._gc_rank(m) for m in tied]),
        )

    def _count_back(self, tied: Sequence[Measured]) -> list[tuple[int, ...]]:
        """More first places first, then more second ones, and so on."""
        won = [Counter(w.place for w in self.won(m.candidate) if w.place != NO_PLACE) for m in tied]
        last = max((place for places in won for place in places), default=0)
        return [tuple(-places[place] for place in range(1, last + 1)) for places in won]

    def _gc_rank(self, measured: Measured) -> int:
        ranks = self._gc_ranks(measured.candidate.division)
        return ranks.get(key_of(measured.candidate.competitor), len(ranks) + 1)


def _by_places(board: BoardInput) -> Measuring:
    """The sum of stage places, for those with a result in every stage."""

    def measured(candidate: Candidate) -> Measured | None:
        tally = candidate.tally
        if not candidate.is_in or not tally.stages or tally.is_missing:
            return None
        places = sum(row.counted_rank or 0 for _, row in results_of(board, candidate))
        return Measured(candidate, places, total_of(tally, board.rules), places)

    return measured


_NEVER = frozenset({RaceStatus.DSQ, RaceStatus.REGISTERED, RaceStatus.TRANSFERRED})


def _by_stages(board: BoardInput) -> Measuring:
    """More stages finished, then further, then faster: whoever raced has a rank (Rules 9.3).

    How fast is told by the clock at the last control too, where a stage was not finished.
    """

    def measured(candidate: Candidate) -> Measured | None:
        tally, ended = candidate.tally, candidate.standing.ended
        has_raced = tally.stages or candidate.standing.has_raced
        if not has_raced or ended in _NEVER or not candidate.standing.competitive:
            return None
        total = total_of(tally, board.rules)
        key = (tally.assigned - tally.stages, -tally.distance_m, total + tally.reached)
        return Measured(candidate, key, total)

    return measured


def _by_best(board: BoardInput) -> Measuring:
    """The best so many stage times, or all while there were fewer; who has fewer is unranked."""
    wanted = min(board.classification.best_of, len(board.results))

    def measured(candidate: Candidate) -> Measured | None:
        times = sorted(
            row.time for _, row in results_of(board, candidate) if row.done and row.time is not None
        )
        if not candidate.is_in or not times or len(times) < wanted:
            return None
        total = sum(times[:wanted]) + candidate.tally.alone
        return Measured(candidate, total, total)

    return measured


def _by_segments(board: BoardInput) -> Measuring:
    """The sum of the times between pairs of controls; all of them are needed."""
    counted = {number for number, _ in board.results}
    segments = [s for s in board.classification.segments if s[0] in counted]
    times = [(board.times_at(n, first), board.times_at(n, last)) for n, first, last in segments]

    def measured(candidate: Candidate) -> Measured | None:
        key = key_of(candidate.competitor)
        if not candidate.is_in or not times:
            return None
        total: Duration = 0
        for first, last in times:
            if key not in first or key not in last:
                return None
            (since, begun), (until, ended) = first[key], last[key]
            # By the clock, which leaves out what is neutral between them (Rules 4.7).
            total += until - since if begun is None or ended is None else ended - begun
        return Measured(candidate, total, total)

    return measured
