"""Entries that go over to another division while the race is under way (Rules 5.4, 7.2).

A move takes effect on one stage, from its start or from a control on. On that stage and later
ones its entry runs for the new division; what it did before goes along as the move says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from timing.core.courses import course_of, stages_of
from timing.core.definition import Arrivals, Carry, Division, OutcomeKind, Race, Stage
from timing.core.entries import Entry
from timing.core.records import Ruling, Transfer
from timing.core.rosters import Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One entry's way from the division ``old`` to ``division``, on ``stage``.

    ``control`` is where it happened, empty for the start of the stage, and ``reached_m`` how far
    from the start that is, -1 without one: limits up to there have been dealt with. Whoever does
    not arrive ``ranked`` has no rank from then on. ``ruling`` is the record behind it, empty
    where a missed limit led to it.
    """

    entry_id: str
    old: str
    division: str
    stage: int
    control: str = ""
    reached_m: int = -1
    carry: Carry = Carry.ALL
    ranked: bool = True
    ruling: str = ""

    @property
    def is_under_way(self) -> bool:
        """Whether its entry had started the stage in the old division."""
        return self.control != ""


def move_of(
    race: Race,
    stage: Stage,
    entry: Entry,
    division: str,
    *,
    control: str = "",
    carry: Carry | None = None,
    ruling: str = "",
) -> Move:
    """The move of ``entry``, as it is before it, to ``division`` on ``stage``."""
    target = next((d for d in race.divisions if d.code == division), Division(code=division))
    reached = next((c.distance_m for c in stage.controls if c.code == plain_control(control)), -1)
    return Move(
        entry_id=entry.id,
        old=entry.division,
        division=division,
        stage=stage.number,
        control=control,
        reached_m=reached,
        carry=target.carry if carry is None else carry,
        ranked=target.arrivals is Arrivals.RANKED and not is_longer(race, division, entry.division),
        ruling=ruling,
    )


def moves_by_limits(race: Race) -> bool:
    """Whether any missed limit of the race leads into another division (Rules 5.4)."""
    cutoffs = (
        cutoff
        for stage in race.stages
        for control in stage.controls
        for cutoff in (*control.cutoffs, *control.cutoffs_out)
    )
    outcomes = [race.rules.cutoff.outcome, *(c.outcome for c in cutoffs if c.outcome is not None)]
    return any(outcome.kind is OutcomeKind.MOVE for outcome in outcomes)


def plain_control(point: str) -> str:
    """The control of a point: in and out of a place are the same one."""
    return point.removesuffix(".in").removesuffix(".out")


def is_longer(race: Race, division: str, than: str) -> bool:
    """Whether a division is a longer race than another: by stages, then by distance (7.2).

    Upward one runs on, but is not ranked in the longer one.
    """
    return _length(race, division) > _length(race, than)


def _length(race: Race, division: str) -> tuple[int, int]:
    numbers = stages_of(race, division)
    stages = [stage for stage in race.stages if stage.number in numbers]
    return len(stages), sum(course_of(stage, division).distance_m for stage in stages)


def ruled_moves(
    race: Race, rulings: Sequence[Ruling], rosters: Mapping[int, Roster], first: Sequence[Entry]
) -> dict[int, dict[str, Move]]:
    """The transfers that were ruled, by stage and entry; of two on one stage the later counts.

    ``rosters`` hold the divisions that the rulings gave; before the first stage an entry is as
    it was entered.
    """
    moves: dict[int, dict[str, Move]] = {}
    codes = {d.code for d in race.divisions}
    stages = {stage.number: stage for stage in race.stages}
    before: Mapping[str, Entry] = {entry.id: entry for entry in first}
    for number, roster in rosters.items():
        for ruling in rulings:
            if not isinstance(ruling, Transfer) or ruling.stage != number:
                continue
            if ruling.division not in codes:
                continue
            for entry_id in roster.ids_of(ruling.bibs):
                entry = before.get(entry_id, roster.entries[entry_id])
                moves.setdefault(number, {})[entry_id] = move_of(
                    race,
                    stages[number],
                    entry,
                    ruling.division,
                    control=ruling.control,
                    carry=ruling.carry,
                    ruling=ruling.id,
                )
        before = roster.entries
    return moves


def moved(roster: Roster, divisions: Mapping[str, Entry]) -> Roster:
    """The roster with some entries as they run now; ``divisions`` holds those, by id."""
    if not divisions:
        return roster
    entries = {i: divisions.get(i, entry) for i, entry in roster.entries.items()}
    members = {
        code: tuple(divisions.get(m.id, m) for m in those) for code, those in roster.members.items()
    }
    return replace(roster, entries=entries, members=members)
