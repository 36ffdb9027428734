"""How fast a field goes on a stage, leg by leg, and each runner against it (Rules 11.2).

A runner's ratio is own time over the field's on the same legs; a leg's reference is the median
over the field of time over ratio, so that it does not matter who has come through so far. Those
who are still on a leg count too: they took at least so long (a median by Kaplan and Meier).
Without anybody there yet, the leg's effort stands in, at the pace of the legs known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from timing.core.courses import Course, Point
from timing.core.effort import USUAL_STOP, Effort, lamplight, usual_time
from timing.core.splits import Facts
from timing.core.stage_book import StageBook
from timing.core.statuses import StageStatus
from timing.core.times import MINUTE, Duration, Instant

LegKey: TypeAlias = tuple[str, str, int]
"""The codes of two points that follow each other on a course, and how many metres lie between.

Another course of the stage may have the same two further apart (Rules 2.4).
"""

Sample: TypeAlias = tuple[str, Instant, Instant]
"""An entry id, and when it began and ended a leg."""

_WEIGHT_OF_GUESS = 2
"""A guess from the ground counts as much as so many runners."""

_WEIGHT_OF_HISTORY: Duration = 90 * MINUTE
_WEIGHT_OF_NOTHING: Duration = 20 * MINUTE
"""A runner's ratio so far counts as much as so long on this stage."""

_SPREAD_OF_FIELD = 0.22
"""Standard deviation of the logarithm of ratios, where nothing is known of a runner."""

_SPREAD_OF_FORM = 0.10
"""The same of a runner against the ratio on the stages before."""

_SPREAD_OF_GUESS = 0.20
_SPREAD_OF_COLD_GUESS = 0.30
_SPREAD_OF_STOP = 0.70
"""And of a leg guessed from its ground, of one where nobody was seen on any yet, and of stops."""

_WEIGHT_OF_GROUND: Duration = 30 * MINUTE
"""What the ground says counts as much as what the field has shown in so long on this stage."""

_LEAST_RATIO, _MOST_RATIO = 0.4, 3.0

_LEAST_SPREAD = 0.04
_MEDIAN_DEVIATION = 1.4826
"""A median absolute deviation times this is a standard deviation, were it a normal one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPace:
    """What the field, a runner of ratio 1, takes for a leg by day, in milliseconds.

    ``spread`` is the standard deviation of the logarithm of times about it; ``seen`` how many
    have covered the leg.
    """

    time: float
    spread: float
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A runner against the field: 1.2 takes a fifth longer. ``spread`` as of `LegPace`."""

    value: float
    spread: float


@dataclass(slots=True)
class _Known:
    """What a runner took on legs whose reference is known, and that reference."""

    prior: float
    weight: float
    spread: float
    took: float = 0.0
    reference: float = 0.0

    def ratio(self) -> float:
        value = (self.prior * self.weight + self.took) / (self.weight + self.reference)
        return min(_MOST_RATIO, max(_LEAST_RATIO, value))


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the stages before tell: ``form`` is the mean ratio of each entry that finished any.

    ``ground`` is the middle of the field's time over that of the ground's effort, None where
    nobody has finished a stage.
    """

    form: Mapping[str, float]
    ground: float | None = None


class Paces:
    """The paces of a stage as known at an instant: splits after ``at`` are not looked at."""

    def __init__(self, book: StageBook, history: History, at: Instant | None = None) -> None:
        self._book = book
        self._at = at
        self._known: dict[str, _Known] = {}
        self._history = history
        self._effort = Effort(book.stage)
        self._legs: dict[LegKey, LegPace] = {}
        # What the ground would have taken on the legs known, and what the field did.
        self._guessed, self._found = 0.0, 0.0
        self._learn()

    def leg(self, first: Point, second: Point) -> LegPace:
        """The pace between two points that follow each other, learnt or guessed from the ground."""
        found = self._legs.get(_key(first, second))
        return found or self._guess(first, second)

    def ratio(self, entry_id: str) -> Ratio:
        """How a runner compares, surer the longer they were seen."""
        known = self._of(entry_id)
        share = known.weight / (known.weight + known.reference)
        return Ratio(value=known.ratio(), spread=known.spread * math.sqrt(share))

    def last_seen(self, entry_id: str) -> tuple[int, Instant] | None:
        """The furthest point reached by now and when, the start by its gun; None if neither."""
        facts = self._book.facts.get(entry_id)
        if facts is None:
            return None
        seen = _times(facts, self._at)
        return seen[-1] if seen else None

    def _of(self, entry_id: str) -> _Known:
        known = self._known.get(entry_id)
        if known is None:
            prior = self._history.form.get(entry_id)
            known = self._known[entry_id] = (
                _Known(1.0, _WEIGHT_OF_NOTHING, _SPREAD_OF_FIELD)
                if prior is None
                else _Known(prior, _WEIGHT_OF_HISTORY, _SPREAD_OF_FORM)
            )
        return known

    def _learn(self) -> None:
        samples, waiting = self._samples()
        points: dict[LegKey, tuple[Point, Point]] = {}
        for course in self._book.courses.every():
            for first, second in pairwise(course.points):
                points.setdefault(_key(first, second), (first, second))
        # In running order, so that ratios are known from the legs before.
        ordered = sorted(points.items(), key=lambda p: (p[1][1].distance_m, p[1][1].is_out))
        for key, (first, second) in ordered:
            here = samples.get(key)
            if not here:
                continue
            if second.is_out:
                self._legs[key] = _stop(here)
            else:
                guess = self._guess(first, second)
                self._legs[key] = self._way(here, waiting.get(key, ()), guess)
                self._count(key, here, self._effort.between(first, second))

    def _samples(self) -> tuple[dict[LegKey, list[Sample]], dict[LegKey, list[tuple[str, int]]]]:
        """The legs covered, and those that somebody is on, with the instant they began."""
        samples: dict[LegKey, list[Sample]] = {}
        waiting: dict[LegKey, list[tuple[str, int]]] = {}
        book, rows = self._book, self._book.state.rows if self._book.state is not None else {}
        for entry_id, facts in book.facts.items():
            points = _points(book, entry_id)
            seen = _times(facts, self._at)
            for (i, begun), (j, ended) in pairwise(seen):
                if j == i + 1:
                    key = _key(points[i], points[j])
                    samples.setdefault(key, []).append((entry_id, begun, ended))
            row = rows.get(entry_id)
            is_away = row is not None and row.status is StageStatus.ON_COURSE
            if seen and is_away and seen[-1][0] + 1 < len(points):
                i, begun = seen[-1]
                key = _key(points[i], points[i + 1])
                waiting.setdefault(key, []).append((entry_id, begun))
        return samples, waiting

    def _guess(self, first: Point, second: Point) -> LegPace:
        if second.is_out:
            return LegPace(time=float(USUAL_STOP), spread=_SPREAD_OF_STOP, seen=0)
        ground = self._history.ground
        usual = 1.0 if ground is None else ground
        scale = (_WEIGHT_OF_GROUND * usual + self._found) / (_WEIGHT_OF_GROUND + self._guessed)
        time = max(1.0, usual_time(self._effort.between(first, second))) * scale
        is_cold = ground is None and not self._guessed
        spread = _SPREAD_OF_COLD_GUESS if is_cold else _SPREAD_OF_GUESS
        return LegPace(time=time, spread=spread, seen=0)

    def _way(
        self, here: Sequence[Sample], waiting: Iterable[tuple[str, int]], guess: LegPace
    ) -> LegPace:
        midnight = self._book.day.midnight
        values = [
            (ended - begun) / lamplight(begun, ended, midnight) / self._of(e).ratio()
            for e, begun, ended in here
        ]
        at = max(ended for _, _, ended in here) if self._at is None else self._at
        unfinished = [(at - begun) / self._of(e).ratio() for e, begun in waiting if begun < at]
        spreads = [self.ratio(e).spread for e, _ in waiting] or [0.0]
        median = _median_of_unfinished(values, unfinished, math.fsum(spreads) / len(spreads))
        deviations = sorted(abs(math.log(max(v, 1.0) / median)) for v in values)
        spread = _MEDIAN_DEVIATION * deviations[len(deviations) // 2]
        seen = len(values)
        total = seen + _WEIGHT_OF_GUESS
        return LegPace(
            time=(median * seen + guess.time * _WEIGHT_OF_GUESS) / total,
            spread=max(
                _LEAST_SPREAD,
                math.sqrt((spread**2 * seen + guess.spread**2 * _WEIGHT_OF_GUESS) / total),
            ),
            seen=seen,
        )

    def _count(self, key: LegKey, here: Sequence[Sample], effort: float) -> None:
        reference, midnight = self._legs[key].time, self._book.day.midnight
        for entry_id, begun, ended in here:
            known = self._of(entry_id)
            known.took += (ended - begun) / lamplight(begun, ended, midnight)
            known.reference += reference
        self._guessed += usual_time(effort)
        self._found += reference


def _key(first: Point, second: Point) -> LegKey:
    return first.code, second.code, second.distance_m - first.distance_m


def _points(book: StageBook, entry_id: str) -> tuple[Point, ...]:
    course: Course = book.courses.of(book.roster.entries[entry_id])
    return course.points


def _times(facts: Facts, at: Instant | None) -> list[tuple[int, Instant]]:
    """Where and when somebody was seen by ``at``, the start by the clock's start."""
    seen = [
        (i, time)
        for i, time in enumerate(facts.times)
        if i and time is not None and (at is None or time <= at)
    ]
    start = facts.start if facts.start is not None else facts.times[0]
    return seen if start is None or (at is not None and start > at) else [(0, start), *seen]


def _stop(here: Sequence[Sample]) -> LegPace:
    """Stops differ from one runner to the next, whatever their pace."""
    stays = sorted(max(1, ended - begun) for _, begun, ended in here)
    seen = len(stays)
    median = stays[seen // 2]
    deviations = sorted(abs(math.log(stay / median)) for stay in stays)
    spread = _MEDIAN_DEVIATION * deviations[seen // 2]
    total = seen + _WEIGHT_OF_GUESS
    return LegPace(
        time=(median * seen + USUAL_STOP * _WEIGHT_OF_GUESS) / total,
        spread=math.sqrt((spread**2 * seen + _SPREAD_OF_STOP**2 * _WEIGHT_OF_GUESS) / total),
        seen=seen,
    )


def _median_of_unfinished(
    values: Sequence[float], unfinished: Sequence[float], spread: float
) -> float:
    """The median of times, of which some are only known to be longer than so long.

    Where fewer than half have come through, it is drawn on from the slowest of them: the
    logarithms of times are about normal, with that ``spread``.
    """
    marks = sorted([(value, 0) for value in values] + [(value, 1) for value in unfinished])
    left, staying, last, at_last = len(marks), 1.0, 1.0, 1.0
    for value, is_unfinished in marks:
        if not is_unfinished:
            staying *= 1 - 1 / left
            last, at_last = max(1.0, value), staying
            if staying <= 0.5:
                return last
        left -= 1
    return last * math.exp(-spread * _normal_quantile(1 - at_last))


def _normal_quantile(share: float) -> float:
    """Where a standard normal distribution has that share below it, good to 0.02 (a logistic)."""
    share = min(0.999, max(0.001, share))
    return math.log(share / (1 - share)) / 1.702
