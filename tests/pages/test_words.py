from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from timing.core.definition import Measure, Scope, Source, StartMode
from timing.core.differences import ChangeKind
from timing.core.problems import Problem, ProblemCode
from timing.core.reasons import Because
from timing.core.results import TieBreak, UnusedReason
from timing.core.statuses import RaceStatus, RulingStatus, StageStatus
from timing.pages import words
from timing.pages.difference_words import CHANGE
from timing.pages.explanations import SENTENCES as EXPLAINED
from timing.pages.problem_words import WORDS, problem_remedy, problem_seen
from timing.pages.words import SENTENCES, counted, days, long_day, ordinal, sentence, short_day

DOCS = Path(__file__).parents[2] / "docs" / "problems.md"


def test_everything_that_an_explanation_can_state_has_its_words() -> None:
    assert set(EXPLAINED) == set(Because)
    assert set(CHANGE) == set(ChangeKind)


@pytest.mark.parametrize("code", ProblemCode)
def test_every_problem_has_a_sentence_and_a_remedy(code: ProblemCode) -> None:
    problem = Problem(code=code, stage=2, control="HUT", bib="12")
    assert problem_seen(problem)
    assert not problem_seen(problem).endswith(".")
    assert problem_remedy(problem).endswith(".")


@pytest.mark.parametrize("code", ProblemCode)
def test_every_problem_is_described_in_the_documentation_in_the_same_words(
    code: ProblemCode,
) -> None:
    rows = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if f"`{code}`" in line]
    assert len(rows) == 1
    assert WORDS[code].seen in rows[0]
    assert WORDS[code].remedy in rows[0]


def test_the_documentation_describes_no_problem_that_there_is_not() -> None:
    named = re.findall(r"^\| `([a-z-]+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) == set(ProblemCode)


@pytest.mark.parametrize(
    ("ms", "said"), [(3_000, "3 s"), (400, "0.4 s"), (2_450, "2.4 s"), (250_000, "4:10")]
)
def test_a_difference_is_said_as_people_say_it(ms: int, said: str) -> None:
    problem = Problem(
        code=ProblemCode.SOURCES_DISAGREE,
        bib="33",
        control="FINISH",
        params=(("apart_ms", ms), ("source", "line_crew")),
    )
    assert problem_seen(problem) == f"Main and backup differ by {said} for 33 at FINISH"
    assert "The line crew time counts" in problem_remedy(problem)


def test_what_a_problem_does_not_say_is_left_open() -> None:
    assert problem_seen(Problem(code=ProblemCode.UNKNOWN_BIB)) == "No such bib: …"


@pytest.mark.parametrize(
    ("enumeration", "table"),
    [
        (StageStatus, words.STAGE_STATUS),
        (RaceStatus, words.RACE_STATUS),
        (RulingStatus, words.RULING_STATUS),
        (TieBreak, words.TIE_BREAK),
        (Source, words.SOURCE),
        (Measure, words.MEASURE_COLUMN),
        (StartMode, words.START_MODE),
        (Scope, words.SCOPE),
        (UnusedReason, words.UNUSED_REASON),
    ],
)
def test_every_member_has_words(enumeration: type, table: Mapping[str, str]) -> None:
    assert set(table) == set(enumeration)  # type: ignore[call-overload]
    assert all(table.values())


def test_no_sentence_shouts() -> None:
    assert not [text for text in SENTENCES.values() if "!" in text]


def test_a_stage_and_its_number_stay_on_one_line() -> None:
    assert sentence("stage-only", stage=5) == "stage\N{NO-BREAK SPACE}5"


@pytest.mark.parametrize(
    ("place", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (121, "121st")],
)
def test_ordinals(place: int, said: str) -> None:
    assert ordinal(place) == said


def test_counts_know_one_from_many() -> None:
    assert counted("runner", 1) == "1 runner"
    assert counted("runner", 1_300) == "1,300 runners"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 8, 28), date(2026, 8, 28), "28 August 2026"),
        (date(2026, 8, 24), date(2026, 8, 29), "24 to 29 August 2026"),
        (date(2026, 8, 28), date(2026, 9, 2), "28 August to 2 September 2026"),
        (date(2026, 12, 30), date(2027, 1, 2), "30 December 2026 to 2 January 2027"),
    ],
)
def test_a_span_of_days_leaves_out_what_is_the_same(first: date, last: date, said: str) -> None:
    assert days(first, last) == said


def test_days_are_named() -> None:
    assert long_day(date(2026, 8, 28)) == "Friday 28 August 2026"
    assert short_day(date(2026, 8, 28)) == "Fri 28 Aug"
