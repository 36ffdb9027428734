"""The desk's page of who is told of alerts, and whom to call."""

from __future__ import annotations

from flask import Blueprint, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.live.books import Standing
from timing.operations import alerting
from timing.operations.alerting import BadContact, BadPhone, ContactLevel, UnknownContact
from timing.operations.directors import Director
from timing.operations.mailing import messages_of
from timing.operations.roles import Right
from timing.operations.webhooks.delivering import allowed_by
from timing.operations.webhooks.sending import BadWebhookUrl
from timing.pages import addresses
from timing.pages.alerts_page import (
    NO_CONTACT_DRAFT,
    ContactDraft,
    KnownContact,
    KnownMessage,
    alerts_page,
)
from timing.pages.control_places import post_of
from timing.pages.rendering import render
from timing.web import forms
from timing.web.forms import field, form_token, new_id, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now

desk_alerts = Blueprint("desk_alerts", __name__)


@desk_alerts.get("/desk/<slug:slug>/alerts")
@allowed(Right.CLEAR)
def listed(who: Director, slug: str) -> AnyResponse:
    """Who is told, what they were sent, whom to call."""
    return _page(who, slug, message=" ".join(map(str, get_flashed_messages())))


@desk_alerts.get("/desk/<slug:slug>/alerts/test")
@desk_alerts.get("/desk/<slug:slug>/alerts/remove")
@desk_alerts.get("/desk/<slug:slug>/alerts/phones")
def forms_of_alerts(slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the page that they stand on."""
    return forms.to(addresses.desk_alerts(slug))


@desk_alerts.post("/desk/<slug:slug>/alerts")
@allowed(Right.OUTGOING)
def add(who: Director, slug: str) -> AnyResponse:
    """Tell somebody from now on."""
    here = installation()
    draft = ContactDraft(
        name=field("name"),
        email=field("email"),
        url=field("url"),
        level=field("level"),
        safety=bool(field("safety")),
        stations=bool(field("stations")),
    )
    level = ContactLevel.NEXT if draft.level == ContactLevel.NEXT else ContactLevel.FIRST
    try:
        with here.database.writing() as session:
            made = alerting.add_contact(
                session,
                alerting.race_number(session, slug),
                name=draft.name,
                email=draft.email,
                url=draft.url,
                level=level,
                safety=draft.safety,
                stations=draft.stations,
                allowed=allowed_by(here.settings),
                by=who.name,
                at=now(),
            )
    except BadContact as error:
        return _refused(who, slug, draft, error.field, str(error))
    except BadWebhookUrl as error:
        return _refused(who, slug, draft, "url", f"an address {error}")
    message = f"{draft.name} is told from now on. Send a test, so that both of you know it comes."
    if made.secret:
        # Shown on the answer itself, and kept in no cookie.
        return _page(who, slug, message=message, secret=made.secret)
    flash(message)
    return forms.to(addresses.desk_alerts(slug))


@desk_alerts.post("/desk/<slug:slug>/alerts/test")
@allowed(Right.OUTGOING)
def test(who: Director, slug: str) -> AnyResponse:
    """Send somebody a message that says it is a test."""
    here = installation()
    name = here.books.race(slug).standing.race.name
    try:
        with here.database.writing() as session:
            race_id = alerting.race_number(session, slug)
            told = alerting.send_test(
                session, race_id, field("contact"), race=name, key=new_id(), at=now()
            )
    except UnknownContact:
        return _page(who, slug, message="They are told no more.", is_error=True)
    flash(f"A test is on its way to {told}. It stands below, and says when it was sent.")
    return forms.to(addresses.desk_alerts(slug))


@desk_alerts.post("/desk/<slug:slug>/alerts/remove")
@allowed(Right.OUTGOING)
def remove(who: Director, slug: str) -> AnyResponse:
    """Tell somebody no more."""
    try:
        with installation().database.writing() as session:
            race_id = alerting.race_number(session, slug)
            told = alerting.remove_contact(session, race_id, field("contact"))
    except UnknownContact:
        return _page(who, slug, message="They are told no more.", is_error=True)
    flash(f"{told} is told no more. What they were sent is forgotten here.")
    return forms.to(addresses.desk_alerts(slug))


@desk_alerts.post("/desk/<slug:slug>/alerts/phones")
@allowed(Right.CLEAR)
def phones(who: Director, slug: str) -> AnyResponse:
    """Keep whom to call at the controls."""
    here = installation()
    posts = here.books.race(slug).ask_whole(
        lambda book, _: {post_of(code) for n in book.stages for code in book.points(n)}
    )
    try:
        with here.database.writing() as session:
            race_id = alerting.race_number(session, slug)
            for post in sorted(posts):
                if f"phone-{post}" in request.form:
                    name, phone = field(f"name-{post}"), field(f"phone-{post}")
                    alerting.set_phone(session, race_id, post, name=name, phone=phone)
    except BadPhone as error:
        return _page(who, slug, message=f"Not kept: {error}.", is_error=True)
    flash("The numbers are kept.")
    return forms.to(addresses.desk_alerts(slug))


def _refused(who: Director, slug: str, draft: ContactDraft, where: str, fault: str) -> AnyResponse:
    refused = ContactDraft(
        name=draft.name,
        email=draft.email,
        url=draft.url,
        level=draft.level,
        safety=draft.safety,
        stations=draft.stations,
        faults={where: f"{fault[:1].upper()}{fault[1:]}."},
    )
    message = "Not done: see what is wrong in the form."
    return _page(who, slug, message=message, is_error=True, draft=refused)


def _page(
    who: Director,
    slug: str,
    *,
    message: str = "",
    is_error: bool = False,
    draft: ContactDraft = NO_CONTACT_DRAFT,
    secret: str = "",
) -> AnyResponse:
    here, csrf, moment = installation(), form_token(), now()
    with here.database.reading() as session:
        race_id = alerting.race_number(session, slug)
        contacts = alerting.contacts_of(session, race_id)
        messages = messages_of(session, race_id, most=20)
        known = alerting.phones_of(session, race_id)

    def made(book: RaceBook, _: Standing) -> str:
        page = alerts_page(
            book,
            contacts=[
                KnownContact(
                    public=one.public,
                    name=one.name,
                    email=one.email,
                    url=one.url,
                    is_next=one.level is ContactLevel.NEXT,
                    safety=one.safety,
                    stations=one.stations,
                )
                for one in contacts
            ],
            messages=[
                KnownMessage(
                    address=one.address,
                    subject=one.subject,
                    state=one.state,
                    attempts=one.attempts,
                    answer=one.answer,
                    created=one.created,
                )
                for one in messages
            ],
            phones={control: (one.name, one.phone) for control, one in known.items()},
            can_mail=bool(here.settings.smtp_host),
            now=moment,
            form_token=csrf,
            signed_in_as=who.name,
            draft=draft,
            secret=secret,
            message=message,
            is_error=is_error,
        )
        return render(page, notice=here.settings.notice)

    return private(here.books.race(slug).ask_whole(made), 400 if is_error else 200)
