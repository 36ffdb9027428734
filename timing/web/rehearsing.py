"""Rehearsals are for those who have a part in the race, and are not there for anybody else."""

from __future__ import annotations

from flask import Flask, Response, request

from timing.core.rehearsals import is_rehearsal
from timing.db.reading import UnknownRace
from timing.operations.people import standing_in
from timing.web import sign_ins
from timing.web.installation import installation


def keep_rehearsals_in(app: Flask) -> None:
    """Show no page, picture or figure of a rehearsal to anybody without a part in it.

    Views of the desk see to it by themselves. For everybody else it is as if it were not there.
    """

    @app.before_request
    def guard() -> None:
        slug = _rehearsed()
        if not slug or hasattr(app.view_functions.get(request.endpoint or ""), "right"):
            return
        who = sign_ins.signed_in_director()
        with installation().database.reading() as session:
            if who is None or standing_in(session, slug, who.id) is None:
                raise UnknownRace(slug)

    @app.after_request
    def private(response: Response) -> Response:
        if _rehearsed():
            response.headers["Cache-Control"] = "private, no-store"
            response.headers["X-Robots-Tag"] = "noindex"
        return response


def _rehearsed() -> str:
    slug = str((request.view_args or {}).get("slug", ""))
    return slug if is_rehearsal(slug) else ""
