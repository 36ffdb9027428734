"""What a newer engine makes of official results: checked once before it serves (Rules 12.1).

An official result is what was signed, and the pages show what is computed. So that a new release
never says anything else in silence, the official numbers are computed again with it, and what
comes out differently is kept, logged and shown at the desk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.public import public_book
from timing.core.publication import frozen_of, result_digest
from timing.core.publications import Publication, PublicationKind, publication_of
from timing.core.signed_differences import signed_differences
from timing.core.times import Instant
from timing.db.publication_tables import PublicationCheckRow, PublicationRow
from timing.db.publications import frozen_result, publications_of
from timing.db.tables import RaceRow
from timing.operations.races import export_document

MOST_KEPT = 50
"""Differences kept of a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """An official number that this engine computes otherwise; ``differences`` are by ids."""

    slug: str
    number: int
    after: int
    result: str
    differences: tuple[str, ...]


def unchecked(session: Session, engine: str) -> tuple[tuple[str, Publication], ...]:
    """The official numbers that stand, were made by another engine and not checked by this one."""
    checked = {
        (slug, number)
        for slug, number in session.execute(
            select(RaceRow.slug, PublicationCheckRow.publication)
            .join(RaceRow, RaceRow.id == PublicationCheckRow.race_id)
            .where(PublicationCheckRow.engine == engine)
        )
    }
    return tuple(
        (slug, one)
        for slug, one in _official(session)
        if one.engine != engine and (slug, one.number) not in checked
    )


def check(
    session: Session, slug: str, one: Publication, *, engine: str, at: Instant
) -> Altered | None:
    """Compute a number again and note what came out; None where that is what was signed."""
    held = export_document(session, slug, one.revision)
    found = frozen_of(public_book(held.document), one.after)
    digest = result_digest(found)
    told: tuple[str, ...] = ()
    if digest != one.result:
        told = signed_differences(frozen_result(session, slug, one.number), found)
    race_id = session.scalars(select(RaceRow.id).where(RaceRow.slug == slug)).one()
    session.add(
        PublicationCheckRow(
            race_id=race_id,
            publication=one.number,
            engine=engine,
            result=digest,
            differences="\n".join(told[:MOST_KEPT]),
            at=at,
        )
    )
    session.flush()
    if digest == one.result:
        return None
    return Altered(slug=slug, number=one.number, after=one.after, result=digest, differences=told)


def altered(session: Session, engine: str, slug: str | None = None) -> tuple[Altered, ...]:
    """The official numbers that stand and that this engine computes otherwise; of a race or all."""
    query = (
        select(RaceRow.slug, PublicationCheckRow)
        .join(RaceRow, RaceRow.id == PublicationCheckRow.race_id)
        .where(PublicationCheckRow.engine == engine)
    )
    if slug is not None:
        query = query.where(RaceRow.slug == slug)
    rows = {(own, row.publication): row for own, row in session.execute(query)}
    if not rows:
        return ()
    return tuple(
        Altered(
            slug=own,
            number=one.number,
            after=one.after,
            result=row.result,
            differences=tuple(row.differences.splitlines()),
        )
        for own, one in _official(session)
        if (row := rows.get((own, one.number))) is not None and row.result != one.result
    )


def _official(session: Session) -> Iterator[tuple[str, Publication]]:
    """Every official number that a stage stands by, race by race."""
    slugs = session.scalars(
        select(RaceRow.slug)
        .where(
            RaceRow.id.in_(
                select(PublicationRow.race_id).where(
                    PublicationRow.kind == PublicationKind.OFFICIAL.value
                )
            )
        )
        .order_by(RaceRow.slug)
    ).all()
    for slug in slugs:
        issued = publications_of(session, slug)
        standing = {
            one.number: one
            for after in {p.after for p in issued}
            if (one := publication_of(issued, after)) is not None
            and one.kind is PublicationKind.OFFICIAL
        }
        for number in sorted(standing):
            yield slug, standing[number]
