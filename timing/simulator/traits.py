"""What makes one runner slower than another, and how fast a race's field is as a whole.

Every figure here is invented, chosen so that results look like those of real races
(docs/simulator.md says from what).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from timing.core.courses import course_of, stages_of
from timing.core.cutoffs import limits_of
from timing.core.days import stage_day
from timing.core.definition import Race, Stage
from timing.core.starts import first_gun
from timing.core.times import HOUR, zone_named
from timing.simulator.chance import stream
from timing.simulator.terrain import legs_of

FADES_AFTER = 20.0
"""Kilometres of effort that everyone holds their speed for."""

_USUAL_SPEED = 7.8
_LEAST_MEDIAN = 6.5
_SPREAD = 0.21
_RESERVE = 1.03
_SLOWEST = 0.55
_CLOSE_FROM = 1.3
_MARGIN = math.exp(1.8 * _SPREAD)
_USUAL_FADING = 0.09
_WOMENS_FACTOR = 0.93
_SLOWS_FROM_AGE = 38
_SLOWER_PER_YEAR = 0.006


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What stays with a runner all race long.

    ``speed`` is in kilometres of effort an hour, while fresh; ``climbing`` multiplies what a
    climb costs; ``fading`` is the exponent that speed falls with beyond the first hours;
    ``tiring`` the share of speed lost after many days; ``night`` multiplies time in the dark;
    ``frailty`` the chance to give up.
    """

    speed: float
    climbing: float
    fading: float
    tiring: float
    night: float
    frailty: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpeed:
    """How fast a field is: its median, and what nobody who enters is slower than."""

    median: float
    least: float


def draw_traits(chance: Random, *, field: FieldSpeed, gender: str, age: int) -> Traits:
    """The traits of one runner in a field of such speed."""
    rank = chance.gauss(0, 1)
    # Who could win races meets others who could: the best are closer than a bell would have it.
    rank = min(rank, _CLOSE_FROM + (rank - _CLOSE_FROM) / 2)
    speed = field.median * math.exp(rank * _SPREAD)
    if gender == "F":
        speed *= _WOMENS_FACTOR
    speed *= 1 - _SLOWER_PER_YEAR * max(0, age - _SLOWS_FROM_AGE)
    speed = max(speed, field.least * math.exp(abs(chance.gauss(0, _SPREAD / 2))))
    return Traits(
        speed=speed,
        climbing=math.exp(chance.gauss(0, 0.08)),
        fading=max(0.03, chance.gauss(_USUAL_FADING, 0.025)),
        tiring=max(0.0, chance.gauss(0.06, 0.03)),
        night=1 + max(0.02, chance.gauss(0.11, 0.04)),
        frailty=math.exp(chance.gauss(0, 0.7)),
    )


def cost(effort: float, fading: float) -> float:
    """Effort with the fading of a long day in it: time goes with distance to 1 + ``fading``.

    Riegel's formula (American Scientist 69, 1981), from where speed begins to fall.
    """
    return effort * math.pow(max(1.0, effort / FADES_AFTER), fading)


def field_speed(race: Race, seed: int) -> FieldSpeed:
    """The speed of a field that such a race draws.

    Whoever enters has trained for its cut-offs: the slowest just make the sternest of them,
    unless they tire or have a bad day.
    """
    divisions = [division.code for division in race.divisions] or [""]
    needed = max(_speed_needed(race, division, seed) for division in divisions)
    median = max(_LEAST_MEDIAN, needed * _MARGIN) if needed else _USUAL_SPEED
    return FieldSpeed(median=median, least=max(needed * _RESERVE, median * _SLOWEST))


def _speed_needed(race: Race, division: str, seed: int) -> float:
    """The fresh speed that the sternest limit of a division asks for; 0 without limits."""
    needed = total = 0.0
    for number in stages_of(race, division):
        stage = race.stage(number)
        if stage is not None and stage.controls:
            efforts = _efforts(race, stage, division, seed)
            needed = max(needed, _needed_on(race, stage, division, efforts))
            total += efforts[-1]
    if race.rules.limit:
        needed = max(needed, total * HOUR / race.rules.limit)
    return needed


def _efforts(race: Race, stage: Stage, division: str, seed: int) -> list[float]:
    """What it costs to get to each point of a stage, the start first."""
    effort = 0.0
    efforts = [0.0]
    for leg in legs_of(stage, division, stream(seed, race.slug, "ground", stage.number)):
        effort += leg.flat + leg.climb
        efforts.append(cost(effort, _USUAL_FADING))
    return efforts


def _needed_on(race: Race, stage: Stage, division: str, efforts: Sequence[float]) -> float:
    day = stage_day(stage.date, zone_named(race.timezone))
    gun = first_gun(stage, day)
    limits = limits_of(
        course_of(stage, division),
        day,
        race.rules.cutoff,
        (),
        stage=stage.number,
        division=division,
        categories=(),
        wave="",
    )
    needed = 0.0
    for limit in limits:
        allowed = limit.elapsed if limit.at is None else limit.at - gun
        if limit.is_hard and allowed is not None and allowed > 0:
            needed = max(needed, efforts[limit.point] * HOUR / allowed)
    return needed
