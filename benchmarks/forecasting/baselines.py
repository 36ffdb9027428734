"""What else forecasts: a constant own pace, and the median ratio as OpenSplitTime has it.

Both see what Bivouac sees. Neither is a part of the product.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import mean, median, quantiles, stdev

from benchmarks.forecasting.replay import FEW, Course, Said
from timing.core.times import SECOND, Instant

_Z = 1.2816
_DISTANCE, _CLIMB = 0.6, 4.0
"""Seconds for a metre along and one up: OpenSplitTime's ground."""

_NEAREST, _SIMILAR = 100, 0.3
"""It looks at the so many others nearest in time elapsed so far, within so much of it."""


def constant_pace(
    course: Course,
    own: dict[int, Instant],
    others: Iterable[dict[int, Instant]],  # noqa: ARG001
    at: Instant,
) -> dict[int, Said]:
    """The time so far, stops and all, over the distance so far, times the distance to go.

    ``at + elapsed × (d_j − d_k) / d_k``. It has no range and says nothing at the start.
    """
    reached = max(own)
    done = course.points[reached].distance_m
    elapsed = at - own[0]
    if not done:
        return {}
    return {
        i: Said(time=at + elapsed * (course.points[i].distance_m - done) / done)
        for i in range(reached + 1, len(course.points))
    }


def median_ratio(
    course: Course,
    own: dict[int, Instant],
    others: Iterable[dict[int, Instant]],
    at: Instant,
) -> dict[int, Said]:
    """``at + elapsed × median over others of (t_j − t_k) / (t_k − t_0)``, k being the last point.

    Over those who have been at both points by now: the hundred nearest in time elapsed at k, no
    further off than 30 %; the ratio's 10 and 90 % quantiles, by a normal distribution, are the
    range. From fewer than five the ground stands in: 0.6 s for a metre along and 4 s for one up,
    times the own time elapsed over that of the ground so far.
    """
    return _by_ratio(course, own, others, at, is_median=True)


def mean_ratio(
    course: Course,
    own: dict[int, Instant],
    others: Iterable[dict[int, Instant]],
    at: Instant,
) -> dict[int, Said]:
    """The same with a mean inside of Tukey's fences, as OpenSplitTime's page has it now."""
    return _by_ratio(course, own, others, at, is_median=False)


def _by_ratio(
    course: Course,
    own: dict[int, Instant],
    others: Iterable[dict[int, Instant]],
    at: Instant,
    *,
    is_median: bool,
) -> dict[int, Said]:
    reached = max(own)
    elapsed = at - own[0]
    if not elapsed:
        return {}
    alike = sorted(
        (abs(other[reached] - other[0] - elapsed), n, other)
        for n, other in enumerate(others)
        if reached in other and 0 in other and other[reached] > other[0]
    )
    near = [other for off, _, other in alike[:_NEAREST] if off / elapsed < _SIMILAR]
    said = {}
    for i in range(reached + 1, len(course.points)):
        ratios = [
            (other[i] - other[reached]) / (other[reached] - other[0])
            for other in near
            if i in other
        ]
        if len(ratios) < FEW:
            said[i] = Said(time=at + _ground(course, reached, i, elapsed))
            continue
        if not is_median:
            ratios = _within_fences(ratios)
        middle = median(ratios) if is_median else mean(ratios)
        off = _Z * stdev(ratios)
        said[i] = Said(
            time=at + elapsed * middle,
            earliest=at + elapsed * max(0.0, middle - off),
            latest=at + elapsed * (middle + off),
        )
    return said


def _within_fences(ratios: list[float]) -> list[float]:
    low, _, high = quantiles(ratios, n=4, method="inclusive")
    fence = 1.5 * (high - low)
    return [ratio for ratio in ratios if low - fence <= ratio <= high + fence]


def _ground(course: Course, first: int, second: int, elapsed: float) -> float:
    def seconds(i: int) -> float:
        point = course.points[i]
        return point.distance_m * _DISTANCE + (point.climbed_m or 0) * _CLIMB

    so_far = seconds(first)
    factor = elapsed / (so_far * SECOND) if so_far else 1.0
    return (seconds(second) - so_far) * SECOND * (factor if math.isfinite(factor) else 1.0)


METHODS = {
    "constant pace": constant_pace,
    "median ratio": median_ratio,
    "mean ratio": mean_ratio,
}
