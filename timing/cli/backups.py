"""``timing backup`` and ``timing restore``."""

from __future__ import annotations

from pathlib import Path

import click

from timing.cli.databases import connected, opened
from timing.cli.printing import patiently
from timing.cli.refusals import Refused, refusing
from timing.operations import schema
from timing.operations.backup import back_up
from timing.operations.backup import restore as restore_database
from timing.operations.backup_faults import (
    BadBackup,
    MissingProgram,
    ProgramFailed,
    TargetNotEmpty,
)

_FAULTS = (BadBackup, MissingProgram, ProgramFailed)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite what is there.")
def backup(*, path: Path, force: bool) -> None:
    """Write the whole database to a file, while it is in use, and check the file."""
    with opened() as database, refusing(*_FAULTS), patiently("Backing up"):
        try:
            made = back_up(database, path, force=force)
        except TargetNotEmpty as error:
            raise Refused(f"{error}; overwrite it with --force.") from error
        except OSError as error:
            raise Refused(f"{path} can't be written: {error.strerror}.") from error
    click.echo(f"{made.path}: {made.records:,} records, checked")


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
        schema.upgrade(database)
    click.echo(f"Restored {restored.records:,} records from {restored.path}")
