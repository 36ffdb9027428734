"""What other sites take in: a framed board, and a feed that their scripts may read."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request

from timing.live.answers import Headers
from timing.pages.embed_page import embed_page
from timing.pages.feed import feed
from timing.pages.rendering import render
from timing.web.answering import HTML, JSON, answered
from timing.web.headers import framed_headers, security_headers
from timing.web.installation import installation

embedding = Blueprint("embedding", __name__)

# Anybody's, and the same for all: no site may send credentials along, none are looked at.
_OF_ANY_ORIGIN = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag"),
)
_PREFLIGHT = (
    *_OF_ANY_ORIGIN,
    ("Access-Control-Allow-Methods", "GET"),
    ("Access-Control-Allow-Headers", "If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)
_A_SECOND = ("Cache-Control", "public, max-age=1")
_ASK_AGAIN = ("Cache-Control", "public, no-cache")


@embedding.get("/races/<slug:slug>/embed")
def embed(slug: str) -> Response:
    """A board for a frame on another site."""
    settings, args = installation().settings, request.args.to_dict()
    return answered(
        slug,
        lambda book, revision: render(embed_page(book, args, revision=revision)),
        HTML,
        [_ASK_AGAIN, *framed_headers(settings)],
    )


@embedding.get("/races/<slug:slug>/feed.json", provide_automatic_options=False)
def feed_json(slug: str) -> Response:
    """A race's state for scripts of other sites."""
    settings, args = installation().settings, request.args.to_dict()
    origin = settings.public_url
    headers: Headers = [_A_SECOND, *_OF_ANY_ORIGIN, *security_headers(settings)]
    return answered(
        slug,
        lambda book, revision: _text(feed(book, args, revision=revision, origin=origin)),
        JSON,
        headers,
    )


@embedding.route("/races/<slug:slug>/feed.json", methods=["OPTIONS"])
def feed_asked(slug: str) -> Response:  # noqa: ARG001 - the same for every race
    """What a browser asks before it lets a script send an ETag along."""
    return Response(status=204, headers=list(_PREFLIGHT))


@embedding.after_request
def also_where_it_is_refused(response: Response) -> Response:
    """Let a script read why, too."""
    if request.path.endswith("/feed.json"):
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
    return response


def _text(values: object) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"
