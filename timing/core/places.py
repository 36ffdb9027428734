"""A station reads a place: each passing there goes to the next open control (Rules 4.9).

The answer depends on the set of reads, never on the order in which they arrived. Reads of a
place that follow each other by less than its gap are one passing of it. In the order of time,
each passing is of the first control there that lies behind the one before it; where reads
contradict each other, as few passings as possible are left without a control.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from timing.core.days import NoSuchTime
from timing.core.definition import Source
from timing.core.problems import ProblemCode
from timing.core.records import Passing
from timing.core.results import UnusedReason
from timing.core.sifting import Dated, Sifting
from timing.core.times import Instant

Candidates = list[list[Passing] | None]
"""The reads of each point, by its ordinal."""


@dataclass(slots=True)
class _Passage:
    """One passing of a place, or of a control that is passed once, by whatever read it.

    ``since`` and ``until`` are its first and last read; ``targets`` are the ordinals that it may
    be of, in running order.
    """

    since: Instant
    until: Instant
    targets: tuple[int, ...]
    reads: list[Passing] = field(default_factory=list)


def allot(sifting: Sifting, passings: Sequence[Passing]) -> Candidates:
    """The reads of each point; ``passings`` name points and places of the course."""
    found: Candidates = [None] * len(sifting.course.points)
    dated, undated = _dated(sifting, passings)
    for passing in undated:
        _put(found, _targets(sifting, passing)[0], [passing])
    rest = list(_after_the_start(sifting, _passages(sifting, dated), found))
    for passage, target in zip(rest, _in_running_order(rest), strict=True):
        if target is not None:
            _put(found, target, passage.reads)
        elif len(passage.targets) == 1:
            # It names one control and none other: read there, and found out of order.
            _put(found, passage.targets[0], passage.reads)
        else:
            for passing in passage.reads:
                _leave(sifting, passing, passage.since)
    return found


def _put(found: Candidates, ordinal: int, reads: Sequence[Passing]) -> None:
    found[ordinal] = [*(found[ordinal] or ()), *reads]


def _leave(sifting: Sifting, passing: Passing, since: Instant) -> None:
    if passing.control in sifting.course.beyond:
        sifting.leave(passing, UnusedReason.BEYOND_RESULT, None, since)
        return
    # A chip line goes on reading who has finished and walks about.
    code = None if passing.source is Source.CHIP else ProblemCode.NO_OPEN_CONTROL
    sifting.leave(passing, UnusedReason.NO_OPEN_CONTROL, code, since)


def _targets(sifting: Sifting, passing: Passing) -> tuple[int, ...]:
    course = sifting.course
    return course.repeats.get(passing.control) or (course.index[passing.control],)


def _dated(sifting: Sifting, passings: Sequence[Passing]) -> tuple[list[Dated], list[Passing]]:
    """The reads in the order of time, and those whose time does not exist.

    A time of day without a date is the first one from the start on: at a control that only one
    code names, from the controls before it on.
    """
    clock = sifting.clock
    begun = clock.reference if clock.start is None else clock.start
    dated: list[Dated] = []
    undated: list[Passing] = []
    reached = begun
    here: tuple[int, Instant] = (0, begun)
    for passing in sorted(passings, key=lambda p: (_targets(sifting, p), p.id)):
        targets = _targets(sifting, passing)
        is_alone = len(targets) == 1
        if is_alone and targets[0] != here[0]:
            reached = max(reached, here[1])
        try:
            instant = _instant(sifting, passing, reached if is_alone else begun, targets)
        except NoSuchTime:
            undated.append(passing)
            continue
        if is_alone:
            first = here[1] if targets[0] == here[0] else instant
            here = (targets[0], min(first, instant))
        dated.append((instant, passing))
    dated.sort(key=lambda d: (d[0], d[1].id))
    return dated, undated


def _instant(
    sifting: Sifting, passing: Passing, previous: Instant, targets: tuple[int, ...]
) -> Instant:
    time = passing.time
    if isinstance(time, int):
        return time
    if time.day is not None:
        return sifting.day.at(time)
    if targets == (0,):
        return sifting.day.nearest(time.ms, sifting.clock.reference)
    return sifting.day.not_before(time.ms, previous)


def _passages(sifting: Sifting, dated: Sequence[Dated]) -> list[_Passage]:
    """The reads put together, in the order of time.

    A place goes on being passed while it is read again within its gap; a control that is at no
    such place has one passage, at its earliest read of the best source.
    """
    course = sifting.course
    found: list[_Passage] = []
    alone: dict[int, _Passage] = {}
    latest: dict[str, list[_Passage]] = {}
    for instant, passing in dated:
        targets = _targets(sifting, passing)
        place = course.points[targets[0]].place
        gap = course.gaps.get(place)
        if gap is None:
            known = alone.get(targets[0])
            if known is None:
                known = alone[targets[0]] = _Passage(instant, instant, targets)
                found.append(known)
            elif _is_better(sifting, passing, known):
                known.since = instant
            known.reads.append(passing)
            continue
        open_ones = [p for p in latest.get(place, ()) if instant - p.until < gap]
        shared = next((p for p in open_ones if not set(targets).isdisjoint(p.targets)), None)
        if shared is None:
            shared = _Passage(instant, instant, targets)
            found.append(shared)
            open_ones.append(shared)
        shared.until = instant
        shared.targets = tuple(t for t in shared.targets if t in targets)
        shared.reads.append(passing)
        latest[place] = open_ones
    found.sort(key=lambda p: (p.since, p.targets, p.reads[0].id))
    return found


def _is_better(sifting: Sifting, passing: Passing, known: _Passage) -> bool:
    point = sifting.course.points[known.targets[0]]
    best = min(sifting.priority(read, point) for read in known.reads)
    return sifting.priority(passing, point) < best


def _after_the_start(
    sifting: Sifting, passages: Sequence[_Passage], found: Candidates
) -> Iterator[_Passage]:
    """Give the start its reads, and yield the passages that come after it.

    Where the start is a place that is passed again, its passages before the gun are the start's,
    and the first one after it up to the tolerance; in a window the first one is (Rules 4.3, 3.7).
    """
    clock = sifting.clock
    has_started = False
    for passage in passages:
        if passage.targets[0] != 0:
            yield passage
        elif passage.targets == (0,):
            _put(found, 0, passage.reads)
            has_started = has_started or clock.opens is not None or passage.since >= clock.reference
        elif has_started or (
            clock.opens is None and passage.since > clock.reference + clock.tolerance
        ):
            passage.targets = passage.targets[1:]
            yield passage
        else:
            _put(found, 0, passage.reads)
            has_started = clock.opens is not None or passage.until >= clock.reference


def _in_running_order(passages: Sequence[_Passage]) -> list[int | None]:
    """The ordinal that each passage, in the order of time, is of; None for those left over."""
    targets = _one_after_the_other(passages)
    placed = sum(target is not None for target in targets)
    rooms: dict[tuple[int, ...], int] = {}
    for passage in passages:
        rooms[passage.targets] = rooms.get(passage.targets, 0) + 1
    most = sum(min(len(those), count) for those, count in rooms.items())
    return targets if placed == most else _longest(passages)


def _one_after_the_other(passages: Sequence[_Passage]) -> list[int | None]:
    """Each to the next open control: right as long as no read contradicts another."""
    last = 0
    targets: list[int | None] = []
    for passage in passages:
        position = bisect_right(passage.targets, last)
        if position == len(passage.targets):
            targets.append(None)
        else:
            last = passage.targets[position]
            targets.append(last)
    return targets


@dataclass(frozen=True, slots=True)
class _Step:
    """A passage taken as of ``target``, after the steps ``before`` it."""

    passage: int
    target: int
    before: _Step | None


def _longest(passages: Sequence[_Passage]) -> list[int | None]:
    """As many passages in running order as there can be: a longest increasing subsequence."""
    ends: list[_Step] = []
    for number, passage in enumerate(passages):
        # From the last control to the first, so that no passage follows itself.
        for target in reversed(passage.targets):
            length = bisect_left(ends, target, key=lambda step: step.target)
            step = _Step(number, target, ends[length - 1] if length else None)
            ends[length : length + 1] = [step]
    targets: list[int | None] = [None] * len(passages)
    step_or_none = ends[-1] if ends else None
    while step_or_none is not None:
        targets[step_or_none.passage] = step_or_none.target
        step_or_none = step_or_none.before
    return targets
