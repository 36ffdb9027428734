"""The public pages: what everybody may read, and the streams that keep them up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from timing.core.book import RaceBook
from timing.pages.board_page import BoardPage, board_page
from timing.pages.charts_page import ChartsPage, charts_page
from timing.pages.languages import prefix
from timing.pages.live_page import LivePage, live_page
from timing.pages.moments import moment_words
from timing.pages.race_home import RaceHomePage, race_home
from timing.pages.race_list import race_list
from timing.pages.rendering import render
from timing.pages.runner_page import RunnerPage, runner_page
from timing.pages.stage_page import ControlPage, StagePage, stage_page
from timing.web.answering import answered, answered_of_all, asked_moment
from timing.web.installation import installation

public = Blueprint("public", __name__)

RacePage: TypeAlias = (
    BoardPage | ChartsPage | ControlPage | LivePage | RaceHomePage | RunnerPage | StagePage
)

KNOWN = "revision"
"""The stream's parameter that says which revision a page was made at."""


@public.get("/")
def races() -> Response:
    """Every race there is."""
    notice = installation().settings.notice
    return answered_of_all(lambda books: render(race_list(books), notice=notice, here="/"))


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


@public.get("/races/<slug:slug>/charts")
def charts(slug: str) -> Response:
    """Pictures of the race."""
    args = request.args.to_dict()
    return _shown(slug, lambda book, revision: charts_page(book, args, revision=revision))


def _shown(slug: str, making: Callable[[RaceBook, int], RacePage]) -> Response:
    """The answer that shows a page of a race."""
    notice, moment = installation().settings.notice, asked_moment()
    here, present = _address(request.args), _present_url()

    def made(book: RaceBook, revision: int) -> str:
        page = making(book, revision)
        if moment.is_past:
            told = moment_words(book.race, at=moment.at, revision=moment.revision)
            page = replace(page, frame=page.frame.as_past(told, present))
        return render(page, notice=notice, here=here)

    return answered(slug, made)


def _present_url() -> str:
    """The address of this page as it stands now."""
    kept = {k: v for k, v in request.args.items() if k not in ("at", "revision")}
    return prefix() + _address(kept)


def _address(args: Mapping[str, str]) -> str:
    """This page's address with those parameters, without its language."""
    return f"{request.path}?{urlencode(args)}" if args else request.path


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
