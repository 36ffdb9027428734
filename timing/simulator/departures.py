"""Starts: what is posted the evening before, when the gun really goes, who crosses when."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from timing.core.days import StageDay
from timing.core.definition import Basis, Stage, Start, StartMode
from timing.core.entries import Entry
from timing.core.records import Ruling, StartCorrection, StartList
from timing.core.rosters import Roster
from timing.core.starts import Standings as LinesOf
from timing.core.starts import StartFrame, first_gun, start_frame
from timing.core.times import DAY, HOUR, MINUTE, SECOND, Duration, Instant
from timing.simulator.chance import record_id, stream
from timing.simulator.field import Runner
from timing.simulator.running import Starter

DIRECTOR = "director"

_GUN_IS_LATE = 0.3
_STARTS_LATE = 0.004
_CROWD_PER_RUNNER = 45
"""Milliseconds that each runner ahead in a crowd costs at the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departures:
    """A stage's starts: ``packs`` in their order, and the rulings that they rest on."""

    packs: tuple[tuple[Starter, ...], ...]
    rulings: tuple[Ruling, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPlan:
    """What departures are drawn from; ``after`` is when the stage before was over."""

    seed: int
    slug: str
    stage: Stage
    day: StageDay
    roster: Roster
    tolerance: Duration
    standings: LinesOf
    categories: Callable[[Entry], tuple[str, ...]]
    median_speed: float
    after: Instant


def departures(plan: StartPlan, packs: Sequence[tuple[Runner, ...]]) -> Departures:
    """The starts of everyone in ``packs``.

    Starts that go by rank or by interval are issued as a list, so that they stand whatever
    becomes of the ranks (Rules 3.6). A gun that goes late has its ruling (Rules 3.4).
    """
    planned = _frame(plan, ())
    if _needs_list(plan.stage.start):
        rulings: tuple[Ruling, ...] = (_start_list(plan, planned, packs),)
    else:
        rulings = _late_guns(plan, planned)
    frame = _frame(plan, rulings)
    size = sum(len(pack) for pack in packs)
    # Where waves part the members of a team, each starts with their own.
    parted = [part for pack in packs for part in _by_clock(frame, pack)]
    return Departures(
        packs=tuple(
            _starters(plan, frame, part, n / len(parted), size) for n, part in enumerate(parted)
        ),
        rulings=rulings,
    )


def _by_clock(frame: StartFrame, pack: tuple[Runner, ...]) -> list[tuple[Runner, ...]]:
    parts: dict[Instant, list[Runner]] = {}
    for runner in pack:
        parts.setdefault(frame.clock_of(runner.entry.id).reference, []).append(runner)
    return [tuple(part) for part in parts.values()]


def _frame(plan: StartPlan, rulings: Sequence[Ruling]) -> StartFrame:
    return start_frame(
        plan.stage,
        plan.day,
        plan.roster,
        tolerance=plan.tolerance,
        rulings=rulings,
        standings=plan.standings,
        categories=plan.categories,
    )


def _needs_list(start: Start | None) -> bool:
    if start is None:
        return False
    return start.mode in (StartMode.INTERVAL, StartMode.CHASE) or any(
        who.rank is not None for wave in start.waves for who in wave.who
    )


def _start_list(
    plan: StartPlan, planned: StartFrame, packs: Sequence[tuple[Runner, ...]]
) -> StartList:
    """Team members who keep together are given the earliest of their starts."""
    starts = []
    for pack in packs:
        clocks = [planned.clock_of(r.entry.id) for r in pack]
        start = min(c.reference if c.start is None else c.start for c in clocks)
        starts += [(r.entry.bib, start) for r in pack]
    gun = first_gun(plan.stage, plan.day)
    evening = plan.day.midnight - 4 * HOUR
    number = plan.stage.number
    return StartList(
        id=record_id(plan.seed, plan.slug, "start_list", number),
        by=DIRECTOR,
        at=min(max(evening, plan.after + 10 * MINUTE), gun - 30 * MINUTE),
        reason="Start list posted",
        stage=number,
        # By bib, as a racefile lists them.
        starts=tuple(sorted(starts)),
    )


def _late_guns(plan: StartPlan, planned: StartFrame) -> tuple[Ruling, ...]:
    start = plan.stage.start
    if start is None or start.basis is not Basis.GUN or start.mode is StartMode.WINDOW:
        return ()
    number = plan.stage.number
    chance = stream(plan.seed, plan.slug, "gun", number)
    rulings = []
    for wave, gun in planned.guns.items():
        if chance.random() < _GUN_IS_LATE:
            actual = gun + chance.randint(3, 45) * SECOND
            rulings.append(
                StartCorrection(
                    id=record_id(plan.seed, plan.slug, "start", number, wave),
                    by=DIRECTOR,
                    at=actual + 15 * SECOND,
                    reason="The gun went late",
                    stage=number,
                    to=actual,
                    wave=wave,
                )
            )
    return tuple(rulings)


def _starters(
    plan: StartPlan, frame: StartFrame, pack: tuple[Runner, ...], place: float, size: int
) -> tuple[Starter, ...]:
    """``place`` is how far back in the crowd the pack lines up, 0 to 1."""
    chance = stream(plan.seed, plan.slug, "departs", plan.stage.number, pack[0].entry.id)
    clock = frame.clock_of(pack[0].entry.id)
    begin = clock.reference if clock.start is None else clock.start
    if clock.opens is not None:
        begin = _in_window(plan, pack, chance, clock.opens, clock.closes)
        delay = 0
    elif clock.basis is Basis.ALLOCATED:
        delay = round(chance.uniform(0.3, 6) * SECOND)
    else:
        delay = round((0.5 + chance.random()) * SECOND + place * size * _CROWD_PER_RUNNER)
    if chance.random() < _STARTS_LATE and clock.opens is None:
        delay += round(chance.uniform(0.1, 0.8) * plan.tolerance)
    # Late, but nearer to one's own gun than to any other wave's (Rules 3.6).
    others = (abs(gun - begin) * 2 // 5 for gun in clock.other_guns if gun != begin)
    delay = min(delay, plan.tolerance, *others)
    starters = []
    for runner in pack:
        own = frame.clock_of(runner.entry.id)
        starters.append(Starter(runner=runner, clock=own, crosses_at=begin + delay))
        delay += round(chance.uniform(0.05, 0.6) * SECOND)
    return tuple(starters)


def _in_window(
    plan: StartPlan,
    pack: tuple[Runner, ...],
    chance: Random,
    opens: Instant,
    closes: Instant | None,
) -> Instant:
    """Slow ones leave early, to be in time at the cut-offs; fast ones sleep in."""
    speed = min(r.traits.speed for r in pack)
    share = 0.45 + 0.8 * math.log(speed / plan.median_speed) + chance.gauss(0, 0.12)
    length = (opens + 2 * HOUR if closes is None else closes) - opens
    length = min(length, DAY)
    return opens + round(min(0.97, max(0.01, share)) * length)
