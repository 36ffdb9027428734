"""What a settled stage holds: a row of every entry, and its standing from then on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from timing.core.adjustments import NOTHING, Adjustment
from timing.core.cutoffs import Missed
from timing.core.entries import Entry
from timing.core.holds import Held
from timing.core.moves import Move
from timing.core.problems import Problem
from timing.core.results import StageLine, TieBreak
from timing.core.statuses import RaceStatus, StageStatus
from timing.core.times import Duration, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an entry comes out of a stage, for the stages that follow.

    ``ended`` is the race status with which the race is over, ``None`` while it is not;
    ``stage`` and ``control`` say where that was. Not ``competitive`` means no rank from then on.
    ``clock`` sums the raw clocks so far, where the race has a limit as a whole (Rules 5.1).
    """

    ended: RaceStatus | None = None
    stage: int | None = None
    control: str = ""
    competitive: bool = True
    strikes: int = 0
    has_raced: bool = False
    clock: Duration = 0


FRESH = Standing()


def arriving(before: Standing, move: Move) -> Standing:
    """How an entry comes into another division: back in the race, unless it was disqualified."""
    ranked = before.competitive and move.ranked
    if before.ended in (None, RaceStatus.DSQ):
        return before if ranked is before.competitive else replace(before, competitive=ranked)
    return replace(before, ended=None, stage=None, control="", competitive=ranked)


@dataclass(slots=True, kw_only=True)
class Row:
    """One entry on one stage, settled but for its rank; `line` makes it a `StageLine`.

    ``reached`` is the clock at the furthest control, where ``distance_m`` is.
    """

    entry: Entry
    categories: tuple[str, ...]
    status: StageStatus
    raw: Duration | None = None
    time: Duration | None = None
    adjustment: Adjustment = NOTHING
    automatic_penalty: Duration = 0
    holds: tuple[Held, ...] = ()
    start: Instant | None = None
    finish: Instant | None = None
    distance_m: int = 0
    reached: Duration = 0
    last_point: str = ""
    control: str = ""
    done: bool = False
    is_ranked: bool = False
    place: int | None = None
    rank: int | None = None
    tie: TieBreak | None = None
    gap: Duration | None = None
    interval: Duration | None = None
    is_exact: bool = False
    is_virtual: bool = False
    adjusted: Duration = 0
    hidden: Duration = 0
    missed: tuple[Missed, ...] = ()
    is_assigned: bool = False
    place_behind: int | None = None

    @property
    def counted_rank(self) -> int | None:
        """The rank for sums of places: behind all others for who did not finish and stays in."""
        return self.place_behind if self.rank is None else self.rank

    @property
    def penalty(self) -> Duration:
        """All penalties of the stage: of both scopes, ruled and automatic."""
        return self.adjustment.penalty + self.automatic_penalty

    @property
    def credit(self) -> Duration:
        """All credits of the stage: of both scopes, ruled and for waits when held."""
        return self.adjustment.credit + self.automatic_credit

    @property
    def automatic_credit(self) -> Duration:
        """What was waited when held (Rules 4.11)."""
        return sum(held.wait for held in self.holds) if self.holds else 0

    def line(self) -> StageLine:
        """The row as others see it."""
        adjustment = self.adjustment
        return StageLine(
            competitor=self.entry,
            division=self.entry.division,
            categories=self.categories,
            status=self.status,
            rank=self.rank,
            time=self.time,
            raw_time=self.raw,
            gap=self.gap,
            interval=self.interval,
            penalty=self.penalty,
            credit=self.credit,
            bonus=adjustment.bonus,
            start=self.start,
            finish=self.finish,
            distance_m=self.distance_m,
            last_point=self.last_point,
            control=self.control,
            tie=self.tie,
            done=self.done,
            is_assigned=self.is_assigned,
        )


@dataclass(slots=True, kw_only=True)
class StageState:
    """A settled stage.

    ``standings`` hold as after this stage; ``carried`` what the next one starts from: they
    differ for those who withdrew after finishing (racefile, Who is ranked). Both leave out who
    is `FRESH`. ``moves`` are those that missed limits led to, which are not made yet: with any
    the stage is to be settled again. ``problems`` are those of the stage as a whole, and
    ``of_entry`` those of single entries.
    """

    number: int
    rows: dict[str, Row]
    standings: dict[str, Standing]
    carried: dict[str, Standing]
    problems: list[Problem] = field(default_factory=list)
    ranked: dict[str, list[Row]] = field(default_factory=dict)
    moves: dict[str, Move] = field(default_factory=dict)
    of_entry: dict[str, list[Problem]] = field(default_factory=dict)

    @property
    def has_result(self) -> bool:
        """Whether anybody is done with it."""
        return any(row.done for row in self.rows.values())
