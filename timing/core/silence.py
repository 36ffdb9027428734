"""A station gone silent, told apart from runners who are missing (Rules 11.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from timing.core.courses import Point
from timing.core.forecasts import Expected
from timing.core.splits import Facts
from timing.core.times import MINUTE, Duration, Instant

SILENT_RUNNERS = 3
"""So many runners who should have come through since the last one recorded make a silence."""

_GRACE: Duration = 15 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentStation:
    """No record at a point since ``since``, though runners must have come through.

    It ``is_sure`` where some of them were seen further on. Where nobody was, the runners may
    as well be in trouble: then both are told.
    """

    since: Instant
    is_sure: bool


def silent_stations(
    runners: Iterable[tuple[Sequence[Point], Facts | None, Sequence[Expected]]], at: Instant
) -> dict[str, SilentStation]:
    """The points where nobody was recorded since, by code.

    For each runner: the points of the course, what is known, and what is expected ahead.
    """
    recorded: dict[str, Instant] = {}
    unseen: dict[str, list[Instant]] = {}
    awaited: dict[str, list[Instant]] = {}
    for points, facts, ahead in runners:
        # Of who has not come, only the first point ahead tells anything.
        for expected in ahead[:1]:
            if expected.is_mandatory and max(expected.latest, expected.time + _GRACE) <= at:
                awaited.setdefault(expected.point, []).append(expected.time)
        if facts is None:
            continue
        known = [(p, t) for p, t in zip(points, facts.times, strict=False) if t is not None]
        for point, time in known:
            recorded[point.code] = max(time, recorded.get(point.code, time))
        for (first, left), (second, came) in pairwise(known):
            for point in points[first.ordinal + 1 : second.ordinal]:
                if point.mandatory:
                    # Seen before and behind: it was between those two, about in proportion.
                    way = max(1, second.distance_m - first.distance_m)
                    share = (point.distance_m - first.distance_m) / way
                    passed = left + round((came - left) * share)
                    unseen.setdefault(point.code, []).append(passed)
    found: dict[str, SilentStation] = {}
    for code in unseen.keys() | awaited.keys():
        last = recorded.get(code, 0)
        later = [t for t in unseen.get(code, ()) if t > last]
        missing = [t for t in awaited.get(code, ()) if t > last]
        if len(later) + len(missing) >= SILENT_RUNNERS:
            since = last or min((*later, *missing))
            found[code] = SilentStation(since=since, is_sure=bool(later))
    return found
