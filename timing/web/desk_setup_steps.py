"""Set-up in steps: forms over the draft of a definition, checked as they are filled in."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from zoneinfo import available_timezones

from flask import Blueprint, Response, flash, get_flashed_messages, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from timing.importers.gpx import MOST_BYTES, read_gpx
from timing.importers.reads import BadFile
from timing.live.threads import in_thread
from timing.operations.course_files import CourseDoesNotFit, proposed_kilometres, with_course
from timing.operations.definition_forms import (
    Edited,
    with_course_of,
    with_form,
    with_stage_added,
    without_item,
)
from timing.operations.directors import Director
from timing.operations.homes import FrameNotHere, NotHome
from timing.operations.races import (
    AltersOfficial,
    DefinitionMoved,
    change_definition,
    export_definition,
)
from timing.operations.roles import Right
from timing.operations.setup_drafts import (
    DraftMoved,
    DraftTooLong,
    SetupDraft,
    draft_of,
    keep_draft,
    throw_draft_away,
)
from timing.pages import addresses
from timing.pages.rendering import render
from timing.pages.setup_fields import Plain, laid_out, named_path, path_name, value_at
from timing.pages.setup_page import LineFault
from timing.pages.setup_specs import Step, parts_of, specs_of
from timing.pages.setup_steps_page import Proposal, field_of, placed, said, steps_page
from timing.racefile import RacefileErrors
from timing.racefile.editing import NotPlain, plain_definition
from timing.web import forms
from timing.web.desk_setup import (
    consequences_of,
    draft_line,
    latest_version,
    read_definition,
    when_kept,
)
from timing.web.forms import field, form_token, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now

desk_setup_steps = Blueprint("desk_setup_steps", __name__)

_LISTS = ("stages", "divisions", "categories", "team_kinds", "classifications", "penalties")


# Looking -------------------------------------------------------------------------------


@desk_setup_steps.get("/desk/<slug:slug>/set-up/race", defaults={"step": "race"})
@desk_setup_steps.get("/desk/<slug:slug>/set-up/stages", defaults={"step": "stages"})
@desk_setup_steps.get("/desk/<slug:slug>/set-up/groups", defaults={"step": "groups"})
@desk_setup_steps.get("/desk/<slug:slug>/set-up/rules", defaults={"step": "rules"})
@desk_setup_steps.get("/desk/<slug:slug>/set-up/look", defaults={"step": "look"})
@allowed(Right.DEFINE)
def step_shown(who: Director, slug: str, step: str) -> AnyResponse:
    """A step as the draft has it."""
    return _page(who, slug, Step(step), message=_flashed())


@desk_setup_steps.get("/desk/<slug:slug>/set-up/stages/<int:number>")
@allowed(Right.DEFINE)
def stage_shown(who: Director, slug: str, number: int) -> AnyResponse:
    """A stage as the draft has it, by its place in the list."""
    if not _has_stage(slug, number):
        return forms.to(addresses.desk_setup_step(slug, "stages"))
    return _page(who, slug, Step.STAGES, stage=number - 1, message=_flashed())


def _flashed() -> str:
    return " ".join(map(str, get_flashed_messages()))


def _has_stage(slug: str, number: int) -> bool:
    try:
        stages = value_at(plain_definition(_draft(slug).text), ("stages",))
    except NotPlain:
        return False
    return isinstance(stages, list) and 0 < number <= len(stages)


# Keeping -------------------------------------------------------------------------------


@desk_setup_steps.post("/desk/<slug:slug>/set-up/race", defaults={"step": "race"})
@desk_setup_steps.post("/desk/<slug:slug>/set-up/stages", defaults={"step": "stages"})
@desk_setup_steps.post("/desk/<slug:slug>/set-up/groups", defaults={"step": "groups"})
@desk_setup_steps.post("/desk/<slug:slug>/set-up/rules", defaults={"step": "rules"})
@allowed(Right.DEFINE)
def keep_step(who: Director, slug: str, step: str) -> AnyResponse:
    """Keep what a step's form says in the draft."""
    return _kept(who, slug, Step(step), None)


@desk_setup_steps.post("/desk/<slug:slug>/set-up/stages/<int:number>")
@allowed(Right.DEFINE)
def keep_stage(who: Director, slug: str, number: int) -> AnyResponse:
    """Keep what a stage's form says in the draft."""
    if not _has_stage(slug, number):
        return forms.to(addresses.desk_setup_step(slug, "stages"))
    return _kept(who, slug, Step.STAGES, number - 1)


def _kept(who: Director, slug: str, step: Step, stage: int | None) -> AnyResponse:
    typed = request.form.to_dict()
    draft = _draft(slug)
    try:
        text = with_form(draft.text, step, typed, stage).text
        if item := _removable(field("remove")):
            text = without_item(text, item)
        if field("add") == "stage":
            text = with_stage_added(text)
        _keep(who, slug, replace(draft, text=text), seen=field("mark"))
    except NotPlain:
        return _page(who, slug, step, stage=stage)
    except DraftMoved as moved:
        message = (
            f"{moved}. What you typed stands in the fields below: keep it again to have it so."
        )
        return _page(who, slug, step, stage=stage, typed=typed, message=message, is_error=True)
    except DraftTooLong as error:
        return _page(
            who, slug, step, stage=stage, typed=typed, message=f"Not kept: {error}.", is_error=True
        )
    here = addresses.desk_setup_step(slug, step.value, None if stage is None else stage + 1)
    faults = _faults(slug, text)
    own, _ = placed(faults, specs_of(_parts(text, step, stage)))
    if field("go") != "next" or own:
        if own:
            flash(f"Kept. {len(own)} to mend: see the fields below.")
        return forms.to(here)
    if stage is not None:
        return forms.to(addresses.desk_setup_step(slug, "stages"))
    order = tuple(Step)
    return forms.to(addresses.desk_setup_step(slug, order[order.index(step) + 1].value))


def _parts(text: str, step: Step, stage: int | None) -> tuple:  # type: ignore[type-arg]
    document = plain_definition(text)
    return parts_of(step, document if stage is None else laid_out(document, stage), stage)


def _removable(name: str) -> tuple[str | int, ...]:
    """The path of an item that a button takes out; empty where it is none of ours."""
    path = named_path(name)
    is_ours = len(path) > 1 and isinstance(path[-1], int)
    return path if is_ours and path[-2] in (*_LISTS, "controls", "waves") else ()


def _keep(who: Director, slug: str, draft: SetupDraft, *, seen: str | None) -> SetupDraft:
    with installation().database.writing() as session:
        return keep_draft(session, slug, replace(draft, by=who.name, at=now()), seen=seen or None)


# Checking as it is typed ---------------------------------------------------------------


@desk_setup_steps.post("/desk/<slug:slug>/set-up/race/check", defaults={"step": "race"})
@desk_setup_steps.post("/desk/<slug:slug>/set-up/groups/check", defaults={"step": "groups"})
@desk_setup_steps.post("/desk/<slug:slug>/set-up/rules/check", defaults={"step": "rules"})
@allowed(Right.DEFINE)
def check_step(who: Director, slug: str, step: str) -> AnyResponse:
    """Say what is wrong with a form as it is filled in, by field, and keep it."""
    return _checked(who, slug, Step(step), None)


@desk_setup_steps.post("/desk/<slug:slug>/set-up/stages/<int:number>/check")
@allowed(Right.DEFINE)
def check_stage(who: Director, slug: str, number: int) -> AnyResponse:
    """Say what is wrong with a stage as its form is filled in, by field, and keep it."""
    return _checked(who, slug, Step.STAGES, number - 1)


def _checked(who: Director, slug: str, step: Step, stage: int | None) -> Response:
    typed = request.form.to_dict()
    draft = _draft(slug)
    try:
        made = with_form(draft.text, step, typed, stage)
    except NotPlain:
        return jsonify(faults={}, others=[], mark=draft.mark, state="The text can't be read.")
    mark = field("mark")
    # Controls that change their places are kept once the form is sent: its fields are by place.
    state = "Kept once you press Keep."
    if not made.places:
        try:
            kept = _keep(who, slug, replace(draft, text=made.text), seen=mark)
        except (DraftMoved, DraftTooLong) as error:
            state = f"Not kept: {error}. Press Keep to see it."
        else:
            mark, state = kept.mark, f"Kept at {when_kept(slug, kept.at)}." if kept.is_kept else ""
    names = [name for name in typed if "." in name or "[" in name]
    faults: dict[str, str] = {}
    for fault in _faults(slug, made.text):
        name = field_of(_as_typed(fault.path, made, stage), names)
        if name:
            faults.setdefault(name, said(fault))
    return jsonify(faults=faults, mark=mark, state=state)


def _as_typed(path: str, made: Edited, stage: int | None) -> str:
    """The path of a fault, its control where the form has it."""
    if stage is None or not made.places:
        return path
    for n, place in enumerate(made.places):
        head = path_name(("stages", stage, "controls", n))
        if path.startswith(head):
            return f"{path_name(('stages', stage, 'controls', place))}{path[len(head) :]}"
    return path


# The course of a stage -----------------------------------------------------------------


@desk_setup_steps.post("/desk/<slug:slug>/set-up/stages/<int:number>/course")
@allowed(Right.DEFINE)
def read_course(who: Director, slug: str, number: int) -> AnyResponse:
    """Put a stage's line, length and climb from a GPX file into the draft."""
    if not _has_stage(slug, number):
        return forms.to(addresses.desk_setup_step(slug, "stages"))
    draft, sent, place = _draft(slug), request.files.get("file"), number - 1

    def refused(why: str) -> AnyResponse:
        return _page(who, slug, Step.STAGES, stage=place, message=why, is_error=True)

    if sent is None or not sent.filename:
        return refused("Not read: choose a GPX file first.")
    read = read_definition(slug, draft.text)
    if read.race is None or place >= len(read.race.stages):
        return refused("Not read: mend what is wrong in the draft first.")
    stage = read.race.stages[place]
    content = sent.stream.read(MOST_BYTES + 1)
    try:
        course = in_thread(lambda: read_gpx(content))
        race, told = with_course(read.race, stage, course)
        text = with_course_of(draft.text, place, race.stages[place])
        kept = _keep(who, slug, replace(draft, text=text), seen=field("mark"))
    except (BadFile, CourseDoesNotFit, DraftMoved, DraftTooLong) as error:
        return refused(f"The GPX file is not taken: {error}.")
    again = read_definition(slug, kept.text)
    found = () if again.race is None else proposed_kilometres(again.race.stages[place], course)
    proposals = tuple(
        Proposal(
            name=path_name(("stages", place, "controls", one.place, "km")),
            label=one.label,
            now=one.now_km,
            then=one.then_km,
            off_m=one.off_m,
        )
        for one in found
    )
    return _page(who, slug, Step.STAGES, stage=place, message=told, proposals=proposals)


# Taking, and throwing away -------------------------------------------------------------


@desk_setup_steps.post("/desk/<slug:slug>/set-up/look")
@allowed(Right.DEFINE)
def take(who: Director, slug: str) -> AnyResponse:
    """Make the draft the definition."""
    draft = _draft(slug)
    if not draft.is_kept:
        return forms.to(addresses.desk_setup_step(slug, "look"))

    def not_taken(why: str) -> AnyResponse:
        return _page(who, slug, Step.LOOK, message=f"Not taken: {why}", is_error=True)

    if draft.mark != field("mark"):
        return not_taken(f"{draft.by} changed the draft meanwhile. Look at what it changes now.")
    read = read_definition(slug, draft.text)
    if read.race is None:
        return not_taken("mend what is wrong first.")
    try:
        with installation().database.writing() as session:
            version = change_definition(
                session, read.race, based_on=draft.based_on, at=now(), by=who.name
            )
            throw_draft_away(session, slug)
    except DefinitionMoved as moved:
        _keep(who, slug, replace(draft, based_on=moved.version), seen=None)
        return not_taken(
            f"version {moved.version} was made meanwhile. Look at what the draft changes of that."
        )
    except (AltersOfficial, NotHome, FrameNotHere, RacefileErrors) as error:
        return not_taken(f"{error}")
    installation().books.refresh()
    flash(f"Version {version} is the definition now.")
    return forms.to(addresses.desk_setup_step(slug, "look"))


@desk_setup_steps.get("/desk/<slug:slug>/set-up/draft")
@allowed(Right.DEFINE)
def draft_shown(_who: Director, slug: str) -> AnyResponse:
    """Where drafts are thrown away there is nothing to read: back to the steps."""
    return forms.to(addresses.desk_setup_step(slug))


@desk_setup_steps.post("/desk/<slug:slug>/set-up/draft")
@allowed(Right.DEFINE)
def throw_away(_who: Director, slug: str) -> AnyResponse:
    """Throw the draft away; the definition stays as it is."""
    with installation().database.writing() as session:
        was_there = throw_draft_away(session, slug)
    flash("The draft is thrown away." if was_there else "There was no draft any more.")
    return forms.to(addresses.desk_setup_step(slug))


# The page ------------------------------------------------------------------------------


def _draft(slug: str) -> SetupDraft:
    with installation().database.reading() as session:
        return draft_of(session, slug)


def _faults(slug: str, text: str) -> tuple[LineFault, ...]:
    return read_definition(slug, text).faults


def _page(
    who: Director,
    slug: str,
    step: Step,
    *,
    stage: int | None = None,
    typed: dict[str, str] | None = None,
    proposals: tuple[Proposal, ...] = (),
    message: str = "",
    is_error: bool = False,
) -> AnyResponse:
    draft = _draft(slug)
    with installation().database.reading() as session:
        held = export_definition(session, slug).race
        latest = latest_version(session, slug)
    read = read_definition(slug, draft.text)
    try:
        document: Plain = plain_definition(draft.text)
        is_readable = True
    except NotPlain:
        document, is_readable = {}, False
    page = steps_page(
        held,
        document if stage is None else laid_out(document, stage),
        step=step,
        stage=stage,
        faults=read.faults,
        consequences=consequences_of(slug, read.race)
        if step is Step.LOOK and read.race is not None
        else None,
        next_version=latest + 1,
        zones=_zones() if step is Step.RACE else (),
        draft=draft_line(draft, who, held.timezone, latest=latest),
        mark=draft.mark,
        typed=typed or {},
        proposals=proposals,
        message=message,
        is_error=is_error,
        is_readable=is_readable,
        signed_in_as=who.name,
        form_token=form_token(),
    )
    html = render(page, notice=installation().settings.notice)
    return private(html, 400 if is_error else 200)


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone))
