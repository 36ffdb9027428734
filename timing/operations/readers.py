"""Timing readers that are listened to: how each is, and where its line is taken up again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.reading import UnknownRace
from timing.db.tables import RaceRow, ReaderRow


class ReaderState(StrEnum):
    """CONNECTED: it answers. WAITING: it is called, or its call awaited. STOPPED: by somebody."""

    CONNECTED = "connected"
    WAITING = "waiting"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A reader of a race, by the name it has there.

    ``last_read`` is the time of its last read, ``last_contact`` when it was last heard at all,
    both instants; ``gaps`` are reads that it numbered and that never came.
    """

    name: str
    format: str
    address: str
    stage: int
    control: str
    state: ReaderState = ReaderState.WAITING
    last_contact: Instant | None = None
    last_read: Instant | None = None
    last_sequence: int | None = None
    taken: int = 0
    gaps: int = 0
    offset_ms: int | None = None
    position: Mapping[str, int | str] = field(default_factory=dict)


def reader_of(session: Session, slug: str, name: str) -> Reader | None:
    """The reader of that name; None where none was ever listened to."""
    row = session.scalars(_of(slug).where(ReaderRow.name == name)).one_or_none()
    return None if row is None else _reader(row)


def readers_of_race(session: Session, slug: str) -> tuple[Reader, ...]:
    """Every reader of a race, by name."""
    return tuple(_reader(row) for row in session.scalars(_of(slug).order_by(ReaderRow.name)))


def keep_reader(session: Session, slug: str, reader: Reader) -> None:
    """Keep how a reader is now, and its position. UnknownRace."""
    race_id = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    if race_id is None:
        raise UnknownRace(slug)
    row = session.scalars(
        select(ReaderRow).where(ReaderRow.race_id == race_id, ReaderRow.name == reader.name)
    ).one_or_none()
    if row is None:
        row = ReaderRow(race_id=race_id, name=reader.name)
        session.add(row)
    row.format, row.address = reader.format, reader.address
    row.stage, row.control = reader.stage, reader.control
    row.state = reader.state.value
    row.last_contact, row.last_read = reader.last_contact, reader.last_read
    row.last_sequence, row.taken, row.gaps = reader.last_sequence, reader.taken, reader.gaps
    row.offset_ms = reader.offset_ms
    row.position = json.dumps(dict(reader.position), sort_keys=True)
    session.flush()


def _of(slug: str) -> Select[ReaderRow]:
    return (
        select(ReaderRow).join(RaceRow, RaceRow.id == ReaderRow.race_id).where(RaceRow.slug == slug)
    )


def _reader(row: ReaderRow) -> Reader:
    return Reader(
        name=row.name,
        format=row.format,
        address=row.address,
        stage=row.stage,
        control=row.control,
        state=ReaderState(row.state),
        last_contact=row.last_contact,
        last_read=row.last_read,
        last_sequence=row.last_sequence,
        taken=row.taken,
        gaps=row.gaps,
        offset_ms=row.offset_ms,
        position=json.loads(row.position),
    )
