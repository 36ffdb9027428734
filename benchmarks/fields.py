"""A race of any size with a simulated field in it, for benchmarks to work on."""

from datetime import date, timedelta
from functools import cache

from timing.core.definition import (
    Basis,
    Category,
    Classification,
    Control,
    Cutoff,
    Division,
    Of,
    Race,
    Separation,
    Stage,
    Start,
    StartMode,
    TeamGender,
    TeamKind,
)
from timing.core.document import Document
from timing.core.times import HOUR, MINUTE, TimeOfDay
from timing.simulator.faults import Faults
from timing.simulator.simulate import simulate

_FIRST_DAY = date(2026, 8, 3)
_KM = 38


def bench_race(stages: int, controls: int) -> Race:
    """Days of 38 km with a mass start and ``controls`` controls, start and finish among them."""
    return Race(
        slug="benchmark",
        name="Benchmark Stage Race",
        timezone="America/Denver",
        starts_on=_FIRST_DAY,
        divisions=(Division(code="full", name="Full race"),),
        categories=(
            Category(code="W", name="Women", gender="F"),
            Category(code="M", name="Men", gender="M"),
            Category(code="M50", name="Men 50-59", gender="M", age=(50, 59)),
            Category(code="MIX", name="Mixed pairs", team_gender=TeamGender.MIXED),
        ),
        team_kinds=(TeamKind(code="pair", size=(2, 2), separation=Separation(max_gap=2 * MINUTE)),),
        stages=tuple(_stage(number, controls) for number in range(1, stages + 1)),
        classifications=(
            Classification(code="gc", of=Of.SOLO, division="full"),
            Classification(code="gc-women", of=Of.SOLO, division="full", category="W"),
            Classification(code="gc-m50", of=Of.SOLO, division="full", category="M50"),
            Classification(code="pairs", of=Of.TEAM, kind="pair"),
        ),
    )


def _stage(number: int, controls: int) -> Stage:
    between = controls - 1
    points = [
        Control(code=f"CP{n}", distance_m=n * _KM * 1000 // between) for n in range(1, between)
    ]
    return Stage(
        number=number,
        date=_FIRST_DAY + timedelta(days=number - 1),
        distance_m=_KM * 1000,
        ascent_m=1200,
        start=Start(mode=StartMode.MASS, basis=Basis.GUN, at=TimeOfDay(8 * HOUR)),
        controls=(
            Control(code="START", distance_m=0),
            *points,
            Control(
                code="FINISH", distance_m=_KM * 1000, cutoffs=(Cutoff(at=TimeOfDay(19 * HOUR)),)
            ),
        ),
    )


@cache
def field(entries: int, stages: int, controls: int, seed: int = 1) -> Document:
    """A race with at least ``entries`` × ``stages`` × ``controls`` passings in it.

    As in a real one some never start, give up or are read twice; so there are as many more
    entries as it takes to have the full number of passings all the same.
    """
    race = bench_race(stages, controls)
    nominal = entries * stages * controls
    size = round(entries * (1.02 + 0.014 * stages))
    while True:
        document = simulate(race, entries=size, teams=size // 10, seed=seed, faults=Faults())
        missing = nominal - len(document.passings)
        if missing <= 0:
            return document
        size += missing // (stages * (controls - 1)) + 2
