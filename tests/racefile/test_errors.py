"""Every mistake has its line, its path and what would be right; and it is the only one told."""

from pathlib import Path
from typing import NamedTuple

import pytest

from timing.racefile import RacefileError, RacefileErrors, loads

HEAD = """\
format: 1
race: {slug: three-valleys, timezone: Europe/Zurich}
"""
STAGE = """\
stages:
  - {number: 1, date: 2026-08-28, start: "08:00", distance_km: 30}
"""
RACE = HEAD + STAGE  # the next line is the fifth


def errors_of(text: str) -> tuple[RacefileError, ...]:
    with pytest.raises(RacefileErrors) as caught:
        loads(text, name="race.yaml")
    return caught.value.errors


MISTAKES = Path(__file__).parent / "mistakes"


class Mistake(NamedTuple):
    """A text, and what is told of it: in which line, at which path, in which words."""

    text: str
    line: int
    path: str
    words: str


def mistakes(name: str) -> dict[str, Mistake]:
    """Those of a file, by title: ``## title``, the text, ``=> line path: words``."""
    content = (MISTAKES / f"{name}.txt").read_text(encoding="utf-8")
    found = {}
    for part in content.split("\n## ")[1:]:
        title, _, rest = part.partition("\n")
        text, _, told = rest.rpartition("=> ")
        place, _, words = told.strip().partition(": ")
        line, _, path = place.partition(" ")
        assert title not in found, title
        found[title] = Mistake(text, int(line), path, words)
    return found


def check(before: str, mistake: Mistake) -> None:
    errors = errors_of(before + mistake.text)
    found = [(e.line, e.path) for e in errors]
    assert found == [(mistake.line, mistake.path)], "\n".join(map(str, errors))
    assert mistake.words in f"{errors[0].message}; {errors[0].remedy}"


PARTS, STAGES, RACES = mistakes("parts"), mistakes("stages"), mistakes("races")


@pytest.mark.parametrize("mistake", PARTS.values(), ids=PARTS.keys())
def test_a_mistake_in_a_part_is_told_with_line_path_and_remedy(mistake: Mistake) -> None:
    check(RACE, mistake)


@pytest.mark.parametrize("mistake", STAGES.values(), ids=STAGES.keys())
def test_a_mistake_in_a_stage_is_told_with_line_path_and_remedy(mistake: Mistake) -> None:
    check(HEAD, mistake)


@pytest.mark.parametrize("mistake", RACES.values(), ids=RACES.keys())
def test_a_mistake_in_the_race_is_told_with_line_path_and_remedy(mistake: Mistake) -> None:
    check("", mistake)


SYNTAX = {
    "an empty file": ("", (1, "", "the file is empty")),
    "a list": ("- 1\n", (1, "", "this is no mapping")),
    "a bracket left open": ("race: {slug: x\nstages: []\n", (1, "", "a { that is not closed")),
    "a list left open": ("a: 1\nb: [1,\nc: 2\n", (2, "", "a [ that is not closed")),
    "a tab": ("race:\n\tslug: x\n", (2, "", "indent with blanks, never tabs")),
    "a second colon": ("race: slug: x\n", (1, "", 'put text that holds ": " in quotes')),
    "a quote left open": ("a: 1\nb: 'x\n", (2, "", "a quote that is never closed")),
    "a wrong indentation": ("race:\n    slug: x\n  name: y\n", (3, "", "check the indentation")),
    "an anchor": ("race: &here\n  slug: x\n", (1, "race", "anchor &here is not allowed")),
    "an alias": ("race: *here\n", (1, "race", "alias *here is not allowed")),
    "a tag": ("race: !secret x\n", (1, "race", "tag !secret is not allowed")),
    "a tag of Python": (
        "a: 1\nrace: !!python/object/apply:os.system [x]\n",
        (2, "race", "is not allowed"),
    ),
    "a second document": ("race: x\n---\nrace: y\n", (2, "", "keep one document in a file")),
    "a list as a key": ("? [a, b]\n: c\n", (1, "", "an alias where a key belongs")),
    "an alias as a key": ("a: 1\n*b : c\n", (2, "", "quote text that begins with")),
    "a control character": ("a: 1\nb: x\x07y\n", (2, "", "control character U+0007")),
    "a line separator": ("a: 1\nb: x\u2028y\n", (2, "", "control character U+2028")),
    "half a character": ("a: 1\nb: x\ud800y\n", (2, "", "control character U+D800")),
    "a backslash that means nothing": ('a: 1\nb: "\\q"\n', (2, "", "double it, or use single")),
}


@pytest.mark.parametrize(("text", "told"), SYNTAX.values(), ids=SYNTAX.keys())
def test_what_is_no_racefile_at_all_is_told_in_plain_words(
    text: str, told: tuple[int, str, str]
) -> None:
    line, path, words = told
    assert any(
        (e.line, e.path) == (line, path) and words in f"{e.message}; {e.remedy}"
        for e in errors_of(text)
    )


def test_a_key_given_twice_is_told_with_both_lines() -> None:
    text = "divisions: []\nrace: {slug: y, timezone: UTC}\n"
    check(RACE, Mistake(text, 6, "race", 'key "race" given twice, first in line 2'))


def test_a_control_character_written_with_a_backslash_is_told() -> None:
    text = 'entries:\n  - {bib: 7, name: "a\\u0007b"}\n'
    check(RACE, Mistake(text, 6, "entries[0].name", "control character"))


def test_an_alias_is_told_once_whatever_would_follow_from_it() -> None:
    text = "entries:\n  - {bib: 7}\n  - {bib: *seven, team: *none}\n"
    errors = errors_of(RACE + text)
    assert [(e.line, e.path, e.message) for e in errors] == [
        (7, "entries[1].bib", "alias *seven is not allowed"),
        (7, "entries[1].team", "alias *none is not allowed"),
    ]


def test_a_mapping_in_a_cell_that_is_left_open_is_told_in_its_line() -> None:
    text = 'teams: |\n  code,legs\n  T1,"{1: 7, 2: 8"\n'
    errors = errors_of(RACE + text)
    assert (7, "a { that is not closed as it should be") in [(e.line, e.message) for e in errors]


def test_among_very_many_no_nearest_is_looked_for() -> None:
    people = "".join(f"  - {{bib: {n}, team: T{n}}}\n" for n in range(2))
    teams = "".join(f"  - {{code: S{n}}}\n" for n in range(101))
    errors = errors_of(
        f"{RACE}team_kinds: [{{code: pair, size: 2}}]\nteams:\n{teams}entries:\n{people}"
    )
    assert [e.remedy for e in errors] == ["none of 101 is called so"] * 2


def test_nesting_without_end_is_told() -> None:
    (error,) = errors_of("a: " + "[" * 5_000)
    assert (error.line, error.message) == (1, "more than 16 mappings and lists within each other")


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file() -> None:
    errors = errors_of(
        """\
race: {slug: x, timezone: UTC}
divisions:
  - {code: full, moves_to: shrt}
  - {code: short, stages: [1, 9]}
stages:
  - number: 1
    date: 2026-08-28
    controls:
      - {code: START, km: 0}
      - {code: PASS, km: 14, cuttoff: {at: "11:30"}}
      - {code: FINISH, km: 12}
  - {number: 1, date: 2026-08-29}
passings: |
  1 START 12 08:00:02
  1 PAS 12 10:12:33
  1 FINISH 12 25:00:00
"""
    )
    assert [(e.line, e.path) for e in errors] == [
        (3, "divisions[0].moves_to"),
        (4, "divisions[1].stages[1]"),
        (10, "stages[0].controls[1].cuttoff"),
        (11, "stages[0].controls[2].km"),
        (12, "stages[1].number"),
        (15, "passings[1].control"),
        (16, "passings[2].time"),
    ]


def test_what_refers_to_a_part_with_a_fault_is_no_second_mistake() -> None:
    text = "divisions:\n  - {code: full, nmae: F}\nentries:\n  - {bib: 7, division: full}\n"
    check(RACE, Mistake(text, 6, "divisions[0].nmae", 'did you mean "name"?'))


def test_a_code_that_can_not_be_read_makes_no_reference_wrong() -> None:
    text = "divisions:\n  - {code: a b}\nentries:\n  - {bib: 7, division: full}\n"
    check(RACE, Mistake(text, 6, "divisions[0].code", "without blanks"))


def test_the_message_is_one_line_with_file_line_path_fault_and_remedy() -> None:
    (error,) = errors_of(RACE + "divisionz: []\n")
    assert str(error) == (
        'race.yaml:5: divisionz: unknown key "divisionz"; did you mean "divisions"?'
    )


def test_the_exception_shows_all_messages() -> None:
    with pytest.raises(RacefileErrors) as caught:
        loads("race: {}\nstages: []\n", name="race.yaml")
    assert str(caught.value) == "\n".join(map(str, caught.value.errors))
    assert len(caught.value.errors) > 1
