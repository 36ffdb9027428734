"""The shape of the database: bringing it up to date, and telling whether it is."""

from __future__ import annotations

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from timing.db.engines import Database

MIGRATIONS = Path(__file__).parents[2] / "migrations"
NEWEST = "head"

_POSTGRESQL_LOCK = 7_246_482_866  # any number; all who migrate take the same one


def upgrade(database: Database, to: str = NEWEST) -> None:
    """Create or change the tables, as a whole or not at all; nothing to do is fine.

    Two processes that start together wait for each other.
    """
    _create_private_file(database)
    with database.writers.begin() as connection:
        command.upgrade(_configuration(connection), to)


def downgrade(database: Database, to: str) -> None:
    """Go back to an older shape; ``base`` removes everything, the journal included."""
    with database.writers.begin() as connection:
        command.downgrade(_configuration(connection), to)


def current(database: Database) -> str | None:
    """The migration the database is at, None for an empty one."""
    with database.readers.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The migration this release works with."""
    return ScriptDirectory.from_config(_configuration()).get_current_head()


def is_current(database: Database) -> bool:
    """Whether this release can work with the database as it is."""
    return current(database) == newest()


def _configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        if connection.dialect.name == "postgresql":
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _POSTGRESQL_LOCK}
            )
        config.attributes["connection"] = connection
    return config


def _create_private_file(database: Database) -> None:
    """Make SQLite's file readable by its owner only: it holds birth dates and password hashes."""
    if database.url.get_backend_name() == "sqlite" and database.url.database:
        path = Path(database.url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
