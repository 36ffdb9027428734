"""One stage settled: status, time and rank of every entry, and where it leaves them.

The order of things is the rulebook's: facts from passings, then limits on the raw clock (5.2),
then decisions (10), then rounding (1.4) and adjustments (6), then ranks (9.5).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from timing.core.adjustments import NOTHING, Adjustment, Ledger
from timing.core.courses import Course
from timing.core.cutoffs import Limit, Missed, excess, missed_limits, whole_race_limit
from timing.core.decisions import Decisions
from timing.core.definition import (
    AfterOut,
    Apply,
    MissedKind,
    OutcomeKind,
    Rules,
    Source,
    StageKind,
    TieLinkKind,
)
from timing.core.entries import Entry
from timing.core.holds import Held, HoldPeriod, waits
from timing.core.problems import Problem, ProblemCode
from timing.core.ranking import TieRule, rank_by
from timing.core.records import FinishOrder, ForStopped, StageTime, Status
from timing.core.results import StageLine, TieBreak
from timing.core.rosters import Roster
from timing.core.splits import Facts
from timing.core.stage_changes import StagePlan
from timing.core.starts import StartFrame
from timing.core.statuses import RaceStatus, RulingStatus, StageStatus
from timing.core.times import Duration, Instant, round_to


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


@dataclass(slots=True, kw_only=True)
class Row:
    """One entry on one stage, settled but for its rank; `line` makes it a `StageLine`."""

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
        return sum(held.wait for held in self.holds)

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
        )


@dataclass(slots=True, kw_only=True)
class StageInput:
    """All that one stage is settled from.

    ``courses`` holds the course of each division that runs the stage; ``has_begun`` says whether
    anything was seen of it; ``unranked_by_team`` which entries have no solo rank because of
    their team (Rules 8.5, 8.6), asked once all of them are settled; ``resting`` are members of
    relays that another runs for today (Rules 8.3).
    """

    number: int
    kind: StageKind
    rules: Rules
    roster: Roster
    courses: dict[str, Course]
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
    plan: StagePlan
    holds: Sequence[HoldPeriod]
    has_begun: bool


@dataclass(slots=True, kw_only=True)
class StageState:
    """A settled stage.

    ``standings`` hold as after this stage; ``carried`` what the next one starts from: they
    differ for those who withdrew after finishing (racefile, Who is ranked). Both leave out who
    is `FRESH`.
    """

    number: int
    rows: dict[str, Row]
    standings: dict[str, Standing]
    carried: dict[str, Standing]
    problems: list[Problem] = field(default_factory=list)
    ranked: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def has_result(self) -> bool:
        """Whether anybody is done with it."""
        return any(row.done for row in self.rows.values())


def settle(stage: StageInput) -> StageState:
    """Settle every entry that runs the stage, then rank them within their divisions."""
    return _Settler(stage).settle()


_ENDED_BY = {
    RulingStatus.DNF: RaceStatus.DNF,
    RulingStatus.OTL: RaceStatus.OTL,
    RulingStatus.DSQ: RaceStatus.DSQ,
    RulingStatus.WITHDRAWN: RaceStatus.WITHDRAWN,
}

_DECIDED_STATUS = {
    RulingStatus.DNS: StageStatus.DNS,
    RulingStatus.DNF: StageStatus.DNF,
    RulingStatus.OTL: StageStatus.OTL,
    RulingStatus.DSQ: StageStatus.DSQ,
}


class _Settler:
    def __init__(self, stage: StageInput) -> None:
        self._in = stage
        self._state = StageState(number=stage.number, rows={}, standings={}, carried={})
        self._limits: dict[tuple[str, str, tuple[str, ...]], tuple[Limit, ...]] = {}
        self._clocks: dict[str, list[Duration]] = {}

    def settle(self) -> StageState:
        stage, state = self._in, self._state
        state.problems += stage.frame.problems
        state.problems += stage.ledger.problems
        for entry in stage.roster.entries.values():
            if entry.division not in stage.courses:
                standing = stage.before.get(entry.id)
                if standing is not None:
                    state.standings[entry.id] = state.carried[entry.id] = standing
                continue
            self._settle_entry(entry)
        for entry_id in stage.unranked_by_team(state):
            # A team that broke earlier may be of a division that does not run this stage.
            if (row := state.rows.get(entry_id)) is not None:
                row.is_ranked = False
        for division in stage.courses:
            self._rank(division)
        self._question_rivals()
        return state

    # -- one entry ---------------------------------------------------------------------------

    def _settle_entry(self, entry: Entry) -> None:
        stage = self._in
        before = stage.before.get(entry.id, FRESH)
        row = Row(
            entry=entry,
            categories=stage.categories(entry),
            status=StageStatus.NOT_STARTED,
            adjustment=stage.ledger.entries.get(entry.id, NOTHING),
        )
        facts = stage.facts.get(entry.id)
        declared = stage.declared.get(entry.id)
        self._first_view(row, facts, declared)
        whole = stage.decisions.of_whole_race(entry.id)
        decision = stage.decisions.of_entry(stage.number, entry.id) or (
            whole if whole is not None and before.ended is None else None
        )
        after = carried = before
        if stage.plan.is_cancelled:
            after = carried = self._neutralise(row, before, decision)
        elif before.ended is not None:
            self._run_on(row, before, facts, decision)
        else:
            if decision is None or decision.status in _LEAVING_LIMITS:
                if facts is not None and declared is None:
                    after = carried = self._test_limits(row, facts, before)
                if after.ended is None and facts is not None:
                    after = carried = self._missed_controls(row, facts, after)
            if after.ended is None:
                self._stopped(row)
            if decision is not None:
                after, carried = self._decide(row, decision, after, facts)
        self._time(row)
        if stage.rules.limit is not None and row.raw is not None:
            is_same = after is carried
            after = replace(after, clock=before.clock + row.raw)
            carried = after if is_same else replace(carried, clock=after.clock)
        if (
            row.done
            or row.last_point
            or declared is not None
            or row.status is StageStatus.ON_COURSE
        ):
            is_same = after is carried
            after = _having_raced(after)
            carried = after if is_same else _having_raced(carried)
        ran_on_ranked = stage.rules.after_out is AfterOut.RANKED_ON_STAGES
        row.is_ranked = (
            row.status is StageStatus.FINISHED
            and stage.kind is StageKind.TIMED
            and (row.time is not None or row.place is not None)
            and after.competitive
            and (after.ended is None or (before.ended is not None and ran_on_ranked))
        )
        self._state.rows[entry.id] = row
        if after is not FRESH:
            self._state.standings[entry.id] = after
        if carried is not FRESH:
            self._state.carried[entry.id] = carried

    def _first_view(self, row: Row, facts: Facts | None, declared: StageTime | None) -> None:
        """What was measured or declared, before anybody judged it."""
        stage = self._in
        clock = stage.frame.clock_of(row.entry.id)
        row.start = clock.start
        if facts is not None:
            course = stage.courses[row.entry.division]
            row.start = facts.start
            row.finish = facts.finish
            row.raw = facts.raw
            row.automatic_penalty += facts.early_penalty
            if stage.holds:
                row.holds = waits(row.entry.id, facts, course, stage.holds)
            if facts.last >= 0:
                row.last_point = course.points[facts.last].code
                row.distance_m = course.points[facts.last].distance_m
                row.status = StageStatus.ON_COURSE
            if facts.finish is not None:
                # Without a known start there is no time: finished, and yet incomplete.
                row.status = StageStatus.FINISHED
            taken = facts.taken[-1]
            row.is_exact = taken is not None and taken.source in (Source.CHIP, Source.PHOTO)
        if declared is not None:
            row.status = StageStatus.FINISHED
            row.raw = declared.time
            row.place = declared.place
            row.distance_m = stage.courses[row.entry.division].distance_m
            row.is_exact = True
        if row.status is not StageStatus.NOT_STARTED:
            return
        if row.entry.id in stage.resting:
            row.status = StageStatus.NOT_IN_DIVISION
        elif stage.has_begun and clock.start is not None:
            # On a gun everyone who is not DNS is on course from the gun (Rules 11.1).
            row.status = StageStatus.ON_COURSE

    def _stopped(self, row: Row) -> None:
        """A virtual time for who was stopped on a stage cut short (Rules 2.3)."""
        source = self._in.plan.for_stopped
        if source is None or row.status is not StageStatus.ON_COURSE:
            return
        division = row.entry.division
        raw = self._last(division) if source is ForStopped.LAST else self._winner(division)
        if raw is not None:
            row.status, row.raw, row.is_virtual = StageStatus.FINISHED, raw, True

    def _neutralise(self, row: Row, before: Standing, decision: Status | None) -> Standing:
        """A cancelled stage: 0 for everyone who was in the race (Rules 2.3)."""
        row.raw = row.time = row.place = None
        row.distance_m, row.holds = 0, ()
        if before.ended is not None:
            row.status = StageStatus.DNS
            return before
        after = before
        if decision is not None:
            _, after = self._decide(row, decision, before, None)
            if after.ended is not None:
                return after
        row.status = StageStatus.NEUTRALISED
        return after

    def _run_on(
        self, row: Row, before: Standing, facts: Facts | None, decision: Status | None
    ) -> None:
        """Someone whose race is over already (racefile, Who is ranked: after_out)."""
        seen = facts is not None and facts.last >= 0
        if before.ended is RaceStatus.DSQ and before.stage is None:
            row.status = StageStatus.DSQ
            return
        if row.status is not StageStatus.FINISHED and not seen:
            row.status = StageStatus.DNS
        elif self._in.rules.after_out is AfterOut.REFUSE:
            row.status = StageStatus.DNS
            row.raw = None
        if decision is not None and decision.status in _DECIDED_STATUS:
            row.status = _DECIDED_STATUS[decision.status]
        gone = before.ended in (RaceStatus.WITHDRAWN, RaceStatus.DNF)
        if seen and (gone or self._in.rules.after_out is AfterOut.REFUSE):
            self._problem(ProblemCode.SEEN_AFTER_OUT, row, facts, since=0)

    # -- limits --------------------------------------------------------------------------------

    def _test_limits(self, row: Row, facts: Facts, before: Standing) -> Standing:
        stage = self._in
        clock = stage.frame.clock_of(row.entry.id)
        key = (row.entry.division, clock.wave, row.categories)
        limits = self._limits.get(key)
        if limits is None:
            limits = self._limits[key] = stage.limits(row.entry, clock.wave, row.categories)
        if stage.rules.limit is not None and facts.last > 0:
            whole = whole_race_limit(stage.rules, facts.last, before.clock)
            limits = (*limits, whole)
        if not limits:
            return before
        if stage.decisions.is_lifted(stage.number, row.entry.id):
            return before
        needs_winner = any(limit.percent is not None for limit in limits)
        after = before
        for missed in missed_limits(
            limits,
            facts,
            clock,
            precision=stage.rules.precision,
            extension=row.adjustment.extension,
            holds=row.holds,
            winner=self._winner(row.entry.division) if needs_winner else None,
        ):
            limit = missed.limit
            if not missed.is_sure:
                self._limit_problem(ProblemCode.CUTOFF_UNSURE, row, facts, missed)
            elif limit.apply is Apply.CONFIRM or limit.outcome.kind is OutcomeKind.MOVE:
                self._limit_problem(ProblemCode.CUTOFF_TO_CONFIRM, row, facts, missed)
            else:
                row.missed = (*row.missed, missed)
                after = self._sanction(row, facts, missed, before, after)
                if row.status in _STAGE_IS_OVER:
                    break
        return after

    def _sanction(
        self, row: Row, facts: Facts, missed: Missed, before: Standing, after: Standing
    ) -> Standing:
        """What missing a limit leads to (Rules 5.4); a stage gives one strike at the most."""
        outcome = missed.limit.outcome
        point = self._in.courses[row.entry.division].points[missed.limit.point]
        kind = outcome.kind
        if kind is OutcomeKind.STRIKES:
            after = replace(after, strikes=before.strikes + 1)
            is_last = after.strikes >= outcome.strikes
            kind = OutcomeKind.OUT if is_last else OutcomeKind.UNRANKED
        here = replace(after, stage=self._in.number, control=point.code)
        match kind:
            case OutcomeKind.OUT:
                row.status, row.control = StageStatus.OTL, point.code
                later = missed.limit.point + 1
                if facts.last >= later:
                    self._problem(ProblemCode.SEEN_AFTER_OUT, row, facts, since=later)
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

    def _winner(self, division: str) -> Duration | None:
        """The lowest raw clock of the division's finishers not disqualified (Rules 5.8)."""
        return min(self._raw_clocks(division), default=None)

    def _last(self, division: str) -> Duration | None:
        """The highest of them."""
        return max(self._raw_clocks(division), default=None)

    def _raw_clocks(self, division: str) -> list[Duration]:
        found = self._clocks.get(division)
        if found is None:
            stage = self._in
            found = self._clocks[division] = [
                facts.raw
                for entry_id, facts in stage.facts.items()
                if facts.raw is not None
                and stage.roster.entries[entry_id].division == division
                and not self._is_disqualified(entry_id)
            ]
        return found

    def _is_disqualified(self, entry_id: str) -> bool:
        stage = self._in
        rulings = (
            stage.decisions.of_entry(stage.number, entry_id),
            stage.decisions.of_whole_race(entry_id),
        )
        before = stage.before.get(entry_id, FRESH)
        return before.ended is RaceStatus.DSQ or any(
            r is not None and r.status is RulingStatus.DSQ for r in rulings
        )

    def _missed_controls(self, row: Row, facts: Facts, after: Standing) -> Standing:
        """The policy acts only on controls that the director confirmed as missed (Rules 4.4)."""
        missed = self._in.missed_confirmed.get(row.entry.id, ())
        course = self._in.courses[row.entry.division]
        sure = [
            code
            for code in missed
            if (i := course.index.get(code)) is not None and facts.times[i] is None
        ]
        policy = self._in.rules.missed_control
        if not sure or policy.kind is MissedKind.QUERY:
            return after
        if policy.kind is MissedKind.PENALTY:
            row.automatic_penalty += policy.penalty * len(sure)
            return after
        row.status, row.control = StageStatus.DNF, sure[0]
        return replace(after, ended=RaceStatus.DNF, stage=self._in.number, control=sure[0])

    # -- decisions -----------------------------------------------------------------------------

    def _decide(
        self, row: Row, decision: Status, before: Standing, facts: Facts | None
    ) -> tuple[Standing, Standing]:
        """A status ruling on this stage, or for the whole race (Rules 10)."""
        number, is_whole = self._in.number, decision.stage is None
        control = decision.control or row.control
        if decision.status is RulingStatus.UNRANKED:
            after = replace(before, competitive=False, stage=number, control=control)
            return after, after
        ended = _ENDED_BY.get(decision.status) or (
            # Whoever never raced is not out of it: registered, and not ranked (Rules 10.1).
            RaceStatus.DNF if before.has_raced else RaceStatus.REGISTERED
        )
        after = replace(before, ended=ended, stage=None if is_whole else number, control=control)
        row.control = control
        if decision.status is RulingStatus.WITHDRAWN:
            if row.status is StageStatus.FINISHED and not is_whole:
                return before, replace(after, control="")
            if row.status is StageStatus.FINISHED:
                return after, after
            has_started = row.status is StageStatus.ON_COURSE
            row.status = StageStatus.DNF if has_started else StageStatus.DNS
        elif not is_whole or decision.status is RulingStatus.DSQ:
            if row.status is StageStatus.FINISHED and decision.status in _NOT_FINISHED:
                self._problem(ProblemCode.FINISHED_BUT_OUT, row, facts, record=decision.id)
            row.status = _DECIDED_STATUS[decision.status]
        self._question_later_reads(row, decision, facts)
        return after, after

    def _question_later_reads(self, row: Row, decision: Status, facts: Facts | None) -> None:
        """Retired at a checkpoint and then seen again: to resolve, not to hide (10.2)."""
        if facts is None or not decision.control or decision.status is RulingStatus.DSQ:
            return
        course = self._in.courses[row.entry.division]
        codes = (f"{decision.control}.out", f"{decision.control}.in", decision.control)
        at = next((course.index[c] for c in codes if c in course.index), None)
        if at is not None and facts.last > at:
            self._problem(ProblemCode.SEEN_AFTER_OUT, row, facts, since=at + 1)

    # -- time ----------------------------------------------------------------------------------

    def _time(self, row: Row) -> None:
        stage, rules = self._in, self._in.rules
        row.adjusted = row.adjustment.on_stage + row.automatic_penalty - row.automatic_credit
        if row.status is StageStatus.NEUTRALISED:
            row.done, row.time = True, row.adjusted
            return
        if row.status is not StageStatus.FINISHED:
            row.raw = None
            return
        row.distance_m = stage.courses[row.entry.division].distance_m
        if stage.kind is StageKind.UNTIMED:
            row.done, row.raw, row.time = True, None, row.adjusted
            return
        if row.raw is None:
            return
        rounded = round_to(row.raw, rules.precision, rules.rounding)
        row.done, row.time, row.hidden = True, rounded + row.adjusted, row.raw - rounded
        if row.time < 0:
            self._problem(ProblemCode.NEGATIVE_TIME, row, None)

    # -- ranks ---------------------------------------------------------------------------------

    def _rank(self, division: str) -> None:
        rows = [
            r for r in self._state.rows.values() if r.is_ranked and r.entry.division == division
        ]
        placed = sorted(
            (r for r in rows if r.place is not None),
            key=lambda r: (r.place or 0, r.time is None, r.time or 0),
        )
        timed = [r for r in rows if r.place is None]
        for row in placed:
            row.rank = row.place
        last_place = max((r.place or 0 for r in placed), default=0)
        ranked = rank_by(
            timed,
            lambda r: r.time or 0,
            self._ties(),
            self._in.rules.equal_rank,
            first=max(last_place, len(placed)) + 1,
        )
        for item in ranked:
            item.item.rank, item.item.tie = item.rank, item.tie
        self._join(timed)
        ordered = placed + [item.item for item in ranked]
        self._gaps(ordered)
        self._state.ranked[division] = ordered

    def _ties(self) -> list[TieRule[Row]]:
        """A line judge's order, then hidden fractions where the race lets them decide."""
        rules: list[TieRule[Row]] = []
        if self._in.orders:
            rules.append(TieRule(TieBreak.FINISH_ORDER, self._judged_order))
        links = [k for k in self._in.rules.ties if k.kind is TieLinkKind.FRACTIONS]
        if any(not link.stages or self._in.number in link.stages for link in links):
            rules.append(TieRule(TieBreak.FRACTIONS, _fractions))
        return rules

    def _judged_order(self, rows: Sequence[Row]) -> Sequence[int] | None:
        for order in reversed(self._in.orders):
            positions = {
                entry_id: 0 if order.joint else n
                for n, entry_id in enumerate(self._in.roster.ids_of(order.bibs))
            }
            if any(r.entry.id in positions for r in rows):
                return [positions.get(r.entry.id, len(positions)) for r in rows]
        return None

    def _join(self, rows: Sequence[Row]) -> None:
        """Hand in hand: a declared joint place is shared whatever the convention (9.5)."""
        for order in self._in.orders:
            if not order.joint:
                continue
            ids = set(self._in.roster.ids_of(order.bibs))
            together = [r for r in rows if r.entry.id in ids and r.rank is not None]
            if len({r.time for r in together}) == 1:
                best = min(r.rank or 0 for r in together)
                for row in together:
                    row.rank, row.tie = best, TieBreak.FINISH_ORDER

    @staticmethod
    def _gaps(ordered: Sequence[Row]) -> None:
        leader = ordered[0].time if ordered else None
        ahead: Duration | None = None
        for row in ordered:
            if row.time is None or leader is None:
                continue
            row.gap = row.time - leader
            row.interval = 0 if ahead is None else row.time - ahead
            ahead = row.time

    def _question_rivals(self) -> None:
        """Sources that disagree matter only where a rank or a cut-off would change (4.3)."""
        for entry_id, facts in self._in.facts.items():
            row = self._state.rows.get(entry_id) if facts.rivals else None
            if row is None:
                continue
            last = len(facts.times) - 1
            for index, instant, record in facts.rivals:
                if self._decides_limit(row, facts, index, instant) or (
                    index == last and self._decides_rank(row, facts, instant)
                ):
                    self._disagreement(row, facts, index, instant, record)

    def _decides_limit(self, row: Row, facts: Facts, index: int, instant: Instant) -> bool:
        clock = self._in.frame.clock_of(row.entry.id)
        taken = facts.times[index]
        for limit in self._limits.get((row.entry.division, clock.wave, row.categories), ()):
            if limit.point != index or taken is None or not limit.is_hard:
                continue
            late = [
                excess(
                    limit,
                    time,
                    facts,
                    clock,
                    precision=self._in.rules.precision,
                    winner=self._winner(row.entry.division) if limit.percent else None,
                )
                for time in (taken, instant)
            ]
            if len({by is not None and limit.is_beyond(by) for by in late}) > 1:
                return True
        return False

    def _decides_rank(self, row: Row, facts: Facts, instant: Instant) -> bool:
        if row.rank is None or row.time is None or facts.start is None or facts.raw is None:
            return False
        rules = self._in.rules
        others = [
            r.time
            for r in self._state.ranked[row.entry.division]
            if r is not row and r.time is not None
        ]
        time = round_to(instant - facts.start, rules.precision, rules.rounding) + row.adjusted
        return sum(t < time for t in others) != sum(t < row.time for t in others)

    def _disagreement(
        self, row: Row, facts: Facts, index: int, instant: Instant, record: str
    ) -> None:
        taken, time = facts.taken[index], facts.times[index]
        if taken is None or time is None:
            return
        self._state.problems.append(
            Problem(
                code=ProblemCode.SOURCES_DISAGREE,
                stage=self._in.number,
                control=self._in.courses[row.entry.division].points[index].code,
                bib=row.entry.bib,
                records=(taken.id, record),
                params=(("apart_ms", abs(instant - time)), ("source", taken.source.value)),
            )
        )

    # -- problems ------------------------------------------------------------------------------

    def _problem(
        self,
        code: ProblemCode,
        row: Row,
        facts: Facts | None,
        *,
        since: int | None = None,
        record: str = "",
    ) -> None:
        records: list[str] = [record] if record else []
        control = ""
        if facts is not None and since is not None:
            later = [p for p in facts.taken[since:] if p is not None]
            records += [p.id for p in later]
            control = later[-1].control if later else ""
        elif facts is not None and (last := facts.taken[-1]) is not None:
            records.append(last.id)
        self._state.problems.append(
            Problem(
                code=code,
                stage=self._in.number,
                control=control,
                bib=row.entry.bib,
                records=tuple(records),
            )
        )

    def _limit_problem(self, code: ProblemCode, row: Row, facts: Facts, missed: Missed) -> None:
        taken = facts.taken[missed.limit.point]
        point = self._in.courses[row.entry.division].points[missed.limit.point]
        self._state.problems.append(
            Problem(
                code=code,
                stage=self._in.number,
                control=point.code,
                bib=row.entry.bib,
                records=() if taken is None else (taken.id,),
                params=(("late_ms", missed.by), ("outcome", missed.limit.outcome.kind.value)),
            )
        )


_RACED = replace(FRESH, has_raced=True)


def _having_raced(standing: Standing) -> Standing:
    if standing is FRESH:
        return _RACED
    return standing if standing.has_raced else replace(standing, has_raced=True)


_STAGE_IS_OVER = frozenset({StageStatus.OTL, StageStatus.DNF})
_LEAVING_LIMITS = frozenset({RulingStatus.WITHDRAWN, RulingStatus.UNRANKED})
_NOT_FINISHED = frozenset({RulingStatus.DNF, RulingStatus.DNS})


def _fractions(rows: Sequence[Row]) -> Sequence[int] | None:
    """Only between chip or photo times of one line, or declared ones (Rules 9.5)."""
    if not all(row.is_exact for row in rows):
        return None
    return [row.hidden for row in rows]
