"""Why a figure is what it is: the records, rules and additions behind it.

Explanations are values: a code, its parameters, the records it rests on and the section of the
rules. The words are made where pages are made. Additions add up to the figures they explain:
a stage's to its official time, the race's to the total.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from timing.core.boards import covered_stages
from timing.core.book import RaceBook
from timing.core.courses import Course
from timing.core.cutoffs import Limit, excess, limits_of, waited
from timing.core.definition import (
    Basis,
    Classification,
    Measure,
    Of,
    OutcomeKind,
    RoundAt,
    StageKind,
)
from timing.core.entries import Entry
from timing.core.records import Bonus, Credit, Penalty, Ruling, Scope, Status
from timing.core.results import Line, StageLine
from timing.core.splits import Facts
from timing.core.stage_book import StageBook
from timing.core.stage_rows import Row
from timing.core.starts import Clock
from timing.core.statuses import StageStatus
from timing.core.times import Duration, Instant, round_to


class Because(StrEnum):
    """Everything an explanation can state. Each has its words in the pages."""

    NOT_IN_DIVISION = "not_in_division"
    CANCELLED = "cancelled"
    START_GUN = "start_gun"
    START_WAVE = "start_wave"
    START_OWN = "start_own"
    START_AT_OPENING = "start_at_opening"
    START_AT_CLOSING = "start_at_closing"
    START_ALLOCATED = "start_allocated"
    START_RULED = "start_ruled"
    START_UNKNOWN = "start_unknown"
    TAKEN = "taken"
    NO_SPLIT = "no_split"
    LEFT = "left"
    LIMIT_KEPT = "limit_kept"
    LIMIT_MISSED = "limit_missed"
    LIMIT_SOFT = "limit_soft"
    DECLARED = "declared"
    DECLARED_PLACE = "declared_place"
    RAW = "raw"
    ROUNDED = "rounded"
    PENALTY = "penalty"
    SERVED = "served"
    CREDIT = "credit"
    BONUS = "bonus"
    EARLY_PENALTY = "early_penalty"
    CUTOFF_PENALTY = "cutoff_penalty"
    MISSED_PENALTY = "missed_penalty"
    HELD = "held"
    VIRTUAL = "virtual"
    DECIDED = "decided"
    STAGE_TIME = "stage_time"
    STAGE_RANK = "stage_rank"
    STAGE_UNRANKED = "stage_unranked"
    UNTIMED = "untimed"
    STAGE_IN_TOTAL = "stage_in_total"
    STAGE_MISSING = "stage_missing"
    ROUNDING_OF_TOTAL = "rounding_of_total"
    TOTAL = "total"
    RANK = "rank"
    POINTS = "points"
    RANK_BY_POINTS = "rank_by_points"
    TIE_BROKEN = "tie_broken"
    RANK_SHARED = "rank_shared"
    UNRANKED = "unranked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One statement. ``adds`` is what it contributes to the figure explained, if anything.

    ``params`` pairs names with texts, numbers, durations (names ending in ``_ms``) or instants
    (``_at``); ``rule`` is the section of the rules, ``records`` are ids.
    """

    because: Because
    rule: str
    params: tuple[tuple[str, str | int], ...] = ()
    records: tuple[str, ...] = ()
    adds: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageExplanation:
    """A stage of one entry: ``adds`` of its reasons sum up to ``line.time`` where there is one."""

    stage: int
    line: StageLine | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalExplanation:
    """A line of a classification: ``adds`` of its reasons sum up to ``line.time``."""

    classification: Classification
    after: int
    line: Line
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that is behind an entry's figures."""

    entry: Entry
    stages: tuple[StageExplanation, ...]
    totals: tuple[TotalExplanation, ...]


def explain(book: RaceBook, entry_id: str, stage: int | None = None) -> Explanation:
    """Explain every stage and classification of an entry, or those of one stage.

    Raises what the book raises for an unknown entry or stage.
    """
    entry = book.entry(entry_id, stage)
    numbers = book.stages if stage is None else (stage,)
    last = book.last_stage if stage is None else stage
    totals = []
    for classification in book.race.classifications:
        if classification.of is Of.SOLO:
            lines = book.board(classification.code, last).lines
            own = [line for line in lines if _key(line) == entry_id]
            totals += [_total(book, classification, last, line, lines) for line in own]
    return Explanation(
        entry=entry,
        stages=tuple(_stage(book, number, entry_id) for number in numbers),
        totals=tuple(totals),
    )


def _stage(book: RaceBook, number: int, entry_id: str) -> StageExplanation:
    stage = book.stage_book(number)
    row = stage.state.rows.get(entry_id) if stage.state is not None else None
    if row is None:
        reason = Reason(because=Because.NOT_IN_DIVISION, rule="7.1")
        return StageExplanation(stage=number, line=None, reasons=(reason,))
    reasons = tuple(_StageReasons(book, stage, row).all())
    return StageExplanation(stage=number, line=row.line(), reasons=reasons)


class _StageReasons:
    def __init__(self, book: RaceBook, stage: StageBook, row: Row) -> None:
        self._book = book
        self._stage = stage
        self._row = row
        self._entry = row.entry
        self._facts = stage.facts.get(row.entry.id)
        self._course: Course = stage.courses[row.entry.division]

    def all(self) -> Iterator[Reason]:
        row, facts = self._row, self._facts
        if row.status is StageStatus.NEUTRALISED:
            yield Reason(because=Because.CANCELLED, rule="2.3", adds=0)
            yield from self._adjustments()
            yield self._result()
            return
        clock = self._clock()
        if facts is not None or row.start is not None:
            yield self._start(clock, facts)
        if facts is not None:
            yield from self._splits(facts)
            yield from self._limits(facts, clock)
        yield from self._decisions()
        if row.done:
            yield from self._time()
            yield from self._adjustments()
            yield self._result()
        yield self._rank()

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

    def _splits(self, facts: Facts) -> Iterator[Reason]:
        for point, time, passing in zip(self._course.points, facts.times, facts.taken, strict=True):
            if time is not None and passing is not None:
                params: list[tuple[str, str | int]] = [
                    ("point", point.code),
                    ("time_at", time),
                    ("source", passing.source.value),
                ]
                if facts.start is not None:
                    params.append(("elapsed_ms", time - facts.start))
                yield Reason(
                    because=Because.TAKEN,
                    rule="4.3",
                    params=tuple(params),
                    records=(passing.id,),
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
            by = excess(limit, time, facts, clock, precision=rules.precision, winner=self._winner())
            if by is not None:
                moved = self._row.adjustment.extension + waited(limit, self._row.holds)
                yield self._limit(limit, by - moved)

    def _winner(self) -> Duration | None:
        state = self._stage.state
        rows = state.rows.values() if state is not None else ()
        raws = [
            facts.raw
            for row in rows
            if row.entry.division == self._entry.division
            and row.status is not StageStatus.DSQ
            and (facts := self._stage.facts.get(row.entry.id)) is not None
            and facts.raw is not None
        ]
        return min(raws, default=None)

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

    def _decisions(self) -> Iterator[Reason]:
        for ruling in self._book.rulings:
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
                params=(("start_at", row.start), ("finish_at", row.finish), ("raw_ms", row.raw)),
                adds=row.raw,
            )
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
                yield _adjustment(ruling, is_total=False)
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
            yield _penalty_by_rule(Because.EARLY_PENALTY, "3.3", early)
        for missed in self._row.missed:
            outcome = missed.limit.outcome
            if outcome.kind is OutcomeKind.PENALTY:
                rest -= outcome.penalty
                yield _penalty_by_rule(Because.CUTOFF_PENALTY, "5.4", outcome.penalty)
        if rest:
            yield _penalty_by_rule(Because.MISSED_PENALTY, "4.4", rest)

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


def _penalty_by_rule(because: Because, rule: str, penalty: Duration) -> Reason:
    return Reason(because=because, rule=rule, params=(("time_ms", penalty),), adds=penalty)


def _adjustment(ruling: Ruling, *, is_total: bool) -> Reason:
    """A ruling of the ledger; what it adds on the stage, or in the total alone (Rules 6.2)."""
    match ruling:
        case Penalty():
            amount, because = ruling.time * ruling.count, Because.PENALTY
            if ruling.served:
                amount, because = 0, Because.SERVED
            scope, rule, code = ruling.scope, "6.1", ruling.code
        case Credit():
            amount, because = -ruling.time * ruling.count, Because.CREDIT
            scope, rule, code = ruling.scope, "6.3", ruling.code
        case Bonus():
            amount, because = -ruling.time, Because.BONUS
            scope, rule, code = Scope.GC, "6.4", ""
        case _:
            raise TypeError(type(ruling).__name__)
    return Reason(
        because=because,
        rule=rule,
        params=(
            ("time_ms", abs(amount)),
            ("scope", scope.value),
            ("code", code),
            ("by", ruling.by),
            ("reason", ruling.reason),
        ),
        records=(ruling.id,),
        adds=amount if (scope is Scope.GC) is is_total else 0,
    )


def _points(
    classification: Classification, after: int, line: Line, lines: tuple[Line, ...]
) -> TotalExplanation:
    """A line that is ranked by points, or by places: its sum and its rank (Rules 9.1)."""
    reasons = [Reason(because=Because.POINTS, rule="9.1", params=(("points", line.points or 0),))]
    ranked = sum(1 for other in lines if other.rank is not None)
    if line.rank is not None:
        params = (("rank", line.rank), ("of", ranked), ("gap", line.gap or 0))
        reasons.append(Reason(because=Because.RANK_BY_POINTS, rule="9.7", params=params))
    if line.tie is not None:
        params_of_tie = (("tie", line.tie.value),)
        reasons.append(Reason(because=Because.TIE_BROKEN, rule="9.5", params=params_of_tie))
    return TotalExplanation(
        classification=classification, after=after, line=line, reasons=tuple(reasons)
    )


def _total(
    book: RaceBook,
    classification: Classification,
    after: int,
    line: Line,
    lines: tuple[Line, ...],
) -> TotalExplanation:
    if line.points is not None:
        return _points(classification, after, line, lines)
    if classification.measure not in (Measure.TIME, Measure.STAGES) and line.time is not None:
        # A sum over some stages or segments only: its parts are the stages' own matter.
        total = Reason(
            because=Because.TOTAL, rule="9.1", params=(("time_ms", line.time),), adds=line.time
        )
        return TotalExplanation(
            classification=classification,
            after=after,
            line=line,
            reasons=(total, *_standing(line, lines)),
        )
    numbers = [n for n in covered_stages(book.race, classification) if n <= after]
    reasons: list[Reason] = []
    alone: list[Reason] = []
    is_rounded_once = book.race.rules.round_at is RoundAt.TOTAL
    summed: Instant = 0
    for number in numbers:
        state = book.stage_book(number).state
        row = None if state is None else state.rows.get(_key(line))
        if row is None or not row.done:
            reasons.append(
                Reason(
                    because=Because.STAGE_MISSING,
                    rule="9.2",
                    params=(
                        ("stage", number),
                        ("status", "not_in_division" if row is None else row.status.value),
                    ),
                )
            )
        else:
            time = _counted(row, is_rounded_once=is_rounded_once)
            summed += time
            reasons.append(
                Reason(
                    because=Because.STAGE_IN_TOTAL,
                    rule="9.2",
                    params=(("stage", number), ("time_ms", time)),
                    adds=time,
                )
            )
        if row is not None:
            rulings = [book.ruling(record) for record in row.adjustment.rulings]
            alone += [
                reason
                for r in rulings
                if r is not None and (reason := _adjustment(r, is_total=True)).adds
            ]
    reasons += alone
    if line.time is not None:
        rounding = line.time - summed - sum(r.adds or 0 for r in alone)
        if rounding:
            reasons.append(
                Reason(
                    because=Because.ROUNDING_OF_TOTAL,
                    rule="1.4",
                    params=(("rounding", book.race.rules.rounding.value),),
                    adds=rounding,
                )
            )
        reasons.append(Reason(because=Because.TOTAL, rule="9.2", params=(("time_ms", line.time),)))
    reasons += _standing(line, lines)
    return TotalExplanation(
        classification=classification, after=after, line=line, reasons=tuple(reasons)
    )


def _key(line: Line) -> str:
    return line.competitor.id if isinstance(line.competitor, Entry) else line.competitor.code


def _counted(row: Row, *, is_rounded_once: bool) -> Duration:
    """What a stage gives to the sum: its official time, or its raw clock with adjustments."""
    if not is_rounded_once:
        return row.time or 0
    return (row.raw or 0) + row.adjusted


def _standing(line: Line, lines: tuple[Line, ...]) -> Iterator[Reason]:
    if line.rank is None:
        params: list[tuple[str, str | int]] = [("status", line.status.value)]
        if line.out_stage is not None:
            params.append(("stage", line.out_stage))
        if line.out_control:
            params.append(("point", line.out_control))
        yield Reason(because=Because.UNRANKED, rule="9.2", params=tuple(params))
        return
    ranked = sum(1 for other in lines if other.rank is not None)
    yield Reason(
        because=Because.RANK,
        rule="9.1",
        params=(("rank", line.rank), ("of", ranked), ("gap_ms", line.gap or 0)),
    )
    if line.tie is not None:
        yield Reason(because=Because.TIE_BROKEN, rule="9.5", params=(("tie", line.tie.value),))
    if sum(1 for other in lines if other.rank == line.rank) > 1:
        yield Reason(because=Because.RANK_SHARED, rule="9.5", params=(("rank", line.rank),))
