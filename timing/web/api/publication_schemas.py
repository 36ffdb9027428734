"""Publications and protests as the API takes and gives them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from timing.core.publications import PublicationKind
from timing.operations.publications import MOST_TEXT, Outcome

_INSTANT = {"description": "ISO instant in UTC."}
_KINDS = [kind.value for kind in PublicationKind]


class FiguresOut(Schema):
    """What was published of somebody."""

    rank = fields.Integer(allow_none=True)
    time_ms = fields.Integer(allow_none=True)
    points = fields.Integer(allow_none=True)
    status = fields.String()


class PublishedChangeOut(Schema):
    """What became different for somebody since the number before."""

    board = fields.String(metadata={"description": "Empty for a stage's result."})
    stage = fields.Integer()
    entry = fields.String(allow_none=True, metadata={"description": "An entry's id."})
    team = fields.String(allow_none=True, metadata={"description": "A team's code."})
    kind = fields.String()
    before = fields.Nested(FiguresOut, allow_none=True)
    after = fields.Nested(FiguresOut, allow_none=True)


class PublicationOut(Schema):
    """A number that was issued; it never changes."""

    number = fields.Integer(metadata={"example": 3})
    kind = fields.String(metadata={"enum": _KINDS})
    after = fields.Integer(metadata={"description": "The stage that it goes up to."})
    at = fields.String(metadata=_INSTANT)
    window_ends = fields.String(
        allow_none=True, metadata={"description": "Until when protests are taken."}
    )
    reason = fields.String()
    revision = fields.Integer()
    version = fields.Integer(metadata={"description": "Of the definition."})
    engine = fields.String(metadata={"description": "The version that computed it."})
    input = fields.String(metadata={"description": "SHA-256 of what it was computed from."})
    result = fields.String(metadata={"description": "SHA-256 of the result as signed."})
    still_out = fields.Integer()
    protests = fields.Integer(metadata={"description": "How many there were by then."})
    upheld = fields.Integer()
    changes = fields.List(fields.Nested(PublishedChangeOut))


class PublicationsOut(Schema):
    """Every number of a race, in order."""

    race = fields.String()
    revision = fields.Integer()
    publications = fields.List(fields.Nested(PublicationOut))


class SignedOut(Schema):
    """A result over the ids of entries; the SHA-256 of these bytes is its digest."""

    rules = fields.Integer()
    after = fields.Integer()
    boards = fields.Dict(keys=fields.String(), values=fields.List(fields.Dict()))
    stages = fields.Dict(keys=fields.String(), values=fields.List(fields.Dict()))


class PublicationIn(Schema):
    """What is to be issued, or to be looked at with ``dry_run``."""

    kind = fields.String(required=True, validate=validate.OneOf(_KINDS))
    after = fields.Integer(
        required=True,
        validate=validate.Range(1, 999),
        metadata={"description": "The stage that it goes up to.", "example": 2},
    )
    number = fields.Integer(
        required=True,
        validate=validate.Range(1, 1_000_000),
        metadata={"description": "The one it shall have: one more than the latest."},
    )
    reason = fields.String(
        load_default="",
        validate=validate.Length(max=MOST_TEXT),
        metadata={"description": "To reopen, or to be official before the window is over."},
    )
    dry_run = fields.Boolean(
        load_default=False,
        metadata={"description": "Tell what would be issued, and issue nothing."},
    )


class ProtestIn(Schema):
    """A protest against a provisional number."""

    id = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200),
        metadata={"description": "Of your own, best a UUID: sent twice it is one protest."},
    )
    publication = fields.Integer(required=True, validate=validate.Range(1, 1_000_000))
    who = fields.String(required=True, validate=validate.Length(min=1, max=MOST_TEXT))
    bib = fields.String(load_default="", validate=validate.Length(max=40))
    text = fields.String(required=True, validate=validate.Length(min=1, max=MOST_TEXT))


class AnswerIn(Schema):
    """What the jury says to a protest, once."""

    outcome = fields.String(required=True, validate=validate.OneOf([o.value for o in Outcome]))
    text = fields.String(required=True, validate=validate.Length(min=1, max=MOST_TEXT))
    ruling = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Id of the ruling that followed."},
    )


class ProtestOut(Schema):
    """A protest; ``outcome`` is null while it is open. Never public."""

    number = fields.Integer()
    publication = fields.Integer()
    who = fields.String()
    bib = fields.String()
    text = fields.String()
    lodged_at = fields.String(metadata=_INSTANT)
    lodged_by = fields.String()
    answered_at = fields.String(allow_none=True, metadata=_INSTANT)
    answered_by = fields.String()
    answer = fields.String()
    outcome = fields.String(allow_none=True, metadata={"enum": [*[o.value for o in Outcome], None]})
    ruling = fields.String()


class ProtestsOut(Schema):
    """Every protest of a race, in order."""

    protests = fields.List(fields.Nested(ProtestOut))


class HoldIn(Schema):
    """Whether a provisional number waits for a person even when its window is over."""

    held = fields.Boolean(required=True)


class HoldOut(Schema):
    """When the rules make a number official, if nothing comes between."""

    number = fields.Integer()
    held = fields.Boolean()
    official_at = fields.String(allow_none=True, metadata=_INSTANT)
