"""The API's answers: races, boards, stages, entries, problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from timing.core.book import RaceBook
from timing.db.publications import signed_text
from timing.exports import bodies
from timing.web.answering import JSON, answered, answered_of_all
from timing.web.api import schemas
from timing.web.api.blueprint import ApiBlueprint
from timing.web.api.description import Problem
from timing.web.api.publication_schemas import PublicationsOut, SignedOut
from timing.web.errors import PROBLEM_JSON, Refusal
from timing.web.installation import installation

results = ApiBlueprint(
    "results", __name__, url_prefix="/api/v1", description="What everybody may read."
)

_unknown = results.alt_response(
    404, schema=Problem, content_type=PROBLEM_JSON, description="There is no such thing here."
)
_bad_moment = results.alt_response(
    400, schema=Problem, content_type=PROBLEM_JSON, description="There is no such moment."
)
_unchanged = results.alt_response(304, description="What you have, by its ETag, still holds.")


@results.get("/races")
@results.response(200, schemas.Races)
@_unchanged
def races() -> Response:
    """All races."""
    revisions = installation().books.public_revisions
    return answered_of_all(lambda books: bodies.text(bodies.races_body(books, revisions)), JSON)


@results.get("/races/<slug:slug>")
@results.arguments(schemas.MomentIn, location="query")
@results.response(200, schemas.RaceOut)
@_unchanged
@_unknown
@_bad_moment
def race(_: Mapping[str, Any], slug: str) -> Response:
    """A race: its stages, divisions and boards, and how far it has come."""
    return _answered(slug, bodies.race_body)


@results.get("/races/<slug:slug>/boards/<code>")
@results.arguments(schemas.AfterIn, location="query")
@results.response(200, schemas.BoardOut)
@_unchanged
@_unknown
@_bad_moment
def board(query: Mapping[str, Any], slug: str, code: str) -> Response:
    """A classification as after a stage, by default the last with a result."""
    after = query.get("after")
    return _answered(slug, lambda book, at: bodies.board_body(book, at, code, after))


@results.get("/races/<slug:slug>/stages/<int:number>")
@results.arguments(schemas.ControlIn, location="query")
@results.response(200, schemas.StageOut)
@_unchanged
@_unknown
@_bad_moment
def stage(query: Mapping[str, Any], slug: str, number: int) -> Response:
    """A stage's result, or the order at one of its controls."""
    control = query.get("control", "")
    return _answered(slug, lambda book, at: bodies.stage_body(book, at, number, control))


@results.get("/races/<slug:slug>/entries/<bib>")
@results.arguments(schemas.MomentIn, location="query")
@results.response(200, schemas.EntryOut)
@_unchanged
@_unknown
@_bad_moment
def entry(_: Mapping[str, Any], slug: str, bib: str) -> Response:
    """An entry by its bib: results and splits of every stage, lines on the boards."""
    return _answered(slug, lambda book, at: bodies.entry_body(book, at, bib))


@results.get("/races/<slug:slug>/problems")
@results.arguments(schemas.MomentIn, location="query")
@results.response(200, schemas.ProblemsOut)
@_unchanged
@_unknown
@_bad_moment
def problems(_: Mapping[str, Any], slug: str) -> Response:
    """Everything dubious or contradictory in the records."""
    return _answered(slug, bodies.problems_body)


@results.get("/races/<slug:slug>/publications")
@results.arguments(schemas.MomentIn, location="query")
@results.response(200, PublicationsOut)
@_unchanged
@_unknown
@_bad_moment
def publications(_: Mapping[str, Any], slug: str) -> Response:
    """Every number that was issued, with its digests and what it changed."""
    return _answered(slug, bodies.publications_body)


@results.get("/races/<slug:slug>/publications/<int:number>/result")
@results.response(200, SignedOut)
@_unknown
def signed_result(slug: str, number: int) -> Response:
    """The result of a number, to the byte as it was signed: its SHA-256 is the digest."""
    with installation().database.reading() as session:
        text = signed_text(session, slug, number)
    if text is None:
        raise Refusal(404, "Nothing of that number was published.")
    return Response(text, content_type=JSON, headers={"Cache-Control": "public, no-cache"})


def _answered(slug: str, body: Callable[[RaceBook, int], bodies.Body]) -> Response:
    return answered(slug, lambda book, revision: bodies.text(body(book, revision)), JSON)
