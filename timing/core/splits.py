"""From passings to splits: one accepted time per entry and control (Rules 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from timing.core.counting import Correction, counting
from timing.core.courses import Course, Point
from timing.core.days import OUT_OF_ORDER_WINDOW, StageDay
from timing.core.definition import MAX_STAGE_SPAN, Source
from timing.core.places import Candidates, allot
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Passing
from timing.core.results import Unused, UnusedReason
from timing.core.sifting import Dated, Sifting
from timing.core.start_reads import clock_start, start_read, why_no_start
from timing.core.starts import Clock
from timing.core.times import DAY, MINUTE, SECOND, Duration, Instant

MAIN_LATER_BY: Duration = 30 * SECOND
"""A backup stands where the main source is later by more (Rules 4.3)."""

FINISH_TOLERANCE: Duration = 2 * SECOND
ELSEWHERE_TOLERANCE: Duration = MINUTE
"""Equal kinds of source that differ by more are a problem (Rules 4.3)."""

_DECIDED = frozenset({Source.DIRECTOR, Source.PHOTO})
_NO_BACKUP = frozenset({Source.GPS, Source.ESTIMATE})


@dataclass(slots=True)
class Facts:
    """What the passings of one entry on one stage say, before any limit or decision.

    ``times`` and ``taken`` run along the course's points, ``None`` where there is no split;
    ``start`` is when the clock started; ``raw`` is finish minus start; ``last`` is the index of
    the furthest point reached, -1 for none. ``rivals`` are times that another kind of source
    gave, as (index of the point, instant, record): they matter only where they would change
    something. ``corrections`` are why the clock is not the time since the start, and
    ``uncounted`` by how much it is behind at each point; both empty where it is not (Rules 4.7).
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
    corrections: tuple[Correction, ...] = ()
    uncounted: tuple[Duration | None, ...] = ()

    @property
    def finish(self) -> Instant | None:
        """The split at the last point."""
        return self.times[-1]

    def elapsed(self, ordinal: int) -> Duration | None:
        """What the clock shows at a point; None where that is not known."""
        time = self.times[ordinal]
        behind = self.behind(ordinal)
        if time is None or self.start is None or behind is None:
            return None
        return time - self.start - behind

    def behind(self, ordinal: int) -> Duration | None:
        """By how much the clock is behind the time since the start, None if not known (4.7)."""
        return self.uncounted[ordinal] if self.uncounted else 0

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
    sifting = Sifting(
        course=course, clock=clock, day=day, bib=bib, stage=stage, confirmed=confirmed
    )
    return _read(sifting, passings)


def _read(sifting: Sifting, passings: Sequence[Passing]) -> Facts:
    points = sifting.course.points
    count = len(points)
    candidates = _by_point(sifting, passings)
    times: list[Instant | None] = [None] * count
    taken: list[Passing | None] = [None] * count
    facts = Facts(times=times, taken=taken)
    starts = candidates[0]
    own_start = None if starts is None else start_read(sifting, starts)
    if own_start is not None:
        times[0], taken[0] = own_start
        facts.last = 0
    facts.start, facts.early_penalty = clock_start(sifting, own_start)
    previous = _first_limit(sifting, facts)
    # The common case, one read whose date is plain addition, is handled in this loop.
    midnight = sifting.day.midnight if sifting.day.is_regular else None
    latest = sifting.day.midnight + MAX_STAGE_SPAN
    confirmed = sifting.confirmed
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
        accepted = _accept(sifting, points[i], found, facts, previous)
        if accepted is not None:
            times[i], taken[i] = accepted
            previous = max(previous, accepted[0])
            facts.last = i
    _finish(sifting, facts)
    facts.unused = tuple(sifting.unused)
    facts.problems = tuple(sifting.problems)
    return facts


def _by_point(sifting: Sifting, passings: Sequence[Passing]) -> Candidates:
    course, index = sifting.course, sifting.course.index
    found: Candidates = [None] * len(course.points)
    anywhere: list[Passing] = []
    for passing in passings:
        i = index.get(passing.control)
        if i is None and passing.control not in course.repeats:
            if passing.control in course.beyond:
                sifting.leave(passing, UnusedReason.BEYOND_RESULT)
            else:
                sifting.leave(passing, UnusedReason.NOT_ON_COURSE, ProblemCode.NOT_ON_COURSE)
        elif passing.at_latest:
            sifting.leave(passing, UnusedReason.AT_LATEST)
        elif i is None or course.repeats:
            anywhere.append(passing)
        elif (here := found[i]) is None:
            found[i] = [passing]
        else:
            here.append(passing)
    return allot(sifting, anywhere) if course.repeats else found


def _first_limit(sifting: Sifting, facts: Facts) -> Instant:
    """No split is earlier: the accepted start read and the clock's start, if known."""
    known = [t for t in (facts.times[0], facts.start) if t is not None]
    return max(known) if known else sifting.clock.reference


def _accept(
    sifting: Sifting, point: Point, passings: list[Passing], facts: Facts, previous: Instant
) -> Dated | None:
    dated = sifting.dated(passings, previous, at_start=False)
    usable = []
    for instant, passing in dated:
        if instant >= previous or passing.id in sifting.confirmed:
            usable.append((instant, passing))
        else:
            _leave_early(sifting, instant, passing, point, facts)
    if not usable:
        return None
    usable.sort(key=lambda d: (sifting.priority(d[1], point), d[0], d[1].id))
    chosen = _main_or_backup(sifting, usable)
    for instant, passing in usable:
        if passing is not chosen[1]:
            _leave_rival(sifting, instant, passing, chosen, point)
    _compare(sifting, point, chosen, usable, facts)
    return chosen


def _main_or_backup(sifting: Sifting, usable: list[Dated]) -> Dated:
    """The best source's earliest; a backup where that is over 30 s later (Rules 4.3).

    Readings that are good to a minute only prove a later main read by as much more.
    """
    instant, main = usable[0]
    if main.source in _DECIDED or main.id in sifting.confirmed:
        return usable[0]
    for other, backup in usable[1:]:
        margin = MAIN_LATER_BY + main.uncertainty_ms + backup.uncertainty_ms
        is_backup = backup.source is not main.source and backup.source not in _NO_BACKUP
        if is_backup and instant - other > margin:
            return other, backup
    return usable[0]


def _compare(
    sifting: Sifting,
    point: Point,
    chosen: Dated,
    usable: list[Dated],
    facts: Facts,
) -> None:
    is_finish = point.ordinal == len(sifting.course.points) - 1
    tolerance = FINISH_TOLERANCE if is_finish else ELSEWHERE_TOLERANCE
    instant, main = chosen
    if main.id in sifting.confirmed:
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
                _disagreement(
                    sifting, ProblemCode.SOURCES_DISAGREE, point, main, passing, apart=apart
                )
        elif main.source is not Source.CHIP and apart > max(
            ELSEWHERE_TOLERANCE, point.min_gap or 0
        ):
            # A chip line emits first and last; a person who enters a bib twice erred once.
            _disagreement(sifting, ProblemCode.REPEATED_ENTRY, point, main, passing, apart=apart)
    facts.rivals += tuple(rivals)


def _disagreement(
    sifting: Sifting,
    code: ProblemCode,
    point: Point,
    main: Passing,
    other: Passing,
    *,
    apart: Duration,
) -> None:
    sifting.problems.append(
        Problem(
            code=code,
            stage=sifting.stage,
            control=point.code,
            bib=sifting.bib,
            records=(main.id, other.id),
            params=(("apart_ms", apart), ("source", main.source.value)),
        )
    )


def _leave_rival(
    sifting: Sifting,
    instant: Instant,
    passing: Passing,
    chosen: Dated,
    point: Point,
) -> None:
    if sifting.priority(passing, point) < sifting.priority(chosen[1], point):
        reason = UnusedReason.BACKUP_STANDS
    elif passing.source is chosen[1].source:
        reason = UnusedReason.LATER_READ
    else:
        reason = UnusedReason.LOWER_PRIORITY
    sifting.leave(passing, reason, None, instant)


def _leave_early(
    sifting: Sifting, instant: Instant, passing: Passing, point: Point, facts: Facts
) -> None:
    if facts.start is not None and instant < facts.start:
        sifting.leave(passing, UnusedReason.BEFORE_START, ProblemCode.BEFORE_START, instant)
        return
    in_index = sifting.course.index.get(point.in_code, -1) if point.is_out else -1
    came_in = facts.times[in_index] if in_index >= 0 else None
    is_before_in = came_in is not None and instant < came_in
    code = ProblemCode.OUT_BEFORE_IN if is_before_in else ProblemCode.OUT_OF_ORDER
    sifting.leave(passing, UnusedReason.OUT_OF_ORDER, code, instant)


def _finish(sifting: Sifting, facts: Facts) -> None:
    points, times = sifting.course.points, facts.times
    for i in range(1, facts.last):
        if times[i] is None and (points[i].mandatory or i in sifting.course.asked_for):
            sifting.problems.append(
                Problem(
                    code=ProblemCode.MISSED_CONTROL,
                    stage=sifting.stage,
                    control=points[i].code,
                    bib=sifting.bib,
                )
            )
    if facts.start is not None and sifting.course.is_corrected:
        _correct(sifting, facts, facts.start)
    if times[-1] is not None and facts.start is not None:
        facts.raw = facts.elapsed(len(times) - 1)
    elif facts.last > 0 and facts.start is None:
        sifting.problems.append(
            Problem(
                code=why_no_start(sifting.clock),
                stage=sifting.stage,
                control=points[0].code,
                bib=sifting.bib,
            )
        )


def _correct(sifting: Sifting, facts: Facts, start: Instant) -> None:
    counted = counting(sifting.course, facts.times, facts.taken, start, sifting.day)
    facts.corrections, facts.uncounted = counted.corrections, counted.uncounted
    for correction in counted.corrections:
        if not correction.is_sure:
            sifting.problems.append(
                Problem(
                    code=ProblemCode.EARLY_UNSURE,
                    stage=sifting.stage,
                    control=sifting.course.points[correction.until].code,
                    bib=sifting.bib,
                    params=(("early_ms", correction.by),),
                )
            )
