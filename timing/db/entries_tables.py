"""What is kept of entries beside the race itself: contacts, registration, who is here, erasures.

None of it is part of a racefile, the journal or a digest (Rules 12.2), and no result rests on it.
"""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from timing.db.tables import Table


class ContactRow(Table):
    """How an entry and their next of kin are reached, and what a doctor should know."""

    __tablename__ = "contacts"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    entry_id: Mapped[str] = mapped_column(primary_key=True)
    phone: Mapped[str]
    email: Mapped[str]
    kin: Mapped[str]
    kin_phone: Mapped[str]
    medical: Mapped[str]
    note: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[int]


class ContactLookRow(Table):
    """That somebody looked at the contacts of an entry, or did something with them: ``what``."""

    __tablename__ = "contact_looks"
    __table_args__ = (Index("ix_contact_looks_entry", "race_id", "entry_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"))
    entry_id: Mapped[str]
    who: Mapped[str]
    at: Mapped[int]
    what: Mapped[str]


class RegistrationItemRow(Table):
    """A line of a race's checklist; ``blocks`` where nobody starts without, ``is_back`` after."""

    __tablename__ = "registration_items"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    label: Mapped[str]
    blocks: Mapped[bool] = mapped_column(Boolean)
    is_back: Mapped[bool] = mapped_column(Boolean)


class RegistrationTickRow(Table):
    """That a line of the checklist was done for an entry, or was not after all; the last counts."""

    __tablename__ = "registration_ticks"
    __table_args__ = (Index("ix_registration_ticks_entry", "race_id", "entry_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"))
    entry_id: Mapped[str]
    item: Mapped[str]
    is_done: Mapped[bool] = mapped_column(Boolean)
    by: Mapped[str]
    at: Mapped[int]


class CheckInRow(Table):
    """That an entry is at the start of a stage, or is not after all; the last counts."""

    __tablename__ = "check_ins"
    __table_args__ = (Index("ix_check_ins_stage", "race_id", "stage"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"))
    stage: Mapped[int] = mapped_column(Integer)
    entry_id: Mapped[str]
    is_here: Mapped[bool] = mapped_column(Boolean)
    by: Mapped[str]
    at: Mapped[int]


class ErasureRow(Table):
    """That a person's data were taken out of an entry, when and by whom; nothing of them."""

    __tablename__ = "erasures"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    entry_id: Mapped[str] = mapped_column(primary_key=True)
    by: Mapped[str]
    at: Mapped[int]
