"""Directors: accounts for the desk, passwords, and a limit on guessing them.

An attempt to sign in takes three steps, so that no transaction is open while the password is
checked, which is slow on purpose: `open_sign_in` in one, `password_is_right` in none,
`complete_sign_in` in another. Until it is complete it counts as failed.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timing.core.times import HOUR, MINUTE, Duration, Instant
from timing.db.people_tables import AccountSessionRow, AccountSignInRow
from timing.db.tables import DirectorRow, RaceRow, SignInRow
from timing.operations.common_passwords import COMMONEST
from timing.operations.people import found_membership

COUNTED: Duration = 15 * MINUTE
FAILURES_FROM_AN_ADDRESS = 20
FAILURES_FOR_A_NAME_FROM_AN_ADDRESS = 5
FAILURES_FOR_A_NAME = 100
"""After so many failures within COUNTED a further attempt is refused unseen.

The last is high: whoever guesses from many places must not shut the director out of a race.
"""
KEYS = " keys"
"""Under this name, which no director can have, keys that are none are counted (failed_keys.py)."""
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1_000
LONGEST_NAME = 60
SIGN_INS_KEPT: Duration = 90 * 24 * HOUR
"""How long an account can see who tried to sign in as it."""
_ATTEMPTS_KEPT: Duration = 24 * HOUR
_LONGEST_AGENT = 300

_hasher = PasswordHasher()


class DirectorExists(ValueError):
    """There is an account of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is already a director {name!r}")
        self.name = name


class UnknownDirector(LookupError):
    """There is no account of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no director {name!r}")
        self.name = name


class BadPassword(ValueError):
    """A password too short to be one, too long to be meant, or among the first to be tried."""


class BadName(ValueError):
    """A director's name is what they type to sign in: not blank, in one line, not endless."""

    def __init__(self) -> None:
        super().__init__(
            f"a director needs a name to sign in with, of at most {LONGEST_NAME} characters"
        )


class TooManyAttempts(Exception):
    """Too many failures lately; ``wait`` milliseconds from now another attempt is heard."""

    def __init__(self, wait: Duration) -> None:
        super().__init__("too many attempts to sign in")
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Director:
    """Someone who may sign in.

    ``stamp`` changes with the password: a session keeps it, and ends where it no longer matches.
    ``may_found`` is whether they may set up races.
    """

    id: int
    name: str
    stamp: str
    may_found: bool = False


class Outcome(StrEnum):
    """What came of an attempt to sign in."""

    WRONG_PASSWORD = "wrong-password"  # noqa: S105 - no password
    CODE_WANTED = "code-wanted"
    WRONG_CODE = "wrong-code"
    SIGNED_IN = "signed-in"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """An attempt that is counted but not complete; ``password_hash`` is empty for nobody's.

    ``audit`` is the number under which the account, ``account_id``, sees it.
    """

    id: int
    name: str
    password_hash: str
    account_id: int | None = None
    audit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSignIn:
    """An attempt to sign in as an account, from a network, by a browser that named itself so."""

    name: str
    at: Instant
    network: str
    agent: str
    outcome: Outcome


def add_account(
    session: Session, name: str, password: str, *, at: Instant, may_found: bool = False
) -> Director:
    """Make an account, which has no part in any race. DirectorExists, BadName, BadPassword."""
    folded = _folded(name)
    if not folded or len(folded) > LONGEST_NAME or not folded.isprintable():
        raise BadName
    row = DirectorRow(
        name=folded, password_hash=_hash(password, folded), created=at, may_found=may_found
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise DirectorExists(name) from error
    return _director(row)


def add_director(session: Session, name: str, password: str, *, at: Instant) -> Director:
    """Make an account that may found races, and owns every race there is. Errors as above."""
    made = add_account(session, name, password, at=at, may_found=True)
    for race_id in session.scalars(select(RaceRow.id)).all():
        found_membership(session, race_id, made.id)
    return made


def change_password(session: Session, name: str, password: str) -> Director:
    """Give an account another password, which ends its sessions.

    Raises UnknownDirector and BadPassword.
    """
    row = _row_called(session, name)
    row.password_hash = _hash(password, row.name)
    session.execute(delete(AccountSessionRow).where(AccountSessionRow.account_id == row.id))
    session.flush()
    return _director(row)


def let_found(session: Session, name: str, *, may_found: bool) -> None:
    """Let an account found races, or no longer. UnknownDirector."""
    _row_called(session, name).may_found = may_found
    session.flush()


def director_called(session: Session, name: str) -> Director:
    """The account of this name; UnknownDirector."""
    return _director(_row_called(session, name))


def _row_called(session: Session, name: str) -> DirectorRow:
    row = session.scalars(select(DirectorRow).where(DirectorRow.name == _folded(name))).first()
    if row is None:
        raise UnknownDirector(name)
    return row


def directors(session: Session) -> tuple[Director, ...]:
    """Every account, by name."""
    return tuple(
        _director(row) for row in session.scalars(select(DirectorRow).order_by(DirectorRow.name))
    )


def director(session: Session, director_id: int) -> Director | None:
    """The account of this number, None if there is none."""
    row = session.get(DirectorRow, director_id)
    return _director(row) if row else None


def open_sign_in(
    session: Session, name: str, *, address: str, at: Instant, agent: str = ""
) -> SignIn:
    """Count an attempt, from a network address, before its password is looked at.

    Commit, then check the password. Raises TooManyAttempts, having counted nothing.
    """
    folded, network = _folded(name), network_of(address)
    session.execute(delete(SignInRow).where(SignInRow.at < at - _ATTEMPTS_KEPT))
    session.execute(delete(AccountSignInRow).where(AccountSignInRow.at < at - SIGN_INS_KEPT))
    _refuse_too_many(session, folded, network, at)
    attempt = SignInRow(name=folded, address=network, at=at, succeeded=False)
    session.add(attempt)
    known = session.scalars(select(DirectorRow).where(DirectorRow.name == folded)).first()
    if known is None:
        session.flush()
        return SignIn(id=attempt.id, name=folded, password_hash="")
    audit = note_sign_in(
        session, known.id, address=address, at=at, agent=agent, outcome=Outcome.WRONG_PASSWORD
    )
    return SignIn(
        id=attempt.id,
        name=folded,
        password_hash=known.password_hash,
        account_id=known.id,
        audit=audit,
    )


def note_sign_in(
    session: Session,
    account_id: int,
    *,
    address: str,
    at: Instant,
    agent: str,
    outcome: Outcome,
) -> int:
    """Write down, for the account to see, what came of an attempt; the number of the note."""
    row = AccountSignInRow(
        account_id=account_id,
        at=at,
        network=network_of(address),
        agent=agent_kept(agent),
        outcome=outcome,
    )
    session.add(row)
    session.flush()
    return row.id


def agent_kept(agent: str) -> str:
    """What is kept of how a browser names itself."""
    return "".join(c for c in agent[:_LONGEST_AGENT] if c.isprintable())


def past_sign_ins(
    session: Session, account_ids: Iterable[int], *, limit: int
) -> tuple[PastSignIn, ...]:
    """The last attempts to sign in as any of these accounts, the newest first."""
    found = session.execute(
        select(AccountSignInRow, DirectorRow.name)
        .join(DirectorRow, DirectorRow.id == AccountSignInRow.account_id)
        .where(AccountSignInRow.account_id.in_(list(account_ids)))
        .order_by(AccountSignInRow.at.desc(), AccountSignInRow.id.desc())
        .limit(limit)
    )
    return tuple(
        PastSignIn(
            name=name,
            at=row.at,
            network=row.network,
            agent=row.agent,
            outcome=Outcome(row.outcome),
        )
        for row, name in found
    )


def password_is_right(sign_in: SignIn, password: str) -> bool:
    """Whether it is the password; takes some 50 ms of processor time, and no database."""
    given = password[: LONGEST_PASSWORD + 1].encode("utf-8", "surrogatepass")
    try:
        # Where there is no such director it takes as long, so that time tells nothing.
        _hasher.verify(sign_in.password_hash or _hash_of_nobody(), given)
    except (VerificationError, InvalidHashError):
        return False
    return bool(sign_in.password_hash)


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("the password of nobody")


def renewed_hash(sign_in: SignIn, password: str) -> str:
    """The right password's hash as hashes are made now; empty where it was made so already.

    Takes as long as checking it did, and no database.
    """
    if not _hasher.check_needs_rehash(sign_in.password_hash):
        return ""
    return _hasher.hash(password.encode("utf-8", "surrogatepass"))


def complete_sign_in(
    session: Session,
    sign_in: SignIn,
    *,
    outcome: Outcome = Outcome.SIGNED_IN,
    renewed: str = "",
) -> Director | None:
    """The director who signed in with the right password, the attempt counted as a success.

    ``renewed`` is what `renewed_hash` gave. None if the password was changed, or the account
    went, while it was checked.
    """
    row = session.scalars(select(DirectorRow).where(DirectorRow.name == sign_in.name)).first()
    attempt = session.get(SignInRow, sign_in.id)
    if row is None or attempt is None or row.password_hash != sign_in.password_hash:
        return None
    attempt.succeeded = True
    audit = None if sign_in.audit is None else session.get(AccountSignInRow, sign_in.audit)
    if audit is not None:
        audit.outcome = outcome
    if renewed:
        row.password_hash = renewed
    session.flush()
    return _director(row)


def _refuse_too_many(session: Session, name: str, network: str, at: Instant) -> None:
    failed = (SignInRow.succeeded.is_(False), SignInRow.at > at - COUNTED)
    for limit, conditions in (
        (
            FAILURES_FOR_A_NAME_FROM_AN_ADDRESS,
            (SignInRow.name == name, SignInRow.address == network),
        ),
        (
            FAILURES_FROM_AN_ADDRESS,
            (SignInRow.address == network, SignInRow.name != KEYS),
        ),
        (FAILURES_FOR_A_NAME, (SignInRow.name == name,)),
    ):
        count, oldest = session.execute(
            select(func.count(), func.min(SignInRow.at)).where(*failed, *conditions)
        ).one()
        if count >= limit:
            raise TooManyAttempts(max(oldest + COUNTED - at, 1))


def _folded(name: str) -> str:
    return name.replace("\0", "").strip().casefold()


def network_of(address: str) -> str:
    """What attempts are counted by: the address, or one household's network where it is IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _hash(password: str, name: str) -> str:
    folded = password.strip().casefold()
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadPassword(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    if folded in COMMONEST or len(set(folded)) == 1:
        raise BadPassword("this password is one of the first that are tried; take another")
    if folded == name:
        raise BadPassword("a password is not one’s own name")
    return _hasher.hash(password.encode("utf-8", "surrogatepass"))


def _director(row: DirectorRow) -> Director:
    stamp = hashlib.sha256(row.password_hash.encode()).hexdigest()[:16]
    return Director(id=row.id, name=row.name, stamp=stamp, may_found=row.may_found)
