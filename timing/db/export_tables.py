"""The tables of what is made to take home: jobs that make long files, and a race's own layouts.

None of it is part of a racefile, the journal or a digest, and no result rests on it.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from timing.db.tables import Table


class ExportJobRow(Table):
    """A file that is made by a process of its own, which tells here how far it is.

    ``beat`` is when it last did. ``by_key`` tells apart those who share a name: an account's or a
    key's own mark. ``said`` is why there is no file.
    """

    __tablename__ = "export_jobs"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'done', 'failed', 'stopped')", name="state"),
        Index(None, "race_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"))
    form: Mapped[str]
    by: Mapped[str]
    by_key: Mapped[str]
    begun: Mapped[int]
    beat: Mapped[int]
    state: Mapped[str]
    done: Mapped[int] = mapped_column(Integer)
    of: Mapped[int] = mapped_column(Integer)
    doing: Mapped[str]
    ended: Mapped[int | None]
    size: Mapped[int]
    said: Mapped[str]


class PrintLayoutRow(Table):
    """A version of a race's own layout of a sheet; without ``text`` the standard one is used again.

    ``fault`` is why the standard one stood in for it when it was last printed, empty if it did not.
    """

    __tablename__ = "print_layouts"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    sheet: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[int]
    fault: Mapped[str]
