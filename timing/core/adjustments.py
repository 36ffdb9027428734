"""The ledger of penalties, credits and bonuses (Rules 6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from timing.core.definition import Scope
from timing.core.penalties import Amount, Penalties
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Bonus, Credit, Penalty, Ruling
from timing.core.rosters import Roster
from timing.core.times import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """A bonus by rule: at which point it was won, with which place (Rules 6.4)."""

    point: str
    place: int
    time: Duration


@dataclass(slots=True, eq=False)
class Adjustment:
    """What was given to one competitor on one stage, all durations at least 0.

    ``rulings`` holds the ids of the records behind the sums, in their order; ``won`` the bonuses
    by place that are in ``bonus`` too.
    """

    stage_penalty: Duration = 0
    stage_credit: Duration = 0
    gc_penalty: Duration = 0
    gc_credit: Duration = 0
    bonus: Duration = 0
    extension: Duration = 0
    rulings: list[str] = field(default_factory=list)
    won: list[Won] = field(default_factory=list)

    @property
    def penalty(self) -> Duration:
        """Of both scopes."""
        return self.stage_penalty + self.gc_penalty

    @property
    def credit(self) -> Duration:
        """Of both scopes."""
        return self.stage_credit + self.gc_credit

    @property
    def on_stage(self) -> Duration:
        """What is added to the stage's time (Rules 6.2)."""
        return self.stage_penalty - self.stage_credit

    @property
    def on_gc_alone(self) -> Duration:
        """What is added to the total but not to the stage's time (Rules 6.2, 6.4)."""
        return self.gc_penalty - self.gc_credit - self.bonus


NOTHING = Adjustment()
"""Of those who were given none; never added to."""


@dataclass(slots=True)
class Ledger:
    """The adjustments of one stage, by entry id and by team code."""

    entries: dict[str, Adjustment] = field(default_factory=dict)
    teams: dict[str, Adjustment] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def ledger_of(
    stage: int,
    rulings: Sequence[Ruling],
    roster: Roster,
    wave_of: Callable[[str], str],
    penalties: Penalties,
) -> Ledger:
    """What the rulings give on ``stage``; each names bibs, a team, a wave or a division (6.7).

    What a penalty costs is up to ``penalties``; one served at a control is already in the clock:
    it is listed, not added (Rules 6.5).
    """
    ledger = Ledger()
    for ruling in rulings:
        if isinstance(ruling, Penalty | Credit | Bonus) and ruling.stage == stage:
            ids, teams = _concerned(ruling, roster, wave_of, ledger)
            for entry_id in ids:
                adjustment = ledger.entries.setdefault(entry_id, Adjustment())
                _add(adjustment, ruling, penalties.of_entry, entry_id)
            for team in teams:
                adjustment = ledger.teams.setdefault(team, Adjustment())
                _add(adjustment, ruling, penalties.of_team, team)
    return ledger


def _concerned(
    ruling: Penalty | Credit | Bonus,
    roster: Roster,
    wave_of: Callable[[str], str],
    ledger: Ledger,
) -> tuple[list[str], list[str]]:
    """The entry ids and the team codes that a ruling names, by whatever name."""
    for bib in ruling.bibs:
        if bib not in roster.wearing:
            ledger.problems.append(
                Problem(
                    code=ProblemCode.RULING_UNKNOWN_BIB,
                    stage=ruling.stage,
                    bib=bib,
                    records=(ruling.id,),
                )
            )
    ids = roster.ids_of(ruling.bibs)
    teams: list[str] = []
    if not isinstance(ruling, Bonus):
        if ruling.team in roster.members:
            teams.append(ruling.team)
        elif ruling.team:
            ledger.problems.append(
                Problem(
                    code=ProblemCode.RULING_UNKNOWN_TEAM,
                    stage=ruling.stage,
                    records=(ruling.id,),
                    params=(("team", ruling.team),),
                )
            )
        if ruling.wave or ruling.division:
            ids += [
                entry.id
                for entry in roster.entries.values()
                if ruling.division in ("", entry.division)
                and ruling.wave in ("", wave_of(entry.id))
                and entry.id not in ids
            ]
    return ids, teams


def _add(
    adjustment: Adjustment,
    ruling: Penalty | Credit | Bonus,
    amount_of: Callable[[Penalty, str], Amount],
    whose: str,
) -> None:
    adjustment.rulings.append(ruling.id)
    match ruling:
        case Penalty(served=served) if served:
            return
        case Penalty():
            amount = amount_of(ruling, whose)
            if amount.scope is Scope.STAGE:
                adjustment.stage_penalty += amount.time * ruling.count
            else:
                adjustment.gc_penalty += amount.time * ruling.count
        case Credit():
            given = ruling.time * ruling.count
            if ruling.scope is Scope.STAGE:
                adjustment.stage_credit += given
            else:
                adjustment.gc_credit += given
            if ruling.extends_cutoffs:
                adjustment.extension += given
        case Bonus():
            adjustment.bonus += ruling.time
