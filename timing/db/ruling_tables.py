"""What is kept of rulings beside the journal: those prepared and not given, and the jury's notes.

None of it is part of a racefile, the journal or a digest, and no result rests on it.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from timing.db.tables import Table


class RulingDraftRow(Table):
    """A ruling that was prepared: its form as it was filled in, a JSON object of texts."""

    __tablename__ = "ruling_drafts"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str]
    by: Mapped[str]
    at: Mapped[int]


class RulingNoteRow(Table):
    """A jury's note to a ruling, with a file or without; of a deleted one only who and when."""

    __tablename__ = "ruling_notes"
    __table_args__ = (Index("ix_ruling_notes_ruling", "race_id", "ruling_id"),)

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    ruling_id: Mapped[str]
    text: Mapped[str]
    file_name: Mapped[str]
    file_type: Mapped[str]
    file: Mapped[bytes | None] = mapped_column(LargeBinary)
    by: Mapped[str]
    at: Mapped[int]
    deleted_by: Mapped[str]
    deleted_at: Mapped[int | None]
