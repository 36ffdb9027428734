"""Who runs: entering, replacing, correcting a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import func, select
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
    return correct_texts(session, slug, entry_id, name=name)


def correct_texts(
    session: Session,
    slug: str,
    entry_id: str,
    *,
    name: str | None = None,
    name_hidden: bool | None = None,
) -> int:
    """Correct a name, or hide it, at any time; neither affects a result. As `correct_name`."""
    race = lock_race(session, slug)
    row = session.scalars(
        select(EntryRow).where(
            EntryRow.race_id == race.id, EntryRow.entry_id == entry_id, EntryRow.removed.is_(None)
        )
    ).one_or_none()
    if row is None:
        raise UnknownEntry(slug, entry_id)
    wanted = {
        "name": row.name if name is None else name,
        "name_hidden": row.name_hidden if name_hidden is None else name_hidden,
    }
    if any(getattr(row, key) != value for key, value in wanted.items()):
        require_home(session, race)
        columns = {column.key: getattr(row, column.key) for column in EntryRow.__table__.columns}
        race.revision += 1
        row.removed = race.revision
        session.flush()
        session.add(EntryRow(**{**columns, **wanted, "revision": race.revision}))
        frame_changed(session, race)
    return race.revision


def write_teams(session: Session, slug: str, teams: Sequence[Team]) -> int:
    """Make these the teams, at any time, their members as they were; the race's revision.

    A name affects no result, and a team without members has none. Raises UnknownRace, the
    racefile's errors, RaceStarted where a team with members would go or be of another kind, and
    NotHome and FrameNotHere.
    """
    race = lock_race(session, slug)
    held = reading.read_race(session, slug, journal=False)
    if has_started(session, slug):
        kinds = {team.code: team.kind for team in teams}
        if any(kinds.get(team.code) != team.kind for team in held.teams):
            raise RaceStarted(slug)
    check_together(parse_definition(held.definition), held.entries, tuple(teams))
    was = race.revision
    write_entries(session, race, held.entries, teams)
    if race.revision != was:
        require_home(session, race)
        frame_changed(session, race)
    return race.revision


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesVersion:
    """The entries as they stood from a revision on: how many, and how many rows it began with."""

    revision: int
    entries: int
    changed: int


def entry_versions(session: Session, slug: str, most: int = 10) -> tuple[EntriesVersion, ...]:
    """The last versions of a race's entries, the newest first: what one may go back to."""
    race_id = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    began = select(EntryRow.revision).where(EntryRow.race_id == race_id)
    ended = select(EntryRow.removed).where(
        EntryRow.race_id == race_id, EntryRow.removed.is_not(None)
    )
    revisions = sorted({*session.scalars(began), *session.scalars(ended)} - {None}, reverse=True)
    found = []
    for revision in revisions[:most]:
        stands = (EntryRow.race_id == race_id) & (EntryRow.revision <= revision)
        stands &= EntryRow.removed.is_(None) | (EntryRow.removed > revision)
        began_here = (EntryRow.race_id == race_id) & (EntryRow.revision == revision)
        count = select(func.count()).select_from(EntryRow)
        found.append(
            EntriesVersion(
                revision=revision,
                entries=session.scalar(count.where(stands)) or 0,
                changed=session.scalar(count.where(began_here)) or 0,
            )
        )
    return tuple(found)


def go_back(session: Session, slug: str, revision: int) -> int:
    """Make entries and teams what they were at a revision, and return the race's new one.

    Raises as `replace_entries` does, and UnknownRevision where there was none such.
    """
    held = reading.read_race(session, slug, revision=revision, journal=False)
    return replace_entries(session, slug, held.entries, held.teams)


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
