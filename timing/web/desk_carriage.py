"""The desk's page for what devices gave out without a network."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing.importers.carriage import Reading
from timing.operations.carriage import (
    Look,
    TooMuchKept,
    count_kept,
    keep_carried,
    look_over,
    put_all_away,
    put_away_taken,
)
from timing.operations.directors import Director
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.carriage_page import CarriedRecord, carriage_page, counts_words
from timing.pages.rendering import render
from timing.web import forms, recording
from timing.web.forms import form_token, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now

desk_carriage = Blueprint("desk_carriage", __name__)

NOTHING = Reading()


@desk_carriage.get("/desk/<slug:slug>/carriage")
@allowed(Right.REVIEW)
def waiting(who: Director, slug: str) -> AnyResponse:
    """What waits, and what has not come."""
    return _page(who, slug, message=" ".join(map(str, get_flashed_messages())))


@desk_carriage.get("/desk/<slug:slug>/carriage/take")
@desk_carriage.get("/desk/<slug:slug>/carriage/put-away")
def forms_of_carriage(slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the page that they stand on."""
    return forms.to(addresses.desk_carriage(slug))


@desk_carriage.post("/desk/<slug:slug>/carriage")
@allowed(Right.REVIEW)
def bring(who: Director, slug: str) -> AnyResponse:
    """Look over a file, messages or texts of codes; nothing is recorded yet."""
    given = [file.stream.read() for file in request.files.getlist("file") if file.filename]
    text = request.form.get("text", "")
    if text.strip():
        given.append(text.encode("utf-8", "surrogatepass"))
    if not given:
        return _page(who, slug, message="Choose a file, or paste messages.", is_error=True)
    try:
        with installation().database.writing() as session:
            readings = [
                keep_carried(session, slug, content, at=now(), by=who.name) for content in given
            ]
    except TooMuchKept as error:
        return _page(who, slug, message=str(error), is_error=True, text=text)
    read = Reading(
        found=tuple(f for one in readings for f in one.found),
        troubles=tuple(t for one in readings for t in one.troubles),
        passed_over=tuple(p for one in readings for p in one.passed_over),
        parts=tuple(p for one in readings for p in one.parts),
    )
    is_nothing = not read.found and not read.parts
    message = "Nothing of a station was found in it." if is_nothing else ""
    left = text if is_nothing else ""
    return _page(who, slug, read=read, message=message, is_error=is_nothing, text=left)


@desk_carriage.post("/desk/<slug:slug>/carriage/take")
@allowed(Right.REVIEW)
def take(who: Director, slug: str) -> AnyResponse:
    """Write what is new to the journal; what is whole and known by then waits no longer."""
    del who
    here = installation()
    race = here.books.race(slug).standing.race
    with here.database.reading() as session:
        look = look_over(session, slug, race, at=now())
    recording.write(slug, passings=look.passings, rulings=look.rulings)
    with here.database.writing() as session:
        put_away_taken(session, slug, race, at=now())
    fits = [line.fit.value for line in look.lines]
    flash(f"Taken. {counts_words(fits)}." if fits else "Nothing waits.")
    return forms.to(addresses.desk_carriage(slug))


@desk_carriage.post("/desk/<slug:slug>/carriage/put-away")
@allowed(Right.REVIEW)
def put_away(who: Director, slug: str) -> AnyResponse:
    """Forget what waits; what was taken is in the journal."""
    del who
    with installation().database.writing() as session:
        put_all_away(session, slug)
    flash("Put away. What was not taken can be given again.")
    return forms.to(addresses.desk_carriage(slug))


def _page(
    who: Director,
    slug: str,
    *,
    read: Reading = NOTHING,
    message: str = "",
    is_error: bool = False,
    text: str = "",
) -> AnyResponse:
    here = installation()
    race = here.books.race(slug).standing.race
    with here.database.reading() as session:
        look = look_over(session, slug, race, at=now())
        kept = count_kept(session, slug)
    page = carriage_page(
        race,
        _records(look),
        gaps=[str(gap) for gap in look.gaps],
        troubles=_once([str(trouble) for trouble in (*read.troubles, *look.troubles)]),
        passed_over=read.passed_over,
        waiting=kept,
        form_token=form_token(),
        signed_in_as=who.name,
        message=message,
        is_error=is_error,
        text=text,
    )
    return private(render(page, notice=here.settings.notice), 400 if is_error else 200)


def _records(look: Look) -> list[CarriedRecord]:
    return [
        CarriedRecord(
            where=line.where,
            fit=line.fit.value,
            told=line.told,
            record=line.record,
            wire=line.wire,
            station=line.station,
        )
        for line in look.lines
    ]


def _once(told: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(told))
