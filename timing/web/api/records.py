"""The API's writing side: passings and rulings, in lists, each record once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from flask import g

from timing.core.book import RaceBook
from timing.core.problems import Problem as Listed
from timing.core.records import Passing, Record, Ruling
from timing.exports.bodies import preview_body
from timing.exports.json import problem_line
from timing.live.books import Standing
from timing.live.threads import in_thread
from timing.operations.record import Appended
from timing.operations.tokens import Token, TokenScope, may_record, may_rule
from timing.racefile import BadRecord
from timing.web import forms, recording
from timing.web.api import schemas
from timing.web.api.bearer import key_needed
from timing.web.api.blueprint import ApiBlueprint
from timing.web.api.description import Problem
from timing.web.errors import PROBLEM_JSON, Refusal
from timing.web.installation import installation

Row = TypeVar("Row", Passing, Ruling)
Taken: TypeAlias = dict[str, Any]

records = ApiBlueprint(
    "records", __name__, url_prefix="/api/v1", description="What stations and directors write."
)

IN_A_THREAD = 50
"""From so many rows on they are judged where they keep nobody waiting."""


def _refusals(view: Callable[..., Any]) -> Callable[..., Any]:
    for status, words in (
        (400, "The body is no JSON."),
        (401, "No key, or one that is not known."),
        (403, "The key may not write this; nothing was taken."),
        (404, "There is no such race."),
        (413, "The body is too long."),
        (503, "The database is busy; nothing was written, send it again."),
    ):
        view = records.alt_response(
            status, schema=Problem, content_type=PROBLEM_JSON, description=words
        )(view)
    return view


@records.post("/races/<slug:slug>/passings")
@key_needed
@records.arguments(schemas.PassingsIn)
@records.response(200, schemas.Taken)
@_refusals
@records.doc(security=[{"key": []}])
def passings(body: Mapping[str, Any], slug: str) -> Taken:
    """Send passings; sending them again adds nothing, so send until they are answered.

    What can't be dated or placed, an unknown bib for one, is taken all the same and listed: it is
    evidence.
    """
    token: Token = g.token
    judged = _judged(body["passings"], recording.passing_from)
    _refuse_unless(
        judged,
        lambda passing: may_record(token, passing),
        lambda p: f"This key does not record at {p.control} on stage {p.stage}.",
    )
    written = recording.write(slug, passings=judged.rows, token_id=token.id)
    place = installation().books.race(slug).standing.place
    found = ((index, place(passing)) for index, passing in judged.taken)
    return _taken(written, judged, [(i, p) for i, p in found if isinstance(p, Listed)])


@records.post("/races/<slug:slug>/rulings")
@key_needed
@records.arguments(schemas.RulingsIn)
@records.response(200, schemas.Taken)
@_refusals
@records.doc(security=[{"key": []}])
def rulings(body: Mapping[str, Any], slug: str) -> Taken:
    """Send rulings; sending them again adds nothing."""
    judged = _rulings_allowed(body, slug)
    written = recording.write(slug, rulings=judged.rows, token_id=g.token.id)
    return _taken(written, judged, _problems_of(slug, judged.taken))


@records.post("/races/<slug:slug>/preview")
@key_needed
@records.arguments(schemas.RulingsIn)
@records.response(200, schemas.PreviewOut)
@records.alt_response(
    422, schema=Problem, content_type=PROBLEM_JSON, description="A row is no ruling."
)
@_refusals
@records.doc(security=[{"key": []}])
def preview(body: Mapping[str, Any], slug: str) -> Taken:
    """Ask what rulings would change, without recording them.

    Whose rank, time or status would differ, by which rule, and what there would be to review.
    """
    judged = _rulings_allowed(body, slug)
    if judged.malformed:
        told = judged.malformed[0]
        raise Refusal(422, told["message"], errors=list(judged.malformed))
    books = installation().books
    books.refresh()
    return books.race(slug).ask_whole(
        lambda book, standing: preview_body(book, standing.cursor.revision, judged.rows)
    )


def _rulings_allowed(body: Mapping[str, Any], slug: str) -> _Judged[Ruling]:
    """The rulings of a request, refused where its key may not make one of them."""
    token: Token = g.token
    here = installation()
    race = here.books.race(slug).standing.race
    is_station = token.scope is TokenScope.STATION
    judged = _judged(
        body["rulings"],
        lambda row: recording.ruling_from(row, by=token.label, is_station=is_station),
    )
    with here.database.reading() as session:
        _refuse_unless(
            judged,
            lambda ruling: may_rule(session, token, ruling, race),
            lambda _: "This key may not make this ruling: it is the director’s.",
        )
    return judged


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged(Generic[Row]):
    """The rows that are records, with their index; and what is wrong with the others."""

    taken: tuple[tuple[int, Row], ...]
    malformed: tuple[Taken, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for _, row in self.taken)


def _judged(rows: Sequence[object], read: Callable[[object], Row]) -> _Judged[Row]:
    def judge() -> _Judged[Row]:
        taken: list[tuple[int, Row]] = []
        malformed: list[Taken] = []
        for index, row in enumerate(rows):
            try:
                taken.append((index, read(row)))
            except BadRecord as error:
                malformed.append(_malformed(index, row, error))
        return _Judged(taken=tuple(taken), malformed=tuple(malformed))

    return in_thread(judge) if len(rows) >= IN_A_THREAD else judge()


def _malformed(index: int, row: object, error: BadRecord) -> Taken:
    record = row.get("id") if isinstance(row, Mapping) else None
    return {
        "index": index,
        "code": recording.MALFORMED,
        "message": f"Not taken: {forms.in_words(error)}",
        "records": [record] if isinstance(record, str) else [],
        "stage": None,
        "bib": "",
        "errors": {key: list(faults) for key, faults in error.errors.items()},
    }


def _refuse_unless(
    judged: _Judged[Row], is_allowed: Callable[[Row], bool], words: Callable[[Row], str]
) -> None:
    """Refuse all of it where the key does not allow some, naming each."""
    refused = [(index, words(row)) for index, row in judged.taken if not is_allowed(row)]
    if refused:
        raise Refusal(
            403,
            f"{refused[0][1]} Nothing was taken.",
            errors=[{"index": index, "message": message} for index, message in refused],
        )


def _problems_of(slug: str, rows: Sequence[tuple[int, Record]]) -> list[tuple[int, Listed]]:
    """The problems that rest on these records, once they are in the book."""
    books = installation().books
    books.refresh()
    index_of = {record.id: index for index, record in rows}

    def found(book: RaceBook, _: Standing) -> list[tuple[int, Listed]]:
        return [
            (index_of[record], problem)
            for problem in book.problems()
            for record in problem.records
            if record in index_of
        ]

    return books.race(slug).ask_whole(found)


def _taken(
    written: Appended, judged: _Judged[Any], problems: Sequence[tuple[int, Listed]]
) -> Taken:
    listed = [
        *judged.malformed,
        *({"index": index, **problem_line(problem)} for index, problem in problems),
    ]
    return {
        "accepted": written.accepted,
        "known": written.known,
        "conflicts": list(written.conflicts),
        "problems": sorted(listed, key=lambda one: one["index"]),
        "revision": written.revision,
    }
