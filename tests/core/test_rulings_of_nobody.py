"""Rulings about unknown bibs, teams, stages and controls are listed, never dropped in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.small_races import EVENING, document
from timing.core.book import RaceBook
from timing.core.problems import ProblemCode
from timing.core.records import Bonus, Credit, Penalty, Ruling, StageTime, Status
from timing.core.statuses import RulingStatus
from timing.core.times import HOUR, MINUTE

PENALTY = Penalty(id="r", by="jury", at=EVENING, reason="Kit", stage=1, time=MINUTE)
STATUS = Status(id="r", by="jury", at=EVENING, reason="Ankle", status=RulingStatus.DNF, stage=1)


def problems(ruling: Ruling) -> list[tuple[ProblemCode, int | None, str, tuple[str, ...]]]:
    return [
        (p.code, p.stage, p.bib, p.records)
        for p in RaceBook(document(ruling)).problems()
        if p.code is not ProblemCode.MISSED_CONTROL
    ]


@pytest.mark.parametrize(
    "ruling",
    [
        replace(PENALTY, bibs=("99",)),
        replace(STATUS, bibs=("99",)),
        Bonus(id="r", by="jury", at=EVENING, reason="", stage=1, time=MINUTE, bibs=("99",)),
        StageTime(id="r", by="jury", at=EVENING, stage=1, time=4 * HOUR, bibs=("99",)),
    ],
    ids=["penalty", "status", "bonus", "stage time"],
)
def test_a_ruling_about_an_unknown_bib_is_a_problem(ruling: Ruling) -> None:
    assert problems(ruling) == [(ProblemCode.RULING_UNKNOWN_BIB, 1, "99", ("r",))]


@pytest.mark.parametrize(
    "ruling",
    [replace(PENALTY, team="T9"), replace(STATUS, team="T9")],
    ids=["penalty", "status"],
)
def test_a_ruling_about_an_unknown_team_is_a_problem(ruling: Ruling) -> None:
    assert problems(ruling) == [(ProblemCode.RULING_UNKNOWN_TEAM, 1, "", ("r",))]


@pytest.mark.parametrize(
    "ruling",
    [replace(PENALTY, bibs=("11",), stage=7), replace(STATUS, bibs=("11",), stage=7)],
    ids=["penalty", "status"],
)
def test_a_ruling_about_an_unknown_stage_is_a_problem(ruling: Ruling) -> None:
    assert problems(ruling) == [(ProblemCode.RULING_UNKNOWN_STAGE, 7, "", ("r",))]


def test_a_ruling_about_an_unknown_control_is_a_problem() -> None:
    found = problems(replace(PENALTY, bibs=("11",), served="HUT"))
    assert found == [(ProblemCode.RULING_UNKNOWN_CONTROL, 1, "", ("r",))]


def test_a_ruling_with_a_known_and_an_unknown_bib_holds_for_the_known_one() -> None:
    book = RaceBook(document(replace(PENALTY, bibs=("99", "11"))))
    line = book.stage_line(1, "a")
    assert line is not None
    assert line.penalty == MINUTE


def test_a_credit_that_extends_cutoffs_is_a_credit_too() -> None:
    credit = Credit(
        id="r",
        by="jury",
        at=EVENING,
        reason="Helped",
        stage=1,
        time=MINUTE,
        bibs=("11",),
        extends_cutoffs=True,
    )
    line = RaceBook(document(credit)).stage_line(1, "a")
    assert line is not None
    assert (line.time, line.credit) == (4 * HOUR - MINUTE, MINUTE)
