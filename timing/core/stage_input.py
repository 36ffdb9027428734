"""What a stage is settled from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from timing.core.adjustments import Ledger
from timing.core.courses import Courses
from timing.core.cutoffs import Limit
from timing.core.decisions import Decisions
from timing.core.definition import Rules, StageKind
from timing.core.entries import Entry
from timing.core.holds import HoldPeriod
from timing.core.moves import Move
from timing.core.records import FinishOrder, StageTime
from timing.core.rosters import Roster
from timing.core.splits import Facts
from timing.core.stage_changes import StagePlan
from timing.core.stage_rows import StageState, Standing
from timing.core.starts import StartFrame
from timing.core.times import Duration


@dataclass(slots=True, kw_only=True)
class StageInput:
    """All that one stage is settled from.

    ``courses`` are those of the divisions that run the stage, and each entry's own;
    ``has_begun`` says whether anything was seen of it; ``unranked_by_team`` which entries have no
    solo rank because of their team (Rules 8.5, 8.6), asked once all of them are settled;
    ``resting`` are members of relays that another runs for today (Rules 8.3); ``moves`` are those
    of this stage, by entry.
    """

    number: int
    kind: StageKind
    rules: Rules
    roster: Roster
    courses: Courses
    frame: StartFrame
    facts: dict[str, Facts]
    ledger: Ledger
    decisions: Decisions
    declared: dict[str, StageTime]
    orders: Sequence[FinishOrder]
    limits: Callable[[Entry, str, tuple[str, ...]], tuple[Limit, ...]]
    categories: Callable[[Entry], tuple[str, ...]]
    unranked_by_team: Callable[[StageState], Collection[str]]
    missed_confirmed: dict[str, tuple[str, ...]]
    resting: Collection[str]
    before: dict[str, Standing]
    moves: Mapping[str, Move]
    ladder: Callable[[Entry, str, str], Move]
    plan: StagePlan
    holds: Sequence[HoldPeriod]
    has_begun: bool
    bonuses: Sequence[tuple[str, Sequence[Duration]]]
