"""The API of rulings beside sending them: the list with what became of each, drafts, notes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, TypeAlias

from flask import g
from marshmallow import Schema, fields, validate

from timing.core.book import RaceBook
from timing.core.ruling_fates import RulingFate, RulingState, ruling_fates
from timing.core.times import format_instant
from timing.live.books import Standing
from timing.operations import ruling_drafts
from timing.operations.ruling_drafts import NotKept, RulingDraft
from timing.operations.ruling_notes import (
    MOST_FILE,
    MOST_TEXT,
    NotNoted,
    RulingNote,
    attach_note,
    delete_note,
    file_of_note,
    notes_of,
)
from timing.pages.ruling_kinds import KINDS
from timing.racefile.rulings import ruling_to_plain
from timing.web.api.bearer import director_only, key_needed
from timing.web.api.blueprint import ApiBlueprint
from timing.web.api.desk_refusals import refusals_of
from timing.web.errors import Refusal
from timing.web.installation import installation, now

Answer: TypeAlias = dict[str, Any]

_LONGEST_BASE64 = MOST_FILE * 4 // 3 + 4

rulings_api = ApiBlueprint(
    "rulings_api",
    __name__,
    url_prefix="/api/v1",
    description="What was decided, what is prepared, and the jury's notes.",
)


class RulingOut(Schema):
    """A ruling with what became of it."""

    id = fields.String()
    state = fields.String(metadata={"enum": [state.value for state in RulingState]})
    ruling = fields.Dict(metadata={"description": "As a racefile has it."})
    undone_by = fields.String(
        allow_none=True,
        metadata={"description": "Id of the void, or of what superseded it; null if nothing did."},
    )
    to_void = fields.String(
        metadata={"description": "What to void for the opposite of what holds; may be empty."}
    )


class RulingsOut(Schema):
    """Every ruling, the newest first."""

    rulings = fields.List(fields.Nested(RulingOut))
    revision = fields.Integer()


class DraftIn(Schema):
    """A ruling's form as it was filled in, by the names of its fields."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(sorted(KINDS)),
        metadata={"description": "The kind of the form, as in its address at the desk."},
    )
    form = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.String(validate=validate.Length(max=8_000)),
        load_default=dict,
        validate=validate.Length(max=40),
        metadata={"example": {"bibs": "12, 20-29", "stage": "1", "time": "15:00"}},
    )


class DraftOut(Schema):
    """A draft that waits."""

    id = fields.String()
    kind = fields.String()
    form = fields.Dict(keys=fields.String(), values=fields.String())
    by = fields.String()
    at = fields.String(metadata={"description": "ISO instant."})


class DraftsOut(Schema):
    """Every draft, the newest first."""

    drafts = fields.List(fields.Nested(DraftOut))


class GoneOut(Schema):
    """Whether it was there."""

    deleted = fields.Boolean()


class NoteIn(Schema):
    """A note to a ruling: text, a file, or both."""

    ruling = fields.String(required=True, validate=validate.Length(min=1, max=200))
    text = fields.String(load_default="", validate=validate.Length(max=MOST_TEXT))
    file_name = fields.String(load_default="", validate=validate.Length(max=200))
    file = fields.String(
        load_default="",
        validate=validate.Length(max=_LONGEST_BASE64),
        metadata={"description": "A PDF, JPEG, PNG or WebP of 3 MB at most, as base64."},
    )


class NoteOut(Schema):
    """A note; of a deleted one only who and when."""

    id = fields.String()
    ruling = fields.String()
    text = fields.String()
    file_name = fields.String()
    file_type = fields.String()
    by = fields.String()
    at = fields.String(metadata={"description": "ISO instant."})
    deleted_by = fields.String()
    deleted_at = fields.String(allow_none=True)


class NotesOut(Schema):
    """Every note of a race, the oldest first."""

    notes = fields.List(fields.Nested(NoteOut))


class NoteFileOut(Schema):
    """The file of a note."""

    file_name = fields.String()
    file_type = fields.String()
    file = fields.String(metadata={"description": "As base64."})


_refusals = refusals_of(
    rulings_api,
    {
        404: "There is no such race, ruling or note.",
    },
)


@rulings_api.get("/races/<slug:slug>/rulings")
@key_needed
@rulings_api.response(200, RulingsOut)
@_refusals
@rulings_api.doc(security=[{"key": []}])
def rulings(slug: str) -> Answer:
    """Tell every ruling, the newest first, with whether it stands and what undid it."""
    director_only()
    here = installation()
    here.books.refresh()

    def told(book: RaceBook, standing: Standing) -> Answer:
        fates = ruling_fates(book.document.rulings, {one.id for one in book.rulings})
        newest = sorted(fates.values(), key=lambda f: (f.ruling.at, f.ruling.id), reverse=True)
        return {"rulings": [_ruling(one) for one in newest], "revision": standing.cursor.revision}

    return here.books.race(slug).ask_whole(told)


def _ruling(fate: RulingFate) -> Answer:
    return {
        "id": fate.ruling.id,
        "state": fate.state.value,
        "ruling": ruling_to_plain(fate.ruling),
        "undone_by": fate.by.id if fate.by is not None else None,
        "to_void": fate.to_void,
    }


@rulings_api.get("/races/<slug:slug>/rulings/drafts")
@key_needed
@rulings_api.response(200, DraftsOut)
@_refusals
@rulings_api.doc(security=[{"key": []}])
def drafts(slug: str) -> Answer:
    """Tell what is prepared and not given; none of it counts."""
    director_only()
    with installation().database.reading() as session:
        return {"drafts": [_draft(one) for one in ruling_drafts.drafts_of(session, slug)]}


@rulings_api.put("/races/<slug:slug>/rulings/drafts/<string:draft>")
@key_needed
@rulings_api.arguments(DraftIn)
@rulings_api.response(200, DraftOut)
@_refusals
@rulings_api.doc(security=[{"key": []}])
def keep_draft(body: Mapping[str, Any], slug: str, draft: str) -> Answer:
    """Prepare a ruling for somebody at the desk to look at and give."""
    director_only()
    form = {**body["form"], "kind": body["kind"]}
    kept = RulingDraft(id=draft, form=form, by=g.token.label, at=now())
    try:
        with installation().database.writing() as session:
            ruling_drafts.keep_draft(session, slug, kept)
    except NotKept as error:
        raise Refusal(422, f"Not kept. {error}") from None
    return _draft(kept)


def _draft(draft: RulingDraft) -> Answer:
    form = {key: text for key, text in draft.form.items() if key != "kind"}
    return {
        "id": draft.id,
        "kind": draft.form.get("kind", ""),
        "form": form,
        "by": draft.by,
        "at": format_instant(draft.at),
    }


@rulings_api.delete("/races/<slug:slug>/rulings/drafts/<string:draft>")
@key_needed
@rulings_api.response(200, GoneOut)
@_refusals
@rulings_api.doc(security=[{"key": []}])
def delete_draft(slug: str, draft: str) -> Answer:
    """Throw a draft away."""
    director_only()
    with installation().database.writing() as session:
        return {"deleted": ruling_drafts.throw_away(session, slug, draft)}


@rulings_api.get("/races/<slug:slug>/rulings/notes")
@key_needed
@rulings_api.response(200, NotesOut)
@_refusals
@rulings_api.doc(security=[{"key": []}])
def notes(slug: str) -> Answer:
    """Tell the jury's notes, which are never public."""
    director_only()
    with installation().database.reading() as session:
        return {"notes": [_note(one) for one in notes_of(session, slug)]}


@rulings_api.put("/races/<slug:slug>/rulings/notes/<string:note>")
@key_needed
@rulings_api.arguments(NoteIn)
@rulings_api.response(200, NoteOut)
@_refusals
@rulings_api.doc(security=[{"key": []}])
def put_note(body: Mapping[str, Any], slug: str, note: str) -> Answer:
    """Attach a note to a ruling, under an id of your own; sent twice it is one."""
    director_only()
    here = installation()
    record = body["ruling"]
    here.books.refresh()
    if here.books.race(slug).ask_whole(lambda book, _: book.ruling(record)) is None:
        raise Refusal(404, "There is no such ruling.")
    try:
        content = base64.b64decode(body["file"].encode("ascii", "replace"), validate=True)
    except binascii.Error:
        raise Refusal(422, "The file is not written in base64.") from None
    made = RulingNote(
        id=note,
        ruling_id=record,
        text=body["text"],
        file_name=body["file_name"],
        by=g.token.label,
        at=now(),
    )
    try:
        with here.database.writing() as session:
            attach_note(session, slug, made, content)
    except NotNoted as error:
        raise Refusal(422, f"Not attached. {error}") from None
    with here.database.reading() as session:
        return next(_note(one) for one in notes_of(session, slug) if one.id == note)


def _note(note: RulingNote) -> Answer:
    return {
        "id": note.id,
        "ruling": note.ruling_id,
        "text": note.text,
        "file_name": note.file_name,
        "file_type": note.file_type,
        "by": note.by,
        "at": format_instant(note.at),
        "deleted_by": note.deleted_by,
        "deleted_at": None if note.deleted_at is None else format_instant(note.deleted_at),
    }


@rulings_api.get("/races/<slug:slug>/rulings/notes/<string:note>/file")
@key_needed
@rulings_api.response(200, NoteFileOut)
@_refusals
@rulings_api.doc(security=[{"key": []}])
def note_file(slug: str, note: str) -> Answer:
    """Give the file of a note."""
    director_only()
    with installation().database.reading() as session:
        found = file_of_note(session, slug, note)
    if found is None:
        raise Refusal(404, "The note has no file, or was deleted.")
    kept, content = found
    return {
        "file_name": kept.file_name,
        "file_type": kept.file_type,
        "file": base64.b64encode(content).decode(),
    }


@rulings_api.delete("/races/<slug:slug>/rulings/notes/<string:note>")
@key_needed
@rulings_api.response(200, GoneOut)
@_refusals
@rulings_api.doc(security=[{"key": []}])
def remove_note(slug: str, note: str) -> Answer:
    """Delete what a note says and holds; that it was there stays, with who deleted it."""
    director_only()
    with installation().database.writing() as session:
        return {"deleted": delete_note(session, slug, note, by=g.token.label, at=now())}
