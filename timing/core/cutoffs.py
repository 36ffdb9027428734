"""Limits at controls, and what missing one leads to (Rules 5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from timing.core.courses import Course, Point
from timing.core.days import StageDay
from timing.core.definition import Apply, Cutoff, CutoffRules, Outcome, Rules
from timing.core.holds import Held
from timing.core.records import Close, CutoffMove, Ruling
from timing.core.splits import Facts
from timing.core.starts import Clock
from timing.core.times import HOUR, Duration, Instant, TimeOfDay, truncate


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A cut-off as it holds for one entry: exactly one of ``at`` and ``elapsed`` is given.

    ``elapsed`` counts from the gun with ``from_gun``, else from the entry's own clock start, and
    includes what was ``used`` before the stage.
    ``ruling`` is the id of the record that moved it, if any; ``is_of_race`` is the limit of the
    whole race.
    """

    point: int
    outcome: Outcome
    apply: Apply
    is_inclusive: bool
    is_hard: bool
    at: Instant | None = None
    elapsed: Duration | None = None
    from_gun: bool = False
    used: Duration = 0
    percent: int | None = None
    ruling: str = ""
    is_of_race: bool = False

    def is_beyond(self, by: Duration) -> bool:
        """Whether an excess of ``by`` is late: in time is at or before, unless set (5.1)."""
        return by > 0 or (by == 0 and not self.is_inclusive)

    def closing(self, start: Instant | None, gun: Instant | None) -> Instant | None:
        """The last instant in time for who started then; None where that is not known."""
        begun = gun if self.from_gun else start
        if self.at is not None or self.elapsed is None or begun is None:
            return self.at
        return begun + self.elapsed - self.used


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A limit that an entry's split is beyond, and by how much.

    ``by`` is measured at the printed precision, truncated (Rules 5.7); ``uncertainty`` is that
    of the records it rests on.
    """

    limit: Limit
    by: Duration
    uncertainty: Duration

    @property
    def is_sure(self) -> bool:
        """Whether the excess is more than the uncertainty of its records (Rules 5.7).

        Of an exclusive limit nothing at all is too much already.
        """
        return self.by > self.uncertainty or self.by == self.uncertainty == 0


def limits_of(
    course: Course,
    day: StageDay,
    rules: CutoffRules,
    rulings: Sequence[Ruling],
    *,
    stage: int,
    division: str,
    categories: tuple[str, ...],
    wave: str,
) -> tuple[Limit, ...]:
    """The limits along a course for entries of one division, categories and wave.

    At each point the first cut-off that concerns them counts; rulings move it (Rules 5.5), and
    a control that was closed is a limit too (Rules 5.6).
    """
    limits: list[Limit] = []
    for point in course.points:
        cutoff = next((c for c in point.cutoffs if _concerns(c, division, categories, wave)), None)
        limit = None if cutoff is None else _limit(cutoff, point.ordinal, rules, day, course)
        for ruling in rulings:
            if isinstance(ruling, CutoffMove) and _moves(ruling, stage, point, division, wave):
                base = limit or _limit(Cutoff(), point.ordinal, rules, day, course)
                limit = _moved(base, ruling, day)
        if limit is not None:
            limits.append(limit)
        closing = next(
            (
                r
                for r in rulings
                if isinstance(r, Close) and r.stage == stage and point.is_named(r.control)
            ),
            None,
        )
        if closing is not None:
            # Closed is closed: of several rulings the first says since when.
            closed = _limit(Cutoff(), point.ordinal, rules, day, course)
            limits.append(replace(closed, at=closing.at, ruling=closing.id))
    return tuple(limits)


def _concerns(cutoff: Cutoff, division: str, categories: tuple[str, ...], wave: str) -> bool:
    return (
        cutoff.division in ("", division)
        and (not cutoff.category or cutoff.category in categories)
        and cutoff.wave in ("", wave)
    )


def _moves(ruling: CutoffMove, stage: int, point: Point, division: str, wave: str) -> bool:
    return (
        ruling.stage == stage
        and point.is_named(ruling.control)
        and ruling.division in ("", division)
        and ruling.wave in ("", wave)
    )


def _limit(cutoff: Cutoff, point: int, rules: CutoffRules, day: StageDay, course: Course) -> Limit:
    elapsed = cutoff.elapsed if cutoff.elapsed is not None else cutoff.elapsed_gun
    if cutoff.min_speed is not None:
        # Metres over metres an hour: the time that the least speed would take.
        elapsed = course.points[point].distance_m * HOUR // cutoff.min_speed
    return Limit(
        point=point,
        outcome=cutoff.outcome or rules.outcome,
        apply=cutoff.apply or rules.apply,
        is_inclusive=rules.inclusive if cutoff.inclusive is None else cutoff.inclusive,
        is_hard=cutoff.hard,
        at=None if cutoff.at is None else day.scheduled(cutoff.at),
        elapsed=elapsed,
        from_gun=cutoff.elapsed_gun is not None,
        percent=cutoff.percent_of_winner,
    )


def _moved(limit: Limit, ruling: CutoffMove, day: StageDay) -> Limit:
    at = ruling.to
    if isinstance(at, TimeOfDay):
        at = day.scheduled(at)
    return replace(
        limit, at=at, elapsed=ruling.elapsed, percent=None, from_gun=False, ruling=ruling.id
    )


def whole_race_limit(rules: Rules, point: int, clock: Duration) -> Limit:
    """The limit of the whole race at a point, ``clock`` being used up before the stage (5.1)."""
    return Limit(
        point=point,
        outcome=rules.cutoff.outcome,
        apply=rules.cutoff.apply,
        is_inclusive=rules.cutoff.inclusive,
        is_hard=True,
        elapsed=rules.limit,
        used=clock,
        is_of_race=True,
    )


def missed_limits(
    limits: Sequence[Limit],
    facts: Facts,
    clock: Clock,
    *,
    precision: Duration,
    extension: Duration,
    holds: Sequence[Held] = (),
    winner: Duration | None,
) -> Iterator[Missed]:
    """The hard limits that splits are beyond, along the course.

    The raw clock is tested: a penalty makes nobody late, a credit nobody early, but for one
    that extends the cut-offs (Rules 5.2); elapsed limits move by what was waited when held on
    the way there (Rules 4.11). ``winner`` is the lowest raw clock of the division's finishers,
    for limits in per cent of it (Rules 5.8).
    """
    for limit in limits:
        time = facts.times[limit.point]
        if time is None or not limit.is_hard:
            continue
        by = excess(limit, time, facts, clock, precision=precision, winner=winner)
        if by is None:
            continue
        by -= extension + (waited(limit, holds) if holds else 0)
        if limit.is_beyond(by):
            yield Missed(limit=limit, by=by, uncertainty=_uncertainty(limit, facts, clock))


def waited(limit: Limit, holds: Sequence[Held]) -> Duration:
    """By how much waits before a point move an elapsed limit there; no time of day (4.11)."""
    if limit.at is not None:
        return 0
    return sum(held.wait for held in holds if held.point < limit.point)


def excess(
    limit: Limit,
    time: Instant,
    facts: Facts,
    clock: Clock,
    *,
    precision: Duration,
    winner: Duration | None,
) -> Duration | None:
    """How far ``time`` is beyond the limit, negative before it; None where it cannot be told."""
    if limit.at is not None:
        return truncate(time, precision) - limit.at
    begun = clock.gun if limit.from_gun else facts.start
    behind = facts.behind(limit.point)
    if begun is None or behind is None:
        return None
    elapsed = truncate(limit.used + time - begun - behind, precision)
    if limit.elapsed is not None:
        return elapsed - limit.elapsed
    if limit.percent is not None and winner is not None:
        return elapsed - winner * limit.percent // 100
    return None


def _uncertainty(limit: Limit, facts: Facts, clock: Clock) -> Duration:
    passing = facts.taken[limit.point]
    own = 0 if passing is None else passing.uncertainty_ms
    # A gun or a posted start rests on no read, even if one was of that very moment.
    rests_on_read = limit.at is None and not limit.from_gun and clock.start is None
    return own + facts.start_uncertainty if rests_on_read else own
