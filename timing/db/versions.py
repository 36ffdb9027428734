"""The versions of a race's definition."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.tables import DefinitionRow, RaceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version: its number, and who made it when."""

    number: int
    at: Instant
    by: str


def versions_of(session: Session, slug: str) -> tuple[Version, ...]:
    """Every version of a race's definition, the newest first."""
    rows = session.execute(
        select(DefinitionRow.version, DefinitionRow.made_at, DefinitionRow.made_by)
        .join(RaceRow, RaceRow.id == DefinitionRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(DefinitionRow.version.desc())
    )
    return tuple(Version(number=number, at=at, by=by) for number, at, by in rows)


def text_of_version(session: Session, slug: str, number: int) -> str | None:
    """The text of a version; None where there is none of that number."""
    return session.scalar(
        select(DefinitionRow.text)
        .join(RaceRow, RaceRow.id == DefinitionRow.race_id)
        .where(RaceRow.slug == slug, DefinitionRow.version == number)
    )
