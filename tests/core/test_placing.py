"""Whose passing it is (Rules 4.1, 4.5)."""

from __future__ import annotations

from datetime import date

import pytest

from timing.core.book import RaceBook
from timing.core.definition import Control, Race, Stage
from timing.core.document import Document
from timing.core.entries import Entry
from timing.core.placing import Placement
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Assign, Passing, Void

ENTRIES = (
    Entry(id="ana", bib="12", chips=("A1", "A2")),
    Entry(id="bo", bib="007"),
    Entry(id="cy", bib="7"),
)
RACE = Race(
    slug="s",
    name="S",
    timezone="UTC",
    starts_on=date(2026, 8, 28),
    stages=(
        Stage(
            number=1,
            date=date(2026, 8, 28),
            controls=(Control(code="START", distance_m=0), Control(code="FINISH", distance_m=1)),
        ),
    ),
)


def whose(
    bib: str = "", chip: str = "", *rulings: Void | Assign, stage: int = 1, control: str = "FINISH"
) -> Placement:
    passing = Passing(id="p", stage=stage, control=control, time=0, bib=bib, chip=chip)
    document = Document(race=RACE, entries=ENTRIES, passings=(passing,), rulings=rulings)
    return RaceBook(document).placing()(passing)


def problem(placement: Placement) -> Problem:
    assert isinstance(placement, Problem)
    return placement


ASSIGNED = Assign(id="a", by="director", at=1, record="p", bib="7")


@pytest.mark.parametrize(
    ("bib", "chip", "entry"),
    [("12", "", "ana"), ("007", "", "bo"), ("7", "", "cy"), ("", "A2", "ana"), ("7", "A1", "cy")],
)
def test_a_passing_is_whose_bib_it_was_else_whose_chip(bib: str, chip: str, entry: str) -> None:
    assert whose(bib, chip) == entry


@pytest.mark.parametrize("bib", ["12", "99", "1*", ""])
def test_an_assigned_passing_is_whose_it_was_assigned_to(bib: str) -> None:
    assert whose(bib, "A1", ASSIGNED) == "cy"


@pytest.mark.parametrize(
    ("bib", "chip", "code"),
    [
        ("99", "", ProblemCode.UNKNOWN_BIB),
        ("99", "A1", ProblemCode.UNKNOWN_BIB),
        ("1*", "", ProblemCode.UNREAD_BIB),
        ("*", "A1", ProblemCode.UNREAD_BIB),
        ("", "", ProblemCode.NO_BIB),
        ("", "ZZ", ProblemCode.UNKNOWN_CHIP),
    ],
)
def test_a_passing_that_is_nobodys_is_a_problem_that_names_it(
    bib: str, chip: str, code: ProblemCode
) -> None:
    assert problem(whose(bib, chip)) == Problem(
        code=code,
        stage=1,
        control="FINISH",
        bib=bib,
        records=("p",),
        params=(("chip", chip),) if chip else (),
    )


def test_a_passing_assigned_to_a_bib_that_nobody_wears_is_a_problem_of_that_bib() -> None:
    to_nobody = Assign(id="a", by="director", at=1, record="p", bib="98")
    found = problem(whose("12", "", to_nobody))
    assert (found.code, found.bib) == (ProblemCode.UNKNOWN_BIB, "98")


def test_a_stage_or_a_control_that_the_race_has_not_is_a_problem() -> None:
    assert problem(whose("12", stage=9)).code is ProblemCode.UNKNOWN_STAGE
    assert problem(whose("12", control="HUT")).code is ProblemCode.UNKNOWN_CONTROL


@pytest.mark.parametrize("bib", ["12", "99"])
def test_a_voided_passing_is_nobodys_and_no_problem(bib: str) -> None:
    assert whose(bib, "", Void(id="v", by="director", at=1, record="p")) is None


def test_voiding_an_assignment_gives_the_passing_back() -> None:
    undone = Void(id="v", by="director", at=2, record="a")
    assert whose("12", "", ASSIGNED, undone) == "ana"
