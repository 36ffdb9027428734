"""The API of stations: the clock, the post, who may come, the field, and records.

docs/station-protocol.md says what each is for.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from flask import Response, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timing.core.book import RaceBook
from timing.core.devices import Contact
from timing.core.moves import moves_by_limits
from timing.core.records import Passing, Record, Ruling
from timing.db.engines import DatabaseBusy
from timing.live.answers import answer, matches
from timing.live.books import Standing
from timing.live.threads import in_thread
from timing.operations.devices import note_contact
from timing.operations.nodes import ThisNode, known_nodes, this_node
from timing.operations.questions import Question, open_questions
from timing.operations.record import Fate
from timing.operations.station_records import Verdict, judge, marked_ids, record_of
from timing.operations.tokens import Role, Token, TokenScope
from timing.pages.post_sheet import (
    Progress,
    field_progress,
    field_sheet,
    points_of_stage,
    race_sheet,
    stage_sheets,
    start_list_sheet,
)
from timing.pages.station_page import Post
from timing.racefile import BadRecord
from timing.web import forms, recording
from timing.web.api import station_schemas as schemas
from timing.web.api.bearer import bearer_shown
from timing.web.api.blueprint import ApiBlueprint
from timing.web.api.contact import contact_from
from timing.web.api.description import Problem
from timing.web.errors import PROBLEM_JSON, Refusal
from timing.web.installation import installation, now

Body: TypeAlias = dict[str, Any]
Made = TypeVar("Made")

station_api = ApiBlueprint(
    "station_api",
    __name__,
    url_prefix="/api/v1/station",
    description="What the station app speaks (docs/station-protocol.md).",
)

IN_A_THREAD = 50
"""From so many rows on they are judged where they keep nobody waiting."""

JSON = "application/json"
_OWN = ("Cache-Control", "private, no-cache")
"""Only the device itself may keep it, and asks each time whether it still holds."""

_KEYED: Any = {"security": [{"key": []}]}


def _refusals(*more: tuple[int, str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def described(view: Callable[..., Any]) -> Callable[..., Any]:
        for status, words in (
            (401, "No key, or one that is not known here."),
            (403, "Not the key of a station, or one that was revoked."),
            (429, "Too many keys from this address were not known here."),
            (503, "The database is busy; nothing was written, send it again."),
            *more,
        ):
            view = station_api.alt_response(
                status, schema=Problem, content_type=PROBLEM_JSON, description=words
            )(view)
        return view

    return described


_UNCHANGED = station_api.alt_response(304, description="It is as it was.")


@station_api.get("/clock")
@station_api.response(200, schemas.ClockOut)
def clock() -> Response:
    """Ask what time it is here: to measure a device's clock by several round trips."""
    # Nothing is looked up: whatever it costs is in the way of a good measurement.
    return Response(
        f'{{"now": {now()}}}',
        content_type=JSON,
        headers={"Cache-Control": "no-store"},
    )


@station_api.get("/post")
@station_api.response(200, schemas.PostOut)
@_UNCHANGED
@_refusals()
@station_api.doc(**_KEYED)
def post() -> Response:
    """Ask what a key is for: race, stages and controls, guns, closing times."""
    token = _bearer(may_be_revoked=True)
    with installation().database.reading() as session:
        whole = _post_body(session, token)
    return _kept(whole, _etag(whole))


@station_api.get("/start-list")
@station_api.response(200, schemas.StartListOut)
@_UNCHANGED
@_refusals()
@station_api.doc(**_KEYED)
def start_list() -> Response:
    """Ask who may come on the post's current stage."""
    made = _of_book(_bearer(), "start-list", _start_list)
    return _kept(made, _etag(made))


@station_api.get("/field")
@station_api.arguments(schemas.FieldIn, location="query")
@station_api.response(200, schemas.FieldOut)
@_UNCHANGED
@_refusals((404, "There is no such stage or control."), (422, "No stage or control is named."))
@station_api.doc(**_KEYED)
def field(query: Mapping[str, Any]) -> Response:
    """Ask how the field stands at a control."""
    token, number, control = _bearer(), query["stage"], query["control"]
    race = installation().books.race(token.slug)
    etag = f'W/"{race.standing.cursor.epoch}-{race.standing.cursor.revision}"'
    if matches(request.headers.get("If-None-Match", ""), etag):
        return Response(status=304, headers=[("ETag", etag), _OWN])

    asked = now()

    def looked(book: RaceBook, standing: Standing, _: Token) -> Mapping[str, Any]:
        return {
            "as_of": asked,
            "revision": standing.cursor.revision,
            "epoch": standing.cursor.epoch,
            "points": points_of_stage(book, number),
            "field": field_progress(book, number),
        }

    made = _of_book(token, f"field {number}", looked)
    if not any(point.is_named(control) for point in made["points"]):
        raise Refusal(404, f"Stage {number} has no control “{control}”.")
    progress: tuple[Progress, ...] = made["field"]
    body = {
        "as_of": made["as_of"],
        "revision": made["revision"],
        "entries": in_thread(lambda: field_sheet(progress, control)),
    }
    return _kept(body, f'W/"{made["epoch"]}-{made["revision"]}"')


@station_api.post("/records")
@station_api.arguments(schemas.StationRecordsIn)
@station_api.response(200, schemas.StationRecordsOut)
@_refusals(
    (400, "The body is no JSON."),
    (413, f"More than {schemas.MOST_SENT} records, or a body that is too long."),
    (422, "There is no list of records."),
)
@station_api.doc(**_KEYED)
def records(body: Mapping[str, Any]) -> Body:
    """Send records, and say how the device is; sending again adds nothing.

    Each record has its own verdict; an empty list is a contact.
    """
    token = _bearer(may_be_revoked=True)
    rows: Sequence[object] = body["records"]
    if len(rows) > schemas.MOST_SENT:
        raise Refusal(413, f"Send at most {schemas.MOST_SENT} records at once.")
    verdicts, revision = _taken(token, rows)
    contact = contact_from(body.get("device"))
    here = installation()
    if contact is not None:
        contact = contact.after_taking(sum(v["verdict"] in _HERE for v in verdicts))
        # The records are safe: no answer is worse than a contact that was not noted.
        with contextlib.suppress(DatabaseBusy, IntegrityError):
            _note(token, contact)
    with here.database.reading() as session:
        node = this_node(session, name=here.settings.node_name)
        questions = () if token.revoked is not None else open_questions(session, token)
        whole = _post_body(session, token)
    if not revision:
        revision = here.books.race(token.slug).standing.cursor.revision
    return {
        "now": now(),
        "node": _node(node),
        "revision": revision,
        "verdicts": verdicts,
        "post": _etag(whole),
        "start_list": whole["start_list"],
        "questions": [_question(question) for question in questions],
        "revoked": token.revoked,
    }


# -- records --------------------------------------------------------------------------------------


def _taken(token: Token, rows: Sequence[object]) -> tuple[list[Body], int]:
    """The verdicts on rows in their order, and the race's revision, 0 where none was written."""
    if not rows:
        return [], 0
    here = installation()

    def read() -> list[Record | Body]:
        return [_read(row, token) for row in rows]

    found = in_thread(read) if len(rows) >= IN_A_THREAD else read()
    offered = [record for record in found if not isinstance(record, dict)]
    race = here.books.race(token.slug).standing.race
    with here.database.reading() as session:
        judged = judge(session, token, offered, race, at=now())
    passings = [record for record in judged.allowed if isinstance(record, Passing)]
    rulings = [record for record in judged.allowed if isinstance(record, Ruling)]
    fates: dict[int, Fate] = {}
    revision = 0
    if judged.allowed:
        written = recording.write(
            token.slug,
            passings=passings,
            rulings=(*rulings, *judged.marks),
            token_id=token.id,
        )
        revision = written.revision
        fates = {
            id(record): fate
            for record, fate in zip((*passings, *rulings), written.fates, strict=False)
        }
    marked: frozenset[str] = frozenset()
    if token.revoked is not None:
        with here.database.reading() as session:
            marked = marked_ids(session, token)
    reasons = {id(offered[index]): reason for index, reason in judged.refused.items()}
    return [_verdict(one, reasons, fates, marked) for one in found], revision


def _read(row: object, token: Token) -> Record | Body:
    """The record in a row, or the verdict that it is none."""
    given = dict(row) if isinstance(row, Mapping) else {}
    id_ = given.get("id")
    try:
        return record_of(given, by=token.label)
    except BadRecord as error:
        return {
            "id": id_ if isinstance(id_, str) else "",
            "verdict": Verdict.MALFORMED.value,
            "message": forms.in_words(error),
            "is_marked": False,
        }


_HERE = frozenset({Verdict.ACCEPTED, Verdict.KNOWN})

_MESSAGES = {
    Fate.ACCEPTED: "",
    Fate.KNOWN: "",
    Fate.CONFLICT: "Something else is recorded here under this id.",
}


def _verdict(
    one: Record | Body,
    refused: Mapping[int, str],
    fates: Mapping[int, Fate],
    marked: frozenset[str],
) -> Body:
    if isinstance(one, dict):
        return one
    fate = fates.get(id(one))
    if fate is None:
        verdict, message = Verdict.REFUSED, refused[id(one)]
    else:
        verdict, message = Verdict(fate.value), _MESSAGES[fate]
    is_taken = verdict in (Verdict.ACCEPTED, Verdict.KNOWN)
    return {
        "id": one.id,
        "verdict": verdict.value,
        "message": message,
        "is_marked": is_taken and one.id in marked,
    }


def _note(token: Token, contact: Contact) -> None:
    with installation().database.writing() as session:
        note_contact(session, token.slug, contact, token_id=token.id, at=now())


# -- what a post is told --------------------------------------------------------------------------


def _bearer(*, may_be_revoked: bool = False) -> Token:
    token = bearer_shown()
    if token.scope is not TokenScope.STATION:
        raise Refusal(403, "This key is a director’s; a station has one of its own.")
    if token.revoked is not None and not may_be_revoked:
        raise Refusal(403, "This key was revoked.")
    return token


def _post_body(session: Session, token: Token) -> Body:
    here = installation()
    node = this_node(session, name=here.settings.node_name)
    nodes = known_nodes(session, name=here.settings.node_name, slug=token.slug)
    sheet = _of_book(token, "post", _post_sheet)
    return {
        "node": _node(node),
        "nodes": [{"id": one.id, "name": one.name} for one in nodes],
        "race": sheet["race"],
        "station": {
            "label": token.label,
            "role": token.role.value,
            "key": token.public,
            "revoked": token.revoked,
        },
        "stages": sheet["stages"],
        "start_list": sheet["start_list"],
    }


def _post_sheet(book: RaceBook, _: Standing, token: Token) -> Body:
    post = _post_of(token)
    entries = {"entries": start_list_sheet(book, post)}
    return {
        "race": race_sheet(book),
        "stages": stage_sheets(book, post),
        "start_list": _etag(entries),
    }


def _start_list(book: RaceBook, _: Standing, token: Token) -> Body:
    return {"entries": start_list_sheet(book, _post_of(token))}


def _post_of(token: Token) -> Post:
    return Post(
        label=token.label,
        stage=token.stage,
        controls=token.controls,
        is_backup=token.role is Role.BACKUP,
    )


def _node(node: ThisNode) -> Body:
    return {"id": node.id, "name": node.name, "epoch": node.epoch}


def _question(question: Question) -> Body:
    return {
        "id": question.id,
        "text": question.text,
        "record": question.record,
        "stage": question.stage,
        "control": question.control,
        "bib": question.bib,
        "by": question.by,
        "at": question.at,
    }


class _Made:
    """What was made of a book, as long as the object that it was made for is the same."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], tuple[object, Mapping[str, Any]]] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...], stamp: object) -> Mapping[str, Any] | None:
        kept = self._kept.get(key)
        return kept[1] if kept is not None and kept[0] is stamp else None

    def keep(self, key: tuple[object, ...], stamp: object, made: Mapping[str, Any]) -> None:
        with self._lock:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = stamp, made


_MOST_KEPT = 500
_made = _Made()


def _of_book(
    token: Token,
    what: str,
    making: Callable[[RaceBook, Standing, Token], Mapping[str, Any]],
) -> Mapping[str, Any]:
    """What ``making`` makes of the race's book, made once for each kind of post.

    It is made again at each revision, but for what passings do not change: the sheet and start
    list of a post that is bound to a stage.
    """
    here = installation()
    race = here.books.race(token.slug)
    key: tuple[object, ...] = (here.database.url, token.slug, what)
    if not what.startswith("field"):
        key = (*key, token.stage, token.controls, token.role)
    is_lasting = not what.startswith("field") and token.stage is not None

    def stamp(standing: Standing) -> object:
        # Who misses a limit may be of another division from there on, which a start list tells.
        if is_lasting and not moves_by_limits(standing.race):
            return standing.frame
        return standing

    found = _made.get(key, stamp(race.standing))
    if found is not None:
        return found

    def made(book: RaceBook, standing: Standing) -> Mapping[str, Any]:
        new = _made.get(key, stamp(standing))
        if new is None:
            new = making(book, standing, token)
            _made.keep(key, stamp(standing), new)
        return new

    return race.ask_whole(made)


def _etag(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'


def _kept(body: Mapping[str, Any], etag: str) -> Response:
    """The answer, which only the device itself may keep; 304 where it has it."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    made = answer(text, content_type=JSON, etag=etag, headers=[_OWN])
    status, headers, content = made.chosen(
        if_none_match=request.headers.get("If-None-Match", ""),
        accept_encoding=request.headers.get("Accept-Encoding", ""),
    )
    return Response(content, status=status, headers=headers)
