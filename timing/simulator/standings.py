"""How the simulated race stands, for starts that go by rank.

These are the true times, free of whatever goes wrong with records: what a runner does next must
not depend on faults.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from timing.core.boards import first_solo
from timing.core.categories import day_of_age, has_category
from timing.core.courses import stages_of
from timing.core.definition import Classification, Race
from timing.core.entries import Entry, bib_order
from timing.core.ranking import rank_by
from timing.core.results import Line
from timing.core.statuses import RaceStatus
from timing.core.times import Duration, round_to
from timing.simulator.field import Entrants, Runner, ranked_alone


@dataclass(slots=True)
class Progress:
    """Where one runner stands. ``division`` may change on the way; ``stages`` counts those done.

    ``total`` sums stage times, rounded as the race says, with penalties and credits; ``clock``
    the raw ones, for a limit of the whole race; ``strikes`` are missed limits that are counted.
    Who ``is_unranked`` goes on and has times, but no rank any more.
    """

    runner: Runner
    division: str
    stages: int = 0
    total: Duration = 0
    clock: Duration = 0
    strikes: int = 0
    is_out: bool = False
    is_unranked: bool = False

    @property
    def entry(self) -> Entry:
        """The entry as it is now."""
        return self.runner.entry


@dataclass(slots=True)
class Standings:
    """Everybody's progress, by entry id, in the order of bibs."""

    race: Race
    entrants: Entrants
    progress: dict[str, Progress] = field(init=False)
    alone: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.progress = {
            r.entry.id: Progress(runner=r, division=r.entry.division) for r in self.entrants.runners
        }
        self.alone = ranked_alone(self.race, self.entrants)

    def add_time(
        self, entry_id: str, raw: Duration, adjustment: Duration, *, is_timed: bool
    ) -> None:
        """One more stage is done; one that is not timed costs nothing but adjustments."""
        rules = self.race.rules
        progress = self.progress[entry_id]
        progress.stages += 1
        raw = raw if is_timed else 0
        progress.clock += raw
        progress.total += round_to(raw, rules.precision, rules.rounding) + adjustment

    def lines(self, number: int, board: str, division: str) -> Sequence[Line]:
        """The lines before stage ``number`` of ``board``, or of a division if that is empty.

        By total time, then whoever lacks a stage, then by bib. Of a division everyone still in
        the race is there, so that everyone can be given a start; ranks and gaps are those of
        its first solo time classification (racefile, Starts).
        """
        chosen = self.race.classification(board) if board else None
        ranking = chosen or first_solo(self.race, division)
        racing = [p for p in self.progress.values() if not p.is_out]
        found = [
            p
            for p in racing
            if self._is_on(p, ranking) or (chosen is None and p.division == division)
        ]
        done = sum(1 for n in stages_of(self.race, division) if n < number)
        found.sort(key=lambda p: (-p.stages, p.total, bib_order(p.entry.bib)))
        ranked = [p for p in found if p.stages and p.stages == done and self._is_on(p, ranking)]
        places = rank_by(ranked, lambda p: p.total, (), self.race.rules.equal_rank)
        rank_of = {ranked.item.entry.id: ranked.rank for ranked in places}
        leader = places[0].item.total if places else 0
        return [
            _line(p, rank_of.get(p.entry.id), p.total - leader if p.stages == done else None)
            for p in found
        ]

    def _is_on(self, progress: Progress, board: Classification) -> bool:
        entry = progress.entry
        if board.division not in ("", progress.division) or entry.id not in self.alone:
            return False
        if board.teams_excluded and entry.team:
            return False
        category = next((c for c in self.race.categories if c.code == board.category), None)
        day = day_of_age(self.race, self.race.starts_on)
        return category is None or has_category(entry, category, day)


def _line(progress: Progress, rank: int | None, gap: Duration | None) -> Line:
    return Line(
        competitor=progress.entry,
        division=progress.division,
        categories=(),
        status=RaceStatus.RACING,
        rank=rank,
        stages=progress.stages,
        time=progress.total,
        gap=gap,
    )
