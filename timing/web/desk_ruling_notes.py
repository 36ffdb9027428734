"""The jury's notes to rulings: attached, read and deleted by who judges, never public."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from timing.operations.directors import Director
from timing.operations.roles import Right
from timing.operations.ruling_notes import (
    MOST_FILE,
    NotNoted,
    RulingNote,
    attach_note,
    delete_note,
    file_of_note,
)
from timing.pages import addresses
from timing.web import forms
from timing.web.errors import Refusal
from timing.web.forms import field
from timing.web.guarding import allowed
from timing.web.installation import installation, now

desk_ruling_notes = Blueprint("desk_ruling_notes", __name__)


@desk_ruling_notes.get("/desk/<slug:slug>/rulings/notes")
@allowed(Right.JUDGE)
def form_alone(_: Director, slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the list."""
    return forms.to(addresses.desk_rulings(slug))


@desk_ruling_notes.post("/desk/<slug:slug>/rulings/notes")
@allowed(Right.JUDGE)
def attach(who: Director, slug: str) -> AnyResponse:
    """Attach a note to a ruling; with ``delete`` delete one."""
    here = installation()
    if note_id := field("delete"):
        with here.database.writing() as session:
            was_there = delete_note(session, slug, note_id, by=who.name, at=now())
        flash("The note is deleted." if was_there else "That note was deleted already.")
        return forms.to(addresses.desk_rulings(slug))
    record = field("ruling")
    here.books.refresh()
    if here.books.race(slug).ask_whole(lambda book, _: book.ruling(record)) is None:
        flash("Not attached: there is no such ruling.")
        return forms.to(addresses.desk_rulings(slug))
    sent = request.files.get("file")
    content = sent.read(MOST_FILE + 1) if sent is not None else b""
    note = RulingNote(
        id=field("id"),
        ruling_id=record,
        text=field("text"),
        file_name=sent.filename or "" if sent is not None else "",
        by=who.name,
        at=now(),
    )
    try:
        with here.database.writing() as session:
            attach_note(session, slug, note, content)
    except NotNoted as error:
        flash(f"Not attached: {error}")
    else:
        flash("The note is attached. Only who judges reads it.")
    return forms.to(addresses.desk_rulings(slug))


@desk_ruling_notes.get("/desk/<slug:slug>/rulings/notes/<note>")
@allowed(Right.JUDGE)
def file(_: Director, slug: str, note: str) -> AnyResponse:
    """The file of a note, to be kept, never shown by the browser as one of our pages."""
    with installation().database.reading() as session:
        found = file_of_note(session, slug, note)
    if found is None:
        raise Refusal(404, "There is no such file: the note has none, or was deleted.")
    kept, content = found
    response = Response(content, content_type=kept.file_type)
    response.headers.set("Content-Disposition", "attachment", filename=kept.file_name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
