"""Signing in to the desk, and out: a password, then a code where the account has an app for it."""

from __future__ import annotations

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from timing.core.times import MINUTE, SECOND
from timing.live.threads import in_thread
from timing.operations.directors import (
    Director,
    Outcome,
    SignIn,
    TooManyAttempts,
    complete_sign_in,
    note_sign_in,
    open_sign_in,
    password_is_right,
    renewed_hash,
)
from timing.operations.second_factor import (
    WrongCode,
    code_was_right,
    count_code,
    is_asked_for_code,
    take_code,
)
from timing.pages import addresses
from timing.pages.code_page import code_page
from timing.pages.rendering import render
from timing.web import forms, sign_ins
from timing.web.forms import field, form_token, private
from timing.web.guarding import sign_in_page
from timing.web.installation import installation, now, secret_key

desk_signing = Blueprint("desk_signing", __name__)


@desk_signing.get(addresses.DESK_SIGN_IN)
def sign_in_form() -> AnyResponse:
    """Who is it?"""
    return sign_in_page(next_path=request.args.get("next", ""))


@desk_signing.post(addresses.DESK_SIGN_IN)
def sign_in() -> AnyResponse:
    """Take a name and a password; too many wrong ones are not even looked at."""
    name = field("name")
    try:
        attempt = opened(name)
    except TooManyAttempts as error:
        return _too_late(sign_in_page(too_many_words(error), name=name, status=429), error)
    password = request.form.get("password", "")
    who, is_asked = None, False
    if in_thread(lambda: password_is_right(attempt, password)):
        renewed = in_thread(lambda: renewed_hash(attempt, password))
        with installation().database.writing() as session:
            is_asked = attempt.account_id is not None and is_asked_for_code(
                session, attempt.account_id
            )
            outcome = Outcome.CODE_WANTED if is_asked else Outcome.SIGNED_IN
            who = complete_sign_in(session, attempt, outcome=outcome, renewed=renewed)
    if who is None:
        return sign_in_page("Name or password is wrong.", name=name, status=403)
    next_path = forms.within(addresses.DESK, field("next"))
    if is_asked:
        sign_ins.await_code(who, next_path)
        return forms.to(addresses.DESK_SIGN_IN_CODE)
    sign_ins.sign_director_in(who)
    return forms.to(next_path)


@desk_signing.get(addresses.DESK_SIGN_IN_CODE)
def code_form() -> AnyResponse:
    """The second step, where the first was taken."""
    if sign_ins.awaited() is None:
        return forms.to(addresses.DESK_SIGN_IN)
    return _code_page()


@desk_signing.post(addresses.DESK_SIGN_IN_CODE)
def code() -> AnyResponse:
    """Take the code of the app, or one of those for its loss."""
    found = sign_ins.awaited()
    if found is None:
        said = "That took too long: begin again with your name and password."
        return sign_in_page(said, status=403)
    who, next_path = found
    try:
        use_code(who, field("code"), outcome=Outcome.SIGNED_IN)
    except TooManyAttempts as error:
        return _too_late(_code_page(too_many_words(error), 429), error)
    except WrongCode as error:
        return _code_page(f"{str(error).capitalize()}.", 403)
    sign_ins.sign_director_in(who)
    return forms.to(forms.within(addresses.DESK, next_path))


@desk_signing.post(addresses.DESK_SIGN_OUT)
def sign_out() -> AnyResponse:
    """End the session."""
    sign_ins.sign_director_out()
    return forms.to(addresses.DESK)


def opened(name: str) -> SignIn:
    """An attempt that is counted before its password is looked at. TooManyAttempts."""
    with installation().database.writing() as session:
        return open_sign_in(
            session, name, address=sign_ins.address(), at=now(), agent=sign_ins.agent()
        )


def confirmed(who: Director, password: str) -> bool:
    """Whether who is signed in typed their own password again. TooManyAttempts."""
    attempt = opened(who.name)
    if not in_thread(lambda: password_is_right(attempt, password)):
        return False
    with installation().database.writing() as session:
        return complete_sign_in(session, attempt, outcome=Outcome.CONFIRMED) is not None


def use_code(who: Director, typed: str, *, outcome: Outcome) -> None:
    """Use a code up, having counted the attempt. WrongCode, TooManyAttempts."""
    database = installation().database
    with database.writing() as session:
        counted = count_code(session, who.id, address=sign_ins.address(), at=now())
    try:
        with database.writing() as session:
            take_code(session, who.id, typed, key=secret_key(), at=now())
            code_was_right(session, counted)
            _note(session, who, outcome)
    except WrongCode:
        with database.writing() as session:
            _note(session, who, Outcome.WRONG_CODE)
        raise


def _note(session: Session, who: Director, outcome: Outcome) -> None:
    note_sign_in(
        session,
        who.id,
        address=sign_ins.address(),
        at=now(),
        agent=sign_ins.agent(),
        outcome=outcome,
    )


def too_many_words(error: TooManyAttempts) -> str:
    """How long nothing is looked at."""
    return f"Too many attempts. Try again in {-(-error.wait // MINUTE)} min."


def _too_late(response: AnyResponse, error: TooManyAttempts) -> AnyResponse:
    response.headers["Retry-After"] = str(-(-error.wait // SECOND))
    return response


def _code_page(message: str = "", status: int = 200) -> AnyResponse:
    page = code_page(message=message, form_token=form_token())
    return private(render(page, notice=installation().settings.notice), status)
