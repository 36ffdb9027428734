"""What is written reads back as the same document."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.racefile.documents import CAMP, RULINGS, TEAMS, passings, people, races
from timing.core.definition import Race
from timing.core.document import Document
from timing.core.entries import Entry, Team
from timing.core.records import Passing, Ruling
from timing.racefile import dump, load, loads

EXAMPLE = Path(__file__).parent / "three-valleys.yaml"
RACES = sorted((Path(__file__).parents[2] / "config" / "races").glob("*.yaml"))


def assert_reads_back(document: Document) -> None:
    text = dump(document)
    read = loads(text, name="written.yaml")
    assert read == document
    assert dump(read) == text


@given(races())
@settings(max_examples=30)
def test_a_definition_reads_back_equal(race: Race) -> None:
    assert_reads_back(Document(race=race))


@given(people())
@settings(max_examples=30)
def test_entries_and_teams_read_back_equal(
    those: tuple[tuple[Entry, ...], tuple[Team, ...]],
) -> None:
    entries, teams = those
    assert_reads_back(Document(race=CAMP, entries=entries, teams=teams))


@given(st.lists(passings(), max_size=4).map(tuple))
def test_passings_read_back_equal(those: tuple[Passing, ...]) -> None:
    assert_reads_back(Document(race=CAMP, passings=those))


def ruled(*rulings: Ruling) -> Document:
    teams = tuple(Team(code=code, kind="pair") for code in TEAMS)
    return Document(race=CAMP, teams=teams, rulings=rulings)


@pytest.mark.parametrize("name", RULINGS)
@given(data=st.data())
@settings(max_examples=25)
def test_a_ruling_reads_back_equal(name: str, data: st.DataObject) -> None:
    assert_reads_back(ruled(data.draw(RULINGS[name])))


@given(st.lists(st.one_of(*RULINGS.values()), min_size=21, max_size=24))
@settings(max_examples=15)
def test_many_rulings_read_back_equal_from_columns(those: list[Ruling]) -> None:
    document = ruled(*those)
    assert "rulings: |\n" in dump(document)
    assert_reads_back(document)


@pytest.mark.parametrize("path", [EXAMPLE, *RACES], ids=lambda path: path.stem)
def test_a_race_in_use_reads_back_equal(path: Path) -> None:
    assert_reads_back(load(path))
