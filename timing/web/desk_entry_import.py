"""Taking a file of entries in at the desk: its columns matched, each row looked at, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.definition import Race
from timing.core.entries import Entry, Team
from timing.core.times import Instant
from timing.db import reading
from timing.importers.columns import TextTable, read_table
from timing.importers.entry_columns import (
    About,
    DayOrder,
    EntryFile,
    guess_about,
    guess_order,
    read_entries,
)
from timing.importers.reads import MAX_FILE, BadFile
from timing.live.threads import in_thread
from timing.operations.contacts import IMPORTED, write_contacts
from timing.operations.definitions import parse_definition
from timing.operations.directors import Director
from timing.operations.entries import correct_texts, has_started, replace_entries
from timing.operations.entry_changes import affects_results
from timing.operations.entry_import import (
    BadRange,
    EntryImport,
    JudgedRow,
    RowVerdict,
    bib_range,
    judge_entries,
)
from timing.operations.homes import FrameNotHere, NotHome
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.entries_page import desk_frame, options, race_name
from timing.pages.entry_import_page import (
    LINES_SHOWN,
    SAMPLE_ROWS,
    EntryImportPage,
    FileColumn,
    FileRow,
)
from timing.racefile import RacefileErrors
from timing.web import forms
from timing.web.desk_entries import refusal_words, shown
from timing.web.forms import field, form_token
from timing.web.guarding import allowed
from timing.web.installation import installation, now
from timing.web.uploads import keep_upload, upload_named

desk_entry_import = Blueprint("desk_entry_import", __name__)

_MOST_COLUMNS = 40
_FIRST = (
    RowVerdict.ERROR,
    RowVerdict.DUPLICATE,
    RowVerdict.CHANGED,
    RowVerdict.NEW,
    RowVerdict.SAME,
)
_WORDS: Mapping[RowVerdict, str] = {
    RowVerdict.NEW: "New",
    RowVerdict.CHANGED: "Changed",
    RowVerdict.SAME: "The same",
    RowVerdict.DUPLICATE: "Duplicate",
    RowVerdict.ERROR: "Error",
}
CONTACT_FIELDS: Mapping[About, str] = {
    About.PHONE: "phone",
    About.EMAIL: "email",
    About.KIN: "kin",
    About.KIN_PHONE: "kin_phone",
    About.MEDICAL: "medical",
    About.NOTE: "note",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The race as the file is judged against it."""

    race: Race
    entries: tuple[Entry, ...]
    teams: tuple[Team, ...]
    is_started: bool


@desk_entry_import.get("/desk/<slug:slug>/entries/import")
@allowed(Right.ENTER)
def empty(who: Director, slug: str) -> AnyResponse:
    """Which file?"""
    return _page(who, slug, {})


@desk_entry_import.get("/desk/<slug:slug>/entries/import/contacts")
def form_of_import(slug: str) -> AnyResponse:
    """Where the form is sent there is nothing to read: back to where it stands."""
    return forms.to(addresses.desk_entries_part(slug, "import"))


@desk_entry_import.post("/desk/<slug:slug>/entries/import")
@allowed(Right.ENTER)
def look_or_take(who: Director, slug: str) -> AnyResponse:
    """Show what would become of a file's rows, or take the entries."""
    return _looked(who, slug, with_contacts=False)


@desk_entry_import.post("/desk/<slug:slug>/entries/import/contacts")
@allowed(Right.CONTACTS)
def take_with_contacts(who: Director, slug: str) -> AnyResponse:
    """Take the entries with their contacts and medical notes."""
    return _looked(who, slug, with_contacts=True)


def _looked(who: Director, slug: str, *, with_contacts: bool) -> AnyResponse:
    content, fields = _file()
    if content is None:
        told = "Send the file once more." if field("upload") else "Choose a file first."
        return _page(who, slug, {"message": told, "is_error": True}, 400)
    try:
        table = in_thread(lambda: read_table(content, field("sheet")))
    except BadFile as error:
        return _page(who, slug, {"message": _sentence(error), "is_error": True}, 400)
    known = _known(slug)
    chosen = _chosen(table)
    fields |= {"columns": _columns(table, chosen), "sheet": table.sheet, **_choices(known)}
    if len(table.sheets) > 1:
        fields["sheets"] = options([(name, name) for name in table.sheets], table.sheet)
    try:
        order = next((o for o in DayOrder if o.value == field("order")), None)
        file = read_entries(table, chosen, order=order, nations=_nations(known))
        judged = judge_entries(
            known.race,
            known.entries,
            known.teams,
            file.rows,
            division=field("division"),
            ranges=[
                found
                for code in _divisions(known.race)
                if (found := bib_range(code, field(f"range-{code}")))
            ],
            team_kind=field("kind"),
        )
    except (BadFile, BadRange) as error:
        return _page(who, slug, {**fields, "message": _sentence(error), "is_error": True}, 400)
    fields |= _dates(table, chosen, file)
    is_seen = field("of_sheet") == table.sheet
    if field("do") == "take" and is_seen and not judged.fault:
        try:
            return _taken(who, slug, judged, with_contacts=with_contacts)
        except (RacefileErrors, NotHome, FrameNotHere, ValueError) as error:
            fields |= {"message": refusal_words(error), "is_error": True}
    return _page(who, slug, {**fields, **_verdicts(known, judged)})


def _sentence(error: Exception) -> str:
    said = str(error)
    return f"{said[:1].upper()}{said[1:]}."


def _file() -> tuple[bytes | None, dict[str, object]]:
    """The file that was sent now, or before; and what the page says of it."""
    folder = installation().settings.instance / "uploads"
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        content = sent.stream.read(MAX_FILE + 1)
        return content, {"upload": keep_upload(folder, content), "file_name": sent.filename[:80]}
    name = field("upload")
    return upload_named(folder, name), {"upload": name, "file_name": field("name")[:80]}


def _known(slug: str) -> _Known:
    with installation().database.reading() as session:
        held = reading.read_race(session, slug, journal=False)
        started = has_started(session, slug)
    return _Known(
        race=parse_definition(held.definition),
        entries=held.entries,
        teams=held.teams,
        is_started=started,
    )


def _nations(known: _Known) -> frozenset[str]:
    """The codes that the race uses: those stay as they are."""
    asked = (code for category in known.race.categories for code in category.nationality)
    return frozenset({*asked, *(e.nationality for e in known.entries if e.nationality)})


def _divisions(race: Race) -> tuple[str, ...]:
    return tuple(d.code for d in race.divisions) or ("",)


def _chosen(table: TextTable) -> dict[About, int]:
    """What was said of the columns; what is guessed where nothing was said yet."""
    is_said = any(name.startswith("column-") for name in request.form)
    if not is_said or field("of_sheet") != table.sheet:
        return guess_about(table)
    found: dict[About, int] = {}
    for index in range(min(len(table.header), _MOST_COLUMNS)):
        said = field(f"column-{index + 1}")
        if said in list(About):
            found.setdefault(About(said), index)
    return found


def _columns(table: TextTable, chosen: Mapping[About, int]) -> tuple[FileColumn, ...]:
    about = {index: one.value for one, index in chosen.items()}
    named = [("", "– left out"), *((one.value, one.value.capitalize()) for one in About)]
    return tuple(
        FileColumn(
            number=index + 1,
            header=header[:40],
            cells=tuple(
                str(row[index])[:40] if index < len(row) else "" for row in table.rows[:SAMPLE_ROWS]
            ),
            meanings=options(named, about.get(index, "")),
        )
        for index, header in enumerate(table.header[:_MOST_COLUMNS])
    )


def _choices(known: _Known) -> dict[str, object]:
    race = known.race
    divisions = [(d.code, d.name or d.code) for d in race.divisions]
    kinds = [(k.code, k.name or k.code) for k in race.team_kinds]
    return {
        "divisions": options([("", "– none"), *divisions], field("division"))
        if len(divisions) > 1
        else (),
        "ranges": tuple(
            (
                code,
                next((name for c, name in divisions if c == code), "All"),
                field(f"range-{code}"),
            )
            for code in _divisions(race)
        ),
        "kinds": options(kinds, field("kind")) if len(kinds) > 1 else (),
    }


def _dates(table: TextTable, chosen: Mapping[About, int], file: EntryFile) -> dict[str, object]:
    if About.BORN not in chosen:
        return {}
    guess = guess_order(table, chosen[About.BORN])
    if not guess.sample:
        return {}
    read = read_entries(
        TextTable(header=("born", "bib"), rows=((guess.sample, "1"),), lines=(2,)),
        {About.BORN: 0, About.BIB: 1},
        order=file.dates.order,
    )
    said = read.rows[0].said.get(About.BORN, "")
    named = [(order.value, order.value.capitalize()) for order in DayOrder]
    return {
        "date_sample": guess.sample,
        "date_read": f"{date.fromisoformat(said):%-d %B %Y}" if said else "",
        "orders": options(named, file.dates.order.value),
    }


def _verdicts(known: _Known, judged: EntryImport) -> dict[str, object]:
    rows = [_row(known, row) for row in judged.rows]
    ordered = sorted(
        zip(judged.rows, rows, strict=True),
        key=lambda pair: (not pair[1].is_wrong, _FIRST.index(pair[0].verdict), pair[0].line),
    )
    ready = _takeable(known, judged)
    has_contacts = any(row.contacts for row in judged.rows if row.entry is not None)
    return {
        "counts": tuple((_WORDS[verdict], n) for verdict, n in judged.counts.items()),
        "rows": tuple(row for _, row in ordered[:LINES_SHOWN]),
        "more": max(0, len(ordered) - LINES_SHOWN),
        "absent": judged.absent,
        "new_teams": tuple(team.name or team.code for team in judged.new_teams),
        "fault": judged.fault,
        "ready": 0 if judged.fault else ready,
        "with_contacts": has_contacts and not judged.fault,
    }


def _takeable(known: _Known, judged: EntryImport) -> int:
    if not known.is_started:
        return judged.ready
    return len(_names_only(known, judged))


def _names_only(known: _Known, judged: EntryImport) -> list[Entry]:
    """Once the race has started a file corrects names; all else takes rulings."""
    before = {entry.id: entry for entry in known.entries}
    return [
        row.entry
        for row in judged.rows
        if row.verdict is RowVerdict.CHANGED
        and row.entry is not None
        and row.entry.id in before
        and not affects_results(before[row.entry.id], row.entry)
    ]


def _row(known: _Known, row: JudgedRow) -> FileRow:
    entry, told = row.entry, row.told
    is_wrong = row.verdict in (RowVerdict.ERROR, RowVerdict.DUPLICATE)
    if known.is_started and entry is not None and row.verdict is not RowVerdict.SAME:
        before = {e.id: e for e in known.entries}.get(entry.id)
        if before is None or affects_results(before, entry):
            is_wrong = True
            told = "; ".join(
                part for part in (told, "the race has started: enter this by a ruling") if part
            )
    return FileRow(
        line=row.line,
        verdict=_WORDS[row.verdict],
        who="" if entry is None else f"{entry.bib} {entry.name}",
        told=told,
        is_wrong=is_wrong,
    )


def _taken(who: Director, slug: str, judged: EntryImport, *, with_contacts: bool) -> AnyResponse:
    """Everything in one transaction, or nothing."""
    known = _known(slug)
    moment: Instant = now()
    contacts = {
        row.entry.id: {CONTACT_FIELDS[about]: said for about, said in row.contacts.items()}
        for row in judged.rows
        if row.entry is not None and row.contacts
    }
    kept = 0
    with installation().database.writing() as session:
        if known.is_started:
            corrected = _names_only(known, judged)
            for entry in corrected:
                correct_texts(
                    session, slug, entry.id, name=entry.name, name_hidden=entry.name_hidden
                )
            told = f"Corrected {len(corrected)} names."
            there = {entry.id for entry in known.entries}
            contacts = {entry_id: said for entry_id, said in contacts.items() if entry_id in there}
        else:
            replace_entries(session, slug, judged.entries, judged.teams)
            told = f"Took {judged.ready} entries. Going back below undoes it."
        if with_contacts:
            kept = write_contacts(session, slug, contacts, who=who.name, at=moment, what=IMPORTED)
    if with_contacts:
        told += f" Contacts of {kept} were kept."
    wrong = judged.counts[RowVerdict.ERROR] + judged.counts[RowVerdict.DUPLICATE]
    if wrong:
        told += f" {wrong} rows were not taken: mend the file and take it again."
    flash(told)
    return forms.to(addresses.desk_entries(slug))


def _page(who: Director, slug: str, fields: Mapping[str, object], status: int = 200) -> AnyResponse:
    csrf = form_token()
    with installation().database.reading() as session:
        started = has_started(session, slug)
    return shown(
        slug,
        lambda book: EntryImportPage(
            frame=desk_frame(book, "Import entries"),
            slug=slug,
            race=race_name(book),
            is_started=started,
            signed_in_as=who.name,
            form_token=csrf,
            **fields,  # type: ignore[arg-type]
        ),
        status,
    )
