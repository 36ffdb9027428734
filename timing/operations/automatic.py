"""Official by the rules: once every window is over and nothing is in the way (Rules 12.1).

Nobody need be awake for it. Who wants to decide themselves holds the number, which then waits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.publications import Publication, PublicationKind, publication_of
from timing.core.times import Instant
from timing.db.publication_tables import PublicationHoldRow, PublicationRow
from timing.db.publications import publications_of
from timing.db.tables import RaceRow
from timing.operations.publications import NotPublished
from timing.operations.revisions import lock_race

BY_THE_RULES = "the rules"
"""Who makes a number official where nobody did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """A provisional number that becomes official at ``at``; None while it, or one before, waits."""

    publication: Publication
    at: Instant | None


def upcoming(issued: Sequence[Publication], held: Collection[int]) -> tuple[Upcoming, ...]:
    """The provisional numbers that stages stand by, in the order of stages.

    A result holds those of the stages before it: it waits for their windows too.
    """
    stages = sorted({one.after for one in issued})
    standing = [p for n in stages if (p := publication_of(issued, n)) is not None and p.after == n]
    waiting = [p for p in standing if p.kind is PublicationKind.PROVISIONAL]
    found = []
    for nth, one in enumerate(waiting):
        those = waiting[: nth + 1]
        ends = [p.window_ends for p in those if p.window_ends is not None]
        is_held = any(p.number in held for p in those) or not ends
        found.append(Upcoming(publication=one, at=None if is_held else max(ends)))
    return tuple(found)


def holds_of(session: Session, slug: str) -> frozenset[int]:
    """The numbers of a race that are held. One query."""
    rows = session.scalars(
        select(PublicationHoldRow.publication)
        .join(RaceRow, RaceRow.id == PublicationHoldRow.race_id)
        .where(RaceRow.slug == slug)
    )
    return frozenset(rows)


def hold(session: Session, slug: str, number: int, *, held: bool, at: Instant, by: str) -> None:
    """Hold a number, or let the rules go on; NotPublished where it is none that waits."""
    race = lock_race(session, slug)
    issued = publications_of(session, slug)
    if number not in {one.publication.number for one in upcoming(issued, ())}:
        raise NotPublished(f"Number {number} is not waiting to become official.")
    row = session.get(PublicationHoldRow, (race.id, number))
    if held and row is None:
        session.add(PublicationHoldRow(race_id=race.id, publication=number, by=by, at=at))
    elif not held and row is not None:
        session.delete(row)
    session.flush()


def races_with_provisional(session: Session) -> tuple[str, ...]:
    """The slugs of races with a provisional number, by slug. One query."""
    rows = session.scalars(
        select(RaceRow.slug)
        .where(
            RaceRow.id.in_(
                select(PublicationRow.race_id).where(
                    PublicationRow.kind == PublicationKind.PROVISIONAL.value
                )
            )
        )
        .order_by(RaceRow.slug)
    )
    return tuple(rows)
