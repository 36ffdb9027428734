"""What installations tell each other before they exchange records: who they are, how they stand.

All of it is sets in which the same wins everywhere (claims, nodes, station keys) and cursors that
only grow, so it may come in any order, again, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.reading import race_cursor
from timing.db.tables import FrameRow, RaceNodeRow, RaceRow, SyncCursorRow
from timing.operations.homes import (
    Claim,
    ClaimKind,
    Stamp,
    add_claims,
    claims_of,
    own_node,
    stamp_of,
)
from timing.operations.revisions import lock_race
from timing.operations.sync.faults import BadParcel, MadeApart, SameNode
from timing.operations.sync.frames import stamp_from_plain, stamp_to_plain
from timing.operations.sync.pages import Life, cursor_row, life_from_plain
from timing.operations.sync.plain import FORMAT, Object, take
from timing.operations.sync.station_keys import (
    StationKey,
    station_key_from_plain,
    station_key_to_plain,
    station_keys,
    take_station_keys,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How an installation stands with a race, at a moment of its own clock.

    ``stamp`` is that of its frame, None where it does not have the race. ``have`` are the
    revisions of others, in a life of theirs, up to which it has everything. ``nodes`` are those
    it heard of, as (id, name); ``keys`` are its stations'.
    """

    life: Life
    name: str
    at: Instant
    revision: int
    stamp: Stamp | None = None
    claims: tuple[Claim, ...] = ()
    nodes: tuple[tuple[str, str], ...] = ()
    have: tuple[tuple[Life, int], ...] = ()
    keys: tuple[StationKey, ...] = ()

    def has_of(self, life: Life) -> int:
        """Up to which revision it has everything of a life of a node."""
        return dict(self.have).get(life, 0)


def tell(session: Session, slug: str, *, name: str, at: Instant) -> Told:
    """How this installation, called ``name``, stands with a race it may not have."""
    me = own_node(session)
    life = (me.node_id, me.epoch)
    race = session.scalars(select(RaceRow).where(RaceRow.slug == slug)).one_or_none()
    if race is None:
        return Told(life=life, name=name, at=at, revision=0)
    cursors = session.scalars(select(SyncCursorRow).where(SyncCursorRow.race_id == race.id))
    nodes = session.scalars(select(RaceNodeRow).where(RaceNodeRow.race_id == race.id))
    return Told(
        life=life,
        name=name,
        at=at,
        revision=race.revision,
        stamp=stamp_of(session.get_one(FrameRow, race.id)),
        claims=claims_of(session, race.id),
        nodes=tuple(sorted((row.node_id, row.name) for row in nodes)),
        have=tuple(sorted(((row.node_id, row.epoch), row.have) for row in cursors)),
        keys=station_keys(session, race.id),
    )


def told_to_plain(told: Told) -> Object:
    """It, as it travels."""
    return {
        "format": FORMAT,
        "life": list(told.life),
        "name": told.name,
        "at": told.at,
        "revision": told.revision,
        "stamp": None if told.stamp is None else stamp_to_plain(told.stamp),
        "claims": [_claim_to_plain(claim) for claim in told.claims],
        "nodes": [list(node) for node in told.nodes],
        "have": [[list(life), revision] for life, revision in told.have],
        "keys": [station_key_to_plain(key) for key in told.keys],
    }


def told_from_plain(plain: Object) -> Told:
    """What `told_to_plain` wrote; BadParcel."""
    stamp = plain.get("stamp")
    nodes: list[tuple[str, str]] = []
    for node in take(plain, "nodes", list):
        match node:
            case [str(node_id), str(name)]:
                nodes.append((node_id, name))
            case _:
                raise BadParcel("a node is an id with a name")
    have: list[tuple[Life, int]] = []
    for item in take(plain, "have", list):
        match item:
            case [life, int(revision)]:
                have.append((life_from_plain(life), revision))
            case _:
                raise BadParcel("what it has is a life with a revision")
    return Told(
        life=life_from_plain(plain.get("life")),
        name=take(plain, "name", str),
        at=take(plain, "at", int),
        revision=take(plain, "revision", int),
        stamp=None if stamp is None else stamp_from_plain(take(plain, "stamp", dict)),
        claims=tuple(_claim_from_plain(claim) for claim in take(plain, "claims", list)),
        nodes=tuple(nodes),
        have=tuple(have),
        keys=tuple(station_key_from_plain(key) for key in take(plain, "keys", list)),
    )


def _claim_to_plain(claim: Claim) -> Object:
    return {
        "term": claim.term,
        "node": claim.node,
        "at": claim.at,
        "epoch": claim.epoch,
        "kind": claim.kind.value,
        "base": claim.base,
        "by": claim.by,
    }


def _claim_from_plain(plain: object) -> Claim:
    if not isinstance(plain, dict):
        raise BadParcel("a claim is no object")
    try:
        kind = ClaimKind(take(plain, "kind", str))
    except ValueError as error:
        raise BadParcel("a claim is of a kind that this release does not know") from error
    return Claim(
        term=take(plain, "term", int),
        node=take(plain, "node", str),
        at=take(plain, "at", int),
        epoch=take(plain, "epoch", str),
        kind=kind,
        base=take(plain, "base", int),
        by=take(plain, "by", str),
    )


def check_may_meet(session: Session, slug: str, told: Told, *, join: bool) -> None:
    """See that the other is another, and its race the same; SameNode, MadeApart."""
    if told.life[0] == own_node(session).node_id:
        raise SameNode
    race = session.scalars(select(RaceRow).where(RaceRow.slug == slug)).one_or_none()
    if race is None or told.stamp is None or join:
        return
    ours = {(claim.term, claim.node) for claim in claims_of(session, race.id)}
    theirs = {(claim.term, claim.node) for claim in told.claims}
    if ours.isdisjoint(theirs):
        raise MadeApart(slug)


def take_told(session: Session, slug: str, told: Told, *, at: Instant) -> None:
    """Remember what another installation told of a race that is here; UnknownRace."""
    race = lock_race(session, slug)
    me = own_node(session)
    add_claims(session, race.id, told.claims)
    take_station_keys(session, race.id, told.keys)
    for node_id, name in told.nodes:
        if node_id not in (me.node_id, told.life[0]):
            _node(session, race.id, node_id, name)
    other = _node(session, race.id, told.life[0], told.name)
    seen = min(told.at, at)
    if other.seen is None or seen >= other.seen:
        other.name = told.name or other.name
        other.seen = seen
        other.epoch, other.revision = told.life[1], told.revision
    cursor = cursor_row(session, race.id, told.life)
    confirmed = told.has_of((me.node_id, me.epoch))
    if cursor.own_epoch != me.epoch:
        cursor.own_epoch, cursor.confirmed = me.epoch, 0
    cursor.confirmed = max(cursor.confirmed, confirmed)
    session.flush()


def _node(session: Session, race_id: int, node_id: str, name: str) -> RaceNodeRow:
    row = session.get(RaceNodeRow, (race_id, node_id))
    if row is None:
        row = RaceNodeRow(race_id=race_id, node_id=node_id, name=name, epoch="", revision=0)
        row.seen = row.agreed = row.agreed_records = None
        session.add(row)
        session.flush()
    return row


def confirmed_by(session: Session, slug: str, node_id: str) -> tuple[Life | None, int]:
    """The life in which a node last told how it stands, and what it then had of this one."""
    race_cursor(session, slug)
    me = own_node(session)
    row = session.execute(
        select(RaceNodeRow.epoch, SyncCursorRow.confirmed, SyncCursorRow.own_epoch)
        .join(RaceRow, RaceRow.id == RaceNodeRow.race_id)
        .outerjoin(
            SyncCursorRow,
            (SyncCursorRow.race_id == RaceNodeRow.race_id)
            & (SyncCursorRow.node_id == RaceNodeRow.node_id)
            & (SyncCursorRow.epoch == RaceNodeRow.epoch),
        )
        .where(RaceRow.slug == slug, RaceNodeRow.node_id == node_id)
    ).one_or_none()
    if row is None or not row.epoch:
        return None, 0
    confirmed = row.confirmed if row.own_epoch == me.epoch else 0
    return (node_id, row.epoch), confirmed or 0


def agree(session: Session, slug: str, node_id: str, *, at: Instant, records: int) -> None:
    """Remember that both held the same records."""
    race = lock_race(session, slug)
    row = _node(session, race.id, node_id, "")
    row.agreed, row.agreed_records = at, records
    session.flush()
