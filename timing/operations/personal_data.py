"""A person's data: all that is held of an entry, and its erasure after the race.

Erasing changes nobody's result: times, statuses and ranks rest on ids, ages, gender and what a
category asks for, and those stay (timing.core.personal). All versions of the entry are rewritten,
and the texts of the journal in which the name stands. The journal refuses that to everybody else;
each record keeps its id and the digest by which other installations know it
(docs/personal-data.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from timing.core.book import RaceBook
from timing.core.definition import Race
from timing.core.entries import Entry
from timing.core.personal import days_of_age, forgotten, forgotten_birth_date
from timing.core.plain import canonical, record_to_plain
from timing.core.records import EntryChange, Passing, Ruling
from timing.core.times import Instant, format_instant
from timing.db import reading
from timing.db.entries_tables import (
    CheckInRow,
    ContactLookRow,
    ContactRow,
    ErasureRow,
    RegistrationTickRow,
)
from timing.db.rows import entry_from_row, entry_to_columns
from timing.db.tables import EntryRow, JournalRow, RaceRow, WebhookDeliveryRow
from timing.operations.contacts import contacts_of, looks_at
from timing.operations.definitions import parse_definition
from timing.operations.entries import UnknownEntry
from timing.operations.homes import frame_changed, require_home
from timing.operations.revisions import lock_race
from timing.racefile.single_entries import entry_document

Plain: TypeAlias = dict[str, Any]

_SHORTEST_NAME = 4
"""Characters: a name shorter than that stands in too many other words to be looked for."""


class NotOver(ValueError):
    """The race's last day has not passed: people must be reachable, and results may change."""

    def __init__(self, slug: str, last_day: date) -> None:
        super().__init__(f"race {slug!r} runs until {last_day}: data are erased after that")
        self.last_day = last_day


def _book(session: Session, slug: str) -> tuple[RaceRow, Race, RaceBook]:
    held = reading.read_race(session, slug)
    race = parse_definition(held.definition)
    row = session.scalars(select(RaceRow).where(RaceRow.slug == slug)).one()
    return row, race, RaceBook(held.document(race))


def entry_of_bib(session: Session, slug: str, bib: str) -> Entry:
    """Whoever wears a bib now; UnknownRace, UnknownEntry."""
    found = _book(session, slug)[2].entry_wearing(bib)
    if found is None:
        raise UnknownEntry(slug, bib)
    return found


def race_number(session: Session, slug: str) -> int:
    """The race's number in this database; UnknownRace."""
    found = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    if found is None:
        raise reading.UnknownRace(slug)
    return found


def personal_data(session: Session, slug: str, entry_id: str) -> Plain:
    """Everything held about an entry, as JSON: versions, records, contacts, registration, looks.

    Records are those that count for the entry, name its bib as worn on their stage, or its chips.
    Raises UnknownRace and UnknownEntry.
    """
    row, _, book = _book(session, slug)
    versions = list(
        session.scalars(
            select(EntryRow)
            .where(EntryRow.race_id == row.id, EntryRow.entry_id == entry_id)
            .order_by(EntryRow.revision)
        )
    )
    entry = next((e for e in book.entries() if e.id == entry_id), None)
    if entry is None and not versions:
        raise UnknownEntry(slug, entry_id)
    records = list(_records(book, entry_id))
    ticks = session.scalars(
        select(RegistrationTickRow)
        .where(RegistrationTickRow.race_id == row.id, RegistrationTickRow.entry_id == entry_id)
        .order_by(RegistrationTickRow.id)
    )
    at_starts = session.scalars(
        select(CheckInRow)
        .where(CheckInRow.race_id == row.id, CheckInRow.entry_id == entry_id)
        .order_by(CheckInRow.id)
    )
    return {
        "race": slug,
        "entry": None if entry is None else entry_document(entry),
        "versions": [
            {
                **entry_document(entry_from_row(version)),
                "from_revision": version.revision,
                "until_revision": version.removed,
            }
            for version in versions
        ],
        "passings": [record_to_plain(r) for r in records if isinstance(r, Passing)],
        "rulings": [record_to_plain(r) for r in records if isinstance(r, Ruling)],
        "contacts": asdict(contacts_of(session, row.id, entry_id)),
        "contacts_seen": [
            {"by": look.who, "at": format_instant(look.at), "what": look.what}
            for look in looks_at(session, row.id, entry_id, most=10_000)
        ],
        "registration": [
            {"item": t.item, "done": t.is_done, "by": t.by, "at": format_instant(t.at)}
            for t in ticks
        ],
        "check_in": [
            {"stage": c.stage, "here": c.is_here, "by": c.by, "at": format_instant(c.at)}
            for c in at_starts
        ],
    }


def _records(book: RaceBook, entry_id: str) -> Iterator[Passing | Ruling]:
    """The records that are of this entry."""
    document = book.document
    for passing in document.passings:
        stage = passing.stage if passing.stage in book.stages else None
        roster = book.roster_of(stage)
        bib = book.bib_of(passing)
        whose = {roster.wearing.get(bib), roster.chips.get(passing.chip)} - {None}
        if entry_id in whose:
            yield passing
    for ruling in document.rulings:
        if _is_about(book, ruling, entry_id):
            yield ruling


def _is_about(book: RaceBook, ruling: Ruling, entry_id: str) -> bool:
    if ruling.id == entry_id:
        return True
    stage = getattr(ruling, "stage", None)
    roster = book.roster_of(stage if stage in book.stages else None)
    bibs = {*getattr(ruling, "bibs", ()), *(b for b, _ in getattr(ruling, "starts", ()))}
    bibs |= {getattr(ruling, name, "") for name in ("bib", "new_bib", "swap_with")}
    return any(roster.wearing.get(bib) == entry_id for bib in bibs if bib)


def was_erased(session: Session, slug: str, entry_id: str) -> bool:
    """Whether an entry's data were erased here."""
    race_id = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    return session.get(ErasureRow, (race_id, entry_id)) is not None


def erase_person(
    session: Session, slug: str, entry_id: str, *, by: str, at: Instant, today: date
) -> int:
    """Take out what tells who an entry is, in all that is stored here; the race's revision.

    It is final. No rank, time or status changes, and no digest. ``today`` is the date at the race.
    Raises UnknownRace, UnknownEntry, NotOver, and NotHome and FrameNotHere where the entries are
    kept elsewhere and were not erased there before.
    """
    race_row = lock_race(session, slug)
    _, race, book = _book(session, slug)
    last_day = max((stage.date for stage in race.stages), default=race.starts_on)
    if today <= last_day:
        raise NotOver(slug, last_day)
    versions = list(
        session.scalars(
            select(EntryRow).where(EntryRow.race_id == race_row.id, EntryRow.entry_id == entry_id)
        )
    )
    late = [r for r in book.document.rulings if _changes_entry(book, r, entry_id)]
    if not versions and not late:
        raise UnknownEntry(slug, entry_id)
    entry = next((e for e in book.entries() if e.id == entry_id), None)
    names = {v.name for v in versions} | {name for r in late for name in _names_in(r)}
    _erase_versions(session, race_row, race, versions)
    bib = versions[-1].bib if entry is None and versions else "" if entry is None else entry.bib
    _erase_texts(
        session, race_row, race, names=names, instead=f"Runner {bib}", about={r.id for r in late}
    )
    for table in (ContactRow, ContactLookRow, RegistrationTickRow, CheckInRow):
        session.execute(
            delete(table).where(table.race_id == race_row.id, table.entry_id == entry_id)
        )
    session.merge(ErasureRow(race_id=race_row.id, entry_id=entry_id, by=by, at=at))
    # Followers read a race anew when its life changes; a revision alone tells them of new rows.
    race_row.revision += 1
    session.flush()
    return race_row.revision


def _changes_entry(book: RaceBook, ruling: Ruling, entry_id: str) -> bool:
    return isinstance(ruling, EntryChange) and _is_about(book, ruling, entry_id)


def _names_in(ruling: Ruling) -> Iterator[str]:
    if isinstance(ruling, EntryChange):
        yield from (str(item) for key, item in ruling.changes if key == "name")


def _erase_versions(
    session: Session, race_row: RaceRow, race: Race, versions: list[EntryRow]
) -> None:
    current = next((version for version in versions if version.removed is None), None)
    after = None
    if current is not None:
        before = entry_from_row(current)
        after = forgotten(race, before)
        if after != before:
            require_home(session, race_row)
    for version in versions:
        for key, value in entry_to_columns(forgotten(race, entry_from_row(version))).items():
            setattr(version, key, value)
    session.flush()
    if current is not None and after is not None:
        race_row.revision += 1
        columns = {
            column.key: getattr(current, column.key) for column in EntryRow.__table__.columns
        }
        current.removed = race_row.revision
        session.flush()
        session.add(EntryRow(**{**columns, "revision": race_row.revision, "removed": None}))
        session.flush()
        frame_changed(session, race_row)


def _erase_texts(
    session: Session,
    race_row: RaceRow,
    race: Race,
    *,
    names: set[str],
    instead: str,
    about: set[str],
) -> None:
    """Replace the name in what people wrote, and empty what ``entry`` rulings say of the person."""
    long_enough = sorted((n for n in names if len(n) >= _SHORTEST_NAME), key=len, reverse=True)
    replaced = _replacing(long_enough, instead)
    _rewrite_journal(session, race_row.id, race, replaced, about)
    for delivery in session.scalars(
        select(WebhookDeliveryRow).where(WebhookDeliveryRow.race_id == race_row.id)
    ):
        body = replaced(delivery.body)
        if body != delivery.body:
            delivery.body = body
    session.flush()


def _replacing(names: list[str], instead: str) -> Callable[[str], str]:
    if not names:
        return lambda said: said
    found = re.compile("|".join(map(re.escape, names)), re.IGNORECASE)
    return lambda said: found.sub(instead, said)


def _rewrite_journal(
    session: Session,
    race_id: int,
    race: Race,
    replaced: Callable[[str], str],
    about: set[str],
) -> None:
    changed: list[tuple[int, dict[str, str]]] = []
    rows = session.execute(
        select(JournalRow.revision, JournalRow.record_id, JournalRow.body, JournalRow.note).where(
            JournalRow.race_id == race_id
        )
    )
    for revision, record_id, body, note in rows:
        values: dict[str, str] = {}
        if note and (said := replaced(note)) != note:
            values["note"] = said
        if body is not None:
            told = _walked(json.loads(body), replaced)
            if record_id in about:
                told["changes"] = _forgotten_changes(race, told.get("changes", []))
            if (said := canonical(told)) != body:
                values["body"] = said
        if values:
            changed.append((revision, values))
    if not changed:
        return
    with_triggers = _without_refusal(session)
    for revision, values in changed:
        session.execute(
            update(JournalRow)
            .where(JournalRow.race_id == race_id, JournalRow.revision == revision)
            .values(values)
            .execution_options(synchronize_session=False)
        )
    for statement in with_triggers:
        session.execute(text(statement))


def _walked(plain: Any, replaced: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON
    match plain:
        case str():
            return replaced(plain)
        case list():
            return [_walked(item, replaced) for item in plain]
        case dict():
            return {key: _walked(item, replaced) for key, item in plain.items()}
        case _:
            return plain


def _forgotten_changes(race: Race, changes: list[list[Any]]) -> list[list[Any]]:
    """What an ``entry`` ruling sets, as far as results need it."""
    whole: Mapping[str, Any] = {key: item for key, item in changes}  # noqa: C416 - lists, as JSON has them
    bare = forgotten(race, Entry(id="", bib=""))
    kept = dict(whole)
    for name in ("name", "nationality", "residence", "club", "tags"):
        if name in kept:
            given = tuple(kept[name]) if name == "tags" else kept[name]
            stays = getattr(forgotten(race, _with(name, given)), name)
            kept[name] = list(stays) if name == "tags" else stays
    if "name" in kept:
        kept["name_hidden"] = "true" if bare.name_hidden else "false"
    if kept.get("born"):
        born = date.fromisoformat(kept["born"])
        kept["born"] = forgotten_birth_date(born, days_of_age(race)).isoformat()
    return [[key, kept[key]] for key in sorted(kept)]


def _with(name: str, value: Any) -> Entry:  # noqa: ANN401 - a text, or several
    return Entry(id="", bib="", **{name: value})


def _without_refusal(session: Session) -> tuple[str, ...]:
    """Let this transaction change the journal; what makes it refuse again, before it ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE journal DISABLE TRIGGER journal_refuses_change"))
        return ("ALTER TABLE journal ENABLE TRIGGER journal_refuses_change",)
    made = session.scalar(
        text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name"),
        {"name": "journal_refuses_update"},
    )
    session.execute(text("DROP TRIGGER journal_refuses_update"))
    return (str(made),)
