"""Where an entry stands at each point of a stage and on each leg, in the field and in parts of it.

Ranks go by the clock as the order at a control does (racefile, Who is ranked): equals share one.
A leg is the way between neighbouring points; who has a split at both is ranked on it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from timing.core.courses import Course, Point
from timing.core.stage_book import StageBook
from timing.core.times import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A rank among ``of`` who were timed, and in each group asked for: None where outside it."""

    rank: int
    of: int
    within: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRank:
    """An entry at a point of its course, and on the leg that led there.

    ``elapsed`` is what its clock shows, ``leg_time`` what it took since the point before; both
    None, as the ranks are, where a split is missing. ``climb_m`` is that of the leg, where known.
    """

    point: Point
    elapsed: Duration | None
    at: Ranked | None
    leg_m: int
    climb_m: int | None
    leg_time: Duration | None
    leg: Ranked | None


def passage_ranks(
    book: StageBook, entry_id: str, groups: Sequence[Collection[str]] = ()
) -> tuple[PassageRank, ...]:
    """The points of an entry's course behind the start, in running order.

    ``groups`` are parts of the field, by entry ids. Everybody of the division counts who passed,
    whatever became of them. Empty for whoever does not run the stage.
    """
    state = book.state
    row = state.rows.get(entry_id) if state is not None else None
    if state is None or row is None:
        return ()
    course = book.courses.of(row.entry)
    clocks = {
        other_id: _clock(book, other_id, course, book.courses.of(other.entry))
        for other_id, other in state.rows.items()
        if other.entry.division == row.entry.division and other_id in book.facts
    }
    own = clocks.get(entry_id)
    found = []
    for before, point in zip(course.points, course.points[1:], strict=False):
        here = {i: t for i, c in clocks.items() if (t := c.elapsed[point.ordinal]) is not None}
        legs = {i: t for i, c in clocks.items() if (t := c.legs[point.ordinal]) is not None}
        found.append(
            PassageRank(
                point=point,
                elapsed=None if own is None else own.elapsed[point.ordinal],
                at=_ranked(here, entry_id, groups),
                leg_m=point.distance_m - before.distance_m,
                climb_m=_climb(before, point),
                leg_time=None if own is None else own.legs[point.ordinal],
                leg=_ranked(legs, entry_id, groups),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Clock:
    """What an entry's clock showed, along the points of somebody's course."""

    elapsed: Sequence[Duration | None]
    legs: Sequence[Duration | None]


def _clock(book: StageBook, entry_id: str, course: Course, own: Course) -> _Clock:
    facts = book.facts[entry_id]
    # At its start every clock shows nothing, whether it was read there or not.
    known = [0 if facts.start is not None else None]
    known += [facts.elapsed(point.ordinal) for point in own.points[1:]]
    if own is course:
        return _Clock(known, [None, *map(_between, known, known[1:])])
    elapsed: list[Duration | None] = []
    legs: list[Duration | None] = []
    for point in course.points:
        nth = own.index.get(point.code)
        elapsed.append(None if nth is None else known[nth])
        is_same = bool(nth and point.ordinal) and _is_same_leg(course, own, point.ordinal, nth or 0)
        legs.append(_between(known[nth - 1], known[nth]) if nth and is_same else None)
    return _Clock(elapsed, legs)


def _between(first: Duration | None, second: Duration | None) -> Duration | None:
    return None if first is None or second is None else second - first


def _is_same_leg(course: Course, own: Course, nth: int, own_nth: int) -> bool:
    """Whether two courses come to a point the same way: re-routed ones may not (Rules 2.4)."""
    one, other = course.points[nth - 1 : nth + 1], own.points[own_nth - 1 : own_nth + 1]
    return one[0].code == other[0].code and (
        one[1].distance_m - one[0].distance_m == other[1].distance_m - other[0].distance_m
    )


def _climb(before: Point, point: Point) -> int | None:
    lower, upper = before.climbed_m, point.climbed_m
    return None if lower is None or upper is None or upper < lower else upper - lower


def _ranked(
    times: dict[str, Duration], entry_id: str, groups: Sequence[Collection[str]]
) -> Ranked | None:
    own = times.get(entry_id)
    if own is None:
        return None
    faster = [other_id for other_id, time in times.items() if time < own]
    return Ranked(
        rank=1 + len(faster),
        of=len(times),
        within=tuple(
            1 + sum(other_id in group for other_id in faster) if entry_id in group else None
            for group in groups
        ),
    )
