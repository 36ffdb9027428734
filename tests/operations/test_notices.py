"""PostgreSQL tells those who listen which race has come to which revision."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from tests.race_samples import ENTRIES, EVENING, PASSINGS, RACE, TEAMS
from timing.core.document import Document
from timing.db.engines import Database
from timing.operations.entries import replace_entries
from timing.operations.races import add_race, change_definition
from timing.operations.record import append

SLUG = RACE.slug


@pytest.fixture
def listener(postgresql_database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A connection that listens from before the race is added."""
    url = postgresql_database.url
    with psycopg.connect(
        host=str(url.query["host"]), dbname=url.database, user=url.username, autocommit=True
    ) as connection:
        connection.execute("LISTEN revisions")
        yield connection


def told(listener: psycopg.Connection[Any]) -> list[str]:
    """What was told since; empty if nothing was."""
    return [notice.payload for notice in listener.notifies(timeout=0.1)]


def test_a_revision_is_told_once_it_is_committed_and_not_before(
    postgresql_database: Database, listener: psycopg.Connection[Any]
) -> None:
    with postgresql_database.writing() as session:
        add_race(session, Document(race=RACE), at=EVENING, by="director")
        answer = append(session, SLUG, PASSINGS, received=EVENING)
        assert told(listener) == []

    assert told(listener)[-1] == f"{SLUG} {answer.revision}"


def test_changes_of_definition_and_entries_are_told_too(
    postgresql_database: Database, listener: psycopg.Connection[Any]
) -> None:
    with postgresql_database.writing() as session:
        add_race(session, Document(race=RACE), at=EVENING, by="director")
    told(listener)
    with postgresql_database.writing() as session:
        renamed = replace(RACE, name="Renamed")
        change_definition(session, renamed, based_on=1, at=EVENING, by="director")
    assert told(listener) == [f"{SLUG} 2"]

    with postgresql_database.writing() as session:
        replace_entries(session, SLUG, ENTRIES, TEAMS)
    assert told(listener) == [f"{SLUG} 3"]


def test_what_changes_nothing_tells_nothing(
    postgresql_database: Database, listener: psycopg.Connection[Any]
) -> None:
    with postgresql_database.writing() as session:
        add_race(session, Document(race=RACE), at=EVENING, by="director")
        append(session, SLUG, PASSINGS, received=EVENING)
    told(listener)

    with postgresql_database.writing() as session:
        append(session, SLUG, PASSINGS, received=EVENING)

    assert told(listener) == []
