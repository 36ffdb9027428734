"""What the field truly did is what the engine makes of its records, where nothing went wrong."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.simulator.editions import (
    BY_GENDER,
    CHASE,
    CREW,
    ELITE_LATER,
    LONG_NIGHT,
    PAIR,
    REVERSED,
    VETERANS,
    WINDOW,
    controls,
    race,
    stage,
)
from tests.simulator.reading import by_runner, statuses
from timing.core.compute import compute
from timing.core.definition import Cutoff, Outcome, OutcomeKind, Race, Rules
from timing.core.problems import ProblemCode
from timing.core.records import Passing
from timing.core.results import Line
from timing.core.statuses import RaceStatus
from timing.core.times import HOUR, parse_time_of_day
from timing.simulator.faults import Faults
from timing.simulator.simulate import simulate

TWO_STRIKES = tuple(
    replace(
        control,
        cutoffs=(
            Cutoff(
                at=parse_time_of_day("14:00"),
                outcome=Outcome(kind=OutcomeKind.STRIKES, strikes=2),
                category="W",
            ),
        ),
    )
    if control.code == "CP3"
    else control
    for control in controls(40)
)

ARENA = tuple(
    replace(c, place="ARENA") if c.code in ("START", "FINISH") else c
    for c in controls(10, between=2, in_out=True)
)
LAPS = race(
    replace(stage(1, course=ARENA), laps=3),
    replace(stage(2, WINDOW, course=controls(8, between=0)), laps=4),
    replace(stage(3, course=controls(9, between=1)), laps=2),
)

RACES = {
    "mass starts and pairs": race(kinds=(PAIR,)),
    "windows": race(stage(1, WINDOW), stage(2, WINDOW)),
    "intervals": race(stage(1), stage(2, REVERSED), stage(3, REVERSED), kinds=(PAIR,)),
    "a chase": race(stage(1), stage(2, CHASE), kinds=(PAIR,)),
    "elite later": race(stage(1), stage(2, ELITE_LATER), kinds=(PAIR,)),
    "waves by category": race(stage(1, BY_GENDER), stage(2, BY_GENDER)),
    "a night out": race(stage(1, course=LONG_NIGHT, ascent_m=5000), stage(3)),
    "limits": race(*(stage(n, course=controls(40, limit="13:30")) for n in (1, 2, 3))),
    "a limit of the whole race": replace(
        race(*(stage(n, course=controls(40)) for n in (1, 2, 3))), rules=Rules(limit=18 * HOUR)
    ),
    "strikes": race(*(stage(n, course=TWO_STRIKES) for n in (1, 2, 3, 4))),
    "crews and veterans": race(kinds=(CREW, VETERANS)),
}

EXPECTED = {
    "limits": {RaceStatus.OTL},
    "a limit of the whole race": {RaceStatus.OTL},
    "strikes": {RaceStatus.OTL, RaceStatus.UNRANKED},
}


@pytest.mark.parametrize("definition", [*RACES.values(), LAPS], ids=[*RACES, "laps"])
def test_without_faults_there_are_no_problems_but_partners_apart(definition: Race) -> None:
    teams = 30 if definition.team_kinds else 0
    document = simulate(definition, entries=150, teams=teams, seed=3, faults=Faults.none())
    found = Counter(p.code for p in compute(document).problems())
    assert found.keys() <= {ProblemCode.SEPARATED}


def test_who_runs_every_lap_is_counted_as_a_finisher() -> None:
    document = simulate(LAPS, entries=150, seed=3, faults=Faults.none())
    book = compute(document)
    finishers = [n for n in book.board("gc").lines if n.status is RaceStatus.FINISHED]
    assert len(finishers) > 100
    entry_id = getattr(finishers[0].competitor, "id", "")
    assert [s.point for s in book.splits(3, entry_id)] == [
        "START",
        "LAP1:CP1",
        "LAP2:CP1",
        "FINISH",
    ]


@pytest.mark.parametrize("name", RACES)
def test_everybody_ends_as_simulated(name: str) -> None:
    definition = RACES[name]
    document = simulate(definition, entries=150, seed=3, faults=Faults.none())
    lines = compute(document).board("gc").lines
    found = by_runner(document)
    numbers = {s.number for s in definition.stages}
    given_up = set(statuses(document, "dnf"))
    withdrawn, absent = set(statuses(document, "withdrawn")), set(statuses(document, "dns"))
    for line in lines:
        entry_id, bib = getattr(line.competitor, "id", ""), getattr(line.competitor, "bib", "")
        done = {n for n in numbers if (ps := found.get((entry_id, n))) and _at_finish(ps)}
        match line.status:
            case RaceStatus.FINISHED:
                assert done == numbers
            case RaceStatus.DNF:
                assert bib in given_up
            case RaceStatus.WITHDRAWN:
                assert bib in withdrawn
            case RaceStatus.REGISTERED:
                assert bib in absent
            case RaceStatus.UNRANKED:
                assert len(done) >= 2
            case RaceStatus.OTL:
                assert bib not in given_up | withdrawn | absent
            case _:
                pytest.fail(f"{bib} is {line.status}")
    assert len(lines) == 150
    assert {line.status for line in lines} >= EXPECTED.get(name, set())
    assert sum(line.status is RaceStatus.FINISHED for line in lines) > 100


def _at_finish(passings: list[Passing]) -> bool:
    return passings[-1].control == "FINISH"


def test_totals_are_spread_as_in_a_real_race() -> None:
    """The last take two to three times as long as the first, the median one and a half times."""
    definition = race(*(stage(n) for n in range(1, 7)))
    document = simulate(definition, entries=300, seed=1, faults=Faults.none())
    ranked = [x for x in compute(document).board("gc").lines if x.rank is not None]
    times = [_time(line) for line in ranked]
    assert 1.3 < times[len(times) // 2] / times[0] < 1.9
    assert 1.9 < times[-1] / times[0] < 3.5
    assert ranked[0].rank == 1


def _time(line: Line) -> int:
    assert line.time is not None
    return line.time
