"""Keys by which other installations exchange a race with this one.

Such a key stands for the whole installation that has it: it brings records of any kind, station
keys, the definition and claims to be the home. It opens nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.reading import UnknownRace, race_cursor
from timing.db.tables import NodeKeyRow, RaceRow

PREFIX = "node-"
_SECRET_BYTES = 32
_NO_HASH = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeKey:
    """A key of one race, and whom it was made for."""

    id: int
    slug: str
    label: str
    created: Instant
    revoked: Instant | None


class UnknownNodeKey(LookupError):
    """No key has this number."""

    def __init__(self, key_id: int) -> None:
        super().__init__(f"there is no node key {key_id}")
        self.key_id = key_id


def make_node_key(session: Session, slug: str, *, label: str, at: Instant) -> str:
    """Make a key and return what its bearer sends; only its hash is kept. UnknownRace."""
    race_id = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    if race_id is None:
        raise UnknownRace(slug)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    row = NodeKeyRow(race_id=race_id, label=label, secret_hash=_hash(secret), created=at)
    row.revoked = None
    session.add(row)
    session.flush()
    return f"{PREFIX}{row.id}.{secret}"


def find_node_key(session: Session, plain: str) -> NodeKey | None:
    """The key of this plain text; None if there is none or it was revoked.

    The secret is compared in constant time; it is long and random, as those of tokens are.
    """
    number, _, secret = plain.removeprefix(PREFIX).partition(".")
    found = None
    if plain.startswith(PREFIX) and number.isascii() and number.isdigit() and len(number) <= 9:
        found = session.execute(
            select(NodeKeyRow, RaceRow.slug)
            .join(RaceRow, RaceRow.id == NodeKeyRow.race_id)
            .where(NodeKeyRow.id == int(number))
        ).one_or_none()
    expected = found[0].secret_hash if found else _NO_HASH
    if not hmac.compare_digest(expected, _hash(secret)) or found is None:
        return None
    return None if found[0].revoked is not None else _key(found[0], found[1])


def node_keys(session: Session, slug: str) -> tuple[NodeKey, ...]:
    """Every key of a race, the revoked ones too; UnknownRace."""
    race_cursor(session, slug)
    rows = session.scalars(
        select(NodeKeyRow)
        .join(RaceRow, RaceRow.id == NodeKeyRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(NodeKeyRow.id)
    )
    return tuple(_key(row, slug) for row in rows)


def revoke_node_key(session: Session, key_id: int, *, at: Instant) -> None:
    """Let a key count no more; again changes nothing. UnknownNodeKey."""
    row = session.get(NodeKeyRow, key_id)
    if row is None:
        raise UnknownNodeKey(key_id)
    if row.revoked is None:
        row.revoked = at
        session.flush()


def _key(row: NodeKeyRow, slug: str) -> NodeKey:
    return NodeKey(id=row.id, slug=slug, label=row.label, created=row.created, revoked=row.revoked)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
