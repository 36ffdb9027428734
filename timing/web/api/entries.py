"""The API of entries: the list, replacing it, files, start lists and who is at the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from flask import g
from marshmallow import Schema, fields, validate

from timing.core.book import RaceBook, UnknownStage
from timing.core.records import Ruling
from timing.core.times import format_instant
from timing.db import reading
from timing.importers.columns import read_table
from timing.importers.entry_columns import guess_about, read_entries
from timing.importers.reads import BadFile
from timing.live.books import Standing
from timing.operations.definitions import parse_definition
from timing.operations.entries import RaceStarted, replace_entries
from timing.operations.entry_import import EntryImport, RowVerdict, judge_entries
from timing.operations.homes import FrameNotHere, NotHome
from timing.operations.registration import check_in, checked_in
from timing.pages.starters import starters
from timing.racefile import BadRecord, RacefileErrors
from timing.racefile.single_entries import (
    entry_document,
    load_entry,
    load_team,
    team_document,
)
from timing.web import recording
from timing.web.api.bearer import director_only, key_needed
from timing.web.api.blueprint import ApiBlueprint
from timing.web.api.desk_refusals import refusals_of
from timing.web.desk_registration import race_id_of
from timing.web.desk_start_lists import CannotIssue, issuing
from timing.web.errors import Refusal
from timing.web.forms import new_id
from timing.web.installation import installation, now

Answer: TypeAlias = dict[str, Any]

MOST_ENTRIES = 10_000
MOST_BIBS = 5_000
_LONGEST_FILE = 2_000_000

entries_api = ApiBlueprint(
    "entries_api", __name__, url_prefix="/api/v1", description="Who runs, and who is at the start."
)


class EntriesBody(Schema):
    """Entries and teams, each as a racefile has it."""

    entries = fields.List(
        fields.Dict(metadata={"description": "As in a racefile: bib, name, gender, born …"}),
        required=True,
        validate=validate.Length(max=MOST_ENTRIES),
    )
    teams = fields.List(
        fields.Dict(metadata={"description": "As in a racefile: code, name, kind."}),
        load_default=list,
        validate=validate.Length(max=MOST_ENTRIES),
    )


class EntriesOut(EntriesBody):
    """Entries and teams as they stand."""

    revision = fields.Integer(metadata={"description": "The race's last change."})


class FileIn(Schema):
    """A CSV file of entries, its first line naming the columns in whatever language."""

    csv = fields.String(
        required=True,
        validate=validate.Length(max=_LONGEST_FILE),
        metadata={"example": "bib,name,gender\n21,Ana Ruiz,F\n"},
    )
    division = fields.String(load_default="", metadata={"description": "Of rows that say none."})
    take = fields.Boolean(
        load_default=False, metadata={"description": "Take it; else it is only looked at."}
    )


class RowOut(Schema):
    """What becomes of a row."""

    line = fields.Integer()
    verdict = fields.String(metadata={"enum": [verdict.value for verdict in RowVerdict]})
    told = fields.String(metadata={"description": "What is wrong, or what differs."})


class FileOut(Schema):
    """Every row with its verdict."""

    taken = fields.Boolean()
    fault = fields.String(metadata={"description": "Why nothing can be taken, if so."})
    rows = fields.List(fields.Nested(RowOut))


class IssueIn(Schema):
    """What a start list is issued for."""

    reason = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Needed where there is a list already."},
    )


class StartOut(Schema):
    """Who starts when."""

    bib = fields.String()
    start = fields.String(
        allow_none=True, metadata={"description": "ISO instant; null where it is not known."}
    )


class StartsOut(Schema):
    """A start list."""

    stage = fields.Integer()
    starts = fields.List(fields.Nested(StartOut))


class HereIn(Schema):
    """Who is at the start, or is not after all."""

    bibs = fields.List(
        fields.String(validate=validate.Length(max=20)),
        required=True,
        validate=validate.Length(max=MOST_BIBS),
    )
    here = fields.Boolean(load_default=True)


class HereOut(Schema):
    """Who is at the start of a stage."""

    stage = fields.Integer()
    here = fields.List(fields.String(), metadata={"description": "Bibs."})
    missing = fields.List(fields.String(), metadata={"description": "Bibs expected, not here."})
    not_expected = fields.List(
        fields.String(), metadata={"description": "Bibs sent that don't start on this stage."}
    )


_refusals = refusals_of(
    entries_api,
    {
        404: "There is no such race or stage.",
        409: "It can't be done as things stand; nothing was written.",
    },
)


@entries_api.get("/races/<slug:slug>/entries")
@key_needed
@entries_api.response(200, EntriesOut)
@_refusals
@entries_api.doc(security=[{"key": []}])
def entries(slug: str) -> Answer:
    """Tell all entries and teams, with names and birth dates; contacts are never told here."""
    director_only()
    return _standing(slug)


def _standing(slug: str) -> Answer:
    with installation().database.reading() as session:
        held = reading.read_race(session, slug, journal=False)
    return {
        "entries": [_plain(entry_document(entry)) for entry in held.entries],
        "teams": [team_document(team) for team in held.teams],
        "revision": held.cursor.revision,
    }


def _plain(document: Mapping[str, Any]) -> Answer:
    return {k: v if isinstance(v, str | list | bool) else str(v) for k, v in document.items()}


@entries_api.put("/races/<slug:slug>/entries")
@key_needed
@entries_api.arguments(EntriesBody)
@entries_api.response(200, EntriesOut)
@_refusals
@entries_api.doc(security=[{"key": []}])
def put_entries(body: Mapping[str, Any], slug: str) -> Answer:
    """Make these the entries and teams, before the race has started.

    After that send rulings: `entry`, `transfer`, `team`, `bib`, `chip`.
    """
    director_only()
    try:
        wanted = [load_entry(row) for row in body["entries"]]
        teams = [load_team(row) for row in body["teams"]]
    except BadRecord as error:
        raise Refusal(422, str(error)) from None
    with installation().database.writing() as session:
        try:
            replace_entries(session, slug, wanted, teams)
        except (RaceStarted, NotHome, FrameNotHere) as error:
            raise Refusal(409, str(error)) from None
        except RacefileErrors as errors:
            raise Refusal(422, "; ".join(e.message for e in errors.errors[:10])) from None
    installation().books.refresh()
    return _standing(slug)


@entries_api.post("/races/<slug:slug>/entries/import")
@key_needed
@entries_api.arguments(FileIn)
@entries_api.response(200, FileOut)
@_refusals
@entries_api.doc(security=[{"key": []}])
def import_entries(body: Mapping[str, Any], slug: str) -> Answer:
    """Look at a file of entries row by row, and take it in one go where `take` says so.

    What is wrong or double is left out and told. Contacts are not taken here.
    """
    director_only()
    with installation().database.writing() as session:
        held = reading.read_race(session, slug, journal=False)
        race = parse_definition(held.definition)
        try:
            table = read_table(body["csv"].encode())
            rows = read_entries(table, guess_about(table)).rows
        except (BadFile, UnicodeEncodeError) as error:
            raise Refusal(422, f"The file can't be read: {error}.") from None
        if body["division"] and body["division"] not in {d.code for d in race.divisions}:
            raise Refusal(422, "The race has no such division.")
        judged = judge_entries(race, held.entries, held.teams, rows, division=body["division"])
        is_taken = body["take"] and not judged.fault
        if is_taken:
            try:
                replace_entries(session, slug, judged.entries, judged.teams)
            except (RaceStarted, NotHome, FrameNotHere, RacefileErrors) as error:
                raise Refusal(409, str(error)) from None
    return _file_answer(judged, is_taken=is_taken)


def _file_answer(judged: EntryImport, *, is_taken: bool) -> Answer:
    return {
        "taken": is_taken,
        "fault": judged.fault,
        "rows": [
            {"line": row.line, "verdict": row.verdict.value, "told": row.told}
            for row in judged.rows
        ],
    }


@entries_api.post("/races/<slug:slug>/stages/<int:number>/start-list")
@key_needed
@entries_api.arguments(IssueIn)
@entries_api.response(200, StartsOut)
@_refusals
@entries_api.doc(security=[{"key": []}])
def issue_start_list(body: Mapping[str, Any], slug: str, number: int) -> Answer:
    """Issue the start list of a stage: its starts are frozen as they follow from the results."""
    director_only()
    here = installation()
    here.books.refresh()
    race = here.books.race(slug)
    label, moment, form = g.token.label, now(), new_id()

    def made(book: RaceBook, _: Standing) -> Ruling:
        if number not in book.stages:
            raise UnknownStage(number)
        return issuing(
            book,
            number,
            by=label,
            at=format_instant(moment),
            reason=body["reason"],
            ruling_id=form,
        )

    try:
        ruling = race.ask_whole(made)
    except (CannotIssue, BadRecord) as error:
        raise Refusal(409, f"Not issued: {error}.") from None
    recording.write(slug, rulings=(ruling,), token_id=g.token.id)
    here.books.refresh()
    return race.ask_whole(lambda book, _: _starts(book, number))


def _starts(book: RaceBook, number: int) -> Answer:
    return {
        "stage": number,
        "starts": [
            {"bib": one.entry.bib, "start": None if one.at is None else format_instant(one.at)}
            for one in starters(book, number)
        ],
    }


@entries_api.post("/races/<slug:slug>/stages/<int:number>/check-in")
@key_needed
@entries_api.arguments(HereIn)
@entries_api.response(200, HereOut)
@_refusals
@entries_api.doc(security=[{"key": []}])
def note_here(body: Mapping[str, Any], slug: str, number: int) -> Answer:
    """Note who is at the start of a stage; without bibs it tells who is.

    Who does not start is a ruling: `status`, `dns`.
    """
    director_only()
    here = installation()
    here.books.refresh()

    def found(book: RaceBook, _: Standing) -> dict[str, str]:
        if number not in book.stages:
            raise UnknownStage(number)
        return {one.entry.bib: one.entry.id for one in starters(book, number)}

    expected = here.books.race(slug).ask_whole(found)
    wanted = [expected[bib] for bib in body["bibs"] if bib in expected]
    with here.database.writing() as session:
        check_in(session, slug, number, wanted, is_here=body["here"], by=g.token.label, at=now())
        at_gate = checked_in(session, race_id_of(session, slug), number)
    is_here = {entry_id for entry_id, one in at_gate.items() if one.is_done}
    return {
        "stage": number,
        "here": [bib for bib, entry_id in expected.items() if entry_id in is_here],
        "missing": [bib for bib, entry_id in expected.items() if entry_id not in is_here],
        "not_expected": [bib for bib in body["bibs"] if bib not in expected],
    }
