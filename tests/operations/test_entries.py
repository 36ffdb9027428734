from dataclasses import replace

import pytest

from tests.race_samples import DOCUMENT, ENTRIES, EVENING, PASSINGS, RACE, RULINGS, TEAMS
from timing.core.document import Document
from timing.core.entries import Entry, Team
from timing.core.records import Ruling, StartCorrection, StartList, Status
from timing.core.statuses import RulingStatus
from timing.db import reading
from timing.db.engines import Database
from timing.db.reading import Held, UnknownRace
from timing.operations.entries import (
    RaceStarted,
    UnknownEntry,
    correct_name,
    has_started,
    replace_entries,
)
from timing.operations.races import add_race
from timing.operations.record import append
from timing.racefile import RacefileErrors

SLUG = RACE.slug
LATE = Entry(id="e99", bib="99", name="Late", division="full")


@pytest.fixture(autouse=True)
def _a_race(database: Database) -> None:
    with database.writing() as session:
        document = Document(race=RACE, entries=ENTRIES, teams=TEAMS)
        add_race(session, document, at=EVENING, by="director")


def held(database: Database, revision: int | None = None) -> Held:
    with database.reading() as session:
        return reading.read_race(session, SLUG, revision)


def test_before_the_start_entries_are_replaced_as_a_whole(database: Database) -> None:
    entries = (LATE, replace(ENTRIES[2], bib="8"), ENTRIES[3])
    before = held(database)
    with database.writing() as session:
        revision = replace_entries(session, SLUG, entries)

    assert held(database).entries == entries
    assert held(database).teams == ()
    assert held(database).cursor.revision == revision == before.cursor.revision + 1
    assert held(database, before.cursor.revision) == before


def test_entries_that_are_as_they_were_take_no_revision(database: Database) -> None:
    before = held(database)
    with database.writing() as session:
        revision = replace_entries(session, SLUG, ENTRIES, TEAMS)

    assert revision == before.cursor.revision
    assert held(database) == before


def test_who_was_taken_out_can_come_back(database: Database) -> None:
    with database.writing() as session:
        replace_entries(session, SLUG, ENTRIES[2:])
        replace_entries(session, SLUG, ENTRIES, TEAMS)

    assert (held(database).entries, held(database).teams) == (ENTRIES, TEAMS)


def test_two_entries_may_swap_their_bibs(database: Database) -> None:
    one, other = ENTRIES[2:]
    swapped = (replace(one, bib=other.bib), replace(other, bib=one.bib))
    with database.writing() as session:
        replace_entries(session, SLUG, swapped)

    assert held(database).entries == swapped


@pytest.mark.parametrize(
    ("entries", "teams", "said"),
    [
        ((LATE, replace(LATE, id="e100")), (), "99"),
        ((LATE, replace(LATE, bib="100")), (), "e99"),
        ((replace(LATE, division="half"),), (), "half"),
        ((replace(LATE, team="T9"),), (), "T9"),
        ((), (Team(code="T1", kind="trio"),), "trio"),
    ],
)
def test_entries_that_a_racefile_could_not_have_are_refused(
    database: Database, entries: tuple[Entry, ...], teams: tuple[Team, ...], said: str
) -> None:
    before = held(database)
    with database.writing() as session, pytest.raises(RacefileErrors, match=said):
        replace_entries(session, SLUG, entries, teams)

    assert held(database) == before


BEGINS = {
    "a start": StartCorrection(id="x", by="d", at=EVENING, stage=1, to=EVENING),
    "a start list": StartList(id="x", by="d", at=EVENING, stage=1, starts=(("12", EVENING),)),
    "a declared time": RULINGS[1],
}


@pytest.mark.parametrize("what", BEGINS)
def test_a_ruling_that_gives_a_start_or_a_result_begins_the_race(
    database: Database, what: str
) -> None:
    with database.writing() as session:
        append(session, SLUG, (), [BEGINS[what]], received=EVENING)
        with pytest.raises(RaceStarted, match="rulings"):
            replace_entries(session, SLUG, (LATE,))

    assert held(database).entries == ENTRIES


def test_a_passing_begins_the_race(database: Database) -> None:
    with database.writing() as session:
        assert not has_started(session, SLUG)
        append(session, SLUG, PASSINGS[:1], received=EVENING)
        assert has_started(session, SLUG)
        with pytest.raises(RaceStarted):
            replace_entries(session, SLUG, (LATE,))


def test_who_will_not_start_may_be_known_before(database: Database) -> None:
    absent: Ruling = Status(
        id="x", by="d", at=EVENING, status=RulingStatus.DNS, bibs=("12",), stage=1
    )
    with database.writing() as session:
        append(session, SLUG, (), [absent], received=EVENING)
        replace_entries(session, SLUG, (*ENTRIES, LATE), TEAMS)

    assert held(database).entries == (*ENTRIES, LATE)


def test_a_start_of_another_race_does_not_begin_this_one(database: Database) -> None:
    with database.writing() as session:
        other = replace(DOCUMENT, race=replace(RACE, slug="other"))
        add_race(session, other, at=EVENING, by="director")

        assert has_started(session, "other")
        assert not has_started(session, SLUG)


def test_a_misspelt_name_is_corrected_at_any_time(database: Database) -> None:
    with database.writing() as session:
        before = append(session, SLUG, PASSINGS, received=EVENING).revision
        revision = correct_name(session, SLUG, "e12", "Ana Ruíz")
        again = correct_name(session, SLUG, "e12", "Ana Ruíz")

    assert (revision, again) == (before + 1, before + 1)
    assert held(database).entries == (replace(ENTRIES[0], name="Ana Ruíz"), *ENTRIES[1:])
    assert held(database, before).entries == ENTRIES


def test_a_name_of_nobody_here_is_refused(database: Database) -> None:
    with database.writing() as session:
        with pytest.raises(UnknownEntry, match="'e404'"):
            correct_name(session, SLUG, "e404", "Nobody")
        with pytest.raises(UnknownRace):
            correct_name(session, "elsewhere", "e12", "Ana")
        with pytest.raises(UnknownRace):
            replace_entries(session, "elsewhere", ())
