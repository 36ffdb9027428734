"""Courses from GPX files: how far, how much uphill, and the line that pages draw.

How far: great circles between the points, on a sphere. How much uphill: a height counts only once
it is `HYSTERESIS_M` above the lowest point since the last descent that was as deep, so that the
unrest of a receiver or a barometer is no climb. The line that is drawn keeps the highest and lowest
of each of `PARTS` equal parts of the way, and of those the `MOST_POINTS` that shape it most.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import gpxpy
from gpxpy.gpx import GPX, GPXException

from timing.importers.reads import BadFile

MOST_BYTES = 12_000_000
MOST_TRACK_POINTS = 100_000
MOST_WAYPOINTS = 100
_MOST_SEARCHED = 20_000
MOST_POINTS = 200
"""Points of the line that is drawn."""

PARTS = 2_000

HYSTERESIS_M = 5.0
"""Metres that a height has to differ by before it counts."""

EARTH_M = 6_371_009.0
"""The mean radius of the Earth."""

_LOWEST_M, _HIGHEST_M = -500.0, 9_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GpxWaypoint:
    """A named point of a file: how far along the course the nearest point is, how far off it."""

    name: str
    along_m: int
    off_m: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GpxCourse:
    """What a file says of a course; ``profile`` pairs metres along with metres above the sea.

    Without heights there is no ``profile``, and ``ascent_m`` is None.
    """

    distance_m: int
    ascent_m: int | None
    profile: tuple[tuple[int, int], ...]
    waypoints: tuple[GpxWaypoint, ...] = ()


def read_gpx(content: bytes) -> GpxCourse:
    """The course in a GPX file: its tracks one after the other, or its routes; BadFile."""
    gpx = _parsed(content)
    points = _points(gpx)
    if len(points) < 2:
        raise BadFile("it has no track and no route of two points or more")
    if len(points) > MOST_TRACK_POINTS:
        raise BadFile(f"it has more than {MOST_TRACK_POINTS:,} points")
    along = [0.0]
    for before, here in pairwise(points):
        along.append(along[-1] + distance(before[:2], here[:2]))
    distance_m = round(along[-1])
    if not distance_m:
        raise BadFile("all its points are at the same place")
    waypoints = tuple(_waypoints(gpx, points, along))
    heights = _heights([height for _, _, height in points], along)
    if heights is None:
        return GpxCourse(distance_m=distance_m, ascent_m=None, profile=(), waypoints=waypoints)
    return GpxCourse(
        distance_m=distance_m,
        ascent_m=round(climb(heights)),
        profile=_whole(thinned(_extremes(list(zip(along, heights, strict=True))))),
        waypoints=waypoints,
    )


def _waypoints(
    gpx: GPX, points: Sequence[tuple[float, float, float | None]], along: Sequence[float]
) -> Iterator[GpxWaypoint]:
    """The file's first named waypoints, each at the nearest point of the course."""
    step = len(points) // _MOST_SEARCHED + 1
    searched = range(0, len(points), step)
    named = [(w, name) for w in gpx.waypoints if (name := " ".join((w.name or "").split()))]
    for waypoint, name in named[:MOST_WAYPOINTS]:
        lat, lon = waypoint.latitude, waypoint.longitude
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            continue
        # On a plane: among points so near to each other the order is the same as on the globe.
        narrow = math.cos(math.radians(lat)) ** 2
        nearest = min(
            searched,
            key=lambda n: (points[n][0] - lat) ** 2 + narrow * (points[n][1] - lon) ** 2,
        )
        yield GpxWaypoint(
            name=name[:100],
            along_m=round(along[nearest]),
            off_m=round(distance((lat, lon), points[nearest][:2])),
        )


def _parsed(content: bytes) -> GPX:
    if len(content) > MOST_BYTES:
        raise BadFile(f"it has more than {MOST_BYTES // 1_000_000} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile("it is not in UTF-8") from None
    # Entities that are declared in a file can blow it up to any size, or read other files.
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise BadFile("it has a DOCTYPE, which GPX needs not: save it without")
    try:
        return gpxpy.parse(text)
    except (GPXException, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadFile("it is no GPX file that can be read") from error


def _points(gpx: GPX) -> list[tuple[float, float, float | None]]:
    tracks = [
        (point.latitude, point.longitude, point.elevation)
        for track in gpx.tracks
        for segment in track.segments
        for point in segment.points
    ]
    points = tracks or [
        (point.latitude, point.longitude, point.elevation)
        for route in gpx.routes
        for point in route.points
    ]
    for latitude, longitude, _ in points:
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # nan is refused too
            raise BadFile("a point of it is nowhere on Earth")
    return points


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres along the great circle between two points, each a latitude and a longitude."""
    (lat, lon), (other_lat, other_lon) = (tuple(map(math.radians, p)) for p in (one, other))
    part = (
        math.sin((other_lat - lat) / 2) ** 2
        + math.cos(lat) * math.cos(other_lat) * math.sin((other_lon - lon) / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, part)))


def climb(heights: Sequence[float], hysteresis: float = HYSTERESIS_M) -> float:
    """Metres uphill; ups and downs smaller than ``hysteresis`` are not counted."""
    total, low, high = 0.0, heights[0], heights[0]
    is_rising = False
    for height in heights:
        if is_rising:
            high = max(high, height)
            if high - height >= hysteresis:
                total += high - low
                low, is_rising = height, False
        else:
            low = min(low, height)
            if height - low >= hysteresis:
                high, is_rising = height, True
    return total + (high - low if is_rising else 0.0)


def _heights(given: Sequence[float | None], along: Sequence[float]) -> list[float] | None:
    """A height at every point, between those that have one in proportion to the way."""
    known = [
        (along[index], height)
        for index, height in enumerate(given)
        if height is not None and _LOWEST_M <= height <= _HIGHEST_M
    ]
    if len(known) < 2:
        return None
    return list(_between(known, along))


def _between(known: Sequence[tuple[float, float]], along: Sequence[float]) -> Iterator[float]:
    index = 0
    for at in along:
        while index < len(known) - 2 and known[index + 1][0] < at:
            index += 1
        (start, low), (end, high) = known[index], known[index + 1]
        share = 0.0 if end <= start else min(1.0, max(0.0, (at - start) / (end - start)))
        yield low + share * (high - low)


def _extremes(line: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The ends of a line, and the lowest and highest of each equal part of the way."""
    length = line[-1][0] / PARTS
    lowest: dict[int, int] = {}
    highest: dict[int, int] = {}
    for index, (at, height) in enumerate(line):
        part = int(at / length)
        if part not in lowest or height < line[lowest[part]][1]:
            lowest[part] = index
        if part not in highest or height > line[highest[part]][1]:
            highest[part] = index
    kept = {0, len(line) - 1, *lowest.values(), *highest.values()}
    return [line[index] for index in sorted(kept)]


def thinned(
    line: Sequence[tuple[float, float]], most: int = MOST_POINTS
) -> list[tuple[float, float]]:
    """At most ``most`` points of a line: always the one furthest off in height is added next."""
    kept = {0, len(line) - 1}
    waiting: list[tuple[float, int, int, int]] = []

    def wait(first: int, last: int) -> None:
        if last - first > 1:
            off, index = max(
                (abs(line[n][1] - _on(line[first], line[last], line[n][0])), -n)
                for n in range(first + 1, last)
            )
            heapq.heappush(waiting, (-off, first, -index, last))

    wait(0, len(line) - 1)
    while waiting and len(kept) < most:
        off, first, index, last = heapq.heappop(waiting)
        if -off < 0.5:  # less than what is written
            break
        kept.add(index)
        wait(first, index)
        wait(index, last)
    return [line[index] for index in sorted(kept)]


def _on(start: tuple[float, float], end: tuple[float, float], at: float) -> float:
    if end[0] <= start[0]:
        return start[1]
    return start[1] + (at - start[0]) / (end[0] - start[0]) * (end[1] - start[1])


def _whole(line: Sequence[tuple[float, float]]) -> tuple[tuple[int, int], ...]:
    """In whole metres, each point after the one before."""
    found: list[tuple[int, int]] = []
    for at, height in line:
        if not found or round(at) > found[-1][0]:
            found.append((round(at), round(height)))
    return tuple(found)
