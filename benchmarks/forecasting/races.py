"""Races with intermediate splits to forecast: real ones, kept beside the project, and simulated.

The real ones are read from ``../shared/data``, which is no part of the project. Where it is absent
there are none.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from timing.core.definition import (
    Basis,
    Control,
    Division,
    Race,
    Stage,
    Start,
    StartMode,
)
from timing.core.document import Document
from timing.core.entries import Entry
from timing.core.records import Passing
from timing.core.times import HOUR, MINUTE, SECOND, Instant, TimeOfDay
from timing.simulator.faults import Faults
from timing.simulator.simulate import simulate

REAL = Path(__file__).parent.parent.parent.parent / "shared" / "data"

_DOUBTED = ("0", "1")
"""What OpenSplitTime calls bad and questionable: it forecasts from none of it either."""

_DENVER = "America/Denver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A race to replay: its set, its name, and its splits as a document.

    ``stage`` is the one that is forecast. Every ``every``-th runner is.
    """

    kind: str
    name: str
    document: Document
    stage: int = 1
    every: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """A place of one of the ultras: metres and metres climbed from the start."""

    id: str
    metres: int
    climbed: int
    is_double: bool


def ultras(folder: Path = REAL) -> tuple[Replayed, ...]:
    """Trail ultras with aid stations: Hardrock in three years, and three smaller ones.

    The fixtures of OpenSplitTime, a part of each field. Left out are times that it calls bad or
    questionable, and who has no start or times that decrease all the same; laps against the clock
    have no finish to forecast.
    """
    folder = folder / "opensplittime_fixtures"
    if not folder.is_dir():
        return ()
    courses: dict[str, list[_Split]] = defaultdict(list)
    for row in _rows(folder / "splits.csv"):
        courses[row["course"]].append(
            _Split(
                id=row["split"],
                metres=int(row["distance_from_start"]),
                climbed=round(float(row["vert_gain_from_start"])),
                is_double=row["sub_split_bitmap"] == "65",
            )
        )
    course_of = {row["event"]: row["course"] for row in _rows(folder / "events.csv")}
    event_of = {row["effort"]: row["event"] for row in _rows(folder / "efforts.csv")}
    times: dict[str, dict[str, list[tuple[str, bool, Instant]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in _rows(folder / "split_times.csv"):
        event = event_of.get(row["effort"])
        if event is not None and row["absolute_time"] and row["data_status"] not in _DOUBTED:
            instant = round(datetime.fromisoformat(row["absolute_time"]).timestamp() * SECOND)
            times[event][row["effort"]].append(
                (row["split"], row["sub_split_bitkey"] == "64", instant)
            )
    chosen = ("hardrock_2014", "hardrock_2015", "hardrock_2016", "ggd30_50k", "sum_55k")
    return tuple(
        _ultra(event, sorted(courses[course_of[event]], key=lambda s: s.metres), times[event])
        for event in chosen
    )


def _ultra(
    name: str, course: list[_Split], efforts: Mapping[str, list[tuple[str, bool, Instant]]]
) -> Replayed:
    order = {split.id: n for n, split in enumerate(course)}
    runners: dict[str, list[tuple[str, bool, Instant]]] = {}
    starts = []
    for effort, seen in efforts.items():
        in_order = sorted(seen, key=lambda s: (order[s[0]], s[1]))
        instants = [instant for _, _, instant in in_order]
        if order[in_order[0][0]] == 0 and instants == sorted(instants):
            runners[effort] = in_order
            starts.append(in_order[0][2])
    # The gun is the earliest usual start; those who ran on another day have all their times moved.
    gun = max(set(starts), key=starts.count)
    passings = []
    codes = ["START", *(f"P{n}" for n in range(1, len(course) - 1)), "FINISH"]
    for bib, (effort, seen) in enumerate(sorted(runners.items()), start=1):
        shift = gun - seen[0][2]
        for split, is_out, instant in seen:
            n = order[split]
            code = codes[n]
            if course[n].is_double:
                code += ".out" if is_out else ".in"
            passings.append(
                Passing(
                    id=f"{effort}-{code}",
                    stage=1,
                    control=code,
                    time=instant + shift,
                    bib=str(bib),
                )
            )
    controls = tuple(
        Control(
            code=code,
            distance_m=split.metres,
            ascent_m=split.climbed,
            in_out=split.is_double,
        )
        for code, split in zip(codes, course, strict=True)
    )
    return Replayed(
        kind="ultras",
        name=name,
        document=_document(name, controls, len(runners), passings, gun, _DENVER),
    )


def enduros(folder: Path = REAL) -> tuple[Replayed, ...]:
    """Ten mountain bike enduros, their timed stages one after the other from one start.

    Nobody says how long those are: the even half of the field measures them, each as long as
    its median time at one speed, and the odd half is forecast.
    """
    path = folder / "enduro_norway" / "results_long.csv"
    if not path.is_file():
        return ()
    events: dict[str, dict[tuple[str, str], dict[int, float]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for row in _rows(path):
        seconds = _seconds(row["time"])
        if row["kind"] == "stage" and seconds:
            events[row["event"]][row["class"], row["bib"]][int(row["stage"])] = seconds
    return tuple(_enduro(name, riders) for name, riders in sorted(events.items()))


def _seconds(text: str) -> float:
    """``h:mm:ss`` with or without hours and fractions; 0 for what is no time."""
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError:
        return 0.0
    return sum(part * 60.0**n for n, part in enumerate(reversed(parts)))


def _enduro(name: str, riders: Mapping[tuple[str, str], Mapping[int, float]]) -> Replayed:
    runs = [tuple(sorted(times)) for times in riders.values()]
    stages = max(set(runs), key=runs.count)
    whole = [
        [times[stage] for stage in stages]
        for _, times in sorted(riders.items())
        if set(times) >= set(stages)
    ]
    measuring, forecast = whole[::2], whole[1::2]
    gun = round(datetime(2025, 6, 1, 8, tzinfo=ZoneInfo("Europe/Oslo")).timestamp()) * SECOND
    metres = 0
    controls = [Control(code="START", distance_m=0)]
    for n in range(len(stages)):
        metres += round(median(times[n] for times in measuring) * 2)
        code = "FINISH" if n == len(stages) - 1 else f"P{n + 1}"
        controls.append(Control(code=code, distance_m=metres))
    passings = []
    for bib, times in enumerate(forecast, start=1):
        elapsed = 0.0
        for time, control in zip(times, controls[1:], strict=True):
            elapsed += time
            passings.append(
                Passing(
                    id=f"{bib}-{control.code}",
                    stage=1,
                    control=control.code,
                    time=gun + round(elapsed * SECOND),
                    bib=str(bib),
                )
            )
    return Replayed(
        kind="enduros",
        name=name,
        document=_document(name, tuple(controls), len(forecast), passings, gun, "Europe/Oslo"),
        every=2,
    )


def simulated() -> tuple[Replayed, ...]:
    """Three days of our own simulator over hills, the third by day and the fourth by night."""
    return tuple(
        Replayed(
            kind="simulated",
            name=f"stage {stage}",
            document=_simulated(),
            stage=stage,
            every=12,
        )
        for stage in (1, 3, 4)
    )


@cache
def _simulated() -> Document:
    days = ((38, 1_200, 8), (42, 2_100, 8), (35, 900, 8), (70, 2_800, 17))
    stages = []
    for number, (km, ascent, hour) in enumerate(days, start=1):
        climbed = (0, 0.22, 0.30, 0.55, 0.70, 0.92, 1)
        controls = []
        for n, share in enumerate(climbed):
            code = "START" if n == 0 else "FINISH" if n == len(climbed) - 1 else f"CP{n}"
            controls.append(
                Control(
                    code=code,
                    distance_m=km * 1000 * n // (len(climbed) - 1),
                    ascent_m=round(ascent * share),
                )
            )
        stages.append(
            Stage(
                number=number,
                date=date(2026, 8, 2 + number),
                distance_m=km * 1000,
                ascent_m=ascent,
                start=Start(mode=StartMode.MASS, basis=Basis.GUN, at=TimeOfDay(hour * HOUR)),
                controls=tuple(controls),
            )
        )
    race = Race(
        slug="simulated",
        name="Simulated",
        timezone=_DENVER,
        starts_on=date(2026, 8, 3),
        divisions=(Division(code="full", name="Full"),),
        stages=tuple(stages),
    )
    return simulate(race, entries=240, seed=5, faults=Faults())


def _document(  # noqa: PLR0917
    name: str,
    controls: tuple[Control, ...],
    entries: int,
    passings: list[Passing],
    gun: Instant,
    zone: str,
) -> Document:
    started = datetime.fromtimestamp(gun / SECOND, ZoneInfo(zone))
    clock = TimeOfDay(started.hour * HOUR + started.minute * MINUTE)
    stage = Stage(
        number=1,
        date=started.date(),
        distance_m=controls[-1].distance_m,
        ascent_m=controls[-1].ascent_m or 0,
        start=Start(mode=StartMode.MASS, basis=Basis.GUN, at=clock),
        controls=controls,
    )
    return Document(
        race=Race(
            slug=name.replace("_", "-"),
            name=name,
            timezone=zone,
            starts_on=started.date(),
            stages=(stage,),
        ),
        entries=tuple(Entry(id=str(n), bib=str(n)) for n in range(1, entries + 1)),
        passings=tuple(passings),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


SETS: Mapping[str, Callable[[], tuple[Replayed, ...]]] = {
    "ultras": ultras,
    "enduros": enduros,
    "simulated": simulated,
}
