"""Passings: from a document's mappings and columns, and from the API's JSON (Rules 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError

from timing.core.definition import Source
from timing.core.plain import derived_id
from timing.core.records import Passing
from timing.core.times import DAY, MINUTE, Reading, is_minutes_only
from timing.racefile.moments import ClockReading, Moment
from timing.racefile.parts import Part
from timing.racefile.quantities import Whole
from timing.racefile.report import faults
from timing.racefile.texts import Choice, Note, PointCode, ReadBib, Text, Token

AT_LATEST = "<"
"""Before a time: had passed by then (Rules 4.10)."""

MAX_OFFSET_MS = 100 * 366 * DAY
"""A clock that lost its date shows 1970."""


MINUTES_ONLY_UNCERTAINTY = MINUTE
"""How far off a time without seconds may be (Rules 4.10)."""


class PassingTime(ClockReading):
    """When it was; ``<`` before it says that the runner had passed by then."""

    like = '"10:12:33", "+1 00:14:05", "<10:40" or 2026-08-28T08:12:33Z'

    def read(self, text: str) -> tuple[Reading, bool, int]:
        """The reading, whether it is the latest only, and its uncertainty in milliseconds."""
        clock = text.removeprefix(AT_LATEST)
        reading = self.reading(clock)
        uncertainty = 0
        if not isinstance(reading, int) and is_minutes_only(clock):
            uncertainty = MINUTES_ONLY_UNCERTAINTY
        return reading, text.startswith(AT_LATEST), uncertainty


class PassingSchema(Part):
    """One raw detection or entry. An id left out is derived from the rest."""

    makes = Passing

    id = Token()
    stage = Whole(least=1, most=999, required=True)
    control = PointCode(required=True)
    bib = ReadBib()
    chip = Token()
    time = PassingTime(required=True)
    source = Choice(Source)
    device = Text()
    device_time = Moment()
    offset_ms = Whole(least=-MAX_OFFSET_MS, most=MAX_OFFSET_MS)
    offset_age_ms = Whole(least=-MAX_OFFSET_MS, most=MAX_OFFSET_MS)
    uncertainty_ms = Whole(most=DAY)
    received = Moment()
    note = Note()

    def build(self, data: Mapping[str, Any]) -> Passing:
        """The passing; without an id it has an empty one."""
        return passing_of(dict(data))


def passing_of(values: dict[str, Any]) -> Passing:
    """The passing of values that the schema's fields read, its id empty where none was given."""
    time, at_latest, uncertainty = values.pop("time")
    values.setdefault("uncertainty_ms", uncertainty)
    values.setdefault("id", "")
    return Passing(time=time, at_latest=at_latest, **values)


class BadRecord(ValueError):
    """A record that can't be taken; ``errors`` pairs dotted keys with what is wrong there."""

    def __init__(self, errors: Mapping[str, tuple[str, ...]]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(f"{k}: {', '.join(v)}" for k, v in self.errors.items()))


def bad_record(error: ValidationError) -> BadRecord:
    """The library's nested messages, by dotted key; those of the whole under an empty one."""
    errors: dict[str, tuple[str, ...]] = {}
    for path, fault in faults(error.messages):
        key = ".".join(map(str, path))
        errors[key] = (*errors.get(key, ()), str(fault))
    return BadRecord(errors)


_SCHEMA = PassingSchema()


def load_passing(data: Mapping[str, Any]) -> Passing:
    """A passing from a JSON object; BadRecord where it is none.

    An id left out is derived from the content, so that sending it again adds nothing.
    """
    if not isinstance(data, Mapping):
        raise BadRecord({"": ("a passing is an object",)})
    try:
        passing: Passing = _SCHEMA.build(_SCHEMA.load(data))
    except ValidationError as error:
        raise bad_record(error) from None
    return passing if passing.id else replace(passing, id=derived_id(passing, 0))
