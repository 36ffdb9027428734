"""Waypoints of a file propose where controls are; nobody is made to take them."""

from __future__ import annotations

import pytest

from tests.importers.courses import gpx
from timing import racefile
from timing.importers.gpx import MOST_WAYPOINTS, read_gpx
from timing.operations.course_files import proposed_kilometres

RACE = """\
race: {slug: r, timezone: UTC}
stages:
  - number: 1
    date: 2026-08-28
    start: "08:00"
    controls:
      - {code: START, km: 0}
      - {code: HUT-1, name: Cabane du Trient, km: 4}
      - {code: FINISH, km: 10}
"""
STAGE = racefile.loads(RACE, name="r").race.stages[0]
POINTS = [(100.0 * n, 1000.0) for n in range(101)]


def proposed(*waypoints: tuple[str, float], off_m: float = 20.0) -> list[tuple[str, str, str]]:
    course = read_gpx(gpx(POINTS, waypoints=waypoints, off_m=off_m))
    found = proposed_kilometres(STAGE, course)
    return [(one.label, one.now_km, one.then_km) for one in found]


@pytest.mark.parametrize("name", ["HUT-1", "hut 1", "Hut1", "cabane du  TRIENT"])
def test_a_waypoint_named_like_a_control_proposes_its_kilometre(name: str) -> None:
    assert proposed((name, 5_200)) == [("HUT-1 Cabane du Trient", "4", "5.2")]


@pytest.mark.parametrize(
    "waypoint",
    [
        ("HUT-2", 5_200.0),
        ("FINISH", 5_200.0),
        ("START", 5_200.0),
        ("HUT-1", 4_000.0),
        (" ", 5_200.0),
    ],
)
def test_no_other_waypoint_proposes_anything(waypoint: tuple[str, float]) -> None:
    assert proposed(waypoint) == []


def test_a_waypoint_far_from_the_line_is_none_of_a_control() -> None:
    assert proposed(("HUT-1", 5_200), off_m=240) != []
    assert proposed(("HUT-1", 5_200), off_m=260) == []


def test_only_so_many_waypoints_are_looked_at() -> None:
    many = [(f"W{n}", 50.0) for n in range(MOST_WAYPOINTS)]
    assert proposed(*many, ("HUT-1", 5_200)) == []
