"""Sources that disagree matter only where a rank or a cut-off would change (Rules 4.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from timing.core.cutoffs import Limit, excess
from timing.core.finishers import Finishers
from timing.core.problems import Problem, ProblemCode
from timing.core.splits import Facts
from timing.core.stage_input import StageInput
from timing.core.stage_rows import Row, StageState
from timing.core.times import Instant, round_to


class RivalSources:
    """The times that other sources gave, weighed once a stage is ranked.

    ``limits_tested`` gives the limits that an entry was held to.
    """

    def __init__(
        self,
        stage: StageInput,
        state: StageState,
        finishers: Finishers,
        limits_tested: Callable[[Row], tuple[Limit, ...]],
    ) -> None:
        self._in = stage
        self._state = state
        self._finishers = finishers
        self._limits_tested = limits_tested

    def problems(self, row: Row, facts: Facts) -> Iterator[Problem]:
        """A problem for each of an entry's times that would change a rank or decide a limit."""
        last = len(facts.times) - 1
        for index, instant, record in facts.rivals:
            if self._decides_limit(row, facts, index, instant) or (
                index == last and self._decides_rank(row, facts, instant)
            ):
                yield from self._disagreement(row, facts, index, instant, record)

    def _decides_limit(self, row: Row, facts: Facts, index: int, instant: Instant) -> bool:
        clock = self._in.frame.clock_of(row.entry.id)
        taken = facts.times[index]
        for limit in self._limits_tested(row):
            if limit.point != index or taken is None or not limit.is_hard:
                continue
            late = [
                excess(
                    limit,
                    time,
                    facts,
                    clock,
                    precision=self._in.rules.precision,
                    winner=self._finishers.winner(row.entry.division) if limit.percent else None,
                )
                for time in (taken, instant)
            ]
            if len({by is not None and limit.is_beyond(by) for by in late}) > 1:
                return True
        return False

    def _decides_rank(self, row: Row, facts: Facts, instant: Instant) -> bool:
        if row.rank is None or row.time is None or facts.finish is None or facts.raw is None:
            return False
        rules = self._in.rules
        others = [
            r.time
            for r in self._state.ranked[row.entry.division]
            if r is not row and r.time is not None
        ]
        raw = facts.raw + instant - facts.finish
        time = round_to(raw, rules.precision, rules.rounding) + row.adjusted
        return sum(t < time for t in others) != sum(t < row.time for t in others)

    def _disagreement(
        self, row: Row, facts: Facts, index: int, instant: Instant, record: str
    ) -> Iterator[Problem]:
        taken, time = facts.taken[index], facts.times[index]
        if taken is not None and time is not None:
            yield Problem(
                code=ProblemCode.SOURCES_DISAGREE,
                stage=self._in.number,
                control=self._in.courses.of(row.entry).points[index].code,
                bib=row.entry.bib,
                records=(taken.id, record),
                params=(("apart_ms", abs(instant - time)), ("source", taken.source.value)),
            )
