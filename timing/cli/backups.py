"""``timing backup`` and ``timing restore``, and the task of `timing tend` that makes backups."""

from __future__ import annotations

from pathlib import Path

import click
import structlog

from timing.cli.databases import Clock, connected, now, opened, settings_in_force
from timing.cli.printing import patiently
from timing.cli.refusals import Refused, refusing
from timing.core.times import MINUTE
from timing.db.engines import Database, open_database
from timing.live.tending import Task
from timing.operations import schema
from timing.operations.backup import Backup, back_up, check_backup
from timing.operations.backup import restore as restore_database
from timing.operations.backup_faults import (
    BadBackup,
    MissingProgram,
    ProgramFailed,
    TargetNotEmpty,
)
from timing.operations.kept_backups import Keeping, back_up_to, is_due, thin
from timing.settings import Settings

LOOK_EVERY_SECONDS = 20.0

_FAULTS = (BadBackup, MissingProgram, ProgramFailed)

_log = structlog.get_logger(__name__)


@click.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--force", is_flag=True, help="Overwrite what is there.")
@click.option("--check", "is_check", is_flag=True, help="Make none: read the one at PATH.")
def backup(*, path: Path | None, force: bool, is_check: bool) -> None:
    """Write the whole database to a file, while it is in use, and check the file.

    Without PATH the file goes into the folder of backups, by its moment.
    """
    if is_check:
        _check(path)
        return
    with opened() as database, refusing(*_FAULTS), patiently("Backing up"):
        made = _made(database, path, force=force)
    click.echo(f"{made.path}: {made.records:,} records, checked")


def _made(database: Database, path: Path | None, *, force: bool) -> Backup:
    try:
        if path is None:
            return back_up_to(settings_in_force().backups, database, now())
        return back_up(database, path, force=force)
    except TargetNotEmpty as error:
        raise Refused(f"{error}; overwrite it with --force.") from error
    except OSError as error:
        raise Refused(f"{error.filename or path} can't be written: {error.strerror}.") from error


def _check(path: Path | None) -> None:
    if path is None:
        raise Refused("Say which file: timing backup --check PATH")
    with connected() as database, refusing(*_FAULTS), patiently("Reading"):
        checked = check_backup(database, path)
    click.echo(f"{checked.path}: {checked.records:,} records, whole")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Whatever the database holds is lost.")
def restore(*, path: Path, force: bool) -> None:
    """Make the database what it was when a backup was made.

    Stop the server before. The backup may be of an older release.
    """
    with connected() as database, refusing(*_FAULTS), patiently("Restoring"):
        try:
            restored = restore_database(database, path, force=force)
        except TargetNotEmpty as error:
            raise Refused(f"{error}; replace what it holds with --force.") from error
        # The file it was made of is the backup from before this migration.
        schema.upgrade(database)
    click.echo(f"Restored {restored.records:,} records from {restored.path}")


def backup_tasks(settings: Settings, clock: Clock) -> tuple[Task, ...]:
    """The task that makes a backup when one is due, and thins out the older ones."""
    if not settings.backups_every_minutes:
        return ()
    database = open_database(settings.database_url)
    return (
        Task(
            name="backups",
            every_seconds=LOOK_EVERY_SECONDS,
            run=lambda _: back_up_when_due(database, settings, clock),
        ),
    )


def back_up_when_due(database: Database, settings: Settings, clock: Clock) -> Backup | None:
    """The backup that was made because the newest is old enough, None where it is not."""
    at = clock()
    if not is_due(settings.backups, at, settings.backups_every_minutes * MINUTE):
        return None
    made = back_up_to(settings.backups, database, at)
    keeping = Keeping(hours=settings.backups_hours, days=settings.backups_days)
    gone = thin(settings.backups, keeping, at)
    _log.info("backed up", file=made.path.name, records=made.records, deleted=len(gone))
    return made
