"""A migrated database of either kind, for the tests that ask for ``database``.

Migrating takes longer than most tests, so it is done once a session: the file is copied, and
PostgreSQL's database, which takes long to copy, is emptied.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.postgresql import PostgreSQL
from timing.db.engines import Database, open_database
from timing.db.every_table import TABLES
from timing.operations import schema

EMPTY_POSTGRESQL = (
    # A test that failed, or whose processes were killed, may have left connections behind.
    """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
    """,
    # As a replica does: no trigger asks, not even the journal's.
    "SET LOCAL session_replication_role = replica",
    f"TRUNCATE {', '.join(table.name for table in TABLES)} RESTART IDENTITY",
    "INSERT INTO node (id, node_id, epoch) VALUES (1, gen_random_uuid(), gen_random_uuid())",
)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables in it, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite"
    database = open_database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def migrated_url(postgresql_server: PostgreSQL) -> Iterator[str]:
    """The address of a PostgreSQL database with the tables in it, to be emptied and used again."""
    with postgresql_server.database() as url:
        database = open_database(url)
        schema.upgrade(database)
        database.close()
        yield url


@pytest.fixture
def sqlite_database(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database for this test alone."""
    path = tmp_path / "race.sqlite"
    shutil.copy(migrated_file, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def postgresql_database(migrated_url: str) -> Iterator[Database]:
    """A migrated PostgreSQL database that holds nothing when the test begins."""
    database = open_database(migrated_url)
    with database.writing() as session:
        for statement in EMPTY_POSTGRESQL:
            session.execute(text(statement))
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated database for this test alone; the test runs on each kind."""
    found = request.getfixturevalue(f"{request.param}_database")
    assert isinstance(found, Database)
    return found
