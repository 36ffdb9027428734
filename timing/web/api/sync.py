"""Where other installations exchange a race with this one (docs/sync.md).

It is between installations of one release, so it stands beside the API that is described: bodies
are compressed JSON either way, at most one page long.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, request
from sqlalchemy.orm import Session

from timing.db.engines import Database, open_database
from timing.live.threads import in_thread
from timing.operations.node_keys import find_node_key
from timing.operations.sync import exchange
from timing.operations.sync.faults import BadParcel, SameNode
from timing.operations.sync.frames import frame_from_plain, take_frame
from timing.operations.sync.pages import page_from_plain
from timing.operations.sync.plain import Object, packed, unpacked
from timing.web.errors import Refusal
from timing.web.installation import installation, now

sync = Blueprint("sync", __name__, url_prefix="/api/v1/sync/<slug:slug>")

CONTENT_TYPE = "application/x-bivouac-exchange"
_DATABASE = "bivouac-sync"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Bivouac exchange"'}

Result = TypeVar("Result")


def _node_only(view: Callable[..., Object]) -> Callable[..., Response]:
    """Let the view be reached with a node key of its race only; pack what it answers."""

    @wraps(view)
    def guarded(*args: Any, slug: str, **kwargs: Any) -> Response:  # noqa: ANN401 - whatever the view has
        scheme, _, plain = request.headers.get("Authorization", "").partition(" ")
        key = None
        if scheme.lower() == "bearer" and plain.strip():
            with installation().database.reading() as session:
                key = find_node_key(session, plain.strip())
        if key is None or key.slug != slug:
            raise Refusal(
                401,
                "This needs a node key of this race: timing node key makes one here.",
                headers=_CHALLENGE,
            )
        try:
            answer = view(*args, slug=slug, **kwargs)
        except BadParcel as error:
            raise Refusal(400, f"This can’t be taken: {error}.") from error
        except SameNode as error:
            raise Refusal(409, f"{error}.") from error
        return Response(packed(answer), content_type=CONTENT_TYPE)

    return guarded


def _database() -> Database:
    """A database of its own: the work is done in a thread, where no greenlet waits."""
    found = current_app.extensions.get(_DATABASE)
    if not isinstance(found, Database):
        found = open_database(installation().settings.database_url)
        current_app.extensions[_DATABASE] = found
    return found


def _reading(work: Callable[[Session], Result]) -> Result:
    database = _database()

    def run() -> Result:
        with database.reading() as session:
            return work(session)

    return in_thread(run)


def _writing(work: Callable[[Session], Result]) -> Result:
    database = _database()

    def run() -> Result:
        with database.writing() as session:
            return work(session)

    return in_thread(run)


def _body() -> Object:
    return unpacked(request.get_data())


def _name() -> str:
    return installation().settings.node_name


@sync.post("/meeting")
@_node_only
def meeting(slug: str) -> Object:
    """Take what another installation told, tell how this one stands."""
    told, name, at = _body(), _name(), now()
    return _writing(lambda s: exchange.answer_meeting(s, slug, told, name=name, at=at))


@sync.get("/frame")
@_node_only
def frame(slug: str) -> Object:
    """Give definition and entries."""
    return _reading(partial(exchange.answer_frame, slug=slug))


@sync.post("/frame")
@_node_only
def given_frame(slug: str) -> Object:
    """Follow definition and entries that are newer than those here."""
    body, at = _body(), now()

    def work(session: Session) -> bool:
        return take_frame(session, slug, frame_from_plain(body), at=at)

    return {"taken": _writing(work)}


@sync.get("/records")
@_node_only
def records(slug: str) -> Object:
    """Give the next page of records."""
    after = request.args.get("after", "")
    node, epoch = request.args.get("node", ""), request.args.get("epoch", "")
    if not (after.isascii() and after.isdigit() and len(after) < 18 and node and epoch):
        raise BadParcel("the address says after which revision, and for which node and epoch")
    return _reading(lambda s: exchange.answer_page(s, slug, int(after), (node, epoch)))


@sync.post("/records")
@_node_only
def given_records(slug: str) -> Object:
    """Take a page of records; the answer comes after the commit."""
    body, at = _body(), now()

    def work(session: Session) -> Object:
        return exchange.answer_given_page(session, slug, page_from_plain(body), at=at)

    return _writing(work)


@sync.get("/summary")
@_node_only
def summary(slug: str) -> Object:
    """Tell what the journal holds, to compare."""
    return _reading(partial(exchange.answer_summary, slug=slug))
