"""The tables of people: parts in races, invitations, sessions, second factors, sign-ins.

They belong to this installation and do not travel with a race.
"""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timing.db.tables import Table

_PARTS = "part IN ('owner', 'director', 'timekeeper', 'jury', 'station', 'reader')"


class MembershipRow(Table):
    """The part that an account plays in a race; without a row the race is not there for it."""

    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint(_PARTS, name="part"),)

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("directors.id"), primary_key=True, index=True
    )
    part: Mapped[str]
    since: Mapped[int]
    given_by: Mapped[str]


class PeoplePolicyRow(Table):
    """What a race asks of everybody who has a part in it; without a row nothing."""

    __tablename__ = "people_policies"

    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), primary_key=True)
    needs_second_factor: Mapped[bool] = mapped_column(Boolean)


class InvitationRow(Table):
    """A link by which somebody takes a part in a race, once; only a hash of it is kept.

    ``note`` says whom it was made for. Open until it is accepted, withdrawn, or ``expires``.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("secret_hash"),
        CheckConstraint(_PARTS, name="part"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    race_id: Mapped[int] = mapped_column(Integer, ForeignKey("races.id"), index=True)
    secret_hash: Mapped[str]
    part: Mapped[str]
    note: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[int]
    expires: Mapped[int]
    accepted_at: Mapped[int | None]
    accepted_by: Mapped[str]
    withdrawn_at: Mapped[int | None]


class AccountSessionRow(Table):
    """A browser in which an account is signed in; its cookie's id is kept as a hash only."""

    __tablename__ = "account_sessions"
    __table_args__ = (UniqueConstraint("key_hash"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("directors.id"), index=True)
    key_hash: Mapped[str]
    began: Mapped[int]
    seen: Mapped[int]
    network: Mapped[str]
    agent: Mapped[str]


class SecondFactorRow(Table):
    """An account's authenticator: its secret, and the last step of time whose code was taken.

    It is asked for once it was ``confirmed`` by a code.
    """

    __tablename__ = "second_factors"

    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("directors.id"), primary_key=True)
    secret: Mapped[str]
    made: Mapped[int]
    confirmed: Mapped[int | None]
    last_step: Mapped[int]


class RecoveryCodeRow(Table):
    """A code for whoever lost the authenticator; good until ``used``."""

    __tablename__ = "recovery_codes"

    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("directors.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    used: Mapped[int | None]


class AccountSignInRow(Table):
    """That somebody tried to sign in as an account: when, from where, and what came of it."""

    __tablename__ = "account_sign_ins"
    __table_args__ = (Index(None, "account_id", "at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(Integer, ForeignKey("directors.id"))
    at: Mapped[int]
    network: Mapped[str]
    agent: Mapped[str]
    outcome: Mapped[str]
