"""The table of rehearsals: races that are invented and thrown away."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from timing.db.tables import Table


class RehearsalRow(Table):
    """A race that is a rehearsal of another, named by its slug; ``told`` is how far it has come.

    Only a race that stands here can be deleted.
    """

    __tablename__ = "rehearsals"
    __table_args__ = (CheckConstraint("state IN ('running', 'ready', 'failed')", name="state"),)

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    of_slug: Mapped[str]
    by: Mapped[str]
    at: Mapped[int]
    state: Mapped[str]
    told: Mapped[str]
