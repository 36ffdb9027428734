"""What of the time between start and finish counts (Rules 4.7, 4.8).

An entry's clock is the time since its start, without what is neutral on the way, and with what it
should have waited for where leaving early counts as the earliest time. It is what results are made
of, and what elapsed cut-offs test; times of day stay what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from timing.core.courses import Course, Point
from timing.core.days import StageDay
from timing.core.definition import Early, TooEarly
from timing.core.records import Passing
from timing.core.times import Duration, Instant


class CorrectionKind(StrEnum):
    """Why a clock is not simply the time since the start."""

    NEUTRAL = "neutral"
    REST = "rest"
    EARLIEST = "earliest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One reason, with what it ``adds`` to the clock (less than nothing where NEUTRAL).

    ``since`` and ``until`` are ordinals of points, the same for EARLIEST. For REST and EARLIEST
    ``by`` is how much too early it was; ``penalty`` is what that costs instead of adding to the
    clock, and it is in doubt unless it ``is_sure``, beyond what the records may be off (5.7).
    """

    kind: CorrectionKind
    since: int
    until: int
    adds: Duration = 0
    by: Duration = 0
    penalty: Duration = 0
    is_sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """The corrections of one entry's clock in running order.

    ``uncounted`` is, at each point with a split, by how much the clock is behind the time since
    the start; ``None`` where that cannot be told for want of a split.
    """

    corrections: tuple[Correction, ...]
    uncounted: tuple[Duration | None, ...]


def counting(
    course: Course,
    times: list[Instant | None],
    taken: list[Passing | None],
    start: Instant,
    day: StageDay,
) -> Counting:
    """What counts of an entry's time on a course that has such rules."""
    return _Counter(course, times, taken, start, day).counting()


class _Counter:
    def __init__(
        self,
        course: Course,
        times: list[Instant | None],
        taken: list[Passing | None],
        start: Instant,
        day: StageDay,
    ) -> None:
        self._course = course
        self._times = [start, *times[1:]]
        self._taken = taken
        self._start = start
        self._day = day
        self._waited: Duration = 0
        self._found: list[Correction] = []

    def counting(self) -> Counting:
        uncounted: list[Duration | None] = []
        for point, time in zip(self._course.points, self._times, strict=True):
            if time is None or point.ordinal == 0:
                uncounted.append(0)
                continue
            neutral = self._neutral(point.ordinal, time)
            self._rest(point, time)
            self._earliest(point, time, neutral)
            uncounted.append(None if neutral is None else neutral - self._waited)
        found = sorted(self._found, key=lambda c: (c.until, c.since))
        return Counting(corrections=tuple(found), uncounted=tuple(uncounted))

    def _neutral(self, ordinal: int, time: Instant) -> Duration | None:
        """How much is neutral from the start to a point (Rules 4.7).

        Where a split is missing nothing is neutral, and of a timed section nothing is known.
        """
        total: Duration = 0
        for section in self._course.uncounted:
            if ordinal <= section.since:
                continue
            since = self._times[section.since]
            until = time if ordinal < section.until else self._times[section.until]
            if since is None or until is None:
                if section.is_needed:
                    return None
                continue
            took = until - since
            if section.allowance is not None:
                took = min(took, section.allowance)
            total += took
            if ordinal == section.until:
                self._found.append(
                    Correction(
                        kind=CorrectionKind.NEUTRAL,
                        since=section.since,
                        until=section.until,
                        adds=-took,
                    )
                )
        return total

    def _rest(self, point: Point, time: Instant) -> None:
        """Out before the rest was over; without an in it is not known (Rules 4.8, 4.2)."""
        if point.rest is None or not point.is_out:
            return
        came = self._course.index[point.in_code]
        since = self._times[came]
        if since is not None:
            by = point.rest.least - (time - since)
            self._early(CorrectionKind.REST, came, point, by, point.rest.early)

    def _earliest(self, point: Point, time: Instant, neutral: Duration | None) -> None:
        """Before the earliest permitted time (Rules 4.8)."""
        earliest = point.earliest
        if earliest is None:
            return
        shown = time + self._waited
        if earliest.at is not None:
            by = self._day.scheduled(earliest.at) - shown
        elif earliest.elapsed is not None and neutral is not None:
            by = earliest.elapsed - (shown - self._start - neutral)
        else:
            return
        self._early(CorrectionKind.EARLIEST, point.ordinal, point, by, earliest.early)

    def _early(
        self, kind: CorrectionKind, since: int, point: Point, by: Duration, early: Early
    ) -> None:
        if by <= 0:
            return
        reads = (self._taken[i] for i in {since, point.ordinal})
        is_sure = by > sum(read.uncertainty_ms for read in reads if read is not None)
        counts = early.kind is TooEarly.COUNT
        if counts:
            self._waited += by
        self._found.append(
            Correction(
                kind=kind,
                since=since,
                until=point.ordinal,
                by=by,
                adds=by if counts else 0,
                penalty=0 if counts else early.penalty,
                is_sure=counts or is_sure,
            )
        )
