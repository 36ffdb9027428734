"""The desk's entries, teams, bibs and chips: by rulings once the race has started."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from flask import Blueprint, Response, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing import racefile
from timing.core.book import RaceBook
from timing.core.entries import Entry, Team
from timing.core.records import BibChange, ChipChange, Ruling
from timing.core.times import format_instant
from timing.db import reading
from timing.exports.rows import harmless
from timing.live.books import Standing
from timing.operations.directors import Director
from timing.operations.entries import (
    EntriesVersion,
    RaceStarted,
    UnknownEntry,
    correct_texts,
    entry_versions,
    go_back,
    has_started,
    replace_entries,
    write_teams,
)
from timing.operations.entry_changes import affects_results, late_entry, rulings_for
from timing.operations.entry_import import changes_words
from timing.operations.homes import FrameNotHere, NotHome
from timing.operations.personal_data import was_erased
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.entries_page import (
    BibsPage,
    VersionItem,
    desk_frame,
    entries_page,
    entry_page,
    entry_values,
    race_name,
    stage_options,
    teams_desk_page,
)
from timing.pages.rendering import Page, render
from timing.racefile import BadRecord, RacefileErrors
from timing.racefile.single_entries import load_entry, load_team
from timing.web import forms
from timing.web.forms import field, form_token, new_id, private
from timing.web.guarding import allowed
from timing.web.installation import installation
from timing.web.supposing import moment_of_form, record_all, show_supposed

desk_entries = Blueprint("desk_entries", __name__)

_TEXTS = ("bib", "name", "gender", "born", "nationality", "residence", "club", "division", "team")
_REFUSED = (RaceStarted, RacefileErrors, NotHome, FrameNotHere, reading.UnknownRevision)
_SENT_BEFORE = "Not done: this form was sent before with other content. Send it again."


def refusal_words(error: Exception) -> str:
    """What kept entries from being written, as a sentence."""
    if isinstance(error, RacefileErrors):
        said = "; ".join(dict.fromkeys(one.message for one in error.errors[:3]))
    else:
        said = str(error)
    return f"Not taken: {said}."


def shown(slug: str, making: Callable[[RaceBook], Page], status: int = 200) -> AnyResponse:
    """A page of the desk, made of the whole book as it is this moment."""
    here = installation()
    here.books.refresh()

    def made(book: RaceBook, _: Standing) -> str:
        return render(making(book), notice=here.settings.notice)

    return private(here.books.race(slug).ask_whole(made), status)


def flashed() -> str:
    """What was just done."""
    return " ".join(map(str, get_flashed_messages()))


def is_started(slug: str) -> bool:
    """Whether entries change by rulings now."""
    with installation().database.reading() as session:
        return has_started(session, slug)


def entry_known(slug: str, entry_id: str) -> Entry | None:
    """The entry of an id as it is now, or None."""
    here = installation()
    here.books.refresh()

    def found(book: RaceBook, _: Standing) -> Entry | None:
        return next((entry for entry in book.entries() if entry.id == entry_id), None)

    return here.books.race(slug).ask_whole(found)


@desk_entries.get("/desk/<slug:slug>/entries")
@allowed(Right.ENTER)
def entries(who: Director, slug: str) -> AnyResponse:
    """Everybody who is entered."""
    return _list(who, slug, message=flashed())


def _list(who: Director, slug: str, *, message: str = "", is_error: bool = False) -> AnyResponse:
    args, csrf = request.args.to_dict(), form_token()
    with installation().database.reading() as session:
        started = has_started(session, slug)
        versions = () if started else entry_versions(session, slug)
    return shown(
        slug,
        lambda book: entries_page(
            book,
            args,
            is_started=started,
            versions=_earlier(versions),
            signed_in_as=who.name,
            form_token=csrf,
            message=message,
            is_error=is_error,
        ),
        400 if is_error else 200,
    )


def _earlier(versions: Sequence[EntriesVersion]) -> list[VersionItem]:
    """Those before the one that stands."""
    return [
        VersionItem(
            revision=before.revision,
            told=f"{before.entries:,} entries, before the change of revision {after.revision}",
        )
        for after, before in pairwise(versions)
    ]


@desk_entries.get("/desk/<slug:slug>/entries/file.csv")
@allowed(Right.ENTER)
def file(_: Director, slug: str) -> AnyResponse:
    """The entries as a CSV that can be taken in again."""
    here = installation()
    here.books.refresh()
    every = here.books.race(slug).ask_whole(lambda book, _: book.entries())
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_TEXTS, "chip", "tags"])
    for entry in every:
        values = entry_values(entry)
        cells = [*(values[name] for name in _TEXTS), values["chips"], values["tags"]]
        writer.writerow([harmless(cell) for cell in cells])
    response = Response(out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{slug}-entries.csv")
    return response


@desk_entries.post("/desk/<slug:slug>/entries/back")
@allowed(Right.ENTER)
def back(who: Director, slug: str) -> AnyResponse:
    """Make entries and teams what they were."""
    revision = forms.whole(field("revision"))
    if not isinstance(revision, int):
        return _list(who, slug, message="Choose what to go back to.", is_error=True)
    try:
        with installation().database.writing() as session:
            go_back(session, slug, revision)
    except _REFUSED as error:
        return _list(who, slug, message=refusal_words(error), is_error=True)
    flash(f"Entries and teams are as they were at revision {revision}. That can be undone below.")
    return forms.to(addresses.desk_entries(slug))


@desk_entries.get("/desk/<slug:slug>/entries/back")
@desk_entries.get("/desk/<slug:slug>/entries/rule")
@desk_entries.get("/desk/<slug:slug>/entries/remove")
def forms_of_entries(slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the page that they stand on."""
    return forms.to(addresses.desk_entries(slug))


# -- one entry ---------------------------------------------------------------------------------


@desk_entries.get("/desk/<slug:slug>/entries/one")
@allowed(Right.ENTER)
def one(who: Director, slug: str) -> AnyResponse:
    """The form of an entry, or of a new one."""
    entry_id = request.args.get("id", "")
    entry = entry_known(slug, entry_id) if entry_id else _nobody_yet(slug)
    if entry is None:
        return _list(who, slug, message="There is no such entry any more.", is_error=True)
    return _form(who, slug, entry_id, entry_values(entry), message=flashed())


def _nobody_yet(slug: str) -> Entry:
    """An entry to be filled in, in the division where there is but one."""
    divisions = installation().books.race(slug).standing.race.divisions
    return Entry(id="", bib="", division=divisions[0].code if len(divisions) == 1 else "")


def _form(
    who: Director,
    slug: str,
    entry_id: str,
    values: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    message: str = "",
) -> AnyResponse:
    csrf, form = form_token(), field("form") or new_id()
    with installation().database.reading() as session:
        started = has_started(session, slug)
        erased = bool(entry_id) and was_erased(session, slug, entry_id)
    return shown(
        slug,
        lambda book: entry_page(
            book,
            entry_id=entry_id,
            form=form,
            values=values,
            is_started=started,
            is_erased=erased,
            errors=errors,
            message=message,
            is_error=errors is not None,
            signed_in_as=who.name,
            form_token=csrf,
        ),
        200 if errors is None else 400,
    )


class _Unclear(ValueError):
    """A form that can't be followed: ``errors`` by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def _entry_of_form(entry_id: str) -> Entry:
    """The entry that the form describes; _Unclear with what is wrong by field."""
    data: dict[str, object] = {name: text for name in _TEXTS if (text := field(name))}
    data["tags"] = field("tags").replace(",", " ").split()
    data["chips"] = field("chips").replace(",", " ").split()
    data["name_hidden"] = bool(field("name_hidden"))
    if entry_id:
        data["id"] = entry_id
    try:
        return load_entry(data)
    except BadRecord as error:
        raise _Unclear(
            {key.partition(".")[0]: " ".join(f) for key, f in error.errors.items()}
        ) from None


def _form_values() -> dict[str, str]:
    names = (*_TEXTS, "tags", "chips", "name_hidden", "stage", "reason")
    return {name: field(name) for name in names}


@desk_entries.post("/desk/<slug:slug>/entries/one")
@allowed(Right.ENTER)
def write_one(who: Director, slug: str) -> AnyResponse:
    """Write an entry before the start; after it correct a name, or show what rulings change."""
    entry_id = field("id")
    before = entry_known(slug, entry_id) if entry_id else None
    if entry_id and before is None:
        return _list(who, slug, message="There is no such entry any more.", is_error=True)
    try:
        after = _entry_of_form(entry_id)
        if not is_started(slug):
            return _written(slug, after, before)
        if before is not None and not affects_results(before, after):
            return _corrected(slug, before, after)
        rulings, told = _rulings(who, slug, before, after)
    except _Unclear as error:
        return _form(who, slug, entry_id, _form_values(), errors=error.errors, message="Not taken.")
    except _REFUSED as error:
        return _form(who, slug, entry_id, _form_values(), errors={}, message=refusal_words(error))
    return show_supposed(
        who,
        slug,
        rulings,
        heading="What would change",
        told=lambda _: told,
        action=addresses.desk_entries_part(slug, "rule"),
        tab="entries",
        back_url=addresses.desk_entry(slug, id=entry_id or None),
        at=rulings[0].at,
    )


def _written(slug: str, after: Entry, before: Entry | None) -> AnyResponse:
    """Write the row, and all others as they are."""
    with installation().database.writing() as session:
        held = reading.read_race(session, slug, journal=False)
        if before is None:
            ids = {entry.id for entry in held.entries}
            entry = replace(after, id=new_id()) if after.id in ids else after
            wanted = (*held.entries, entry)
        else:
            wanted = tuple(after if e.id == after.id else e for e in held.entries)
        replace_entries(session, slug, wanted, held.teams)
    flash(f"{after.bib} {after.name} is {'entered' if before is None else 'changed'}.")
    return forms.to(addresses.desk_entries(slug))


def _corrected(slug: str, before: Entry, after: Entry) -> AnyResponse:
    """Only the name differs: it is simply corrected."""
    try:
        with installation().database.writing() as session:
            correct_texts(session, slug, before.id, name=after.name, name_hidden=after.name_hidden)
    except UnknownEntry:
        raise _Unclear(
            {"name": "came with a ruling; correct it there, by one that supersedes it"}
        ) from None
    flash(f"{after.bib} is called {after.name} now. No result changed.")
    return forms.to(addresses.desk_entries(slug))


def _rulings(
    who: Director, slug: str, before: Entry | None, after: Entry
) -> tuple[tuple[Ruling, ...], list[str]]:
    """What makes the entry be as the form has it, and that in words; _Unclear."""
    reason, stage, form = field("reason"), forms.whole(field("stage")), field("form") or new_id()
    here = installation()
    here.books.refresh()
    errors: dict[str, str] = {}
    if not reason:
        errors["reason"] = "is missing; say why, as the public may read it"

    def wrong(book: RaceBook, _: Standing) -> dict[str, str]:
        found = {}
        if stage not in book.stages:
            found["stage"] = "choose the stage from which on it holds"
        elif (worn := book.entry_wearing(after.bib, stage)) and (
            before is None or worn.id != before.id
        ):
            found["bib"] = "is worn by somebody else; swap bibs on the page of bibs"
        if after.team and book.team(after.team) is None:
            found["team"] = "is not known; make the team first"
        if after.division and after.division not in {d.code for d in book.race.divisions}:
            found["division"] = "is not known here"
        elif not after.division and len(book.race.divisions) > 1:
            found["division"] = "is missing; choose one"
        return found

    errors |= here.books.race(slug).ask_whole(wrong)
    if errors or not isinstance(stage, int):
        raise _Unclear(errors)
    at = moment_of_form()
    if before is None:
        ruling = late_entry(after, stage=stage, by=who.name, at=at, reason=reason, ruling_id=form)
        return (ruling,), [f"{after.bib} {after.name} enters from stage {stage} on."]
    made = rulings_for(
        before,
        after,
        stage=stage,
        by=who.name,
        at=at,
        reason=reason,
        new_id=lambda kind: f"{form}-{kind}",
    )
    told = [f"Bib {before.bib}, from stage {stage} on:", *changes_words(before, after).split("; ")]
    return made, told


@desk_entries.post("/desk/<slug:slug>/entries/rule")
@allowed(Right.RULE)
def rule(who: Director, slug: str) -> AnyResponse:
    """Record what was shown."""
    what, entry_id = field("what"), field("id")
    before = entry_known(slug, entry_id) if entry_id else None
    try:
        if what == "bibs":
            rulings = _bib_rulings(who, slug)
        else:
            after = _entry_of_form(entry_id)
            rulings, _ = _rulings(who, slug, before, after)
            if before is not None and (before.name, before.name_hidden) != (
                after.name,
                after.name_hidden,
            ):
                _corrected(slug, before, after)
                get_flashed_messages()
    except _Unclear as error:
        message = f"Not done: {'; '.join(f'{k} {v}' for k, v in error.errors.items())}."
        return _list(who, slug, message=message, is_error=True)
    if not record_all(slug, rulings):
        return _list(who, slug, message=_SENT_BEFORE, is_error=True)
    flash(f"Recorded: {_count(rulings)}. Each stands among the rulings, where it can be undone.")
    return forms.to(addresses.desk_entries(slug))


def _count(rulings: Sequence[Ruling]) -> str:
    return "1 ruling" if len(rulings) == 1 else f"{len(rulings)} rulings"


@desk_entries.post("/desk/<slug:slug>/entries/remove")
@allowed(Right.ENTER)
def remove(who: Director, slug: str) -> AnyResponse:
    """Take an entry out, before the race has started."""
    entry_id = field("id")
    try:
        with installation().database.writing() as session:
            held = reading.read_race(session, slug, journal=False)
            kept = tuple(entry for entry in held.entries if entry.id != entry_id)
            replace_entries(session, slug, kept, held.teams)
    except _REFUSED as error:
        return _list(who, slug, message=refusal_words(error), is_error=True)
    flash("The entry is taken out. Going back below brings it in again.")
    return forms.to(addresses.desk_entries(slug))


# -- teams -------------------------------------------------------------------------------------


@desk_entries.get("/desk/<slug:slug>/entries/teams")
@allowed(Right.ENTER)
def teams(who: Director, slug: str) -> AnyResponse:
    """The teams, and a form for another."""
    values = {"code": "", "name": "", "kind": ""}
    return _teams(who, slug, values, message=flashed())


def _teams(
    who: Director, slug: str, values: Mapping[str, str], *, message: str, is_error: bool = False
) -> AnyResponse:
    csrf, started = form_token(), is_started(slug)
    return shown(
        slug,
        lambda book: teams_desk_page(
            book,
            is_started=started,
            values=values,
            signed_in_as=who.name,
            form_token=csrf,
            message=message,
            is_error=is_error,
        ),
        400 if is_error else 200,
    )


@desk_entries.post("/desk/<slug:slug>/entries/teams")
@allowed(Right.ENTER)
def write_team(who: Director, slug: str) -> AnyResponse:
    """Add a team, give it another name, or take it out."""
    values = {name: field(name) for name in ("code", "name", "kind")}
    what = field("what")
    try:
        with installation().database.writing() as session:
            held = reading.read_race(session, slug, journal=False)
            wanted = _teams_wanted(held.teams, what, values)
            write_teams(session, slug, wanted)
    except BadRecord as error:
        return _teams(who, slug, values, message=forms.in_words(error), is_error=True)
    except _REFUSED as error:
        return _teams(who, slug, values, message=refusal_words(error), is_error=True)
    done = {"remove": "is taken out", "rename": "has another name"}.get(what, "is there")
    flash(f"{values['name'] or values['code']} {done}.")
    return forms.to(addresses.desk_entries_part(slug, "teams"))


def _teams_wanted(
    teams: tuple[Team, ...], what: str, values: Mapping[str, str]
) -> tuple[Team, ...]:
    code = values["code"]
    if what == "remove":
        return tuple(team for team in teams if team.code != code)
    if what == "rename":
        return tuple(
            replace(team, name=values["name"]) if team.code == code else team for team in teams
        )
    if any(team.code == code for team in teams):
        raise BadRecord({"code": ("is that of another team; give another",)})
    return (*teams, load_team({k: v for k, v in values.items() if v}))


# -- bibs and chips ----------------------------------------------------------------------------


@desk_entries.get("/desk/<slug:slug>/entries/bibs")
@allowed(Right.ENTER)
def bibs(who: Director, slug: str) -> AnyResponse:
    """The form that swaps bibs, or gives another one or another chip."""
    return _bibs(who, slug, {}, message=flashed())


def _bibs(
    who: Director,
    slug: str,
    values: Mapping[str, str],
    *,
    message: str = "",
    is_error: bool = False,
) -> AnyResponse:
    csrf, started, form = form_token(), is_started(slug), field("form") or new_id()
    kept = {name: values.get(name, "") for name in ("bib", "to", "kind", "stage", "from", "reason")}
    return shown(
        slug,
        lambda book: BibsPage(
            frame=desk_frame(book, "Bibs and chips"),
            slug=slug,
            race=race_name(book),
            form=form,
            is_started=started,
            stages=stage_options(book, kept["stage"]),
            values=kept,
            message=message,
            is_error=is_error,
            signed_in_as=who.name,
            form_token=csrf,
        ),
        400 if is_error else 200,
    )


@desk_entries.post("/desk/<slug:slug>/entries/bibs")
@allowed(Right.ENTER)
def change_bibs(who: Director, slug: str) -> AnyResponse:
    """Show what a swap or another bib would change; before the start do it."""
    try:
        if not is_started(slug):
            return _bibs_written(slug)
        rulings = _bib_rulings(who, slug)
    except _Unclear as error:
        message = f"Not done: {'; '.join(f'{k} {v}' for k, v in error.errors.items())}."
        return _bibs(who, slug, request.form, message=message, is_error=True)
    except _REFUSED as error:
        return _bibs(who, slug, request.form, message=refusal_words(error), is_error=True)
    bib, to, stage = field("bib"), field("to"), field("stage")
    told = {
        "swap": f"Bibs {bib} and {to} are swapped, both ways, from stage {stage} on.",
        "chip": f"Bib {bib} wears chip {to} from stage {stage} on.",
    }.get(field("kind"), f"Bib {bib} wears {to} from stage {stage} on.")
    return show_supposed(
        who,
        slug,
        rulings,
        heading="What would change",
        told=lambda _: [told],
        action=addresses.desk_entries_part(slug, "rule"),
        tab="entries",
        back_url=addresses.desk_entries_part(slug, "bibs"),
        at=rulings[0].at,
    )


def _bibs_written(slug: str) -> AnyResponse:
    """Before the start bibs are rows that change."""
    bib, to, kind = field("bib"), field("to"), field("kind")
    with installation().database.writing() as session:
        held = reading.read_race(session, slug, journal=False)
        worn = {entry.bib for entry in held.entries}
        if bib not in worn:
            raise _Unclear({"bib": f"{bib} is worn by nobody; give one that is"})
        if kind == "swap" and to not in worn:
            raise _Unclear({"bib": f"{to} is worn by nobody; choose “another bib”"})
        if kind not in {"swap", "chip"} and to in worn:
            raise _Unclear({"bib": f"{to} is worn already; choose “swap”"})

        def dressed(entry: Entry) -> Entry:
            if entry.bib == bib:
                return replace(entry, chips=(to,)) if kind == "chip" else replace(entry, bib=to)
            return replace(entry, bib=bib) if kind == "swap" and entry.bib == to else entry

        try:
            wanted = tuple(map(dressed, held.entries))
            load_entry({"bib": to})
        except racefile.BadRecord as error:
            raise _Unclear({key: " ".join(what) for key, what in error.errors.items()}) from None
        replace_entries(session, slug, wanted, held.teams)
    flash(f"Done: {bib} and {to}. Nothing was recorded yet, so no ruling was needed.")
    return forms.to(addresses.desk_entries_part(slug, "bibs"))


def _bib_rulings(who: Director, slug: str) -> tuple[Ruling, ...]:
    bib, to, kind, stage = field("bib"), field("to"), field("kind"), forms.whole(field("stage"))
    here = installation()
    here.books.refresh()
    errors = {} if field("reason") else {"reason": "is missing; say why"}

    def wrong(book: RaceBook, _: Standing) -> dict[str, str]:
        if stage not in book.stages:
            return {"stage": "is missing; choose one"}
        if book.entry_wearing(bib, stage) is None:
            return {"bib": f"{bib} is worn by nobody on stage {stage}; give one that is"}
        other = book.entry_wearing(to, stage)
        if kind == "swap" and other is None:
            return {"bib": f"{to} is worn by nobody on stage {stage}; choose “another bib”"}
        if kind not in ("swap", "chip") and other is not None:
            return {"bib": f"{to} is worn already on stage {stage}; choose “swap”"}
        return {}

    errors |= here.books.race(slug).ask_whole(wrong)
    if errors or not isinstance(stage, int):
        raise _Unclear(errors)
    row: dict[str, object] = {
        "ruling": "chip" if kind == "chip" else "bib",
        "bib": bib,
        "stage": stage,
        "id": field("form") or new_id(),
        "by": who.name,
        "at": format_instant(moment_of_form()),
        "reason": field("reason"),
        {"swap": "swap_with", "chip": "chip"}.get(kind, "new_bib"): to,
        **forms.given("from"),
    }
    try:
        ruling = racefile.load_ruling(row)
    except BadRecord as error:
        raise _Unclear({key: " ".join(what) for key, what in error.errors.items()}) from None
    if not isinstance(ruling, BibChange | ChipChange):
        raise TypeError(ruling)
    return (ruling,)
