"""The tables of what was issued, and of the protests against it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from timing.db.tables import Table


class PublicationRow(Table):
    """A result as it was issued: never changed, never deleted; triggers refuse it.

    ``changes`` is a JSON list, ``frozen`` the published result as canonical JSON over the ids of
    entries: what was issued is a document, and no cache.
    """

    __tablename__ = "publications"
    __table_args__ = (
        CheckConstraint("kind IN ('provisional', 'official', 'reopened')", name="kind"),
    )

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    after: Mapped[int] = mapped_column(Integer)
    revision: Mapped[int]
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[int]
    by: Mapped[str]
    window_ends: Mapped[int | None]
    reason: Mapped[str]
    input: Mapped[str]
    result: Mapped[str]
    engine: Mapped[str]
    still_out: Mapped[int] = mapped_column(Integer)
    protests: Mapped[int] = mapped_column(Integer)
    upheld: Mapped[int] = mapped_column(Integer)
    changes: Mapped[str]
    frozen: Mapped[str]


class ProtestRow(Table):
    """A protest against a publication; ``outcome`` is empty until it is answered, once."""

    __tablename__ = "protests"
    __table_args__ = (
        ForeignKeyConstraint(
            ["race_id", "publication"], ["publications.race_id", "publications.number"]
        ),
        CheckConstraint("outcome IN ('', 'upheld', 'rejected', 'withdrawn')", name="outcome"),
    )

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    form: Mapped[str]
    publication: Mapped[int] = mapped_column(Integer)
    who: Mapped[str]
    bib: Mapped[str]
    text: Mapped[str]
    lodged_at: Mapped[int]
    lodged_by: Mapped[str]
    answered_at: Mapped[int | None]
    answered_by: Mapped[str]
    answer: Mapped[str]
    outcome: Mapped[str]
    ruling_id: Mapped[str]


class PublicationHoldRow(Table):
    """A provisional number that does not become official by the rules while this row is there."""

    __tablename__ = "publication_holds"
    __table_args__ = (
        ForeignKeyConstraint(
            ["race_id", "publication"], ["publications.race_id", "publications.number"]
        ),
    )

    race_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    publication: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    by: Mapped[str]
    at: Mapped[int]


class PublicationCheckRow(Table):
    """What an engine newer than an official number makes of it: its digest, and what differs."""

    __tablename__ = "publication_checks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["race_id", "publication"], ["publications.race_id", "publications.number"]
        ),
    )

    race_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    publication: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    engine: Mapped[str] = mapped_column(primary_key=True)
    result: Mapped[str]
    differences: Mapped[str]
    at: Mapped[int]
