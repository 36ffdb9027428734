"""The journal in pages: what came after a revision of one node, taken in by another.

What a node received, when and by which key, is its own and stays there. Each record goes with its
digest, so that no release reads another's record as something else than it said.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from timing.core.plain import digest, passing_from_plain, record_to_plain, ruling_from_plain
from timing.core.records import Passing, Record, Ruling
from timing.core.times import Instant
from timing.db.reading import UnknownRace, race_cursor
from timing.db.rows import PASSING_COLUMNS, passings_from_rows
from timing.db.tables import (
    PASSING_KIND,
    JournalRow,
    RaceRow,
    SyncCursorRow,
    SyncTakenRow,
)
from timing.operations.homes import own_node
from timing.operations.record import append
from timing.operations.revisions import lock_race
from timing.operations.sync.faults import BadParcel
from timing.operations.sync.plain import Object, take

MOST_RECORDS = 1_000
MOST_CHARACTERS = 2_000_000
"""Of one page: a start list of a thousand runners is one record."""

_JOURNAL = JournalRow.__table__
_OF_ONE_READING = 5_000

Life: TypeAlias = tuple[str, str]
"""A node's id with the epoch of its database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The records of ``life`` after one of its revisions, up to another, of ``top`` in all.

    ``left_out`` is the node whose own records are not in it, in that life of its database.
    ``records`` are (digest, plain record).
    """

    life: Life
    after: int
    to: int
    top: int
    records: tuple[tuple[str, Object], ...]
    left_out: Life | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a page: how many records were new, and up to where all is here now."""

    accepted: int
    known: int
    have: int


def read_page(session: Session, slug: str, after: int, *, left_out: Life | None = None) -> Page:
    """The next page after a revision of this node; UnknownRace.

    Records that came from the node ``left_out`` in that life are not sent back to it.
    """
    row = session.execute(
        select(RaceRow.id, RaceRow.revision).where(RaceRow.slug == slug)
    ).one_or_none()
    if row is None:
        raise UnknownRace(slug)
    race_id, top = row
    query = (
        select(*PASSING_COLUMNS, _JOURNAL.c.kind, _JOURNAL.c.body, _JOURNAL.c.digest)
        .add_columns(_JOURNAL.c.revision)
        .where(_JOURNAL.c.race_id == race_id, _JOURNAL.c.revision > after)
        .order_by(_JOURNAL.c.revision)
        .limit(MOST_RECORDS + 1)
    )
    if left_out is not None:
        taken = SyncTakenRow.__table__
        query = query.where(
            ~select(taken.c.first)
            .where(
                taken.c.race_id == race_id,
                taken.c.node_id == left_out[0],
                taken.c.epoch == left_out[1],
                and_(taken.c.first <= _JOURNAL.c.revision, taken.c.last >= _JOURNAL.c.revision),
            )
            .exists()
        )
    rows = session.execute(query).all()
    kept = rows[: _within_measure(rows)]
    me = own_node(session)
    return Page(
        life=(me.node_id, me.epoch),
        after=after,
        to=kept[-1].revision if len(kept) < len(rows) else max(top, after),
        top=top,
        records=_records(kept),
        left_out=left_out,
    )


def _within_measure(rows: list[Row[Any]] | Any) -> int:  # noqa: ANN401 - a sequence of rows
    """How many of the rows fit into a page: one at least."""
    characters = 0
    for number, row in enumerate(rows[:MOST_RECORDS]):
        characters += len(row.body or "") + len(row.note or "") + 300
        if characters > MOST_CHARACTERS and number:
            return number
    return min(len(rows), MOST_RECORDS)


def _records(rows: Any) -> tuple[tuple[str, Object], ...]:  # noqa: ANN401 - a sequence of rows
    width = len(PASSING_COLUMNS)
    passings = iter(passings_from_rows([r[:width] for r in rows if r.kind == PASSING_KIND]))
    found = []
    for row in rows:
        if row.kind == PASSING_KIND:
            plain: Object = dict(record_to_plain(next(passings)))
            plain.pop("received", None)
        else:
            plain = {**json.loads(row.body), "id": row.record_id, "ruling": row.kind}
        found.append((row.digest, plain))
    return tuple(found)


def page_to_plain(page: Page) -> Object:
    """A page as it travels."""
    return {
        "life": list(page.life),
        "after": page.after,
        "to": page.to,
        "top": page.top,
        "left_out": None if page.left_out is None else list(page.left_out),
        "records": [[told, plain] for told, plain in page.records],
    }


def page_from_plain(plain: Object) -> Page:
    """The page that `page_to_plain` wrote; BadParcel."""
    rows = take(plain, "records", list)
    for row in rows:
        match row:
            case [str(), dict()]:
                pass
            case _:
                raise BadParcel("a record is not a digest with an object")
    left_out = plain.get("left_out")
    page = Page(
        life=life_from_plain(plain.get("life")),
        after=take(plain, "after", int),
        to=take(plain, "to", int),
        top=take(plain, "top", int),
        records=tuple((told, content) for told, content in rows),
        left_out=None if left_out is None else life_from_plain(left_out),
    )
    if not 0 <= page.after <= page.to < 2**62:
        raise BadParcel("its revisions can't be")
    return page


def life_from_plain(plain: object) -> Life:
    """A node's id and epoch; BadParcel."""
    match plain:
        case [str(node), str(epoch)] if node and epoch:
            return node, epoch
        case _:
            raise BadParcel("a life is a node's id with its epoch")


def _record(told: str, plain: Object) -> Record:
    try:
        record = ruling_from_plain(plain) if "ruling" in plain else passing_from_plain(plain)
        is_same = digest(record) == told
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadParcel(f"the record {plain.get('id')!r} can't be read by this release") from error
    if not is_same or not record.id or (isinstance(record, Passing) and record.received):
        raise BadParcel(f"the record {plain.get('id')!r} is not what its digest says")
    return record


def take_page(session: Session, slug: str, page: Page, *, received: Instant) -> Taken:
    """Write what is new of a page, and how far this node now has come.

    A page that does not begin where this node has come to is taken all the same, but does not
    move that on. Raises UnknownRace, and BadParcel, with nothing written.
    """
    records = [_record(told, plain) for told, plain in page.records]
    race = lock_race(session, slug)
    appended = append(
        session,
        slug,
        [r for r in records if isinstance(r, Passing)],
        [r for r in records if isinstance(r, Ruling)],
        received=received,
        keep_conflicting=True,
    )
    if appended.accepted:
        _remember(session, race.id, page.life, appended.revision, appended.accepted)
    cursor = cursor_row(session, race.id, page.life)
    me = own_node(session)
    if page.after <= cursor.have and page.left_out in (None, (me.node_id, me.epoch)):
        cursor.have = max(cursor.have, page.to)
    session.flush()
    return Taken(accepted=appended.accepted, known=appended.known, have=cursor.have)


def cursor_row(session: Session, race_id: int, life: Life) -> SyncCursorRow:
    """How far this node and another have come, nowhere to begin with."""
    row = session.get(SyncCursorRow, (race_id, *life))
    if row is None:
        row = SyncCursorRow(
            race_id=race_id, node_id=life[0], epoch=life[1], have=0, own_epoch="", confirmed=0
        )
        session.add(row)
        session.flush()
    return row


def _remember(session: Session, race_id: int, life: Life, last: int, number: int) -> None:
    """Remember from whom the revisions just taken came."""
    first = last - number + 1
    before = session.scalars(
        select(SyncTakenRow).where(
            SyncTakenRow.race_id == race_id,
            SyncTakenRow.node_id == life[0],
            SyncTakenRow.epoch == life[1],
            SyncTakenRow.last == first - 1,
        )
    ).one_or_none()
    if before is not None:
        before.last = last
        return
    session.add(
        SyncTakenRow(race_id=race_id, node_id=life[0], epoch=life[1], first=first, last=last)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a journal holds: how many records, and one digest of them all in any order."""

    records: int
    digest: str


def summary(session: Session, slug: str) -> Summary:
    """The summary of a race's journal here, in bounded memory; UnknownRace.

    The digest is the sum, modulo 2²⁵⁶, of the digests of each record's id with its content.
    """
    race_cursor(session, slug)
    rows = session.execute(
        select(_JOURNAL.c.record_id, _JOURNAL.c.digest)
        .join(RaceRow, RaceRow.id == _JOURNAL.c.race_id)
        .where(RaceRow.slug == slug)
        .execution_options(yield_per=_OF_ONE_READING)
    )
    number = total = 0
    for record_id, content in rows:
        number += 1
        key = hashlib.sha256(f"{content}:{record_id}".encode("utf-8", "surrogatepass"))
        total += int.from_bytes(key.digest())
    return Summary(records=number, digest=f"{total % 2**256:064x}")
