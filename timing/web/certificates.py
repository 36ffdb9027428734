"""Finishers' certificates, as PDF: each is set once for a revision of its race, then sent again."""

from __future__ import annotations

import threading

from flask import Blueprint, Response, request

from timing.core.book import RaceBook
from timing.exports.layouts import Layout
from timing.exports.pdf import Sheets
from timing.exports.pdf_certificate import certificate
from timing.live.answers import Answer
from timing.live.books import Standing
from timing.operations.print_layouts import LayoutVersion
from timing.pages.languages import translate
from timing.web.answering import race_etag
from timing.web.errors import Refusal
from timing.web.headers import security_headers
from timing.web.installation import installation
from timing.web.own_layouts import own_layout, set_pages

certificates = Blueprint("certificates", __name__)

PDF = "application/pdf"

_MOST_AT_ONCE = 4
_AT_ONCE = threading.BoundedSemaphore(_MOST_AT_ONCE)
"""Who waits for one to be set, which takes a process of its own: others are told to ask again."""


@certificates.get("/races/<slug:slug>/entries/<bib>/certificate.pdf")
def of_runner(slug: str, bib: str) -> Response:
    """The certificate of a finisher, once the race is over."""
    here = installation()
    race = here.books.race(slug)
    standing = race.standing
    own = own_layout(slug, Layout.CERTIFICATE)
    version = f"layout {0 if own is None else own.version}"
    # Whatever stands in the query: a certificate is the same. By a key that is no address's, so
    # that it is always looked whether the layout is another one.
    key = (request.environ.get("SCRIPT_NAME", "") + request.path, version)
    found = here.answers.get(key, standing)
    if found is None:
        if not _AT_ONCE.acquire(blocking=False):
            said = translate("Many ask for certificates just now; try again in a moment.")
            raise Refusal(503, said, headers={"Retry-After": "5"})
        try:
            found, standing = _made(slug, bib, own)
        finally:
            _AT_ONCE.release()
        here.answers.keep(key, slug, standing, found)
    status, headers, body = found.chosen(
        if_none_match=request.headers.get("If-None-Match", ""), accept_encoding=""
    )
    return Response(body, status=status, headers=headers)


def _made(slug: str, bib: str, own: LayoutVersion | None) -> tuple[Answer, Standing]:
    def taken(book: RaceBook, standing: Standing) -> tuple[Sheets, Standing]:
        return certificate(book, bib, revision=standing.cursor.revision), standing

    sheets, standing = installation().books.race(slug).ask(taken)
    # Not within `ask`: while the page is set, others may ask the book.
    made = Answer(
        etag=_etag(race_etag(standing.cursor), own),
        headers=(
            ("Content-Type", PDF),
            ("Content-Disposition", f'inline; filename="{slug}-certificate.pdf"'),
            ("Cache-Control", "public, no-cache"),
            *security_headers(installation().settings),
        ),
        body=set_pages(slug, Layout.CERTIFICATE, sheets, own),
        packed=b"",
    )
    return made, standing


def _etag(etag: str, own: LayoutVersion | None) -> str:
    """A certificate is another one in another layout."""
    return etag if own is None else f'{etag.rstrip(chr(34))}-{own.version}"'
