"""The station app's shell, its service worker and its manifest: the same for everybody."""

from __future__ import annotations

from flask import Blueprint, Response, json, request
from werkzeug.wrappers import Response as AnyResponse

from timing.pages import addresses
from timing.pages.rendering import render
from timing.pages.station_app_page import (
    app_version,
    station_app_page,
    station_manifest,
    station_worker,
)
from timing.web.answering import HTML
from timing.web.installation import installation

station_app = Blueprint("station_app", __name__)

_SCRIPT = "text/javascript; charset=utf-8"
_MANIFEST = "application/manifest+json"


@station_app.get(addresses.STATION)
def shell() -> AnyResponse:
    """The app: it opens offline from the worker's keeping, and from here the first time."""
    notice = installation().settings.notice
    return _kept_until_it_changes(render(station_app_page(notice), notice=notice), HTML)


@station_app.get(addresses.STATION_WORKER)
def worker() -> AnyResponse:
    """The service worker, with the version and the files of the app that is served now."""
    text = render(station_worker(installation().settings.notice))
    answer = _kept_until_it_changes(text, _SCRIPT)
    # It stands below /station, and answers for /station itself too.
    answer.headers["Service-Worker-Allowed"] = addresses.STATION
    return answer


@station_app.get(addresses.STATION_MANIFEST)
def manifest() -> AnyResponse:
    """What a phone is told when the app is installed."""
    return _kept_until_it_changes(json.dumps(station_manifest()), _MANIFEST)


def _kept_until_it_changes(text: str, content_type: str) -> AnyResponse:
    """An answer that a browser may keep, and asks about each time."""
    answer = Response(text, content_type=content_type)
    answer.headers["Cache-Control"] = "no-cache"
    answer.set_etag(app_version(installation().settings.notice))
    return answer.make_conditional(request)
