"""Keys of stations as they travel, so that one made in the office opens the camp.

What travels is a hash of the secret, never the secret. A key that was revoked anywhere is revoked
everywhere, from the earliest moment on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.rows import texts_from_column, texts_to_column
from timing.db.tables import TokenRow
from timing.operations.keys import NAME_LENGTH
from timing.operations.sync.faults import BadParcel
from timing.operations.sync.plain import Object, take
from timing.operations.tokens import Role, TokenScope


@dataclass(frozen=True, slots=True, kw_only=True)
class StationKey:
    """A station's key as it travels; the fields are those of timing.operations.tokens.Token."""

    public: str
    secret_hash: str
    label: str
    stage: int | None
    controls: tuple[str, ...]
    role: Role
    created: Instant
    revoked: Instant | None


def station_keys(session: Session, race_id: int) -> tuple[StationKey, ...]:
    """Every station key of a race; those of an older release, which are numbers, stay here."""
    rows = session.scalars(
        select(TokenRow)
        .where(TokenRow.race_id == race_id, TokenRow.scope == TokenScope.STATION.value)
        .order_by(TokenRow.public)
    )
    return tuple(
        StationKey(
            public=row.public,
            secret_hash=row.secret_hash,
            label=row.label,
            stage=row.stage,
            controls=texts_from_column(row.controls),
            role=Role(row.role),
            created=row.created,
            revoked=row.revoked,
        )
        for row in rows
        if len(row.public) == NAME_LENGTH and not row.public.isdigit()
    )


def take_station_keys(session: Session, race_id: int, keys: Iterable[StationKey]) -> None:
    """Take keys in; of a known one only that it was revoked.

    One whose name is taken here by a key with another secret is left out: it opens nothing here.
    """
    known = {row.public: row for row in session.scalars(select(TokenRow))}
    for key in keys:
        row = known.get(key.public)
        if row is None:
            row = TokenRow(
                race_id=race_id,
                public=key.public,
                secret_hash=key.secret_hash,
                scope=TokenScope.STATION.value,
                label=key.label,
                stage=key.stage,
                controls=texts_to_column(key.controls),
                role=key.role.value,
                created=key.created,
                revoked=key.revoked,
            )
            session.add(row)
            known[key.public] = row
        elif (row.race_id, row.secret_hash) == (race_id, key.secret_hash):
            moments = [moment for moment in (row.revoked, key.revoked) if moment is not None]
            if moments and row.revoked != min(moments):
                row.revoked = min(moments)
    session.flush()


def station_key_to_plain(key: StationKey) -> Object:
    """A key as it travels."""
    return {
        "public": key.public,
        "hash": key.secret_hash,
        "label": key.label,
        "stage": key.stage,
        "controls": list(key.controls),
        "role": key.role.value,
        "created": key.created,
        "revoked": key.revoked,
    }


def station_key_from_plain(plain: object) -> StationKey:
    """The key that `station_key_to_plain` wrote; BadParcel."""
    if not isinstance(plain, dict):
        raise BadParcel("a station key is no object")
    controls = take(plain, "controls", list)
    stage, revoked = plain.get("stage"), plain.get("revoked")
    if not all(isinstance(control, str) for control in controls):
        raise BadParcel("a station key's controls are no texts")
    if not all(value is None or type(value) is int for value in (stage, revoked)):
        raise BadParcel("a station key's stage or end is no number")
    try:
        role = Role(take(plain, "role", str))
    except ValueError as error:
        raise BadParcel("a station key is of a role that this release does not know") from error
    return StationKey(
        public=take(plain, "public", str),
        secret_hash=take(plain, "hash", str),
        label=take(plain, "label", str),
        stage=stage,
        controls=tuple(controls),
        role=role,
        created=take(plain, "created", int),
        revoked=revoked,
    )
