"""The desk's first page, the course of a stage, and what is done there at once."""

from __future__ import annotations

from flask import Blueprint, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook, UnknownStage
from timing.core.safety import AlertKind
from timing.live.books import Standing
from timing.operations.alerting import contacts_of, phones_of, race_number
from timing.operations.directors import Director
from timing.operations.home_words import elsewhere, home_notices
from timing.operations.homes import home_of, own_node
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.clear_page import NO_ACCOUNT_DRAFT, AccountDraft, clear_page
from timing.pages.now_page import now_page
from timing.pages.now_stations import Known
from timing.pages.posts import current_stage
from timing.pages.rendering import render
from timing.web import clearing, forms
from timing.web.clearing import NotDone
from timing.web.desk_stations import stations_and_devices
from timing.web.forms import field, form_token, new_id, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now
from timing.web.present import present

desk_now = Blueprint("desk_now", __name__)


@desk_now.get("/desk/<slug:slug>")
@allowed(Right.SEE)
def stage_now(who: Director, slug: str) -> AnyResponse:
    """How the stage stands at this moment."""
    return _now_page(who, slug, message=_said())


@desk_now.get("/desk/<slug:slug>/course-clear")
@allowed(Right.SEE)
def course(who: Director, slug: str) -> AnyResponse:
    """Everybody who started a stage, one by one."""
    draft = AccountDraft(bibs=request.args.get("bib", "")[:40])
    return _clear_page(who, slug, request.args.get("stage", ""), message=_said(), draft=draft)


@desk_now.get("/desk/<slug:slug>/ack")
@desk_now.get("/desk/<slug:slug>/account")
@desk_now.get("/desk/<slug:slug>/holds")
def forms_of_now(slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the page that they stand on."""
    return forms.to(addresses.desk(slug))


@desk_now.post("/desk/<slug:slug>/ack")
@allowed(Right.CLEAR)
def ack(who: Director, slug: str) -> AnyResponse:
    """Have an alert: it is escalated no further."""
    kinds = field("alert").split()[: len(AlertKind)]
    given = {
        **forms.given("id", "control"),
        "stage": forms.whole(field("stage")),
        "bibs": field("bibs").split(),
    }
    try:
        clearing.acknowledge(slug, kinds, given, by=who.name)
    except NotDone as error:
        return _now_page(who, slug, message=f"Not done: {error}", is_error=True)
    flash("You have it. Say where they are as soon as you know.")
    return forms.to(addresses.desk(slug))


@desk_now.post("/desk/<slug:slug>/account")
@allowed(Right.CLEAR)
def account(who: Director, slug: str) -> AnyResponse:
    """Say where runners are, one or all of a bus."""
    draft = AccountDraft(
        bibs=field("bibs"),
        where=field("where"),
        vehicle=field("vehicle"),
        handed_to=field("handed_to"),
        reason=field("reason"),
    )
    try:
        bibs = clearing.bibs_of_text(slug, draft.bibs)
        given = forms.given("id", "where", "vehicle", "handed_to", "control", "reason")
        stage = forms.whole(field("stage"))
        clearing.account(slug, {**given, "stage": stage, "bibs": list(bibs)}, by=who.name)
    except NotDone as error:
        message = f"Not done: {error}"
        return _clear_page(who, slug, field("stage"), message=message, is_error=True, draft=draft)
    is_on_the_way = bool(draft.vehicle) and not draft.handed_to
    then = "Say who has them once they are there." if is_on_the_way else "They are accounted for."
    flash(f"Noted for {', '.join(bibs)}. {then}")
    return forms.to(addresses.desk_course_clear(slug, stage=str(stage)))


@desk_now.post("/desk/<slug:slug>/holds")
@allowed(Right.CLEAR)
def holds(who: Director, slug: str) -> AnyResponse:
    """Hold the field at a control, or let it go."""
    record = field("release")
    try:
        if record:
            clearing.release(slug, record, record_id=field("id") or new_id(), by=who.name)
        else:
            given = {**forms.given("id", "control", "reason"), "stage": forms.whole(field("stage"))}
            clearing.hold(slug, given, by=who.name)
    except NotDone as error:
        return _now_page(who, slug, message=f"Not done: {error}", is_error=True)
    flash(
        "They are released. Tell the station."
        if record
        else f"Whoever arrives at {field('control')} waits from now on. Tell the station."
    )
    return forms.to(addresses.desk(slug))


@desk_now.post("/desk/<slug:slug>/course-clear")
@allowed(Right.CLEAR)
def close(who: Director, slug: str) -> AnyResponse:
    """Close the course of a stage, by name; with ``reopen`` open it again."""
    text, record_id = field("stage"), field("id") or new_id()
    try:
        stage = _stage(slug, text)
        if field("reopen"):
            clearing.reopen_stage(
                slug, stage, reason=field("reason"), record_id=record_id, by=who.name
            )
            flash(f"Stage {stage} is open again.")
        else:
            clearing.close_stage(slug, stage, record_id=record_id, by=who.name)
            flash(f"Stage {stage} is closed: the course is clear.")
    except NotDone as error:
        return _clear_page(who, slug, text, message=str(error), is_error=True)
    return forms.to(addresses.desk_course_clear(slug, stage=stage))


def _said() -> str:
    return " ".join(map(str, get_flashed_messages()))


def _stage(slug: str, text: str) -> int:
    """The stage that is named, by default the one a station would be at; UnknownStage."""
    if not text:
        return installation().books.race(slug).ask_whole(lambda book, _: _usual(book))
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise UnknownStage(0)
    return int(text)


def _usual(book: RaceBook) -> int:
    begun = [n for n in book.stages if book.has_begun(n)]
    return begun[-1] if begun else current_stage(book)


def _now_page(
    who: Director, slug: str, *, message: str = "", is_error: bool = False
) -> AnyResponse:
    here, csrf, moment = installation(), form_token(), present()
    here.books.refresh()  # what the director has just done is on the page
    with here.database.reading() as session:
        race_id = race_number(session, slug)
        stations, devices = stations_and_devices(session, slug)
        phones = phones_of(session, race_id)
        home, me = home_of(session, slug), own_node(session).node_id
        known = Known(
            stations=stations,
            devices=devices,
            phones={control: (one.name, one.phone) for control, one in phones.items()},
            contacts=len(contacts_of(session, race_id)),
            notices=home_notices(home, me, at=now()),
            kept=elsewhere(home, me),
            clock=now(),
        )

    def made(book: RaceBook, standing: Standing) -> str:
        return render(
            now_page(
                book,
                now=moment,
                known=known,
                new_id=new_id,
                form_token=csrf,
                signed_in_as=who.name,
                revision=standing.cursor.revision,
                message=message,
                is_error=is_error,
            ),
            notice=here.settings.notice,
        )

    return private(here.books.race(slug).ask_whole(made), 400 if is_error else 200)


def _clear_page(
    who: Director,
    slug: str,
    text: str,
    *,
    message: str = "",
    is_error: bool = False,
    draft: AccountDraft = NO_ACCOUNT_DRAFT,
) -> AnyResponse:
    here, csrf, moment = installation(), form_token(), present()
    here.books.refresh()
    stage = _stage(slug, text)

    def made(book: RaceBook, _: Standing) -> str:
        return render(
            clear_page(
                book,
                stage,
                now=moment,
                new_id=new_id,
                form_token=csrf,
                signed_in_as=who.name,
                message=message,
                is_error=is_error,
                draft=draft,
            ),
            notice=here.settings.notice,
        )

    return private(here.books.race(slug).ask_whole(made), 400 if is_error else 200)
