"""A race's frame, its definition and entries, as it travels from its home to who follows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing import racefile
from timing.core.document import Document
from timing.core.times import Instant
from timing.db import reading
from timing.db.tables import DefinitionRow, FrameRow, RaceRow
from timing.operations.definitions import definition_text, parse_definition
from timing.operations.entries import write_entries
from timing.operations.homes import Stamp, claims_of, frame_row, own_node, stamp_of
from timing.operations.people import founders_own
from timing.operations.races import write_definition
from timing.operations.revisions import lock_race
from timing.operations.sync.faults import BadParcel
from timing.operations.sync.plain import Object, take
from timing.racefile import RacefileErrors


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Definition and entries, with the home's number of the definition and who made it."""

    stamp: Stamp
    version: int
    made_by: str
    made_at: Instant
    document: Document


def read_frame(session: Session, slug: str) -> Frame:
    """The frame that stands here; UnknownRace."""
    held = reading.read_race(session, slug, journal=False)
    race = session.scalars(select(RaceRow).where(RaceRow.slug == slug)).one()
    row = session.get_one(FrameRow, race.id)
    definition = session.get_one(DefinitionRow, (race.id, held.version))
    return Frame(
        stamp=stamp_of(row),
        version=row.version,
        made_by=definition.made_by,
        made_at=definition.made_at,
        document=held.document(parse_definition(held.definition)),
    )


def stamp_to_plain(stamp: Stamp) -> Object:
    """A stamp as it travels."""
    return {"term": stamp.term, "at": stamp.at, "node": stamp.node, "edition": stamp.edition}


def stamp_from_plain(plain: Object) -> Stamp:
    """The stamp that `stamp_to_plain` wrote; BadParcel."""
    return Stamp(
        term=take(plain, "term", int),
        at=take(plain, "at", int),
        node=take(plain, "node", str),
        edition=take(plain, "edition", int),
    )


def frame_to_plain(frame: Frame) -> Object:
    """A frame as it travels: a racefile without records."""
    return {
        "stamp": stamp_to_plain(frame.stamp),
        "version": frame.version,
        "made_by": frame.made_by,
        "made_at": frame.made_at,
        "racefile": racefile.dump(replace(frame.document, passings=(), rulings=())),
    }


def frame_from_plain(plain: Object) -> Frame:
    """The frame that `frame_to_plain` wrote; BadParcel."""
    try:
        document = racefile.loads(take(plain, "racefile", str), name="racefile")
    except RacefileErrors as error:
        raise BadParcel(f"its racefile can't be read here: {error}") from error
    return Frame(
        stamp=stamp_from_plain(take(plain, "stamp", dict)),
        version=take(plain, "version", int),
        made_by=take(plain, "made_by", str),
        made_at=take(plain, "made_at", int),
        document=document,
    )


def take_frame(session: Session, slug: str, frame: Frame, *, at: Instant) -> bool:
    """Follow a frame if it is newer than the one here; whether it was.

    A race that is not here yet is made. A frame that was changed here, and that the new home never
    heard of, is set aside: it stays readable at its revision.
    """
    if frame.document.race.slug != slug:
        raise BadParcel(f"it is of the race {frame.document.race.slug!r}, not of {slug!r}")
    text = definition_text(frame.document.race)
    if session.scalar(select(RaceRow.id).where(RaceRow.slug == slug)) is None:
        race = RaceRow(slug=slug, revision=0, created=at)
        session.add(race)
        session.flush()
        write_definition(session, race, text, frame.version, at=frame.made_at, by=frame.made_by)
        write_entries(session, race, frame.document.entries, frame.document.teams)
        session.add(frame_row(race.id, frame.stamp, version=frame.version))
        session.flush()
        founders_own(session, race.id)
        return True
    race = lock_race(session, slug)
    row = session.get_one(FrameRow, race.id)
    mine = stamp_of(row)
    if frame.stamp.weight <= mine.weight:
        return False
    was = race.revision
    held = reading.read_race(session, slug, journal=False)
    if text != held.definition:
        version = max(frame.version, held.version + 1)
        write_definition(session, race, text, version, at=frame.made_at, by=frame.made_by)
    write_entries(session, race, frame.document.entries, frame.document.teams)
    if race.revision != was and _is_unheard_of(session, race, mine):
        row.set_aside = was
    row.term, row.claimed, row.node_id = frame.stamp.term, frame.stamp.at, frame.stamp.node
    row.edition, row.version = frame.stamp.edition, frame.version
    session.flush()
    return True


def _is_unheard_of(session: Session, race: RaceRow, mine: Stamp) -> bool:
    """Whether the frame here was made here, and whoever took over next had an older one."""
    if mine.node != own_node(session).node_id:
        return False
    later = [claim for claim in claims_of(session, race.id) if claim.weight > mine.weight[0]]
    return not later or mine.edition > min(later, key=lambda claim: claim.weight).base
