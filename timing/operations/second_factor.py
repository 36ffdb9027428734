"""A second factor: codes that an app makes every half minute (RFC 6238), and ten for its loss.

A code is good from one step before its own to one after, for clocks that are off, and once: what
was taken, and whatever is older, is taken no more.

The app's secret is sealed with a key of the installation (timing.operations.sealing), which the
functions that need it are given as ``key``.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from dataclasses import dataclass

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from timing.core.times import HOUR, SECOND, Duration, Instant
from timing.db.people_tables import RecoveryCodeRow, SecondFactorRow
from timing.db.tables import SignInRow
from timing.operations.directors import TooManyAttempts, network_of
from timing.operations.sealing import CannotUnseal, is_sealed, seal, unseal

STEP: Duration = 30 * SECOND
STEPS_OFF = 1
"""By how many steps a clock may be off."""
RECOVERY_CODES = 10
FAILED_CODES = 10
FAILED_CODES_COUNTED: Duration = HOUR
"""After so many wrong codes of an account within this time none is looked at: it is known by
then that somebody has its password, and a million codes are guessed soon enough."""

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4


class WrongCode(ValueError):
    """This is no code of the account, or it was used already."""

    def __init__(self) -> None:
        super().__init__("that code is not right, or was used already; wait for the next one")


class FactorUnreadable(WrongCode):
    """No code can be looked at: the secret was sealed with another secret key."""

    def __init__(self) -> None:
        ValueError.__init__(
            self,
            "no code of an app can be looked at, since this installation has another secret key"
            " than when yours was added: use a recovery code, or ask whoever keeps it to reset it",
        )


class HasSecondFactor(ValueError):
    """The account has a second factor; it is turned off before there can be another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """The app of an account; ``confirmed`` is None until a code of it was typed once.

    ``secret`` is empty once it was, or where it can't be read: nobody needs to see it any more.
    """

    secret: str
    confirmed: Instant | None
    codes_left: int


def second_factor(session: Session, account_id: int, *, key: str) -> SecondFactor | None:
    """What an account signs in by beside its password, None where it is nothing."""
    row = session.get(SecondFactorRow, account_id)
    if row is None:
        return None
    left = session.scalar(
        select(func.count()).where(
            RecoveryCodeRow.account_id == account_id, RecoveryCodeRow.used.is_(None)
        )
    )
    secret = ""
    if row.confirmed is None:
        with contextlib.suppress(CannotUnseal):
            secret = unseal(row.secret, key)
    return SecondFactor(secret=secret, confirmed=row.confirmed, codes_left=left or 0)


def is_asked_for_code(session: Session, account_id: int) -> bool:
    """Whether the password alone does not sign an account in."""
    row = session.get(SecondFactorRow, account_id)
    return row is not None and row.confirmed is not None


def begin_second_factor(session: Session, account_id: int, *, key: str, at: Instant) -> str:
    """The secret to put into an app; asked for again before it is confirmed, the same one.

    Raises HasSecondFactor.
    """
    row = _locked(session, account_id)
    if row is not None and row.confirmed is not None:
        raise HasSecondFactor
    if row is not None:
        with contextlib.suppress(CannotUnseal):
            return unseal(row.secret, key)
        session.delete(row)
        session.flush()
    secret = pyotp.random_base32()
    session.add(
        SecondFactorRow(
            account_id=account_id,
            secret=seal(secret, key),
            made=at,
            confirmed=None,
            last_step=0,
        )
    )
    session.flush()
    return secret


def confirm_second_factor(
    session: Session, account_id: int, code: str, *, key: str, at: Instant
) -> tuple[str, ...]:
    """Ask for codes from now on, as the app makes the right ones; the ten codes for its loss.

    They are kept as hashes: this is the only time that they are known. WrongCode,
    HasSecondFactor.
    """
    row = _locked(session, account_id)
    if row is None:
        raise WrongCode
    if row.confirmed is not None:
        raise HasSecondFactor
    _take_step(row, code, key, at)
    row.confirmed = at
    return _new_codes(session, account_id)


def take_code(session: Session, account_id: int, code: str, *, key: str, at: Instant) -> None:
    """Take a code of the app, or one for its loss, which is then used. WrongCode.

    FactorUnreadable where only one for the loss would do.
    """
    row = _locked(session, account_id)
    if row is None or row.confirmed is None:
        raise WrongCode
    typed = _typed(code)
    if len(typed) == _GROUPS * _GROUP:
        kept = session.get(RecoveryCodeRow, (account_id, _hash(account_id, typed)))
        if kept is None or kept.used is not None:
            raise WrongCode
        kept.used = at
    else:
        _take_step(row, typed, key, at)
    session.flush()


def renew_recovery_codes(session: Session, account_id: int) -> tuple[str, ...]:
    """Ten codes in place of those that there are. WrongCode where there is no second factor."""
    if not is_asked_for_code(session, account_id):
        raise WrongCode
    return _new_codes(session, account_id)


def drop_second_factor(session: Session, account_id: int) -> None:
    """Let the password alone sign an account in; nothing where it does already."""
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account_id))
    session.execute(delete(SecondFactorRow).where(SecondFactorRow.account_id == account_id))


def seal_second_factors(session: Session, *, key: str) -> int:
    """Seal the secrets that were kept as they are; how many those were."""
    plain = [row for row in session.scalars(select(SecondFactorRow)) if not is_sealed(row.secret)]
    for row in plain:
        row.secret = seal(row.secret, key)
    session.flush()
    return len(plain)


def open_second_factors(session: Session, *, key: str) -> int:
    """Keep all secrets as they are, for an older release or another key; how many were sealed.

    CannotUnseal where one was sealed with another key: nothing is to be committed then.
    """
    sealed = [row for row in session.scalars(select(SecondFactorRow)) if is_sealed(row.secret)]
    for row in sealed:
        row.secret = unseal(row.secret, key)
    session.flush()
    return len(sealed)


def key_uri(secret: str, name: str, installation: str) -> str:
    """What an app scans: the secret, and under which names it keeps it."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=installation)


def count_code(session: Session, account_id: int, *, address: str, at: Instant) -> int:
    """Count a code as wrong before it is looked at; its number, for `code_was_right`.

    Commit, then look. Raises TooManyAttempts, having counted nothing.
    """
    name = f" code of {account_id}"
    failed = (SignInRow.name == name, SignInRow.succeeded.is_(False))
    count, oldest = session.execute(
        select(func.count(), func.min(SignInRow.at)).where(
            *failed, SignInRow.at > at - FAILED_CODES_COUNTED
        )
    ).one()
    if count >= FAILED_CODES:
        raise TooManyAttempts(max(oldest + FAILED_CODES_COUNTED - at, 1))
    row = SignInRow(name=name, address=network_of(address), at=at, succeeded=False)
    session.add(row)
    session.flush()
    return row.id


def code_was_right(session: Session, counted: int) -> None:
    """Count no longer as wrong what `count_code` did."""
    row = session.get(SignInRow, counted)
    if row is not None:
        row.succeeded = True


def _locked(session: Session, account_id: int) -> SecondFactorRow | None:
    # Two that come with one code at once: the second waits here, and then finds it used.
    return session.get(SecondFactorRow, account_id, with_for_update=True, populate_existing=True)


def _take_step(row: SecondFactorRow, code: str, key: str, at: Instant) -> None:
    typed, now = _typed(code), at // STEP
    if not typed.isascii():
        raise WrongCode
    try:
        secret = unseal(row.secret, key)
    except CannotUnseal:
        raise FactorUnreadable from None
    made = pyotp.TOTP(secret)
    for step in range(now - STEPS_OFF, now + STEPS_OFF + 1):
        if hmac.compare_digest(made.generate_otp(step), typed) and step > row.last_step:
            row.last_step = step
            if not is_sealed(row.secret):
                row.secret = seal(secret, key)  # kept since before secrets were sealed
            return
    raise WrongCode


def _typed(code: str) -> str:
    return "".join(c for c in code.casefold() if c.isalnum())


def _new_codes(session: Session, account_id: int) -> tuple[str, ...]:
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account_id))
    plain = [
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUPS * _GROUP))
        for _ in range(RECOVERY_CODES)
    ]
    session.add_all(
        RecoveryCodeRow(account_id=account_id, code_hash=_hash(account_id, code), used=None)
        for code in plain
    )
    session.flush()
    return tuple(
        "-".join(code[nth : nth + _GROUP] for nth in range(0, len(code), _GROUP)) for code in plain
    )


def _hash(account_id: int, code: str) -> str:
    # Eighty bits by chance: nothing slow is needed to keep them from being found by trying.
    return hashlib.sha256(f"{account_id} {code}".encode()).hexdigest()
