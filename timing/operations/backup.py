"""Backups: a whole database in one file, checked by reading it, and back again.

Both kinds of database are copied while they are in use, as of one moment. A restored one starts a
new epoch, so that no reader takes a revision of it for a number it has seen before (architecture,
decision 3).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, inspect, select

from timing.db.engines import Database, create_file
from timing.db.tables import JournalRow, RaceRow
from timing.operations.backup_faults import BadBackup, TargetNotEmpty
from timing.operations.postgresql_backup import PostgresqlBackups
from timing.operations.sqlite_backup import SqliteBackups


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A file with everything in it; ``records`` is how many its journal holds."""

    path: Path
    records: int


class _Backups(Protocol):
    """How one kind of database is copied, checked and restored."""

    def make(self, draft: Path) -> None:
        """Copy the database to a file."""

    def check(self, path: Path) -> int:
        """Read a whole backup and return how many records are in its journal; BadBackup."""

    def restore(self, path: Path, epoch: str) -> None:
        """Replace the database by a backup with a new epoch, in one transaction."""


def back_up(database: Database, path: Path, *, force: bool = False) -> Backup:
    """Write everything to a file that only its owner can read, and check it by reading it.

    The file appears complete or not at all. Raises, all from timing.operations.backup_faults,
    TargetNotEmpty if there is something in its place and not ``force``, BadBackup if the check
    fails, MissingProgram and ProgramFailed.
    """
    if path.exists() and path.stat().st_size and not force:
        raise TargetNotEmpty(str(path))
    backups = _backups(database)
    at_least = _records(database)
    with _draft_beside(path) as draft:
        backups.make(draft)
        records = backups.check(draft)
        # The journal only grows: the copy holds what was there before, and no more than now.
        if not at_least <= records <= _records(database):
            raise BadBackup(path, f"it has {records} records where there were {at_least}")
        _write_through(draft)
        draft.replace(path)
    _write_through(path.parent)
    return Backup(path=path, records=records)


def restore(database: Database, path: Path, *, force: bool = False) -> Backup:
    """Make the database what it was when the backup was made, in a new epoch, or leave it alone.

    With ``force`` whatever it holds is lost. Bring the schema up to date afterwards: the backup
    may be of an older release. Raises as `back_up` does.
    """
    checked = check_backup(database, path)
    if not force and _holds_something(database):
        raise TargetNotEmpty(str(database.url))
    create_file(database)
    _backups(database).restore(path, secrets.token_hex(8))
    return checked


def check_backup(database: Database, path: Path) -> Backup:
    """Read a whole backup of this kind of database; raises as `back_up` does."""
    if not path.is_file():
        raise BadBackup(path, "there is no such file")
    return Backup(path=path, records=_backups(database).check(path))


def _backups(database: Database) -> _Backups:
    if database.file:
        return SqliteBackups(database.file)
    return PostgresqlBackups(database)


def _records(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(JournalRow)) or 0


def _holds_something(database: Database) -> bool:
    """Whether there is any race in it, or any table where ours are not."""
    if database.file and not database.file.exists():
        return False
    with database.readers.connect() as connection:
        tables = inspect(connection).get_table_names()
    if RaceRow.__tablename__ not in tables:
        return bool(tables)
    with database.reading() as session:
        return bool(session.scalar(select(func.count()).select_from(RaceRow)))


@contextmanager
def _draft_beside(path: Path) -> Iterator[Path]:
    """A file to write to before it takes its place, gone if it never does."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _write_through(path: Path) -> None:
    """Have the disk itself hold a file, or a folder's list of files."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
