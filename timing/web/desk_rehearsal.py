"""Rehearsing a race at the desk."""

from __future__ import annotations

import structlog
from flask import Blueprint, flash, get_flashed_messages
from werkzeug.wrappers import Response as AnyResponse

from timing.core.definition import Race
from timing.core.rehearsals import is_rehearsal
from timing.db.engines import open_database
from timing.db.reading import UnknownRace
from timing.live.threads import in_background, in_thread
from timing.operations.directors import Director
from timing.operations.races import export_definition
from timing.operations.rehearsals import (
    KEPT_FOR,
    NoRehearsal,
    Wish,
    begin_rehearsal,
    rehearsal_named,
    rehearsal_of,
    run_rehearsal,
    throw_rehearsal_away,
)
from timing.operations.roles import Right
from timing.operations.setup_drafts import draft_of
from timing.pages import addresses
from timing.pages.rehearsal_page import rehearsal_line, rehearsal_page
from timing.pages.rendering import render
from timing.web import forms
from timing.web.desk_setup import read_definition
from timing.web.forms import field, form_token, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now

_log = structlog.get_logger(__name__)

desk_rehearsal = Blueprint("desk_rehearsal", __name__)

_USUAL_ENTRIES, _USUAL_TEAMS = "60", "8"


@desk_rehearsal.get("/desk/<slug:slug>/set-up/rehearsal")
@allowed(Right.DEFINE)
def rehearsal_shown(who: Director, slug: str) -> AnyResponse:
    """The rehearsal that there is, and the form of another."""
    return _page(who, slug, message=" ".join(map(str, get_flashed_messages())))


@desk_rehearsal.post("/desk/<slug:slug>/set-up/rehearsal")
@allowed(Right.DEFINE)
def rehearse(who: Director, slug: str) -> AnyResponse:
    """Begin a rehearsal, or throw the one that there is away."""
    here = installation()
    if field("throw"):
        with here.database.writing() as session:
            found = rehearsal_of(session, slug)
            is_gone = found is not None and throw_rehearsal_away(session, found.slug)
        here.books.refresh()
        flash("The rehearsal is thrown away." if is_gone else "There was no rehearsal any more.")
        return forms.to(addresses.desk_rehearsal(slug))
    numbers = [forms.whole(field(name) or "0") for name in ("entries", "teams", "stage")]
    if not all(isinstance(number, int) for number in numbers):
        return _page(who, slug, message="Give whole numbers.", is_error=True)
    entries, teams, stage = (int(number) for number in numbers)
    wish, at = Wish(entries=entries, teams=teams, stage=stage), now()
    race, _ = _rehearsed(slug)
    try:
        with here.database.writing() as session:
            made = begin_rehearsal(session, race, wish, at=at, by=who.name)
            own = export_definition(session, made).race
    except NoRehearsal as error:
        return _page(who, slug, message=str(error), is_error=True)
    url = here.settings.database_url

    def run() -> None:
        database = open_database(url)
        try:
            run_rehearsal(database, own, wish, slug=made, at=at, computing=in_thread)
        except UnknownRace:
            _log.info("a rehearsal was thrown away while it ran")
        except Exception:  # noqa: BLE001 - told on the page; nobody waits for this thread
            _log.exception("a rehearsal broke off")
        finally:
            database.close()

    in_background(run, "rehearsal")
    return forms.to(addresses.desk_rehearsal(slug))


def _rehearsed(slug: str) -> tuple[Race, bool]:
    """What is rehearsed, and whether that is the draft: one that has faults is none yet."""
    with installation().database.reading() as session:
        held = export_definition(session, slug).race
        draft = draft_of(session, slug)
    read = read_definition(slug, draft.text) if draft.is_kept else None
    if read is None or read.race is None:
        return held, False
    return read.race, True


def _page(who: Director, slug: str, *, message: str = "", is_error: bool = False) -> AnyResponse:
    race, is_draft = _rehearsed(slug)
    with installation().database.reading() as session:
        found = rehearsal_of(session, slug)
        own = rehearsal_named(session, slug) if is_rehearsal(slug) else None
    page = rehearsal_page(
        race,
        has_draft=is_draft,
        entries=field("entries") or _USUAL_ENTRIES,
        teams=field("teams") or (_USUAL_TEAMS if race.team_kinds else "0"),
        stage=field("stage"),
        rehearsal=None
        if found is None
        else rehearsal_line(
            slug=found.slug,
            by=found.by,
            at=found.at,
            until=found.at + KEPT_FOR,
            state=found.state,
            told=found.told,
            timezone=race.timezone,
        ),
        real_slug="" if own is None else own.of_slug,
        message=message,
        is_error=is_error,
        signed_in_as=who.name,
        form_token=form_token(),
    )
    html = render(page, notice=installation().settings.notice)
    return private(html, 400 if is_error else 200)
