"""Rows read into core values, at a number of queries that does not depend on the race."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from timing.core.collection import collection_paused
from timing.core.definition import Race
from timing.core.document import Document
from timing.core.entries import Entry, Team
from timing.core.publications import Publication
from timing.core.records import Passing, Ruling
from timing.db.publications import publications_of
from timing.db.rows import (
    PASSING_COLUMNS,
    RULING_COLUMNS,
    entry_from_row,
    passings_from_rows,
    ruling_from_columns,
    team_from_row,
)
from timing.db.tables import (
    PASSING_KIND,
    DefinitionRow,
    EntryRow,
    JournalRow,
    NodeRow,
    RaceRow,
    TeamRow,
)

# As tables, not as mapped classes, which would make a session look at each row: half the speed.
_JOURNAL = JournalRow.__table__
_EPOCH = select(NodeRow.epoch).scalar_subquery().label("epoch")


class UnknownRace(LookupError):
    """No race has this slug here."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"there is no race {slug!r}")
        self.slug = slug


class UnknownRevision(LookupError):
    """The race has not come to this revision, or had no definition yet."""

    def __init__(self, slug: str, revision: int) -> None:
        super().__init__(f"race {slug!r} has no revision {revision}")
        self.slug = slug
        self.revision = revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a reader has come: a revision, in one life of a database."""

    epoch: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All that the database holds of a race, as of a revision.

    ``definition`` is a racefile without entries and records, ``version`` its number. Passings and
    rulings are in the order of their revisions.
    """

    slug: str
    cursor: Cursor
    version: int
    definition: str
    entries: tuple[Entry, ...] = ()
    teams: tuple[Team, ...] = ()
    passings: tuple[Passing, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    publications: tuple[Publication, ...] = ()

    def document(self, race: Race) -> Document:
        """The race in memory; ``race`` is what the caller read from ``definition``."""
        return Document(
            race=race,
            entries=self.entries,
            teams=self.teams,
            passings=self.passings,
            rulings=self.rulings,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What came after a revision. ``definition``, ``entries`` and ``teams`` are whole, or None.

    ``publications`` are all there are.
    """

    cursor: Cursor
    definition: str | None = None
    entries: tuple[Entry, ...] | None = None
    teams: tuple[Team, ...] | None = None
    passings: tuple[Passing, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    publications: tuple[Publication, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One race of the list, with its latest definition."""

    slug: str
    revision: int
    version: int
    definition: str


def race_cursor(session: Session, slug: str) -> Cursor:
    """Where the race is now. One query; UnknownRace."""
    row = session.execute(
        select(_EPOCH, RaceRow.revision).where(RaceRow.slug == slug)
    ).one_or_none()
    if row is None:
        raise UnknownRace(slug)
    return Cursor(epoch=row.epoch, revision=row.revision)


def cursors(session: Session) -> dict[str, Cursor]:
    """Where every race is now, by slug. One query."""
    rows = session.execute(select(RaceRow.slug, _EPOCH, RaceRow.revision))
    return {slug: Cursor(epoch=epoch, revision=revision) for slug, epoch, revision in rows}


def race_list(session: Session) -> tuple[Listed, ...]:
    """Every race with its latest definition, by slug. One query."""
    latest = (
        select(func.max(DefinitionRow.version))
        .where(DefinitionRow.race_id == RaceRow.id)
        .correlate(RaceRow)
        .scalar_subquery()
    )
    rows = session.execute(
        select(RaceRow.slug, RaceRow.revision, DefinitionRow.version, DefinitionRow.text)
        .join(DefinitionRow, DefinitionRow.race_id == RaceRow.id)
        .where(DefinitionRow.version == latest)
        .order_by(RaceRow.slug)
    )
    return tuple(
        Listed(slug=slug, revision=revision, version=version, definition=text)
        for slug, revision, version, text in rows
    )


def read_race(
    session: Session, slug: str, revision: int | None = None, *, journal: bool = True
) -> Held:
    """The whole race, now or as of a revision: what this installation then knew (Rules 9.4).

    Six queries; four without the ``journal``, which then is empty. Raises UnknownRace and
    UnknownRevision.
    """
    header = _header(session, slug, revision)
    if header is None:
        cursor = race_cursor(session, slug)
        raise UnknownRevision(slug, cursor.revision if revision is None else revision)
    at = header.cursor.revision
    with collection_paused():
        return Held(
            slug=slug,
            cursor=header.cursor,
            version=header.version,
            definition=header.definition,
            entries=_entries(session, header.race_id, at),
            teams=_teams(session, header.race_id, at),
            passings=_passings(session, header.race_id, 0, at) if journal else (),
            rulings=_rulings(session, header.race_id, 0, at) if journal else (),
            publications=publications_of(session, slug, at),
        )


def news_since(session: Session, slug: str, revision: int) -> News:
    """What was added after ``revision``: five queries, two more where entries changed.

    Where the cursor's epoch is not the reader's own, its revisions mean nothing here: it must
    read the whole race again. Raises UnknownRace.
    """
    header = _header(session, slug, None)
    if header is None:
        raise UnknownRace(slug)
    race_id, now = header.race_id, header.cursor.revision
    entries: tuple[Entry, ...] | None = None
    teams: tuple[Team, ...] | None = None
    if session.scalar(select(_entries_changed(race_id, revision))):
        entries, teams = _entries(session, race_id, now), _teams(session, race_id, now)
    return News(
        cursor=header.cursor,
        definition=header.definition if header.defined > revision else None,
        entries=entries,
        teams=teams,
        passings=_passings(session, race_id, revision, now),
        rulings=_rulings(session, race_id, revision, now),
        publications=publications_of(session, slug),
    )


def definition_version(session: Session, slug: str, revision: int) -> int:
    """The number of the definition that was in force at a revision; else UnknownRevision."""
    header = _header(session, slug, revision)
    if header is None:
        raise UnknownRevision(slug, revision)
    return header.version


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    race_id: int
    cursor: Cursor
    version: int
    defined: int
    definition: str


def _header(session: Session, slug: str, revision: int | None) -> _Header | None:
    query = (
        select(
            RaceRow.id,
            _EPOCH,
            RaceRow.revision,
            DefinitionRow.version,
            DefinitionRow.revision.label("defined"),
            DefinitionRow.text,
        )
        .join(DefinitionRow, DefinitionRow.race_id == RaceRow.id)
        .where(RaceRow.slug == slug)
        .order_by(DefinitionRow.version.desc())
        .limit(1)
    )
    if revision is not None:
        query = query.where(RaceRow.revision >= revision, DefinitionRow.revision <= revision)
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    return _Header(
        race_id=row.id,
        cursor=Cursor(epoch=row.epoch, revision=row.revision if revision is None else revision),
        version=row.version,
        defined=row.defined,
        definition=row.text,
    )


def _standing(row: type[EntryRow | TeamRow], race_id: int, revision: int) -> ColumnElement[bool]:
    return and_(
        row.race_id == race_id,
        row.revision <= revision,
        or_(row.removed.is_(None), row.removed > revision),
    )


def _entries(session: Session, race_id: int, revision: int) -> tuple[Entry, ...]:
    rows = session.scalars(
        select(EntryRow)
        .where(_standing(EntryRow, race_id, revision))
        .order_by(EntryRow.position, EntryRow.entry_id)
    )
    return tuple(entry_from_row(row) for row in rows)


def _teams(session: Session, race_id: int, revision: int) -> tuple[Team, ...]:
    rows = session.scalars(
        select(TeamRow)
        .where(_standing(TeamRow, race_id, revision))
        .order_by(TeamRow.position, TeamRow.code)
    )
    return tuple(team_from_row(row) for row in rows)


def _entries_changed(race_id: int, since: int) -> ColumnElement[bool]:
    def changed(row: type[EntryRow | TeamRow]) -> ColumnElement[bool]:
        return (
            select(row.revision)
            .where(row.race_id == race_id, or_(row.revision > since, row.removed > since))
            .exists()
        )

    return or_(changed(EntryRow), changed(TeamRow))


def _passings(session: Session, race_id: int, after: int, to: int) -> tuple[Passing, ...]:
    rows = session.execute(
        select(*PASSING_COLUMNS)
        .where(*_between(race_id, after, to), _JOURNAL.c.kind == PASSING_KIND)
        .order_by(_JOURNAL.c.revision)
    )
    return passings_from_rows(rows.all())


def _rulings(session: Session, race_id: int, after: int, to: int) -> tuple[Ruling, ...]:
    rows = session.execute(
        select(*RULING_COLUMNS)
        .where(*_between(race_id, after, to), _JOURNAL.c.kind != PASSING_KIND)
        .order_by(_JOURNAL.c.revision)
    )
    return tuple(ruling_from_columns(*row) for row in rows)


def _between(race_id: int, after: int, to: int) -> tuple[ColumnElement[bool], ...]:
    return (
        _JOURNAL.c.race_id == race_id,
        _JOURNAL.c.revision > after,
        _JOURNAL.c.revision <= to,
    )
