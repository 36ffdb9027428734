"""What a division runs on a stage (Rules 4.2, 7.1)."""

from __future__ import annotations

from datetime import date

import pytest

from timing.core.courses import course_of, point_codes, shared_stages, stages_of
from timing.core.definition import (
    Control,
    Cutoff,
    Division,
    Race,
    Source,
    Stage,
    StageKind,
)

IN, OUT = Cutoff(elapsed=1), Cutoff(elapsed=2)
CONTROLS = (
    Control(code="START", distance_m=0),
    Control(
        code="HUT",
        name="The hut",
        distance_m=10_000,
        in_out=True,
        mandatory=False,
        cutoffs=(IN,),
        cutoffs_out=(OUT,),
        source=Source.RADIO,
        min_gap=5,
    ),
    Control(code="FINISH", distance_m=20_000, cutoffs=(IN,)),
)


def stage(number: int = 1, **more: object) -> Stage:
    return Stage(number=number, date=date(2026, 8, 27 + number), controls=CONTROLS, **more)  # type: ignore[arg-type]


def race(*stages: Stage, divisions: tuple[Division, ...] = ()) -> Race:
    return Race(
        slug="s",
        name="S",
        timezone="Europe/Zurich",
        starts_on=date(2026, 8, 28),
        stages=stages,
        divisions=divisions,
    )


def test_a_control_with_in_and_out_is_two_points_of_one_place() -> None:
    course = course_of(stage(), "")
    assert [point.code for point in course.points] == ["START", "HUT.in", "HUT.out", "FINISH"]
    assert [point.ordinal for point in course.points] == [0, 1, 2, 3]
    assert course.index == {"START": 0, "HUT.in": 1, "HUT.out": 2, "FINISH": 3}
    came, left = course.points[1:3]
    assert (came.control, came.name, came.distance_m) == ("HUT", "The hut", 10_000)
    assert (left.control, left.name, left.distance_m) == ("HUT", "The hut", 10_000)
    assert not came.is_out
    assert left.is_out
    assert left.in_code == "HUT.in"


def test_each_point_has_its_own_limits_and_what_its_control_says() -> None:
    start, came, left, finish = course_of(stage(), "").points
    assert (start.cutoffs, came.cutoffs, left.cutoffs, finish.cutoffs) == ((), (IN,), (OUT,), (IN,))
    assert {came.source, left.source} == {Source.RADIO}
    assert not came.mandatory
    assert not left.mandatory
    assert {came.min_gap, left.min_gap} == {5}
    assert start.mandatory
    assert start.source is None


def test_a_course_ends_at_its_last_point() -> None:
    course = course_of(stage(), "")
    assert course.finish.code == "FINISH"
    assert course.distance_m == 20_000


def test_a_division_passes_the_controls_that_its_course_names() -> None:
    with_courses = stage(courses=(("short", ("START", "FINISH")), ("hut", ("START", "HUT"))))
    assert [p.code for p in course_of(with_courses, "short").points] == ["START", "FINISH"]
    assert [p.code for p in course_of(with_courses, "full").points] == [
        "START",
        "HUT.in",
        "HUT.out",
        "FINISH",
    ]


def test_a_course_that_ends_at_an_in_and_out_ends_at_its_in() -> None:
    course = course_of(stage(courses=(("hut", ("START", "HUT")),)), "hut")
    assert [point.code for point in course.points] == ["START", "HUT.in"]
    assert course.finish.code == "HUT.in"
    assert course.distance_m == 10_000


def test_a_passing_may_name_every_point_of_the_full_course() -> None:
    assert point_codes(stage(courses=(("hut", ("START", "HUT")),))) == (
        "START",
        "HUT.in",
        "HUT.out",
        "FINISH",
    )


REST = Stage(number=2, date=date(2026, 8, 29), kind=StageKind.REST)


def test_a_division_runs_all_stages_but_days_of_rest() -> None:
    assert stages_of(race(stage(1), REST, stage(3)), "") == (1, 3)


def test_a_division_may_run_some_of_the_stages() -> None:
    those = race(stage(1), REST, stage(3), divisions=(Division(code="three", stages=(2, 3)),))
    assert stages_of(those, "three") == (3,)
    assert stages_of(those, "unheard-of") == (1, 3)


def test_all_divisions_share_the_stages_they_run_over_one_course() -> None:
    full, short = Division(code="full"), Division(code="short", stages=(1, 2))
    same = stage(1)
    shorter = stage(2, courses=(("short", ("START", "HUT")),))
    assert shared_stages(race(same, shorter, stage(3), divisions=(full, short))) == (1,)


@pytest.mark.parametrize("divisions", [(), (Division(code="full"),)])
def test_a_race_of_one_division_shares_all_its_stages(divisions: tuple[Division, ...]) -> None:
    assert shared_stages(race(stage(1), REST, stage(3), divisions=divisions)) == (1, 3)
