"""Whatever is given, the answer is a document, a record, or a list of what is wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from timing.core.plain import digest
from timing.core.records import Record
from timing.racefile import (
    BadRecord,
    RacefileError,
    RacefileErrors,
    dump,
    load_passing,
    load_ruling,
    loads,
)
from timing.racefile.competitors import EntrySchema, TeamKindSchema
from timing.racefile.document import DocumentSchema
from timing.racefile.passings import PassingSchema
from timing.racefile.rulings import RULING_SCHEMAS
from timing.racefile.stages import ControlSchema, StageSchema, StartSchema
from timing.racefile.writing import flow

EXAMPLE = (Path(__file__).parent / "three-valleys.yaml").read_text(encoding="utf-8")
SMALL = """\
race: {slug: x, timezone: UTC}
stages:
  - {number: 1, date: 2026-08-28, start: "08:00"}
"""


def assert_answered(text: str) -> None:
    """Loaded, and then written and loaded again; or refused, with something to say."""
    refused: tuple[RacefileError, ...] = ()
    try:
        document = loads(text, name="race.yaml")
    except RacefileErrors as errors:
        refused = errors.errors
    else:
        assert loads(dump(document), name="again.yaml") == document
        return
    assert refused
    assert all(error.message and "\n" not in str(error) for error in refused)


def assert_record_or_told_why_not(load_record: Callable[[Any], Record], value: object) -> None:
    """A record that can be kept; or refused, with something to say that can be sent."""
    refused: dict[str, tuple[str, ...]] = {}
    try:
        record = load_record(value)
    except BadRecord as error:
        refused = error.errors
    else:
        assert record.id
        assert digest(record)
        return
    assert refused
    assert all(refused.values())
    assert json.dumps(refused).encode()


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert_answered(text)


@given(st.text(st.sampled_from("abc:- \n\t{}[]\"'|>#&*!,?%@0")))
def test_any_text_of_yaml_signs_is_answered(text: str) -> None:
    assert_answered(SMALL + text)


@given(
    cut=st.integers(0, len(EXAMPLE)),
    gone=st.integers(0, 40),
    put=st.text(max_size=4) | st.sampled_from([": ", "\n  ", "- ", "{", "]", '"', "|", "null"]),
)
@settings(max_examples=200)
def test_a_document_with_a_slip_of_the_pen_is_answered(cut: int, gone: int, put: str) -> None:
    assert_answered(EXAMPLE[:cut] + put + EXAMPLE[cut + gone :])


KEYS = sorted(
    {
        key
        for schema in (
            DocumentSchema(),
            StageSchema(),
            StartSchema(),
            ControlSchema(),
            EntrySchema(),
            TeamKindSchema(),
            PassingSchema(),
            *RULING_SCHEMAS.values(),
        )
        for key in schema.key_names()
    }
)
TIMES = ["08:00", "0:30:00", "2026-08-28", "2026-08-28T18:00:00Z", "99999999999999999999", "1e5"]
WORDS = ["", "gc", "full", "START", "true", "out", "mass", "waves", "penalty", "[]", "{}"]
SCALARS = st.sampled_from([*TIMES, *WORDS, "1", "0", "-1", "٣"]) | st.text(max_size=5)
STRUCTURES = st.recursive(
    SCALARS | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)


def printable(value: Any) -> Any:
    """Without what no file may hold, which would hide all the rest."""
    match value:
        case str():
            return "".join(sign for sign in value if sign.isprintable())
        case list():
            return [printable(item) for item in value]
        case dict():
            return {key: printable(item) for key, item in value.items()}
        case _:
            return value


@given(st.dictionaries(st.sampled_from(KEYS), STRUCTURES, max_size=6))
@settings(max_examples=300)
def test_any_structure_under_known_keys_is_answered(parts: dict[str, Any]) -> None:
    kept = {key: value for key, value in parts.items() if key not in ("race", "stages")}
    assert_answered(SMALL + "".join(f"{k}: {flow(printable(v))}\n" for k, v in kept.items()))


@given(STRUCTURES)
def test_any_stage_is_answered(stage: Any) -> None:
    assert_answered(f"race: {{slug: x, timezone: UTC}}\nstages: [{flow(printable(stage))}]\n")


@given(st.text(st.sampled_from('12 START\n"#=<+-:.*\\,id'), max_size=60))
def test_any_lines_of_passings_are_answered(lines: str) -> None:
    assert_answered(SMALL + "passings: |\n" + "".join(f"  {x}\n" for x in lines.split("\n")))


@given(st.text(st.sampled_from('bib,name\n"7;\\ '), max_size=60))
def test_any_columns_are_answered(lines: str) -> None:
    assert_answered(SMALL + "entries: |\n  bib\n" + "".join(f"  {x}\n" for x in lines.split("\n")))


JSON = st.recursive(
    SCALARS | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(RULING_SCHEMAS)), st.data())
@settings(max_examples=300)
def test_any_object_of_the_api_is_a_ruling_or_told_why_not(name: str, data: st.DataObject) -> None:
    keys = st.sampled_from(RULING_SCHEMAS[name].key_names())
    values = data.draw(st.dictionaries(keys, JSON)) | {"ruling": name}
    assert_record_or_told_why_not(load_ruling, values)


@given(st.dictionaries(st.sampled_from(PassingSchema().key_names()), JSON))
@settings(max_examples=200)
def test_any_object_of_the_api_is_a_passing_or_told_why_not(values: dict[str, Any]) -> None:
    assert_record_or_told_why_not(load_passing, values)


@given(JSON)
def test_what_is_no_object_of_the_api_is_told_so(value: object) -> None:
    assert_record_or_told_why_not(load_ruling, value)
    assert_record_or_told_why_not(load_passing, value)
