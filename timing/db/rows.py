"""Core values as columns, and back."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import fields
from itertools import repeat
from typing import Any, TypeAlias, cast

from timing.core.definition import Source
from timing.core.entries import Entry, Team
from timing.core.plain import canonical, digest, record_to_plain, ruling_from_plain
from timing.core.records import RULING_NAMES, Passing, Record, Ruling
from timing.core.times import Reading, TimeOfDay
from timing.db.tables import PASSING_KIND, EntryRow, JournalRow, TeamRow

Columns: TypeAlias = dict[str, Any]

_SOURCES = {source.value: source for source in Source}
_KEPT_IN_COLUMNS = frozenset({"id", "ruling"})


def texts_to_column(texts: Sequence[str]) -> str:
    """Texts as a JSON list."""
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


def texts_from_column(column: str) -> tuple[str, ...]:
    """The texts that `texts_to_column` wrote."""
    return tuple(json.loads(column))


def entry_to_columns(entry: Entry) -> Columns:
    """What a row says of an entry; not its race, position and revisions."""
    return {
        "entry_id": entry.id,
        "bib": entry.bib,
        "name": entry.name,
        "gender": entry.gender,
        "born": entry.born,
        "nationality": entry.nationality,
        "residence": entry.residence,
        "club": entry.club,
        "tags": texts_to_column(entry.tags),
        "division": entry.division,
        "chips": texts_to_column(entry.chips),
        "team": entry.team,
        "name_hidden": entry.name_hidden,
    }


def entry_from_row(row: EntryRow) -> Entry:
    """The entry that `entry_to_columns` took apart."""
    return Entry(
        id=row.entry_id,
        bib=row.bib,
        name=row.name,
        gender=row.gender,
        born=row.born,
        nationality=row.nationality,
        residence=row.residence,
        club=row.club,
        tags=texts_from_column(row.tags),
        division=row.division,
        chips=texts_from_column(row.chips),
        team=row.team,
        name_hidden=row.name_hidden,
    )


def team_to_columns(team: Team) -> Columns:
    """What a row says of a team; not its race, position and revisions."""
    return {
        "code": team.code,
        "name": team.name,
        "kind": team.kind,
        "legs": json.dumps(team.legs, ensure_ascii=False, separators=(",", ":")),
    }


def team_from_row(row: TeamRow) -> Team:
    """The team that `team_to_columns` took apart."""
    legs = tuple((stage, bib) for stage, bib in json.loads(row.legs))
    return Team(code=row.code, name=row.name, kind=row.kind, legs=legs)


_NO_PASSING: Columns = dict.fromkeys(
    (
        "stage",
        "control",
        "instant",
        "clock_ms",
        "clock_day",
        "bib",
        "chip",
        "source",
        "device",
        "device_time",
        "offset_ms",
        "offset_age_ms",
        "uncertainty_ms",
        "at_latest",
        "note",
    )
)


def record_to_columns(record: Record) -> Columns:
    """What a row says of a record; not its race, revision, and how it came here.

    Every record gives the same columns, so that one statement takes them all.
    """
    if isinstance(record, Ruling):
        plain = record_to_plain(record)
        body = {name: item for name, item in plain.items() if name not in _KEPT_IN_COLUMNS}
        return {
            "record_id": record.id,
            "digest": digest(record),
            "kind": RULING_NAMES[type(record)],
            **_NO_PASSING,
            "body": canonical(body),
        }
    return {
        "record_id": record.id,
        "digest": digest(record),
        "kind": PASSING_KIND,
        "stage": record.stage,
        "control": record.control,
        **_reading_to_columns(record.time),
        "bib": record.bib,
        "chip": record.chip,
        "source": record.source.value,
        "device": record.device,
        "device_time": record.device_time,
        "offset_ms": record.offset_ms,
        "offset_age_ms": record.offset_age_ms,
        "uncertainty_ms": record.uncertainty_ms,
        "at_latest": record.at_latest,
        "note": record.note,
        "body": None,
    }


def _reading_to_columns(time: Reading) -> Columns:
    if isinstance(time, TimeOfDay):
        return {"instant": None, "clock_ms": time.ms, "clock_day": time.day}
    return {"instant": time, "clock_ms": None, "clock_day": None}


_PASSING_NAMES = (
    "record_id",
    "stage",
    "control",
    "instant",
    "clock_ms",
    "clock_day",
    "bib",
    "chip",
    "source",
    "device",
    "device_time",
    "offset_ms",
    "offset_age_ms",
    "uncertainty_ms",
    "at_latest",
    "received",
    "note",
)

PASSING_COLUMNS = tuple(JournalRow.__table__.c[name] for name in _PASSING_NAMES)
"""What `passings_from_rows` wants selected, in this order."""

_SET = {field.name: getattr(Passing, field.name).__set__ for field in fields(Passing)}
"""What sets a field of a passing just made: its slot's own setter."""


def passings_from_rows(rows: Sequence[Sequence[Any]]) -> tuple[Passing, ...]:
    """The passings in rows of PASSING_COLUMNS.

    A race has tens of thousands of them. They are filled column by column: calling the class
    for each takes four times as long, most of it in getting round being frozen.
    """
    if not rows:
        return ()
    columns: dict[str, Iterable[Any]]
    columns = dict(zip(_PASSING_NAMES, zip(*rows, strict=True), strict=True))
    columns["id"] = columns.pop("record_id")
    columns["time"] = map(
        _reading_from_columns,
        columns.pop("instant"),
        columns.pop("clock_ms"),
        columns.pop("clock_day"),
    )
    columns["source"] = map(_SOURCES.__getitem__, columns["source"])
    passings = tuple(map(Passing.__new__, repeat(Passing, len(rows))))
    for name, items in columns.items():
        deque(map(_SET[name], passings, items), maxlen=0)
    return passings


def _reading_from_columns(instant: int | None, clock: int | None, day: int | None) -> Reading:
    if instant is not None:
        return instant
    return TimeOfDay(cast(int, clock), day)


RULING_COLUMNS = tuple(JournalRow.__table__.c[name] for name in ("record_id", "kind", "body"))
"""What `ruling_from_columns` takes, in this order."""


def ruling_from_columns(record_id: str, kind: str, body: str) -> Ruling:
    """The ruling that `record_to_columns` took apart."""
    return ruling_from_plain({**json.loads(body), "id": record_id, "ruling": kind})
