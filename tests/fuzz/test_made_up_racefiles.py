"""Racefiles with something else in them are refused in words, or answer all that may be asked.

`make fuzz` goes on from here for as long as it is given.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.asking import ask_all, ask_all_of_text
from tests.fuzz.mutating import Mutator
from tests.fuzz.seeds import texts, trees
from tests.properties.races import documents
from timing.core.document import Document
from timing.core.records import RULINGS
from timing.racefile import RacefileErrors, load, loads

CHANCE = st.integers(0, 2**32 - 1)


@settings(max_examples=150)
@given(CHANCE)
def test_a_changed_racefile_answers_everything_or_is_refused(chance: int) -> None:
    ask_all_of_text(Mutator(Random(chance)).of_a_seed())


@settings(max_examples=25)
@given(documents())
def test_a_race_with_every_fault_answers_everything(document: Document) -> None:
    ask_all(document)


@pytest.fixture(scope="module")
def racefile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bytes") / "race.yaml"


@settings(max_examples=60)
@given(
    seed=st.sampled_from(texts()),
    cut=st.floats(0, 1),
    put=st.binary(max_size=6)
    | st.sampled_from([b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\x00", b"\xc3", b"\xed\xa0\x80"]),
)
def test_any_bytes_are_a_racefile_or_refused(
    seed: str, cut: float, put: bytes, racefile: Path
) -> None:
    content = seed.encode()
    at = round(cut * len(content))
    racefile.write_bytes(content[:at] + put + content[at:])
    try:
        load(racefile)
    except RacefileErrors as refused:
        errors = refused.errors
    else:
        errors = ()
    assert all(error.message and str(error).startswith(str(racefile)) for error in errors)


@pytest.mark.parametrize("sign", ["[", "{a: ", "- ", "? ", '{"a": ['])
def test_what_nests_without_end_is_refused(sign: str) -> None:
    with pytest.raises(RacefileErrors):
        loads(f"race: {sign * 5_000}", name="race.yaml")


def test_the_same_chance_makes_the_same_racefile() -> None:
    made = [Mutator(Random(chance)).of_a_seed() for chance in range(20)]
    assert [Mutator(Random(chance)).of_a_seed() for chance in range(20)] == made
    assert len(set(made)) > 15


def test_what_is_made_is_often_enough_a_racefile() -> None:
    """So that the engine is tried, and not the loader alone."""
    loaded = sum(ask_all_of_text(Mutator(Random(chance)).of_a_seed()) for chance in range(60))
    assert loaded >= 6


def test_the_seeds_have_every_kind_of_ruling() -> None:
    named = {
        ruling["ruling"]
        for tree in trees()
        if isinstance(tree.get("rulings"), list)
        for ruling in tree["rulings"]
    }
    assert named == set(RULINGS)
