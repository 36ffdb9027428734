"""The desk's page for what goes out: releasing retirements, and webhooks."""

from __future__ import annotations

import random

from flask import Blueprint, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.records import Release, Status
from timing.exports.announcements import EVENT_TYPES
from timing.live.books import Standing
from timing.operations.directors import Director
from timing.operations.roles import Right
from timing.operations.webhooks import endpoints, outbox
from timing.operations.webhooks.delivering import allowed_by, deliver
from timing.operations.webhooks.endpoints import (
    BadEvents,
    NewSecret,
    TooManyWebhooks,
    UnknownWebhook,
)
from timing.operations.webhooks.outbox import UnknownDelivery
from timing.operations.webhooks.sending import Answered, BadWebhookUrl
from timing.pages import addresses
from timing.pages.outgoing_page import KnownDelivery, KnownWebhook, outgoing_page
from timing.pages.rendering import render
from timing.web import forms, recording
from timing.web.forms import field, form_token, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now

desk_outgoing = Blueprint("desk_outgoing", __name__)

_GONE = "There is no such webhook any more."


@desk_outgoing.get("/desk/<slug:slug>/outgoing")
@allowed(Right.OUTGOING)
def outgoing(who: Director, slug: str) -> AnyResponse:
    """What is held back, who is told, and what was sent."""
    return _page(who, slug, message=" ".join(map(str, get_flashed_messages())))


@desk_outgoing.get("/desk/<slug:slug>/outgoing/release")
@desk_outgoing.get("/desk/<slug:slug>/outgoing/webhooks")
def forms_of_outgoing(slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the page that they stand on."""
    return forms.to(addresses.desk_outgoing(slug))


@desk_outgoing.post("/desk/<slug:slug>/outgoing/release")
@allowed(Right.OUTGOING)
def release(who: Director, slug: str) -> AnyResponse:
    """Let the public know of the retirements that stood on the form, and of no others."""
    records, moment = request.form.getlist("record"), now()
    here = installation()
    here.books.refresh()

    def found(book: RaceBook, _: Standing) -> list[Status]:
        rulings = (book.ruling(record) for record in records)
        return [ruling for ruling in rulings if isinstance(ruling, Status)]

    statuses = here.books.race(slug).ask_whole(found)
    recording.write(
        slug,
        rulings=[
            Release(
                id=forms.new_id(),
                by=who.name,
                at=moment,
                reason="Released at the desk",
                bibs=status.bibs,
                team=status.team,
                stage=status.stage,
            )
            for status in statuses
        ],
    )
    here.books.refresh()
    one_or_more = "1 withdrawal is" if len(statuses) == 1 else f"{len(statuses)} withdrawals are"
    flash(f"{one_or_more} public now." if statuses else "Nothing was released.")
    return forms.to(addresses.desk_outgoing(slug))


@desk_outgoing.post("/desk/<slug:slug>/outgoing/webhooks")
@allowed(Right.OUTGOING)
def webhooks(who: Director, slug: str) -> AnyResponse:
    """Add a webhook, or do something with one: the field ``what`` says."""
    what, public = field("what"), field("webhook")
    try:
        match what:
            case "add":
                return _add(who, slug)
            case "test":
                flash(_tested(slug, public))
            case "again":
                _again(slug)
            case "rotate":
                with installation().database.writing() as session:
                    made = endpoints.rotate_secret(session, slug, public)
                message = "Until the next one, all is signed by both secrets."
                return _page(who, slug, message=message, made=made)
            case _:
                flash(_changed(slug, public, what))
    except UnknownWebhook:
        return _page(who, slug, message=_GONE, is_error=True)
    return forms.to(addresses.desk_outgoing(slug))


def _add(who: Director, slug: str) -> AnyResponse:
    here, url = installation(), field("url")
    try:
        with here.database.writing() as session:
            made = endpoints.add_webhook(
                session,
                slug,
                url,
                allowed=allowed_by(here.settings),
                at=now(),
                by=who.name,
                events=request.form.getlist("event"),
            )
    except BadWebhookUrl as error:
        message = f"An address for webhooks {error}."
        return _page(who, slug, message=message, is_error=True, url=url)
    except (BadEvents, TooManyWebhooks) as error:
        message = f"Not added: {error}."
        return _page(who, slug, message=message, is_error=True, url=url)
    return _page(who, slug, message="Added. It is told from now on.", made=made)


def _tested(slug: str, public: str) -> str:
    here = installation()
    event_id = f"msg_{forms.new_id().replace('-', '')}"
    with here.database.writing() as session:
        number = outbox.write_test(session, slug, public, event_id=event_id, at=now())
        due = outbox.due_delivery(session, number)
    came = "" if due is None else deliver(due, allowed_by(here.settings), now())
    with here.database.writing() as session:
        outbox.note_answer(session, number, came, at=now(), chance=random.random)
    if not isinstance(came, Answered):
        return f"The test of {public} did not arrive: {came}"
    return f"The test of {public} was {'taken' if came.is_taken else 'refused'}: {came.status}."


def _again(slug: str) -> None:
    number = forms.whole(field("delivery"))
    try:
        with installation().database.writing() as session:
            outbox.send_again(session, slug, number if isinstance(number, int) else 0, at=now())
    except UnknownDelivery:
        flash("That delivery is no longer kept.")
        return
    flash("It is sent again, as it was then.")


def _changed(slug: str, public: str, what: str) -> str:
    with installation().database.writing() as session:
        match what:
            case "disable":
                endpoints.disable_webhook(session, slug, public, at=now())
                return f"{public} is told nothing more."
            case "enable":
                endpoints.enable_webhook(session, slug, public)
                return f"{public} is told again from now on."
            case "end-rotation":
                endpoints.end_rotation(session, slug, public)
                return f"{public} is signed by the newer secret alone."
            case "remove":
                endpoints.remove_webhook(session, slug, public)
                return f"{public} is removed."
            case _:
                return "Nothing was done."


def _page(
    who: Director,
    slug: str,
    *,
    message: str = "",
    is_error: bool = False,
    url: str = "",
    made: NewSecret | None = None,
) -> AnyResponse:
    here, csrf, moment = installation(), form_token(), now()
    with here.database.reading() as session:
        known = [
            KnownWebhook(
                public=hook.public,
                url=hook.url,
                events=hook.events,
                made_by=hook.made_by,
                disabled_why=hook.disabled_why,
                is_disabled=hook.disabled is not None,
                has_two_secrets=hook.has_two_secrets,
                failures=hook.failures,
                paused_until=hook.paused_until,
                waiting=hook.waiting,
                given_up=hook.given_up,
            )
            for hook in endpoints.webhooks_of(session, slug)
        ]
        sent = [
            KnownDelivery(
                number=one.number,
                public=one.public,
                type=one.type,
                subject=one.subject,
                created=one.created,
                due=one.due,
                attempts=one.attempts,
                state=one.state,
                status=one.status,
                answer=one.answer,
            )
            for one in outbox.last_deliveries(session, slug)
        ]

    def shown(book: RaceBook, _: Standing) -> str:
        return render(
            outgoing_page(
                book,
                webhooks=known,
                deliveries=sent,
                event_types=EVENT_TYPES,
                now=moment,
                form_token=csrf,
                signed_in_as=who.name,
                message=message,
                is_error=is_error,
                url=url,
                secret=made.secret if made is not None else "",
                secret_of=made.public if made is not None else "",
            ),
            notice=here.settings.notice,
        )

    return private(here.books.race(slug).ask_whole(shown), 400 if is_error else 200)
