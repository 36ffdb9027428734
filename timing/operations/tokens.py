"""Bearer tokens of stations and of a director's programs, and what each may write."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.definition import Race
from timing.core.records import Observation, Passing, Ruling, StartCorrection, Status, Void
from timing.core.statuses import RulingStatus
from timing.core.times import Instant
from timing.db.reading import UnknownRace
from timing.db.rows import texts_from_column, texts_to_column
from timing.db.tables import RaceRow, TokenRow
from timing.operations.record import tokens_of

_SECRET_BYTES = 32
_NO_HASH = hashlib.sha256(b"").hexdigest()


class TokenScope(StrEnum):
    """A STATION writes what happens at its controls; a DIRECTOR writes anything of its race."""

    STATION = "station"
    DIRECTOR = "director"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token of one race. A station's ``stage`` None stands for all, so do empty ``controls``."""

    id: int
    slug: str
    scope: TokenScope
    label: str
    stage: int | None = None
    controls: tuple[str, ...] = ()
    created: Instant
    revoked: Instant | None = None

    def covers(self, stage: int | None, control: str = "") -> bool:
        """Whether a record of this stage, and of this control where it names one, is its own.

        A control that is in and out stands for both (``HUT`` for ``HUT.in``).
        """
        if self.scope is TokenScope.DIRECTOR:
            return True
        if self.stage is not None and stage != self.stage:
            return False
        place = control.rpartition(".")[0] or control
        return not (control and self.controls) or not {control, place}.isdisjoint(self.controls)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token just made. ``plain`` is what its bearer sends; nobody can be told it again."""

    plain: str
    token: Token


class UnknownToken(LookupError):
    """No token has this number."""

    def __init__(self, token_id: int) -> None:
        super().__init__(f"there is no token {token_id}")
        self.token_id = token_id


def make_token(
    session: Session,
    slug: str,
    *,
    scope: TokenScope,
    label: str,
    at: Instant,
    stage: int | None = None,
    controls: tuple[str, ...] = (),
) -> NewToken:
    """Make a token for a race; only a hash of its secret is kept. Raises UnknownRace."""
    race_id = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    if race_id is None:
        raise UnknownRace(slug)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    row = TokenRow(
        race_id=race_id,
        scope=scope.value,
        label=label,
        stage=stage,
        controls=texts_to_column(controls),
        secret_hash=_hash(secret),
        created=at,
        revoked=None,
    )
    session.add(row)
    session.flush()
    return NewToken(plain=f"{row.id}.{secret}", token=_token(row, slug))


def find_token(session: Session, plain: str) -> Token | None:
    """The token that was made with this plain text; None if there is none or it is revoked.

    The secret is compared in constant time. It is long and random, so one round of SHA-256 keeps
    it as well as a slow hash would.
    """
    number, _, secret = plain.partition(".")
    row = None
    if number.isascii() and number.isdigit() and len(number) <= 9:
        row = session.execute(
            select(TokenRow, RaceRow.slug)
            .join(RaceRow, RaceRow.id == TokenRow.race_id)
            .where(TokenRow.id == int(number))
        ).one_or_none()
    expected = row[0].secret_hash if row else _NO_HASH
    if not hmac.compare_digest(expected, _hash(secret)) or row is None:
        return None
    return None if row[0].revoked is not None else _token(row[0], row[1])


def tokens_of_race(session: Session, slug: str) -> tuple[Token, ...]:
    """Every token of a race, the revoked ones too, in the order they were made."""
    rows = session.scalars(
        select(TokenRow)
        .join(RaceRow, RaceRow.id == TokenRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(TokenRow.id)
    )
    return tuple(_token(row, slug) for row in rows)


def revoke_token(session: Session, token_id: int, *, at: Instant) -> None:
    """Let the token count no more; it stays listed. Again changes nothing; UnknownToken."""
    row = session.get(TokenRow, token_id)
    if row is None:
        raise UnknownToken(token_id)
    if row.revoked is None:
        row.revoked = at
        session.flush()


def may_record(token: Token, passing: Passing) -> bool:
    """Whether the bearer may write this passing: a station, at its own controls."""
    return token.covers(passing.stage, passing.control)


def may_rule(session: Session, token: Token, ruling: Ruling, race: Race) -> bool:
    """Whether the bearer may write this ruling.

    A station may void what it recorded itself, report a withdrawal or what else it observes on
    its stage, and start the stage whose first control is its own; nothing else, and it
    supersedes nobody's decision.
    """
    if token.scope is TokenScope.DIRECTOR:
        return True
    if ruling.supersedes:
        return False
    match ruling:
        case Void(record=record):
            return tokens_of(session, token.slug, record) == {token.id}
        case Status(status=RulingStatus.WITHDRAWN, stage=int(number), control=control, team=""):
            return token.covers(number, control)
        case Observation(stage=int(number), control=control):
            return token.covers(number, control)
        case StartCorrection(stage=number, bibs=()):
            stage = race.stage(number)
            first = stage.controls[0].code if stage and stage.controls else ""
            return bool(first) and token.covers(number, first)
        case _:
            return False


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _token(row: TokenRow, slug: str) -> Token:
    return Token(
        id=row.id,
        slug=slug,
        scope=TokenScope(row.scope),
        label=row.label,
        stage=row.stage,
        controls=texts_from_column(row.controls),
        created=row.created,
        revoked=row.revoked,
    )
