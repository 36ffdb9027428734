"""The journal as a file, for a stick where there is no network.

A file is a line that says what it is, then blocks: four bytes of length, the SHA-256 of what
follows, and compressed JSON. Each block is usable by itself, so that what is whole of a file that
was cut off is taken. Files may be lost, come again or out of order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select

from timing.core.times import Instant
from timing.db.engines import Database
from timing.db.tables import RaceRow
from timing.operations.sync.exchange import Progress, follow
from timing.operations.sync.faults import BadParcel, NoRaceInIt
from timing.operations.sync.frames import frame_from_plain, frame_to_plain, read_frame
from timing.operations.sync.pages import (
    Life,
    page_from_plain,
    page_to_plain,
    read_page,
    take_page,
)
from timing.operations.sync.plain import MOST_BYTES, Object, packed, take, unpacked
from timing.operations.sync.telling import (
    Told,
    check_may_meet,
    confirmed_by,
    take_told,
    tell,
    told_from_plain,
    told_to_plain,
)

MAGIC = b"Bivouac exchange 1\n"
_LENGTH_BYTES = 4
_SHA_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file as written: how many records are in it, after which revision of this node."""

    records: int
    after: int
    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a file came to. ``name`` is the installation that wrote it.

    ``missing`` are the revisions of that one before the file that are not here, as (first, last),
    None where there are none. ``is_whole`` is False where the file's end was missing or spoilt.
    """

    slug: str
    name: str
    accepted: int
    known: int
    frame_taken: bool
    missing: tuple[int, int] | None
    is_whole: bool


def write_parcel(
    database: Database, slug: str, file: BinaryIO, *, name: str, at: Instant, to: str = ""
) -> Written:
    """Write a race to a file: all of it, or what the node ``to`` has not confirmed.

    What that one confirmed it said itself, over a line or in a file of its own; that a file was
    written for it counts for nothing, so one that was lost is made good by the next. Raises
    UnknownRace.
    """
    records = 0
    with database.reading() as session:
        told = tell(session, slug, name=name, at=at)
        life, after = confirmed_by(session, slug, to) if to else (None, 0)
        first = after
        file.write(MAGIC)
        _write_block(file, {"kind": "told", "race": slug, "told": told_to_plain(told)})
        frame = frame_to_plain(read_frame(session, slug))
        _write_block(file, {"kind": "frame", "frame": frame})
        while True:
            page = read_page(session, slug, after, left_out=life)
            if page.to <= after:
                break
            _write_block(file, {"kind": "page", "page": page_to_plain(page)})
            records += len(page.records)
            after = page.to
        _write_block(file, {"kind": "end", "records": records})
    return Written(records=records, after=first, to=after)


def _write_block(file: BinaryIO, plain: Object) -> None:
    data = packed(plain)
    file.write(len(data).to_bytes(_LENGTH_BYTES))
    file.write(hashlib.sha256(data).digest())
    file.write(data)


def read_blocks(file: BinaryIO) -> Iterator[Object]:
    """The whole blocks of a file, up to its end or to what is spoilt; BadParcel if it is no file.

    The last is of the kind ``end`` where the file is whole.
    """
    if file.read(len(MAGIC)) != MAGIC:
        raise BadParcel("it is no file of an exchange, or of a newer release")
    while True:
        head = file.read(_LENGTH_BYTES + _SHA_BYTES)
        length = int.from_bytes(head[:_LENGTH_BYTES])
        if len(head) < _LENGTH_BYTES + _SHA_BYTES or length > MOST_BYTES:
            return
        data = file.read(length)
        if len(data) < length or hashlib.sha256(data).digest() != head[_LENGTH_BYTES:]:
            return
        block = unpacked(data)
        yield block
        if block.get("kind") == "end":
            return


def take_parcel(
    database: Database,
    file: BinaryIO,
    *,
    now: Callable[[], Instant],
    join: bool = False,
    progress: Progress = lambda *_: None,
) -> Received:
    """Take in a file, block by block, each in a transaction of its own.

    Raises BadParcel, SameNode, MadeApart, and NoRaceInIt where the race is not here and the file
    ends before its definition.
    """
    told: Told | None = None
    slug = ""
    accepted = known = 0
    first: int | None = None
    frame_taken = is_whole = False
    life: Life | None = None
    have = 0
    for block in read_blocks(file):
        match block.get("kind"):
            case "told":
                slug = take(block, "race", str)
                told = told_from_plain(take(block, "told", dict))
                life = told.life
                with database.reading() as session:
                    check_may_meet(session, slug, told, join=join)
                    have = tell(session, slug, name="", at=now()).has_of(life)
                if _is_here(database, slug):
                    with database.writing() as session:
                        take_told(session, slug, told, at=now())
            case "frame" if told is not None:
                frame = frame_from_plain(take(block, "frame", dict))
                is_here = _is_here(database, slug)
                with database.writing() as session:
                    frame_taken = follow(session, slug, frame, told, is_here=is_here, at=now())
            case "page" if told is not None:
                page = page_from_plain(take(block, "page", dict))
                if page.life != told.life:
                    raise BadParcel("a page is of another installation than the file")
                if not _is_here(database, slug):
                    raise NoRaceInIt(slug)
                with database.writing() as session:
                    taken = take_page(session, slug, page, received=now())
                first = page.after if first is None else first
                accepted, known, have = accepted + taken.accepted, known + taken.known, taken.have
                progress("fetched", page.to, page.top)
            case "end":
                is_whole = True
            case _:
                raise BadParcel("a block is of a kind that this release does not know")
    if told is None or not _is_here(database, slug):
        raise NoRaceInIt(slug)
    missing = (have + 1, first) if first is not None and first > have else None
    return Received(
        slug=slug,
        name=told.name or told.life[0],
        accepted=accepted,
        known=known,
        frame_taken=frame_taken,
        missing=missing,
        is_whole=is_whole,
    )


def _is_here(database: Database, slug: str) -> bool:
    with database.reading() as session:
        return session.scalar(select(RaceRow.id).where(RaceRow.slug == slug)) is not None
