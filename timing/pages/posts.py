"""What a station calls the places it records at (Rules 4.9).

At a place that is passed more than once nobody there needs to know for which time: the station
names the place, and the engine finds the control.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace

from timing.core.book import RaceBook
from timing.core.courses import Point, course_of, stages_of
from timing.core.definition import Source, Stage
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


def stage_places(book: RaceBook, stage: Stage, controls: Collection[str]) -> dict[str, Place]:
    """The places of a stage that a station bound to ``controls`` may name, in running order.

    Where divisions run different courses, the longest of them numbers the places.
    """
    known = {
        code: place
        for division in _divisions(book, stage.number)
        for code, place in places_of_post(book.course(stage.number, division), controls).items()
    }
    whole = course_of(replace(stage, courses=()), "").points
    return {code: known[code] for code in places_of_post(whole, controls) if code in known}


def _divisions(book: RaceBook, number: int) -> tuple[str, ...]:
    """Those that run the stage, the one with the longest course last."""
    codes = [d.code for d in book.race.divisions] or [""]
    runs = [code for code in codes if number in stages_of(book.race, code)]
    return tuple(sorted(runs, key=lambda code: len(book.course(number, code))))


def current_stage(book: RaceBook) -> int:
    """The stage a station is at by itself: under way, else to come, else the last; 0 for none."""
    coming = (n for n in book.stages if not book.has_begun(n))
    return book.running_stage or next(coming, 0) or book.last_stage


def source_at(*, is_line: bool, is_backup: bool) -> Source:
    """Which source a post's times are of (Rules 4.3).

    On a line stands its crew; who backs it up there comes behind it, fills its gaps, and stands
    where it is far later. At a checkpoint both are volunteers, and the earlier counts.
    """
    return Source.LINE_CREW if is_line and not is_backup else Source.CHECKPOINT


def _names(point: Point, *, is_shared: bool) -> Iterator[str]:
    if is_shared:
        yield point.place + point.way
    if point.lap:
        yield point.base + point.way
    yield point.code


def _said(name: str) -> set[str]:
    """With in and out, and without."""
    return {name, name.split(".", maxsplit=1)[0]}
