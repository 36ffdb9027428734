"""Signing in to the desk, and out."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.times import MINUTE, SECOND
from timing.live.threads import in_thread
from timing.operations.directors import (
    TooManyAttempts,
    complete_sign_in,
    open_sign_in,
    password_is_right,
)
from timing.pages import addresses
from timing.web import forms, sign_ins
from timing.web.forms import field
from timing.web.guarding import sign_in_page
from timing.web.installation import installation, now

desk_signing = Blueprint("desk_signing", __name__)


@desk_signing.get(addresses.DESK_SIGN_IN)
def sign_in_form() -> AnyResponse:
    """Who is it?"""
    return sign_in_page(next_path=request.args.get("next", ""))


@desk_signing.post(addresses.DESK_SIGN_IN)
def sign_in() -> AnyResponse:
    """Take a name and a password; too many wrong ones are not even looked at."""
    database, name = installation().database, field("name")
    try:
        with database.writing() as session:
            attempt = open_sign_in(session, name, address=request.remote_addr or "", at=now())
    except TooManyAttempts as error:
        minutes = -(-error.wait // MINUTE)
        response = sign_in_page(
            f"Too many attempts. Try again in {minutes} min.", name=name, status=429
        )
        response.headers["Retry-After"] = str(-(-error.wait // SECOND))
        return response
    password = request.form.get("password", "")
    who = None
    if in_thread(lambda: password_is_right(attempt, password)):
        with database.writing() as session:
            who = complete_sign_in(session, attempt)
    if who is None:
        return sign_in_page("Name or password is wrong.", name=name, status=403)
    sign_ins.sign_director_in(who)
    return forms.to(forms.within(addresses.DESK, field("next")))


@desk_signing.post(addresses.DESK_SIGN_OUT)
def sign_out() -> AnyResponse:
    """End the session."""
    sign_ins.sign_director_out()
    return forms.to(addresses.DESK)
