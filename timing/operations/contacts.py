"""Contacts and medical notes: for the desk alone, every look noted (Rules 12.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.entries_tables import ContactLookRow, ContactRow
from timing.operations.revisions import lock_race

LOOKED, CHANGED, EXPORTED, IMPORTED = "looked", "changed", "exported", "imported"
"""What somebody may have done with the contacts of an entry."""

LONGEST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """How an entry and their next of kin are reached, and what a doctor should know."""

    phone: str = ""
    email: str = ""
    kin: str = ""
    kin_phone: str = ""
    medical: str = ""
    note: str = ""


NAMES = tuple(field.name for field in fields(Contacts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who looked at the contacts of an entry, or changed them, and when."""

    who: str
    at: Instant
    what: str


def contacts_of(session: Session, race_id: int, entry_id: str) -> Contacts:
    """What is known; nothing where there is no row. Whoever shows it notes the look."""
    row = session.get(ContactRow, (race_id, entry_id))
    if row is None:
        return Contacts()
    return Contacts(**{name: getattr(row, name) for name in NAMES})


def note_look(
    session: Session, race_id: int, entry_ids: Collection[str], *, who: str, at: Instant, what: str
) -> None:
    """Note that somebody looked at the contacts of entries, or did something with them."""
    session.add_all(
        ContactLookRow(race_id=race_id, entry_id=entry_id, who=who, at=at, what=what)
        for entry_id in entry_ids
    )


def looks_at(session: Session, race_id: int, entry_id: str, most: int = 50) -> tuple[Look, ...]:
    """Who looked, the last first."""
    rows = session.scalars(
        select(ContactLookRow)
        .where(ContactLookRow.race_id == race_id, ContactLookRow.entry_id == entry_id)
        .order_by(ContactLookRow.id.desc())
        .limit(most)
    )
    return tuple(Look(who=row.who, at=row.at, what=row.what) for row in rows)


def write_contacts(
    session: Session,
    slug: str,
    given: Mapping[str, Mapping[str, str]],
    *,
    who: str,
    at: Instant,
    what: str = CHANGED,
) -> int:
    """Write what is given by entry id, under the names of `Contacts`; how many it changed.

    What is not given stays as it was. Raises UnknownRace, and ValueError for what is too long.
    """
    race = lock_race(session, slug)
    changed = []
    for entry_id, texts in given.items():
        for name, text in texts.items():
            if len(text) > LONGEST:
                raise ValueError(f"{name.replace('_', ' ')}: write at most {LONGEST:,} characters")
        before = contacts_of(session, race.id, entry_id)
        after = Contacts(**{**asdict(before), **texts})
        if after == before:
            continue
        changed.append(entry_id)
        session.merge(
            ContactRow(
                race_id=race.id, entry_id=entry_id, **asdict(after), changed_by=who, changed_at=at
            )
        )
    note_look(session, race.id, changed, who=who, at=at, what=what)
    session.flush()
    return len(changed)
