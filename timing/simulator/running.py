"""A stage as it is truly run, before anybody records it.

Who runs together is a pack: a soloist alone, or the members of a team that keeps together. A
pack goes at its slowest member's pace and draws from one stream, so nothing in it depends on
other packs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random

from timing.core.courses import Course, Point
from timing.core.cutoffs import Limit, Missed, missed_limits
from timing.core.days import StageDay
from timing.core.definition import OutcomeKind
from timing.core.splits import Facts
from timing.core.starts import Clock
from timing.core.times import DAY, HOUR, MINUTE, SECOND, Duration, Instant
from timing.simulator.field import Runner
from timing.simulator.terrain import Leg
from timing.simulator.traits import Traits, cost

_NIGHT_FALLS = 20 * HOUR + 30 * MINUTE
_DAY_BREAKS = 6 * HOUR

_FORM = 0.035
_UNSTEADINESS = 0.025
_BAD_DAY = 0.03
_HOURS_TO_DOUBLE_RISK = 12
_RISK_PER_KM = 0.0001
_TIRED_WITHIN = 4
_HELPS = 0.0015
_AWAKE: Duration = 16 * HOUR
_LAGS = 0.15
_LAGS_FAR = 0.006
_USUAL_SEPARATION: Duration = 2 * MINUTE


class End(StrEnum):
    """How somebody's stage ended."""

    FINISHED = "finished"
    GAVE_UP = "gave_up"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outing:
    """One runner's stage: where and when, start first; true instants.

    ``missed`` is the first hard limit that was missed, whatever it led to; ``moved_to`` the
    division that it led into. ``helped`` is the time lost by helping somebody else. Whoever
    ``gave_up_between`` controls was fetched on the way; who ``has_finished`` may be too late.
    """

    runner: Runner
    division: str
    clock: Clock
    crossings: tuple[tuple[Point, Instant], ...]
    end: End
    missed: Missed | None = None
    moved_to: str = ""
    helped: Duration = 0
    gave_up_between: bool = False
    has_finished: bool = False

    @property
    def last_point(self) -> Point:
        """Where the runner was seen last."""
        return self.crossings[-1][0]

    @property
    def last_seen(self) -> Instant:
        """When that was."""
        return self.crossings[-1][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCourse:
    """What a division runs: the course with its start, and the legs after it."""

    course: Course
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What holds for everyone on a stage.

    ``days_before`` counts the stages run so far; ``limits`` answers with the cut-offs of a
    runner in a division and wave, that of the whole race among them; ``read`` is the time that
    is recorded for a crossing, to the precision of whoever stands there.
    """

    day: StageDay
    precision: Duration
    days_before: int
    courses: Mapping[str, StageCourse]
    limits: Callable[[Runner, str, str], Sequence[Limit]]
    read: Callable[[Point, Instant], Instant]


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """A runner at the start: the clock that runs, and when the line is truly crossed.

    ``strikes`` are the limits missed so far, where a race counts them (Rules 5.4).
    """

    runner: Runner
    clock: Clock
    crosses_at: Instant
    strikes: int = 0


@dataclass(slots=True)
class _Away:
    """A runner under way."""

    starter: Starter
    division: str
    facts: Facts
    limits: dict[int, list[Limit]]
    crossings: list[tuple[Point, Instant]] = field(default_factory=list)
    end: End | None = None
    wants_out: bool = False
    missed: Missed | None = None
    moved_to: str = ""
    helped: Duration = 0
    gave_up_between: bool = False
    has_finished: bool = False

    @property
    def runner(self) -> Runner:
        return self.starter.runner

    def outing(self) -> Outing:
        return Outing(
            runner=self.runner,
            division=self.division,
            clock=self.starter.clock,
            crossings=tuple(self.crossings),
            end=self.end or End.FINISHED,
            missed=self.missed,
            moved_to=self.moved_to,
            helped=self.helped,
            gave_up_between=self.gave_up_between,
            has_finished=self.has_finished,
        )


def run(
    pack: Sequence[Starter],
    division: str,
    ground: Ground,
    chance: Random,
    separation: Duration | None = None,
) -> tuple[Outing, ...]:
    """The outings of a pack over its division's course.

    ``separation`` is how far apart the members of a team may be, by its rule (Rules 8.4).
    """
    stage_course = ground.courses[division]
    members = []
    for starter in pack:
        away = _away(starter, division, ground)
        away.crossings.append((stage_course.course.points[0], starter.crosses_at))
        members.append(away)
    if chance.random() < _HELPS * len(members):
        chance.choice(members).helped = round(chance.uniform(4, 25)) * MINUTE
    begun = max(starter.crosses_at for starter in pack)
    party = _Party(
        ground=ground,
        chance=chance,
        members=members,
        now=begun,
        begun=begun,
        slept=begun,
        form=_form_of_the_day(chance),
        separation=separation or _USUAL_SEPARATION,
    )
    party.go(stage_course.legs)
    return tuple(member.outing() for member in members)


def _form_of_the_day(chance: Random) -> float:
    form = math.exp(chance.gauss(0, _FORM))
    return form * chance.uniform(0.72, 0.92) if chance.random() < _BAD_DAY else form


def _away(starter: Starter, division: str, ground: Ground) -> _Away:
    points = ground.courses[division].course.points
    limits: dict[int, list[Limit]] = {}
    for limit in ground.limits(starter.runner, division, starter.clock.wave):
        limits.setdefault(limit.point, []).append(limit)
    start = starter.crosses_at if starter.clock.start is None else starter.clock.start
    return _Away(
        starter=starter,
        division=division,
        facts=Facts(times=[None] * len(points), taken=[None] * len(points), start=start),
        limits=limits,
    )


@dataclass(slots=True)
class _Party:
    """Those who go together from one control to the next, and where they stand."""

    ground: Ground
    chance: Random
    members: list[_Away]
    now: Instant
    begun: Instant
    slept: Instant
    separation: Duration
    form: float
    effort: float = 0.0
    traits: Traits = field(init=False)
    pace: float = field(init=False)

    def __post_init__(self) -> None:
        self._follow_the_slowest()

    def _follow_the_slowest(self) -> None:
        tired = 1 - math.exp(-self.ground.days_before / _TIRED_WITHIN)
        self.traits = min((m.runner.traits for m in self.members), key=lambda t: t.speed)
        self.pace = self.traits.speed * self.form * (1 - self.traits.tiring * tired)

    def go(self, legs: Sequence[Leg]) -> None:
        """Cover the legs, one after the other, until nobody is left."""
        helps_on = self.chance.randrange(len(legs)) if legs else 0
        last_exit = max((n for n, leg in enumerate(legs) if leg.can_retire), default=-1)
        for n, leg in enumerate(legs):
            if not self.members:
                return
            took = self._stay() if leg.is_stop else self._way(leg)
            if n == helps_on:
                took += max(m.helped for m in self.members)
            self.now += took
            self._tempt(leg, took)
            self._cross(leg, can_retire_later=n <= last_exit, is_finish=leg is legs[-1])

    def _way(self, leg: Leg) -> Duration:
        traits = self.traits
        before = self.effort
        self.effort += leg.flat + leg.climb * traits.climbing
        cost_of_leg = cost(self.effort, traits.fading) - cost(before, traits.fading)
        hours = cost_of_leg / self.pace
        hours *= math.exp(self.chance.gauss(0, _UNSTEADINESS))
        took = hours * HOUR
        dark = (self._is_dark(self.now) + self._is_dark(self.now + round(took))) / 2
        return max(SECOND, round(took * (1 + (traits.night - 1) * dark)))

    def _is_dark(self, instant: Instant) -> bool:
        clock = (instant - self.ground.day.midnight) % DAY
        return clock >= _NIGHT_FALLS or clock < _DAY_BREAKS

    def _stay(self) -> Duration:
        """The stop at an aid station: longer the longer one is out, and at times a sleep."""
        hours = (self.now - self.begun) / HOUR
        stay = (2 + hours / 4) * MINUTE * math.exp(self.chance.gauss(0, 0.6))
        is_sleepy = self.now - self.slept > _AWAKE and self._is_dark(self.now)
        if is_sleepy and self.chance.random() < 0.6:
            stay += self.chance.uniform(20, 110) * MINUTE
            self.slept = self.now
        return max(MINUTE, round(stay))

    def _tempt(self, leg: Leg, took: Duration) -> None:
        """Draw who has had enough: more of the frail, the longer the day has been."""
        hours = (self.now - self.begun) / HOUR
        weariness = (1 + hours / _HOURS_TO_DOUBLE_RISK) / min(1.0, self.form)
        work = took / HOUR * self.traits.speed if leg.is_stop else leg.flat + leg.climb
        for member in self.members:
            risk = _RISK_PER_KM * member.runner.traits.frailty * work * weariness
            if self.chance.random() < risk:
                member.wants_out = True

    def _cross(self, leg: Leg, *, can_retire_later: bool, is_finish: bool) -> None:
        lag = self._lag()
        last = len(self.members) - 1
        staying = []
        for n, member in enumerate(self.members):
            if member.wants_out and not can_retire_later:
                # Nobody is there to give up to before the finish: fetched on the way.
                member.end, member.gave_up_between = End.GAVE_UP, True
                continue
            behind = 0 if last == 0 else min(20 * SECOND, round(self.chance.expovariate(0.2)))
            if n == last and lag:
                behind = lag
            at = max(self.now + behind, member.crossings[-1][1] + SECOND)
            member.crossings.append((leg.point, at))
            member.has_finished = is_finish
            self._judge(member, leg, at)
            if member.end is None and member.wants_out and leg.can_retire:
                member.end = End.GAVE_UP
            if member.end is None:
                staying.append(member)
        # Whoever was faster waits, and they go on together.
        self.now += lag
        if len(staying) < len(self.members):
            self.members = staying
            if staying:
                self._follow_the_slowest()

    def _lag(self) -> Duration:
        """How far the last of a team is behind at this control: a little, at times too much."""
        if len(self.members) == 1:
            return 0
        drawn = self.chance.random()
        if drawn < _LAGS_FAR:
            return round(self.separation * self.chance.uniform(1.0, 3.0))
        if drawn < _LAGS:
            return round(self.separation * self.chance.uniform(0.1, 0.9))
        return 0

    def _judge(self, member: _Away, leg: Leg, at: Instant) -> None:
        """Test the limit of this point as it will be tested on what is recorded (Rules 5.2)."""
        limits = member.limits.get(leg.point.ordinal)
        if limits is None or member.missed is not None:
            return
        times = member.facts.times
        times[leg.point.ordinal] = self.ground.read(leg.point, at)
        missed = missed_limits(
            limits,
            member.facts,
            member.starter.clock,
            precision=self.ground.precision,
            extension=0,
            winner=None,
        )
        member.missed = next(missed, None)
        if member.missed is None:
            return
        outcome = member.missed.limit.outcome
        match outcome.kind:
            case OutcomeKind.OUT | OutcomeKind.DNF:
                member.end = End.TIMED_OUT
            case OutcomeKind.STRIKES if member.starter.strikes + 1 >= outcome.strikes:
                member.end = End.TIMED_OUT
            case OutcomeKind.MOVE:
                self._move(member, outcome.division, at)
            case _:
                pass

    def _move(self, member: _Away, division: str, at: Instant) -> None:
        """Go on over what the shorter course still has, alone (Rules 5.4, 7.2)."""
        member.end = End.TIMED_OUT
        member.moved_to = division
        reached = member.crossings[-1][0].distance_m
        legs = self.ground.courses[division].legs
        ahead = tuple(leg for leg in legs if leg.point.distance_m > reached)
        if not ahead:
            return
        mover = _away(member.starter, division, self.ground)
        mover.limits = {}
        mover.crossings = member.crossings
        alone = replace(self, members=[mover], now=at)
        alone.go(ahead)
        member.end = mover.end or End.FINISHED
        member.gave_up_between = mover.gave_up_between
        member.has_finished = mover.has_finished
