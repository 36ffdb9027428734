"""A migrated database of either kind, for the tests that ask for ``database``.

Migrating takes longer than most tests, so it is done once a session and copied.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql import PostgreSQL
from timing.db.engines import Database, open_database
from timing.operations import schema


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables in it, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite"
    database = open_database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def migrated_template(postgresql_server: PostgreSQL) -> Iterator[str]:
    """The name of a PostgreSQL database with the tables in it, to be copied."""
    with postgresql_server.database() as url:
        database = open_database(url)
        schema.upgrade(database)
        name = database.url.database
        database.close()
        assert name
        yield name


@pytest.fixture
def sqlite_database(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database for this test alone."""
    path = tmp_path / "race.sqlite"
    shutil.copy(migrated_file, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def postgresql_database(
    postgresql_server: PostgreSQL, migrated_template: str
) -> Iterator[Database]:
    """A migrated PostgreSQL database for this test alone."""
    with postgresql_server.database(template=migrated_template) as url:
        database = open_database(url)
        yield database
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated database for this test alone; the test runs on each kind."""
    found = request.getfixturevalue(f"{request.param}_database")
    assert isinstance(found, Database)
    return found
