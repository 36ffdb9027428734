"""Places that are passed more than once (Rules 4.9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from timing.core.courses import course_of, passing_codes, point_codes
from timing.core.days import stage_day
from timing.core.definition import Basis, Control, Cutoff, Source, Stage
from timing.core.problems import ProblemCode
from timing.core.records import Passing
from timing.core.results import UnusedReason
from timing.core.splits import Facts, read_splits
from timing.core.starts import Clock
from timing.core.times import HOUR, MINUTE, TimeOfDay

DAY = stage_day(date(2026, 8, 28), ZoneInfo("Europe/Zurich"))
GUN = DAY.midnight + 8 * HOUR
ARENA = Stage(
    number=1,
    date=DAY.on,
    laps=2,
    controls=(
        Control(code="START", distance_m=0, place="ARENA"),
        Control(code="HUT", distance_m=4_000, in_out=True, cutoffs=(Cutoff(elapsed=1),)),
        Control(code="FINISH", distance_m=10_000, place="ARENA", cutoffs=(Cutoff(elapsed=2),)),
    ),
)
COURSE = course_of(ARENA, "")
ON_GUN = Clock(basis=Basis.GUN, reference=GUN, tolerance=10 * MINUTE, start=GUN, gun=GUN)
IN_WINDOW = replace(ON_GUN, basis=Basis.OWN, start=None, gun=None, opens=GUN, closes=GUN + HOUR)


def seen(control: str, minutes: int, number: int = 0) -> Passing:
    """A read so many minutes after the gun."""
    return Passing(
        id=f"{control}-{minutes}-{number}", stage=1, control=control, time=GUN + minutes * MINUTE
    )


def read(*passings: Passing, clock: Clock = ON_GUN) -> Facts:
    return read_splits(passings, course=COURSE, clock=clock, day=DAY, bib="12", stage=1)


def splits(facts: Facts) -> dict[str, int]:
    """Minutes after the gun by point."""
    return {
        point.code: (time - GUN) // MINUTE
        for point, time in zip(COURSE.points, facts.times, strict=True)
        if time is not None
    }


def test_every_lap_has_its_controls_and_an_end() -> None:
    assert [p.code for p in COURSE.points] == [
        "START",
        "LAP1:HUT.in",
        "LAP1:HUT.out",
        "LAP1",
        "LAP2:HUT.in",
        "LAP2:HUT.out",
        "FINISH",
    ]
    assert [p.distance_m for p in COURSE.points] == [0, 4000, 4000, 10000, 14000, 14000, 20000]
    assert [len(p.cutoffs) for p in COURSE.points] == [0, 1, 0, 0, 1, 0, 1]
    assert point_codes(ARENA) == tuple(p.code for p in COURSE.points)


def test_a_passing_may_name_points_controls_and_places() -> None:
    assert set(passing_codes(ARENA)) == {
        *point_codes(ARENA),
        "ARENA",
        "HUT",
        "HUT.in",
        "HUT.out",
        "LAP2",
    }


def test_in_and_out_are_told_apart_or_come_in_turn() -> None:
    told = read(seen("HUT.in", 20), seen("HUT.out", 25), seen("HUT.in", 60), seen("HUT.out", 61))
    assert splits(told) == {
        "LAP1:HUT.in": 20,
        "LAP1:HUT.out": 25,
        "LAP2:HUT.in": 60,
        "LAP2:HUT.out": 61,
    }
    in_turn = read(seen("HUT", 20), seen("HUT", 25), seen("HUT", 60), seen("HUT", 61))
    assert splits(in_turn) == splits(told)


def test_a_late_starter_is_read_at_the_start_up_to_its_tolerance() -> None:
    assert splits(read(seen("ARENA", 9), seen("ARENA", 40))) == {"START": 9, "LAP1": 40}
    assert splits(read(seen("ARENA", 11), seen("ARENA", 40))) == {"LAP1": 11, "FINISH": 40}


def test_in_a_window_the_first_passing_is_the_start() -> None:
    facts = read(seen("ARENA", 30), seen("ARENA", 70), seen("ARENA", 110), clock=IN_WINDOW)
    assert splits(facts) == {"START": 30, "LAP1": 70, "FINISH": 110}
    assert facts.raw == 80 * MINUTE


def test_the_last_lap_has_a_name_too() -> None:
    assert splits(read(seen("LAP2", 90))) == {"FINISH": 90}


def test_a_chip_line_that_reads_finishers_again_is_no_problem() -> None:
    chips = [seen("ARENA", minutes) for minutes in (0, 40, 80, 95)]
    facts = read(*(replace(p, source=p.source.CHIP) for p in chips))
    assert splits(facts)["FINISH"] == 80
    assert [u.reason for u in facts.unused] == [UnusedReason.NO_OPEN_CONTROL]
    assert ProblemCode.NO_OPEN_CONTROL not in {p.code for p in facts.problems}


def test_times_of_day_and_instants_mean_the_same() -> None:
    at = [TimeOfDay(8 * HOUR + m * MINUTE) for m in (20, 25, 60, 61)]
    facts = read(*(replace(seen("HUT", n), time=time) for n, time in enumerate(at)))
    assert splits(facts)["LAP2:HUT.out"] == 61


def test_a_time_that_the_clocks_skip_is_a_problem_at_a_place_too() -> None:
    spring = stage_day(date(2026, 3, 29), ZoneInfo("Europe/Zurich"))
    gun = spring.midnight + HOUR
    clock = replace(ON_GUN, reference=gun, start=gun, gun=gun)
    passing = replace(seen("HUT", 0), time=TimeOfDay(2 * HOUR + 30 * MINUTE))
    facts = read_splits([passing], course=COURSE, clock=clock, day=spring, bib="12", stage=1)
    assert [p.code for p in facts.problems] == [ProblemCode.TIME_DOES_NOT_EXIST]


def test_days_are_found_along_the_course_and_beside_the_time() -> None:
    facts = read(
        replace(seen("START", 0), time=TimeOfDay(8 * HOUR + MINUTE)),
        replace(seen("LAP1:HUT.in", 0), time=TimeOfDay(20 * HOUR)),
        replace(seen("LAP1:HUT.out", 0), time=TimeOfDay(7 * HOUR)),
        replace(seen("ARENA", 0), time=TimeOfDay(9 * HOUR, day=1)),
    )
    hours = {point: minutes / 60 for point, minutes in splits(facts).items() if minutes > 1}
    assert hours == {"LAP1:HUT.in": 12, "LAP1:HUT.out": 23, "LAP1": 25}


def test_a_control_passed_once_is_passed_when_its_best_source_says() -> None:
    bridge = course_of(
        replace(
            ARENA,
            laps=1,
            controls=(
                Control(code="START", distance_m=0),
                Control(code="OUT", distance_m=1, place="BRIDGE"),
                Control(code="TURN", distance_m=2),
                Control(code="BACK", distance_m=3, place="BRIDGE"),
                Control(code="FINISH", distance_m=4),
            ),
        ),
        "",
    )
    reads = (
        replace(seen("TURN", 10), source=Source.PAPER),
        replace(seen("TURN", 40), source=Source.PHOTO),
        seen("BRIDGE", 20),
        seen("BRIDGE", 60),
    )
    facts = read_splits(reads, course=bridge, clock=ON_GUN, day=DAY, bib="12", stage=1)
    assert [t is None for t in facts.times] == [True, False, False, False, True]


READS = st.lists(
    st.builds(
        seen,
        st.sampled_from([*passing_codes(ARENA)]),
        st.integers(-20, 200),
        st.integers(0, 1),
    ),
    max_size=12,
    unique_by=lambda p: p.id,
)


@given(READS, st.randoms())
def test_the_order_of_arrival_changes_nothing(passings: list[Passing], chance: object) -> None:
    shuffled = list(passings)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = read(*passings), read(*shuffled)
    assert (one.times, one.raw) == (other.times, other.raw)
    assert sorted(one.unused, key=repr) == sorted(other.unused, key=repr)
    assert sorted(one.problems, key=repr) == sorted(other.problems, key=repr)


@given(READS)
def test_splits_go_forward_and_every_read_is_taken_or_left(passings: list[Passing]) -> None:
    facts = read(*passings)
    known = [time for time in facts.times if time is not None]
    assert known == sorted(known)
    taken = [p.id for p in facts.taken if p is not None]
    assert sorted([*taken, *(u.record for u in facts.unused)]) == sorted(p.id for p in passings)
