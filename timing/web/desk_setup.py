"""Setting a race up at the desk: a new one, and the definition of one as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from flask import Blueprint, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.definition import Race
from timing.core.publications import official_until
from timing.db.versions import text_of_version, versions_of
from timing.importers.gpx import MOST_BYTES, read_gpx
from timing.importers.reads import BadFile
from timing.live.books import Standing
from timing.live.threads import in_thread
from timing.operations.course_files import CourseDoesNotFit, with_course
from timing.operations.definitions import definition_text
from timing.operations.directors import Director
from timing.operations.homes import FrameNotHere, NotHome
from timing.operations.races import (
    AltersOfficial,
    DefinitionMoved,
    RaceExists,
    add_race,
    change_definition,
    export_definition,
)
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.rendering import render
from timing.pages.setup_page import (
    Consequences,
    LineFault,
    NewRaceDraft,
    consequences,
    new_race_page,
    setup_page,
    version_line,
)
from timing.racefile import RacefileErrors, loads
from timing.racefile.beginning import MOST_STAGES, first_racefile
from timing.racefile.comparing import definition_differences
from timing.racefile.library import UnknownDefinition, definition, new_race, slugs
from timing.web import forms
from timing.web.forms import field, form_token, private
from timing.web.guarding import allowed, signed_in
from timing.web.installation import installation, now

desk_setup = Blueprint("desk_setup", __name__)

LONGEST_TEXT = 250_000
"""Characters of a definition that a form sends; more comes by the command line or the API."""

_FILE = "definition"
_MOST_FAULTS = 50


class _Wrong(ValueError):
    """What is wrong with a form, by field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDefinition:
    """A text as it was read: the definition, or what is wrong with it."""

    race: Race | None = None
    faults: tuple[LineFault, ...] = ()


# A new race ----------------------------------------------------------------------------


@desk_setup.get(addresses.DESK_NEW)
@signed_in
def new(who: Director) -> AnyResponse:
    """The form of a new race."""
    return _new_page(who, NewRaceDraft(like=request.args.get("like", "")))


@desk_setup.post(addresses.DESK_NEW)
@signed_in
def begin(who: Director) -> AnyResponse:
    """Make the race, whose owner is whoever makes it, and go on to its set-up."""
    names = ("name", "slug", "timezone", "starts_on", "stages", "like")
    draft = NewRaceDraft(**{name: field(name) for name in names})
    try:
        _make(who, draft)
    except _Wrong as error:
        return _new_page(who, draft, ((error.field, error.message),), status=400)
    except RacefileErrors as errors:
        faults = tuple(
            (error.path.rpartition(".")[2], f"{error.message}. {error.remedy}".rstrip(". ") + ".")
            for error in errors.errors
        )
        return _new_page(who, draft, faults, status=400)
    installation().books.refresh()
    flash("The race is made. Its definition is below: change it, look at what that does, take it.")
    return forms.to(addresses.desk_setup(draft.slug))


def _make(who: Director, draft: NewRaceDraft) -> None:
    if not who.may_found:
        raise _Wrong("", "Your account may not set up races. Ask whoever runs this installation.")
    if not draft.name:
        raise _Wrong("name", "Give the race a name.")
    try:
        starts_on = date.fromisoformat(draft.starts_on)
    except ValueError:
        raise _Wrong("starts_on", "Give its first day, as 2027-08-28.") from None
    if draft.like:
        try:
            text = new_race(draft.like, slug=draft.slug, name=draft.name, starts_on=starts_on)
        except UnknownDefinition as error:
            raise _Wrong("like", str(error)) from None
    else:
        stages = forms.whole(draft.stages)
        if not isinstance(stages, int) or not 1 <= stages <= MOST_STAGES:
            raise _Wrong("stages", f"Give a number from 1 to {MOST_STAGES}.")
        text = first_racefile(
            slug=draft.slug,
            name=draft.name,
            timezone=draft.timezone,
            starts_on=starts_on,
            stages=stages,
        )
    document = loads(text, name=_FILE)
    try:
        with installation().database.writing() as session:
            add_race(session, document, at=now(), by=who.name, founder=who.id)
    except RaceExists:
        raise _Wrong("slug", "There is a race of this short name: choose another.") from None


def _new_page(
    who: Director,
    draft: NewRaceDraft,
    faults: tuple[tuple[str, str], ...] = (),
    *,
    status: int = 200,
) -> AnyResponse:
    page = new_race_page(
        library=_library(),
        zones=_zones(),
        draft=draft,
        faults=faults,
        signed_in_as=who.name,
        form_token=form_token(),
    )
    return private(render(page, notice=installation().settings.notice), status)


@cache
def _library() -> tuple[Race, ...]:
    return tuple(definition(slug) for slug in slugs())


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone))


# The definition of a race --------------------------------------------------------------


@desk_setup.get("/desk/<slug:slug>/set-up")
@allowed(Right.DEFINE)
def definition_as_text(who: Director, slug: str) -> AnyResponse:
    """The definition as it stands; with ``version`` as it stood, to be looked at or taken again."""
    message = " ".join(map(str, get_flashed_messages()))
    wanted = forms.whole(request.args.get("version", ""))
    if not isinstance(wanted, int):
        return _page(who, slug, message=message)
    with installation().database.reading() as session:
        text = text_of_version(session, slug, wanted)
    if text is None:
        return _page(who, slug, message="There is no such version.", is_error=True)
    message = f"This is version {wanted}. Nothing is changed until it is taken."
    return _page(who, slug, text=text, message=message)


@desk_setup.post("/desk/<slug:slug>/set-up")
@allowed(Right.DEFINE)
def look_or_take(who: Director, slug: str) -> AnyResponse:
    """Show what a text would change; with the field ``take`` make it the definition."""
    text, based_on = _sent()
    if len(text) > LONGEST_TEXT or not isinstance(based_on, int):
        said = f"Not looked at: a definition has at most {LONGEST_TEXT:,} characters here."
        kept = based_on if isinstance(based_on, int) else None
        return _page(who, slug, text=text, based_on=kept, message=said, is_error=True)
    read = read_definition(slug, text)
    if read.race is None:
        return _page(who, slug, text=text, based_on=based_on, faults=read.faults, is_error=True)
    found = consequences_of(slug, read.race)
    if not field("take") or not found.may_be_taken:
        return _page(who, slug, text=text, based_on=based_on, found=found)
    try:
        with installation().database.writing() as session:
            version = change_definition(
                session, read.race, based_on=based_on, at=now(), by=who.name
            )
    except DefinitionMoved as moved:
        said = (
            f"Not taken: version {moved.version} was made meanwhile. What you wrote is below;"
            " look at what it changes now, then take it."
        )
        return _page(who, slug, text=text, message=said, is_error=True)
    except (AltersOfficial, NotHome, FrameNotHere, RacefileErrors) as error:
        said = f"Not taken: {error}"
        return _page(who, slug, text=text, based_on=based_on, message=said, is_error=True)
    installation().books.refresh()
    flash(f"Version {version} is the definition now.")
    return forms.to(addresses.desk_setup(slug))


def _sent() -> tuple[str, int | str]:
    """The text of the form, and the version that it was made from."""
    return request.form.get("text", "").replace("\r\n", "\n"), forms.whole(field("based_on"))


@desk_setup.get("/desk/<slug:slug>/set-up/course")
@allowed(Right.DEFINE)
def form_of_course(_who: Director, slug: str) -> AnyResponse:
    """Where files of courses are sent there is nothing to read: back to the definition."""
    return forms.to(addresses.desk_setup(slug))


@desk_setup.post("/desk/<slug:slug>/set-up/course")
@allowed(Right.DEFINE)
def propose_course(who: Director, slug: str) -> AnyResponse:
    """Put a stage's line, length and climb from a GPX file into the text; nothing is taken."""
    text, based_on = _sent()
    number, sent = forms.whole(field("stage")), request.files.get("file")
    if len(text) > LONGEST_TEXT or not isinstance(based_on, int):
        said = f"Not read: a definition has at most {LONGEST_TEXT:,} characters here."
        kept = based_on if isinstance(based_on, int) else None
        return _page(who, slug, text=text, based_on=kept, message=said, is_error=True)

    def refused(said: str) -> AnyResponse:
        return _page(who, slug, text=text, based_on=based_on, message=said, is_error=True)

    read = read_definition(slug, text)
    if read.race is None:
        return _page(who, slug, text=text, based_on=based_on, faults=read.faults, is_error=True)
    stage = next((one for one in read.race.stages if one.number == number), None)
    if stage is None:
        return refused("Not read: choose a stage that the text has.")
    if sent is None or not sent.filename:
        return refused("Not read: choose a GPX file first.")
    content = sent.stream.read(MOST_BYTES + 1)
    try:
        course = in_thread(lambda: read_gpx(content))
        race, told = with_course(read.race, stage, course)
    except (BadFile, CourseDoesNotFit) as error:
        return refused(f"The GPX file is not taken: {error}.")
    proposed = definition_text(race)
    again = read_definition(slug, proposed)
    if again.race is None:  # such as a line that this race's definition can't hold
        return refused(f"The GPX file is not taken: {again.faults[0].message}.")
    found = consequences_of(slug, again.race)
    return _page(who, slug, text=proposed, based_on=based_on, found=found, message=told)


def read_definition(slug: str, text: str) -> ReadDefinition:
    """The definition of this race that a text holds, or every fault with its line."""
    lines = text.split("\n")
    try:
        document = loads(text, name=_FILE)
    except RacefileErrors as errors:
        return ReadDefinition(
            faults=tuple(
                LineFault(
                    line=error.line,
                    path=error.path,
                    message=error.message,
                    remedy=error.remedy,
                    text=lines[error.line - 1].strip() if 0 < error.line <= len(lines) else "",
                )
                for error in errors.errors[:_MOST_FAULTS]
            )
        )
    if fault := _misplaced(slug, document.race.slug, document):
        return ReadDefinition(
            faults=(LineFault(line=0, path="", message=fault, remedy="", text=""),)
        )
    return ReadDefinition(race=document.race)


def _misplaced(slug: str, written: str, document: object) -> str:
    if written != slug:
        return f"The slug is {written!r}: that of this race stays {slug!r}."
    kept = ("entries", "teams", "passings", "rulings")
    if any(getattr(document, name) for name in kept):
        return "Entries, passings and rulings have pages of their own: leave them out here."
    return ""


def consequences_of(slug: str, race: Race) -> Consequences:
    """What another definition would change of the race as it stands."""
    here = installation()
    here.books.refresh()

    def asked(book: RaceBook, _: Standing) -> Consequences:
        keys = definition_differences(book.race, race)
        return consequences(
            book,
            race,
            [(key.path, key.before, key.after) for key in keys],
            official_until=official_until(book.publications),
        )

    return here.books.race(slug).ask_whole(asked)


def _page(
    who: Director,
    slug: str,
    *,
    text: str | None = None,
    based_on: int | None = None,
    faults: tuple[LineFault, ...] = (),
    found: Consequences | None = None,
    message: str = "",
    is_error: bool = False,
) -> AnyResponse:
    with installation().database.reading() as session:
        held = export_definition(session, slug)
        versions = versions_of(session, slug)
    latest = versions[0].number
    page = setup_page(
        held.race,
        text=held.text if text is None else text,
        based_on=latest if based_on is None else based_on,
        faults=faults,
        consequences=found,
        versions=tuple(
            version_line(
                one.number, at=one.at, by=one.by, timezone=held.race.timezone, latest=latest
            )
            for one in versions
        ),
        message=message,
        is_error=is_error,
        signed_in_as=who.name,
        form_token=form_token(),
    )
    status = 400 if is_error else 200
    return private(render(page, notice=installation().settings.notice), status)
