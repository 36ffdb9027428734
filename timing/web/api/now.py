"""The API of the desk's first page: where everybody is, alerts, saying where runners are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from flask import g
from marshmallow import Schema, fields, validate

from timing.core.alerts import Standing as StandingAlert
from timing.core.alerts import watched_stages
from timing.core.book import RaceBook
from timing.core.safety import AlertKind, Level
from timing.core.times import format_instant
from timing.live.books import Standing
from timing.operations.tokens import Token
from timing.pages.alert_words import title_of
from timing.pages.now_counts import counts_of
from timing.pages.now_holds import holds_of
from timing.pages.now_moment import closing_of, moment_of, register_at, standing_at
from timing.web import clearing
from timing.web.api.bearer import director_only, key_needed
from timing.web.api.blueprint import ApiBlueprint
from timing.web.api.desk_refusals import refusals_of
from timing.web.clearing import NotClear, NotDone
from timing.web.errors import Refusal
from timing.web.forms import new_id
from timing.web.installation import installation
from timing.web.present import present

Answer: TypeAlias = dict[str, Any]

MOST_BIBS = 5_000

now_api = ApiBlueprint(
    "now_api", __name__, url_prefix="/api/v1", description="Where everybody is, for the desk only."
)


class StageNowOut(Schema):
    """Where those are who started a stage; ``started`` is the sum of the others."""

    stage = fields.Integer()
    started = fields.Integer()
    finished = fields.Integer()
    on_course = fields.Integer()
    accounted = fields.Integer(metadata={"description": "At a final place elsewhere."})
    in_vehicle = fields.Integer()
    unaccounted = fields.Integer(
        metadata={"description": "Overdue, or retired and not accounted for."}
    )
    closed = fields.Boolean(metadata={"description": "Whether its course was closed by somebody."})
    held_at = fields.List(fields.String(), metadata={"description": "Controls that hold runners."})


class AlertOut(Schema):
    """An alert; send ``kind``, ``stage``, ``control`` and ``bibs`` back to acknowledge it."""

    kind = fields.String(metadata={"enum": [kind.value for kind in AlertKind]})
    together = fields.String(
        metadata={"description": "Why several are one: held, stopped, late; else empty."}
    )
    stage = fields.Integer()
    control = fields.String()
    bibs = fields.List(fields.String())
    since = fields.String(metadata={"description": "ISO instant."})
    level = fields.String(metadata={"enum": [level.value for level in Level]})
    by = fields.String(metadata={"description": "Who has it; empty for nobody."})
    title = fields.String()


class NowOut(Schema):
    """How the race stands."""

    at = fields.String(metadata={"description": "ISO instant."})
    revision = fields.Integer()
    stages = fields.List(fields.Nested(StageNowOut))
    alerts = fields.List(fields.Nested(AlertOut))


def _bibs(least: int) -> fields.List[Any]:
    return fields.List(
        fields.String(validate=validate.Length(max=20)),
        required=bool(least),
        validate=validate.Length(min=least, max=MOST_BIBS),
    )


class AckIn(Schema):
    """Which alert somebody has."""

    id = fields.String(validate=validate.Length(max=60))
    alert = fields.String(required=True, metadata={"enum": [kind.value for kind in AlertKind]})
    stage = fields.Integer(required=True, validate=validate.Range(1, 999))
    control = fields.String(load_default="", validate=validate.Length(max=80))
    bibs = _bibs(0)


class AccountIn(Schema):
    """Where runners are: one of ``where``, ``vehicle``, ``handed_to`` at least."""

    id = fields.String(validate=validate.Length(max=60))
    stage = fields.Integer(required=True, validate=validate.Range(1, 999))
    bibs = _bibs(1)
    where = fields.String(load_default="", validate=validate.Length(max=80))
    vehicle = fields.String(load_default="", validate=validate.Length(max=80))
    handed_to = fields.String(load_default="", validate=validate.Length(max=80))
    reason = fields.String(load_default="", validate=validate.Length(max=200))


_refusals = refusals_of(
    now_api,
    {
        404: "There is no such race or stage.",
        409: "It can't be done as things stand; nothing was written.",
    },
)


def _director() -> str:
    director_only()
    token: Token = g.token
    return token.label


@now_api.get("/races/<slug:slug>/now")
@key_needed
@now_api.response(200, NowOut)
@_refusals
@now_api.doc(security=[{"key": []}])
def race_now(slug: str) -> Answer:
    """Tell where everybody is on every stage that has begun, and every alert that stands."""
    _director()
    return _standing(slug)


@now_api.post("/races/<slug:slug>/now/ack")
@key_needed
@now_api.arguments(AckIn)
@now_api.response(200, NowOut)
@_refusals
@now_api.doc(security=[{"key": []}])
def ack(body: Mapping[str, Any], slug: str) -> Answer:
    """Have an alert, so that it is not escalated."""
    _done(lambda: clearing.acknowledge(slug, [body["alert"]], body, by=_director()))
    return _standing(slug)


@now_api.post("/races/<slug:slug>/now/account")
@key_needed
@now_api.arguments(AccountIn)
@now_api.response(200, NowOut)
@_refusals
@now_api.doc(security=[{"key": []}])
def account(body: Mapping[str, Any], slug: str) -> Answer:
    """Say where runners are, in which vehicle, and who has them."""
    given = {name: value for name, value in body.items() if value}
    _done(lambda: clearing.account(slug, {"id": new_id(), **given}, by=_director()))
    return _standing(slug)


@now_api.post("/races/<slug:slug>/stages/<int:number>/close")
@key_needed
@now_api.response(200, NowOut)
@_refusals
@now_api.doc(security=[{"key": []}])
def close(slug: str, number: int) -> Answer:
    """Close a stage's course; refused with 409 while somebody who started is not home."""
    by = _director()
    _done(lambda: clearing.close_stage(slug, number, record_id=new_id(), by=by))
    return _standing(slug)


def _done(doing: Callable[[], None]) -> None:
    try:
        doing()
    except NotClear as error:
        raise Refusal(409, str(error), errors={"bibs": list(error.bibs)}) from None
    except NotDone as error:
        raise Refusal(422, str(error)) from None


def _standing(slug: str) -> Answer:
    moment = present()
    here = installation()
    here.books.refresh()

    def told(book: RaceBook, standing: Standing) -> Answer:
        at = moment_of(book, moment)
        return {
            "at": format_instant(at),
            "revision": standing.cursor.revision,
            "stages": [_stage(book, n, at) for n in watched_stages(book, at)],
            "alerts": [_alert(one) for one in standing_at(book, at)],
        }

    return here.books.race(slug).ask_whole(told)


def _stage(book: RaceBook, number: int, at: int) -> Answer:
    counts = counts_of(register_at(book, number, at))
    return {
        "stage": number,
        "started": counts.started,
        "finished": counts.finished,
        "on_course": counts.on_course,
        "accounted": counts.out,
        "in_vehicle": counts.collected,
        "unaccounted": counts.unaccounted,
        "closed": closing_of(book, number) is not None,
        "held_at": [hold.control for hold in holds_of(book, number)],
    }


def _alert(one: StandingAlert) -> Answer:
    return {
        "kind": one.kind.value,
        "together": one.together.value,
        "stage": one.stage,
        "control": one.control,
        "bibs": [line.entry.bib for line in one.lines],
        "since": format_instant(one.since),
        "level": one.level.value,
        "by": one.by,
        "title": title_of(one),
    }
