"""How fast a field goes on a stage, leg by leg, and each runner against it (Rules 11.2).

A leg's time is taken for the field's reference on it times the runner's ratio, times what the
night costs, times chance: in logarithms a sum, of which every part is learnt with how unsure it
still is. The reference is a median over the field of time over ratio, so that it does not matter
who has come through so far; those still on the leg took at least so long (Kaplan and Meier). The
ratio follows the runner from leg to leg and forgets slowly (Kalman). Without anybody there yet
the leg's effort stands in, at the pace of the legs known. docs/forecasts.md has the formulas.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import NormalDist
from typing import TypeAlias

from timing.core.courses import Course, Point
from timing.core.effort import USUAL_STOP, Effort, lamplight, tired_time
from timing.core.splits import Facts
from timing.core.stage_book import StageBook
from timing.core.stage_rows import Row
from timing.core.statuses import StageStatus
from timing.core.times import HOUR, MINUTE, SECOND, Duration, Instant

LegKey: TypeAlias = tuple[str, str, int]
"""The codes of two points that follow each other on a course, and how many metres lie between.

Another course of the stage may have the same two further apart (Rules 2.4).
"""

ON_THE_WAY = frozenset(
    {
        StageStatus.ON_COURSE,
        StageStatus.FINISHED,
        StageStatus.NEUTRALISED,
        StageStatus.NOT_STARTED,
    }
)
"""Who may be out at an instant, by what is known later: whose gun is behind them, too."""

_LEAST_STOP: Duration = MINUTE // 2
_NORMAL = NormalDist()
_QUARTILES = 1.349
"""So many standard deviations lie between the quartiles of a normal distribution."""

_OUTLIER = 2.5
"""Nothing changes a ratio by more than what is so many standard deviations off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """How far things are from what is usual: standard deviations of logarithms.

    ``field`` is of runners against the field, where nothing is known of them, ``form`` the
    same against their ratio on one stage before; ``leg`` of a leg about a runner's usual, and
    ``drift`` of what a ratio changes in an hour. ``ground`` is of legs about what their effort
    says, ``scale`` of a field's pace about the usual one, ``stage`` about that of the stages
    before. ``stop`` is of the stops at a place, ``habit`` of runners in how long they stop, and
    ``place`` of places about `USUAL_STOP`. ``sureness`` is how many runners it takes until what
    the field shows of scatter counts as much as these, ``constancy`` how many legs of a runner.
    ``slow`` is by how much more slow runners scatter, as a power of their ratio, ``late`` what a
    leg's variance grows by in every hour since the start; ``fatigue`` as `tired_time` has it.
    """

    field: float = 0.25
    form: float = 0.08
    leg: float = 0.09
    drift: float = 0.03
    ground: float = 0.15
    scale: float = 0.20
    stage: float = 0.12
    stop: float = 0.60
    habit: float = 0.40
    place: float = 0.60
    sureness: float = 30.0
    fatigue: float = 1.06
    constancy: float = 4.0
    slow: float = 0.5
    late: float = 0.05


USUAL_SCATTER = Scatter()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPace:
    """What the field, a runner of ratio 1, takes for a leg by day, in milliseconds.

    Variances of logarithms: ``chance`` is of runners about it, ``doubt`` how unsure it is by
    itself, ``shared`` how unsure for a reason that holds for all legs nobody was seen on.
    ``seen`` is how many have covered the leg.
    """

    time: float
    chance: float
    doubt: float
    shared: float
    drift: float
    seen: int


@dataclass(slots=True)
class Ratio:
    """The logarithm of a runner's time over the field's, and its variance."""

    mean: float
    variance: float

    def learn(self, value: float, variance: float) -> None:
        """Take a value that is as unsure as ``variance`` into account."""
        gain = self.variance / (self.variance + variance)
        self.mean += gain * (value - self.mean)
        self.variance *= 1 - gain

    def near(self, value: float, variance: float) -> float:
        """The value, or the nearest one that is no outlier."""
        limit = _OUTLIER * math.sqrt(self.variance + variance)
        return min(self.mean + limit, max(self.mean - limit, value))


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the stages before tell: ``form`` has the log ratios of who finished any.

    In the order of the stages. ``ground`` is the logarithm of the field's time over that of the
    ground's effort, None where nobody has finished a stage.
    """

    form: Mapping[str, Sequence[float]]
    ground: float | None = None


@dataclass(slots=True)
class Wildness:
    """How many times the usual variance a field or a runner has shown so far."""

    weight: float
    total: float

    @property
    def value(self) -> float:
        """Times the usual variance."""
        return self.total / self.weight

    def learn(self, value: float, count: float = 1) -> None:
        """Take what so many have shown into account."""
        self.weight += count
        self.total += value * count


@dataclass(slots=True)
class Runner:
    """A runner's ratio on the way and at stops.

    ``seen`` is where and when by now, in running order; the start by its gun, if that is known.
    ``left`` is when the way from the last of them began: later by the wait of a hold (Rules 4.11).
    """

    way: Ratio
    stop: Ratio
    wildness: Wildness
    seen: list[tuple[int, Instant]]
    left: Instant

    def chance(self, slow: float) -> float:
        """By how much more a leg of this runner scatters than one of the field."""
        return self.wildness.value * math.exp(2 * slow * self.way.mean)


@dataclass(frozen=True, slots=True)
class _Span:
    """What a runner took for some legs in a row: more than one where not seen between."""

    runner: Runner
    legs: tuple[_Leg, ...]
    begun: Instant
    ended: Instant


@dataclass(slots=True, eq=False)
class _Leg:
    """A leg of one or more courses: the spans that end with it, and who is on it since when."""

    first: Point
    second: Point
    usual: float
    behind: float
    spans: list[_Span] = field(default_factory=list)
    waiting: list[tuple[Runner, Instant]] = field(default_factory=list)
    pace: LegPace | None = None


class Paces:
    """The paces of a stage as known at an instant: splits after ``at`` are not looked at."""

    def __init__(
        self,
        book: StageBook,
        history: History,
        at: Instant | None = None,
        scatter: Scatter = USUAL_SCATTER,
    ) -> None:
        self._book = book
        self._at = at
        self._history = history
        self._scatter = scatter
        self._effort = Effort(book.stage)
        if history.ground is None:
            self._scale = Ratio(0.0, scatter.scale**2)
        else:
            self._scale = Ratio(history.ground, scatter.stage**2)
        self._wild_ways = Wildness(scatter.sureness, scatter.sureness)
        self._wild_stops = Wildness(scatter.sureness, scatter.sureness)
        self._legs: dict[LegKey, _Leg] = {}
        self._of_courses: dict[int, tuple[_Leg, ...]] = {}
        self._runners: dict[str, Runner] = {}
        for course in book.courses.every():
            self._take_course(course)
        for entry_id, row in () if book.state is None else book.state.rows.items():
            self._take_runner(entry_id, row)
        # In running order, so that ratios are known from the legs before.
        for leg in sorted(
            self._legs.values(), key=lambda g: (g.second.distance_m, g.second.is_out)
        ):
            self._learn(leg)

    def runner(self, entry_id: str) -> Runner | None:
        """What is known of an entry by now, None where nobody has seen it nor its gun."""
        return self._runners.get(entry_id)

    def ahead(self, entry_id: str, reached: int) -> list[tuple[Point, LegPace]]:
        """The points of an entry's course after the one it has reached, and the legs to them."""
        course = self._book.courses.of(self._book.roster.entries[entry_id])
        legs = self._of_courses[id(course)]
        points = course.points
        return [(points[i + 1], self._pace(legs[i])) for i in range(reached, len(legs))]

    # -- what was seen -------------------------------------------------------------------------

    def _take_course(self, course: Course) -> None:
        start = course.points[0]
        legs = []
        for first, second in pairwise(course.points):
            key = first.code, second.code, second.distance_m - first.distance_m
            leg = self._legs.get(key)
            if leg is None:
                behind = self._effort.between(start, first)
                usual = tired_time(
                    behind, self._effort.between(first, second), self._scatter.fatigue
                )
                way = tired_time(0.0, behind, self._scatter.fatigue)
                leg = self._legs[key] = _Leg(first, second, max(1.0, usual), way)
            legs.append(leg)
        self._of_courses[id(course)] = tuple(legs)

    def _take_runner(self, entry_id: str, row: Row) -> None:
        facts = self._book.facts.get(entry_id)
        seen = self._seen(facts, row)
        if not seen:
            return
        waits: dict[int, Duration] = {}
        for held in row.holds:
            waits[held.point] = waits.get(held.point, 0) + held.wait
        last, left = seen[-1][0], seen[-1][1] + waits.get(seen[-1][0], 0)
        legs = self._of_courses[id(self._book.courses.of(row.entry))]
        runner = self._runners[entry_id] = Runner(
            self._form(entry_id),
            Ratio(0.0, self._scatter.habit**2),
            Wildness(self._scatter.constancy, self._scatter.constancy),
            seen,
            left,
        )
        for (i, came), (j, ended) in pairwise(seen):
            # Who was on the way before the release that is known tells nothing of a pace.
            if (begun := came + waits.get(i, 0)) < ended or i not in waits:
                legs[j - 1].spans.append(_Span(runner, legs[i:j], begun, ended))
        if last < len(legs) and row.status in ON_THE_WAY:
            legs[last].waiting.append((runner, left))

    def _seen(self, facts: Facts | None, row: Row) -> list[tuple[int, Instant]]:
        """Where and when somebody was seen by now, the start by the clock's start."""
        at = self._at
        start = row.start
        seen: list[tuple[int, Instant]] = []
        if facts is not None:
            seen = [
                (i, time)
                for i, time in enumerate(facts.times)
                if i and time is not None and (at is None or time <= at)
            ]
            start = facts.start if facts.start is not None else facts.times[0]
        return seen if start is None or (at is not None and start > at) else [(0, start), *seen]

    def _form(self, entry_id: str) -> Ratio:
        scatter = self._scatter
        form = Ratio(0.0, scatter.field**2)
        days = self._history.form.get(entry_id, ())
        for value in days:
            form.learn(value, scatter.form**2)
        if days:
            # Today is another day.
            form.variance += scatter.form**2
        return form

    # -- what it tells -------------------------------------------------------------------------

    def _pace(self, leg: _Leg) -> LegPace:
        """What is known of a leg: learnt, or guessed from the ground."""
        if leg.pace is None:
            leg.pace = self._guess(leg)
        return leg.pace

    def _guess(self, leg: _Leg) -> LegPace:
        scatter = self._scatter
        if leg.second.is_out:
            return LegPace(
                time=float(USUAL_STOP),
                chance=scatter.stop**2 * self._wild_stops.value,
                doubt=scatter.place**2,
                shared=0.0,
                drift=0.0,
                seen=0,
            )
        scale = math.exp(self._scale.mean)
        time, late = leg.usual * scale, leg.behind * scale / HOUR
        return LegPace(
            time=time,
            chance=scatter.leg**2 * self._wild_ways.value * (1 + scatter.late * late),
            doubt=scatter.ground**2,
            shared=self._scale.variance,
            drift=scatter.drift**2 * time / HOUR,
            seen=0,
        )

    def _learn(self, leg: _Leg) -> None:
        here = [span for span in leg.spans if len(span.legs) == 1]
        if here:
            self._learn_pace(leg, here)
        elif not leg.spans:
            return
        pace = self._pace(leg)
        for span in leg.spans:
            self._learn_runner(span, pace)

    def _learn_pace(self, leg: _Leg, here: Sequence[_Span]) -> None:
        guess = self._guess(leg)
        is_stop = leg.second.is_out
        wildness = self._wild_stops if is_stop else self._wild_ways
        values = []
        unsure = 0.0
        for span in here:
            ratio = span.runner.stop if is_stop else span.runner.way
            unsure += ratio.variance + guess.drift
            values.append(self._log_time(leg, span.begun, span.ended) - ratio.mean)
        at = max(span.ended for span in here) if self._at is None else self._at
        unfinished = []
        for runner, begun in leg.waiting:
            if begun < at:
                ratio = runner.stop if is_stop else runner.way
                unsure += ratio.variance + guess.drift
                unfinished.append(self._log_time(leg, begun, at) - ratio.mean)
        unsure /= len(values) + len(unfinished)
        seen = len(values)
        expected = unsure + guess.chance
        quarter, median, three_quarters, beyond = _quantiles(values, unfinished, expected)
        variance = expected * (math.pi / 2 / seen + (0.3 * beyond) ** 2)
        # What was seen, and what the ground says, each by how sure it is.
        prior = guess.doubt + guess.shared
        gain = prior / (prior + variance)
        guessed = math.log(guess.time)
        reference = guessed + gain * (median - guessed)
        chance = guess.chance
        if not beyond:
            spread = (
                (three_quarters - quarter) / _QUARTILES
                if three_quarters is not None
                else (median - quarter) * 2 / _QUARTILES
            )
            shown = min(6.0, max(0.1, spread**2 / expected))
            sureness = self._scatter.sureness
            share = seen / (seen + sureness)
            wild = 1 + share * (shown - 1)
            chance *= wild
            wildness.learn(chance / guess.chance * wildness.value, seen)
            if unsure > chance:
                # Nothing is known of most of them: it is they who are alike, or are not.
                for runner in (*(s.runner for s in here), *(r for r, _ in leg.waiting)):
                    (runner.stop if is_stop else runner.way).variance *= wild
        if not is_stop:
            self._scale.learn(median - math.log(leg.usual), self._scatter.ground**2 + variance)
        leg.pace = LegPace(
            time=math.exp(reference),
            chance=chance,
            doubt=(1 - gain) * prior,
            shared=0.0,
            drift=guess.drift,
            seen=seen,
        )

    def _log_time(self, leg: _Leg, begun: Instant, ended: Instant) -> float:
        if leg.second.is_out:
            return math.log(max(_LEAST_STOP, ended - begun))
        return math.log(
            max(SECOND, ended - begun) / lamplight(begun, ended, self._book.day.midnight)
        )

    def _learn_runner(self, span: _Span, pace: LegPace) -> None:
        runner = span.runner
        if len(span.legs) == 1:
            leg = span.legs[0]
            value = self._log_time(leg, span.begun, span.ended) - math.log(pace.time)
            if leg.second.is_out:
                runner.stop.learn(runner.stop.near(value, pace.chance), pace.chance)
                return
            if leg.first.ordinal:
                runner.way.variance += pace.drift
            self._learn_way(runner, value, pace.chance)
            return
        # Not seen between: what they took for all of it, less what the stops usually take.
        paces = [(leg, self._pace(leg)) for leg in span.legs]
        ways = [p for leg, p in paces if not leg.second.is_out]
        if not ways:
            return
        took = span.ended - span.begun
        stops = sum(p.time for leg, p in paces if leg.second.is_out)
        moving = max(took - stops, took / 2) / lamplight(
            span.begun, span.ended, self._book.day.midnight
        )
        usual = sum(p.time for p in ways)
        noise = sum(p.chance * p.time**2 for p in ways) / usual**2
        runner.way.variance += sum(p.drift for p in ways)
        self._learn_way(runner, math.log(max(1.0, moving) / usual), noise)

    def _learn_way(self, runner: Runner, value: float, chance: float) -> None:
        """Whoever was off by much before may be so again, and is believed less at once."""
        way = runner.way
        chance *= runner.chance(self._scatter.slow)
        off = (value - way.mean) ** 2 / (way.variance + chance)
        way.learn(way.near(value, chance), chance)
        runner.wildness.learn(min(off, 9.0))


def _quantiles(
    values: Sequence[float], unfinished: Sequence[float], variance: float
) -> tuple[float, float, float | None, float]:
    """The quartiles of logarithms of times, of which some are only known to be more than that.

    By Kaplan and Meier. Where fewer than half have come through, the median is drawn on from
    the last of them by that ``variance``, and the last number says by how many standard
    deviations; it is 0 otherwise. The third quartile may be None.
    """
    marks = sorted([(value, 0) for value in values] + [(value, 1) for value in unfinished])
    left, staying = len(marks), 1.0
    quarter: float | None = None
    median: float | None = None
    last, at_last = marks[0][0], 1.0
    for value, is_unfinished in marks:
        if not is_unfinished:
            staying *= 1 - 1 / left
            last, at_last = value, staying
            if quarter is None and staying <= 0.75:
                quarter = value
            if median is None and staying <= 0.5:
                median = value
            if staying <= 0.25:
                return quarter or value, median or value, value, 0.0
        left -= 1
    if median is not None:
        return quarter or median, median, None, 0.0
    beyond = -_NORMAL.inv_cdf(min(0.999, max(0.001, 1 - at_last)))
    return last, last + math.sqrt(variance) * beyond, None, beyond
