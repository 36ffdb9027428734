"""What a station sends, record by record: which it may write, and which are marked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.definition import Race
from timing.core.records import RULING_NAMES, Observation, Passing, Record, Ruling
from timing.core.times import Instant
from timing.db.rows import RULING_COLUMNS, ruling_from_columns
from timing.db.tables import JournalRow, RaceRow
from timing.operations.record import Held, held_here
from timing.operations.tokens import (
    Token,
    corrected_by,
    may_record,
    may_rule_given,
    recorded_at,
)
from timing.racefile import BadRecord, load_passing, load_ruling

MARK = "revoked"
"""The kind of the observation that names what a revoked key still brought in."""


class Verdict(StrEnum):
    """What becomes of a record that a station sent."""

    ACCEPTED = "accepted"
    KNOWN = "known"
    CONFLICT = "conflict"
    REFUSED = "refused"
    MALFORMED = "malformed"


def record_of(wire: Mapping[str, Any], *, by: str) -> Record:
    """The record that a station wrote (docs/station-protocol.md); ``by`` is its label.

    Whatever way it took it comes to the same. Raises BadRecord.
    """
    given = dict(wire)
    if not given.get("id"):
        raise BadRecord({"id": ("a record has one of its own",)})
    match given.pop("kind", None):
        case "passing":
            if "received" in given:
                raise BadRecord({"received": ("is this server's to say; leave it out",)})
            return load_passing(given)
        case "ruling":
            if "observed" in given:
                # In a racefile an observation's own kind has the name that a record's has here.
                given["kind"] = given.pop("observed")
            return load_ruling({**given, "by": by})
        case _:
            raise BadRecord({"kind": ("passing or ruling",)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Which records may be written, in their order; ``marks`` go with them.

    ``refused`` says why not of the others, by their place in the list.
    """

    allowed: tuple[Record, ...]
    refused: Mapping[int, str]
    marks: tuple[Observation, ...]


def judge(
    session: Session, token: Token, records: Sequence[Record], race: Race, *, at: Instant
) -> Judgement:
    """What of ``records`` the bearer may write, at one look at what is here.

    Of a revoked key: what was recorded before, as far as that can be told. New ones of these are
    named by an observation for each control, made by this installation ``at`` that moment.
    """
    rulings = [record for record in records if isinstance(record, Ruling)]
    wanted = {id_ for ruling in rulings for id_ in corrected_by(ruling)}
    if token.revoked is not None:
        wanted |= {record.id for record in records}
    here = held_here(session, token.slug, wanted)
    refused: dict[int, str] = {}
    allowed: set[int] = set()
    own: set[str] = set()
    waiting: list[tuple[int, Ruling]] = []
    for index, record in enumerate(records):
        if _is_too_late(token, record):
            refused[index] = "This key was revoked before this was recorded."
        elif isinstance(record, Ruling):
            waiting.append((index, record))
        elif may_record(token, record):
            allowed.add(index)
            own.add(record.id)
        else:
            refused[index] = (
                f"This station does not record at {record.control} on stage {record.stage}."
            )
    # A ruling may be about one that comes later in the list: as often as any more are allowed.
    while waiting:
        left = []
        for index, ruling in waiting:
            if may_rule_given(here, token, ruling, race, with_it=own):
                allowed.add(index)
                own.add(ruling.id)
            else:
                left.append((index, ruling))
        if len(left) == len(waiting):
            break
        waiting = left
    refused |= {index: "This is not the station’s to decide." for index, _ in waiting}
    kept = tuple(record for index, record in enumerate(records) if index in allowed)
    marks = _marks(token, kept, here, at) if token.revoked is not None else ()
    return Judgement(allowed=kept, refused=refused, marks=marks)


def marked_ids(session: Session, token: Token) -> frozenset[str]:
    """The records of a token that came after it was revoked."""
    rows = session.execute(
        select(*RULING_COLUMNS)
        .join(RaceRow, RaceRow.id == JournalRow.race_id)
        .where(
            RaceRow.slug == token.slug,
            JournalRow.token_id == token.id,
            JournalRow.kind == RULING_NAMES[Observation],
        )
    )
    found = (ruling_from_columns(*row) for row in rows)
    return frozenset(
        item
        for ruling in found
        if isinstance(ruling, Observation) and ruling.kind == MARK
        for item in ruling.items
    )


def _is_too_late(token: Token, record: Record) -> bool:
    if token.revoked is None:
        return False
    when = recorded_at(record)
    uncertainty = record.uncertainty_ms if isinstance(record, Passing) else 0
    return when is not None and when - uncertainty > token.revoked


def _marks(
    token: Token,
    records: Sequence[Record],
    here: Mapping[str, tuple[Held, ...]],
    at: Instant,
) -> tuple[Observation, ...]:
    places: dict[tuple[int | None, str], list[Record]] = {}
    for record in records:
        if record.id not in here:
            places.setdefault(_place(record), []).append(record)
    return tuple(
        Observation(
            id=_mark_id(token, new),
            by=token.label,
            at=at,
            reason="Recorded before the key was revoked, received afterwards",
            kind=MARK,
            bibs=tuple(sorted({r.bib for r in new if isinstance(r, Passing) and r.bib})),
            stage=stage,
            control=control,
            items=tuple(record.id for record in new),
        )
        for (stage, control), new in places.items()
    )


def _place(record: Record) -> tuple[int | None, str]:
    stage = getattr(record, "stage", None)
    control = getattr(record, "control", "")
    return (stage if isinstance(stage, int) else None, str(control))


def _mark_id(token: Token, records: Sequence[Record]) -> str:
    text = "\n".join((MARK, token.public, *sorted(record.id for record in records)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
