"""What can be wrong with making a backup or restoring one."""

from __future__ import annotations

from pathlib import Path


class TargetNotEmpty(Exception):
    """What would be overwritten holds something; ``force`` overwrites it."""

    def __init__(self, target: str) -> None:
        super().__init__(f"{target} is not empty")
        self.target = target


class BadBackup(Exception):
    """A file that is no backup of this kind of database, or no whole one."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} is no good backup: {why}")
        self.path = path
        self.why = why


class MissingProgram(Exception):
    """PostgreSQL's own programs make and read its backups, and they aren't here."""

    def __init__(self, what: str) -> None:
        super().__init__(f"PostgreSQL's client programs are needed: {what}")
        self.what = what


class ProgramFailed(Exception):
    """One of PostgreSQL's programs gave up; the message is what it said."""
