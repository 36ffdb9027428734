"""Races: adding one, giving it back as a document, changing its definition."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timing.core.book import RaceBook
from timing.core.definition import Race
from timing.core.document import Document
from timing.core.preview import altered_official, supposing
from timing.core.publications import Publication, official_until
from timing.core.rehearsals import is_rehearsal
from timing.core.times import Instant
from timing.db import reading
from timing.db.publications import publications_of
from timing.db.reading import Cursor
from timing.db.tables import DefinitionRow, RaceRow
from timing.operations.definitions import check_together, definition_text, parse_definition
from timing.operations.entries import write_entries
from timing.operations.homes import found, frame_changed, require_home
from timing.operations.people import found_membership, founders_own
from timing.operations.record import append
from timing.operations.revisions import lock_race


class RaceExists(ValueError):
    """A race of this slug is here already."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"there is already a race {slug!r}")
        self.slug = slug


class DefinitionMoved(ValueError):
    """Somebody changed the definition meanwhile; ``version`` is the latest."""

    def __init__(self, slug: str, version: int) -> None:
        super().__init__(f"the definition of {slug!r} is at version {version} meanwhile")
        self.slug = slug
        self.version = version


class AltersOfficial(ValueError):
    """Another definition would alter official ``stages``: reopen them first (Rules 12.1)."""

    def __init__(self, stages: tuple[int, ...]) -> None:
        named = ", ".join(map(str, stages))
        super().__init__(f"it would alter what is official, of stage {named}: reopen it first")
        self.stages = stages


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceListing:
    """A race of the list; ``version`` is that of its definition."""

    race: Race
    revision: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDocument:
    """A race with where it stands: ``cursor`` for ETags, ``version`` of its definition.

    ``publications`` are what was issued of it by then.
    """

    document: Document
    cursor: Cursor
    version: int
    publications: tuple[Publication, ...] = ()


def add_race(
    session: Session,
    document: Document,
    *,
    at: Instant,
    by: str,
    founder: int | None = None,
    is_rehearsed: bool = False,
) -> Cursor:
    """Take a whole race in: definition, entries and records; RaceExists if its slug is taken.

    Slugs of rehearsals are taken for all races but those that are ``is_rehearsed``.

    ``founder`` is the account that becomes its owner; where no account founds it, such as by the
    command line, all who may found races do. `export_document` gives the same document back.
    """
    slug = document.race.slug
    if is_rehearsal(slug) is not is_rehearsed:
        raise RaceExists(slug)
    race = RaceRow(slug=slug, revision=0, created=at)
    try:
        with session.begin_nested():
            session.add(race)
    except IntegrityError as error:
        raise RaceExists(slug) from error
    write_definition(session, race, definition_text(document.race), 1, at=at, by=by)
    write_entries(session, race, document.entries, document.teams)
    found(session, race, at=at, by=by)
    if founder is None:
        founders_own(session, race.id)
    else:
        found_membership(session, race.id, founder)
    append(
        session,
        slug,
        document.passings,
        document.rulings,
        received=None,
        keep_conflicting=True,
    )
    return reading.race_cursor(session, slug)


def export_document(session: Session, slug: str, revision: int | None = None) -> HeldDocument:
    """The whole race, now or as of a revision (Rules 9.4).

    Raises UnknownRace and UnknownRevision (timing.db.reading).
    """
    held = reading.read_race(session, slug, revision)
    return HeldDocument(
        document=held.document(parse_definition(held.definition)),
        cursor=held.cursor,
        version=held.version,
        publications=held.publications,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDefinition:
    """A race's definition, and the text that the database keeps of it."""

    race: Race
    text: str


def export_definition(session: Session, slug: str) -> HeldDefinition:
    """The definition as it stands; UnknownRace."""
    text = reading.read_race(session, slug, journal=False).definition
    return HeldDefinition(race=parse_definition(text), text=text)


def race_listings(session: Session) -> tuple[RaceListing, ...]:
    """Every race, by slug."""
    return tuple(
        RaceListing(
            race=parse_definition(listed.definition),
            revision=listed.revision,
            version=listed.version,
        )
        for listed in reading.race_list(session)
    )


def change_definition(session: Session, race: Race, *, based_on: int, at: Instant, by: str) -> int:
    """Make ``race`` the definition from now on and return its version.

    ``based_on`` is the version that the change was made from and its consequences were shown
    for: DefinitionMoved if it is no longer the latest. A definition equal to the latest makes no
    new version. Raises UnknownRace, NotHome and FrameNotHere (timing.operations.homes),
    AltersOfficial, and the racefile's errors where the entries don't fit, such as one in a
    division that is gone.
    """
    row = lock_race(session, race.slug)
    held = reading.read_race(session, race.slug, journal=False)
    if held.version != based_on:
        raise DefinitionMoved(race.slug, held.version)
    text = definition_text(race)
    if text == held.definition:
        return held.version
    check_together(race, held.entries, held.teams)
    require_home(session, row, at=at)
    _refuse_altering_official(session, race)
    write_definition(session, row, text, held.version + 1, at=at, by=by)
    frame_changed(session, row)
    return held.version + 1


def _refuse_altering_official(session: Session, race: Race) -> None:
    # Under the race's lock: nothing becomes official between this look and the change.
    until = official_until(publications_of(session, race.slug))
    if not until:
        return
    book = RaceBook(export_document(session, race.slug).document)
    if stages := altered_official(book, supposing(book, race=race), until=until):
        raise AltersOfficial(stages)


def write_definition(
    session: Session, race: RaceRow, text: str, version: int, *, at: Instant, by: str
) -> None:
    """Make a text the definition of a locked race from its next revision on, unchecked."""
    race.revision += 1
    session.add(
        DefinitionRow(
            race_id=race.id,
            version=version,
            revision=race.revision,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            text=text,
            made_by=by,
            made_at=at,
        )
    )
    session.flush()
