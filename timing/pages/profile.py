"""The shape of a stage's course: how high it is along the way, as a line to draw.

Everything is in parts of the drawing: 0 to 100 along from start to finish, 0 (highest) to 100
(lowest) down. A stage that says nothing of its heights has no shape, and a plain line is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from timing.core.definition import Stage

MOST_POINTS = 120

_LEAST_RISE_M = 300
"""A course that hardly rises is not drawn as if it were a mountain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A course's heights. ``line`` is the path of its edge, ``ground`` the same, closed below.

    ``lowest_m`` and ``highest_m`` are metres above the sea.
    """

    line: str
    ground: str
    lowest_m: int
    highest_m: int


def profile_of(
    stage: Stage, whole_m: int | None = None, *, most: int = MOST_POINTS
) -> Profile | None:
    """The shape of a stage, all its laps; None where its definition has none.

    ``whole_m`` is the length that is drawn, by default the stage's. What is beyond is cut off; a
    profile that ends before goes on level. A line of more than ``most`` points is drawn with
    those that are highest or lowest in equal parts of the way.
    """
    lap = stage.controls[-1].distance_m if stage.controls else stage.distance_m
    whole = lap * stage.laps if whole_m is None else whole_m
    if len(stage.profile) < 2 or whole <= 0 or lap <= 0:
        return None
    points = _thinned(list(_drawn(list(_laps(stage, lap)), whole)), whole, most)
    lowest = min(height for _, height in points)
    highest = max(height for _, height in points)
    rise = max(highest - lowest, _LEAST_RISE_M)
    line = "L".join(
        f"{100 * at / whole:.2f} {100 - 100 * (height - lowest) / rise:.1f}"
        for at, height in points
    )
    return Profile(
        line=f"M{line}",
        ground=f"M0 100L{line}L100 100z",
        lowest_m=round(lowest),
        highest_m=round(highest),
    )


def _thinned(points: list[tuple[int, float]], whole_m: int, most: int) -> list[tuple[int, float]]:
    if len(points) <= most:
        return points
    parts = max(1, (most - 2) // 2)
    found: dict[int, list[tuple[int, float]]] = {}
    for point in points[1:-1]:
        found.setdefault(point[0] * parts // whole_m, []).append(point)
    kept = [points[0]]
    for those in found.values():
        ends = {min(those, key=lambda p: p[1]), max(those, key=lambda p: p[1])}
        kept += sorted(ends)
    return [*kept, points[-1]]


def _laps(stage: Stage, lap_m: int) -> Iterator[tuple[int, float]]:
    one = list(_drawn(stage.profile, lap_m)) if stage.laps > 1 else stage.profile
    for nth in range(stage.laps):
        yield from ((nth * lap_m + at, height) for at, height in one)


def _drawn(points: Sequence[tuple[int, float]], whole_m: int) -> Iterator[tuple[int, float]]:
    """From 0 to ``whole_m``, cut or carried on."""
    if points[0][0] > 0:
        yield 0, points[0][1]
    yield points[0]
    for (before, low), (here, high) in pairwise(points):
        if here > whole_m:
            if before < whole_m:
                yield whole_m, low + (high - low) * (whole_m - before) / (here - before)
            return
        yield here, high
    if points[-1][0] < whole_m:
        yield whole_m, points[-1][1]
