"""A stage as legs with the effort they cost (docs/simulator.md, Effort)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random

from timing.core.courses import Point, course_of
from timing.core.definition import Stage

_LEAST_KM = 0.02
_GROUND_SPREAD = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The way to ``point`` from the one before.

    ``flat`` is the distance in kilometres made heavier or lighter by the ground, ``climb`` the
    ascent in hundreds of metres: a hundred metres up cost as much as a kilometre. ``is_stop``
    is the stay between in and out of one place. At a point that ``can_retire`` somebody is
    there to take the bib of whoever gives up.
    """

    point: Point
    flat: float
    climb: float
    is_stop: bool
    can_retire: bool


def legs_of(stage: Stage, division: str, chance: Random) -> tuple[Leg, ...]:
    """The legs that ``division`` runs on ``stage``, without the start; empty if it has none.

    ``chance`` decides on ground and climbs where the definition does not say: give every
    division a generator in the same state, so that they share what they run in common.
    """
    ground = {c.code: chance.gauss(1, _GROUND_SPREAD) for c in stage.controls}
    heights = _ascents(stage, chance)
    manned = {c.code: c.manned for c in stage.controls}
    points = course_of(stage, division).points if stage.controls else ()
    legs = []
    for before, point in pairwise(points):
        km = max(_LEAST_KM, (point.distance_m - before.distance_m) / 1000)
        # Every lap climbs as much as the first one.
        climbed = (point.lap - before.lap) * heights[stage.controls[-1].code]
        climb = climbed + heights[point.base] - heights[before.base]
        is_last = point is points[-1]
        legs.append(
            Leg(
                point=point,
                flat=0.0 if point.is_out else km * ground[point.base],
                climb=0.0 if point.is_out else climb / 100 * ground[point.base],
                is_stop=point.is_out,
                can_retire=manned[point.base] and not point.is_out and not is_last,
            )
        )
    return tuple(legs)


def _ascents(stage: Stage, chance: Random) -> dict[str, float]:
    """Metres climbed from the start to each control, by its code."""
    given = [c.ascent_m for c in stage.controls]
    if all(metres is not None for metres in given[1:]):
        metres = [metres or 0 for metres in given]
        return dict(zip((c.code for c in stage.controls), metres, strict=True))
    weights = [0.0]
    for before, control in pairwise(stage.controls):
        weights.append((control.distance_m - before.distance_m) * chance.uniform(0.4, 1.6))
    total = sum(weights) or 1.0
    climbed = 0.0
    heights = {}
    for control, weight in zip(stage.controls, weights, strict=True):
        climbed += stage.ascent_m / stage.laps * weight / total
        heights[control.code] = climbed
    return heights
