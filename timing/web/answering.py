"""Public answers: made once for each revision of a race, then sent again as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Response, request

from timing.core.book import RaceBook
from timing.core.rehearsals import is_rehearsal
from timing.core.times import BadTime, Instant, parse_instant
from timing.db.reading import Cursor
from timing.live.answers import Answer, Answers, Headers, Key, answer, matches
from timing.live.books import Books
from timing.live.past import Moment
from timing.live.threads import in_thread
from timing.pages.release import release
from timing.pages.selection import BadQuery
from timing.web.headers import security_headers
from timing.web.installation import installation

HTML = "text/html; charset=utf-8"
JSON = "application/json"

Making: TypeAlias = Callable[[RaceBook, int], str]
"""Makes a body of a book at a revision, in a thread that knows no request."""

_ASK_AGAIN = ("Cache-Control", "public, no-cache")
"""Anybody may keep it, and asks each time whether it still holds."""


def race_etag(cursor: Cursor) -> str:
    """The ETag of everything about a race: node epoch, revision and release.

    Asks for the current application, as a thread beside it can't.
    """
    return f'W/"{cursor.epoch}-{cursor.revision}-{_release()}"'


def life_of(slug: str) -> str:
    """What a page that stays open for days is of: the database's life and the release."""
    return f"{installation().books.race(slug).standing.cursor.epoch}-{_release()}"


def answered(
    slug: str, making: Making, content_type: str = HTML, headers: Headers | None = None
) -> Response:
    """The answer to the current request, of one race; raises UnknownRace and what it raises.

    ``headers`` are sent instead of the usual ones.
    """
    own = _headers() if headers is None else headers
    here = installation()
    race = here.books.race(slug)
    etag = race_etag(race.standing.cursor)
    if matches(request.headers.get("If-None-Match", ""), etag):
        kept = (_ASK_AGAIN,) if headers is None else tuple(headers)
        return _response(Answer(etag=etag, headers=kept, body=b"", packed=b""))
    key = _key(request.environ)
    moment = asked_moment()
    if moment.is_past:
        return _response(_of_the_past(slug, moment, making, content_type, own))
    with race.alone() as (book, standing):
        # Somebody else may have asked while this one waited for the book.
        found = here.answers.get(key, standing)
        if found is None:
            cursor = standing.cursor
            etag = race_etag(cursor)
            found = in_thread(
                lambda: answer(
                    making(book, cursor.revision),
                    content_type=content_type,
                    etag=etag,
                    headers=own,
                )
            )
            here.answers.keep(key, slug, standing, found)
    return _response(found)


def asked_moment() -> Moment:
    """The moment that the current request asks for; BadQuery where it is none."""
    return moment_of(request.args.to_dict())


def moment_of(args: Mapping[str, str]) -> Moment:
    """The moment in a query string's parameters ``at`` and ``revision``; BadQuery."""
    at, revision = args.get("at", "").strip(), args.get("revision", "").strip()
    instant: Instant | None = None
    if at:
        try:
            # A plus sign that was not escaped comes as a blank.
            instant = parse_instant(at.replace(" ", "+"))
        except BadTime:
            raise BadQuery("at", "an instant like 2026-08-28T18:00:00Z") from None
    if revision and not (revision.isascii() and revision.isdigit() and len(revision) <= _DIGITS):
        raise BadQuery("revision", "the number of a revision")
    return Moment(at=instant, revision=int(revision) if revision else None)


_DIGITS = 18


def _of_the_past(
    slug: str, moment: Moment, making: Making, content_type: str, headers: Headers
) -> Answer:
    """An answer that is remembered as long as the race stands where it does."""
    here = installation()
    key, standing = _key(request.environ), here.books.race(slug).standing
    found = here.answers.get(key, standing)
    if found is None:
        cursor = standing.cursor
        revision = cursor.revision if moment.revision is None else moment.revision
        text = here.past.ask(
            slug, cursor, moment, lambda book: making(book, revision), hidden=standing.hidden
        )
        found = answer(text, content_type=content_type, etag=race_etag(cursor), headers=headers)
        here.answers.keep(key, slug, standing, found)
    return found


def answered_of_all(
    making: Callable[[Sequence[RaceBook]], str], content_type: str = HTML
) -> Response:
    """The answer to the current request, of all races."""
    here = installation()
    cursors = here.books.cursors
    key, headers = _key(request.environ), _headers()
    found = here.answers.get(key, cursors)
    if found is None:
        etag = _etag_of_all(cursors)
        found = here.books.ask_all(
            lambda books: answer(
                making(books), content_type=content_type, etag=etag, headers=headers
            )
        )
        here.answers.keep(key, "", cursors, found)
    return _response(found)


def _etag_of_all(cursors: Mapping[str, Cursor]) -> str:
    text = repr(sorted((slug, c.epoch, c.revision) for slug, c in cursors.items()))
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:16]}-{_release()}"'


def _release() -> str:
    return release(installation().settings.notice)


def _headers() -> Headers:
    return [_ASK_AGAIN, *security_headers(installation().settings)]


def _response(made: Answer) -> Response:
    status, headers, body = made.chosen(
        if_none_match=request.headers.get("If-None-Match", ""),
        accept_encoding=request.headers.get("Accept-Encoding", ""),
    )
    return Response(body, status=status, headers=headers)


def _key(environ: WSGIEnvironment) -> Key:
    # With its language, which the application behind finds in front of the path.
    path = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]
    return path, environ.get("QUERY_STRING", "")


class RememberedAnswers:
    """Sends answers that still hold before anything of Flask is reached.

    What is special to a visitor is never remembered, so nothing of the request matters but its
    address, what it has and what it takes.
    """

    def __init__(self, app: WSGIApplication, answers: Answers, books: Books) -> None:
        self._app = app
        self._answers = answers
        self._books = books

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or let the application do so."""
        if environ["REQUEST_METHOD"] == "GET":
            key = _key(environ)
            slug = self._answers.slug_of(key)
            # Who may see a rehearsal is asked each time.
            is_kept = slug is not None and not is_rehearsal(slug)
            found = (
                None
                if slug is None or not is_kept
                else self._answers.get(key, self._books.stamp(slug))
            )
            if found is not None:
                status, headers, body = found.chosen(
                    if_none_match=environ.get("HTTP_IF_NONE_MATCH", ""),
                    accept_encoding=environ.get("HTTP_ACCEPT_ENCODING", ""),
                )
                start_response(status, headers)
                return (body,)
        return self._app(environ, start_response)
