"""Which categories a competitor belongs to (Rules 8.1, 8.2)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timing.core.categories import (
    age_on,
    categories_of,
    day_of_age,
    has_category,
    team_categories,
    team_gender,
)
from timing.core.definition import AgeOn, Category, Race, Rules, TeamGender
from timing.core.entries import Entry

START = date(2026, 8, 28)


def race(*categories: Category, age: AgeOn = AgeOn.RACE_START) -> Race:
    return Race(
        slug="s",
        name="S",
        timezone="Europe/Zurich",
        starts_on=START,
        rules=Rules(age_on=age),
        categories=categories,
    )


def runner(gender: str = "", born: date | None = None, **more: object) -> Entry:
    return Entry(id="e", bib="1", gender=gender, born=born, **more)  # type: ignore[arg-type]


# -- age -----------------------------------------------------------------------------------------


def test_one_is_a_year_older_from_the_birthday_on() -> None:
    born = date(1986, 8, 28)
    assert age_on(born, date(2026, 8, 27)) == 39
    assert age_on(born, date(2026, 8, 28)) == 40


def test_who_was_born_on_29_february_has_a_birthday_on_1_march_in_common_years() -> None:
    born = date(1988, 2, 29)
    assert age_on(born, date(2026, 2, 28)) == 37
    assert age_on(born, date(2026, 3, 1)) == 38
    assert age_on(born, date(2028, 2, 29)) == 40


@given(st.dates(date(1920, 1, 1), date(2010, 1, 1)), st.dates(START, date(2030, 1, 1)))
def test_nobody_grows_younger(born: date, day: date) -> None:
    assert age_on(born, START) <= age_on(born, day)


@pytest.mark.parametrize(
    ("setting", "day"),
    [
        (AgeOn.RACE_START, START),
        (AgeOn.STAGE_DAY, date(2026, 8, 31)),
        (AgeOn.YEAR_END, date(2026, 12, 31)),
    ],
)
def test_ages_count_on_the_first_day_the_stage_day_or_the_last_of_the_year(
    setting: AgeOn, day: date
) -> None:
    assert day_of_age(race(age=setting), date(2026, 8, 31)) == day


# -- entries -------------------------------------------------------------------------------------


def test_a_category_without_conditions_takes_everybody() -> None:
    assert has_category(runner(), Category(code="ALL"), START)


@pytest.mark.parametrize(
    ("category", "inside", "outside"),
    [
        (Category(code="W", gender="F"), runner("F"), runner("M")),
        (Category(code="W", gender="F"), runner("F"), runner()),
        (
            Category(code="SUI", nationality=("SUI", "LIE")),
            runner(nationality="LIE"),
            runner(nationality="AUT"),
        ),
        (Category(code="LOC", residence=("SUI",)), runner(residence="SUI"), runner()),
        (Category(code="CLUB", club=("TVB",)), runner(club="TVB"), runner(club="TVC")),
        (
            Category(code="FIRST", tags=("first", "debut")),
            runner(tags=("x", "debut")),
            runner(tags=("x",)),
        ),
    ],
)
def test_each_condition_lets_some_in_and_keeps_others_out(
    category: Category, inside: Entry, outside: Entry
) -> None:
    assert has_category(inside, category, START)
    assert not has_category(outside, category, START)


def test_the_bounds_of_an_age_band_belong_to_it() -> None:
    band = Category(code="M40", age=(40, 49))
    ages = {
        age: has_category(runner(born=date(2026 - age, 1, 1)), band, START)
        for age in (39, 40, 49, 50)
    }
    assert ages == {39: False, 40: True, 49: True, 50: False}


def test_an_age_band_may_be_open_at_either_end() -> None:
    young, old = Category(code="U23", age=(None, 22)), Category(code="M60", age=(60, None))
    assert has_category(runner(born=date(2004, 8, 28)), young, START)
    assert not has_category(runner(born=date(2003, 8, 28)), young, START)
    assert has_category(runner(born=date(1966, 8, 28)), old, START)
    assert not has_category(runner(born=date(1966, 8, 29)), old, START)


def test_an_unknown_birth_date_is_in_no_age_band_and_in_the_open_category() -> None:
    unknown = runner("M")
    assert categories_of(
        race(Category(code="M", gender="M"), Category(code="M40", gender="M", age=(40, None))),
        unknown,
        START,
    ) == ("M",)


def test_every_condition_must_hold() -> None:
    both = Category(code="W40", gender="F", age=(40, None))
    assert has_category(runner("F", date(1980, 1, 1)), both, START)
    assert not has_category(runner("M", date(1980, 1, 1)), both, START)
    assert not has_category(runner("F", date(2000, 1, 1)), both, START)


def test_overlapping_categories_are_all_told_in_the_order_of_the_definition() -> None:
    those = race(
        Category(code="M40", age=(40, None)), Category(code="W", gender="F"), Category(code="ALL")
    )
    assert categories_of(those, runner("F", date(1980, 1, 1)), START) == ("M40", "W", "ALL")


@pytest.mark.parametrize(
    "category",
    [
        Category(code="MIX", team_gender=TeamGender.MIXED),
        Category(code="80+", combined_age=(80, None)),
    ],
)
def test_a_category_of_teams_takes_no_single_entry(category: Category) -> None:
    assert not has_category(runner("M", date(1940, 1, 1)), category, START)


# -- teams ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("genders", "mix"),
    [
        ("MM", TeamGender.MEN),
        ("FF", TeamGender.WOMEN),
        ("FM", TeamGender.MIXED),
        ("MF", TeamGender.MIXED),
        (["M", ""], None),
        (["F", "X"], None),
        (["F", "M", "X"], TeamGender.MIXED),
        ([], None),
    ],
)
def test_a_team_is_of_men_of_women_or_mixed_once_that_is_known(
    genders: list[str], mix: TeamGender | None
) -> None:
    assert team_gender(tuple(runner(gender) for gender in genders)) is mix


def test_a_team_is_in_a_category_of_entries_if_all_its_members_are() -> None:
    those = race(Category(code="W", gender="F"), Category(code="M40", age=(40, None)))
    young, old = runner("F", date(2000, 1, 1)), runner("F", date(1980, 1, 1))
    assert team_categories(those, (old, old), START) == ("W", "M40")
    assert team_categories(those, (old, young), START) == ("W",)


def test_a_team_category_asks_for_the_mix_of_the_members() -> None:
    those = race(
        Category(code="MEN", team_gender=TeamGender.MEN),
        Category(code="MIX", team_gender=TeamGender.MIXED),
    )
    assert team_categories(those, (runner("F"), runner("M")), START) == ("MIX",)


def test_a_combined_age_is_summed_at_the_start_of_the_event() -> None:
    those = race(Category(code="80+", combined_age=(80, None)))
    forty, nearly = runner(born=date(1986, 8, 28)), runner(born=date(1986, 8, 29))
    assert team_categories(those, (forty, forty), START) == ("80+",)
    assert team_categories(those, (forty, nearly), START) == ()


def test_a_combined_age_with_an_unknown_birth_date_is_not_known() -> None:
    those = race(Category(code="0+", combined_age=(0, None)))
    assert team_categories(those, (runner(born=date(1986, 1, 1)), runner()), START) == ()


def test_a_mix_and_a_combined_age_must_both_hold() -> None:
    those = race(
        Category(code="MIX80", team_gender=TeamGender.MIXED, combined_age=(80, None)),
    )
    woman, man = runner("F", date(1980, 1, 1)), runner("M", date(1980, 1, 1))
    assert team_categories(those, (woman, man), START) == ("MIX80",)
    assert team_categories(those, (man, man), START) == ()
    assert team_categories(those, (woman, runner("M", date(2000, 1, 1))), START) == ()


def test_a_team_without_members_is_in_no_category() -> None:
    assert team_categories(race(Category(code="ALL")), (), START) == ()
