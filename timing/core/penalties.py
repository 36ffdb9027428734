"""What a penalty costs whom: the race's table, and the nth of a kind (Rules 6.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from timing.core.definition import PenaltyRule, Scope
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Penalty, Ruling, Status
from timing.core.rosters import Roster
from timing.core.statuses import RulingStatus
from timing.core.times import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What a penalty costs one competitor: ``time`` for each item it counts.

    ``rule`` is its entry in the race's table, if it has one; ``nth`` says that it is their first,
    second … of that code, 0 where nobody counts. With ``disqualifies`` it takes their place.
    """

    time: Duration
    scope: Scope
    rule: PenaltyRule | None = None
    nth: int = 0
    disqualifies: bool = False


@dataclass(slots=True, kw_only=True)
class Penalties:
    """The amounts of a race's penalties, as all its rulings together have them.

    ``nth`` counts those of entries by ruling and entry id, ``nth_of_team`` those of teams by
    ruling and team. ``disqualifications`` are the statuses that follow from the table.
    """

    table: Mapping[str, PenaltyRule] = field(default_factory=dict)
    nth: dict[tuple[str, str], int] = field(default_factory=dict)
    nth_of_team: dict[tuple[str, str], int] = field(default_factory=dict)
    disqualifications: list[Status] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def knows(self, ruling: Penalty) -> bool:
        """Whether it has a time of its own, or one in the table."""
        return ruling.time is not None or ruling.code in self.table

    def of_entry(self, ruling: Penalty, entry_id: str) -> Amount:
        """What it costs an entry."""
        return self._amount(ruling, self.nth.get((ruling.id, entry_id), 0))

    def of_team(self, ruling: Penalty, team: str) -> Amount:
        """What it costs a team."""
        return self._amount(ruling, self.nth_of_team.get((ruling.id, team), 0))

    def _amount(self, ruling: Penalty, nth: int) -> Amount:
        """What the ruling says itself counts before the table; the last amount repeats."""
        rule = self.table.get(ruling.code)
        if rule is None:
            return Amount(time=ruling.time or 0, scope=ruling.scope or Scope.STAGE)
        amount = Amount(time=ruling.time or 0, scope=ruling.scope or rule.scope, rule=rule, nth=nth)
        if ruling.time is not None:
            return amount
        if rule.then_dsq and max(nth, 1) > len(rule.times):
            return replace(amount, disqualifies=True)
        return replace(amount, time=rule.times[min(max(nth, 1), len(rule.times)) - 1])


def penalties_of(
    table: Sequence[PenaltyRule], rulings: Sequence[Ruling], rosters: Mapping[int, Roster]
) -> Penalties:
    """Count the penalties of each code for each competitor, in the order of the rulings.

    Those of a whole wave or division are nobody's repetition: they cost the first amount.
    """
    found = Penalties(table={rule.code: rule for rule in table})
    given = [r for r in rulings if isinstance(r, Penalty)]
    found.problems += [
        Problem(
            code=ProblemCode.RULING_UNKNOWN_PENALTY,
            stage=ruling.stage,
            records=(ruling.id,),
            params=(("penalty", ruling.code),),
        )
        for ruling in given
        if not found.knows(ruling)
    ]
    counts: Counter[tuple[str, str]] = Counter()
    counts_of_team: Counter[tuple[str, str]] = Counter()
    for ruling in given:
        roster = rosters.get(ruling.stage)
        if roster is None or ruling.code not in found.table:
            continue
        for entry_id in roster.ids_of(ruling.bibs):
            counts[ruling.code, entry_id] += 1
            found.nth[ruling.id, entry_id] = counts[ruling.code, entry_id]
        if ruling.team in roster.members:
            counts_of_team[ruling.code, ruling.team] += 1
            found.nth_of_team[ruling.id, ruling.team] = counts_of_team[ruling.code, ruling.team]
        found.disqualifications += _disqualifications(found, ruling, roster)
    return found


def _disqualifications(found: Penalties, ruling: Penalty, roster: Roster) -> Iterator[Status]:
    """The status that a penalty leads to, for those whom it takes out."""
    bibs = tuple(
        bib
        for bib in ruling.bibs
        if bib in roster.wearing and found.of_entry(ruling, roster.wearing[bib]).disqualifies
    )
    is_for_team = ruling.team in roster.members and found.of_team(ruling, ruling.team).disqualifies
    if bibs or is_for_team:
        yield Status(
            id=ruling.id,
            by=ruling.by,
            at=ruling.at,
            reason=ruling.reason,
            status=RulingStatus.DSQ,
            bibs=bibs,
            team=ruling.team if is_for_team else "",
            stage=ruling.stage,
        )
