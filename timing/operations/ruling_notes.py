"""The jury's notes to rulings, with a file or without: for who judges, and never public."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from timing.core.times import Instant
from timing.db.ruling_tables import RulingNoteRow
from timing.db.tables import RaceRow
from timing.operations.revisions import lock_race

MOST_NOTES = 500
"""Notes of one race, deleted ones among them."""

MOST_TEXT = 4_000
"""Characters of a note."""

MOST_FILE = 3_000_000
"""Bytes of a note's file."""

PDF, JPEG, PNG, WEBP = "application/pdf", "image/jpeg", "image/png", "image/webp"

ENDINGS = {PDF: "pdf", JPEG: "jpg", PNG: "png", WEBP: "webp"}
"""What a note's file may be, with the ending that it is given out under."""

_LONGEST_NAME = 80
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)


class NotNoted(ValueError):
    """A note that can't be kept; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingNote:
    """A note without what is in its file. Of a deleted one text and file are gone.

    ``file_name`` and ``file_type`` are empty where there is no file.
    """

    id: str
    ruling_id: str
    text: str
    file_name: str = ""
    file_type: str = ""
    by: str
    at: Instant
    deleted_by: str = ""
    deleted_at: Instant | None = None


def file_type_of(content: bytes) -> str:
    """What a file is by its own first bytes, whatever it is called; empty where it is no good.

    An SVG or a page could run scripts, an office file macros: they are none of ours.
    """
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    return ""


def file_name_of(name: str, file_type: str) -> str:
    """The name a file is given out under: without folders or control characters, and not lying.

    Its ending is that of what the file is.
    """
    last = re.split(r"[\\/]", name)[-1]
    plain = "".join(c for c in last if unicodedata.category(c)[0] not in "CZ" or c == " ").strip()
    stem = plain.rpartition(".")[0] or plain
    return f"{stem.strip('. ')[:_LONGEST_NAME] or 'note'}.{ENDINGS[file_type]}"


def attach_note(session: Session, slug: str, note: RulingNote, file: bytes = b"") -> None:
    """Attach a note to a ruling; sent twice it is one. Raises UnknownRace, NotNoted.

    That there is such a ruling is for the caller to know. ``file`` is judged by its content.
    """
    race = lock_race(session, slug)
    if _ID.fullmatch(note.id) is None:
        raise NotNoted("The form is incomplete: open the page again.")
    if session.get(RulingNoteRow, (race.id, note.id)) is not None:
        return
    text = _plain(note.text)
    if not text and not file:
        raise NotNoted("Write a note, or choose a file.")
    if len(text) > MOST_TEXT:
        raise NotNoted(f"A note has at most {MOST_TEXT:,} characters: attach a file.")
    if len(file) > MOST_FILE:
        raise NotNoted(f"The file is larger than {MOST_FILE // 1_000_000} MB: make it smaller.")
    kind = file_type_of(file) if file else ""
    if file and not kind:
        raise NotNoted("The file is no PDF, JPEG, PNG or WebP, whatever it is called.")
    count = select(func.count()).select_from(RulingNoteRow).where(RulingNoteRow.race_id == race.id)
    if (session.scalar(count) or 0) >= MOST_NOTES:
        raise NotNoted(f"This race has {MOST_NOTES} notes, and takes no more.")
    session.add(
        RulingNoteRow(
            race_id=race.id,
            id=note.id,
            ruling_id=note.ruling_id,
            text=text,
            file_name=file_name_of(note.file_name, kind) if file else "",
            file_type=kind,
            file=file or None,
            by=note.by,
            at=note.at,
            deleted_by="",
        )
    )


def notes_of(session: Session, slug: str) -> tuple[RulingNote, ...]:
    """Every note of a race, the oldest first, without its file; deleted ones are told of."""
    rows = session.scalars(
        select(RulingNoteRow)
        .options(defer(RulingNoteRow.file))
        .join(RaceRow, RaceRow.id == RulingNoteRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(RulingNoteRow.at, RulingNoteRow.id)
    )
    return tuple(_note(row) for row in rows)


def file_of_note(session: Session, slug: str, note_id: str) -> tuple[RulingNote, bytes] | None:
    """A note with its file; None where there is none, or none any more."""
    if _ID.fullmatch(note_id) is None:
        return None
    row = session.scalars(
        select(RulingNoteRow)
        .join(RaceRow, RaceRow.id == RulingNoteRow.race_id)
        .where(RaceRow.slug == slug, RulingNoteRow.id == note_id)
    ).one_or_none()
    if row is None or row.file is None:
        return None
    return _note(row), row.file


def delete_note(session: Session, slug: str, note_id: str, *, by: str, at: Instant) -> bool:
    """Delete what a note says and holds; that it was there stays. Whether it was there."""
    race = lock_race(session, slug)
    is_one = _ID.fullmatch(note_id) is not None
    row = session.get(RulingNoteRow, (race.id, note_id)) if is_one else None
    if row is None or row.deleted_at is not None:
        return False
    row.text, row.file, row.file_name, row.file_type = "", None, "", ""
    row.deleted_by, row.deleted_at = by, at
    return True


def _plain(text: str) -> str:
    """The text without what no database takes: control characters, halves of characters."""
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def _note(row: RulingNoteRow) -> RulingNote:
    return RulingNote(
        id=row.id,
        ruling_id=row.ruling_id,
        text=row.text,
        file_name=row.file_name,
        file_type=row.file_type,
        by=row.by,
        at=row.at,
        deleted_by=row.deleted_by,
        deleted_at=row.deleted_at,
    )
