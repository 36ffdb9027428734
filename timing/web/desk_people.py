"""The desk's page of people: parts given and taken away, invitations, and accepting one."""

from __future__ import annotations

from flask import Blueprint, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.definition import Race
from timing.operations import people
from timing.operations.directors import (
    BadName,
    BadPassword,
    Director,
    DirectorExists,
    add_account,
    past_sign_ins,
)
from timing.operations.invitations import (
    BadNote,
    HasPart,
    Invitation,
    NewInvitation,
    NotInvited,
    accept,
    invitation_of,
    invitations,
    invite,
    withdraw,
)
from timing.operations.people import LastOwner, NoSuchMember, give_part, take_part_away
from timing.operations.roles import Part, Right
from timing.operations.second_factor import is_asked_for_code
from timing.operations.tokens import TokenScope, tokens_of_race
from timing.pages import addresses
from timing.pages.invited_page import invited_page, not_invited_page
from timing.pages.members_page import KnownInvitation, KnownMember, members_page, new_link
from timing.pages.part_words import part_name
from timing.pages.record_page import record_page
from timing.pages.rendering import render
from timing.pages.sign_in_words import KnownSignIn
from timing.web import forms, sign_ins
from timing.web.desk_stations import stations_and_devices
from timing.web.forms import field, form_token, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now

desk_people = Blueprint("desk_people", __name__)

SIGN_INS_SHOWN = 30


@desk_people.get("/desk/<slug:slug>/people")
@allowed(Right.PEOPLE)
def page(who: Director, slug: str) -> AnyResponse:
    """Who may do what in a race."""
    return _page(who, slug, message=" ".join(map(str, get_flashed_messages())))


@desk_people.get("/desk/<slug:slug>/people/invitations")
@desk_people.get("/desk/<slug:slug>/people/policy")
@allowed(Right.PEOPLE)
def forms_of_people(_: Director, slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the page that they stand on."""
    return forms.to(addresses.desk_people(slug))


@desk_people.post("/desk/<slug:slug>/people")
@allowed(Right.PEOPLE)
def change(who: Director, slug: str) -> AnyResponse:
    """Give somebody who has a part another one, or take it away."""
    number, part = forms.number_in("account"), field("part")
    with installation().database.reading() as session:
        known = {member.account_id: member for member in people.members(session, slug)}
    member = known.get(number)
    if member is None:
        return _page(who, slug, message="They have no part in this race.", is_error=True)
    try:
        with installation().database.writing() as session:
            if field("what") == "take-away":
                take_part_away(session, slug, member.account_id)
                said = f"{member.name} has no part in this race any more."
            elif part in set(Part):
                give_part(session, slug, member.account_id, Part(part), by=who.name, at=now())
                said = f"{member.name} is {part_name(part).lower()} now."
            else:
                return _page(who, slug, message="There is no such part.", is_error=True)
    except (LastOwner, NoSuchMember) as error:
        return _page(who, slug, message=f"{error}.", is_error=True)
    flash(said)
    return forms.to(addresses.desk_people(slug))


@desk_people.post("/desk/<slug:slug>/people/invitations")
@allowed(Right.PEOPLE)
def invitation(who: Director, slug: str) -> AnyResponse:
    """Make a link for somebody, shown once; or withdraw one."""
    part = field("part")
    try:
        with installation().database.writing() as session:
            if field("what") == "withdraw":
                withdraw(session, slug, forms.number_in("invitation"), at=now())
                new = None
            elif part in set(Part):
                new = invite(session, slug, Part(part), note=field("note"), by=who.name, at=now())
            else:
                return _page(who, slug, message="Choose a part.", is_error=True)
    except NotInvited:
        said = "This invitation was not open any more: nothing was withdrawn."
        return _page(who, slug, message=said, is_error=True)
    except BadNote as error:
        return _page(who, slug, message=f"{str(error).capitalize()}.", is_error=True)
    if new is not None:
        return _page(who, slug, new=new)
    flash("The invitation is withdrawn: its link opens nothing.")
    return forms.to(addresses.desk_people(slug))


@desk_people.post("/desk/<slug:slug>/people/policy")
@allowed(Right.PEOPLE)
def policy(who: Director, slug: str) -> AnyResponse:
    """Ask everybody in the race for a second factor, or no longer."""
    is_needed = bool(field("needed"))
    with installation().database.writing() as session:
        if is_needed and not is_asked_for_code(session, who.id):
            said = "First add a second factor to your own account, or you would shut yourself out."
            return _page(who, slug, message=said, is_error=True)
        people.ask_for_second_factor(session, slug, is_needed=is_needed)
    flash("Everybody is asked for a second factor now." if is_needed else "It is asked no longer.")
    return forms.to(addresses.desk_people(slug))


@desk_people.get(addresses.DESK_INVITED)
def invited() -> AnyResponse:
    """An invitation, for whoever has its link."""
    return _invited(request.args.get("key", ""))


@desk_people.post(addresses.DESK_INVITED)
def accepted() -> AnyResponse:
    """Take the part: as who is signed in, or by a new account."""
    key, name = field("key"), field("name")
    password, who = request.form.get("password", ""), sign_ins.signed_in_director()
    if who is None and password != request.form.get("again", ""):
        return _invited(key, "The password was not the same both times.", name)
    try:
        with installation().database.writing() as session:
            # Looked at first: who has no invitation is not to learn which names are taken.
            invitation_of(session, key, at=now())
            taker = who or add_account(session, name, password, at=now())
            taken = accept(session, key, account_id=taker.id, name=taker.name, at=now())
    except NotInvited as error:
        return _not_invited(error)
    except DirectorExists:
        said = "There is an account of this name. Is it yours? Then sign in; else take another."
        return _invited(key, said, name)
    except (BadName, BadPassword, HasPart, LastOwner) as error:
        said = str(error)
        return _invited(key, f"{said[:1].upper()}{said[1:]}.", name)
    if who is None:
        sign_ins.sign_director_in(taker)
    return forms.to(addresses.desk(taken.slug))


@desk_people.get("/desk/<slug:slug>/record")
@allowed(Right.RECORD)
def record(who: Director, slug: str) -> AnyResponse:
    """The race's stations, to open one."""
    return _stations(who, slug)


@desk_people.post("/desk/<slug:slug>/record")
@allowed(Right.RECORD)
def open_station(who: Director, slug: str) -> AnyResponse:
    """Open a station's page in this browser, for as long as the account is signed in in it."""
    public = field("station")
    with installation().database.reading() as session:
        found = [
            token
            for token in tokens_of_race(session, slug)
            if token.public == public
            and token.scope is TokenScope.STATION
            and token.revoked is None
        ]
    if not found:
        return _stations(who, slug, message="There is no such station any more.")
    sign_ins.sign_station_in(found[0], opened_by=who)
    return forms.to(addresses.STATION_FORM)


def _stations(who: Director, slug: str, *, message: str = "") -> AnyResponse:
    here, csrf = installation(), form_token()
    with here.database.reading() as session:
        known, _ = stations_and_devices(session, slug)
    made = here.books.race(slug).ask_whole(
        lambda book, _: record_page(
            book, stations=known, signed_in_as=who.name, form_token=csrf, message=message
        )
    )
    return private(render(made, notice=here.settings.notice), 400 if message else 200)


def _invited(key: str, message: str = "", name: str = "") -> AnyResponse:
    here, who = installation(), sign_ins.signed_in_director()
    try:
        with here.database.reading() as session:
            found = invitation_of(session, key, at=now())
    except NotInvited as error:
        return _not_invited(error)
    made = invited_page(
        race=_race(found.slug).name,
        part=found.part.value,
        invited_by=found.made_by,
        key=key,
        you=who.name if who else "",
        form_token=form_token(),
        message=message,
        name=name,
    )
    return private(render(made, notice=here.settings.notice), 400 if message else 200)


def _not_invited(error: NotInvited) -> AnyResponse:
    made = not_invited_page(error.state.value if error.state else "")
    return private(render(made, notice=installation().settings.notice), 404)


def _race(slug: str) -> Race:
    return installation().books.race(slug).ask_whole(lambda book, _: book.race)


def _known(one: Invitation) -> KnownInvitation:
    return KnownInvitation(
        id=one.id,
        part=one.part.value,
        note=one.note,
        made_by=one.made_by,
        made_at=one.made_at,
        expires=one.expires,
        state=one.state.value,
        accepted_by=one.accepted_by,
    )


def _page(
    who: Director,
    slug: str,
    *,
    message: str = "",
    is_error: bool = False,
    new: NewInvitation | None = None,
) -> AnyResponse:
    here, at, race = installation(), now(), _race(slug)
    with here.database.reading() as session:
        everybody = people.members(session, slug)
        invited_to = invitations(session, slug, at=at)
        is_needed = people.needs_second_factor(session, slug)
        attempts = past_sign_ins(
            session, [member.account_id for member in everybody], limit=SIGN_INS_SHOWN
        )
    link = None
    if new is not None:
        root = request.url_root.rstrip("/")
        link = new_link(
            race,
            _known(new.invitation),
            link=f"{root}{addresses.desk_invited(new.key)}",
            invited_by=who.name,
        )
    made = members_page(
        race,
        members=[
            KnownMember(
                account_id=member.account_id,
                name=member.name,
                part=member.part.value,
                since=member.since,
                given_by="" if member.given_by == people.FOUNDING else member.given_by,
                has_second_factor=member.has_second_factor,
            )
            for member in everybody
        ],
        invitations=[_known(one) for one in invited_to],
        needs_second_factor=is_needed,
        sign_ins=[
            KnownSignIn(
                name=one.name,
                at=one.at,
                network=one.network,
                agent=one.agent,
                outcome=one.outcome.value,
            )
            for one in attempts
        ],
        you=who.id,
        signed_in_as=who.name,
        now=at,
        form_token=form_token(),
        message=message,
        is_error=is_error,
        part=field("part") if field("part") in set(Part) and is_error else "timekeeper",
        note=field("note") if is_error else "",
        link=link,
    )
    return private(render(made, notice=here.settings.notice), 400 if is_error else 200)
