"""What the rules themselves do to an entry on a stage: limits tested, missed controls (4.4, 5)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TypeAlias

from timing.core.cutoffs import Limit, Missed, missed_limits, whole_race_limit
from timing.core.definition import Apply, MissedKind, OutcomeKind
from timing.core.finishers import Finishers
from timing.core.problems import Problem, ProblemCode
from timing.core.splits import Facts
from timing.core.stage_input import StageInput
from timing.core.stage_problems import limit_in_question, seen_after_out
from timing.core.stage_rows import Row, StageState, Standing
from timing.core.starts import Clock
from timing.core.statuses import RaceStatus, StageStatus

_Key: TypeAlias = tuple[str, int, str, tuple[str, ...]]
"""A division, the version of its course, a wave and categories."""


class Sanctions:
    """Of one stage, an entry at a time.

    What nobody can be sure of goes to the problems of ``state``, who is to change the division
    to its moves.
    """

    def __init__(self, stage: StageInput, finishers: Finishers, state: StageState) -> None:
        self._in = stage
        self._finishers = finishers
        self._problems: list[Problem] = state.problems
        self._moves = state.moves
        self._limits: dict[_Key, tuple[Limit, ...]] = {}

    def limits_tested(self, row: Row) -> tuple[Limit, ...]:
        """The limits along the course that an entry, or another like it, was tested against."""
        return self._limits.get(self._key(row, self._in.frame.clock_of(row.entry.id)), ())

    def _key(self, row: Row, clock: Clock) -> _Key:
        """What an entry's limits depend on: those of who shares all of it are the same."""
        version = self._in.courses.version(row.entry)
        return row.entry.division, version, clock.wave, row.categories

    def test_limits(self, row: Row, facts: Facts, before: Standing) -> Standing:
        """Test the raw clock at every point passed; the standing that this leads to (5.2)."""
        stage = self._in
        clock = stage.frame.clock_of(row.entry.id)
        key = self._key(row, clock)
        limits = self._limits.get(key)
        if limits is None:
            limits = self._limits[key] = stage.limits(row.entry, clock.wave, row.categories)
        move = stage.moves.get(row.entry.id)
        if move is not None and move.is_under_way:
            # Whatever was missed on the way there has led to the move.
            points = stage.courses.of(row.entry).points
            limits = tuple(m for m in limits if points[m.point].distance_m > move.reached_m)
        if not limits and stage.rules.limit is None:
            return before
        if stage.decisions.is_lifted(stage.number, row.entry.id):
            return before
        needs_winner = any(limit.percent is not None for limit in limits)
        after = before
        test = partial(
            missed_limits,
            facts=facts,
            clock=clock,
            precision=stage.rules.precision,
            extension=row.adjustment.extension,
            holds=row.holds,
            winner=self._finishers.winner(row.entry.division) if needs_winner else None,
        )
        found = list(test(limits))
        if stage.rules.limit is not None:
            used = before.clock
            passed = range(1, facts.last + 1)
            beyond = list(test([whole_race_limit(stage.rules, p, used) for p in passed]))
            found += _used_up(beyond)
            found.sort(key=lambda missed: missed.limit.point)
        for missed in found:
            limit = missed.limit
            if not missed.is_sure:
                self._question(ProblemCode.CUTOFF_UNSURE, row, facts, missed)
            elif limit.apply is Apply.CONFIRM:
                self._question(ProblemCode.CUTOFF_TO_CONFIRM, row, facts, missed)
            elif self._moves_on(row, missed):
                return before
            else:
                row.missed = (*row.missed, missed)
                after = self._sanction(row, facts, missed, before, after)
                if row.status in _STAGE_IS_OVER:
                    break
        return after

    def _moves_on(self, row: Row, missed: Missed) -> bool:
        """Into a shorter division, by the ladder (Rules 5.4); out of it nobody moves into it."""
        outcome, stage = missed.limit.outcome, self._in
        if outcome.kind is not OutcomeKind.MOVE or outcome.division == row.entry.division:
            return False
        point = stage.courses.of(row.entry).points[missed.limit.point]
        self._moves[row.entry.id] = stage.ladder(row.entry, outcome.division, point.code)
        return True

    def _question(self, code: ProblemCode, row: Row, facts: Facts, missed: Missed) -> None:
        self._problems.append(limit_in_question(code, self._in, row, facts, missed))

    def _sanction(
        self, row: Row, facts: Facts, missed: Missed, before: Standing, after: Standing
    ) -> Standing:
        """What missing a limit leads to (Rules 5.4); a stage gives one strike at the most."""
        outcome = missed.limit.outcome
        point = self._in.courses.of(row.entry).points[missed.limit.point]
        kind = outcome.kind
        if kind is OutcomeKind.STRIKES:
            after = replace(after, strikes=before.strikes + 1)
            is_last = after.strikes >= outcome.strikes
            kind = OutcomeKind.OUT if is_last else OutcomeKind.UNRANKED
        here = replace(after, stage=self._in.number, control=point.code)
        match kind:
            case OutcomeKind.OUT | OutcomeKind.MOVE:
                row.status, row.control = StageStatus.OTL, point.code
                later = missed.limit.point + 1
                if facts.last >= later:
                    self._problems.append(seen_after_out(self._in, row, facts, since=later))
                return replace(here, ended=RaceStatus.OTL)
            case OutcomeKind.DNF:
                row.status, row.control = StageStatus.DNF, point.code
                return replace(here, competitive=False)
            case OutcomeKind.UNRANKED:
                return replace(here, competitive=False) if after.competitive else after
            case OutcomeKind.PENALTY:
                row.automatic_penalty += outcome.penalty
                return after
            case _:
                return after

    def missed_controls(self, row: Row, facts: Facts, after: Standing) -> Standing:
        """The policy acts on mandatory controls that the director confirmed as missed (Rules 4.4).

        A penalty also on who is over a limit: it is shown, whatever becomes of the time (6.1).
        """
        missed = self._in.missed_confirmed.get(row.entry.id, ())
        if not missed:
            return after
        course = self._in.courses.of(row.entry)
        sure = [
            code
            for code in missed
            if (i := course.index.get(code)) is not None
            and course.points[i].mandatory
            and facts.times[i] is None
        ]
        policy = self._in.rules.missed_control
        if not sure or facts.last < 0 or policy.kind is MissedKind.QUERY:
            return after
        if policy.kind is MissedKind.PENALTY:
            row.automatic_penalty += policy.penalty * len(sure)
            return after
        if row.status in _STAGE_IS_OVER:
            return after
        row.status, row.control = StageStatus.DNF, sure[0]
        return replace(after, ended=RaceStatus.DNF, stage=self._in.number, control=sure[0])


def _used_up(beyond: list[Missed]) -> list[Missed]:
    """Where the limit of the whole race was used up: once, and for sure if it ever was (5.1)."""
    sure = [missed for missed in beyond if missed.is_sure]
    return (sure or beyond)[:1]


_STAGE_IS_OVER = frozenset({StageStatus.OTL, StageStatus.DNF})
