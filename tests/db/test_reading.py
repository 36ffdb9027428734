from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace

import pytest
from sqlalchemy import event

from tests.race_samples import (
    DOCUMENT,
    ENTRIES,
    EVENING,
    PASSINGS,
    RACE,
    RULINGS,
    TEAMS,
    passing,
)
from timing.core.entries import Entry
from timing.core.records import Passing, Void
from timing.db import reading
from timing.db.engines import Database
from timing.db.reading import UnknownRace, UnknownRevision
from timing.db.rows import PASSING_COLUMNS, passings_from_rows
from timing.operations.entries import correct_name, replace_entries
from timing.operations.races import add_race, change_definition
from timing.operations.record import append

SLUG = RACE.slug


@contextmanager
def queries(database: Database) -> Iterator[list[str]]:
    """The statements that were executed meanwhile."""
    said: list[str] = []

    def listen(*arguments: object) -> None:
        said.append(str(arguments[2]))

    event.listen(database.readers, "before_cursor_execute", listen)
    yield said
    event.remove(database.readers, "before_cursor_execute", listen)


@pytest.fixture
def database_with_race(database: Database) -> Database:
    with database.writing() as session:
        add_race(session, DOCUMENT, at=EVENING, by="director")
    return database


def test_a_passing_comes_back_as_it_was_whatever_its_fields(
    database_with_race: Database,
) -> None:
    """The fast way of building passings agrees with calling the class."""
    with database_with_race.reading() as session:
        found = reading.read_race(session, SLUG).passings

    assert found == PASSINGS
    assert [repr(one) for one in found] == [repr(one) for one in PASSINGS]
    assert {type(one) for one in found} == {Passing}
    assert all(type(one.at_latest) is bool for one in found)
    assert not hasattr(Passing, "__post_init__")


def test_a_passing_with_every_field_set_is_among_those_tested() -> None:
    plainest = {field.name: field.default for field in fields(Passing)}

    assert all(getattr(PASSINGS[1], name) != default for name, default in plainest.items())


def test_no_rows_are_no_passings() -> None:
    assert passings_from_rows([]) == ()
    assert len(PASSING_COLUMNS) == len(fields(Passing)) + 2  # a time is one of three columns


def test_a_race_is_read_by_six_queries_however_large(database_with_race: Database) -> None:
    with database_with_race.reading() as session, queries(database_with_race) as few:
        reading.read_race(session, SLUG)
    with database_with_race.writing() as session:
        append(
            session,
            SLUG,
            [passing(n, bib=str(n)) for n in range(100, 400)],
            [Void(id=f"v{n}", by="me", at=EVENING, record=f"p{n}") for n in range(100, 200)],
            received=EVENING,
        )
    with database_with_race.reading() as session, queries(database_with_race) as many:
        held = reading.read_race(session, SLUG)

    assert len(held.passings) == len(PASSINGS) + 300
    assert len(held.rulings) == len(RULINGS) + 100
    assert len(few) == len(many) == 6


def test_its_definition_and_entries_are_read_by_three(database_with_race: Database) -> None:
    with database_with_race.reading() as session, queries(database_with_race) as said:
        held = reading.read_race(session, SLUG, journal=False)

    assert (held.entries, held.teams) == (ENTRIES, TEAMS)
    assert (held.passings, held.rulings) == ((), ())
    assert len(said) == 4


def test_what_is_new_is_read_by_five_queries(database_with_race: Database) -> None:
    with database_with_race.reading() as session, queries(database_with_race) as said:
        cursor = reading.race_cursor(session, SLUG)
        said.clear()
        news = reading.news_since(session, SLUG, cursor.revision - 2)

    assert news.rulings == RULINGS[1:]
    assert news.passings == ()
    assert (news.definition, news.entries, news.teams) == (None, None, None)
    assert news.cursor == cursor
    assert len(said) == 5


def test_the_list_of_races_and_their_cursors_are_one_query_each(database: Database) -> None:
    with database.writing() as session:
        for slug in ("c-race", "a-race", "b-race"):
            race = replace(RACE, slug=slug)
            add_race(session, replace(DOCUMENT, race=race), at=EVENING, by="director")
        change_definition(
            session, replace(RACE, slug="a-race", name="Anew"), based_on=1, at=EVENING, by="me"
        )

    with database.reading() as session, queries(database) as said:
        listed = reading.race_list(session)
        cursors = reading.cursors(session)

    assert [(race.slug, race.version) for race in listed] == [
        ("a-race", 2),
        ("b-race", 1),
        ("c-race", 1),
    ]
    assert "Anew" in listed[0].definition
    assert {race.slug: race.revision for race in listed} == {
        slug: cursor.revision for slug, cursor in cursors.items()
    }
    assert len({cursor.epoch for cursor in cursors.values()}) == 1
    assert len(said) == 2


def test_following_from_any_revision_ends_where_reading_the_whole_does(
    database_with_race: Database,
) -> None:
    """Whatever came when: a definition, entries, a name, records."""
    database = database_with_race
    late = Entry(id="e99", bib="99", name="Late", division="full")
    with database.writing() as session:
        change_definition(
            session, replace(RACE, name="Renamed"), based_on=1, at=EVENING, by="director"
        )
        correct_name(session, SLUG, "e12", "Ana Ruíz")
        append(session, SLUG, [passing(50)], received=EVENING)
        correct_name(session, SLUG, "e7", "Nur al-Huda")
        append(session, SLUG, [passing(51), passing(52)], received=EVENING)
    assert late not in ENTRIES

    with database.reading() as session:
        whole = reading.read_race(session, SLUG)
        for revision in range(2, whole.cursor.revision + 1):
            then = reading.read_race(session, SLUG, revision)
            news = reading.news_since(session, SLUG, revision)
            assert then.cursor.revision == revision
            assert (news.definition or then.definition) == whole.definition
            assert (news.entries if news.entries is not None else then.entries) == whole.entries
            assert (news.teams if news.teams is not None else then.teams) == whole.teams
            assert then.passings + news.passings == whole.passings
            assert then.rulings + news.rulings == whole.rulings
            assert news.cursor == whole.cursor


def test_entries_that_were_all_taken_out_are_news_too(database: Database) -> None:
    with database.writing() as session:
        add_race(session, replace(DOCUMENT, passings=(), rulings=()), at=EVENING, by="director")
        before = reading.race_cursor(session, SLUG).revision
        replace_entries(session, SLUG, ())

    with database.reading() as session:
        news = reading.news_since(session, SLUG, before)
        then = reading.read_race(session, SLUG, before)

    assert (news.entries, news.teams) == ((), ())
    assert (then.entries, then.teams) == (ENTRIES, TEAMS)


def test_an_unknown_race_and_a_revision_to_come_are_refused(
    database_with_race: Database,
) -> None:
    with database_with_race.reading() as session:
        latest = reading.race_cursor(session, SLUG).revision
        with pytest.raises(UnknownRace, match="'elsewhere'"):
            reading.read_race(session, "elsewhere")
        with pytest.raises(UnknownRace):
            reading.read_race(session, "elsewhere", 1)
        with pytest.raises(UnknownRace):
            reading.news_since(session, "elsewhere", 0)
        with pytest.raises(UnknownRace):
            reading.race_cursor(session, "elsewhere")
        with pytest.raises(UnknownRevision):
            reading.read_race(session, SLUG, latest + 1)
        with pytest.raises(UnknownRevision):
            reading.read_race(session, SLUG, 0)
