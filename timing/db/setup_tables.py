"""What is kept of set-up beside the definition: what was typed and not taken yet."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from timing.db.tables import Table


class SetupDraftRow(Table):
    """A race's draft of its next definition; ``based_on`` is the version it was made from."""

    __tablename__ = "setup_drafts"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    text: Mapped[str]
    based_on: Mapped[int] = mapped_column(Integer)
    by: Mapped[str]
    at: Mapped[int]
