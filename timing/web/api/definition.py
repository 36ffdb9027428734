"""The API of a race's definition: reading it, asking what another would change, taking it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from flask import g
from marshmallow import Schema, fields, validate

from timing.db import reading
from timing.operations.homes import FrameNotHere, NotHome
from timing.operations.races import AltersOfficial, DefinitionMoved, change_definition
from timing.pages.setup_page import Consequences
from timing.racefile import RacefileErrors
from timing.web.api.bearer import director_only, key_needed
from timing.web.api.blueprint import ApiBlueprint
from timing.web.api.desk_refusals import refusals_of
from timing.web.desk_setup import LONGEST_TEXT, consequences_of, read_definition
from timing.web.errors import Refusal
from timing.web.installation import installation, now

Answer: TypeAlias = dict[str, Any]

definition_api = ApiBlueprint(
    "definition_api", __name__, url_prefix="/api/v1", description="How a race is defined."
)


class DefinitionOut(Schema):
    """The definition as it stands."""

    version = fields.Integer(metadata={"description": "Say it as `based_on` to change it."})
    text = fields.String(metadata={"description": "A racefile without entries and records."})


class DefinitionIn(Schema):
    """A definition to look at, or to take."""

    text = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST_TEXT),
        metadata={"description": "A racefile without entries and records."},
    )
    based_on = fields.Integer(
        required=True,
        strict=True,
        metadata={"description": "The version that it was made from."},
    )
    take = fields.Boolean(
        load_default=False, metadata={"description": "Take it; else it is only looked at."}
    )


class KeyOut(Schema):
    """A key of the definition that differs; empty where it is not given."""

    path = fields.String(metadata={"example": "stages[2].start"})
    before = fields.String()
    after = fields.String()
    sentence = fields.String(metadata={"example": "Stage 2 starts at 07:00 instead of 08:00."})


class ChangedOut(Schema):
    """A result that would be another."""

    name = fields.String(metadata={"example": "Women, after stage 4"})
    lines = fields.Integer(metadata={"description": "How many of its lines differ."})


class ChangesOut(Schema):
    """What differs from the definition that held before."""

    version = fields.Integer(metadata={"description": "The version that holds now."})
    taken = fields.Boolean()
    keys = fields.List(fields.Nested(KeyOut))
    summary = fields.String(metadata={"description": "Whom it concerns, in words."})
    results = fields.List(fields.Nested(ChangedOut))
    official = fields.List(
        fields.Integer(), metadata={"description": "Official stages that it would alter."}
    )


_refusals = refusals_of(
    definition_api,
    {
        404: "There is no such race.",
        409: "It was changed meanwhile, alters an official result, or is kept elsewhere.",
        422: "The text is no definition of this race; `errors` has each fault with its line.",
    },
)


@definition_api.get("/races/<slug:slug>/definition")
@key_needed
@definition_api.response(200, DefinitionOut)
@_refusals
@definition_api.doc(security=[{"key": []}])
def definition(slug: str) -> Answer:
    """Tell the definition as it stands, as a racefile, with its version."""
    director_only()
    with installation().database.reading() as session:
        held = reading.read_race(session, slug, journal=False)
    return {"version": held.version, "text": held.definition}


@definition_api.put("/races/<slug:slug>/definition")
@key_needed
@definition_api.arguments(DefinitionIn)
@definition_api.response(200, ChangesOut)
@_refusals
@definition_api.doc(security=[{"key": []}])
def put_definition(body: Mapping[str, Any], slug: str) -> Answer:
    """Tell what another definition would change, and make it the next version where `take` says so.

    A version that would alter an official result is not taken: reopen that first.
    """
    director_only()
    read = read_definition(slug, body["text"])
    if read.race is None:
        raise Refusal(
            422,
            f"This is no definition of this race: {read.faults[0].message}.",
            errors=[
                {"line": f.line, "path": f.path, "message": f.message, "remedy": f.remedy}
                for f in read.faults
            ],
        )
    found = consequences_of(slug, read.race)
    if not body["take"]:
        with installation().database.reading() as session:
            version = reading.read_race(session, slug, journal=False).version
        if body["based_on"] != version:
            raise Refusal(409, f"Version {version} was made since: read it, and begin from there.")
        return _answer(found, version, is_taken=False)
    with installation().database.writing() as session:
        try:
            version = change_definition(
                session, read.race, based_on=body["based_on"], at=now(), by=g.token.label
            )
        except (AltersOfficial, DefinitionMoved, NotHome, FrameNotHere) as error:
            raise Refusal(409, f"Not taken: {error}.") from None
        except RacefileErrors as errors:
            raise Refusal(422, "; ".join(e.message for e in errors.errors[:10])) from None
    installation().books.refresh()
    return _answer(found, version, is_taken=bool(found.keys))


def _answer(found: Consequences, version: int, *, is_taken: bool) -> Answer:
    return {
        "version": version,
        "taken": is_taken,
        "keys": [
            {"path": k.path, "before": k.before, "after": k.after, "sentence": k.sentence}
            for k in found.keys
        ],
        "summary": found.summary,
        "results": [{"name": r.name, "lines": r.total} for r in found.results],
        "official": list(found.official),
    }
