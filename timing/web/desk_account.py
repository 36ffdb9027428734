"""The own account: its password, its second factor, where it is signed in."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing.live.threads import in_thread
from timing.operations.account_sessions import end_other_sessions, end_session, sessions_of
from timing.operations.directors import (
    BadPassword,
    Director,
    Outcome,
    TooManyAttempts,
    change_password,
    past_sign_ins,
)
from timing.operations.people import races_of
from timing.operations.second_factor import (
    HasSecondFactor,
    WrongCode,
    begin_second_factor,
    confirm_second_factor,
    drop_second_factor,
    is_asked_for_code,
    key_uri,
    renew_recovery_codes,
    second_factor,
)
from timing.pages import addresses
from timing.pages.account_page import KnownFactor, KnownSession, account_page
from timing.pages.rendering import render
from timing.pages.sign_in_words import KnownSignIn
from timing.web import forms, sign_ins
from timing.web.desk_signing import confirmed, too_many_words, use_code
from timing.web.forms import field, form_token, private
from timing.web.guarding import signed_in
from timing.web.installation import installation, now, secret_key

desk_account = Blueprint("desk_account", __name__)

SIGN_INS_SHOWN = 20
_NAME = "Bivouac"


@desk_account.get(addresses.DESK_ACCOUNT)
@signed_in
def account(who: Director) -> AnyResponse:
    """The own account."""
    return _page(who, message=" ".join(map(str, get_flashed_messages())))


@desk_account.get(addresses.DESK_ACCOUNT_PASSWORD)
@desk_account.get(addresses.DESK_ACCOUNT_SESSIONS)
@desk_account.get(addresses.DESK_ACCOUNT_FACTOR)
@signed_in
def forms_of_account(_: Director) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the page that they stand on."""
    return forms.to(addresses.DESK_ACCOUNT)


@desk_account.post(addresses.DESK_ACCOUNT_PASSWORD)
@signed_in
def password(who: Director) -> AnyResponse:
    """Another password, which ends every session; this browser begins a new one."""
    old, new, again = (_typed(name) for name in ("old", "new", "again"))
    if new != again:
        return _page(who, "The new password was not the same both times.", "password")
    try:
        if not confirmed(who, old):
            return _page(who, "The password you have is another one.", "password", 403)
        with installation().database.writing() as session:
            in_thread(lambda: change_password(session, who.name, new))
    except TooManyAttempts as error:
        return _page(who, too_many_words(error), "password", 429)
    except BadPassword as error:
        return _page(who, f"{_sentence(error)}.", "password")
    sign_ins.sign_director_in(who)
    flash("Your password is changed. Every other session has ended.")
    return forms.to(addresses.DESK_ACCOUNT)


@desk_account.post(addresses.DESK_ACCOUNT_SESSIONS)
@signed_in
def end_sessions(who: Director) -> AnyResponse:
    """End one session, or all others."""
    this = sign_ins.director_session()
    with installation().database.writing() as session:
        if field("others") and this is not None:
            ended = end_other_sessions(session, who.id, but=this.id)
        else:
            ended = int(end_session(session, who.id, forms.number_in("session")))
    flash("1 session has ended." if ended == 1 else f"{ended} sessions have ended.")
    return forms.to(addresses.DESK_ACCOUNT)


@desk_account.post(addresses.DESK_ACCOUNT_FACTOR)
@signed_in
def factor(who: Director) -> AnyResponse:
    """Add an app, confirm it, make new codes for its loss, or turn it off."""
    what, database = field("what"), installation().database
    try:
        if what == "begin":
            with database.writing() as session:
                begin_second_factor(session, who.id, key=secret_key(), at=now())
            return forms.to(f"{addresses.DESK_ACCOUNT}#factor")
        if what == "abandon":
            with database.writing() as session:
                if not is_asked_for_code(session, who.id):
                    drop_second_factor(session, who.id)
            return forms.to(addresses.DESK_ACCOUNT)
        if what not in ("confirm", "renew", "off"):
            return _page(who, "Nothing was asked for.", "factor")
        if not confirmed(who, _typed("password")):
            return _page(who, "The password is wrong.", "factor", 403)
        return _with_code(who, what)
    except TooManyAttempts as error:
        return _page(who, too_many_words(error), "factor", 429)
    except WrongCode as error:
        return _page(who, f"{_sentence(error)}.", "factor", 403)
    except HasSecondFactor:
        return _page(who, "There is a second factor already.", "factor")


def _with_code(who: Director, what: str) -> AnyResponse:
    database = installation().database
    if what == "confirm":
        with database.writing() as session:
            codes = confirm_second_factor(
                session, who.id, field("code"), key=secret_key(), at=now()
            )
        return _page(who, "The second factor is on.", recovery_codes=codes)
    use_code(who, field("code"), outcome=Outcome.CONFIRMED)
    if what == "off":
        with database.writing() as session:
            drop_second_factor(session, who.id)
        flash("The second factor is off: your password alone signs you in.")
        return forms.to(addresses.DESK_ACCOUNT)
    with database.writing() as session:
        codes = renew_recovery_codes(session, who.id)
    return _page(who, "Here are ten new codes; the old ones are void.", recovery_codes=codes)


def _typed(name: str) -> str:
    """A password as it was typed, blanks included."""
    return request.form.get(name, "")


def _sentence(error: Exception) -> str:
    said = str(error)
    return f"{said[:1].upper()}{said[1:]}"


def _page(
    who: Director,
    message: str = "",
    faulty: str = "",
    status: int = 400,
    *,
    recovery_codes: Sequence[str] = (),
) -> AnyResponse:
    here, at, this = installation(), now(), sign_ins.director_session()
    with here.database.reading() as session:
        parts = races_of(session, who.id)
        kept = second_factor(session, who.id, key=secret_key())
        sessions = sessions_of(session, who, at=at)
        attempts = past_sign_ins(session, [who.id], limit=SIGN_INS_SHOWN)
    page = account_page(
        name=who.name,
        races={
            slug: (here.books.race(slug).ask_whole(lambda book, _: book.race.name), part.value)
            for slug, part in parts.items()
        },
        factor=None
        if kept is None
        else KnownFactor(
            is_on=kept.confirmed is not None,
            secret=kept.secret,
            uri=key_uri(kept.secret, who.name, _NAME) if kept.secret else "",
            codes_left=kept.codes_left,
        ),
        sessions=[
            KnownSession(
                id=one.id,
                began=one.began,
                seen=one.seen,
                network=one.network,
                agent=one.agent,
                is_this=this is not None and one.id == this.id,
            )
            for one in sessions
        ],
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
        now=at,
        form_token=form_token(),
        message=message,
        faulty=faulty,
        recovery_codes=recovery_codes,
    )
    html = render(page, notice=here.settings.notice)
    return private(html, status if faulty else 200)
