"""Making a synced copy the one that serves, when the one that did is dead (docs/sync.md)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.tables import DeviceRow, FrameRow, RaceNodeRow, RaceRow
from timing.operations.homes import (
    Claim,
    ClaimKind,
    IsHome,
    claims_of,
    home_of,
    own_node,
    renew_identity,
    take_home,
)
from timing.operations.revisions import lock_race
from timing.operations.sync.pages import summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A device that held records it had not sent when it was last ``seen`` here."""

    device: str
    unsent: int
    seen: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacks:
    """What may be missing here of the installation that was the home.

    ``seen`` is when it last told how it stands, None if it never did; ``missing`` how many of its
    revisions of then are not here; ``agreed`` when both last held the same ``agreed_records``.
    ``devices`` are those that still held records when they last spoke to this one.
    """

    node: str
    name: str
    at: Instant
    seen: Instant | None
    missing: int
    agreed: Instant | None
    agreed_records: int
    records: int
    devices: tuple[Holding, ...] = ()


def lacks_of(session: Session, slug: str, *, at: Instant) -> Lacks:
    """What may be missing here; UnknownRace."""
    home = home_of(session, slug)
    race_id = session.scalars(select(RaceRow.id).where(RaceRow.slug == slug)).one()
    other = session.get(RaceNodeRow, (race_id, home.node))
    agreed, agreed_records = None, 0
    if other is not None:
        agreed, agreed_records = other.agreed, other.agreed_records or 0
    return Lacks(
        node=home.node,
        name=home.name,
        at=at,
        seen=home.seen,
        missing=home.missing,
        agreed=agreed,
        agreed_records=agreed_records,
        records=summary(session, slug).records,
        devices=_holding(session, race_id),
    )


def _holding(session: Session, race_id: int) -> tuple[Holding, ...]:
    rows = session.scalars(
        select(DeviceRow)
        .where(DeviceRow.race_id == race_id, DeviceRow.unsent > 0)
        .order_by(DeviceRow.name)
    )
    return tuple(Holding(device=row.name, unsent=row.unsent, seen=row.last_seen) for row in rows)


def promote(session: Session, slug: str, *, at: Instant, by: str) -> Claim:
    """Begin a new term here. Raises UnknownRace, and IsHome where it is the home already.

    A database restored from the home's own backup becomes an installation of its own first: the
    old one may come back, and must not be taken for this one.
    """
    race = lock_race(session, slug)
    me = own_node(session)
    held = claims_of(session, race.id)[-1]
    if held.node == me.node_id:
        if held.epoch in ("", me.epoch) and _stands(session, race, held):
            raise IsHome(slug)
        if held.epoch not in ("", me.epoch):
            renew_identity(session)
    return take_home(session, race, kind=ClaimKind.PROMOTED, at=max(at, held.at + 1), by=by)


def _stands(session: Session, race: RaceRow, held: Claim) -> bool:
    frame = session.get_one(FrameRow, race.id)
    return (frame.term, frame.node_id) == (held.term, held.node)
