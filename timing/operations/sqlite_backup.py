"""Copies of an SQLite database, by its online backup."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path

from timing.operations.backup_faults import BadBackup


@dataclass(frozen=True, slots=True)
class SqliteBackups:
    """See timing.operations.backup; ``file`` is the database's."""

    file: Path

    def make(self, draft: Path) -> None:
        """Copy the database, its write-ahead log included, into one plain file."""
        with _opened(self.file) as live, _opened(draft) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")

    def check(self, path: Path) -> int:
        """Check every page, index and reference, and count the journal."""
        try:
            with _opened_for_reading(path) as copy:
                ((pages,),) = copy.execute("PRAGMA page_count")
                ((page_bytes,),) = copy.execute("PRAGMA page_size")
                if path.stat().st_size != pages * page_bytes:
                    raise BadBackup(path, "its end is missing")
                ((verdict,),) = copy.execute("PRAGMA integrity_check(1)")
                if verdict != "ok":
                    raise BadBackup(path, str(verdict))
                if copy.execute("PRAGMA foreign_key_check").fetchone():
                    raise BadBackup(path, "some of its rows refer to others that are missing")
                ((records,),) = copy.execute("SELECT count(*) FROM journal")
        except sqlite3.DatabaseError as error:
            raise BadBackup(path, str(error)) from error
        return int(records)

    def restore(self, path: Path, epoch: str) -> None:
        """Write the backup over the database as a transaction.

        Whoever has the database open sees all of the old one, then all of the new.
        """
        with tempfile.TemporaryDirectory(dir=self.file.parent) as folder:
            renewed = Path(folder) / "renewed.sqlite"
            shutil.copyfile(path, renewed)
            with _opened(renewed) as copy, _opened(self.file) as live:
                copy.execute("UPDATE node SET epoch = ?", (epoch,))
                copy.commit()
                live.execute("PRAGMA synchronous=FULL")
                copy.backup(live)


def _opened(path: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(path))


def _opened_for_reading(path: Path) -> contextlib.closing[sqlite3.Connection]:
    # As a file that nobody writes: not even a lock or a log is left beside it.
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    return contextlib.closing(sqlite3.connect(address, uri=True))
