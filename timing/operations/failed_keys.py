"""Keys that were not known, counted among the attempts to sign in but apart from people's."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.tables import SignInRow
from timing.operations.directors import COUNTED, KEYS, TooManyAttempts, network_of

FAILED_KEYS_FROM_AN_ADDRESS = 60
"""After so many within COUNTED a further one from there is refused unseen."""


def refuse_too_many_failed_keys(session: Session, *, address: str, at: Instant) -> None:
    """Raises TooManyAttempts where an address showed too many keys that are none."""
    count, oldest = session.execute(
        select(func.count(), func.min(SignInRow.at)).where(
            SignInRow.name == KEYS,
            SignInRow.address == network_of(address),
            SignInRow.at > at - COUNTED,
        )
    ).one()
    if count >= FAILED_KEYS_FROM_AN_ADDRESS:
        raise TooManyAttempts(max(oldest + COUNTED - at, 1))


def count_failed_key(session: Session, *, address: str, at: Instant) -> None:
    """Count a key that is none."""
    session.add(SignInRow(name=KEYS, address=network_of(address), at=at, succeeded=False))
    session.flush()
