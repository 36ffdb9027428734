"""All pages that a race has, to look at each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from timing.core.book import RaceBook
from timing.core.cases import cases
from timing.core.definition import Source
from timing.core.devices import Contact, Device
from timing.core.records import Penalty
from timing.core.times import HOUR, Instant
from timing.pages.api_page import api_page
from timing.pages.board_page import board_page
from timing.pages.charts_page import charts_page
from timing.pages.desk_page import desk_page, desk_races, desk_sign_in
from timing.pages.error_page import error_page
from timing.pages.import_page import ColumnItem, LineItem, choices, import_page, places_of
from timing.pages.live_page import live_page
from timing.pages.outgoing_page import KnownDelivery, KnownWebhook, outgoing_page
from timing.pages.people_page import runners_page, teams_page
from timing.pages.preview_page import preview_page
from timing.pages.publications_page import publications_page
from timing.pages.race_home import race_home
from timing.pages.race_list import race_list
from timing.pages.rendering import Page
from timing.pages.review_page import Filters, Held, ReviewPage, Undo, review_page
from timing.pages.runner_page import runner_page
from timing.pages.stage_page import stage_page
from timing.pages.station_page import Post, StationPage, station_page, station_sign_in
from timing.pages.stations_page import Card, Station, station_cards_page, stations_page
from timing.pages.team_page import team_page
from timing.pages.watch_lines import Elsewhere, HomeNow, ReaderNow
from timing.pages.watch_page import Watched, watch_page

NOTHING: Mapping[str, str] = {}
OPENAPI: Mapping[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Bivouac", "version": "1", "description": "Times in, results out."},
    "paths": {
        "/races/{slug}/passings": {
            "parameters": [
                {"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "post": {
                "summary": "Record passings",
                "security": [{"token": []}],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Passings"}}
                    }
                },
                "responses": {
                    "200": {"description": "What became of them"},
                    "422": {"$ref": "#/components/responses/Unreadable"},
                },
            },
        }
    },
    "components": {
        "responses": {"Unreadable": {"description": "It could not be read"}},
        "schemas": {
            "Passings": {
                "required": ["passings"],
                "properties": {"passings": {"type": "array", "items": {"type": "object"}}},
            }
        },
    },
}


def station_of(
    book: RaceBook, *, control: str = "", stage: int | None = None, **given: Any
) -> StationPage:
    """A station's page with what was recorded at its control by volunteers."""
    numbers = count(1)
    page = station_page(
        book,
        post=Post(label="Station", stage=stage),
        records=tuple(
            p
            for p in sorted(book.document.passings, key=lambda p: p.id)
            if p.source is Source.CHECKPOINT and control in ("", p.control)
        ),
        new_id=lambda: f"new-{next(numbers)}",
        form_token="token",
        args={"control": control} if control else {},
        **given,
    )
    assert isinstance(page, StationPage)
    return page


def desk_of(book: RaceBook, *, now: Instant = 1_788_000_000_000, **given: Any) -> Page:
    """The desk with the last passings; by default within the days of the sample."""
    numbers = count(1)
    return desk_page(
        book,
        recent=tuple(book.document.passings[-20:]),
        new_id=lambda: f"new-{next(numbers)}",
        form_token="token",
        signed_in_as="ana",
        now=now,
        **given,
    )


def preview_of(book: RaceBook) -> Page:
    """What it would change if the first runner got an hour on the first stage."""
    penalty = Penalty(
        id="preview",
        by="ana",
        at=1_788_000_000_000,
        reason="Shortcut <b>taken</b>",
        stage=book.stages[0],
        time=HOUR,
        bibs=(book.entries()[0].bib,),
    )
    return preview_page(
        book, penalty, fields={"ruling": "penalty"}, form_token="token", signed_in_as="ana"
    )


def watched(now: Instant) -> Watched:
    """A station with devices that are well and that are not, readers, an installation."""
    station = Station(
        id=1,
        public="FDPM",
        label="Tizi <b>n’Tleta</b>, the tent by the well",
        stage=5,
        controls=("CP2",),
        role="backup",
        created=now - 30 * HOUR,
        revoked=None,
    )
    well = Device(
        token_id=1,
        contact=Contact(
            origin="0a" * 10,
            name="A7F2KQ",
            app="1.4.0",
            recorded=46,
            clock_offset_ms=12,
            clock_uncertainty_ms=40,
            clock_age_ms=5000,
            battery=81,
            storage_used=4,
            storage_quota=100,
        ),
        first_seen=now - HOUR,
        last_seen=now,
        clock_moved_ms=None,
        clock_moved_at=None,
        shift_ended=None,
    )
    wrong = replace(
        well,
        contact=replace(well.contact, name="B3XR9M", unsent=7, clock_offset_ms=-90_000, battery=9),
        last_seen=now - 26 * HOUR,
        clock_moved_ms=-90_000,
        clock_moved_at=now - 27 * HOUR,
    )
    over = replace(wrong, shift_ended=now - 26 * HOUR)
    reader = ReaderNow(
        name="mat-1",
        stage=5,
        control="FINISH",
        state="connected",
        last_contact=now,
        last_read=now,
        taken=412,
        gaps=0,
        offset_ms=40,
    )
    return Watched(
        stations=(station, replace(station, id=2, public="HPXC", revoked=now)),
        devices=(well, wrong, over),
        readers=(reader, replace(reader, name="mat-2", state="waiting", gaps=3)),
        others=(
            Elsewhere(name="HQ", is_home=True, seen=now, agreed=now, agreed_records=812),
            Elsewhere(name="Car", is_home=False, seen=None, agreed=None, agreed_records=None),
        ),
        home=HomeNow(name="HQ", is_followed=False, rivals=("HQ", "Car"), is_set_aside=True),
    )


def watch_of(book: RaceBook, given: Watched | None = None, **more: Any) -> Page:
    """The watch, by default with everything on it; without a moment in the days of the sample."""
    now: Instant = more.pop("now", 1_788_000_000_000)
    numbers = count(1)
    return watch_page(
        book,
        watched=watched(now) if given is None else given,
        now=now,
        new_id=lambda: f"new-{next(numbers)}",
        form_token="token",
        signed_in_as="ana",
        **more,
    )


def stations_of(book: RaceBook, given: Watched | None = None) -> Page:
    """The stations, by default one in use and one revoked."""
    now: Instant = 1_788_000_000_000
    known = watched(now) if given is None else given
    return stations_page(
        book,
        stations=known.stations,
        devices=known.devices,
        now=now,
        form_token="token",
        signed_in_as="ana",
    )


def outgoing_of(book: RaceBook, *, is_empty: bool = False) -> Page:
    """What goes out, by default with webhooks and deliveries of every kind."""
    now: Instant = 1_788_000_000_000
    first = next((entry.id for entry in book.entries()), "nobody")
    works = KnownWebhook(
        public="wh_0a1b2c3d",
        url="https://siroua.example.org/hooks/timing",
        events=("finish", "status"),
        made_by="ana",
        disabled_why="",
        is_disabled=False,
        has_two_secrets=True,
        failures=0,
        paused_until=None,
        waiting=0,
        given_up=0,
    )
    away = replace(
        works,
        public="wh_4e5f6a7b",
        url="https://a-very-long-name-of-a-machine.broadcaster.example.org/api/v3/ingest?race=siroua",
        events=(),
        failures=4,
        paused_until=now + HOUR,
        waiting=1_204,
        given_up=2,
    )
    gone = replace(
        away, is_disabled=True, disabled_why="It answered that it is gone (410).", waiting=0
    )
    taken = KnownDelivery(
        number=3,
        public="wh_0a1b2c3d",
        type="finish",
        subject=f"stages/{book.stages[-1] if book.stages else 1}/entries/{first}",
        created=now - HOUR,
        due=now,
        attempts=1,
        state="sent",
        status=204,
        answer="",
    )
    waits = replace(
        taken,
        number=2,
        type="standings",
        subject="standings/4",
        state="waiting",
        attempts=4,
        status=503,
        answer="upstream connect error or disconnect/reset before headers",
    )
    lost = replace(waits, number=1, type="status", subject=f"entries/{first}", state="given_up")
    return outgoing_page(
        book,
        webhooks=() if is_empty else (works, away, gone),
        deliveries=() if is_empty else (taken, waits, lost, replace(taken, type="test")),
        event_types=("finish", "status", "standings"),
        now=now,
        form_token="token",
        signed_in_as="ana",
        message="" if is_empty else "Added. It is told from now on.",
        secret="" if is_empty else "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
        secret_of="" if is_empty else "wh_0a1b2c3d",
    )


def cards_of(book: RaceBook) -> Page:
    """Two cards to print, in place of the codes a square."""
    card = Card(
        label="The tent by the well <1>",
        place="stage 5, CP2",
        key="K7QM-2F9D-XW3H-TPA4",
        link="https://times.example.org/station#K7QM-2F9D-XW3H-TPA4",
        qr='<svg class="qr" viewBox="0 0 9 9"><path d="M1 1h7v7h-7z"/></svg>',
    )
    return station_cards_page(book, cards=(card, card), form_token="token", signed_in_as="ana")


def import_of(book: RaceBook) -> Page:
    """A table of times that was looked at, with something of every kind in it."""
    meanings = choices([("", "–"), ("bib", "Bib"), ("time", "Time")], "bib")
    cells = ("<b>7</b>", "12", "a long cell that says more than anybody wants to know", "")
    fields: dict[str, object] = {
        "upload": "0" * 64,
        "file_name": "A very long name of a file of times at the second checkpoint, copy 2.csv",
        "formats": choices([("csv", "CSV or spreadsheet")], "csv"),
        "places": places_of(book.race, ""),
        "columns": tuple(
            ColumnItem(number=n, header=f"Column {n}", cells=cells, meanings=meanings)
            for n in range(1, 9)
        ),
        "counts": (("New", 1_204), ("Known already", 3), ("Conflicting", 1), ("Rejected", 2)),
        "lines": (
            LineItem(line=17, verdict="Rejected", tone="wrong", told="the checksum is 00, not a7"),
            LineItem(line=10_018, verdict="New", tone="", told="chip 058003700ab1 at CP4, stage 5"),
        ),
        "more": 1_208,
        "ready": 1_204,
        "taken": 500,
        "total": 1_704,
        "message": "Took 500 passings. 1,204 are left: press again to go on.",
    }
    return import_page(book, signed_in_as="ana", form_token="token", fields=fields)


def public_pages(book: RaceBook, *, runners: int = 3) -> Iterator[tuple[str, Page]]:
    """Every public page of a race, by a name; of runners the first so many."""
    yield "list", race_list([book])
    yield "home", race_home(book, revision=7)
    yield "live", live_page(book, revision=7)
    yield "publications", publications_page(book, revision=7)
    if book.race.classifications:
        yield "charts", charts_page(book, {"bibs": "41, 7a"}, revision=7)
    for code in book.board_codes():
        yield f"board {code}", board_page(book, code, NOTHING, revision=7)
        for number in book.stages:
            yield f"board {code} after {number}", board_page(book, code, {"after": str(number)})
    for number in book.stages:
        yield f"stage {number}", stage_page(book, number, NOTHING, revision=7)
        stage = book.race.stage(number)
        for control in stage.controls[1:] if stage is not None else ():
            code = f"{control.code}.in" if control.in_out else control.code
            yield f"stage {number} at {code}", stage_page(book, number, {"control": code})
    for entry in [e for e in book.entries() if e.bib][:runners]:
        yield f"runner {entry.bib}", runner_page(book, entry.bib, NOTHING, revision=7)
    if book.entries():
        yield "runners", runners_page(book, NOTHING, revision=7)
    if book.teams():
        yield "teams", teams_page(book, NOTHING, revision=7)
    for team in book.teams()[:runners]:
        yield f"team {team.code}", team_page(book, team.code, NOTHING, revision=7)


def closed_pages(book: RaceBook) -> Iterator[tuple[str, Page]]:
    """The pages behind a sign-in, the signs-in, and those of no race."""
    numbers = count(1)
    yield "desk", desk_of(book, revision=7)
    if book.entries() and book.stages:
        yield "desk preview", preview_of(book)
    yield "desk watch", watch_of(book)
    yield "desk watch, empty", watch_of(book, Watched())
    yield "desk outgoing", outgoing_of(book)
    yield "desk outgoing, empty", outgoing_of(book, is_empty=True)
    yield "desk stations", stations_of(book)
    yield "desk stations, empty", stations_of(book, Watched())
    yield "desk station cards", cards_of(book)
    yield "desk sign-in", desk_sign_in(form_token="token", message="Wrong.", name="ana")
    yield "desk races", desk_races([book], may_found=True, signed_in_as="ana", form_token="token")
    yield "station sign-in", station_sign_in(form_token="token", message="Wrong.")
    yield (
        "station",
        station_page(
            book,
            post=Post(label="Finish"),
            records=book.document.passings[:5],
            new_id=lambda: f"new-{next(numbers)}",
            form_token="token",
        ),
    )
    for status in (400, 403, 404, 429, 500, 418):
        yield f"error {status}", error_page(status, "Because.", path="/races/x/boards/y")
    yield "interface", api_page(OPENAPI)


def review_of(book: RaceBook, now: Instant, *, kind: str = "", held_by: str = "") -> ReviewPage:
    """The review, with the first case of a kind open; ``held_by`` is somebody else at it."""
    numbers = count(1)
    opened = next((case.key for case in cases(book) if kind in case.kinds), "") if kind else ""
    held = {opened: Held(by=held_by, until=now, is_mine=False)} if held_by else {}
    return review_page(
        book,
        filters=Filters(),
        chosen=opened,
        held=held,
        asked=(),
        now=now,
        new_id=lambda: f"new-{next(numbers)}",
        form_token="token",
        signed_in_as="ana",
        revision=7,
        undo=Undo(what="Void", case=opened, records=("r",)) if opened else None,
    )
