"""Invitations: links by which somebody takes a part in a race, once, within a week."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.times import HOUR, Duration, Instant
from timing.db.people_tables import InvitationRow, MembershipRow
from timing.db.tables import RaceRow
from timing.operations.people import give_part
from timing.operations.revisions import lock_race
from timing.operations.roles import RIGHTS, Part

GOOD_FOR: Duration = 7 * 24 * HOUR
LONGEST_NOTE = 80


class BadNote(ValueError):
    """Whom an invitation is for is said in one line, not endless."""

    def __init__(self) -> None:
        super().__init__(f"say whom it is for in at most {LONGEST_NOTE} characters")


class NotInvited(LookupError):
    """There is no such invitation, or none that is open: accepted, withdrawn, or too old."""

    def __init__(self, state: State | None = None) -> None:
        super().__init__("this invitation is not open any more")
        self.state = state


class HasPart(ValueError):
    """Who accepts plays a part already that lets them do all this one would, and more."""

    def __init__(self, part: Part) -> None:
        super().__init__(f"you are {part} of this race already")
        self.part = part


class State(StrEnum):
    """How an invitation stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation as it stands; ``accepted_by`` is empty until it is accepted."""

    id: int
    slug: str
    part: Part
    note: str
    made_by: str
    made_at: Instant
    expires: Instant
    state: State
    accepted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """An invitation that was just made, with its key, which is known this once."""

    invitation: Invitation
    key: str


def invite(
    session: Session, slug: str, part: Part, *, note: str, by: str, at: Instant
) -> NewInvitation:
    """Make a link for somebody to take this part. UnknownRace, BadNote."""
    said = note.strip()
    if len(said) > LONGEST_NOTE or not (said.isprintable() or not said):
        raise BadNote
    race = lock_race(session, slug)
    key = secrets.token_urlsafe(24)
    row = InvitationRow(
        race_id=race.id,
        secret_hash=_hash(key),
        part=part,
        note=said,
        made_by=by,
        made_at=at,
        expires=at + GOOD_FOR,
        accepted_at=None,
        accepted_by="",
        withdrawn_at=None,
    )
    session.add(row)
    session.flush()
    return NewInvitation(invitation=_invitation(row, slug, at), key=key)


def invitations(session: Session, slug: str, *, at: Instant) -> tuple[Invitation, ...]:
    """Every invitation to a race, the newest first."""
    rows = session.scalars(
        select(InvitationRow)
        .join(RaceRow, RaceRow.id == InvitationRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(InvitationRow.made_at.desc(), InvitationRow.id.desc())
    )
    return tuple(_invitation(row, slug, at) for row in rows)


def invitation_of(session: Session, key: str, *, at: Instant) -> Invitation:
    """The invitation of this key, which is open. NotInvited."""
    found = session.execute(
        select(InvitationRow, RaceRow.slug)
        .join(RaceRow, RaceRow.id == InvitationRow.race_id)
        .where(InvitationRow.secret_hash == _hash(key))
    ).one_or_none()
    if found is None:
        raise NotInvited
    invitation = _invitation(found[0], found[1], at)
    if invitation.state is not State.OPEN:
        raise NotInvited(invitation.state)
    return invitation


def accept(session: Session, key: str, *, account_id: int, name: str, at: Instant) -> Invitation:
    """Let the account have the part, and use the invitation up. NotInvited, HasPart, LastOwner.

    An account plays one part in a race: it changes to this one, unless it may do all that already.
    """
    slug = invitation_of(session, key, at=at).slug
    race = lock_race(session, slug)
    # Two that open one link at once wait for each other here: looked at again under the lock.
    row = session.scalars(
        select(InvitationRow)
        .where(InvitationRow.secret_hash == _hash(key))
        .execution_options(populate_existing=True)
    ).one()
    invitation = _invitation(row, slug, at)
    if invitation.state is not State.OPEN:
        raise NotInvited(invitation.state)
    member = session.get(MembershipRow, (race.id, account_id))
    if member is not None and RIGHTS[invitation.part] <= RIGHTS[Part(member.part)]:
        raise HasPart(Part(member.part))
    give_part(session, slug, account_id, invitation.part, by=invitation.made_by, at=at)
    row.accepted_at, row.accepted_by = at, name
    session.flush()
    return _invitation(row, slug, at)


def withdraw(session: Session, slug: str, invitation_id: int, *, at: Instant) -> Invitation:
    """Let an invitation be good no more. NotInvited where it was not open."""
    race = lock_race(session, slug)
    row = session.get(InvitationRow, invitation_id, populate_existing=True)
    if row is None or row.race_id != race.id:
        raise NotInvited
    invitation = _invitation(row, slug, at)
    if invitation.state is not State.OPEN:
        raise NotInvited(invitation.state)
    row.withdrawn_at = at
    session.flush()
    return _invitation(row, slug, at)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _invitation(row: InvitationRow, slug: str, at: Instant) -> Invitation:
    state = State.OPEN
    if row.accepted_at is not None:
        state = State.ACCEPTED
    elif row.withdrawn_at is not None:
        state = State.WITHDRAWN
    elif row.expires <= at:
        state = State.EXPIRED
    return Invitation(
        id=row.id,
        slug=slug,
        part=Part(row.part),
        note=row.note,
        made_by=row.made_by,
        made_at=row.made_at,
        expires=row.expires,
        state=state,
        accepted_by=row.accepted_by,
    )
