"""Why an entry's stage is what it is: start, splits, limits, decisions, time and rank."""

from __future__ import annotations

from collections.abc import Iterator

from timing.core.book import RaceBook
from timing.core.clock_reasons import clock_reasons, early_penalties
from timing.core.clocks import ruled_offset
from timing.core.courses import Course
from timing.core.cutoffs import Limit, excess, limits_of, waited
from timing.core.definition import Basis, OutcomeKind, StageKind
from timing.core.one_higher import one_higher_on
from timing.core.reasons import Because, Reason, adjustment, bonus_by_place, penalty_by_rule
from timing.core.records import Passing, Status
from timing.core.splits import Facts
from timing.core.stage_book import StageBook
from timing.core.stage_rows import Row
from timing.core.starts import Clock
from timing.core.statuses import StageStatus
from timing.core.times import Duration, round_to


class StageReasons:
    """The reasons behind one row of a settled stage, in the order in which they count."""

    def __init__(self, book: RaceBook, stage: StageBook, row: Row) -> None:
        self._book = book
        self._stage = stage
        self._row = row
        self._entry = row.entry
        self._facts = stage.facts.get(row.entry.id)
        self._course: Course = stage.courses.of(row.entry)

    def all(self) -> Iterator[Reason]:
        """Every reason; what they add sums up to the stage's time, where there is one."""
        row, facts = self._row, self._facts
        if row.status is StageStatus.NEUTRALISED:
            yield Reason(because=Because.CANCELLED, rule="2.3", adds=0)
            yield from self._adjustments()
            yield self._result()
            return
        move = self._stage.moves.get(self._entry.id)
        if move is not None:
            yield Reason(
                because=Because.TRANSFERRED,
                rule="7.2",
                params=(("old", move.old), ("division", move.division), ("point", move.control)),
                records=(move.ruling,) if move.ruling else (),
            )
        yield from self._rerouted()
        clock = self._clock()
        if facts is not None or row.start is not None:
            yield self._start(clock, facts)
        if facts is not None:
            yield from self._splits(facts)
            yield from self._limits(facts, clock)
        yield from self._out_before()
        yield from self._decisions()
        if row.done:
            yield from self._time()
            yield from self._adjustments()
            yield self._result()
        yield self._rank()
        yield from one_higher_on(self._book, self._stage, row)

    def _rerouted(self) -> Iterator[Reason]:
        """Which course was run, where the stage was re-routed (Rules 2.4)."""
        stage, run = self._stage, self._stage.rerouting_of(self._entry)
        concerned = [r for r in stage.reroutes if self._entry.division in r.courses]
        if not concerned:
            return
        last = concerned[-1] if run is None else run
        yield Reason(
            because=Because.COURSE_AS_PLANNED if run is None else Because.COURSE_REROUTED,
            rule="2.4",
            params=(
                ("point", last.control),
                ("since_at", last.since),
                ("distance_m", self._course.distance_m),
            ),
            records=(last.ruling,),
        )

    def _clock(self) -> Clock:
        frame = self._stage.frame
        if frame is None:
            raise LookupError(self._stage.number)
        return frame.clock_of(self._entry.id)

    def _start(self, clock: Clock, facts: Facts | None) -> Reason:
        """Which start counted (Rules 3.2, 3.3, 3.6)."""
        start = clock.start if facts is None else facts.start
        if start is None:
            return Reason(because=Because.START_UNKNOWN, rule="3.2")
        at: tuple[tuple[str, str | int], ...] = (("start_at", start),)
        if clock.is_ruled:
            return Reason(because=Because.START_RULED, rule="3.5", params=at)
        if clock.start is not None and clock.basis is Basis.ALLOCATED:
            return Reason(because=Because.START_ALLOCATED, rule="3.6", params=at)
        if clock.start is not None:
            because = Because.START_WAVE if clock.wave else Because.START_GUN
            return Reason(because=because, rule="3.2", params=(*at, ("wave", clock.wave)))
        own = None if facts is None else facts.taken[0]
        records = () if own is None else (own.id,)
        because, rule = Because.START_OWN, "3.2"
        if facts is not None and facts.times[0] != start:
            because = Because.START_AT_OPENING if start == clock.opens else Because.START_AT_CLOSING
            rule = "3.3"
        return Reason(because=because, rule=rule, params=at, records=records)

    def _device_clock(self, point: str, passing: Passing) -> Iterator[Reason]:
        """What is known of the clock behind a time, or the ruling that put it right (4.3, 4.10)."""
        # As it came: what was taken has its true time already.
        as_it_came = next(p for p in self._stage.bucket[self._entry.id] if p.id == passing.id)
        ruling = ruled_offset(as_it_came, self._stage.offsets.get(passing.device, ()))
        device = passing.device or passing.source.value
        if ruling is not None:
            yield Reason(
                because=Because.CLOCK_RULED,
                rule="4.3",
                params=(("point", point), ("device", device), ("offset", ruling.offset)),
                records=(ruling.id,),
            )
            return
        if passing.device_time is None:
            return
        unsure = ("unsure", passing.uncertainty_ms)
        if passing.offset_ms is None:
            yield Reason(
                because=Because.CLOCK_UNMEASURED,
                rule="4.10",
                params=(("point", point), ("device", device), unsure),
            )
            return
        params: list[tuple[str, str | int]] = [
            ("point", point),
            ("device", device),
            ("offset", passing.offset_ms),
            unsure,
        ]
        if passing.offset_age_ms is not None:
            params.append(("age", passing.offset_age_ms))
        yield Reason(because=Because.CLOCK_MEASURED, rule="4.10", params=tuple(params))

    def _splits(self, facts: Facts) -> Iterator[Reason]:
        for point, time, passing in zip(self._course.points, facts.times, facts.taken, strict=True):
            if time is not None and passing is not None:
                params: list[tuple[str, str | int]] = [
                    ("point", point.code),
                    ("time_at", time),
                    ("source", passing.source.value),
                ]
                elapsed = facts.elapsed(point.ordinal)
                if elapsed is not None:
                    params.append(("elapsed_ms", elapsed))
                yield Reason(
                    because=Because.TAKEN,
                    rule="4.3",
                    params=tuple(params),
                    records=(passing.id,),
                )
                yield from self._device_clock(point.code, passing)
                came = facts.times[point.ordinal - 1]
                if point.is_out and came is not None:
                    yield Reason(
                        because=Because.STOPPED,
                        rule="4.2",
                        params=(("point", point.control), ("time_ms", time - came)),
                    )
            elif 0 < point.ordinal < facts.last:
                yield Reason(because=Because.NO_SPLIT, rule="4.4", params=(("point", point.code),))
        for unused in facts.unused:
            when: tuple[tuple[str, str | int], ...] = (
                () if unused.time is None else (("time_at", unused.time),)
            )
            yield Reason(
                because=Because.LEFT,
                rule="4.3",
                params=(("point", unused.control), ("reason", unused.reason.value), *when),
                records=(unused.record,),
            )

    def _limits(self, facts: Facts, clock: Clock) -> Iterator[Reason]:
        """Every limit at a control where there is a split, and the margin to it (Rules 5)."""
        rules = self._book.race.rules
        limits = limits_of(
            self._course,
            self._stage.day,
            rules.cutoff,
            self._book.rulings,
            stage=self._stage.number,
            division=self._entry.division,
            categories=self._row.categories,
            wave=clock.wave,
        )
        for limit in limits:
            time = facts.times[limit.point]
            if time is None:
                continue
            winner = self._winner() if limit.percent is not None else None
            by = excess(limit, time, facts, clock, precision=rules.precision, winner=winner)
            if by is not None:
                moved = self._row.adjustment.extension + waited(limit, self._row.holds)
                yield self._limit(limit, by - moved)

    def _winner(self) -> Duration | None:
        finishers = self._stage.finishers
        return None if finishers is None else finishers.winner(self._entry.division)

    def _limit(self, limit: Limit, by: Duration) -> Reason:
        point = self._course.points[limit.point].code
        is_late = limit.is_beyond(by)
        because = Because.LIMIT_MISSED if is_late else Because.LIMIT_KEPT
        if is_late and not limit.is_hard:
            because = Because.LIMIT_SOFT
        params: list[tuple[str, str | int]] = [("point", point), ("margin_ms", abs(by))]
        if limit.at is not None:
            params.append(("limit_at", limit.at))
        if limit.elapsed is not None:
            params.append(("limit_ms", limit.elapsed))
        params.append(("outcome", limit.outcome.kind.value))
        return Reason(
            because=because,
            rule="5.1",
            params=tuple(params),
            records=(limit.ruling,) if limit.ruling else (),
        )

    def _out_before(self) -> Iterator[Reason]:
        """Whose race was over before this stage has no rank on it (Rules 10.1)."""
        earlier = [n for n in self._book.stages if n < self._stage.number]
        state = self._book.stage_book(earlier[-1]).state if earlier else None
        standing = None if state is None else state.carried.get(self._entry.id)
        if standing is not None and standing.ended is not None:
            params: list[tuple[str, str | int]] = [("status", standing.ended.value)]
            if standing.stage is not None:
                params.append(("stage", standing.stage))
            yield Reason(because=Because.OUT_BEFORE, rule="10.1", params=tuple(params))

    def _decisions(self) -> Iterator[Reason]:
        for ruling in (*self._book.rulings, *self._book.penalties.disqualifications):
            if (
                isinstance(ruling, Status)
                and ruling.stage in (None, self._stage.number)
                and self._entry.bib in ruling.bibs
            ):
                yield Reason(
                    because=Because.DECIDED,
                    rule="10.1",
                    params=(
                        ("status", ruling.status.value),
                        ("by", ruling.by),
                        ("reason", ruling.reason),
                    ),
                    records=(ruling.id,),
                )

    def _time(self) -> Iterator[Reason]:
        """The raw clock and its rounding, the first two additions (Rules 1.4)."""
        row, rules = self._row, self._book.race.rules
        declared = self._stage.declared.get(self._entry.id)
        if self._stage.stage.kind is StageKind.UNTIMED:
            yield Reason(because=Because.UNTIMED, rule="2.1", adds=0)
            return
        if row.raw is None:
            return
        if declared is not None:
            yield Reason(
                because=Because.DECLARED,
                rule="9.6",
                params=(("time_ms", row.raw), ("by", declared.by), ("reason", declared.reason)),
                records=(declared.id,),
                adds=row.raw,
            )
        elif row.is_assigned:
            yield Reason(
                because=Because.ASSIGNED,
                rule="9.3",
                params=(("time_ms", row.raw),),
                adds=row.raw,
            )
        elif row.is_virtual:
            yield Reason(
                because=Because.VIRTUAL,
                rule="2.3",
                params=(("time_ms", row.raw),),
                records=(self._stage.plan.ruling,),
                adds=row.raw,
            )
        elif row.start is not None and row.finish is not None:
            yield Reason(
                because=Because.RAW,
                rule="1.1",
                params=(
                    ("start_at", row.start),
                    ("finish_at", row.finish),
                    ("raw_ms", row.finish - row.start),
                ),
                adds=row.finish - row.start,
            )
            yield from clock_reasons(self._facts, self._course)
        rounded = round_to(row.raw, rules.precision, rules.rounding)
        if rounded != row.raw:
            yield Reason(
                because=Because.ROUNDED,
                rule="1.4",
                params=(
                    ("rounding", rules.rounding.value),
                    ("precision_ms", rules.precision),
                    ("time_ms", rounded),
                ),
                adds=rounded - row.raw,
            )

    def _adjustments(self) -> Iterator[Reason]:
        for record in self._row.adjustment.rulings:
            ruling = self._book.ruling(record)
            if ruling is not None:
                yield adjustment(
                    ruling,
                    lambda r: self._book.penalties.of_entry(r, self._entry.id),
                    is_total=False,
                )
        for won in self._row.adjustment.won:
            yield bonus_by_place(won, is_total=False)
        yield from self._automatic()

    def _automatic(self) -> Iterator[Reason]:
        """What follows from a rule without anybody's decision on this one runner."""
        for held in self._row.holds:
            yield Reason(
                because=Because.HELD,
                rule="4.11",
                params=(
                    ("point", self._course.points[held.point].code),
                    ("time_ms", held.wait),
                ),
                records=(held.ruling,),
                adds=-held.wait,
            )
        rest = self._row.automatic_penalty
        early = 0 if self._facts is None else self._facts.early_penalty
        if early:
            rest -= early
            yield penalty_by_rule(Because.EARLY_PENALTY, "3.3", early)
        for reason in early_penalties(self._facts, self._course):
            rest -= reason.adds or 0
            yield reason
        for missed in self._row.missed:
            outcome = missed.limit.outcome
            if outcome.kind is OutcomeKind.PENALTY:
                rest -= outcome.penalty
                yield penalty_by_rule(Because.CUTOFF_PENALTY, "5.4", outcome.penalty)
        if rest:
            yield penalty_by_rule(Because.MISSED_PENALTY, "4.4", rest)

    def _result(self) -> Reason:
        return Reason(
            because=Because.STAGE_TIME, rule="6.2", params=(("time_ms", self._row.time or 0),)
        )

    def _rank(self) -> Reason:
        row = self._row
        if row.rank is None:
            return Reason(
                because=Because.STAGE_UNRANKED, rule="10.1", params=(("status", row.status.value),)
            )
        params: tuple[tuple[str, str | int], ...] = (("rank", row.rank), ("gap_ms", row.gap or 0))
        if row.place is not None:
            return Reason(because=Because.DECLARED_PLACE, rule="9.6", params=params)
        tie = () if row.tie is None else (("tie", row.tie.value),)
        return Reason(because=Because.STAGE_RANK, rule="9.5", params=(*params, *tie))
