"""A person at the desk: contacts with who looked, all that is held of them, and its erasure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, Response, flash, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from timing.core.entries import Entry
from timing.core.times import local_clock, zone_named
from timing.operations.contacts import (
    EXPORTED,
    LOOKED,
    NAMES,
    contacts_of,
    looks_at,
    note_look,
    write_contacts,
)
from timing.operations.directors import Director
from timing.operations.entries import UnknownEntry
from timing.operations.homes import FrameNotHere, NotHome
from timing.operations.personal_data import NotOver, erase_person, personal_data, was_erased
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.entries_page import ContactsPage, PersonalDataPage, desk_frame, race_name
from timing.pages.marks import name_of
from timing.web import forms
from timing.web.desk_entries import entry_known, flashed, shown
from timing.web.desk_registration import race_id_of
from timing.web.desk_start_lists import today_of
from timing.web.forms import field, form_token
from timing.web.guarding import allowed
from timing.web.installation import installation, now

desk_person = Blueprint("desk_person", __name__)


def _asked(slug: str) -> Entry:
    entry = entry_known(slug, request.values.get("id", ""))
    if entry is None:
        raise NotFound("There is no such entry.")
    return entry


@desk_person.get("/desk/<slug:slug>/entries/contacts")
@allowed(Right.CONTACTS)
def contacts(who: Director, slug: str) -> AnyResponse:
    """The contacts and medical notes of an entry; the look is noted."""
    entry = _asked(slug)
    with installation().database.writing() as session:
        race_id = race_id_of(session, slug)
        note_look(session, race_id, (entry.id,), who=who.name, at=now(), what=LOOKED)
        values = asdict(contacts_of(session, race_id, entry.id))
    return _contacts(who, slug, entry, values, message=flashed())


def _contacts(
    who: Director,
    slug: str,
    entry: Entry,
    values: Mapping[str, str],
    *,
    message: str = "",
    is_error: bool = False,
) -> AnyResponse:
    csrf = form_token()
    here = installation()
    zone = zone_named(here.books.race(slug).standing.race.timezone)
    with here.database.reading() as session:
        looks = looks_at(session, race_id_of(session, slug), entry.id)
    return shown(
        slug,
        lambda book: ContactsPage(
            frame=desk_frame(book, "Contacts"),
            slug=slug,
            race=race_name(book),
            id=entry.id,
            bib=entry.bib,
            name=name_of(entry),
            values=values,
            looks=tuple(
                (look.who, look.what, f"{local_clock(look.at, zone):%-d %B %H:%M}")
                for look in looks
            ),
            message=message,
            is_error=is_error,
            signed_in_as=who.name,
            form_token=csrf,
        ),
        400 if is_error else 200,
    )


@desk_person.post("/desk/<slug:slug>/entries/contacts")
@allowed(Right.CONTACTS)
def keep_contacts(who: Director, slug: str) -> AnyResponse:
    """Keep what was typed."""
    entry = _asked(slug)
    values = {name: field(name) for name in NAMES}
    try:
        with installation().database.writing() as session:
            write_contacts(session, slug, {entry.id: values}, who=who.name, at=now())
    except ValueError as error:
        message = f"Not kept: {error}."
        return _contacts(who, slug, entry, values, message=message, is_error=True)
    flash("Kept.")
    return forms.to(addresses.desk_entries_part(slug, "contacts", id=entry.id))


@desk_person.get("/desk/<slug:slug>/entries/person")
@allowed(Right.ENTER)
def person(who: Director, slug: str) -> AnyResponse:
    """What may be taken out, as a file or for good."""
    return _person(who, slug, _asked(slug), message=flashed())


def _person(
    who: Director, slug: str, entry: Entry, *, message: str = "", is_error: bool = False
) -> AnyResponse:
    csrf, today = form_token(), today_of(slug)
    here = installation()
    race = here.books.race(slug).standing.race
    last_day = max((stage.date for stage in race.stages), default=race.starts_on)
    with here.database.reading() as session:
        erased = was_erased(session, slug, entry.id)
    return shown(
        slug,
        lambda book: PersonalDataPage(
            frame=desk_frame(book, "Their data"),
            slug=slug,
            race=race_name(book),
            id=entry.id,
            bib=entry.bib,
            name=name_of(entry),
            may_erase=today > last_day and not erased,
            is_erased=erased,
            last_day=f"{last_day:%-d %B %Y}",
            message=message,
            is_error=is_error,
            signed_in_as=who.name,
            form_token=csrf,
        ),
        400 if is_error else 200,
    )


@desk_person.get("/desk/<slug:slug>/entries/person.json")
@allowed(Right.CONTACTS)
def exported(who: Director, slug: str) -> AnyResponse:
    """Everything held about an entry, as a file; that it was given out is noted."""
    entry = _asked(slug)
    with installation().database.writing() as session:
        race_id = race_id_of(session, slug)
        note_look(session, race_id, (entry.id,), who=who.name, at=now(), what=EXPORTED)
        session.flush()
        data = personal_data(session, slug, entry.id)
    body = json.dumps(data, ensure_ascii=False, indent=2)
    response = Response(body, content_type="application/json; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{slug}-person.json")
    return response


@desk_person.get("/desk/<slug:slug>/entries/erase")
def form_of_erasure(slug: str) -> AnyResponse:
    """Where the form is sent there is nothing to read: back to the entries."""
    return forms.to(addresses.desk_entries(slug))


@desk_person.post("/desk/<slug:slug>/entries/erase")
@allowed(Right.ERASE)
def erase(who: Director, slug: str) -> AnyResponse:
    """Take the person out for good, once their bib was typed."""
    entry = _asked(slug)
    if field("bib") != entry.bib:
        message = f"Nothing was erased: type the bib, {entry.bib}, to confirm."
        return _person(who, slug, entry, message=message, is_error=True)
    today, here = today_of(slug), installation()
    try:
        with here.database.writing() as session:
            erase_person(session, slug, entry.id, by=who.name, at=now(), today=today)
    except (NotOver, NotHome, FrameNotHere, UnknownEntry) as error:
        message = f"Nothing was erased: {error}."
        return _person(who, slug, entry, message=message, is_error=True)
    here.books.forget(slug)
    flash(f"The data behind bib {entry.bib} are erased. No result changed.")
    return forms.to(addresses.desk_entries(slug))
