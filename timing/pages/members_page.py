"""The desk's page of people: who plays which part, who is invited, who signed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from markupsafe import Markup

from timing.core.definition import Race
from timing.core.times import Instant, zone_named
from timing.pages.camp_page import code as qr_code
from timing.pages.frame import Frame, name_and_edition
from timing.pages.part_words import PART_FACTS, PART_NAMES, part_name
from timing.pages.selection import Option
from timing.pages.sign_in_words import KnownSignIn, SignInLine, day_and_time, sign_in_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMember:
    """Somebody who has a part; ``given_by`` is empty where the race was founded with it."""

    account_id: int
    name: str
    part: str
    since: Instant
    given_by: str
    has_second_factor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownInvitation:
    """An invitation; ``state`` is open, accepted, withdrawn or expired."""

    id: int
    part: str
    note: str
    made_by: str
    made_at: Instant
    expires: Instant
    state: str
    accepted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """Somebody as listed; ``kept_because`` says why the part can't be changed or taken away."""

    account_id: int
    name: str
    part: str
    facts: str
    is_you: bool
    parts: tuple[Option, ...]
    kept_because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationLine:
    """An invitation as listed."""

    id: int
    whom: str
    facts: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """The link of an invitation that was just made, which is shown this once."""

    whom: str
    link: str
    qr: Markup
    mail: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChoice:
    """A part that somebody can be invited to, and what it lets them do."""

    value: str
    label: str
    facts: str
    is_selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersPage:
    """The people of a race."""

    template: ClassVar[str] = "desk_people.html"

    frame: Frame
    race: str
    slug: str
    message: str
    is_error: bool
    members: tuple[MemberLine, ...]
    parts: tuple[PartChoice, ...]
    note: str
    invitations: tuple[InvitationLine, ...]
    link: NewLink | None
    needs_second_factor: bool
    without_second_factor: int
    sign_ins: tuple[SignInLine, ...]
    signed_in_as: str
    form_token: str


def members_page(
    race: Race,
    *,
    members: Iterable[KnownMember],
    invitations: Iterable[KnownInvitation],
    needs_second_factor: bool,
    sign_ins: Iterable[KnownSignIn],
    you: int,
    signed_in_as: str,
    now: Instant,
    form_token: str,
    message: str = "",
    is_error: bool = False,
    part: str = "timekeeper",
    note: str = "",
    link: NewLink | None = None,
) -> MembersPage:
    """The page; ``part`` and ``note`` are what stands in the form that invites."""
    zone, everybody = zone_named(race.timezone), tuple(members)
    owners = sum(member.part == "owner" for member in everybody)
    return MembersPage(
        frame=Frame(title=f"People · {race.name} · Desk", styles=("desk", "desk_people")),
        race=name_and_edition(race)[0],
        slug=race.slug,
        message=message,
        is_error=is_error,
        members=tuple(_member_line(member, you, owners, zone) for member in everybody),
        parts=tuple(
            PartChoice(value=value, label=label, facts=PART_FACTS[value], is_selected=value == part)
            for value, label in PART_NAMES.items()
        ),
        note=note,
        invitations=tuple(_invitation_line(one, zone) for one in invitations),
        link=link,
        needs_second_factor=needs_second_factor,
        without_second_factor=sum(not member.has_second_factor for member in everybody),
        sign_ins=sign_in_lines(sign_ins, now=now, zone=zone),
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def new_link(race: Race, invitation: KnownInvitation, *, link: str, invited_by: str) -> NewLink:
    """The link of a new invitation: to copy, to scan, to send by mail."""
    until = day_and_time(invitation.expires, zone_named(race.timezone))
    part = part_name(invitation.part).lower()
    text = (
        f"{invited_by} invites you to be {part} of {race.name}.\n\n"
        f"Open this link to accept. It works once, until {until}:\n{link}\n"
    )
    return NewLink(
        whom=f"{part_name(invitation.part)}{f', {invitation.note}' if invitation.note else ''}",
        link=link,
        qr=qr_code(link),
        mail=f"mailto:?subject={quote(race.name)}&body={quote(text)}",
        until=until,
    )


def _member_line(member: KnownMember, you: int, owners: int, zone: ZoneInfo) -> MemberLine:
    since = day_and_time(member.since, zone)
    given = f"{since}, by {member.given_by}" if member.given_by else since
    factor = "second factor on" if member.has_second_factor else "no second factor"
    is_last = member.part == "owner" and owners == 1
    return MemberLine(
        account_id=member.account_id,
        name=member.name,
        part=part_name(member.part),
        facts=f"since {given} · {factor}",
        is_you=member.account_id == you,
        parts=tuple(
            Option(value=value, label=label, is_chosen=value == member.part)
            for value, label in PART_NAMES.items()
        ),
        kept_because="The only owner: make somebody else an owner first." if is_last else "",
    )


def _invitation_line(invitation: KnownInvitation, zone: ZoneInfo) -> InvitationLine:
    made = f"by {invitation.made_by}, {day_and_time(invitation.made_at, zone)}"
    match invitation.state:
        case "accepted":
            stands = f"accepted as {invitation.accepted_by}"
        case "open":
            stands = f"open until {day_and_time(invitation.expires, zone)}"
        case "expired":
            stands = f"expired {day_and_time(invitation.expires, zone)}"
        case other:
            stands = other
    return InvitationLine(
        id=invitation.id,
        whom=f"{part_name(invitation.part)}{f', {invitation.note}' if invitation.note else ''}",
        facts=f"{stands} · {made}",
        is_open=invitation.state == "open",
    )
