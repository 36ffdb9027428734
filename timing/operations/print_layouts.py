"""A race's own layouts of what is printed: versions, of which the newest is in force.

A version without a text means the standard layout: going back to it loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.export_tables import PrintLayoutRow
from timing.db.tables import RaceRow
from timing.operations.revisions import lock_race

MOST_VERSIONS = 50
"""So many of a sheet are kept; of more the oldest goes."""


class LayoutMoved(ValueError):
    """Somebody changed the layout meanwhile; ``version`` is the latest."""

    def __init__(self, version: int) -> None:
        super().__init__(f"The layout was changed meanwhile: version {version} is in force.")
        self.version = version


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutVersion:
    """A version; without ``text`` it is the standard layout.

    ``fault`` is why the standard one stood in for it when it was last printed, empty if it did not.
    """

    version: int
    text: str
    by: str
    at: Instant
    fault: str = ""


def layout_versions(session: Session, slug: str, sheet: str) -> tuple[LayoutVersion, ...]:
    """The versions of a sheet's layout, the newest first; none where it was never changed."""
    rows = session.scalars(
        select(PrintLayoutRow)
        .join(RaceRow, RaceRow.id == PrintLayoutRow.race_id)
        .where(RaceRow.slug == slug, PrintLayoutRow.sheet == sheet)
        .order_by(PrintLayoutRow.version.desc())
    )
    return tuple(_version(row) for row in rows)


def layout_in_force(session: Session, slug: str, sheet: str) -> LayoutVersion | None:
    """The race's own layout; None where the standard one is in force."""
    row = session.scalars(
        select(PrintLayoutRow)
        .join(RaceRow, RaceRow.id == PrintLayoutRow.race_id)
        .where(RaceRow.slug == slug, PrintLayoutRow.sheet == sheet)
        .order_by(PrintLayoutRow.version.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None or not row.text else _version(row)


def take_layout(
    session: Session, slug: str, sheet: str, text: str, *, based_on: int, by: str, at: Instant
) -> int:
    """Make a text the next version, or the standard one where it is empty; its number.

    ``based_on`` is the version it was made from, 0 for none. Raises UnknownRace, LayoutMoved.
    """
    race = lock_race(session, slug)
    rows = list(
        session.scalars(
            select(PrintLayoutRow)
            .where(PrintLayoutRow.race_id == race.id, PrintLayoutRow.sheet == sheet)
            .order_by(PrintLayoutRow.version.desc())
        )
    )
    latest = rows[0].version if rows else 0
    if based_on != latest:
        raise LayoutMoved(latest)
    for row in rows[MOST_VERSIONS - 1 :]:
        session.delete(row)
    session.add(
        PrintLayoutRow(
            race_id=race.id,
            sheet=sheet,
            version=latest + 1,
            text=text,
            by=by,
            at=at,
            fault="",
        )
    )
    return latest + 1


def note_fault(session: Session, slug: str, sheet: str, version: int, fault: str) -> None:
    """Note why the standard layout stood in for a version, or that it did not."""
    race_id = select(RaceRow.id).where(RaceRow.slug == slug).scalar_subquery()
    session.execute(
        update(PrintLayoutRow)
        .where(
            PrintLayoutRow.race_id == race_id,
            PrintLayoutRow.sheet == sheet,
            PrintLayoutRow.version == version,
        )
        .values(fault=fault)
    )


def _version(row: PrintLayoutRow) -> LayoutVersion:
    return LayoutVersion(version=row.version, text=row.text, by=row.by, at=row.at, fault=row.fault)
