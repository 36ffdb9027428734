"""Setting a race up at the desk: a new one, and the definition of one as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from flask import Blueprint, flash, get_flashed_messages, jsonify, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.definition import Race
from timing.core.publications import official_until
from timing.core.times import Instant, local_clock, zone_named
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
from timing.operations.setup_drafts import (
    DraftMoved,
    SetupDraft,
    draft_of,
    keep_draft,
    throw_draft_away,
)
from timing.pages import addresses, figures, words
from timing.pages.rendering import render
from timing.pages.setup_page import (
    Consequences,
    DraftLine,
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
    flash("The race is made. Go through the steps: what is typed is kept, and taken at the end.")
    return forms.to(addresses.desk_setup_step(draft.slug))


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
    if refused := _kept(who, slug, text, based_on):
        return refused
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
            throw_draft_away(session, slug)
    except DefinitionMoved as moved:
        said = (
            f"Not taken: version {moved.version} was made meanwhile. What you wrote is below;"
            " look at what it changes now, then take it."
        )
        with installation().database.writing() as session:
            anew = SetupDraft(text=text, based_on=moved.version, by=who.name, at=now())
            keep_draft(session, slug, anew)
        return _page(who, slug, text=text, message=said, is_error=True)
    except (AltersOfficial, NotHome, FrameNotHere, RacefileErrors) as error:
        said = f"Not taken: {error}"
        return _page(who, slug, text=text, based_on=based_on, message=said, is_error=True)
    installation().books.refresh()
    flash(f"Version {version} is the definition now.")
    return forms.to(addresses.desk_setup(slug))


def _kept(who: Director, slug: str, text: str, based_on: int) -> AnyResponse | None:
    """Keep a text as the race's draft; the page that says why, where it can't be."""
    draft = SetupDraft(text=text, based_on=based_on, by=who.name, at=now())
    try:
        with installation().database.writing() as session:
            # Where nothing is drafted, that the definition moved is told when it is to be taken.
            is_kept = draft_of(session, slug).is_kept
            keep_draft(session, slug, draft, seen=(field("mark") or None) if is_kept else None)
    except DraftMoved as moved:
        said = f"{moved}. Your text is below: look again to have it instead of theirs."
        return _page(who, slug, text=text, based_on=based_on, message=said, is_error=True)
    return None


@desk_setup.get("/desk/<slug:slug>/set-up/check")
@allowed(Right.DEFINE)
def check_shown(_who: Director, slug: str) -> AnyResponse:
    """Where a page's program asks there is nothing to read: back to the text."""
    return forms.to(addresses.desk_setup(slug))


@desk_setup.post("/desk/<slug:slug>/set-up/check")
@allowed(Right.DEFINE)
def check_text(who: Director, slug: str) -> AnyResponse:
    """Say what is wrong with a text as it is typed, by line, and keep it as the draft."""
    text, based_on = _sent()
    mark = field("mark")
    if len(text) > LONGEST_TEXT or not isinstance(based_on, int):
        return jsonify(faults=[], mark=mark, state="Too long to be kept here.")
    try:
        with installation().database.writing() as session:
            kept = keep_draft(
                session,
                slug,
                SetupDraft(text=text, based_on=based_on, by=who.name, at=now()),
                seen=mark or None,
            )
    except DraftMoved as moved:
        state = f"Not kept: {moved}."
    else:
        mark, state = kept.mark, f"Kept at {when_kept(slug, kept.at)}." if kept.is_kept else ""
    faults = [
        {"line": fault.line, "message": fault.message, "remedy": fault.remedy}
        for fault in read_definition(slug, text).faults
    ]
    return jsonify(faults=faults, mark=mark, state=state)


def when_kept(slug: str, at: Instant) -> str:
    """The time of day in the race's zone."""
    zone = zone_named(installation().books.race(slug).standing.race.timezone)
    return figures.clock_minutes(at, zone)


def latest_version(session: Session, slug: str) -> int:
    """The number of the version that holds."""
    return versions_of(session, slug)[0].number


def draft_line(draft: SetupDraft, who: Director, timezone: str, *, latest: int) -> DraftLine | None:
    """Whose draft there is, and since when; None where nothing is drafted."""
    if not draft.is_kept:
        return None
    zone = zone_named(timezone)
    day = words.day_and_month(local_clock(draft.at, zone).date())
    return DraftLine(
        by=draft.by,
        when=f"{day} {figures.clock_minutes(draft.at, zone)}",
        is_own=draft.by == who.name,
        is_behind=draft.based_on < latest,
    )


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
    if not_kept := _kept(who, slug, proposed, based_on):
        return not_kept
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
        draft = draft_of(session, slug)
    latest = versions[0].number
    drafted_on = draft.based_on if text is None else latest
    page = setup_page(
        held.race,
        text=draft.text if text is None else text,
        based_on=drafted_on if based_on is None else based_on,
        faults=faults,
        consequences=found,
        versions=tuple(
            version_line(
                one.number, at=one.at, by=one.by, timezone=held.race.timezone, latest=latest
            )
            for one in versions
        ),
        draft=draft_line(draft, who, held.race.timezone, latest=latest),
        mark=draft.mark,
        message=message,
        is_error=is_error,
        signed_in_as=who.name,
        form_token=form_token(),
    )
    status = 400 if is_error else 200
    return private(render(page, notice=installation().settings.notice), status)
