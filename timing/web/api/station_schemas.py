"""What stations send and are told, described (docs/station-protocol.md)."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields

from timing.core.definition import Source
from timing.core.records import RULINGS
from timing.web.api.schemas import Judged

MOST_SENT = 500
"""Records in one request of a station."""


class ClockOut(Schema):
    """The time here."""

    now = fields.Integer(required=True, metadata={"description": "UTC, in milliseconds."})


class NodeOut(Schema):
    """An installation."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class ThisNodeOut(NodeOut):
    """The installation that answers; its epoch changes when a backup is restored."""

    epoch = fields.String(required=True)


class PostRaceOut(Schema):
    """The race."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    timezone = fields.String(required=True)
    utc_offsets = fields.List(
        fields.List(fields.Integer()),
        required=True,
        metadata={"description": "Pairs: an instant, and the offset from UTC from then on."},
    )


class PostStationOut(Schema):
    """The station."""

    label = fields.String(required=True)
    role = fields.String(required=True, metadata={"enum": ["main", "backup"]})
    key = fields.String(required=True, metadata={"description": "The key's first characters."})
    revoked = fields.Integer(required=True, allow_none=True)


class GunOut(Schema):
    """A start that is given by a gun."""

    wave = fields.String(required=True)
    label = fields.String(required=True)
    planned = fields.Integer(required=True)
    given = fields.Integer(required=True, allow_none=True)


class ClosesOut(Schema):
    """When a control closes; `who` is empty where that is for all."""

    who = fields.String(required=True)
    text = fields.String(required=True)
    at = fields.Integer(required=True)


class PostControlOut(Schema):
    """A control to record at."""

    code = fields.String(required=True, metadata={"description": "What a passing names."})
    base = fields.String(required=True, metadata={"description": "The same for in and out."})
    way = fields.String(required=True, metadata={"enum": ["", "in", "out"]})
    name = fields.String(required=True)
    number = fields.Integer(required=True)
    symbol = fields.String(required=True, metadata={"enum": ["start", "checkpoint", "finish"]})
    distance_m = fields.Integer(required=True)
    source = fields.String(required=True, metadata={"enum": [s.value for s in Source]})
    closes = fields.List(fields.Nested(ClosesOut), required=True)
    checks = fields.List(fields.String(), required=True)


class PostStageOut(Schema):
    """A stage that the post serves."""

    number = fields.Integer(required=True)
    name = fields.String(required=True)
    date = fields.String(required=True)
    guns = fields.List(fields.Nested(GunOut), required=True)
    controls = fields.List(fields.Nested(PostControlOut), required=True)
    is_current = fields.Boolean(required=True)


class PostOut(Schema):
    """What a key is for."""

    node = fields.Nested(ThisNodeOut, required=True)
    nodes = fields.List(fields.Nested(NodeOut), required=True)
    race = fields.Nested(PostRaceOut, required=True)
    station = fields.Nested(PostStationOut, required=True)
    stages = fields.List(fields.Nested(PostStageOut), required=True)
    start_list = fields.String(required=True, metadata={"description": "Its ETag."})


class StartListOut(Schema):
    """Who may come: bib, name, detail, division, team of each."""

    entries = fields.List(fields.List(fields.String()), required=True)


class FieldIn(Schema):
    """Which control."""

    stage = fields.Integer(required=True)
    control = fields.String(required=True)


class FieldOut(Schema):
    """How the field stands at a control."""

    as_of = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    entries = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Raw()),
        required=True,
        metadata={
            "description": "By bib: `to_come`, `passed`, `out` or `not_started`; the last control"
            " seen and when, and when they are expected here, each null where unknown."
        },
    )


class StationRecordIn(Schema):
    """A passing or a ruling: the keys of its kind beside `kind` and `id`."""

    kind = fields.String(required=True, metadata={"enum": ["passing", "ruling"]})
    id = fields.String(required=True)
    stage = fields.Integer()
    control = fields.String()
    bib = fields.String()
    time = fields.String(metadata={"example": "2026-08-28T08:12:33.250Z"})
    device = fields.String()
    device_time = fields.String()
    offset_ms = fields.Integer()
    offset_age_ms = fields.Integer()
    uncertainty_ms = fields.Integer()
    source = fields.String(metadata={"enum": [s.value for s in Source]})
    note = fields.String()
    ruling = fields.String(metadata={"enum": sorted(RULINGS)})
    at = fields.String()
    reason = fields.String()
    observed = fields.String(metadata={"description": "What an observation is of."})


class DeviceClockIn(Schema):
    """The device's clock as last measured."""

    offset_ms = fields.Integer()
    uncertainty_ms = fields.Integer()
    age_ms = fields.Integer()
    is_guarded = fields.Boolean()


class DeviceStorageIn(Schema):
    """The room a device has, in bytes."""

    used = fields.Integer()
    quota = fields.Integer()
    is_persisted = fields.Boolean()


class DeviceIn(Schema):
    """How a device is; what can't be read of it is left out."""

    origin = fields.String(metadata={"description": "20 hex digits."})
    name = fields.String()
    app = fields.String()
    now = fields.Integer()
    recorded = fields.Integer()
    unsent = fields.Integer()
    oldest_unsent = fields.Integer(allow_none=True)
    clock = fields.Nested(DeviceClockIn, allow_none=True)
    battery = fields.Integer(allow_none=True)
    is_charging = fields.Boolean(allow_none=True)
    storage = fields.Nested(DeviceStorageIn, allow_none=True)
    shift = fields.String(metadata={"enum": ["on", "ended"]})


class StationRecordsIn(Schema):
    """A contact, with records or without."""

    class Meta:
        unknown = INCLUDE

    device = Judged(DeviceIn)
    records = fields.List(
        Judged(StationRecordIn),
        required=True,
        metadata={"description": f"At most {MOST_SENT}; each is judged by itself."},
    )


class VerdictOut(Schema):
    """What became of a record."""

    id = fields.String(required=True)
    verdict = fields.String(
        required=True,
        metadata={"enum": ["accepted", "known", "conflict", "refused", "malformed"]},
    )
    message = fields.String(required=True)
    is_marked = fields.Boolean(required=True)


class QuestionOut(Schema):
    """What timekeepers ask this station."""

    id = fields.String(required=True)
    text = fields.String(required=True)
    record = fields.String(required=True)
    stage = fields.Integer(required=True, allow_none=True)
    control = fields.String(required=True)
    bib = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.Integer(required=True)


class StationRecordsOut(Schema):
    """A verdict for each record, in the order sent; a commit is behind it."""

    now = fields.Integer(required=True)
    node = fields.Nested(ThisNodeOut, required=True)
    revision = fields.Integer(required=True)
    verdicts = fields.List(fields.Nested(VerdictOut), required=True)
    post = fields.String(required=True, metadata={"description": "The post's ETag."})
    start_list = fields.String(required=True, metadata={"description": "The start list's ETag."})
    questions = fields.List(fields.Nested(QuestionOut), required=True)
    revoked = fields.Integer(required=True, allow_none=True)
