"""What goes wrong, said to people in plain words and to programs as problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, json, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from timing.core.book import UnknownBoard, UnknownControl, UnknownEntry, UnknownStage
from timing.db.engines import DatabaseBusy
from timing.db.reading import UnknownRace, UnknownRevision
from timing.exports.pdf_certificate import NoCertificate
from timing.live.past import TooManyAskForThePast
from timing.live.streams import TooManyTopics
from timing.operations.homes import FrameNotHere, NotHome
from timing.pages.error_page import error_page
from timing.pages.languages import translate
from timing.pages.rendering import render
from timing.pages.runner_page import UnknownRunner
from timing.pages.selection import BadQuery
from timing.pages.team_page import UnknownTeam
from timing.web.installation import installation

API = "/api/"
FEED = "/feed.json"
PROBLEM_JSON = "application/problem+json"

_OURS = (
    UnknownRace,
    UnknownBoard,
    UnknownStage,
    UnknownControl,
    UnknownEntry,
    UnknownRunner,
    UnknownTeam,
    NoCertificate,
    BadQuery,
    DatabaseBusy,
    TooManyTopics,
    UnknownRevision,
    TooManyAskForThePast,
)


class Refusal(HTTPException):
    """A request that is refused; ``detail`` says why, ``errors`` what exactly, for programs."""

    def __init__(
        self,
        code: int,
        detail: str,
        *,
        errors: Any = None,  # noqa: ANN401 - any JSON
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.errors = errors
        self.headers = dict(headers or {})

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - Werkzeug's
        """The library's headers, and ours."""
        return [*super().get_headers(*args, **kwargs), *self.headers.items()]


def handle_errors(app: Flask) -> None:
    """Answer every error of ``app``, each visitor in their own form."""
    app.register_error_handler(HTTPException, told)
    app.register_error_handler(CSRFError, lambda _: told(_stale_form()))
    for kind in _OURS:
        app.register_error_handler(kind, lambda error: told(_refusal_of(error)))
    app.register_error_handler(NotHome, lambda error: told(_kept_elsewhere(error)))
    app.register_error_handler(FrameNotHere, lambda error: told(_kept_elsewhere(error)))


def told(error: HTTPException) -> Response:
    """The answer that tells of an error, as a page or as problem+json."""
    code = error.code or 500
    headers = [(k, v) for k, v in error.get_headers() if k.lower() != "content-type"]
    if request.path.startswith(API) or request.path.endswith(FEED):
        return Response(_problem(error), code, headers, content_type=PROBLEM_JSON)
    detail = error.description if isinstance(error, Refusal) else ""
    page = error_page(code, detail or "", path=request.path)
    return Response(render(page, notice=installation().settings.notice), code, headers)


def _problem(error: HTTPException) -> str:
    data = getattr(error, "data", None) or {}  # webargs and smorest's abort put things here
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": error.name,
        "status": error.code,
        "detail": data.get("message") or error.description,
    }
    errors = getattr(error, "errors", None) or data.get("messages") or data.get("errors")
    if errors:
        problem["errors"] = errors
    return json.dumps(problem)


def _refusal_of(error: Exception) -> Refusal:  # noqa: PLR0911 - one for each kind of error
    asked = str(error.args[0]) if error.args else ""
    match error:
        case UnknownRace(slug=slug):
            return _nothing(translate("There is no race “{asked}” here."), slug)
        case UnknownRevision(revision=revision):
            said = translate("This race has no revision {asked}, or had no stages then.")
            return _nothing(said, revision)
        case TooManyAskForThePast():
            said = translate("Others are looking at other moments; try again in a moment.")
            return _busy(said)
        case UnknownBoard():
            return _nothing(translate("This race has no classification “{asked}”."), asked)
        case UnknownStage():
            return _nothing(translate("This race has no results of a stage {asked}."), asked)
        case UnknownControl():
            return _nothing(translate("That stage has no control “{asked}”."), asked)
        case UnknownEntry() | UnknownRunner():
            return _nothing(translate("Nobody wears bib “{asked}” in this race."), asked)
        case UnknownTeam():
            return _nothing(translate("This race has no team “{asked}”."), asked)
        case NoCertificate():
            said = translate(
                "There is no certificate of bib “{asked}”: it has not finished the race."
            )
            return _nothing(said, asked)
        case BadQuery(name=name, expected=expected):
            return Refusal(400, f"In the address, {name} must be {expected}.")
        case TooManyTopics():
            return _busy("Too many different pages are followed live; this one is not, for now.")
        case _:
            return _busy("The database is busy. Nothing was written; try again in a moment.")


def _nothing(said: str, asked: str | int) -> Refusal:
    return Refusal(404, said.format(asked=asked))


def _kept_elsewhere(error: Exception) -> Refusal:
    words = str(error)
    return Refusal(409, f"{words[:1].upper()}{words[1:]}.")


def _busy(detail: str) -> Refusal:
    return Refusal(503, detail, headers={"Retry-After": "2"})


def _stale_form() -> Refusal:
    return Refusal(400, "This form is too old, or came from elsewhere. Open the page again.")
