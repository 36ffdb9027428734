"""Status rulings, sorted out: what was decided of whom, on which stage (Rules 10)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from timing.core.problems import Problem, ProblemCode
from timing.core.records import Ruling, Status, Transfer
from timing.core.rosters import Roster
from timing.core.statuses import RulingStatus


@dataclass(slots=True)
class Decisions:
    """The status ruling that counts, by stage and competitor.

    ``entries`` and ``teams`` map a stage (``None``: the whole race) to the ruling by entry id or
    team code; ``lifted`` holds stages (``None``: all) whose automatic exclusion was undone for
    an entry by ``reinstated``.
    """

    entries: dict[int | None, dict[str, Status]] = field(default_factory=dict)
    teams: dict[int | None, dict[str, Status]] = field(default_factory=dict)
    lifted: dict[str, set[int | None]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def of_entry(self, stage: int, entry_id: str) -> Status | None:
        """The ruling on this very stage."""
        return self.entries.get(stage, {}).get(entry_id)

    def of_whole_race(self, entry_id: str) -> Status | None:
        """The ruling for the whole race."""
        return self.entries.get(None, {}).get(entry_id)

    def is_lifted(self, stage: int, entry_id: str) -> bool:
        """Whether an automatic exclusion on this stage was undone."""
        stages = self.lifted.get(entry_id, set())
        return stage in stages or None in stages


def decisions_of(rulings: Sequence[Ruling], rosters: dict[int, Roster]) -> Decisions:
    """Go through the status rulings in their order.

    ``reinstated`` undoes earlier ones for its stage and later ones, and for the whole race; two
    that differ for one stage contradict each other, and the later counts (racefile, Rulings).
    Whoever goes over to another division is in the race again there, unless disqualified (7.2).
    """
    decisions = Decisions()
    last = next(reversed(rosters), None)
    for ruling in rulings:
        if isinstance(ruling, Transfer) and ruling.stage in rosters:
            for who in rosters[ruling.stage].ids_of(ruling.bibs):
                _undo(decisions.entries, who, ruling.stage, _UNDONE_BY_TRANSFER)
        if not isinstance(ruling, Status):
            continue
        # For the whole race a bib is whoever wears it in the end.
        where = last if ruling.stage is None else ruling.stage
        roster = None if where is None else rosters.get(where)
        if roster is None:
            decisions.problems.append(
                Problem(
                    code=ProblemCode.RULING_UNKNOWN_STAGE, stage=ruling.stage, records=(ruling.id,)
                )
            )
            continue
        for bib in ruling.bibs:
            entry_id = roster.wearing.get(bib)
            if entry_id is None:
                decisions.problems.append(
                    Problem(
                        code=ProblemCode.RULING_UNKNOWN_BIB,
                        stage=ruling.stage,
                        bib=bib,
                        records=(ruling.id,),
                    )
                )
            else:
                _decide(decisions, decisions.entries, entry_id, ruling, bib)
        if ruling.team:
            if ruling.team in roster.members:
                _decide(decisions, decisions.teams, ruling.team, ruling, "")
            else:
                decisions.problems.append(
                    Problem(
                        code=ProblemCode.RULING_UNKNOWN_TEAM,
                        stage=ruling.stage,
                        records=(ruling.id,),
                        params=(("team", ruling.team),),
                    )
                )
    return decisions


_UNDONE_BY_TRANSFER = frozenset(
    {RulingStatus.DNS, RulingStatus.DNF, RulingStatus.OTL, RulingStatus.WITHDRAWN}
)


def _undo(
    table: dict[int | None, dict[str, Status]],
    who: str,
    since: int | None,
    statuses: Collection[RulingStatus],
) -> None:
    """Take back what was decided for stage ``since`` and later ones, and for the whole race."""
    for stage, decided in table.items():
        is_undone = who in decided and decided[who].status in statuses
        if is_undone and (stage is None or since is None or stage >= since):
            del decided[who]


def _decide(
    decisions: Decisions,
    table: dict[int | None, dict[str, Status]],
    who: str,
    ruling: Status,
    bib: str,
) -> None:
    if ruling.status is RulingStatus.REINSTATED:
        _undo(table, who, ruling.stage, frozenset(RulingStatus))
        if table is decisions.entries:
            decisions.lifted.setdefault(who, set()).add(ruling.stage)
        return
    decided = table.setdefault(ruling.stage, {})
    before = decided.get(who)
    if before is not None and before.status is not ruling.status:
        decisions.problems.append(
            Problem(
                code=ProblemCode.CONTRADICTING_RULINGS,
                stage=ruling.stage,
                bib=bib,
                records=(before.id, ruling.id),
            )
        )
    decided[who] = ruling
