"""Pictures for where pages are shared: of a race, its boards, stages and runners."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from timing.core.book import RaceBook
from timing.exports.card import Card, board_card, race_card, runner_card, stage_card
from timing.exports.pdf import PrintingFailed
from timing.live.answers import matches
from timing.live.pictures import TooManyPictures
from timing.pages.languages import spoken
from timing.web.errors import Refusal
from timing.web.headers import security_headers
from timing.web.installation import installation

cards = Blueprint("cards", __name__)

_A_MINUTE = "public, max-age=60"


@cards.get("/races/<slug:slug>/card.png")
def race(slug: str) -> Response:
    """Of a race."""
    return _drawn(slug, race_card)


@cards.get("/races/<slug:slug>/boards/<code>/card.png")
def board(slug: str, code: str) -> Response:
    """Of a classification."""
    return _drawn(slug, lambda book: board_card(book, code))


@cards.get("/races/<slug:slug>/stages/<int:number>/card.png")
def stage(slug: str, number: int) -> Response:
    """Of a stage."""
    return _drawn(slug, lambda book: stage_card(book, number))


@cards.get("/races/<slug:slug>/entries/<bib>/card.png")
def runner(slug: str, bib: str) -> Response:
    """Of a runner."""
    return _drawn(slug, lambda book: runner_card(book, bib))


def _drawn(slug: str, making: Callable[[RaceBook], Card]) -> Response:
    here = installation()
    card = here.books.race(slug).ask(lambda book, _: making(book))
    # What stands behind a question mark changes nothing, and is not remembered either.
    address = f"{spoken().code} {request.path}"
    try:
        picture = here.pictures.get(address, card)
    except TooManyPictures as error:
        raise Refusal(
            503,
            "Too many pictures are asked for at once.",
            headers={"Retry-After": str(error.wait)},
        ) from None
    except PrintingFailed as error:
        raise Refusal(503, "The picture could not be drawn.") from error
    etag = f'"{picture.digest}"'
    headers = [
        ("ETag", etag),
        ("Cache-Control", _A_MINUTE),
        *security_headers(here.settings),
    ]
    if matches(request.headers.get("If-None-Match", ""), etag):
        return Response(status=304, headers=headers)
    return Response(picture.image, headers=headers, content_type="image/png")
