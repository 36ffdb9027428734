"""How the simulated race stands, for starts that go by rank.

These are the true times, free of whatever goes wrong with records: what a runner does next must
not depend on faults.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

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

    ``total`` sums stage times, rounded as the race says, with penalties and credits.
    """

    runner: Runner
    division: str
    stages: int = 0
    total: Duration = 0
    is_out: bool = False

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

    def add_time(self, entry_id: str, raw: Duration, adjustment: Duration) -> None:
        """One more stage is done."""
        rules = self.race.rules
        progress = self.progress[entry_id]
        progress.stages += 1
        progress.total += round_to(raw, rules.precision, rules.rounding) + adjustment

    def lines(self, number: int, board: str, division: str) -> Sequence[Line]:
        """The lines before stage ``number`` of ``board``, or of a division if that is empty.

        Ranked first, then the others who are still in the race; ties are shared, and ordered by
        bib. Teams keep their members out of solo boards until ranks are needed to start them:
        there everybody has one.
        """
        chosen = self.race.classification(board) if board else None
        found = [p for p in self.progress.values() if self._is_on(p, chosen, division)]
        done = sum(1 for n in stages_of(self.race, division) if n < number)
        ranked = [p for p in found if p.stages and p.stages == done]
        ranked.sort(key=lambda p: bib_order(p.entry.bib))
        places = rank_by(ranked, lambda p: p.total, (), self.race.rules.equal_rank)
        leader = places[0].item.total if places else 0
        lines = [_line(p.item, p.rank, p.item.total - leader) for p in places]
        others = [p for p in found if not p.stages or p.stages != done]
        others.sort(key=lambda p: (-p.stages, p.total, bib_order(p.entry.bib)))
        return lines + [_line(p, None, None) for p in others]

    def _is_on(self, progress: Progress, board: Classification | None, division: str) -> bool:
        if progress.is_out:
            return False
        if board is None:
            return progress.division == division
        if board.division not in ("", progress.division):
            return False
        if progress.entry.id not in self.alone or (board.teams_excluded and progress.entry.team):
            return False
        category = next((c for c in self.race.categories if c.code == board.category), None)
        day = day_of_age(self.race, self.race.starts_on)
        return category is None or has_category(progress.entry, category, day)


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
