"""A station's page: recording passings, taking them back, starting, reporting a withdrawal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from flask import Blueprint, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.courses import course_of
from timing.core.definition import Source
from timing.core.records import Observation, Passing, Record, Status
from timing.core.times import format_instant
from timing.db.latest import records_of_token
from timing.live.books import Standing
from timing.operations.record import Appended, Fate
from timing.operations.tokens import Role, Token, TokenScope, may_record, may_rule
from timing.pages import addresses
from timing.pages.posts import source_at
from timing.pages.rendering import Page, render
from timing.pages.station_page import (
    NO_DRAFT,
    Draft,
    Noted,
    Post,
    StationIdlePage,
    StationPage,
    Theme,
    station_page,
    station_sign_in,
)
from timing.racefile import BadRecord
from timing.web import forms, recording, sign_ins
from timing.web.errors import Refusal
from timing.web.forms import field, form_token, new_id, private
from timing.web.installation import installation, now
from timing.web.key_limits import key_shown

station = Blueprint("station", __name__)

AnyPage: TypeAlias = StationPage | StationIdlePage

MOST_LISTED = 5_000
"""Records of its own that a station's page counts."""

_SENT_BEFORE = "Not recorded: this form was sent before. Check it and send it again."

_THEME = "theme"
_THEME_STAYS_SECONDS = 30 * 86_400


class _Refused(Exception):
    """What a form asks for can't be done; the message says why, ``draft`` what stood in it."""

    def __init__(self, message: str, draft: Draft = NO_DRAFT) -> None:
        super().__init__(message)
        self.message = message
        self.draft = draft


@station.get(addresses.STATION_FORM)
def page() -> AnyResponse:
    """The station's page, or where to sign in."""
    token = sign_ins.signed_in_station()
    if token is None:
        return _sign_in_page()
    theme = _theme()
    said = " ".join(map(str, get_flashed_messages()))
    response = _shown(_page(token, request.args, theme=theme, message=said))
    if _THEME in request.args:
        response.set_cookie(
            _THEME,
            theme.value,
            max_age=_THEME_STAYS_SECONDS,
            secure=installation().settings.https,
            httponly=True,
            samesite="Lax",
        )
    return response


@station.post(addresses.STATION_SIGN_IN)
def sign_in() -> AnyResponse:
    """Take a station's key."""
    try:
        token = key_shown(field("token"))
    except Refusal as refusal:
        response = _sign_in_page(refusal.description or "", refusal.code or 429)
        response.headers.extend(refusal.headers)
        return response
    if token is None or token.revoked is not None or token.scope is not TokenScope.STATION:
        return _sign_in_page("This is no station’s key, or it was revoked.", 403)
    sign_ins.sign_station_in(token)
    return forms.to(addresses.STATION_FORM)


@station.post(addresses.STATION_SIGN_OUT)
def sign_out() -> AnyResponse:
    """Forget the station's key in this browser."""
    sign_ins.sign_station_out()
    return forms.to(addresses.STATION_FORM)


@station.post(addresses.STATION_PASSINGS)
def passings() -> AnyResponse:
    """Record a passing: now, or at the time that was written."""
    return _do(_record)


@station.post(addresses.STATION_VOIDS)
def voids() -> AnyResponse:
    """Take back what this station wrote."""
    return _do(_undo)


@station.post(addresses.STATION_STARTS)
def starts() -> AnyResponse:
    """Give the gun of a stage or of a wave."""
    return _do(_start)


@station.post(addresses.STATION_WITHDRAWALS)
def withdrawals() -> AnyResponse:
    """Report a withdrawal: it proposes, and the director decides (Rules 6.6)."""
    return _do(_report_withdrawal)


def _record(token: Token) -> str:
    draft = Draft(bib=field("bib"), time=field("time"), note=field("note"))
    row = {
        **forms.given("id", "control", "device_time", "note"),
        "stage": _stage_number(draft),
        "bib": field("bib").replace("?", "*"),
        "time": forms.time_or_now(),
        "source": _source(token).value,
        "device": token.label,
    }
    try:
        passing = recording.passing_from(row)
    except BadRecord as error:
        raise _Refused(forms.in_words(error), draft) from None
    if not may_record(token, passing):
        raise _Refused(
            f"This station does not record at {passing.control} on stage {passing.stage}.", draft
        )
    written = recording.write(token.slug, passings=(passing,), token_id=token.id)
    moments = () if field("time") else ("time", "device_time")
    if _was_other(token, written, passing, moments):
        raise _Refused(_SENT_BEFORE, draft)
    return f"{passing.bib or 'A time'} recorded."


def _was_other(token: Token, written: Appended, record: Record, moments: tuple[str, ...]) -> bool:
    """Whether the form was sent before, saying something else."""
    return written.fates == (Fate.CONFLICT,) and not recording.is_sent_twice(
        token.slug, record, moments
    )


def _source(token: Token) -> Source:
    """A finish or start is read by who stands on the line, other controls by their volunteers."""
    race = installation().books.race(token.slug).standing.race
    stage = race.stage(int(field("stage"))) if field("stage").isdecimal() else None
    points = course_of(stage, "").points if stage is not None else ()
    ends = (*points[:1], *points[-1:])
    is_line = any(point.is_named(field("control")) for point in ends)
    return source_at(is_line=is_line, is_backup=token.role is Role.BACKUP)


def _undo(token: Token) -> str:
    _rule(
        token,
        {"ruling": "void", "record": field("record"), "reason": "Undone at the station"},
        refused="A station takes back only what it wrote itself.",
    )
    return "Undone."


def _start(token: Token) -> str:
    row = {
        "ruling": "start",
        "stage": _stage_number(),
        "to": forms.time_or_now(),
        "reason": "Started here",
        **forms.given("wave"),
    }
    _rule(token, row, refused="This station does not start this stage.")
    return "Started."


def _report_withdrawal(token: Token) -> str:
    row = {
        "ruling": "observation",
        "kind": "withdrawal",
        "stage": _stage_number(),
        "reason": field("note") or "Withdraws here",
        **forms.given("bib", "control"),
    }
    if not field("bib"):
        raise _Refused("Who withdraws? Write the bib.")
    _rule(token, row, refused="This station does not report from this control.")
    return f"Withdrawal of {field('bib')} noted for the director."


def _rule(token: Token, row: Mapping[str, object], *, refused: str) -> None:
    data = {**row, **forms.given("id"), "at": format_instant(now())}
    try:
        ruling = recording.ruling_from(data, by=token.label, is_station=True)
    except BadRecord as error:
        raise _Refused(forms.in_words(error)) from None
    here = installation()
    race = here.books.race(token.slug).standing.race
    with here.database.reading() as session:
        is_allowed = may_rule(session, token, ruling, race)
    if not is_allowed:
        raise _Refused(refused)
    written = recording.write(token.slug, rulings=(ruling,), token_id=token.id)
    if _was_other(token, written, ruling, ("at",) if field("time") else ("at", "to")):
        raise _Refused(_SENT_BEFORE)


def _stage_number(draft: Draft = NO_DRAFT) -> int:
    number = field("stage")
    if not (number.isascii() and number.isdigit()):
        raise _Refused("The form names no stage.", draft)
    return int(number)


def _do(act: Callable[[Token], str]) -> AnyResponse:
    """Do what a form asks and go on to the page, which says what was done."""
    token = sign_ins.signed_in_station()
    if token is None:
        return _sign_in_page("Not recorded: this station is no longer signed in.", 401)
    try:
        flash(act(token))
    except _Refused as refused:
        shown = _page(
            token, request.form, message=refused.message, is_error=True, draft=refused.draft
        )
        return _shown(shown, 400)
    place = forms.given("stage", "control") if field("control") else {}
    return forms.to(addresses.station(**place))


def _page(
    token: Token,
    args: Mapping[str, str],
    *,
    theme: Theme | None = None,
    message: str = "",
    is_error: bool = False,
    draft: Draft = NO_DRAFT,
) -> AnyPage:
    here = installation()
    here.books.refresh()  # what this station has just written is on its page
    records = _records(token)
    csrf = form_token()
    shown = _theme() if theme is None else theme

    def made(book: RaceBook, _: Standing) -> AnyPage:
        return station_page(
            book,
            post=Post(label=token.label, stage=token.stage, controls=token.controls),
            records=records,
            new_id=new_id,
            form_token=csrf,
            args=args,
            theme=shown,
            message=message,
            is_error=is_error,
            draft=draft,
        )

    return here.books.race(token.slug).ask_whole(made)


def _records(token: Token) -> tuple[Noted, ...]:
    with installation().database.reading() as session:
        records = records_of_token(session, token.slug, token.id, MOST_LISTED)
    return tuple(r for r in records if isinstance(r, Passing | Status | Observation))


def _sign_in_page(message: str = "", status: int = 200) -> AnyResponse:
    page = station_sign_in(form_token=form_token(), message=message, theme=_theme())
    return _shown(page, status)


def _shown(page: Page, status: int = 200) -> AnyResponse:
    return private(render(page, notice=installation().settings.notice), status)


def _theme() -> Theme:
    asked = request.args.get(_THEME, request.cookies.get(_THEME, ""))
    return Theme(asked) if asked in set(Theme) else Theme.AUTO
