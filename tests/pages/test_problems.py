import pytest

from timing.core.problems import Problem, ProblemCode
from timing.pages.problems import problem_message, problem_place


@pytest.mark.parametrize("code", list(ProblemCode))
def test_every_problem_is_told_in_a_sentence(code: ProblemCode) -> None:
    told = problem_message(Problem(code=code))

    assert told[0].isupper()
    assert told[-1] in ".?"


def test_a_sentence_names_who_where_and_by_how_much() -> None:
    problem = Problem(
        code=ProblemCode.SOURCES_DISAGREE,
        stage=1,
        control="PASS",
        bib="12",
        records=("a", "b"),
        params=(("apart_ms", 95_000), ("source", "chip")),
    )

    assert problem_message(problem) == "Bib 12 at PASS: two sources are 0:01:35 apart."
    assert problem_place(problem) == "stage 1, PASS"


def test_what_a_bib_holds_is_not_taken_for_a_part_of_the_sentence() -> None:
    problem = Problem(code=ProblemCode.UNKNOWN_BIB, bib="{chip}")

    assert problem_message(problem) == "Nobody wears bib {chip}."
