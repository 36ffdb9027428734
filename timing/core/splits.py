"""From passings to splits: one accepted time per entry and control (Rules 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from timing.core.courses import Course, Point
from timing.core.days import OUT_OF_ORDER_WINDOW, NoSuchTime, StageDay
from timing.core.definition import MAX_STAGE_SPAN, Basis, EarlyKind, Source
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Passing
from timing.core.results import Unused, UnusedReason
from timing.core.starts import Clock
from timing.core.times import DAY, HOUR, MINUTE, SECOND, Duration, Instant, TimeOfDay

SAME_DEPARTURE: Duration = 60 * SECOND
"""Start reads within so much of each other are one departure (Rules 3.7)."""

MAIN_LATER_BY: Duration = 30 * SECOND
"""A backup stands where the main source is later by more (Rules 4.3)."""

FINISH_TOLERANCE: Duration = 2 * SECOND
ELSEWHERE_TOLERANCE: Duration = MINUTE
"""Equal kinds of source that differ by more are a problem (Rules 4.3)."""

PRIORITY = {source: rank for rank, source in enumerate(Source)}

_DECIDED = frozenset({Source.DIRECTOR, Source.PHOTO})
_NO_BACKUP = frozenset({Source.GPS, Source.ESTIMATE})


@dataclass(slots=True)
class Facts:
    """What the passings of one entry on one stage say, before any limit or decision.

    ``times`` and ``taken`` run along the course's points, ``None`` where there is no split;
    ``start`` is when the clock started; ``raw`` is finish minus start; ``last`` is the index of
    the furthest point reached, -1 for none. ``rivals`` are times that another kind of source
    gave, as (index of the point, instant, record): they matter only where they would change
    something.
    """

    times: list[Instant | None]
    taken: list[Passing | None]
    start: Instant | None = None
    raw: Duration | None = None
    last: int = -1
    early_penalty: Duration = 0
    unused: tuple[Unused, ...] = ()
    problems: tuple[Problem, ...] = ()
    rivals: tuple[tuple[int, Instant, str], ...] = ()

    @property
    def finish(self) -> Instant | None:
        """The split at the last point."""
        return self.times[-1]

    @property
    def start_uncertainty(self) -> Duration:
        """How far off the clock's start may be: that of the own start read, if it counts."""
        read = self.taken[0]
        return read.uncertainty_ms if read is not None and self.start == self.times[0] else 0


def read_splits(
    passings: Sequence[Passing],
    *,
    course: Course,
    clock: Clock,
    day: StageDay,
    bib: str,
    stage: int,
    confirmed: frozenset[str] = frozenset(),
) -> Facts:
    """Accept one split per point from an entry's passings of one stage, in any order.

    ``confirmed`` holds ids of passings that a person declared right: they are taken before any
    other and never listed (Rules 4.5).
    """
    reader = _Reader(course=course, clock=clock, day=day, bib=bib, stage=stage, confirmed=confirmed)
    return reader.read(passings)


class _Reader:
    """One reading of one entry's passings; collects what was left out, and why."""

    def __init__(
        self,
        *,
        course: Course,
        clock: Clock,
        day: StageDay,
        bib: str,
        stage: int,
        confirmed: frozenset[str],
    ) -> None:
        self._course = course
        self._clock = clock
        self._day = day
        self._bib = bib
        self._stage = stage
        self._confirmed = confirmed
        self._unused: list[Unused] = []
        self._problems: list[Problem] = []

    def read(self, passings: Sequence[Passing]) -> Facts:
        points = self._course.points
        count = len(points)
        candidates = self._by_point(passings)
        times: list[Instant | None] = [None] * count
        taken: list[Passing | None] = [None] * count
        facts = Facts(times=times, taken=taken)
        if (starts := candidates[0]) is not None:
            self._read_start(starts, facts)
        self._start_clock(facts)
        previous = self._first_limit(facts)
        # The common case, one read whose date is plain addition, is handled in this loop.
        midnight = self._day.midnight if self._day.is_regular else None
        latest = self._day.midnight + MAX_STAGE_SPAN
        confirmed = self._confirmed
        for i in range(1, count):
            found = candidates[i]
            if found is None:
                continue
            if len(found) == 1:
                passing = found[0]
                time = passing.time
                if type(time) is int:
                    instant = time
                elif midnight is not None and time.day is None:  # type: ignore[union-attr]
                    ahead = midnight + time.ms - previous  # type: ignore[union-attr]
                    instant = previous + ahead % DAY
                else:
                    instant = -1
                is_plain = 0 <= instant - previous < DAY - OUT_OF_ORDER_WINDOW
                if is_plain and instant <= latest and passing.id not in confirmed:
                    times[i] = previous = instant
                    taken[i] = passing
                    facts.last = i
                    continue
            accepted = self._accept(points[i], found, facts, previous)
            if accepted is not None:
                times[i], taken[i] = accepted
                previous = max(previous, accepted[0])
                facts.last = i
        self._finish(facts)
        facts.unused = tuple(self._unused)
        facts.problems = tuple(self._problems)
        return facts

    def _by_point(self, passings: Sequence[Passing]) -> list[list[Passing] | None]:
        index = self._course.index
        found: list[list[Passing] | None] = [None] * len(self._course.points)
        for passing in passings:
            i = index.get(passing.control)
            if i is None and passing.control in self._course.beyond:
                self._leave(passing, UnusedReason.BEYOND_RESULT)
            elif i is None:
                self._leave(passing, UnusedReason.NOT_ON_COURSE, ProblemCode.NOT_ON_COURSE)
            elif passing.at_latest:
                self._leave(passing, UnusedReason.AT_LATEST)
            elif (here := found[i]) is None:
                found[i] = [passing]
            else:
                here.append(passing)
        return found

    # -- the start -----------------------------------------------------------------------

    def _read_start(self, passings: list[Passing], facts: Facts) -> None:
        if len(passings) == 1 and self._clock.opens is None:
            # The common case again: one read, in time, whose instant is known.
            time = passings[0].time
            reference = self._clock.reference
            if type(time) is int and 0 <= reference + self._clock.tolerance - time < HOUR:
                facts.times[0], facts.taken[0], facts.last = time, passings[0], 0
                return
        dated = self._dated(passings, self._clock.reference, at_start=True)
        if self._clock.opens is None:
            chosen = self._last_before_tolerance(dated)
        else:
            chosen = self._first_departure(dated)
        if chosen is not None:
            facts.times[0], facts.taken[0] = chosen
            facts.last = 0

    def _last_before_tolerance(
        self, dated: list[tuple[Instant, Passing]]
    ) -> tuple[Instant, Passing] | None:
        """The last read up to the tolerance after the gun, of the best source (Rules 4.3)."""
        latest = self._clock.reference + self._clock.tolerance
        usable = [d for d in dated if d[0] <= latest or d[1].id in self._confirmed]
        for instant, passing in dated:
            if (instant, passing) not in usable:
                code = None if usable else self._why_late(instant)
                self._leave(passing, UnusedReason.AFTER_START_TOLERANCE, code, instant)
        if not usable:
            return None
        best = min(self._priority(p, self._course.points[0]) for _, p in usable)
        chosen = max(
            (d for d in usable if self._priority(d[1], self._course.points[0]) == best),
            key=lambda d: (d[0], d[1].id),
        )
        for instant, passing in usable:
            if passing is not chosen[1]:
                self._leave(passing, UnusedReason.EARLIER_START_READ, None, instant)
        return chosen

    def _first_departure(
        self, dated: list[tuple[Instant, Passing]]
    ) -> tuple[Instant, Passing] | None:
        """The last of the reads that follow each other within 60 s from the first (3.7)."""
        opens = self._clock.opens
        usable = []
        for instant, passing in dated:
            is_early = opens is not None and instant < opens
            if is_early and passing.id not in self._confirmed:
                self._problem(ProblemCode.EARLY_START, passing)
                if self._clock.early is EarlyKind.REFUSE:
                    self._leave(passing, UnusedReason.BEFORE_START, None, instant)
                    continue
            usable.append((instant, passing))
        if not usable:
            return None
        departure = [usable[0]]
        for instant, passing in usable[1:]:
            if instant - departure[-1][0] <= SAME_DEPARTURE:
                departure.append((instant, passing))
            else:
                self._leave(
                    passing, UnusedReason.SECOND_DEPARTURE, ProblemCode.SECOND_DEPARTURE, instant
                )
        for instant, passing in departure[:-1]:
            self._leave(passing, UnusedReason.EARLIER_START_READ, None, instant)
        return departure[-1]

    def _start_clock(self, facts: Facts) -> None:
        """Rules 3.2, 3.3: a ruling, then the gun or allocation, then the own start read."""
        clock, own = self._clock, facts.times[0]
        if clock.start is not None:
            facts.start = clock.start
            is_posted = clock.basis is Basis.ALLOCATED and not clock.is_ruled
            if is_posted and own is not None and own < clock.start:
                self._problem(ProblemCode.EARLY_START, facts.taken[0])
        elif clock.basis is Basis.OWN and own is not None:
            facts.start = own
            if clock.opens is not None and own < clock.opens and clock.early is EarlyKind.RESET:
                facts.start = clock.opens
            if clock.opens is not None and own < clock.opens:
                if clock.early is EarlyKind.PENALTY:
                    facts.early_penalty = clock.early_penalty
            elif clock.opens is None and clock.gun is not None and own < clock.gun:
                self._problem(ProblemCode.EARLY_START, facts.taken[0])
            if clock.closes is not None and own > clock.closes:
                # After it closes the clock runs from closing (Rules 3.3).
                facts.start = clock.closes
        if own is not None and self._is_other_wave(own):
            self._problem(ProblemCode.OTHER_WAVE, facts.taken[0])

    def _why_late(self, instant: Instant) -> ProblemCode:
        is_other = self._is_other_wave(instant)
        return ProblemCode.OTHER_WAVE if is_other else ProblemCode.LATE_START_READ

    def _is_other_wave(self, instant: Instant) -> bool:
        """Whether a start read is nearer another wave's gun than one's own (Rules 3.6)."""
        gun = self._clock.gun
        if gun is None:
            return False
        return any(abs(instant - other) < abs(instant - gun) for other in self._clock.other_guns)

    def _first_limit(self, facts: Facts) -> Instant:
        """No split is earlier: the accepted start read and the clock's start, if known."""
        known = [t for t in (facts.times[0], facts.start) if t is not None]
        return max(known) if known else self._clock.reference

    # -- the points after it ---------------------------------------------------------------

    def _accept(
        self, point: Point, passings: list[Passing], facts: Facts, previous: Instant
    ) -> tuple[Instant, Passing] | None:
        dated = self._dated(passings, previous, at_start=False)
        usable = []
        for instant, passing in dated:
            if instant >= previous or passing.id in self._confirmed:
                usable.append((instant, passing))
            else:
                self._leave_early(instant, passing, point, facts)
        if not usable:
            return None
        usable.sort(key=lambda d: (self._priority(d[1], point), d[0], d[1].id))
        chosen = self._main_or_backup(usable)
        for instant, passing in usable:
            if passing is not chosen[1]:
                self._leave_rival(instant, passing, chosen, point)
        self._compare(point, chosen, usable, facts)
        return chosen

    def _main_or_backup(self, usable: list[tuple[Instant, Passing]]) -> tuple[Instant, Passing]:
        """The best source's earliest; a backup where that is over 30 s later (Rules 4.3).

        Readings that are good to a minute only prove a later main read by as much more.
        """
        instant, main = usable[0]
        if main.source in _DECIDED or main.id in self._confirmed:
            return usable[0]
        for other, backup in usable[1:]:
            margin = MAIN_LATER_BY + main.uncertainty_ms + backup.uncertainty_ms
            is_backup = backup.source is not main.source and backup.source not in _NO_BACKUP
            if is_backup and instant - other > margin:
                return other, backup
        return usable[0]

    def _compare(
        self,
        point: Point,
        chosen: tuple[Instant, Passing],
        usable: list[tuple[Instant, Passing]],
        facts: Facts,
    ) -> None:
        is_finish = point.ordinal == len(self._course.points) - 1
        tolerance = FINISH_TOLERANCE if is_finish else ELSEWHERE_TOLERANCE
        instant, main = chosen
        if main.id in self._confirmed:
            return
        rivals: list[tuple[int, Instant, str]] = []
        for other, passing in usable:
            apart = abs(other - instant)
            if passing is main or passing.source in _NO_BACKUP:
                continue
            if passing.source is not main.source:
                if apart:
                    rivals.append((point.ordinal, other, passing.id))
            elif passing.device != main.device:
                if apart > tolerance + main.uncertainty_ms + passing.uncertainty_ms:
                    self._disagreement(ProblemCode.SOURCES_DISAGREE, point, main, passing, apart)
            elif main.source is not Source.CHIP and apart > ELSEWHERE_TOLERANCE:
                # A chip line emits first and last; a person who enters a bib twice erred once.
                self._disagreement(ProblemCode.REPEATED_ENTRY, point, main, passing, apart)
        facts.rivals += tuple(rivals)

    def _disagreement(
        self, code: ProblemCode, point: Point, main: Passing, other: Passing, apart: Duration
    ) -> None:
        self._problems.append(
            Problem(
                code=code,
                stage=self._stage,
                control=point.code,
                bib=self._bib,
                records=(main.id, other.id),
                params=(("apart_ms", apart), ("source", main.source.value)),
            )
        )

    def _leave_rival(
        self,
        instant: Instant,
        passing: Passing,
        chosen: tuple[Instant, Passing],
        point: Point,
    ) -> None:
        if self._priority(passing, point) < self._priority(chosen[1], point):
            reason = UnusedReason.BACKUP_STANDS
        elif passing.source is chosen[1].source:
            reason = UnusedReason.LATER_READ
        else:
            reason = UnusedReason.LOWER_PRIORITY
        self._leave(passing, reason, None, instant)

    def _leave_early(self, instant: Instant, passing: Passing, point: Point, facts: Facts) -> None:
        if facts.start is not None and instant < facts.start:
            self._leave(passing, UnusedReason.BEFORE_START, ProblemCode.BEFORE_START, instant)
            return
        in_index = self._course.index.get(point.in_code, -1) if point.is_out else -1
        came_in = facts.times[in_index] if in_index >= 0 else None
        is_before_in = came_in is not None and instant < came_in
        code = ProblemCode.OUT_BEFORE_IN if is_before_in else ProblemCode.OUT_OF_ORDER
        self._leave(passing, UnusedReason.OUT_OF_ORDER, code, instant)

    def _finish(self, facts: Facts) -> None:
        points, times = self._course.points, facts.times
        for i in range(1, facts.last):
            if times[i] is None and points[i].mandatory:
                self._problems.append(
                    Problem(
                        code=ProblemCode.MISSED_CONTROL,
                        stage=self._stage,
                        control=points[i].code,
                        bib=self._bib,
                    )
                )
        if (finish := times[-1]) is not None and facts.start is not None:
            facts.raw = finish - facts.start
        elif facts.last > 0 and facts.start is None:
            self._problems.append(
                Problem(
                    code=self._why_no_start(),
                    stage=self._stage,
                    control=points[0].code,
                    bib=self._bib,
                )
            )

    def _why_no_start(self) -> ProblemCode:
        if self._clock.basis is not Basis.ALLOCATED:
            return ProblemCode.NO_START
        in_no_wave = self._clock.gun is None
        return ProblemCode.NO_WAVE if in_no_wave else ProblemCode.NO_ALLOCATED_START

    # -- dating and listing ------------------------------------------------------------------

    def _dated(
        self, passings: Iterable[Passing], previous: Instant, *, at_start: bool
    ) -> list[tuple[Instant, Passing]]:
        dated = []
        for passing in passings:
            try:
                instant = self._instant(passing.time, previous, at_start=at_start)
            except NoSuchTime:
                code = ProblemCode.TIME_DOES_NOT_EXIST
                self._leave(passing, UnusedReason.NO_SUCH_TIME, code)
                continue
            if abs(instant - self._day.midnight) > MAX_STAGE_SPAN:
                code = ProblemCode.TIME_FAR_AWAY
                self._leave(passing, UnusedReason.FAR_AWAY, code, instant)
                continue
            if isinstance(passing.time, TimeOfDay) and self._day.is_ambiguous(
                instant, passing.time.ms
            ):
                self._problem(ProblemCode.TIME_AMBIGUOUS, passing)
            dated.append((instant, passing))
        dated.sort(key=lambda d: (d[0], d[1].id))
        return dated

    def _instant(self, time: int | TimeOfDay, previous: Instant, *, at_start: bool) -> Instant:
        if isinstance(time, int):
            return time
        if time.day is not None:
            return self._day.at(time)
        if at_start:
            return self._day.nearest(time.ms, previous)
        return self._day.not_before(time.ms, previous)

    def _priority(self, passing: Passing, point: Point) -> int:
        """Confirmed first, then the control's official source, then the usual order (4.3)."""
        if passing.id in self._confirmed:
            return -2
        if passing.source is point.source:
            return -1
        return PRIORITY[passing.source]

    def _problem(self, code: ProblemCode, passing: Passing | None) -> None:
        if passing is None or passing.id in self._confirmed:
            return
        self._problems.append(
            Problem(
                code=code,
                stage=self._stage,
                control=passing.control,
                bib=self._bib,
                records=(passing.id,),
            )
        )

    def _leave(
        self,
        passing: Passing,
        reason: UnusedReason,
        code: ProblemCode | None = None,
        time: Instant | None = None,
    ) -> None:
        self._unused.append(
            Unused(record=passing.id, control=passing.control, reason=reason, time=time)
        )
        if code is not None:
            self._problem(code, passing)
