"""The start of one entry on one stage: its own read, and when its clock starts (Rules 3, 4.3)."""

from __future__ import annotations

from collections.abc import Sequence

from timing.core.definition import Basis, EarlyKind
from timing.core.problems import ProblemCode
from timing.core.records import Passing
from timing.core.results import UnusedReason
from timing.core.sifting import Dated, Sifting
from timing.core.starts import Clock
from timing.core.times import HOUR, SECOND, Duration, Instant

SAME_DEPARTURE: Duration = 60 * SECOND
"""Start reads within so much of each other are one departure (Rules 3.7)."""


def start_read(sifting: Sifting, passings: Sequence[Passing]) -> Dated | None:
    """Which of the passings at the first point is the start, if any is."""
    clock = sifting.clock
    if len(passings) == 1 and clock.opens is None:
        # The common case: one read, in time, whose instant is known.
        time = passings[0].time
        if type(time) is int and 0 <= clock.reference + clock.tolerance - time < HOUR:
            return time, passings[0]
    dated = sifting.dated(passings, clock.reference, at_start=True)
    if clock.opens is None:
        return _last_before_tolerance(sifting, dated)
    return _first_departure(sifting, dated)


def clock_start(sifting: Sifting, own: Dated | None) -> tuple[Instant | None, Duration]:
    """When the clock starts, and the penalty for an early start.

    A ruling says so, then the gun or allocation, then the own start read (Rules 3.2, 3.3).
    """
    if own is None:
        return sifting.clock.start, 0
    instant, passing = own
    clock, start, penalty = sifting.clock, sifting.clock.start, 0
    if start is not None:
        is_posted = clock.basis is Basis.ALLOCATED and not clock.is_ruled
        if is_posted and instant < start:
            sifting.problem(ProblemCode.EARLY_START, passing)
    elif clock.basis is Basis.OWN:
        start, penalty = _own_start(sifting, own)
    if _is_other_wave(sifting, instant):
        sifting.problem(ProblemCode.OTHER_WAVE, passing)
    return start, penalty


def _own_start(sifting: Sifting, own: Dated) -> tuple[Instant, Duration]:
    clock, (instant, passing) = sifting.clock, own
    start, penalty = instant, 0
    if clock.opens is not None and instant < clock.opens:
        if clock.early is EarlyKind.RESET:
            start = clock.opens
        elif clock.early is EarlyKind.PENALTY:
            penalty = clock.early_penalty
    elif clock.opens is None and clock.gun is not None and instant < clock.gun:
        sifting.problem(ProblemCode.EARLY_START, passing)
    if clock.closes is not None and instant > clock.closes:
        # After it closes the clock runs from closing (Rules 3.3).
        start = clock.closes
    return start, penalty


def why_no_start(clock: Clock) -> ProblemCode:
    """What to ask about someone whose clock never started."""
    if clock.basis is not Basis.ALLOCATED:
        return ProblemCode.NO_START
    in_no_wave = clock.gun is None
    return ProblemCode.NO_WAVE if in_no_wave else ProblemCode.NO_ALLOCATED_START


def _last_before_tolerance(sifting: Sifting, dated: list[Dated]) -> Dated | None:
    """The last read up to the tolerance after the gun, of the best source (Rules 4.3)."""
    latest = sifting.clock.reference + sifting.clock.tolerance
    usable = [d for d in dated if d[0] <= latest or d[1].id in sifting.confirmed]
    for instant, passing in dated:
        if (instant, passing) not in usable:
            code = None if usable else _why_late(sifting, instant)
            sifting.leave(passing, UnusedReason.AFTER_START_TOLERANCE, code, instant)
    if not usable:
        return None
    return _last_of_best(sifting, usable)


def _last_of_best(sifting: Sifting, usable: list[Dated]) -> Dated:
    point = sifting.course.points[0]
    best = min(sifting.priority(p, point) for _, p in usable)
    chosen = max(
        (d for d in usable if sifting.priority(d[1], point) == best),
        key=lambda d: (d[0], d[1].id),
    )
    for instant, passing in usable:
        if passing is not chosen[1]:
            sifting.leave(passing, UnusedReason.EARLIER_START_READ, None, instant)
    return chosen


def _first_departure(sifting: Sifting, dated: list[Dated]) -> Dated | None:
    """Of the reads that follow each other within 60 s from the first (3.7) the last.

    The best source comes first here too (Rules 4.3).
    """
    opens = sifting.clock.opens
    usable = []
    for instant, passing in dated:
        is_early = opens is not None and instant < opens
        if is_early and passing.id not in sifting.confirmed:
            sifting.problem(ProblemCode.EARLY_START, passing)
            if sifting.clock.early is EarlyKind.REFUSE:
                sifting.leave(passing, UnusedReason.BEFORE_START, None, instant)
                continue
        usable.append((instant, passing))
    if not usable:
        return None
    departure = [usable[0]]
    for instant, passing in usable[1:]:
        if instant - departure[-1][0] <= SAME_DEPARTURE:
            departure.append((instant, passing))
        else:
            sifting.leave(
                passing, UnusedReason.SECOND_DEPARTURE, ProblemCode.SECOND_DEPARTURE, instant
            )
    return _last_of_best(sifting, departure)


def _why_late(sifting: Sifting, instant: Instant) -> ProblemCode:
    is_other = _is_other_wave(sifting, instant)
    return ProblemCode.OTHER_WAVE if is_other else ProblemCode.LATE_START_READ


def _is_other_wave(sifting: Sifting, instant: Instant) -> bool:
    """Whether a start read is nearer another wave's gun than one's own (Rules 3.6)."""
    gun = sifting.clock.gun
    if gun is None:
        return False
    return any(abs(instant - other) < abs(instant - gun) for other in sifting.clock.other_guns)
