"""The public pages: what everybody may read, and the streams that keep them up to date."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from timing.core.book import RaceBook
from timing.pages.board_page import board_page
from timing.pages.live_page import live_page
from timing.pages.race_home import race_home
from timing.pages.race_list import race_list
from timing.pages.rendering import Page, render
from timing.pages.runner_page import runner_page
from timing.pages.stage_page import stage_page
from timing.web.answering import answered, answered_of_all
from timing.web.installation import installation

public = Blueprint("public", __name__)

KNOWN = "revision"
"""The stream's parameter that says which revision a page was made at."""


@public.get("/")
def races() -> Response:
    """Every race there is."""
    notice = installation().settings.notice
    return answered_of_all(lambda books: render(race_list(books), notice=notice))


@public.get("/races/<slug:slug>")
def race(slug: str) -> Response:
    """A race's home."""
    return _shown(slug, lambda book, revision: race_home(book, revision=revision))


@public.get("/races/<slug:slug>/boards/<code>")
def board(slug: str, code: str) -> Response:
    """A classification."""
    args = request.args.to_dict()
    return _shown(slug, lambda book, revision: board_page(book, code, args, revision=revision))


@public.get("/races/<slug:slug>/stages/<int:number>")
def stage(slug: str, number: int) -> Response:
    """A stage's result, or the order at one of its controls."""
    args = request.args.to_dict()
    return _shown(slug, lambda book, revision: stage_page(book, number, args, revision=revision))


@public.get("/races/<slug:slug>/entries/<bib>")
def entry(slug: str, bib: str) -> Response:
    """A runner's page."""
    args = request.args.to_dict()
    return _shown(slug, lambda book, revision: runner_page(book, bib, args, revision=revision))


@public.get("/races/<slug:slug>/live")
def live(slug: str) -> Response:
    """What is happening now."""
    return _shown(slug, lambda book, revision: live_page(book, revision=revision))


def _shown(slug: str, making: Callable[[RaceBook, int], Page]) -> Response:
    """The answer that shows a page of a race."""
    notice = installation().settings.notice
    return answered(slug, lambda book, revision: render(making(book, revision), notice=notice))


@public.get("/races/<slug:slug>/events")
def events(slug: str) -> Response:
    """The stream of changes to the page that the query string names, as server-sent events."""
    streams = installation().streams
    args = request.args.to_dict()
    known = request.headers.get("Last-Event-ID") or args.pop(KNOWN, "")
    args.pop(KNOWN, None)
    socket = request.environ.get("gunicorn.socket")
    listener = streams.listen(
        slug,
        args,
        known=int(known) if known.isascii() and known.isdigit() and len(known) <= 18 else None,
        descriptor=socket.fileno() if socket is not None else None,
    )
    response = Response(listener.chunks(), content_type="text/event-stream")
    # Also where nothing was ever read from the stream, as for HEAD.
    response.call_on_close(lambda: streams.leave(listener))
    response.headers["X-Accel-Buffering"] = "no"
    return response
