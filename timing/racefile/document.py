"""The document as a whole: its top-level keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError, fields

from timing.core.definition import Of, Race
from timing.core.document import Document
from timing.racefile.classifications import (
    ClassificationSchema,
    JerseySchema,
    default_classifications,
)
from timing.racefile.competitors import (
    CategorySchema,
    DivisionSchema,
    EntrySchema,
    TeamKindSchema,
    TeamSchema,
)
from timing.racefile.containers import Many, Nested
from timing.racefile.expecting import Expecting
from timing.racefile.faults import refusal
from timing.racefile.parts import Part
from timing.racefile.quantities import Whole
from timing.racefile.rules import RaceSchema
from timing.racefile.rulings import AnyRuling
from timing.racefile.stages import StageSchema
from timing.racefile.texts import Text

FORMAT = 1
"""The format of racefiles that is read and written here."""


class Format(Whole):
    """The number of the format."""

    def refused_number(self, number: int) -> ValidationError:
        """Another format than ours."""
        return refusal(f"format {number} is not known here", f"this version reads format {FORMAT}")


class Anything(Expecting, fields.Raw):
    """What is read elsewhere."""


class DocumentSchema(Part):
    """A racefile. Passings are read apart: there are many, and in forms of their own."""

    makes = Document

    format = Format(least=FORMAT, most=FORMAT)
    race = Nested(RaceSchema, required=True)
    divisions = Many(Nested(DivisionSchema))
    categories = Many(Nested(CategorySchema))
    team_kinds = Many(Nested(TeamKindSchema))
    stages = Many(Nested(StageSchema), required=True)
    classifications = Many(Nested(ClassificationSchema))
    jerseys = Many(Nested(JerseySchema))
    entries = Many(Nested(EntrySchema))
    entries_file = Text()
    teams = Many(Nested(TeamSchema))
    passings = Anything()
    passings_file = Text()
    rulings = Many(AnyRuling())
    rulings_file = Text()

    def build(self, data: Mapping[str, Any]) -> Document:
        """The document without its passings, ids of rulings still as they were given."""
        values = self.built(data)
        stages = tuple(sorted(values["stages"], key=lambda stage: stage.number))
        divisions = values.get("divisions", ())
        kinds = values.get("team_kinds", ())
        classifications = values.get("classifications")
        if classifications is None:
            classifications = default_classifications(divisions, kinds)
        elif len(kinds) == 1:
            classifications = tuple(
                replace(c, kind=kinds[0].code) if c.of is Of.TEAM and not c.kind else c
                for c in classifications
            )
        race = Race(
            **{"name": data["race"]["slug"], "starts_on": stages[0].date, **values["race"]},
            divisions=divisions,
            categories=values.get("categories", ()),
            team_kinds=kinds,
            stages=stages,
            classifications=classifications,
            jerseys=values.get("jerseys", ()),
        )
        entries, teams = values.get("entries", ()), values.get("teams", ())
        if len(divisions) == 1:
            only = divisions[0].code
            entries = tuple(e if e.division else replace(e, division=only) for e in entries)
        if len(kinds) == 1:
            teams = tuple(t if t.kind else replace(t, kind=kinds[0].code) for t in teams)
        return Document(race=race, entries=entries, teams=teams, rulings=values.get("rulings", ()))
