"""The harness that measures: what it says must follow from what was measured."""

from datetime import date

import pytest

from benchmarks.figures import Figure, Spread, readable, spreads
from benchmarks.report import Circumstances, replaced, section

WHERE = Circumstances(day=date(2026, 11, 21), machine="2 × Example, Linux", python="3.11.7")


def of(name: str, median: float) -> str:
    spread = Spread(label="all", unit="s", least=median, median=median, most=median)
    return section(name=name, target="soon", spread=[spread], repetitions=3, where=WHERE)


def test_a_spread_is_least_median_and_most_of_the_repetitions() -> None:
    repetitions = [[Figure(label="all", value=value, unit="s")] for value in (5.0, 1.0, 2.0)]
    assert spreads(repetitions) == (Spread(label="all", unit="s", least=1.0, median=2.0, most=5.0),)


def test_figures_keep_the_order_of_the_first_repetition() -> None:
    one = [Figure(label="z", value=1, unit="s"), Figure(label="a", value=2, unit="s")]
    assert [spread.label for spread in spreads([one, reversed(one)])] == ["z", "a"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.04567, "0.0457"), (1.5, "1.5"), (99.94, "99.9"), (100.4, "100"), (62400.0, "62,400")],
)
def test_a_figure_is_written_with_the_digits_that_mean_something(value: float, text: str) -> None:
    assert readable(value) == text


def test_a_new_section_is_added_at_the_end() -> None:
    assert replaced("# Performance\n", "compute", of("compute", 1)) == (
        "# Performance\n\n" + of("compute", 1)
    )


def test_a_section_is_replaced_where_it_stands_and_the_others_stay() -> None:
    document = "# Performance\n\n" + of("compute", 1) + "\n" + of("append", 2)
    assert replaced(document, "compute", of("compute", 9)) == (
        "# Performance\n\n" + of("compute", 9) + "\n" + of("append", 2)
    )


def test_a_section_says_where_and_how_often_it_was_measured() -> None:
    assert "2026-11-21, 2 × Example, Linux, Python 3.11.7, 3 repetitions." in of("compute", 1)
