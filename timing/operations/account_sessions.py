"""Where an account is signed in: the browsers, each by a random key of which a hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from timing.core.times import HOUR, MINUTE, Duration, Instant
from timing.db.people_tables import AccountSessionRow
from timing.db.tables import DirectorRow
from timing.operations.directors import Director, agent_kept, director, network_of

STAYS: Duration = 16 * HOUR
"""A day at the race; then the password is asked for again."""
SEEN_EVERY: Duration = 5 * MINUTE
"""How exactly it is known when a session was last used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSession:
    """A browser that is signed in as ``who``."""

    id: int
    who: Director
    began: Instant
    seen: Instant
    network: str
    agent: str


def begin_session(
    session: Session, account_id: int, *, address: str, agent: str, at: Instant
) -> str:
    """Sign a browser in; the key that its cookie holds, which is nowhere else."""
    session.execute(delete(AccountSessionRow).where(AccountSessionRow.began <= at - STAYS))
    key = secrets.token_urlsafe(32)
    session.add(
        AccountSessionRow(
            account_id=account_id,
            key_hash=_hash(key),
            began=at,
            seen=at,
            network=network_of(address),
            agent=agent_kept(agent),
        )
    )
    session.flush()
    return key


def session_of(session: Session, key: str, *, at: Instant) -> AccountSession | None:
    """The session of this key; None where it ended, or lasts for longer than they stay."""
    found = session.execute(
        select(AccountSessionRow, DirectorRow)
        .join(DirectorRow, DirectorRow.id == AccountSessionRow.account_id)
        .where(AccountSessionRow.key_hash == _hash(key), AccountSessionRow.began > at - STAYS)
    ).one_or_none()
    if found is None:
        return None
    who = director(session, found[1].id)
    return None if who is None else _session(found[0], who)


def saw_session(session: Session, session_id: int, *, address: str, at: Instant) -> None:
    """Note that a session was used, and where; nothing where it has ended."""
    row = session.get(AccountSessionRow, session_id)
    if row is not None:
        row.seen, row.network = at, network_of(address)


def sessions_of(session: Session, who: Director, *, at: Instant) -> tuple[AccountSession, ...]:
    """Where an account is signed in, the one used last first."""
    rows = session.scalars(
        select(AccountSessionRow)
        .where(AccountSessionRow.account_id == who.id, AccountSessionRow.began > at - STAYS)
        .order_by(AccountSessionRow.seen.desc(), AccountSessionRow.id.desc())
    )
    return tuple(_session(row, who) for row in rows)


def end_session(session: Session, account_id: int, session_id: int) -> bool:
    """End one session of an account; whether there was such a one."""
    row = session.get(AccountSessionRow, session_id)
    if row is None or row.account_id != account_id:
        return False
    session.delete(row)
    session.flush()
    return True


def end_other_sessions(session: Session, account_id: int, *, but: int | None = None) -> int:
    """End all sessions of an account but one; how many ended."""
    rows = session.scalars(
        select(AccountSessionRow).where(
            AccountSessionRow.account_id == account_id, AccountSessionRow.id != (but or 0)
        )
    ).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _session(row: AccountSessionRow, who: Director) -> AccountSession:
    return AccountSession(
        id=row.id,
        who=who,
        began=row.began,
        seen=row.seen,
        network=row.network,
        agent=row.agent,
    )
