"""What a station calls the places it records at (Rules 4.9).

At a place that is passed more than once nobody there needs to know for which time: the station
names the place, and the engine finds the control.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace

from timing.core.courses import Point
from timing.pages.marks import Place, places


def places_of_post(points: tuple[Point, ...], controls: Collection[str]) -> dict[str, Place]:
    """The places of a course that a station bound to ``controls`` may name, by what it says.

    It may name all of them where it is bound to none. A place passed more than once is shown as
    where it comes first.
    """
    shared = Counter(point.place for point in points if point.place)
    found: dict[str, Place] = {}
    for point, place in zip(points, places(points), strict=True):
        names = _names(point, is_shared=shared[point.place] > 1)
        name = next((n for n in names if not controls or not _said(n).isdisjoint(controls)), "")
        if name == point.code:
            found[name] = place
        elif name:
            label = point.name or name.removesuffix(point.way)
            way = f" {point.way[1:]}" if point.way else ""
            found.setdefault(name, replace(place, code=name, name=label + way, short=label + way))
    return found


def _names(point: Point, *, is_shared: bool) -> Iterator[str]:
    if is_shared:
        yield point.place + point.way
    if point.lap:
        yield point.base + point.way
    yield point.code


def _said(name: str) -> set[str]:
    """With in and out, and without."""
    return {name, name.split(".", maxsplit=1)[0]}
