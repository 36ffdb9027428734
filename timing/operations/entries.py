"""Who runs: entering, replacing, correcting a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.entries import Entry, Team
from timing.core.records import (
    RULING_NAMES,
    FinishOrder,
    StageTime,
    StartCorrection,
    StartList,
)
from timing.db import reading
from timing.db.rows import Columns, entry_to_columns, team_to_columns
from timing.db.tables import PASSING_KIND, EntryRow, JournalRow, RaceRow, TeamRow
from timing.operations.definitions import check_together, parse_definition
from timing.operations.homes import frame_changed, require_home
from timing.operations.revisions import lock_race

_BEGINS_A_RACE = (
    PASSING_KIND,
    *(RULING_NAMES[kind] for kind in (StartList, StartCorrection, StageTime, FinishOrder)),
)


class RaceStarted(ValueError):
    """Entries change by rulings once the race has started (architecture, decision 4)."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"race {slug!r} has started: entries change by rulings now")
        self.slug = slug


class UnknownEntry(LookupError):
    """The race has no entry of this id."""

    def __init__(self, slug: str, entry_id: str) -> None:
        super().__init__(f"race {slug!r} has no entry {entry_id!r}")
        self.slug = slug
        self.entry_id = entry_id


def has_started(session: Session, slug: str) -> bool:
    """Whether the journal has a passing, a start, or a result that was declared.

    Rulings about who will not start may come before it.
    """
    begun = (
        select(JournalRow.revision)
        .join(RaceRow, RaceRow.id == JournalRow.race_id)
        .where(RaceRow.slug == slug, JournalRow.kind.in_(_BEGINS_A_RACE))
        .limit(1)
    )
    return session.scalar(begun) is not None


def replace_entries(
    session: Session, slug: str, entries: Sequence[Entry], teams: Sequence[Team] = ()
) -> int:
    """Make these the entries and teams, before the start, and return the race's revision.

    What is as it was keeps its row; if all is, the revision is as it was too. Raises
    UnknownRace, RaceStarted, the racefile's errors where entries, teams and definition don't
    fit together, and where the home is elsewhere NotHome and FrameNotHere
    (timing.operations.homes).
    """
    race = lock_race(session, slug)
    if has_started(session, slug):
        raise RaceStarted(slug)
    held = reading.read_race(session, slug, journal=False)
    check_together(parse_definition(held.definition), tuple(entries), tuple(teams))
    was = race.revision
    write_entries(session, race, entries, teams)
    if race.revision != was:
        require_home(session, race)
        frame_changed(session, race)
    return race.revision


def correct_name(session: Session, slug: str, entry_id: str, name: str) -> int:
    """Correct a misspelt name, at any time, and return the race's revision.

    A name affects no result, so it takes no ruling. Raises UnknownRace, UnknownEntry, and
    NotHome and FrameNotHere (timing.operations.homes).
    """
    race = lock_race(session, slug)
    row = session.scalars(
        select(EntryRow).where(
            EntryRow.race_id == race.id, EntryRow.entry_id == entry_id, EntryRow.removed.is_(None)
        )
    ).one_or_none()
    if row is None:
        raise UnknownEntry(slug, entry_id)
    if row.name != name:
        require_home(session, race)
        columns = {column.key: getattr(row, column.key) for column in EntryRow.__table__.columns}
        race.revision += 1
        row.removed = race.revision
        session.flush()
        session.add(EntryRow(**{**columns, "name": name, "revision": race.revision}))
        frame_changed(session, race)
    return race.revision


def write_entries(
    session: Session, race: RaceRow, entries: Sequence[Entry], teams: Sequence[Team]
) -> None:
    """Make these the entries and teams of a locked race, unchecked; one revision if any differ."""
    next_revision = race.revision + 1
    differ = [
        _replace(session, race, EntryRow, "entry_id", map(entry_to_columns, entries)),
        _replace(session, race, TeamRow, "code", map(team_to_columns, teams)),
    ]
    if any(differ):
        race.revision = next_revision
        session.flush()


Standing = TypeVar("Standing", EntryRow, TeamRow)


def _replace(
    session: Session,
    race: RaceRow,
    row_type: type[Standing],
    key: str,
    wanted: Iterable[Columns],
) -> bool:
    """End the rows that are no longer wanted as they are, add those that are new."""
    revision = race.revision + 1
    coming = {
        columns[key]: {**columns, "position": position} for position, columns in enumerate(wanted)
    }
    standing = session.scalars(
        select(row_type).where(row_type.race_id == race.id, row_type.removed.is_(None))
    )
    ended = False
    for row in standing:
        columns = coming.get(getattr(row, key))
        if columns and all(getattr(row, name) == value for name, value in columns.items()):
            del coming[columns[key]]
        else:
            row.removed = revision
            ended = True
    session.flush()  # before the new rows come: only one of an id may be current
    session.add_all(
        row_type(race_id=race.id, revision=revision, removed=None, **columns)
        for columns in coming.values()
    )
    session.flush()
    return ended or bool(coming)
