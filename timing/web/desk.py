"""The director's desk: signing in, rulings, starts, files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ParamSpec

from flask import Blueprint, Response, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.records import Assign, Ruling, StartCorrection, Void
from timing.core.times import format_instant
from timing.db.latest import latest_passings
from timing.exports.csv import to_csv
from timing.exports.json import to_json
from timing.exports.table import Table, board_table, stage_table
from timing.live.books import Standing
from timing.operations.directors import (
    Director,
)
from timing.operations.home_words import elsewhere, home_notices
from timing.operations.homes import home_of, own_node
from timing.operations.people import races_of
from timing.operations.record import Fate
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.desk_page import (
    NO_GUN_DRAFT,
    RECENT,
    GunDraft,
    desk_page,
    desk_races,
)
from timing.pages.desk_words import bibs_of, done_words
from timing.pages.guns import doubts_about_gun
from timing.pages.preview_page import MadeOn
from timing.pages.rendering import render
from timing.pages.selection import BadQuery, number_of
from timing.pages.words import sentence
from timing.racefile import BadRecord
from timing.web import forms, recording
from timing.web.forms import field, form_token, new_id, private
from timing.web.guarding import allowed, signed_in
from timing.web.installation import installation, now
from timing.web.present import present
from timing.web.previewing import previewed

Parameters = ParamSpec("Parameters")

desk = Blueprint("desk", __name__)

WRITERS: Mapping[str, tuple[Callable[[Table], bytes], str]] = {
    "csv": (to_csv, "text/csv; charset=utf-8"),
    "json": (to_json, "application/json"),
}


@desk.get(addresses.DESK)
@signed_in
def races(who: Director) -> AnyResponse:
    """Which race? Where there is only one, its desk."""
    with installation().database.reading() as session:
        parts = races_of(session, who.id)
    if len(parts) == 1:
        return forms.to(addresses.desk(*parts))
    token = form_token()
    page = installation().books.ask_all_whole(
        lambda books: desk_races(
            [book for book in books if book.race.slug in parts],
            may_found=who.may_found,
            signed_in_as=who.name,
            form_token=token,
        )
    )
    return private(render(page, notice=installation().settings.notice))


@desk.get("/desk/<slug:slug>/records")
@allowed(Right.SEE)
def race(who: Director, slug: str) -> AnyResponse:
    """The latest records of a race, what contradicts them, and guns to correct."""
    return _page(who, slug, message=" ".join(map(str, get_flashed_messages())))


@desk.get("/desk/<slug:slug>/starts")
def forms_of_race(slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the desk that they stand on."""
    return forms.to(addresses.desk(slug))


@desk.post("/desk/<slug:slug>/records")
@allowed(Right.REVIEW)
def mend(who: Director, slug: str) -> AnyResponse:
    """Void a passing, restore it, or assign it to another bib; with ``preview`` show it first."""
    kind = field("ruling")
    names = {"assign": ("record", "bib", "reason"), "void": ("record", "reason")}.get(kind)
    if names is None:
        return _page(
            who,
            slug,
            message="A record is voided, restored, or assigned to another bib.",
            is_error=True,
        )
    here = installation()
    here.books.refresh()
    record = field("record")
    if not here.books.race(slug).ask_whole(lambda book, _: _is_of_a_passing(book, record)):
        return _page(
            who,
            slug,
            message="There is no such passing: rulings are reversed on their own page.",
            is_error=True,
        )
    return _rule(who, slug, {"ruling": kind, **forms.given(*names)}, back=addresses.desk_records)


def _is_of_a_passing(book: RaceBook, record: str) -> bool:
    """Whether a record is a passing, or says something about one: all others take rulings."""
    if book.passing(record) is not None:
        return True
    ruling = book.ruling(record)
    return isinstance(ruling, Void | Assign) and _is_of_a_passing(book, ruling.record)


@desk.post("/desk/<slug:slug>/starts")
@allowed(Right.RULE)
def starts(who: Director, slug: str) -> AnyResponse:
    """Give or correct the gun of a stage or of a wave (Rules 3.4)."""
    row = {
        "ruling": "start",
        "to": forms.time_or_now(),
        "reason": "Gun",
        **forms.given("wave"),
    }
    return _rule(who, slug, row, back=addresses.desk, moments=() if field("time") else ("to",))


def _rule(
    who: Director,
    slug: str,
    row: Mapping[str, object],
    *,
    back: Callable[[str], str],
    moments: tuple[str, ...] = (),
) -> AnyResponse:
    data: dict[str, object] = {**row, **forms.given("id"), "at": format_instant(present())}
    data |= {name: forms.whole(field(name)) for name in ("stage",) if field(name)}
    try:
        ruling = recording.ruling_from(data, by=who.name, is_station=False)
    except BadRecord as error:
        return _page(who, slug, message=forms.in_words(error), is_error=True)
    # Read here: books answer in a thread of their own, where there is no request.
    anyway = bool(field("anyway"))
    race = installation().books.race(slug)
    if refusal := race.ask_whole(lambda book, _: _refusal(book, ruling, anyway=anyway)):
        return _page(who, slug, message=refusal, is_error=True)
    if field("preview"):
        return previewed(who, slug, (ruling,), made_on=MadeOn.RECORDS)
    written = recording.write(slug, rulings=(ruling,))
    if written.fates == (Fate.CONFLICT,) and not recording.is_sent_twice(
        slug, ruling, ("at", *moments)
    ):
        message = "Not done: this form was sent before. Check it and send it again."
        return _page(who, slug, message=message, is_error=True)
    here = installation()
    here.books.refresh()  # a record that the ruling is about may be as new as the ruling
    flash(here.books.race(slug).ask_whole(lambda book, _: done_words(book, ruling)))
    return forms.to(back(slug))


def _refusal(book: RaceBook, ruling: Ruling, *, anyway: bool) -> str:
    """Why the desk does not take what may be a slip of the hand; empty where nothing is wrong."""
    if isinstance(ruling, StartCorrection) and not anyway:
        doubts = doubts_about_gun(book, ruling.stage, ruling.to, now=present())
        if doubts:
            return sentence("gun-refused", doubts=", and ".join(doubts))
    if isinstance(ruling, Void):
        return ""
    stage = getattr(ruling, "stage", None)
    worn_on = stage if stage in book.stages else None
    unknown = [b for b in bibs_of(book, ruling) if book.entry_wearing(b, worn_on) is None]
    return sentence("nobody-wears", bibs=", ".join(unknown)) if unknown else ""


@desk.get("/desk/<slug:slug>/export")
@allowed(Right.EXPORT)
def export(_: Director, slug: str) -> AnyResponse:
    """A board or a stage's result as a file."""
    args = request.args.to_dict()
    ending = args.get("format", "")
    if ending not in WRITERS:
        raise BadQuery("format", "csv or json")
    code, stage, after = args.get("board", ""), number_of(args, "stage"), number_of(args, "after")
    if not code and stage is None:
        raise BadQuery("board", "the code of a classification, or stage a number")
    write, content_type = WRITERS[ending]

    def made(book: RaceBook, _: Standing) -> tuple[bytes, str]:
        if code:
            board = book.board(code, after)
            return write(board_table(book.race, board)), f"{slug}-{code}-after-{board.after}"
        return write(stage_table(book.race, book.stage_boards(stage or 0))), f"{slug}-stage-{stage}"

    here = installation()
    here.books.refresh()  # a file holds whatever was recorded before it was asked for
    body, name = here.books.race(slug).ask_whole(made)
    response = Response(body, content_type=content_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{ending}")
    return response


def _page(who: Director, slug: str, *, message: str = "", is_error: bool = False) -> AnyResponse:
    here = installation()
    here.books.refresh()  # what the director has just ruled is on the page
    with here.database.reading() as session:
        recent = latest_passings(session, slug, RECENT)
        home, me = home_of(session, slug), own_node(session).node_id
    csrf, draft = form_token(), _draft() if is_error else NO_GUN_DRAFT

    def made(book: RaceBook, standing: Standing) -> str:
        return render(
            desk_page(
                book,
                recent=recent,
                new_id=new_id,
                form_token=csrf,
                signed_in_as=who.name,
                now=present(),
                revision=standing.cursor.revision,
                message=message,
                is_error=is_error,
                draft=draft,
                notices=home_notices(home, me, at=now()),
                kept=elsewhere(home, me),
            ),
            notice=here.settings.notice,
        )

    return private(here.books.race(slug).ask_whole(made), 400 if is_error else 200)


def _draft() -> GunDraft:
    return GunDraft(stage=field("stage"), wave=field("wave"), time=field("time"))
