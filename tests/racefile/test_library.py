"""New races from the library: another slug, name and first day, and nothing else."""

import difflib
from dataclasses import replace
from datetime import date, timedelta

import pytest

from timing.racefile import RacefileErrors, loads
from timing.racefile.library import UnknownDefinition, definition, new_race, slugs, text_of


@pytest.mark.parametrize("slug", slugs())
def test_a_new_race_is_the_same_on_other_days(slug: str) -> None:
    race = definition(slug)
    day = date(2031, 2, 27)
    moved = day - race.starts_on

    made = loads(new_race(slug, slug="our-own", name="Our Own", starts_on=day), name="new.yaml")

    assert made.race == replace(
        race,
        slug="our-own",
        name="Our Own",
        starts_on=day,
        stages=tuple(replace(stage, date=stage.date + moved) for stage in race.stages),
    )


@pytest.mark.parametrize("slug", slugs())
def test_a_new_race_that_changes_nothing_is_the_librarys_text(slug: str) -> None:
    assert new_race(slug) == text_of(slug)
    assert text_of(slug).startswith("# ")


def test_only_the_lines_that_say_something_new_differ() -> None:
    old = text_of("transrockies-run").splitlines()
    starts_on = definition("transrockies-run").starts_on + timedelta(days=1)
    new = new_race("transrockies-run", slug="x", starts_on=starts_on).splitlines()

    changed = [line for line in difflib.ndiff(old, new) if line.startswith("+ ")]

    assert [line.split(":")[0].strip("+ ") for line in changed] == [
        "slug",
        "starts_on",
        *["date"] * 6,
    ]


def test_a_name_that_looks_like_something_else_is_quoted() -> None:
    name = 'Été: "2" # 1'

    made = loads(new_race("three-day-relay", name=name), name="new.yaml")

    assert made.race.name == name


def test_an_unknown_race_says_which_was_meant() -> None:
    with pytest.raises(UnknownDefinition, match='did you mean "marathon-des-sables"') as caught:
        new_race("marathon-de-sable")
    assert caught.value.slug == "marathon-de-sable"


def test_a_slug_that_is_none_is_refused() -> None:
    with pytest.raises(RacefileErrors, match='"Our Own" is not a slug'):
        new_race("three-day-relay", slug="Our Own")


def test_a_slug_is_no_path() -> None:
    with pytest.raises(UnknownDefinition):
        text_of("../gunicorn.conf")
