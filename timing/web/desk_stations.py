"""The desk's stations: making them, showing their keys once, revoking them."""

from __future__ import annotations

from flask import Blueprint, flash, get_flashed_messages, request
from segno import make as make_code
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.devices import Device
from timing.live.books import Standing
from timing.operations.alerting import phones_of, race_number
from timing.operations.devices import devices_of_race
from timing.operations.directors import Director
from timing.operations.roles import Right
from timing.operations.tokens import (
    NewToken,
    Role,
    Token,
    TokenScope,
    make_token,
    revoke_token,
    tokens_of_race,
)
from timing.pages import addresses
from timing.pages.now_moment import moment_of, standing_at
from timing.pages.now_silences import silences
from timing.pages.rendering import render
from timing.pages.stations_page import (
    NO_STATION_DRAFT,
    Card,
    Station,
    StationDraft,
    control_choices,
    finish_codes,
    place_words,
    station_cards_page,
    stations_page,
)
from timing.web import forms
from timing.web.forms import field, form_token, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now
from timing.web.present import present

desk_stations = Blueprint("desk_stations", __name__)

_LONGEST_LABEL = 60


@desk_stations.get("/desk/<slug:slug>/stations")
@allowed(Right.STATIONS)
def stations(who: Director, slug: str) -> AnyResponse:
    """The stations of a race, with their devices."""
    return _page(who, slug, message=" ".join(map(str, get_flashed_messages())))


@desk_stations.post("/desk/<slug:slug>/stations")
@allowed(Right.STATIONS)
def make(who: Director, slug: str) -> AnyResponse:
    """Make a station, or one for each control, and show the keys."""
    draft = StationDraft(
        label=field("label"),
        stage=field("stage"),
        controls=tuple(request.form.getlist("control")),
        role=field("role"),
    )
    is_finish, for_each = bool(field("finish")), bool(field("each"))

    def wanted(book: RaceBook, _: Standing) -> tuple[str, ...] | str:
        known = control_choices(book)
        if not draft.label or len(draft.label) > _LONGEST_LABEL:
            return f"A station has a name of at most {_LONGEST_LABEL} characters."
        if draft.stage and draft.stage not in map(str, book.stages):
            return "The race has no such stage."
        if draft.role not in set(Role):
            return "A station is main or backup."
        chosen = (*draft.controls, *(finish_codes(book) if is_finish else ()))
        if not all(code in known for code in chosen):
            return "The race has no such control."
        return tuple(dict.fromkeys(chosen))

    found = installation().books.race(slug).ask_whole(wanted)
    if isinstance(found, str):
        return _page(who, slug, message=found, is_error=True, draft=draft)
    groups = [(code,) for code in found] if for_each and found else [found]
    with installation().database.writing() as session:
        made = [
            make_token(
                session,
                slug,
                scope=TokenScope.STATION,
                label=f"{draft.label} {group[0]}" if len(groups) > 1 else draft.label,
                at=now(),
                stage=int(draft.stage) if draft.stage else None,
                controls=group,
                role=Role(draft.role),
            )
            for group in groups
        ]
    return _cards(who, slug, made)


@desk_stations.post("/desk/<slug:slug>/stations/renew")
@allowed(Right.STATIONS)
def renew(who: Director, slug: str) -> AnyResponse:
    """Make another key for a post; the one there is stays good until it is revoked."""
    with installation().database.writing() as session:
        old = _station(session, slug)
        if old is None or old.revoked is not None:
            return _page(who, slug, message="There is no such station.", is_error=True)
        made = make_token(
            session,
            slug,
            scope=TokenScope.STATION,
            label=old.label,
            at=now(),
            stage=old.stage,
            controls=old.controls,
            role=old.role,
        )
    return _cards(who, slug, [made])


@desk_stations.post("/desk/<slug:slug>/stations/revoke")
@allowed(Right.STATIONS)
def revoke(who: Director, slug: str) -> AnyResponse:
    """Let a station's key count no more."""
    with installation().database.writing() as session:
        old = _station(session, slug)
        if old is None:
            return _page(who, slug, message="There is no such station.", is_error=True)
        revoke_token(session, old.id, at=now())
    flash(f"The key {old.public} of {old.label} is revoked.")
    return forms.to(addresses.desk_stations(slug))


@desk_stations.get("/desk/<slug:slug>/stations/renew")
@desk_stations.get("/desk/<slug:slug>/stations/revoke")
def forms_of_stations(slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the page that they stand on."""
    return forms.to(addresses.desk_stations(slug))


def stations_and_devices(
    session: Session, slug: str
) -> tuple[tuple[Station, ...], tuple[Device, ...]]:
    """The stations of a race, and the devices that ever were in contact."""
    stations = tuple(
        Station(
            id=token.id,
            public=token.public,
            label=token.label,
            stage=token.stage,
            controls=token.controls,
            role=token.role.value,
            created=token.created,
            revoked=token.revoked,
        )
        for token in tokens_of_race(session, slug)
        if token.scope is TokenScope.STATION
    )
    return stations, devices_of_race(session, slug)


def _station(session: Session, slug: str) -> Token | None:
    public = field("station")
    return next(
        (
            token
            for token in tokens_of_race(session, slug)
            if token.public == public and token.scope is TokenScope.STATION
        ),
        None,
    )


def _cards(who: Director, slug: str, made: list[NewToken]) -> AnyResponse:
    csrf, root = form_token(), request.url_root.rstrip("/")
    notice = installation().settings.notice

    def cards(book: RaceBook, _: Standing) -> str:
        return render(
            station_cards_page(
                book,
                cards=[_card(book, new, root) for new in made],
                form_token=csrf,
                signed_in_as=who.name,
            ),
            notice=notice,
        )

    return private(installation().books.race(slug).ask_whole(cards))


def _card(book: RaceBook, new: NewToken, root: str) -> Card:
    link = f"{root}{addresses.STATION}#{new.plain}"
    code = make_code(link, error="m", micro=False)
    return Card(
        label=new.token.label,
        place=place_words(book, new.token.stage, new.token.controls),
        key=new.plain,
        link=link,
        qr=code.svg_inline(omitsize=True, svgclass="qr", lineclass=None),
    )


def _page(
    who: Director,
    slug: str,
    *,
    message: str = "",
    is_error: bool = False,
    draft: StationDraft = NO_STATION_DRAFT,
) -> AnyResponse:
    here, csrf, moment = installation(), form_token(), now()
    with here.database.reading() as session:
        known, devices = stations_and_devices(session, slug)
        phones = phones_of(session, race_number(session, slug))
    at = present()

    def made(book: RaceBook, _: Standing) -> str:
        return render(
            stations_page(
                book,
                stations=known,
                devices=devices,
                now=moment,
                form_token=csrf,
                signed_in_as=who.name,
                message=message,
                is_error=is_error,
                draft=draft,
                silent=silences(
                    book,
                    standing_at(book, moment_of(book, at)),
                    at=at,
                    phones={control: (one.name, one.phone) for control, one in phones.items()},
                    new_id=forms.new_id,
                ),
            ),
            notice=here.settings.notice,
        )

    return private(here.books.race(slug).ask_whole(made), 400 if is_error else 200)
