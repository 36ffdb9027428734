"""A racefile's text with other values in it: only what changes is written anew."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from timing.racefile.editing import NotPlain, edited, plain_definition
from timing.racefile.library import slugs, text_of

TEXT = """\
# Our race
race:
  slug: r  # stays
  timezone: UTC
  rules: {rounding: up, round: stage}

stages:
  # The first day
  - number: 1
    date: 2026-08-28
    start: "08:00"
    controls:
      - {code: START, km: 0}
      - {code: HUT, km: 5}  # water
      - {code: FINISH, km: 10}

  # The second
  - {number: 2, date: 2026-08-29, start: "08:00"}
# The end
"""


def changed(path: str, value: object) -> str:
    """The text in which a value stands at a path, or with None no more."""
    wanted: Any = copy.deepcopy(plain_definition(TEXT))
    *steps, last = path.split(".")
    at = wanted
    for step in steps:
        at = at[int(step) if step.isdigit() else step]
    if last == "new":
        at.append(value)
    elif value is None:
        del at[int(last) if last.isdigit() else last]
    else:
        at[last] = value
    text = edited(TEXT, wanted)
    assert plain_definition(text) == wanted
    return text


@pytest.mark.parametrize(
    ("path", "value", "gone", "come"),
    [
        ("race.timezone", "Europe/Zurich", "  timezone: UTC", "  timezone: Europe/Zurich"),
        ("race.name", "A: b", None, '  name: "A: b"'),
        (
            "race.rules.rounding",
            "down",
            "  rules: {rounding: up, round: stage}",
            "  rules: {rounding: down, round: stage}",
        ),
        (
            "race.rules.round",
            None,
            "  rules: {rounding: up, round: stage}",
            "  rules: {rounding: up}",
        ),
        ("stages.0.start", "07:00", '    start: "08:00"', '    start: "07:00"'),
        ("stages.0.start", {"mode": "window", "open": "07:00"}, '    start: "08:00"',
         '    start: {mode: window, open: "07:00"}'),
        ("stages.0.name", "One", None, "    name: One"),
        ("stages.0.date", None, "    date: 2026-08-28", None),
        ("stages.0.controls.1.km", "5.5", "      - {code: HUT, km: 5}  # water",
         "      - {code: HUT, km: 5.5}  # water"),
        ("stages.0.controls.1", None, "      - {code: HUT, km: 5}  # water", None),
        ("stages.1", None, '  - {number: 2, date: 2026-08-29, start: "08:00"}', None),
        ("stages.new", {"number": "3", "date": "2026-08-30"}, None,
         "  - {number: 3, date: 2026-08-30}"),
    ],
)  # fmt: skip
def test_only_the_line_that_says_it_changes(
    path: str, value: object, gone: str | None, come: str | None
) -> None:
    before, after = TEXT.split("\n"), changed(path, value).split("\n")
    assert [line for line in before if line not in after] == ([gone] if gone else [])
    assert [line for line in after if line not in before] == ([come] if come else [])


def test_a_list_that_comes_stands_below_its_key() -> None:
    wanted: Any = {**plain_definition(TEXT), "divisions": [{"code": "short"}]}
    text = edited(TEXT, wanted)
    assert "divisions: [{code: short}]" in text
    assert "# The end" in text


def test_the_first_key_of_an_item_may_go() -> None:
    assert "  - date: 2026-08-28\n" in changed("stages.0.number", None)


@pytest.mark.parametrize("slug", slugs())
def test_every_definition_of_the_library_keeps_its_comments(slug: str) -> None:
    text = text_of(slug)
    wanted: Any = copy.deepcopy(plain_definition(text))
    wanted["race"]["event"] = "ours"
    wanted["stages"][0]["name"] = "Anew"
    new = edited(text, wanted)
    assert plain_definition(new) == wanted
    comments = [line for line in text.split("\n") if line.lstrip().startswith("#")]
    assert [line for line in new.split("\n") if line.lstrip().startswith("#")] == comments


@pytest.mark.parametrize("text", ["", "x", "a: [", "a: &b 1"])
def test_what_yaml_cannot_read_is_not_edited(text: str) -> None:
    with pytest.raises(NotPlain):
        edited(text, {})
