"""The shape of the database: bringing it up to date, and telling whether it is."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from timing.db.engines import Database, create_file

MIGRATIONS = Path(__file__).parents[2] / "migrations"
NEWEST = "head"

_POSTGRESQL_LOCK = 7_246_482_866  # any number; all who migrate take the same one


def upgrade(database: Database, to: str = NEWEST) -> None:
    """Create or change the tables, as a whole or not at all; nothing to do is fine.

    Two processes that start together wait for each other.
    """
    create_file(database)
    with database.writers.begin() as connection:
        command.upgrade(_configuration(connection), to)


def downgrade(database: Database, to: str) -> None:
    """Go back to an older shape; ``base`` removes everything, the journal included."""
    with database.writers.begin() as connection:
        command.downgrade(_configuration(connection), to)


def current(database: Database) -> str | None:
    """The migration the database is at, None for one that is empty or not there yet."""
    if database.file and not database.file.exists():
        return None
    with database.readers.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The migration this release works with."""
    return ScriptDirectory.from_config(_configuration()).get_current_head()


def older() -> frozenset[str]:
    """The migrations before the newest: a database at one of them can be brought up to date."""
    script = ScriptDirectory.from_config(_configuration())
    return frozenset(one.revision for one in script.walk_revisions()) - {newest() or ""}


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
