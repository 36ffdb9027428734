"""The API of people: who plays which part in a race, invitations, and where they are signed in.

A key opens its race for a program, and a program may lie about anywhere: so none touches owners.
Whoever took a key could else shut out those who could take it back. Owners are made, changed,
taken away and signed out at the desk only, by an owner who signed in.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from flask import g, request
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from timing.core.times import format_instant
from timing.operations import people
from timing.operations.account_sessions import (
    AccountSession,
    end_other_sessions,
    end_session,
    sessions_of,
)
from timing.operations.directors import director
from timing.operations.invitations import (
    LONGEST_NOTE,
    BadNote,
    Invitation,
    NotInvited,
    State,
    invitations,
    invite,
    withdraw,
)
from timing.operations.people import Member, NoSuchMember, give_part, take_part_away
from timing.operations.roles import Part
from timing.pages import addresses
from timing.web.api.bearer import director_only, key_needed
from timing.web.api.blueprint import ApiBlueprint
from timing.web.api.desk_refusals import refusals_of
from timing.web.errors import Refusal
from timing.web.installation import installation, now

Answer: TypeAlias = dict[str, Any]

PARTS_BY_KEY: Final = tuple(part for part in Part if part is not Part.OWNER)
"""The parts that a key may give."""

_PLACE = "/races/<slug:slug>/people"

people_api = ApiBlueprint(
    "people_api", __name__, url_prefix="/api/v1", description="Who may do what in a race."
)


class PersonOut(Schema):
    """Somebody who has a part in the race."""

    id = fields.Integer(metadata={"description": "The account's number on this installation."})
    name = fields.String()
    part = fields.String(metadata={"enum": [part.value for part in Part]})
    since = fields.String(metadata={"description": "ISO instant."})
    given_by = fields.String()
    second_factor = fields.Boolean()


class PeopleOut(Schema):
    """Everybody who has a part, owners first."""

    people = fields.List(fields.Nested(PersonOut))
    needs_second_factor = fields.Boolean()


class PartIn(Schema):
    """A part below that of an owner."""

    part = fields.String(required=True, validate=validate.OneOf([p.value for p in PARTS_BY_KEY]))


class InvitationIn(PartIn):
    """Who is to take which part."""

    note = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_NOTE),
        metadata={"description": "Whom it is for, for the list."},
    )


class InvitationOut(Schema):
    """An invitation as it stands."""

    id = fields.Integer()
    part = fields.String(metadata={"enum": [part.value for part in Part]})
    note = fields.String()
    made_by = fields.String()
    expires = fields.String(metadata={"description": "ISO instant."})
    state = fields.String(metadata={"enum": [state.value for state in State]})
    accepted_by = fields.String()


class NewInvitationOut(InvitationOut):
    """An invitation just made, with its link, which is told this once."""

    url = fields.String()


class InvitationsOut(Schema):
    """Every invitation, the newest first."""

    invitations = fields.List(fields.Nested(InvitationOut))


class AccountSessionOut(Schema):
    """A browser in which somebody is signed in."""

    id = fields.Integer()
    began = fields.String(metadata={"description": "ISO instant."})
    seen = fields.String(metadata={"description": "ISO instant, to five minutes."})
    network = fields.String()
    agent = fields.String()


class AccountSessionsOut(Schema):
    """Where somebody is signed in, the one used last first."""

    sessions = fields.List(fields.Nested(AccountSessionOut))


class EndedOut(Schema):
    """How many sessions ended."""

    ended = fields.Integer()


class RemovedOut(Schema):
    """That it is so no more."""

    removed = fields.Boolean()


_refusals = refusals_of(
    people_api,
    {
        403: "The key is not a director's, or this is about an owner.",
        404: "There is no such race, person, invitation or session.",
    },
)


def _member(session: Session, slug: str, account: int) -> Member:
    """Who has a part in the race and is no owner; Refusal."""
    found = next((m for m in people.members(session, slug) if m.account_id == account), None)
    if found is None:
        raise Refusal(404, "They have no part in this race.")
    if found.part is Part.OWNER:
        raise Refusal(403, f"{found.name} owns this race: owners are changed at the desk only.")
    return found


@people_api.get(_PLACE)
@key_needed
@people_api.response(200, PeopleOut)
@_refusals
@people_api.doc(security=[{"key": []}])
def everybody(slug: str) -> Answer:
    """Tell who plays which part."""
    director_only()
    with installation().database.reading() as session:
        return {
            "people": [_person(member) for member in people.members(session, slug)],
            "needs_second_factor": people.needs_second_factor(session, slug),
        }


@people_api.put(f"{_PLACE}/<int:account>")
@key_needed
@people_api.arguments(PartIn)
@people_api.response(200, PersonOut)
@_refusals
@people_api.doc(security=[{"key": []}])
def change(body: dict[str, str], slug: str, account: int) -> Answer:
    """Give somebody who has a part another one; it counts with their next request."""
    director_only()
    with installation().database.writing() as session:
        _member(session, slug, account)
        give_part(session, slug, account, Part(body["part"]), by=g.token.label, at=now())
        return _person(_member(session, slug, account))


@people_api.delete(f"{_PLACE}/<int:account>")
@key_needed
@people_api.response(200, RemovedOut)
@_refusals
@people_api.doc(security=[{"key": []}])
def remove(slug: str, account: int) -> Answer:
    """Take somebody's part away."""
    director_only()
    try:
        with installation().database.writing() as session:
            _member(session, slug, account)
            take_part_away(session, slug, account)
    except NoSuchMember:
        raise Refusal(404, "They have no part in this race.") from None
    return {"removed": True}


@people_api.get(f"{_PLACE}/invitations")
@key_needed
@people_api.response(200, InvitationsOut)
@_refusals
@people_api.doc(security=[{"key": []}])
def invited(slug: str) -> Answer:
    """Tell every invitation; links are told only when they are made."""
    director_only()
    with installation().database.reading() as session:
        found = invitations(session, slug, at=now())
    return {"invitations": [_invitation(one) for one in found]}


@people_api.post(f"{_PLACE}/invitations")
@key_needed
@people_api.arguments(InvitationIn)
@people_api.response(201, NewInvitationOut)
@_refusals
@people_api.doc(security=[{"key": []}])
def make_invitation(body: dict[str, str], slug: str) -> Answer:
    """Make a link by which somebody takes a part, once, within seven days."""
    director_only()
    try:
        with installation().database.writing() as session:
            made = invite(
                session,
                slug,
                Part(body["part"]),
                note=body["note"],
                by=g.token.label,
                at=now(),
            )
    except BadNote as error:
        raise Refusal(422, f"Not made: {error}.") from None
    url = request.url_root.rstrip("/") + addresses.desk_invited(made.key)
    return {**_invitation(made.invitation), "url": url}


@people_api.delete(f"{_PLACE}/invitations/<int:invitation>")
@key_needed
@people_api.response(200, InvitationOut)
@_refusals
@people_api.doc(security=[{"key": []}])
def withdraw_invitation(slug: str, invitation: int) -> Answer:
    """Let a link open nothing any more."""
    director_only()
    with installation().database.writing() as session:
        known = {one.id: one for one in invitations(session, slug, at=now())}
        found = known.get(invitation)
        if found is None or found.state is not State.OPEN:
            raise Refusal(404, "There is no such invitation that is open.")
        if found.part is Part.OWNER:
            raise Refusal(403, "It invites an owner: that is changed at the desk only.")
        try:
            return _invitation(withdraw(session, slug, invitation, at=now()))
        except NotInvited:
            raise Refusal(404, "There is no such invitation that is open.") from None


@people_api.get(f"{_PLACE}/<int:account>/sessions")
@key_needed
@people_api.response(200, AccountSessionsOut)
@_refusals
@people_api.doc(security=[{"key": []}])
def signed_in(slug: str, account: int) -> Answer:
    """Tell where somebody of the race is signed in."""
    director_only()
    with installation().database.reading() as session:
        _member(session, slug, account)
        who = director(session, account)
        found = () if who is None else sessions_of(session, who, at=now())
    return {"sessions": [_session(one) for one in found]}


@people_api.delete(f"{_PLACE}/<int:account>/sessions")
@key_needed
@people_api.response(200, EndedOut)
@_refusals
@people_api.doc(security=[{"key": []}])
def sign_out(slug: str, account: int) -> Answer:
    """Sign somebody of the race out everywhere; they sign in again by their password."""
    director_only()
    with installation().database.writing() as session:
        _member(session, slug, account)
        return {"ended": end_other_sessions(session, account)}


@people_api.delete(f"{_PLACE}/<int:account>/sessions/<int:number>")
@key_needed
@people_api.response(200, EndedOut)
@_refusals
@people_api.doc(security=[{"key": []}])
def sign_one_out(slug: str, account: int, number: int) -> Answer:
    """End one session of somebody of the race."""
    director_only()
    with installation().database.writing() as session:
        _member(session, slug, account)
        who = director(session, account)
        known = () if who is None else sessions_of(session, who, at=now())
        if number not in {one.id for one in known} or not end_session(session, account, number):
            raise Refusal(404, "There is no such session any more.")
    return {"ended": 1}


def _person(member: Member) -> Answer:
    return {
        "id": member.account_id,
        "name": member.name,
        "part": member.part.value,
        "since": format_instant(member.since),
        "given_by": member.given_by,
        "second_factor": member.has_second_factor,
    }


def _invitation(one: Invitation) -> Answer:
    return {
        "id": one.id,
        "part": one.part.value,
        "note": one.note,
        "made_by": one.made_by,
        "expires": format_instant(one.expires),
        "state": one.state.value,
        "accepted_by": one.accepted_by,
    }


def _session(one: AccountSession) -> Answer:
    return {
        "id": one.id,
        "began": format_instant(one.began),
        "seen": format_instant(one.seen),
        "network": one.network,
        "agent": one.agent,
    }
