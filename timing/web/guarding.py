"""Who may see a page of the desk: each view names the right it takes, and is refused without it.

A view that is guarded carries its right as ``view.right``, by which the table of roles is tested
against the table of routes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from timing.operations.directors import Director
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.desk_page import desk_sign_in
from timing.pages.rendering import render
from timing.web import forms, sign_ins
from timing.web.forms import field, form_token, private
from timing.web.installation import installation

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[Director, Parameters], AnyResponse]


def signed_in(view: View[Parameters]) -> Callable[Parameters, AnyResponse]:
    """Give the view whoever is signed in, or ask who it is."""

    @wraps(view)
    def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> AnyResponse:
        who = sign_ins.signed_in_director()
        if who is None:
            # What a form says is not done later by itself: they are sent to the page it is on.
            asked = request.full_path.rstrip("?") if request.method == "GET" else addresses.DESK
            return sign_in_page(next_path=asked, status=401 if request.method != "GET" else 200)
        return view(who, *args, **kwargs)

    guarded.right = None  # type: ignore[attr-defined]
    return guarded


def allowed(right: Right) -> Callable[[View[Parameters]], Callable[Parameters, AnyResponse]]:
    """Let a view of a race, whose ``slug`` is in its address, be reached with this right only."""

    def guard(view: View[Parameters]) -> Callable[Parameters, AnyResponse]:
        guarded = signed_in(view)
        guarded.right = right  # type: ignore[attr-defined]
        return guarded

    return guard


def sign_in_page(
    message: str = "", *, name: str = "", next_path: str = "", status: int = 200
) -> AnyResponse:
    """The page that asks who it is, and then goes on to ``next_path``."""
    page = desk_sign_in(
        form_token=form_token(),
        message=message,
        name=name,
        next_path=forms.within(addresses.DESK, next_path or field("next")),
    )
    return private(render(page, notice=installation().settings.notice), status)
