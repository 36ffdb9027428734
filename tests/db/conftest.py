from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import (
    database,
    migrated_file,
    migrated_url,
    postgresql_database,
    sqlite_database,
)
from timing.db.engines import Database, open_database

__all__ = [
    "database",
    "migrated_file",
    "migrated_url",
    "postgresql_database",
    "sqlite_database",
]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table; the test runs on each kind."""
    if request.param == "sqlite":
        found = open_database(f"sqlite:///{tmp_path}/new/race.sqlite")
    else:
        found = open_database(request.getfixturevalue("postgresql_url"))
    yield found
    found.close()
