"""The database itself refuses to change or delete a record (architecture, decision 2)."""

import contextlib
import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from tests.race_samples import DOCUMENT, EVENING
from timing.db.engines import Database
from timing.db.tables import JournalRow
from timing.operations.races import add_race

COLUMNS = ", ".join(JournalRow.__table__.columns.keys())


@contextlib.contextmanager
def unchanging(database: Database) -> Iterator[Database]:
    """The database with some records, which are the same afterwards."""
    with database.writing() as session:
        add_race(session, DOCUMENT, at=EVENING, by="director")
    before = journal(database)
    assert len(before) == len(DOCUMENT.passings) + len(DOCUMENT.rulings)
    yield database
    assert journal(database) == before


@pytest.fixture
def kept(database: Database) -> Iterator[Database]:
    with unchanging(database):
        yield database


@pytest.fixture
def kept_by_sqlite(sqlite_database: Database) -> Iterator[Database]:
    with unchanging(sqlite_database):
        yield sqlite_database


@pytest.fixture
def kept_by_postgresql(postgresql_database: Database) -> Iterator[Database]:
    with unchanging(postgresql_database):
        yield postgresql_database


def journal(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as session:
        rows = session.execute(text("SELECT * FROM journal ORDER BY revision"))
        return [tuple(row) for row in rows]


def attempt(database: Database, statement: str) -> None:
    with database.writing() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET bib = '21'",
        "UPDATE journal SET received = 0 WHERE record_id = 'p1'",
        "UPDATE journal SET revision = revision + 100",
        "DELETE FROM journal",
        "DELETE FROM journal WHERE record_id = 'r1'",
    ],
)
def test_no_statement_changes_or_deletes_a_record(kept: Database, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        attempt(kept, statement)


def test_postgresql_refuses_to_empty_the_journal(kept_by_postgresql: Database) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        attempt(kept_by_postgresql, "TRUNCATE journal")
    with pytest.raises(IntegrityError, match="append-only"):
        attempt(kept_by_postgresql, "TRUNCATE races CASCADE")


def test_a_race_with_records_cannot_be_deleted(kept: Database) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        attempt(kept, "DELETE FROM races")


def copy_over(column: str, value: str, record: str) -> str:
    """A statement that writes a record again with another value in one column."""
    changed = COLUMNS.replace(column, value)
    return (
        f"INSERT OR REPLACE INTO journal ({COLUMNS})"  # noqa: S608 - made of our own words
        f" SELECT {changed} FROM journal WHERE record_id = '{record}'"
    )


REPLACEMENTS = [
    copy_over("bib", "'21'", "p1"),
    copy_over("revision", "revision + 100", "r1"),  # only id and digest meet
    "UPDATE OR REPLACE journal SET revision = revision + 1",
]


@pytest.mark.parametrize("statement", REPLACEMENTS)
def test_sqlite_refuses_to_replace_a_record(kept_by_sqlite: Database, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        attempt(kept_by_sqlite, statement)


@pytest.mark.parametrize("statement", REPLACEMENTS)
def test_sqlite_refuses_it_to_programs_that_are_not_ours(
    kept_by_sqlite: Database, statement: str
) -> None:
    assert kept_by_sqlite.file
    with contextlib.closing(sqlite3.connect(kept_by_sqlite.file)) as other_program:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other_program.execute(statement)
        other_program.commit()


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "penalty"},  # a ruling without a body
        {"body": "{}"},  # a passing with one
        {"instant": None},
        {"clock_ms": 0},  # two times at once
        {"bib": None},
    ],
)
def test_a_record_that_is_not_whole_is_refused(kept: Database, changes: dict[str, object]) -> None:
    with kept.reading() as session:
        row = dict(
            session.execute(
                select(JournalRow.__table__).where(JournalRow.record_id == "p2")
            ).one()._mapping
        )  # fmt: skip
    assert row["instant"] is not None
    other = {**row, "record_id": "p99", "revision": row["revision"] + 100, **changes}

    with (
        pytest.raises(IntegrityError, match=r"(?i)check constraint"),
        kept.writing() as session,
    ):
        session.execute(insert(JournalRow), [other])


def test_the_same_record_whole_is_taken(kept: Database) -> None:
    """So that the test above fails for the reason it gives."""
    with kept.writing() as session:
        row = dict(
            session.execute(
                select(JournalRow.__table__).where(JournalRow.record_id == "p2")
            ).one()._mapping
        )  # fmt: skip
        savepoint = session.begin_nested()
        session.execute(
            insert(JournalRow), [{**row, "record_id": "p99", "revision": row["revision"] + 100}]
        )
        savepoint.rollback()


def test_a_mistake_is_told_apart_from_a_refusal(kept: Database) -> None:
    with pytest.raises(DatabaseError) as error:
        attempt(kept, "UPDATE journal SET nothing = 1")

    assert "append-only" not in str(error.value)
