"""The desk's pages of layouts: changing what is printed, trying it, going back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.times import Instant, local_clock, zone_named
from timing.exports.layout_previews import preview_of
from timing.exports.layouts import (
    LONGEST,
    TITLES,
    BadLayout,
    Layout,
    set_in_layout,
    standard_text,
)
from timing.exports.pdf import Imprint, Sheets
from timing.live.books import Standing
from timing.operations.directors import Director
from timing.operations.print_layouts import (
    LayoutMoved,
    LayoutVersion,
    layout_versions,
    take_layout,
)
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.layouts_page import LayoutItem, VersionItem, layout_page, layouts_page
from timing.pages.rendering import render
from timing.web import forms
from timing.web.errors import Refusal
from timing.web.forms import field, form_token, number_in, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now
from timing.web.printing import PDF

desk_layouts = Blueprint("desk_layouts", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrong:
    """A text that was not taken: what is wrong with it, and at which line."""

    text: str
    message: str
    line: int = 0


@desk_layouts.get("/desk/<slug:slug>/files/layouts")
@allowed(Right.DEFINE)
def layouts(who: Director, slug: str) -> AnyResponse:
    """Every sheet whose layout can be changed."""
    here, token = installation(), form_token()
    race = here.books.race(slug).standing.race
    said = [str(message) for message in get_flashed_messages()]
    with here.database.reading() as session:
        known = {one: layout_versions(session, slug, one) for one in Layout}
    items = [_item(slug, race.timezone, one, versions) for one, versions in known.items()]
    page = layouts_page(race, items, form_token=token, signed_in_as=who.name, messages=said)
    return private(render(page, notice=here.settings.notice))


@desk_layouts.get("/desk/<slug:slug>/files/layouts/<sheet>")
@allowed(Right.DEFINE)
def layout(who: Director, slug: str, sheet: str) -> AnyResponse:
    """A layout's text, that in force or an earlier ``version``."""
    return _page(who, slug, _named(sheet))


@desk_layouts.post("/desk/<slug:slug>/files/layouts/<sheet>")
@allowed(Right.DEFINE)
def change_layout(who: Director, slug: str, sheet: str) -> AnyResponse:
    """Show what a text makes of the race, take it, or go back to the standard one."""
    named = _named(sheet)
    what, text = field("do"), _text()
    if what == "standard":
        return _take(who, slug, named, "")
    try:
        content = set_in_layout(_preview(slug, named), text)
    except BadLayout as error:
        return _page(who, slug, named, _Wrong(text=text, message=str(error), line=error.line))
    if what == "preview":
        response = Response(content, content_type=PDF)
        name = f"{slug}-{named}-preview.pdf"
        response.headers.set("Content-Disposition", "inline", filename=name)
        return response
    return _take(who, slug, named, text)


def _take(who: Director, slug: str, named: Layout, text: str) -> AnyResponse:
    try:
        with installation().database.writing() as session:
            version = take_layout(
                session,
                slug,
                named,
                text,
                based_on=number_in("based_on"),
                by=who.name,
                at=now(),
            )
    except LayoutMoved as error:
        wrong = _Wrong(text=text, message=f"Not taken. {error} Look at it, then send this again.")
        return _page(who, slug, named, wrong)
    done = "has the standard layout" if not text else f"has a layout of its own, version {version}"
    flash(f"{TITLES[named]}: the race {done}.")
    return forms.to(addresses.desk_layouts(slug))


def _text() -> str:
    """What was typed, or the file that was chosen, its ends of lines made ours."""
    sent = request.files.get("file")
    raw = sent.read(4 * LONGEST).decode("utf-8", "replace") if sent is not None else ""
    text = raw or request.form.get("text", "")
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _named(sheet: str) -> Layout:
    if sheet not in tuple(Layout):
        raise Refusal(404, "There is no such layout.")
    return Layout(sheet)


def _preview(slug: str, named: Layout) -> Sheets:
    here = installation()
    here.books.refresh()
    imprint = Imprint(source="a preview of a layout", issued=now())

    def taken(book: RaceBook, _: Standing) -> Sheets:
        return preview_of(book, named, imprint)

    return here.books.race(slug).ask_whole(taken)


def _page(who: Director, slug: str, named: Layout, wrong: _Wrong | None = None) -> AnyResponse:
    here, token = installation(), form_token()
    race = here.books.race(slug).standing.race
    with here.database.reading() as session:
        versions = layout_versions(session, slug, named)
    fault = versions[0].fault if versions else ""
    page = layout_page(
        race,
        named,
        TITLES[named],
        _shown(named, versions) if wrong is None else wrong.text,
        longest=LONGEST,
        versions=[_version(slug, race.timezone, named, one) for one in versions],
        is_own=bool(versions and versions[0].text),
        form_token=token,
        signed_in_as=who.name,
        message=wrong.message if wrong is not None else fault,
        line=wrong.line if wrong is not None else _line_of(fault),
    )
    return private(render(page, notice=here.settings.notice), 200 if wrong is None else 422)


def _line_of(fault: str) -> int:
    """The line that a noted fault begins with, 0 where it names none."""
    number = fault.partition(":")[0].removeprefix("Line ")
    return int(number) if number.isascii() and number.isdigit() else 0


def _shown(named: Layout, versions: Sequence[LayoutVersion]) -> str:
    """The text of the version that the address asks for, else that in force."""
    asked = request.args.get("version", "")
    chosen = next((one for one in versions if str(one.version) == asked), None)
    chosen = chosen or (versions[0] if versions else None)
    return standard_text(named) if chosen is None or not chosen.text else chosen.text


def _item(slug: str, zone: str, named: Layout, versions: Sequence[LayoutVersion]) -> LayoutItem:
    newest = versions[0] if versions else None
    is_own = newest is not None and newest.text != ""
    return LayoutItem(
        title=TITLES[named],
        url=addresses.desk_layouts(slug, named),
        is_own=is_own,
        told="Standard" if newest is None else _told(zone, newest),
        fault=newest.fault if newest is not None else "",
    )


def _version(slug: str, zone: str, named: Layout, one: LayoutVersion) -> VersionItem:
    return VersionItem(
        number=one.version,
        told=_told(zone, one),
        is_standard=not one.text,
        url=addresses.desk_layouts(slug, named, version=one.version),
    )


def _told(zone: str, one: LayoutVersion) -> str:
    whose = "Its own" if one.text else "Standard"
    return f"{whose}, since {_minute(one.at, zone)} by {one.by}"


def _minute(at: Instant, zone: str) -> str:
    return f"{local_clock(at, zone_named(zone)):%Y-%m-%d %H:%M}"
