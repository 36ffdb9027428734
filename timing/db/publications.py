"""Publications read from their rows, and written to them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.publications import (
    Publication,
    PublicationKind,
    PublishedChange,
    PublishedFigures,
)
from timing.db.publication_tables import PublicationRow
from timing.db.tables import RaceRow

# Without what was frozen, which is large and read seldom.
_COLUMNS = tuple(c for c in PublicationRow.__table__.c if c.name not in ("race_id", "frozen"))


def publications_of(
    session: Session, slug: str, revision: int | None = None
) -> tuple[Publication, ...]:
    """What was issued of a race up to a revision, in order. One query."""
    query = (
        select(*_COLUMNS)
        .join(RaceRow, RaceRow.id == PublicationRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(PublicationRow.number)
    )
    if revision is not None:
        query = query.where(PublicationRow.revision <= revision)
    return tuple(_publication(dict(row._mapping)) for row in session.execute(query))  # noqa: SLF001


def signed_text(session: Session, slug: str, number: int) -> str | None:
    """The text that a number's digest of the result is of; None where there is no such number."""
    return session.scalar(
        select(PublicationRow.frozen)
        .join(RaceRow, RaceRow.id == PublicationRow.race_id)
        .where(RaceRow.slug == slug, PublicationRow.number == number)
    )


def frozen_result(session: Session, slug: str, number: int) -> Any:  # noqa: ANN401 - JSON
    """The published result as it was issued, over ids; None where there is no such number."""
    text = signed_text(session, slug, number)
    return None if text is None else json.loads(text)


def publication_row(race_id: int, issued: Publication, frozen: str) -> PublicationRow:
    """The row of a publication."""
    columns = {name: getattr(issued, name) for name in (c.name for c in _COLUMNS)}
    columns["kind"] = issued.kind.value
    columns["changes"] = json.dumps([asdict(c) for c in issued.changes], separators=(",", ":"))
    return PublicationRow(race_id=race_id, frozen=frozen, **columns)


def _publication(columns: dict[str, Any]) -> Publication:
    changes = tuple(_change(plain) for plain in json.loads(columns.pop("changes")))
    kind = PublicationKind(columns.pop("kind"))
    return Publication(**columns, kind=kind, changes=changes)


def _change(plain: dict[str, Any]) -> PublishedChange:
    before, after = (
        None if plain[name] is None else PublishedFigures(**plain[name])
        for name in ("before", "after")
    )
    return PublishedChange(**{**plain, "before": before, "after": after})
