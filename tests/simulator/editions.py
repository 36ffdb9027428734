"""Small races of every kind of start, to be run by a simulated field."""

from datetime import date, timedelta

from timing.core.definition import (
    Basis,
    Category,
    Classification,
    Control,
    Cutoff,
    Division,
    IntervalOrder,
    Members,
    Of,
    Outcome,
    OutcomeKind,
    Race,
    Selection,
    Separation,
    Stage,
    StageKind,
    Start,
    StartMode,
    TeamGender,
    TeamKind,
    TeamTime,
    TeamTimeKind,
    Wave,
)
from timing.core.times import HOUR, MINUTE, parse_time_of_day

FIRST_DAY = date(2026, 8, 28)

MASS = Start(mode=StartMode.MASS, basis=Basis.GUN, at=parse_time_of_day("08:00"))
WINDOW = Start(
    mode=StartMode.WINDOW,
    basis=Basis.OWN,
    opens=parse_time_of_day("07:00"),
    closes=parse_time_of_day("09:00"),
)
REVERSED = Start(
    mode=StartMode.INTERVAL,
    basis=Basis.ALLOCATED,
    at=parse_time_of_day("07:00"),
    every=MINUTE,
    order=IntervalOrder.GC_REVERSED,
)
CHASE = Start(
    mode=StartMode.CHASE,
    basis=Basis.ALLOCATED,
    at=parse_time_of_day("07:00"),
    cap=HOUR,
    rest_at=parse_time_of_day("08:15"),
)
ELITE_LATER = Start(
    mode=StartMode.WAVES,
    basis=Basis.GUN,
    waves=(
        Wave(code="elite", at=parse_time_of_day("10:00"), who=(Selection(rank=(1, 10)),)),
        Wave(code="all", at=parse_time_of_day("07:00")),
    ),
)
BY_GENDER = Start(
    mode=StartMode.WAVES,
    basis=Basis.GUN,
    waves=(
        Wave(code="women", at=parse_time_of_day("07:00"), who=(Selection(category="W"),)),
        Wave(code="men", at=parse_time_of_day("07:30")),
    ),
)

PAIR = TeamKind(
    code="pair",
    size=(2, 2),
    separation=Separation(max_gap=2 * MINUTE),
    members=Members.TEAM_ONLY,
)
MIXED = TeamKind(code="mixed", size=(2, 2), gender=TeamGender.MIXED)
VETERANS = TeamKind(code="veterans", size=(2, 2), combined_age=(100, None))
CREW = TeamKind(code="crew", size=(3, 5), time=TeamTime(kind=TeamTimeKind.SUM))
RELAY = TeamKind(code="relay", size=(3, 3), time=TeamTime(kind=TeamTimeKind.RELAY))


def controls(
    km: float = 30.0, *, between: int = 3, in_out: bool = False, limit: str = ""
) -> tuple[Control, ...]:
    """START, CP1 … and FINISH, evenly spread; ``limit`` is a time of day at the finish."""
    step = km * 1000 / (between + 1)
    return (
        Control(code="START", distance_m=0),
        *(
            Control(code=f"CP{n}", distance_m=round(n * step), in_out=in_out)
            for n in range(1, between + 1)
        ),
        Control(
            code="FINISH",
            distance_m=round(km * 1000),
            cutoffs=(Cutoff(at=parse_time_of_day(limit)),) if limit else (),
        ),
    )


def stage(
    number: int,
    start: Start = MASS,
    *,
    course: tuple[Control, ...] = (),
    ascent_m: int = 1200,
    kind: StageKind = StageKind.TIMED,
    courses: tuple[tuple[str, tuple[str, ...]], ...] = (),
) -> Stage:
    """One day's stage, on the day of its number."""
    along = course or controls()
    return Stage(
        number=number,
        date=FIRST_DAY + timedelta(days=number - 1),
        kind=kind,
        distance_m=along[-1].distance_m,
        ascent_m=ascent_m,
        start=start,
        controls=along,
        courses=courses,
    )


def race(
    *stages: Stage,
    kinds: tuple[TeamKind, ...] = (),
    divisions: tuple[Division, ...] = (Division(code="full"),),
    timezone: str = "Europe/Zurich",
    starts_on: date = FIRST_DAY,
) -> Race:
    """A race of these stages, by default three days of mass starts."""
    return Race(
        slug="three-valleys",
        name="Three Valleys",
        timezone=timezone,
        starts_on=starts_on,
        divisions=divisions,
        categories=(Category(code="W", gender="F"), Category(code="M40", gender="M", age=(40, 49))),
        team_kinds=kinds,
        stages=stages or (stage(1), stage(2), stage(3)),
        classifications=(Classification(code="gc", of=Of.SOLO, division=divisions[0].code),),
    )


LONG_NIGHT = controls(160, between=8, in_out=True, limit="+2 02:00")
"""A course of a day and a half, with aid stations."""

SHORTENED = Cutoff(
    at=parse_time_of_day("12:30"), outcome=Outcome(kind=OutcomeKind.MOVE, division="short")
)
"""A cut-off that leads to the shorter course."""
