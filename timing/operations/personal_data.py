"""A person's data: all that is held of an entry, and its erasure after the race.

Erasing changes nobody's result: times, statuses and ranks rest on ids, ages, gender and what a
category asks for, and those stay (timing.core.personal). All versions of the entry are rewritten,
and whatever people wrote of the person, wherever it is (timing.operations.erased_texts). The
journal refuses that to everybody else; each record keeps its id and the digest by which other
installations know it (docs/personal-data.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from timing.core.book import RaceBook
from timing.core.definition import Race
from timing.core.entries import Entry
from timing.core.personal import days_of_age, forgotten, forgotten_birth_date
from timing.core.plain import canonical, record_to_plain
from timing.core.records import RULING_NAMES, EntryChange, Passing, Ruling
from timing.core.times import Instant, format_instant
from timing.db import reading
from timing.db.alert_tables import MessageRow
from timing.db.entries_tables import (
    CheckInRow,
    ContactLookRow,
    ContactRow,
    ErasureRow,
    RegistrationTickRow,
)
from timing.db.publication_tables import ProtestRow
from timing.db.rows import entry_from_row, entry_to_columns
from timing.db.ruling_tables import RulingDraftRow, RulingNoteRow
from timing.db.tables import EntryRow, JournalRow, QuestionRow, RaceRow, Table
from timing.operations.contacts import contacts_of, looks_at
from timing.operations.definitions import parse_definition
from timing.operations.entries import UnknownEntry
from timing.operations.erased_texts import (
    ERASED,
    Known,
    Replacing,
    make_nameless,
    replacing,
    rewrite,
)
from timing.operations.homes import frame_changed, require_home
from timing.operations.revisions import lock_race
from timing.racefile.single_entries import entry_document

Plain: TypeAlias = dict[str, Any]

_SAID = frozenset({"reason", "note", "where", "vehicle", "handed_to", "items"})
"""Fields of rulings in which people say something; all others are codes, bibs and figures."""

_ENTRY_CHANGE = RULING_NAMES[EntryChange]


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
    With them go protests about it, and the jury's notes to its rulings.
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
        "protests": [
            {"number": p.number, "who": p.who, "text": p.text, "answer": p.answer}
            for p in session.scalars(_protests_about(row.id, _bibs_of(book, entry_id, versions)))
        ],
        "notes": [
            {"ruling": n.ruling_id, "text": n.text, "file": n.file_name, "by": n.by}
            for n in session.scalars(_notes_to(row.id, _about(book, entry_id)))
        ],
    }


def _bibs_of(book: RaceBook, entry_id: str, versions: list[EntryRow]) -> frozenset[str]:
    """Every bib that an entry ever wore."""
    worn = {
        bib
        for stage in (None, *book.stages)
        for bib, wearer in book.roster_of(stage).wearing.items()
        if wearer == entry_id
    }
    return frozenset(worn | {version.bib for version in versions})


def _protests_about(race_id: int, bibs: frozenset[str]) -> Select[ProtestRow]:
    return (
        select(ProtestRow)
        .where(ProtestRow.race_id == race_id, ProtestRow.bib.in_(bibs))
        .order_by(ProtestRow.number)
    )


def _notes_to(race_id: int, rulings: frozenset[str]) -> Select[RulingNoteRow]:
    return (
        select(RulingNoteRow)
        .where(RulingNoteRow.race_id == race_id, RulingNoteRow.ruling_id.in_(rulings))
        .order_by(RulingNoteRow.at, RulingNoteRow.id)
    )


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
    late = [
        r
        for r in book.document.rulings
        if isinstance(r, EntryChange) and _is_about(book, r, entry_id)
    ]
    if not versions and not late:
        raise UnknownEntry(slug, entry_id)
    known = _known(session, race_row.id, book, entry_id, versions=versions, late=late)
    _erase_texts(session, race_row, race, book=book, entry_id=entry_id, known=known)
    _erase_versions(session, race_row, race, versions)
    for table in (ContactRow, ContactLookRow, RegistrationTickRow, CheckInRow):
        session.execute(
            delete(table).where(table.race_id == race_row.id, table.entry_id == entry_id)
        )
    session.merge(ErasureRow(race_id=race_row.id, entry_id=entry_id, by=by, at=at))
    # Followers read a race anew when its life changes; a revision alone tells them of new rows.
    race_row.revision += 1
    session.flush()
    return race_row.revision


def _known(
    session: Session,
    race_id: int,
    book: RaceBook,
    entry_id: str,
    *,
    versions: list[EntryRow],
    late: list[EntryChange],
) -> Known:
    """By what the person may stand in texts: all that was ever entered of them."""
    changes = [change for ruling in late for change in ruling.changes]
    bibs = _bibs_of(book, entry_id, versions)
    entry = next((e for e in book.entries() if e.id == entry_id), None)
    contacts = contacts_of(session, race_id, entry_id)
    born = {str(item) for key, item in changes if key == "born" and item}
    return Known(
        instead=f"Runner {entry.bib if entry else min(bibs, default='')}",
        bibs=bibs,
        names=frozenset(
            {v.name for v in versions} | {str(item) for key, item in changes if key == "name"}
        ),
        born=frozenset(
            {v.born for v in versions if v.born} | {date.fromisoformat(day) for day in born}
        ),
        numbers=frozenset({contacts.phone, contacts.kin_phone}),
        others=frozenset({contacts.email, contacts.kin, contacts.medical, contacts.note}),
    )


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
    book: RaceBook,
    entry_id: str,
    known: Known,
) -> None:
    """Make nameless what people wrote, and empty what ``entry`` rulings say of the person."""
    of_all, of_them = replacing(known), replacing(known, about_them=True)
    about = _about(book, entry_id)
    _rewrite_journal(session, race_row.id, race, of_all=of_all, of_them=of_them, about=about)
    _erase_notes(session, race_row.id, book, entry_id, of_them=of_them, about=about)
    _erase_drafts(session, race_row.id, known.bibs)
    for row in session.scalars(_protests_about(race_row.id, known.bibs)):
        row.who, row.text, row.answer = of_them(row.who), of_them(row.text), of_them(row.answer)
    for asked in session.scalars(
        select(QuestionRow).where(
            QuestionRow.race_id == race_row.id, QuestionRow.bib.in_(known.bibs)
        )
    ):
        asked.text = of_them(asked.text)
    session.execute(
        delete(MessageRow).where(
            MessageRow.race_id == race_row.id, MessageRow.address.in_(known.others)
        )
    )
    make_nameless(session, race_row.id, of_all)


def _about(book: RaceBook, entry_id: str) -> frozenset[str]:
    """The ids of all records that are of an entry, and of those that reverse or replace them."""
    found = {record.id for record in _records(book, entry_id)}
    for ruling in book.document.rulings:
        answered = {*ruling.supersedes, *ruling.settles, getattr(ruling, "record", "")}
        if answered & found:
            found.add(ruling.id)
    return frozenset(found)


def _erase_notes(
    session: Session,
    race_id: int,
    book: RaceBook,
    entry_id: str,
    *,
    of_them: Replacing,
    about: frozenset[str],
) -> None:
    """Empty the jury's notes to rulings about the person alone; of others', take out the names.

    Nothing can be taken out of a scan: the file of a note to any ruling about them goes.
    """
    alone = {r.id for r in book.document.rulings if _is_about_nobody_else(book, r, entry_id)}
    for row in session.scalars(_notes_to(race_id, about)):
        row.file, row.file_name, row.file_type = None, "", ""
        row.text = ERASED if row.text and row.ruling_id in alone else of_them(row.text)


def _is_about_nobody_else(book: RaceBook, ruling: Ruling, entry_id: str) -> bool:
    if any(getattr(ruling, name, "") for name in ("team", "wave", "division", "swap_with")):
        return False
    stage = getattr(ruling, "stage", None)
    wearing = book.roster_of(stage if stage in book.stages else None).wearing
    return all(wearing.get(bib) == entry_id for bib in getattr(ruling, "bibs", ()))


def _erase_drafts(session: Session, race_id: int, bibs: frozenset[str]) -> None:
    """Throw away rulings that were prepared of the person alone, and never given."""
    for row in session.scalars(select(RulingDraftRow).where(RulingDraftRow.race_id == race_id)):
        form = json.loads(row.form)
        named = {*re.split(r"[,;\s]+", form.get("bibs") or form.get("bib") or "")} - {""}
        if named and named <= bibs:
            session.delete(row)


def _rewrite_journal(
    session: Session,
    race_id: int,
    race: Race,
    *,
    of_all: Replacing,
    of_them: Replacing,
    about: frozenset[str],
) -> None:
    changed: list[tuple[tuple[object, ...], dict[str, str]]] = []
    rows = session.execute(
        select(
            JournalRow.revision,
            JournalRow.record_id,
            JournalRow.kind,
            JournalRow.body,
            JournalRow.note,
        ).where(JournalRow.race_id == race_id)
    )
    for revision, record_id, kind, body, note in rows:
        replaced = of_them if record_id in about else of_all
        values: dict[str, str] = {}
        if note and (said := replaced(note)) != note:
            values["note"] = said
        if body is not None:
            told = _said_of(json.loads(body), replaced)
            if kind == _ENTRY_CHANGE and record_id in about:
                told["changes"] = _forgotten_changes(race, told.get("changes", []))
            if (said := canonical(told)) != body:
                values["body"] = said
        if values:
            changed.append(((race_id, revision), values))
    rewrite(session, Table.metadata.tables["journal"], changed)


def _said_of(plain: dict[str, Any], replaced: Replacing) -> dict[str, Any]:
    """A ruling with the person taken out of what was said in it; codes and bibs are left."""
    return {
        key: replaced(item)
        if key in _SAID and isinstance(item, str)
        else [replaced(one) if isinstance(one, str) else one for one in item]
        if key in _SAID and isinstance(item, list)
        else item
        for key, item in plain.items()
    }


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
