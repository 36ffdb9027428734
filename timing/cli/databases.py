"""The database that the settings name, and ``timing db``."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import click
from alembic.util import CommandError
from sqlalchemy.exc import OperationalError

from timing.cli.printing import patiently
from timing.cli.refusals import Refused, refusing, unknown
from timing.core.document import Document
from timing.core.times import Instant
from timing.db.engines import BadDatabaseUrl, Database, DatabaseBusy, open_database
from timing.db.reading import UnknownRace, UnknownRevision, race_list
from timing.operations import schema
from timing.operations.backup import Backup
from timing.operations.backup_faults import BadBackup, MissingProgram, ProgramFailed
from timing.operations.kept_backups import upgrade_with_backup
from timing.operations.races import HeldDocument, export_document
from timing.settings import BadSettings, Settings, read_settings

Clock: TypeAlias = Callable[[], Instant]


def settings_in_force() -> Settings:
    """The settings of this installation, for a command that serves nothing."""
    with refusing(BadSettings):
        return read_settings(os.environ, serving=False)


@contextmanager
def connected() -> Iterator[Database]:
    """The database as it is, or Refused where it can't be reached."""
    with refusing(BadDatabaseUrl):
        database = open_database(settings_in_force().database_url)
    try:
        yield database
    except OperationalError as error:
        raise Refused(f"The database can't be used: {error.orig}") from error
    except CommandError as error:
        raise Refused(f"The database is of a newer release than this one: {error}") from error
    except DatabaseBusy as error:
        raise Refused("Something else keeps the database busy; try again.") from error
    finally:
        database.close()


@contextmanager
def opened(*, made: bool = False) -> Iterator[Database]:
    """The database, Refused unless its tables are those of this release.

    With ``made`` an embedded one that is not there yet is made.
    """
    with connected() as database:
        if not _exists(database):
            if not made:
                where = database.url.database
                raise Refused(f"There is no database at {where}; make one with: timing db upgrade")
            schema.upgrade(database)
        if not schema.is_current(database):
            raise Refused("The database is of another release; run: timing db upgrade")
        try:
            yield database
        except UnknownRace as error:
            with database.reading() as session:
                slugs = [listed.slug for listed in race_list(session)]
            raise unknown("race", error.slug, slugs) from error


def held_document(slug: str, revision: int | None = None) -> Document:
    """A race of the database, now or as of a revision."""
    return held(slug, revision).document


def held(slug: str, revision: int | None = None) -> HeldDocument:
    """The same with where it stands."""
    with (
        refusing(UnknownRevision),
        opened() as database,
        patiently(f"Reading {slug}"),
        database.reading() as session,
    ):
        return export_document(session, slug, revision)


def now() -> Instant:
    """The moment, by this machine's clock."""
    return time.time_ns() // 1_000_000


def _exists(database: Database) -> bool:
    """Whether there is a file, where the database is one."""
    url = database.url
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


@click.group()
def db() -> None:
    """Keep the database in shape."""


@db.command()
@click.option("--no-backup", is_flag=True, help="Make no backup before.")
def upgrade(*, no_backup: bool) -> None:
    """Make the tables, or bring those of an older release up to date, after a backup."""
    folder = settings_in_force().backups
    with connected() as database:
        before = schema.current(database) if _exists(database) else None
        made = None
        with patiently("Migrating"):
            if no_backup:
                schema.upgrade(database)
            else:
                made = upgraded_with_backup(database, folder)
        after = schema.current(database)
        where = database.url.render_as_string(hide_password=True)
    if made is not None:
        click.echo(f"What it was is kept in {made.path}: {made.records:,} records, checked")
    click.echo(f"{where} is up to date{'' if before == after else ', now'}: {after}")


def upgraded_with_backup(database: Database, folder: Path) -> Backup | None:
    """The backup made before the tables were brought up to date, None where none was needed."""
    try:
        return upgrade_with_backup(database, folder, now())
    except (BadBackup, MissingProgram, ProgramFailed, OSError) as error:
        raise Refused(
            f"Nothing was changed, as no backup could be made before: {error}."
            " Mend that, or go without one by: timing db upgrade --no-backup"
        ) from error
