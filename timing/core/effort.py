"""What a leg costs by its distance and climb, before anybody has run it (Rules 4.5, 11.2).

Naismith's rule gave a walker an hour for three miles and another for every 2,000 feet climbed;
runners and hikers since count a hundred metres up as much as a kilometre along. Here everything
is in metres on the flat of the same cost.
"""

from __future__ import annotations

from timing.core.courses import Point
from timing.core.definition import Stage
from timing.core.times import DAY, HOUR, MINUTE, Duration, Instant

METRES_PER_METRE_UP = 10
"""A hundred metres up cost as much as a kilometre on the flat; by Naismith's figures, 792 m."""

USUAL_SPEED = 7_000
"""Metres on the flat an hour that the middle of a field is taken to make, until it is seen.

A guess that only has to hold for an hour or two: the field's own pace takes its place.
"""

FATIGUE = 1.06
"""Time grows as the effort to this power: after Riegel, who found it from world records.

Endurance Running Times, Runner's World 1977; Athletic Records and Human Endurance, American
Scientist 1981. Twice as far takes 2.085 times as long.
"""

_FRESH = 10_000
"""So many metres on the flat go at the usual speed, what follows slower and slower."""

USUAL_STOP: Duration = 6 * MINUTE
"""What is spent between in and out of a place, where nothing is known of it yet."""

NIGHT_COSTS = 1.12
"""How much longer the same ground takes by the light of a lamp."""

_NIGHT_FALLS = 20 * HOUR + 30 * MINUTE
_DAY_BREAKS = 6 * HOUR
_NIGHT = DAY - _NIGHT_FALLS + _DAY_BREAKS


class Effort:
    """The cost of going from one point of a stage to another, in metres on the flat."""

    def __init__(self, stage: Stage) -> None:
        self._by_distance = stage.ascent_m / stage.distance_m if stage.distance_m else 0.0

    def between(self, first: Point, second: Point) -> float:
        """What lies between two points, with the climb as given or else spread evenly."""
        along = max(0, second.distance_m - first.distance_m)
        lower, upper = first.climbed_m, second.climbed_m
        if lower is not None and upper is not None and upper >= lower:
            up = float(upper - lower)
        else:
            up = along * self._by_distance
        return along + METRES_PER_METRE_UP * up


def usual_time(effort_m: float) -> float:
    """How many milliseconds so much effort takes the middle of a field (Rules 11.2)."""
    return effort_m * HOUR / USUAL_SPEED


def tired_time(behind_m: float, effort_m: float, fatigue: float = FATIGUE) -> float:
    """The same with so much effort behind: legs grow longer the further the field has come."""

    def since_start(metres: float) -> float:
        return usual_time(_FRESH * (metres / _FRESH) ** fatigue if metres > _FRESH else metres)

    return since_start(behind_m + effort_m) - since_start(behind_m)


def lamplight(begun: Instant, ended: Instant, midnight: Instant) -> float:
    """How much longer a leg took for the night: 1 by day, `NIGHT_COSTS` by night.

    In between for as much of it as was dark; ``midnight`` is any midnight of the race's zone.
    """
    if ended <= begun:
        return 1.0
    dark = _darkness(ended - midnight) - _darkness(begun - midnight)
    return 1 + (NIGHT_COSTS - 1) * dark / (ended - begun)


def _darkness(since: Duration) -> Duration:
    """How much of the time since a midnight was dark."""
    days, clock = divmod(since, DAY)
    return days * _NIGHT + min(clock, _DAY_BREAKS) + max(0, clock - _NIGHT_FALLS)
