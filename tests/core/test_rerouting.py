"""A stage re-routed while it is run: which course, what is told of it, what refers to nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from timing.core.book import RaceBook
from timing.core.explain import explain
from timing.core.problems import ProblemCode
from timing.core.reasons import Because, Reason
from timing.racefile import loads

RACE = """
format: 1
race: {slug: s, timezone: Europe/Zurich, starts_on: 2026-08-28}
divisions: [{code: full}, {code: mini}]
stages:
  - number: 1
    date: 2026-08-28
    start: {mode: mass, at: "08:00"}
    controls:
      - {code: START, km: 0}
      - {code: CP, km: 10}
      - {code: RIDGE, km: 15}
      - {code: FINISH, km: 20}
    courses: {mini: [START, CP]}
entries:
  - {id: a, bib: "11", division: full}
  - {id: b, bib: "12", division: full}
  - {id: c, bib: "13", division: mini}
passings: |
  1 CP 11 08:59:59
  1 CP 12 09:00:00
  1 VALLEY 12 09:30:00
  1 CP 13 09:10:00
rulings:
"""
COURSE = (
    "[{code: START, km: 0}, {code: CP, km: 10}, {code: VALLEY, km: 14}, {code: FINISH, km: 18}]"
)
BY = "by: director, reason: Storm"


def rerouted(nth: int = 1, control: str = "CP", since: str = "09:00", course: str = COURSE) -> str:
    return (
        f"  - {{ruling: stage, id: r{nth}, stage: 1, action: reroute, control: {control},"
        f' from: "{since}", with: {{controls: {course}}}, at: 2026-08-28T06:5{nth}:00Z, {BY}}}\n'
    )


def book(*rulings: str) -> RaceBook:
    return RaceBook(loads(RACE + "".join(rulings), name="race.yaml"))


def reasons(found: RaceBook, entry: str) -> dict[Because, Reason]:
    return {r.because: r for r in explain(found, entry, 1).stages[0].reasons}


@pytest.mark.parametrize(
    ("entry", "because", "distance_m"),
    [("a", Because.COURSE_AS_PLANNED, 20_000), ("b", Because.COURSE_REROUTED, 18_000)],
)
def test_an_explanation_says_which_course_was_run(
    entry: str, because: Because, distance_m: int
) -> None:
    told = reasons(book(rerouted()), entry)[because]
    assert told.records == ("r1",)
    assert dict(told.params)["distance_m"] == distance_m


def test_nothing_is_told_to_whom_it_does_not_concern() -> None:
    found = reasons(book(rerouted()), "c")
    assert not {Because.COURSE_AS_PLANNED, Because.COURSE_REROUTED} & found.keys()


def test_the_points_of_both_courses_are_named_in_running_order() -> None:
    found = book(rerouted())
    assert found.points(1) == ("START", "CP", "VALLEY", "RIDGE", "FINISH")
    assert [p.code for p in found.course(1, "full")] == [*found.points(1)]
    assert [p.code for p in found.course(1, "mini")] == ["START", "CP"]


def test_of_two_courses_from_one_control_and_moment_the_later_ruling_counts() -> None:
    other = COURSE.replace("VALLEY", "LAKE")
    found = book(rerouted(1, course=other), rerouted(2))
    assert [s.point for s in found.splits(1, "b")] == ["CP", "VALLEY"]
    (problem,) = (p for p in found.problems() if p.code is ProblemCode.CONTRADICTING_RULINGS)
    assert problem.records == ("r1", "r2")


def test_a_course_that_leads_away_from_itself_alone_is_listed() -> None:
    found = book(rerouted(control="VALLEY"))
    assert ProblemCode.RULING_UNKNOWN_CONTROL in {p.code for p in found.problems()}
    assert [s.point for s in found.splits(1, "b")] == ["CP"]


def test_a_reroute_that_arrives_late_leads_to_the_same() -> None:
    whole = book(rerouted())
    grown = RaceBook(replace(whole.document, rulings=()))
    grown.add(rulings=whole.document.rulings)
    assert grown.answer() == whole.answer()
    assert [s.point for s in grown.splits(1, "b")] == ["CP", "VALLEY"]
