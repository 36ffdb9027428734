"""What differs between two documents is told by the keys of a racefile."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings

from tests.properties.races import documents
from timing import racefile
from timing.core.document import Document
from timing.racefile.comparing import definition_differences, document_differences, ruling_line

TEXT = (Path(__file__).parent / "three-valleys.yaml").read_text()
RACE = racefile.loads(TEXT, name="race")


def paths(*changes: tuple[str, str]) -> list[tuple[str, str, str]]:
    text = TEXT
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    found = document_differences(RACE, racefile.loads(text, name="race"))
    return [(key.path, key.before, key.after) for key in found.keys]


def test_a_changed_key_is_named_by_its_path() -> None:
    assert paths(('"11:30"', '"11:45"'), ("rounding: up ", "rounding: down ")) == [
        ("race.rules", "", "{rounding: down}"),
        ("stages[1].controls[PASS].cutoff.at", '"11:30:00"', '"11:45:00"'),
    ]


def test_what_is_added_or_left_out_has_one_side() -> None:
    assert paths(("  - {code: M40, name: Men 40-49, gender: M, age: [40, 49]}\n", "")) == [
        ("categories[M40]", "{code: M40, name: Men 40-49, gender: M, age: [40, 49]}", "")
    ]
    assert paths(("cutoff: {elapsed", "min_gap: '0:30', cutoff: {elapsed")) == [
        ("stages[1].controls[FINISH].min_gap", "", '"0:00:30"')
    ]


def test_an_entry_is_named_by_its_identity() -> None:
    assert paths(("Ana Ruiz", "Anna Ruiz")) == [("entries[e12].name", "Ana Ruiz", "Anna Ruiz")]


def test_records_are_told_apart_as_sets() -> None:
    changed = racefile.loads(TEXT.replace("10:12:40", "10:12:41").replace("KIT", "K1"), name="race")

    found = document_differences(RACE, changed)

    assert found.keys == ()
    assert [p.bib for p in found.passings_before] == [p.bib for p in found.passings_after]
    assert "code: KIT" in ruling_line(found.rulings_before[0])
    assert "code: K1" in ruling_line(found.rulings_after[0])
    assert not found.is_empty


@settings(max_examples=25)
@given(documents(), documents())
def test_only_equal_definitions_have_no_differences(first: Document, second: Document) -> None:
    assert document_differences(first, first).is_empty
    is_same = not definition_differences(first.race, second.race)
    assert is_same == (first.race == second.race)
