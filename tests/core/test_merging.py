"""Categories too small to stand alone (Rules 8.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from timing.core.definition import Category, Of, Race
from timing.core.merging import Merge, end_of, has_merging, merged, merges, overlapping
from timing.core.statuses import StageStatus

DAY = date(2026, 8, 28)


@dataclass
class Row:
    categories: tuple[str, ...]
    status: StageStatus = StageStatus.FINISHED


def race(*categories: Category) -> Race:
    return Race(slug="s", name="S", timezone="UTC", starts_on=DAY, categories=categories)


SMALL = Category(code="S", minimum=2, merges_into="L")
LARGE = Category(code="L")
RACE = race(SMALL, LARGE)


def test_a_race_without_a_minimum_and_where_to_go_has_no_merging() -> None:
    assert has_merging(RACE)
    assert not has_merging(race(Category(code="S", minimum=2), LARGE))
    assert not has_merging(race(Category(code="S", merges_into="L"), LARGE))


@pytest.mark.parametrize("status", [StageStatus.NOT_STARTED, StageStatus.DNS])
def test_nothing_merges_before_anybody_was_on_course(status: StageStatus) -> None:
    assert merges(RACE, Of.SOLO, [(1, {"a": Row(("S",), status), "b": Row(("L",), status)})]) == {}


def test_starters_are_counted_on_the_first_stage_that_one_of_them_runs() -> None:
    stages = [
        (1, {"b": Row(("L",))}),
        (2, {"a": Row(("S",), StageStatus.OTL), "b": Row(("L",))}),
        (3, {"a": Row(("S",)), "c": Row(("S",))}),
    ]
    found = merges(RACE, Of.SOLO, stages)
    assert found == {"S": Merge(category="S", into="L", of=Of.SOLO, stage=2, starters=1, minimum=2)}
    assert merges(RACE, Of.SOLO, stages[:1]) == {}


def test_whoever_has_not_started_yet_still_may() -> None:
    rows = {"a": Row(("S",)), "b": Row(("S",), StageStatus.NOT_STARTED)}
    assert merges(RACE, Of.SOLO, [(1, rows)]) == {}


def test_a_category_of_nobody_does_not_merge() -> None:
    assert merges(RACE, Of.SOLO, [(1, {"b": Row(("L",))})]) == {}


def test_codes_follow_the_chain_to_its_end_in_the_order_of_the_race() -> None:
    chain = race(
        Category(code="A", minimum=3),
        Category(code="B", minimum=3, merges_into="A"),
        Category(code="C", minimum=3, merges_into="B"),
        Category(code="D"),
    )
    found = merges(chain, Of.TEAM, [(1, {"x": Row(("C", "D")), "y": Row(("B",))})])
    assert found.keys() == {"B", "C"}
    assert found["B"].starters == 2
    assert end_of("C", found) == "A"
    assert merged(("C", "D"), found, chain) == ("A", "D")
    assert merged(("D",), found, chain) == ("D",)


@pytest.mark.parametrize(
    ("one", "other", "cuts"),
    [
        ((40, 49), (50, 59), False),
        ((40, 50), (50, 59), True),
        ((40, 49), (40, 49), True),
        ((40, None), (50, None), False),
        ((None, 40), (40, None), True),
        ((40, 60), (50, 55), False),
        ((40, 49), None, False),
    ],
)
def test_bands_that_cut_into_each_other_are_listed(
    one: tuple[int | None, int | None], other: tuple[int | None, int | None] | None, *, cuts: bool
) -> None:
    pair = [Category(code="A", age=one), Category(code="B", age=other)]
    assert bool(overlapping(pair)) is cuts
    teams = [Category(code="A", combined_age=one), Category(code="B", combined_age=other)]
    assert bool(overlapping(teams)) is cuts


def test_bands_of_different_filters_do_not_meet() -> None:
    pair = [Category(code="A", age=(40, 50)), Category(code="B", age=(45, 55), gender="F")]
    assert overlapping(pair) == []
