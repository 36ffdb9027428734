"""The public pages: what everybody may read, and the streams that keep them up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from timing.core.book import RaceBook
from timing.core.times import zone_named
from timing.live.answers import takes_gzip
from timing.live.listening import Known
from timing.live.outlets import outlet_of
from timing.pages import figures
from timing.pages.board_page import BoardPage, board_page
from timing.pages.charts_page import ChartsPage, charts_page
from timing.pages.languages import prefix
from timing.pages.line_data import line_data
from timing.pages.live_page import LivePage, live_page
from timing.pages.live_view import page_of_lines
from timing.pages.moments import moment_words
from timing.pages.people_page import PeoplePage, TeamsPage, runners_page, teams_page
from timing.pages.publications_page import PublicationsPage, publications_page
from timing.pages.race_home import RaceHomePage, race_home
from timing.pages.race_list import race_list
from timing.pages.rendering import render
from timing.pages.runner_page import RunnerPage, runner_page
from timing.pages.screen_page import ScreenPage, screen_page
from timing.pages.screen_setup import ScreenSetupPage, screen_setup
from timing.pages.selection import BadQuery
from timing.pages.sharing import published_at
from timing.pages.stage_page import ControlPage, StagePage, stage_page
from timing.pages.start_list_page import StartListPage, start_list_page
from timing.pages.team_page import TeamPage, team_page
from timing.web.answering import JSON, answered, answered_of_all, asked_moment, life_of
from timing.web.installation import installation, now

public = Blueprint("public", __name__)

RacePage: TypeAlias = (
    BoardPage
    | ChartsPage
    | ControlPage
    | LivePage
    | PeoplePage
    | PublicationsPage
    | RaceHomePage
    | RunnerPage
    | ScreenPage
    | ScreenSetupPage
    | StagePage
    | StartListPage
    | TeamPage
    | TeamsPage
)

KNOWN = "revision"
"""The stream's parameter that says which revision a page was made at, or the last event's id."""


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


@public.get("/races/<slug:slug>/stages/<int:number>/start-list")
def start_list(slug: str, number: int) -> Response:
    """Who starts a stage when."""
    return _shown(slug, lambda book, revision: start_list_page(book, number, revision=revision))


@public.get("/races/<slug:slug>/entries/<bib>")
def entry(slug: str, bib: str) -> Response:
    """A runner's page."""
    args = request.args.to_dict()
    return _shown(slug, lambda book, revision: runner_page(book, bib, args, revision=revision))


@public.get("/races/<slug:slug>/runners")
def runners(slug: str) -> Response:
    """Everybody who is entered."""
    args = request.args.to_dict()
    return _shown(slug, lambda book, revision: runners_page(book, args, revision=revision))


@public.get("/races/<slug:slug>/teams")
def teams(slug: str) -> Response:
    """Every team."""
    args = request.args.to_dict()
    return _shown(slug, lambda book, revision: teams_page(book, args, revision=revision))


@public.get("/races/<slug:slug>/teams/<code>")
def team(slug: str, code: str) -> Response:
    """A team's page."""
    args = request.args.to_dict()
    return _shown(slug, lambda book, revision: team_page(book, code, args, revision=revision))


@public.get("/races/<slug:slug>/live")
def live(slug: str) -> Response:
    """What is happening now."""
    return _shown(slug, lambda book, revision: live_page(book, revision=revision))


@public.get("/races/<slug:slug>/charts")
def charts(slug: str) -> Response:
    """Pictures of the race."""
    args = request.args.to_dict()
    return _shown(slug, lambda book, revision: charts_page(book, args, revision=revision))


@public.get("/races/<slug:slug>/publications")
def publications(slug: str) -> Response:
    """What was published, number by number."""
    return _shown(slug, lambda book, revision: publications_page(book, revision=revision))


@public.get("/races/<slug:slug>/screen")
def screen(slug: str) -> Response:
    """The big screen of a camp or a finish."""
    args, life = _listed_args(), life_of(slug)
    return _shown(
        slug,
        lambda book, revision: replace(screen_page(book, args, revision=revision), life=life),
    )


@public.get("/races/<slug:slug>/screen/setup")
def screen_address(slug: str) -> Response:
    """Where a big screen's address is put together."""
    args, origin = _listed_args(), installation().settings.public_url
    return _shown(
        slug,
        lambda book, revision: screen_setup(book, args, origin=origin, revision=revision),
    )


def _listed_args() -> dict[str, str]:
    """The parameters; what a form sends several times is one list with commas."""
    return {name: ",".join(values) for name, values in request.args.lists()}


@public.get("/races/<slug:slug>/screen/pulse")
def screen_pulse(slug: str) -> Response:
    """What a big screen asks now and then: the race's clock, and whether to load itself again."""
    at = now()
    zone = zone_named(installation().books.race(slug).standing.race.timezone)
    return jsonify(now=at, offset_ms=figures.utc_offset_ms(at, zone), life=life_of(slug))


def _shown(slug: str, making: Callable[[RaceBook, int], RacePage]) -> Response:
    """The answer that shows a page of a race."""
    notice, moment = installation().settings.notice, asked_moment()
    here, present = _address(request.args), _present_url()
    origin = installation().settings.public_url

    def made(book: RaceBook, revision: int) -> str:
        page = making(book, revision)
        if moment.is_past:
            told = moment_words(book.race, at=moment.at, revision=moment.revision)
            page = replace(page, frame=page.frame.as_past(told, present))
        with published_at(origin):
            return render(page, notice=notice, here=here)

    return answered(slug, made)


def _present_url() -> str:
    """The address of this page as it stands now."""
    kept = {k: v for k, v in request.args.items() if k not in ("at", "revision")}
    return prefix() + _address(kept)


def _address(args: Mapping[str, str]) -> str:
    """This page's address with those parameters, without its language."""
    return f"{request.path}?{urlencode(args)}" if args else request.path


@public.get("/races/<slug:slug>/lines")
def lines(slug: str) -> Response:
    """All lines of the tables of a page, for its script; asked as its stream is."""
    args, moment = request.args.to_dict(), asked_moment()
    if moment.is_past:
        raise BadQuery("at", "left away: the lines are those of the present")

    def made(book: RaceBook, revision: int) -> str:
        return line_data(page_of_lines(book, args), revision=revision)

    return answered(slug, made, JSON)


@public.get("/races/<slug:slug>/events")
def events(slug: str) -> Response:
    """The stream of changes to the page that the query string names, as server-sent events."""
    streams = installation().streams
    args = request.args.to_dict()
    # What a browser resumes from by itself is newer than what its page's address says.
    known = request.headers.get("Last-Event-ID") or args.get(KNOWN, "")
    args.pop(KNOWN, None)
    socket = request.environ.get("gunicorn.socket")
    packed = takes_gzip(request.headers.get("Accept-Encoding", ""))
    listener = streams.listen(
        slug,
        args,
        known=Known.of(known),
        descriptor=socket.fileno() if socket is not None else None,
        outlet=outlet_of(request.environ),
        packed=packed,
    )
    response = Response(listener.chunks(), content_type="text/event-stream")
    # Also where nothing was ever read from the stream, as for HEAD.
    response.call_on_close(lambda: streams.leave(listener))
    response.headers["X-Accel-Buffering"] = "no"
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
