"""Bearer tokens of stations and of a director's programs, and what each may write."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.definition import Race
from timing.core.records import (
    Assign,
    Observation,
    Passing,
    Record,
    Ruling,
    StartCorrection,
    Status,
    Void,
)
from timing.core.statuses import RulingStatus
from timing.core.times import Instant
from timing.db.reading import UnknownRace
from timing.db.rows import texts_from_column, texts_to_column
from timing.db.tables import RaceRow, TokenRow
from timing.operations.keys import (
    NAME_LENGTH,
    as_named,
    new_name,
    new_station_key,
    read_station_key,
    written,
)
from timing.operations.origins import origin_of
from timing.operations.record import Held, held_here

_SECRET_BYTES = 32
_NO_HASH = hashlib.sha256(b"").hexdigest()
_NAME = re.compile(r"[0-9A-Z]{1,9}", re.ASCII)
_TRIES = 20


class TokenScope(StrEnum):
    """A STATION writes what happens at its controls; a DIRECTOR writes anything of its race."""

    STATION = "station"
    DIRECTOR = "director"


class Role(StrEnum):
    """Whether a station is the one that counts at its control, or stands by."""

    MAIN = "main"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token of one race. A station's ``stage`` None stands for all, so do empty ``controls``.

    ``public`` names it on every installation of the race, ``id`` on this one only.
    """

    id: int
    public: str
    slug: str
    scope: TokenScope
    label: str
    stage: int | None = None
    controls: tuple[str, ...] = ()
    role: Role = Role.MAIN
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
    """No token has this number or name."""

    def __init__(self, which: int | str) -> None:
        super().__init__(f"there is no token {which}")
        self.which = which


def make_token(
    session: Session,
    slug: str,
    *,
    scope: TokenScope,
    label: str,
    at: Instant,
    stage: int | None = None,
    controls: tuple[str, ...] = (),
    role: Role = Role.MAIN,
) -> NewToken:
    """Make a token for a race; only a hash of its secret is kept. Raises UnknownRace.

    A station's is a key of sixteen characters; a director's has a long secret.
    """
    race_id = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    if race_id is None:
        raise UnknownRace(slug)
    public = _unused_name(session)
    if scope is TokenScope.STATION:
        secret = new_station_key(public)
        plain = written(secret)
    else:
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        plain = f"{public}.{secret}"
    row = TokenRow(
        race_id=race_id,
        public=public,
        role=role.value,
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
    return NewToken(plain=plain, token=_token(row, slug))


def _unused_name(session: Session) -> str:
    for _ in range(_TRIES):
        name = new_name()
        if session.scalar(select(TokenRow.id).where(TokenRow.public == name)) is None:
            return name
    raise RuntimeError("no name is left for a key")


def find_token(session: Session, plain: str) -> Token | None:
    """The token that was made with this plain text; None if there is none or it is revoked."""
    found = find_key(session, plain)
    return None if found is None or found.revoked is not None else found


def find_key(session: Session, plain: str) -> Token | None:
    """The token that was made with this plain text, a revoked one too; None if there is none.

    The secret is compared in constant time. A station's has 60 random bits, a director's 256, so
    one round of SHA-256 keeps them as well as a slow hash would: guessing goes through the limit
    on failed keys.
    """
    secret = read_station_key(plain)
    public = secret[:NAME_LENGTH]
    if not secret:
        public, _, secret = plain.partition(".")
    row = None
    if _NAME.fullmatch(public):
        row = session.execute(
            select(TokenRow, RaceRow.slug)
            .join(RaceRow, RaceRow.id == TokenRow.race_id)
            .where(TokenRow.public == public)
        ).one_or_none()
    expected = row[0].secret_hash if row else _NO_HASH
    if not hmac.compare_digest(expected, _hash(secret)) or row is None:
        return None
    return _token(row[0], row[1])


def tokens_of_race(session: Session, slug: str) -> tuple[Token, ...]:
    """Every token of a race, the revoked ones too, in the order they were made."""
    rows = session.scalars(
        select(TokenRow)
        .join(RaceRow, RaceRow.id == TokenRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(TokenRow.id)
    )
    return tuple(_token(row, slug) for row in rows)


def token_called(session: Session, which: str) -> int:
    """The id of the token of that name, else that of that id here; UnknownToken."""
    name = as_named(which)
    found = session.scalar(select(TokenRow.id).where(TokenRow.public == name))
    if found is None and which.isascii() and which.isdecimal():
        found = session.scalar(select(TokenRow.id).where(TokenRow.id == int(which)))
    if found is None:
        raise UnknownToken(which)
    return found


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


def may_rule(
    session: Session,
    token: Token,
    ruling: Ruling,
    race: Race,
    *,
    with_it: Collection[str] = (),
) -> bool:
    """Whether the bearer may write this ruling.

    A station may void and re-assign what it recorded itself, supersede its own rulings, report a
    withdrawal or what else it observes on its stage, and start the stage whose first control is
    its own; nothing else. ``with_it`` are ids of records that it writes in the same request: new
    ones are its own.
    """
    if token.scope is TokenScope.DIRECTOR:
        return True
    here = held_here(session, token.slug, corrected_by(ruling))
    return may_rule_given(here, token, ruling, race, with_it=with_it)


def corrected_by(ruling: Ruling) -> tuple[str, ...]:
    """The ids of the records that a ruling takes back, re-assigns or supersedes."""
    match ruling:
        case Void(record=record) | Assign(record=record):
            return (record, *ruling.supersedes)
        case _:
            return ruling.supersedes


def may_rule_given(
    here: Mapping[str, tuple[Held, ...]],
    token: Token,
    ruling: Ruling,
    race: Race,
    *,
    with_it: Collection[str] = (),
) -> bool:
    """As `may_rule`, of records that were looked up: those `corrected_by` the ruling."""
    if token.scope is TokenScope.DIRECTOR:
        return True
    if not all(_is_own(token, ruling, id_, here, with_it) for id_ in corrected_by(ruling)):
        return False
    match ruling:
        case Void() | Assign():
            return True
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


def _is_own(
    token: Token,
    ruling: Ruling,
    record_id: str,
    here: Mapping[str, tuple[Held, ...]],
    with_it: Collection[str],
) -> bool:
    """Whether the bearer of the token wrote all that is here under an id.

    What came by way of another installation or a file came with no token. It is the bearer's own
    if the very device that rules wrote it, which ids tell, and at a control of the station.
    """
    found = here.get(record_id, ())
    if not found:
        return record_id in with_it
    origin = origin_of(ruling.id)
    is_of_device = bool(origin) and origin_of(record_id) == origin
    return all(
        one.token_id == token.id
        or (
            one.token_id is None
            and is_of_device
            and (not one.is_passing or token.covers(one.stage, one.control))
        )
        for one in found
    )


def recorded_at(record: Record) -> Instant | None:
    """When it was written down, by true time as well as its device knew that; None: unknown."""
    if isinstance(record, Ruling):
        return record.at
    if record.device_time is not None:
        return record.device_time + (record.offset_ms or 0)
    return record.time if isinstance(record.time, int) else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _token(row: TokenRow, slug: str) -> Token:
    return Token(
        id=row.id,
        public=row.public,
        slug=slug,
        scope=TokenScope(row.scope),
        label=row.label,
        stage=row.stage,
        controls=texts_from_column(row.controls),
        role=Role(row.role),
        created=row.created,
        revoked=row.revoked,
    )
