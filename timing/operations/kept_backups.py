"""The folder of backups: one made now and then, one before each migration, thinned with age.

Nobody has to remember either. What is kept is told by names alone, so that a folder copied
elsewhere says the same; whatever else lies in it is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from timing.core.times import DAY, HOUR, Duration, Instant
from timing.db.engines import Database
from timing.operations import schema
from timing.operations.backup import Backup, back_up

ALL_FOR: Duration = 2 * HOUR
"""However many there are, none is thinned out that is younger."""

MOST_BEFORE_MIGRATIONS = 10

_NAME = re.compile(r"bivouac-(?P<at>\d{8}T\d{6}Z)(?P<before>-before-[a-z0-9_]+)?\.(?:sqlite|dump)")
_WRITTEN = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class KeptBackup:
    """A backup in the folder; ``before_migration`` where one was made because of it."""

    made: Instant
    path: Path
    before_migration: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long backups are kept: one an hour for so many hours, one a day for so many days."""

    hours: int
    days: int


def kept_backups(folder: Path) -> tuple[KeptBackup, ...]:
    """The backups in a folder, the oldest first; none where there is no folder yet."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if match := _NAME.fullmatch(path.name):
            made = datetime.strptime(match["at"], _WRITTEN).replace(tzinfo=UTC)
            found.append(
                KeptBackup(
                    made=int(made.timestamp() * 1000),
                    path=path,
                    before_migration=match["before"] is not None,
                )
            )
    return tuple(sorted(found))


def is_due(folder: Path, at: Instant, every: Duration) -> bool:
    """Whether the newest scheduled backup is as old as ``every``, or there is none."""
    made = [one.made for one in kept_backups(folder) if not one.before_migration]
    # One from the future is from before the clock was set back: it says nothing.
    return not any(at - every < one <= at for one in made)


def back_up_to(folder: Path, database: Database, at: Instant, *, before: str = "") -> Backup:
    """Make a backup in the folder, named by its moment; ``before`` is a migration's name.

    The folder is made where it is missing, for its owner only. Raises as `back_up` does.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = datetime.fromtimestamp(at / 1000, UTC).strftime(_WRITTEN)
    why = f"-before-{re.sub(r'[^a-z0-9_]+', '_', before.lower())}" if before else ""
    ending = "sqlite" if database.file else "dump"
    return back_up(database, folder / f"bivouac-{written}{why}.{ending}")


def upgrade_with_backup(database: Database, folder: Path, at: Instant) -> Backup | None:
    """Bring the tables up to date, with a backup before where there are any to be changed.

    None where none was needed: the database is new, or up to date. A backup that can't be made
    keeps the tables as they are. Raises as `back_up` does.
    """
    current = schema.current(database)
    made = None
    if current is not None and current in schema.older():
        made = back_up_to(folder, database, at, before=schema.newest() or "")
        thin_before_migrations(folder)
    schema.upgrade(database)
    return made


def thin(folder: Path, keeping: Keeping, at: Instant) -> tuple[Path, ...]:
    """Delete the scheduled backups that are not worth their space any more; which those were."""
    scheduled = [one for one in kept_backups(folder) if not one.before_migration]
    return _deleted(superfluous(scheduled, keeping, at))


def thin_before_migrations(folder: Path) -> tuple[Path, ...]:
    """Delete all but the newest of those made before migrations; which those were."""
    made = [one for one in kept_backups(folder) if one.before_migration]
    return _deleted(made[:-MOST_BEFORE_MIGRATIONS])


def superfluous(
    backups: Sequence[KeptBackup], keeping: Keeping, at: Instant
) -> tuple[KeptBackup, ...]:
    """Those to be deleted: not young, nor the newest of its hour or day as long as these count.

    The newest of all always stays, however old it is.
    """
    kept: set[tuple[str, int]] = set()
    found = []
    for one in sorted(backups, reverse=True):
        age = at - one.made
        # The first that is seen is the newest of its hour, and of its day.
        hour, day = ("hour", one.made // HOUR), ("day", one.made // DAY)
        stays = (
            not kept
            or age < ALL_FOR
            or (age <= keeping.hours * HOUR and hour not in kept)
            or (age <= keeping.days * DAY and day not in kept)
        )
        if stays:
            kept.update((hour, day))
        else:
            found.append(one)
    return tuple(found)


def _deleted(backups: Sequence[KeptBackup]) -> tuple[Path, ...]:
    for one in backups:
        one.path.unlink(missing_ok=True)
    return tuple(one.path for one in backups)
