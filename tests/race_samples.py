"""A small race in core values, with one of everything that a database has to keep."""

from datetime import date

from timing.core.definition import (
    Basis,
    Classification,
    Control,
    Division,
    Of,
    Race,
    Source,
    Stage,
    Start,
    StartMode,
    TeamKind,
)
from timing.core.document import Document
from timing.core.entries import Entry, Team
from timing.core.records import Passing, Penalty, StageTime, Void
from timing.core.times import HOUR, MINUTE, TimeOfDay, parse_instant

EVENING = parse_instant("2026-08-28T18:00:00Z")


def stage(number: int) -> Stage:
    return Stage(
        number=number,
        date=date(2026, 8, 27 + number),
        name=f"Day {number}",
        distance_m=31_400,
        start=Start(mode=StartMode.MASS, basis=Basis.GUN, at=TimeOfDay(8 * HOUR)),
        controls=(
            Control(code="START", distance_m=0),
            Control(code="HUT", distance_m=14_000, in_out=True),
            Control(code="FINISH", distance_m=31_400),
        ),
    )


RACE = Race(
    slug="three-valleys",
    name="Three Valleys",
    timezone="Europe/Zurich",
    starts_on=date(2026, 8, 28),
    divisions=(Division(code="full", name="Full race"),),
    team_kinds=(TeamKind(code="pair", size=(2, 2)),),
    stages=(stage(1), stage(2)),
    classifications=(Classification(code="gc", of=Of.SOLO, division="full"),),
)

ENTRIES = (
    Entry(
        id="e12",
        bib="12",
        name="Ana Ruiz",
        gender="F",
        born=date(1984, 5, 2),
        nationality="ESP",
        residence="CHE",
        club="Ibex Club",
        tags=("local", "1st,time"),
        division="full",
        chips=("A1B2", "A1B3"),
        team="T1",
    ),
    Entry(id="15a", bib="15a", name="Bo Lind", gender="M", division="full", team="T1"),
    Entry(id="e7", bib="007", name="نور الهدى", division="full"),
    Entry(id="e8", bib="7", name="O'Neill; DROP TABLE races --", division="full"),
)

TEAMS = (Team(code="T1", name="Ibex", kind="pair"),)


def passing(number: int, **changes: object) -> Passing:
    """A passing of its own id, at the finish of stage 1."""
    values: dict[str, object] = {
        "id": f"p{number}",
        "stage": 1,
        "control": "FINISH",
        "time": EVENING + number,
        "bib": "12",
    }
    return Passing(**{**values, **changes})  # type: ignore[arg-type]


PASSINGS = (
    passing(1, control="START", time=TimeOfDay(8 * HOUR + 2_000), source=Source.CHIP),
    passing(
        2,
        control="HUT.in",
        bib="1*",
        chip="A1B2",
        source=Source.LINE_CREW,
        device="tablet 3",
        device_time=EVENING - 90_000,
        offset_ms=-90_000,
        offset_age_ms=45_000,
        uncertainty_ms=60_000,
        at_latest=True,
        received=EVENING + 5 * MINUTE,
        note="dark, two lamps “close”",
    ),
    passing(3, stage=2, time=TimeOfDay(14 * MINUTE + 5_250, day=1)),
)

RULINGS = (
    Penalty(
        id="r1",
        by="director",
        at=EVENING,
        reason="No whistle",
        stage=1,
        time=30 * MINUTE,
        bibs=("15a",),
        code="KIT",
    ),
    StageTime(id="r2", by="jury", at=EVENING, stage=2, bibs=("007",), time=5 * HOUR + 250, place=3),
    Void(id="r3", by="director", at=EVENING + 1, reason="Hit twice", record="p1"),
)

DOCUMENT = Document(race=RACE, entries=ENTRIES, teams=TEAMS, passings=PASSINGS, rulings=RULINGS)
