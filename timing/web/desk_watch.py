"""The desk's watch over stations, devices, readers, installations and clocks."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, get_flashed_messages
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.records import ClockOffset, Ruling
from timing.core.times import (
    DAY,
    BadTime,
    TimeOfDay,
    format_instant,
    local_instants,
    parse_reading,
    zone_named,
)
from timing.live.books import Standing
from timing.operations.directors import Director
from timing.operations.homes import home_of, known_of, own_node
from timing.operations.readers import readers_of_race
from timing.operations.record import Fate
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.desk_words import done_words
from timing.pages.preview_page import MadeOn
from timing.pages.rendering import render
from timing.pages.watch_lines import Elsewhere, HomeNow, ReaderNow
from timing.pages.watch_page import NO_CLOCK_DRAFT, ClockDraft, Watched, watch_page
from timing.racefile import BadRecord
from timing.web import forms, recording
from timing.web.desk_stations import stations_and_devices
from timing.web.forms import field, form_token, new_id, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now
from timing.web.previewing import previewed

desk_watch = Blueprint("desk_watch", __name__)

_DONE = "done"
"""The kind of message that holds the id of the ruling that was made."""


@desk_watch.get("/desk/<slug:slug>/watch")
@allowed(Right.SEE)
def watch(who: Director, slug: str) -> AnyResponse:
    """What needs a timekeeper, and how every device is."""
    return _page(
        who,
        slug,
        message=" ".join(map(str, get_flashed_messages(category_filter=["message"]))),
        done="".join(map(str, get_flashed_messages(category_filter=[_DONE]))),
    )


@desk_watch.get("/desk/<slug:slug>/watch/clock")
@desk_watch.get("/desk/<slug:slug>/watch/undo")
def forms_of_watch(slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the watch that they stand on."""
    return forms.to(addresses.desk_watch(slug))


@desk_watch.post("/desk/<slug:slug>/watch/clock")
@allowed(Right.RULE)
def clock(who: Director, slug: str) -> AnyResponse:
    """Rule that a device's clock was off (Rules 4.10); with ``preview`` show what it changes."""
    draft = ClockDraft(
        device=field("device"),
        offset=field("offset"),
        stage=field("stage"),
        since=field("from"),
        until=field("until"),
        reason=field("reason"),
    )
    race = installation().books.race(slug)
    try:
        moments = race.ask_whole(lambda book, _: _moments(book, draft))
        given = {"ruling": "clock", **forms.given("id", "device", "offset", "reason"), **moments}
        ruling = recording.ruling_from(
            {**given, "at": format_instant(now())}, by=who.name, is_station=False
        )
    except BadTime as error:
        return _page(who, slug, message=f"{error}.", is_error=True, draft=draft)
    except BadRecord as error:
        return _page(who, slug, message=forms.in_words(error), is_error=True, draft=draft)
    if refusal := _refusal(ruling):
        return _page(who, slug, message=refusal, is_error=True, draft=draft)
    if field("preview"):
        return previewed(who, slug, (ruling,), made_on=MadeOn.WATCH)
    return _recorded(who, slug, ruling, draft)


@desk_watch.post("/desk/<slug:slug>/watch/undo")
@allowed(Right.RULE)
def undo(who: Director, slug: str) -> AnyResponse:
    """Take back a ruling on a clock."""
    record = field("record")
    here = installation()
    here.books.refresh()
    if not here.books.race(slug).ask_whole(
        lambda book, _: isinstance(book.ruling(record), ClockOffset)
    ):
        return _page(who, slug, message="There is no such ruling on a clock.", is_error=True)
    row = {"ruling": "void", "record": record, "reason": "Taken back on the watch"}
    try:
        ruling = recording.ruling_from(
            {**row, **forms.given("id"), "at": format_instant(now())}, by=who.name, is_station=False
        )
    except BadRecord as error:
        return _page(who, slug, message=forms.in_words(error), is_error=True)
    return _recorded(who, slug, ruling)


def _moments(book: RaceBook, draft: ClockDraft) -> Mapping[str, str]:
    """``from`` and ``until`` as instants: a time of day is of the stage's day. BadTime.

    Where clocks go back in that hour, the stretch is the longer one.
    """
    found = {}
    for name, text, nth in (("from", draft.since, 0), ("until", draft.until, -1)):
        if not text:
            continue
        reading = parse_reading(text)
        if not isinstance(reading, TimeOfDay):
            found[name] = text
            continue
        number = int(draft.stage) if draft.stage.isascii() and draft.stage.isdigit() else 0
        stage = book.race.stage(number)
        if stage is None:
            raise BadTime(text, "an instant like 2026-08-28T18:00:00Z, where no stage is chosen")
        ms = reading.ms + (reading.day or 0) * DAY
        instants = local_instants(stage.date, ms, zone_named(book.race.timezone))
        if not instants:
            raise BadTime(text, "a time that its clock showed: clocks go forward in that hour")
        found[name] = format_instant(instants[nth])
    return found


def _refusal(ruling: Ruling) -> str:
    """Why what may be a slip of the hand is not taken; empty where nothing is wrong."""
    if not isinstance(ruling, ClockOffset):
        return ""
    if not ruling.offset:
        return "By how much was its clock off? Nothing would be put right."
    if ruling.since is not None and ruling.until is not None and ruling.until <= ruling.since:
        return "Until is not after From: no time lies between them."
    return ""


def _recorded(
    who: Director, slug: str, ruling: Ruling, draft: ClockDraft = NO_CLOCK_DRAFT
) -> AnyResponse:
    written = recording.write(slug, rulings=(ruling,))
    if written.fates == (Fate.CONFLICT,) and not recording.is_sent_twice(slug, ruling, ("at",)):
        message = "Not done: this form was sent before. Check it and send it again."
        return _page(who, slug, message=message, is_error=True, draft=draft)
    here = installation()
    here.books.refresh()
    flash(here.books.race(slug).ask_whole(lambda book, _: done_words(book, ruling)))
    if isinstance(ruling, ClockOffset):
        flash(ruling.id, _DONE)
    return forms.to(addresses.desk_watch(slug))


def _watched(session: Session, slug: str) -> Watched:
    stations, devices = stations_and_devices(session, slug)
    me, home = own_node(session).node_id, home_of(session, slug)
    return Watched(
        stations=stations,
        devices=devices,
        readers=tuple(
            ReaderNow(
                name=one.name,
                stage=one.stage,
                control=one.control,
                state=one.state.value,
                last_contact=one.last_contact,
                last_read=one.last_read,
                taken=one.taken,
                gaps=one.gaps,
                offset_ms=one.offset_ms,
            )
            for one in readers_of_race(session, slug)
        ),
        others=tuple(
            Elsewhere(
                name=one.name or one.node[:8],
                is_home=one.node == home.node,
                seen=one.seen,
                agreed=one.agreed,
                agreed_records=one.agreed_records,
            )
            for one in known_of(session, slug)
            if one.node != me
        ),
        home=HomeNow(
            name="" if home.node == me else home.name or home.node[:8],
            is_followed=home.is_followed,
            rivals=tuple(name or node[:8] for node, name in home.rivals),
            is_set_aside=home.set_aside is not None,
        ),
    )


def _page(
    who: Director,
    slug: str,
    *,
    message: str = "",
    is_error: bool = False,
    draft: ClockDraft = NO_CLOCK_DRAFT,
    done: str = "",
) -> AnyResponse:
    here, csrf, moment = installation(), form_token(), now()
    here.books.refresh()
    race = here.books.race(slug)
    with here.database.reading() as session:
        watched = _watched(session, slug)

    def made(book: RaceBook, _: Standing) -> str:
        return render(
            watch_page(
                book,
                watched=watched,
                now=moment,
                new_id=new_id,
                form_token=csrf,
                signed_in_as=who.name,
                message=message,
                is_error=is_error,
                draft=draft,
                done=done,
            ),
            notice=here.settings.notice,
        )

    return private(race.ask_whole(made), 400 if is_error else 200)
