"""Who may see a page of the desk: each view names the right it takes, and is refused without it.

A race in which an account has no part is not there for it. One in which it has a part that lacks
the right says so.

A view that is guarded carries its right as ``view.right``, by which the table of roles is tested
against the table of routes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from timing.db.reading import UnknownRace
from timing.operations.directors import Director
from timing.operations.people import Standing, owners, standing_in
from timing.operations.roles import RIGHTS, Part, Right
from timing.pages import addresses
from timing.pages.desk_page import desk_sign_in
from timing.pages.granted import granting
from timing.pages.refused_page import refused_page
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
        @wraps(view)
        def having_it(
            who: Director, /, *args: Parameters.args, **kwargs: Parameters.kwargs
        ) -> AnyResponse:
            slug = str(kwargs["slug"])
            with installation().database.reading() as session:
                standing = standing_in(session, slug, who.id)
            if standing is None:
                # As if it were not there: that there is such a race is not for everybody to know.
                raise UnknownRace(slug)
            if standing.part is Part.STATION and request.path == addresses.desk(slug):
                return forms.to(addresses.desk_record(slug))
            if right not in standing.rights or standing.lacks_second_factor:
                return _refused(who, slug, standing, right)
            with granting(standing.rights):
                return view(who, *args, **kwargs)

        guarded = signed_in(having_it)
        guarded.right = right  # type: ignore[attr-defined]
        return guarded

    return guard


def _refused(who: Director, slug: str, standing: Standing, right: Right) -> AnyResponse:
    """Why this is not for them, and who could change that."""
    with installation().database.reading() as session:
        asked = owners(session, slug)
    page = refused_page(
        slug,
        part=standing.part,
        parts=[part for part in Part if right in RIGHTS[part]],
        owners=asked,
        lacks_second_factor=right in standing.rights,
        signed_in_as=who.name,
        form_token=form_token(),
    )
    with granting(standing.rights):
        return private(render(page, notice=installation().settings.notice), 403)


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
