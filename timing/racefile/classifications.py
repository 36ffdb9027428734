"""Classifications, and those that a race has where it names none (Rules 9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from timing.core.definition import (
    Classification,
    Division,
    Exclusion,
    Incomplete,
    Jersey,
    Measure,
    Of,
    TeamKind,
)
from timing.racefile.containers import Many, Nested, Pairs
from timing.racefile.faults import Fault
from timing.racefile.parts import Part
from timing.racefile.quantities import Whole
from timing.racefile.rules import ties
from timing.racefile.texts import BoardCode, Choice, Code, PointCode, Text

FINISH_POINTS = "finish"
"""The key of the points by place at the finish, whatever its control is called."""


class ExclusionSchema(Part):
    """Leaves out the first of another board (Rules 9.10)."""

    makes = Exclusion

    board = Code(required=True)
    top = Whole(least=1, required=True)


class SegmentSchema(Part):
    """A part of a stage's course, from one control to another (Rules 9.1)."""

    makes = tuple

    stage = Whole(least=1, required=True)
    start = PointCode(data_key="from", required=True)
    end = PointCode(data_key="to", required=True)

    def build(self, data: Mapping[str, Any]) -> tuple[int, str, str]:
        """As the core has it."""
        return data["stage"], data["start"], data["end"]


class Segments(Many):
    """The segments that a classification is made of."""

    def __init__(self) -> None:
        super().__init__(Nested(SegmentSchema))

    def given(self, value: Any) -> object:  # noqa: ANN401 - as the base has it
        """As mappings."""
        return [{"stage": stage, "from": start, "to": end} for stage, start, end in value]


NEEDED = {
    Measure.POINTS: (
        "points",
        "points by place like {finish: [25, 20, 16]}, or {} where rulings give all",
    ),
    Measure.BEST: ("best_of", "how many stages count"),
    Measure.SEGMENTS: ("segments", "segments like [{stage: 1, from: START, to: PASS}]"),
}
"""What a measure can't do without; the key has no meaning for any other."""


NO_TABLE: tuple[str, list[object]] = ("points", [])
"""Said outright: only rulings give points."""


class ClassificationSchema(Part):
    """A filter, a measure and a tie chain (Rules 9.1)."""

    makes = Classification

    code = BoardCode(required=True)
    name = Text()
    of = Choice(Of)
    division = Code()
    category = Code()
    kind = Code()
    measure = Choice(Measure)
    points = Pairs(PointCode(), Many(Whole()))
    stages = Many(Whole(least=1))
    best_of = Whole(least=1)
    segments = Segments()
    exclude = Nested(ExclusionSchema)  # type: ignore[assignment] # fields leave the class
    ties = ties()
    incomplete = Choice(Incomplete)
    teams_excluded = Choice({"include": False, "exclude": True}, data_key="teams")

    @validates_schema(skip_on_field_errors=False)
    def _keys_of_the_measure(self, data: Mapping[str, Any], **kwargs: object) -> None:
        del kwargs
        measure = data.get("measure", Measure.TIME)
        errors: dict[str, list[Fault]] = {}
        for owner, (key, needed) in NEEDED.items():
            if measure is not owner and key in data:
                errors[key] = [
                    Fault(f"belongs to measure {owner.value}", f"write measure: {owner.value}")
                ]
            elif measure is owner and not data.get(key) and (key, data.get(key)) != NO_TABLE:
                errors[key] = [Fault("is missing or empty", f"give {needed}")]
        for control, points in data.get("points", ()):
            if not points:
                errors["points"] = [Fault(f"no points for {control}", "give them by place")]
        if data.get("of", Of.SOLO) is Of.SOLO and "kind" in data:
            errors["kind"] = [Fault("is for teams", "write of: team, or leave it out")]
        if errors:
            raise ValidationError({**errors})

    def build(self, data: Mapping[str, Any]) -> Classification:
        """The classification, of solo entries unless it says otherwise."""
        return Classification(**{"of": Of.SOLO, **self.built(data)})

    def written(self, data: dict[str, Any], original: Any) -> dict[str, Any]:  # noqa: ANN401
        """An empty table of points too: without it nobody could tell that none was forgotten."""
        if original.measure is Measure.POINTS:
            data.setdefault("points", {})
        return super().written(data, original)


class Colour(Text):
    """A colour as pages have it."""

    kind = "a colour"
    like = '"#ffd400"'
    most = 7
    _form = re.compile(r"#[0-9a-fA-F]{6}")

    def read(self, text: str) -> str:
        """The colour itself, in small letters."""
        if not self._form.fullmatch(text):
            raise self.refused(text)
        return text.lower()


class JerseySchema(Part):
    """What the leader of a classification wears (Rules 9.9)."""

    makes = Jersey

    code = Code(required=True)
    board = Code(required=True)
    name = Text()
    colour = Colour()
    first_stage = Whole(least=1, data_key="from")


def default_classifications(
    divisions: tuple[Division, ...], kinds: tuple[TeamKind, ...]
) -> tuple[Classification, ...]:
    """Of a race that names no classification: one a division, then one a division and team kind.

    The first are ``gc``, or ``gc-DIVISION`` where there are several; the others ``KIND``, or
    ``KIND-DIVISION``.
    """
    run = divisions or (Division(code=""),)
    several = len(divisions) > 1
    solo = [
        Classification(
            code=f"gc-{division.code}" if several else "gc",
            name=division.name if several else "General classification",
            of=Of.SOLO,
            division=division.code,
        )
        for division in run
    ]
    teams = [
        Classification(
            code=f"{kind.code}-{division.code}" if several else kind.code,
            name=" · ".join(filter(None, (kind.name, division.name if several else ""))),
            of=Of.TEAM,
            division=division.code,
            kind=kind.code,
        )
        for kind in kinds
        for division in run
    ]
    return (*solo, *teams)
