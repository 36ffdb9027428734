"""What goes in and what comes out, described; rows of records are judged one by one elsewhere."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from timing.core.definition import Source
from timing.core.differences import ChangeKind
from timing.core.records import RULINGS
from timing.exports.bodies import MOST_CHANGES

MOST_RECORDS = 5_000
"""Records in one request."""


def _text(description: str, **more: Any) -> fields.String:  # noqa: ANN401 - OpenAPI's keywords
    return fields.String(metadata={"description": description, **more})


def _whole(description: str, **more: Any) -> fields.Integer:  # noqa: ANN401 - OpenAPI's keywords
    return fields.Integer(metadata={"description": description, **more})


class Judged(fields.Nested):
    """Described as what it should be, and handed on as it is: rows are judged one by one."""

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the library's
        """The value, whatever it is."""
        del args, kwargs
        return value


class PassingIn(Schema):
    """One raw detection or entry, as it came. Text stays text: bib 007 is not bib 7."""

    id = _text(
        "Made where it was first written, best a UUID: the same record sent again changes nothing."
        " Left out, it is derived from the content.",
        example="0190b6c1-7f3e-7cc1-9d3a-3f4f5d2f8a11",
    )
    stage = fields.Integer(required=True, metadata={"minimum": 1, "maximum": 999, "example": 2})
    control = fields.String(
        required=True,
        metadata={
            "description": "A control's code, with .in or .out where it has both.",
            "example": "PASS",
        },
    )
    bib = _text("As worn; `*` for a digit that was not read; empty where none was.", example="12")
    chip = _text("The chip's code, where one was read.")
    time = fields.String(
        required=True,
        metadata={
            "description": "An ISO instant with offset, or a time of day, with `+1 ` before it"
            " for the day after; `<` before it says that they had passed by then.",
            "example": "2026-08-28T08:12:33.250Z",
        },
    )
    source = fields.String(metadata={"enum": [s.value for s in Source], "example": "chip"})
    device = _text("Which device or post recorded it.")
    device_time = _text("What the device's own clock showed, as ISO instant.")
    offset_ms = _whole("True time minus device time.")
    offset_age_ms = _whole(
        "How long before the passing the offset was measured; negative where it was after."
    )
    uncertainty_ms = _whole("How far off the time may be.", minimum=0)
    note = _text("Whatever should be remembered with it.")


class PassingsIn(Schema):
    """Passings of one race."""

    passings = fields.List(
        Judged(PassingIn),
        required=True,
        validate=validate.Length(max=MOST_RECORDS),
        metadata={
            "description": f"At most {MOST_RECORDS:,}. A row that can't be read is reported by"
            " its index, and the others are taken."
        },
    )


class RulingIn(Schema):
    """A decision of the director; a station may void its own records, start its stage, report.

    Beside these it has the keys of its kind: docs/racefile.md, Rulings.
    """

    id = _text("As for a passing.")
    ruling = fields.String(required=True, metadata={"enum": sorted(RULINGS), "example": "penalty"})
    by = _text("Who decided; the key's label if left out.")
    at = fields.String(
        required=True,
        metadata={
            "description": "When it was decided, as ISO instant.",
            "example": "2026-08-28T18:00:00Z",
        },
    )
    reason = _text("Why.", example="No whistle")


class RulingsIn(Schema):
    """Rulings of one race."""

    rulings = fields.List(
        Judged(RulingIn),
        required=True,
        validate=validate.Length(max=MOST_RECORDS),
        metadata={"description": f"At most {MOST_RECORDS:,}; rows as for passings."},
    )


class Listed(Schema):
    """Something to look at (docs/problems.md)."""

    code = fields.String(required=True, metadata={"example": "unknown-bib"})
    message = fields.String(required=True, metadata={"example": "Nobody wears bib 99."})
    records = fields.List(fields.String(), required=True)
    stage = fields.Integer(required=True, allow_none=True)
    bib = fields.String(required=True)


class ListedOfRow(Listed):
    """A problem with a row that was sent. `malformed` rows were not taken, all others were."""

    index = fields.Integer(required=True, metadata={"description": "Of the row, from 0."})
    errors = fields.Raw(metadata={"description": "Of a malformed row: what is wrong, by key."})


class Taken(Schema):
    """What became of the records. They are durable: a commit is behind every number."""

    accepted = fields.Integer(required=True, metadata={"description": "New here."})
    known = fields.Integer(required=True, metadata={"description": "Here already, the same."})
    conflicts = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Ids that are here with other content: not taken."},
    )
    problems = fields.List(fields.Nested(ListedOfRow), required=True)
    revision = fields.Integer(required=True, metadata={"description": "The race's, afterwards."})


class OfRace(Schema):
    """What every answer about a race says first."""

    race = fields.String(required=True, metadata={"description": "Its slug."})
    revision = fields.Integer(required=True)


class RaceItem(Schema):
    """A race of the list."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    timezone = fields.String(required=True)
    starts_on = fields.Date(required=True)
    stages = fields.Integer(required=True, metadata={"description": "Days of rest not counted."})
    revision = fields.Integer(required=True)


class Races(Schema):
    """All races, by slug."""

    races = fields.List(fields.Nested(RaceItem), required=True)


class ControlItem(Schema):
    """A control of a stage's full course."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    distance_m = fields.Integer(required=True)
    in_out = fields.Boolean(required=True)


class StageItem(Schema):
    """A stage of a race."""

    number = fields.Integer(required=True)
    name = fields.String(required=True)
    date = fields.Date(required=True)
    kind = fields.String(required=True)
    distance_m = fields.Integer(required=True)
    ascent_m = fields.Integer(required=True)
    controls = fields.List(fields.Nested(ControlItem), required=True)


class Coded(Schema):
    """A division, a category or a board."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class RaceOut(OfRace):
    """A race: what it consists of, and how far it has come."""

    name = fields.String(required=True)
    timezone = fields.String(required=True)
    starts_on = fields.Date(required=True)
    divisions = fields.List(fields.Nested(Coded), required=True)
    categories = fields.List(fields.Nested(Coded), required=True)
    boards = fields.List(fields.Nested(Coded), required=True)
    stages = fields.List(fields.Nested(StageItem), required=True)
    entries = fields.Integer(required=True)
    teams = fields.Integer(required=True)
    last_stage = fields.Integer(
        required=True, metadata={"description": "The last with a result, 0 before there is one."}
    )
    closed_stage = fields.Integer(
        required=True, metadata={"description": "The last that is over, 0 before there is one."}
    )
    running_stage = fields.Integer(required=True, allow_none=True)


class ResultLine(Schema):
    """A competitor's line. The names are those of the CSV (docs/cli.md)."""

    rank = fields.Integer(required=True, allow_none=True)
    bib = fields.String(required=True, metadata={"description": "Empty for a team."})
    name = fields.String(required=True)
    team = fields.String(required=True)
    division = fields.String(required=True)
    gender = fields.String(required=True)
    category = fields.String(required=True)
    nationality = fields.String(required=True)
    status = fields.String(required=True)
    stages = fields.Integer(required=True)
    penalty_ms = fields.Integer(required=True)
    credit_ms = fields.Integer(required=True)
    bonus_ms = fields.Integer(required=True)
    time_ms = fields.Integer(allow_none=True, metadata={"description": "Unless it is of points."})
    gap_ms = fields.Integer(allow_none=True, metadata={"description": "Unless it is of points."})
    raw_time_ms = fields.Integer(allow_none=True)
    points = fields.Integer(allow_none=True, metadata={"description": "Of a board of points."})
    gap = fields.Integer(allow_none=True, metadata={"description": "In points."})


class StageResultLine(ResultLine):
    """A competitor's line on a stage, or at a control of it."""

    start = fields.DateTime(required=True, allow_none=True)
    finish = fields.DateTime(allow_none=True, metadata={"description": "Of the stage's result."})
    passed = fields.DateTime(allow_none=True, metadata={"description": "Of a control's order."})


class BoardOut(OfRace):
    """A classification as after a stage."""

    board = fields.String(required=True)
    name = fields.String(required=True)
    after = fields.Integer(required=True)
    lines = fields.List(fields.Nested(ResultLine), required=True)


class StageOut(OfRace):
    """A stage's result, or with `control` the order there, in one list by division."""

    stage = fields.Integer(required=True)
    name = fields.String(required=True)
    date = fields.Date(required=True)
    kind = fields.String(required=True)
    control = fields.String(required=True, metadata={"description": "Empty for the result."})
    lines = fields.List(fields.Nested(StageResultLine), required=True)


class SplitOut(Schema):
    """The accepted time at a point of the course."""

    point = fields.String(required=True)
    distance_m = fields.Integer(required=True)
    time = fields.DateTime(required=True)
    elapsed_ms = fields.Integer(required=True, allow_none=True)
    source = fields.String(required=True)
    record = fields.String(required=True)


class EntryStage(Schema):
    """An entry's result on a stage, and its splits."""

    stage = fields.Integer(required=True)
    result = fields.Nested(StageResultLine, required=True, allow_none=True)
    splits = fields.List(fields.Nested(SplitOut), required=True)


class EntryBoard(Schema):
    """An entry's line on a board."""

    board = fields.String(required=True)
    after = fields.Integer(required=True)
    line = fields.Nested(ResultLine, required=True)


class EntryOut(OfRace):
    """An entry: who it is, and how it stands."""

    id = fields.String(required=True)
    bib = fields.String(required=True)
    name = fields.String(required=True)
    gender = fields.String(required=True)
    nationality = fields.String(required=True)
    club = fields.String(required=True)
    division = fields.String(required=True)
    team = fields.String(required=True)
    boards = fields.List(fields.Nested(EntryBoard), required=True)
    stages = fields.List(fields.Nested(EntryStage), required=True)


class ProblemsOut(OfRace):
    """Everything dubious or contradictory, in a fixed order."""

    problems = fields.List(fields.Nested(Listed), required=True)


class MomentIn(Schema):
    """Which moment, where it is not the present."""

    at = fields.String(
        metadata={
            "description": "An ISO instant: what was seen and decided by then.",
            "example": "2026-08-28T18:00:00Z",
        }
    )
    revision = fields.Integer(
        validate=validate.Range(min=1),
        metadata={"description": "What this installation knew at that revision."},
    )


class AfterIn(MomentIn):
    """As after which stage."""

    after = fields.Integer(
        validate=validate.Range(min=0),
        metadata={"description": "A stage's number; the last with a result if left out."},
    )


class ControlIn(MomentIn):
    """Which point of the course."""

    control = fields.String(
        metadata={"description": "A control's code, for the order there instead of the result."}
    )


class ChangeOut(Schema):
    """A line that would differ; `board` is empty for a stage's result."""

    board = fields.String(required=True)
    stage = fields.Integer(
        required=True, metadata={"description": "The stage, or the one after which the board is."}
    )
    bib = fields.String(required=True)
    name = fields.String(required=True)
    team = fields.String(required=True)
    division = fields.String(required=True)
    change = fields.String(required=True, metadata={"enum": [kind.value for kind in ChangeKind]})
    rank_before = fields.Integer(required=True, allow_none=True)
    rank_after = fields.Integer(required=True, allow_none=True)
    time_before_ms = fields.Integer(required=True, allow_none=True)
    time_after_ms = fields.Integer(required=True, allow_none=True)
    points_before = fields.Integer(required=True, allow_none=True)
    points_after = fields.Integer(required=True, allow_none=True)
    status_before = fields.String(required=True, allow_none=True)
    status_after = fields.String(required=True, allow_none=True)
    rules = fields.String(
        required=True,
        metadata={"description": "Sections of the rules; empty where only others moved."},
    )


class PreviewOut(Schema):
    """What would change, and nothing is recorded."""

    revision = fields.Integer(required=True, metadata={"description": "What it was asked of."})
    concerned = fields.Integer(
        required=True, metadata={"description": "How many runners and teams."}
    )
    total = fields.Integer(required=True, metadata={"description": "How many lines would differ."})
    changes = fields.List(
        fields.Nested(ChangeOut),
        required=True,
        metadata={
            "description": f"The first {MOST_CHANGES} of each result: who falls out or comes back,"
            " then by rank."
        },
    )
    new_problems = fields.List(fields.Nested(Listed), required=True)
    gone_problems = fields.List(fields.Nested(Listed), required=True)
