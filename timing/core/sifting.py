"""One entry's passings on one stage while they are read: dated, weighed, taken or left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from timing.core.courses import Course, Point
from timing.core.days import NoSuchTime, StageDay
from timing.core.definition import MAX_STAGE_SPAN, Source
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Passing
from timing.core.results import Unused, UnusedReason
from timing.core.starts import Clock
from timing.core.times import Instant, TimeOfDay

PRIORITY = {source: rank for rank, source in enumerate(Source)}

Dated: TypeAlias = tuple[Instant, Passing]
"""A passing and its instant."""


@dataclass(slots=True, kw_only=True)
class Sifting:
    """What passings are read with, and in ``unused`` and ``problems`` what came of it.

    ``confirmed`` holds ids of passings that a person declared right (Rules 4.5).
    """

    course: Course
    clock: Clock
    day: StageDay
    bib: str
    stage: int
    confirmed: frozenset[str]
    unused: list[Unused] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def dated(
        self, passings: Iterable[Passing], previous: Instant, *, at_start: bool
    ) -> list[Dated]:
        """The passings that have an instant, in order; a time of day is the one that fits.

        ``previous`` is what came before, at the start the instant it is near.
        """
        dated = []
        for passing in passings:
            try:
                instant = self._instant(passing.time, previous, at_start=at_start)
            except NoSuchTime:
                code = ProblemCode.TIME_DOES_NOT_EXIST
                self.leave(passing, UnusedReason.NO_SUCH_TIME, code)
                continue
            if abs(instant - self.day.midnight) > MAX_STAGE_SPAN:
                code = ProblemCode.TIME_FAR_AWAY
                self.leave(passing, UnusedReason.FAR_AWAY, code, instant)
                continue
            if isinstance(passing.time, TimeOfDay) and self.day.is_ambiguous(
                instant, passing.time.ms
            ):
                self.problem(ProblemCode.TIME_AMBIGUOUS, passing)
            dated.append((instant, passing))
        dated.sort(key=lambda d: (d[0], d[1].id))
        return dated

    def _instant(self, time: int | TimeOfDay, previous: Instant, *, at_start: bool) -> Instant:
        if isinstance(time, int):
            return time
        if time.day is not None:
            return self.day.at(time) if at_start else self.day.fitting(time, previous)
        if at_start:
            return self.day.nearest(time.ms, previous)
        return self.day.not_before(time.ms, previous)

    def priority(self, passing: Passing, point: Point) -> int:
        """Confirmed first, then the control's official source, then the usual order (4.3)."""
        if passing.id in self.confirmed:
            return -2
        if passing.source is point.source:
            return -1
        return PRIORITY[passing.source]

    def problem(self, code: ProblemCode, passing: Passing) -> None:
        """Ask about a passing, unless somebody confirmed it."""
        if passing.id in self.confirmed:
            return
        self.problems.append(
            Problem(
                code=code,
                stage=self.stage,
                control=passing.control,
                bib=self.bib,
                records=(passing.id,),
            )
        )

    def leave(
        self,
        passing: Passing,
        reason: UnusedReason,
        code: ProblemCode | None = None,
        time: Instant | None = None,
    ) -> None:
        """Take a passing for no split, with a problem if ``code`` names one."""
        self.unused.append(
            Unused(record=passing.id, control=passing.control, reason=reason, time=time)
        )
        if code is not None:
            self.problem(code, passing)
