"""Writing to the journal: passings and rulings, each once (architecture, decisions 2 and 3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from timing.core.records import Passing, Record, Ruling
from timing.core.times import Instant
from timing.db.rows import PASSING_COLUMNS, Columns, passings_from_rows, record_to_columns
from timing.db.tables import PASSING_KIND, JournalRow, RaceRow
from timing.operations.revisions import lock_race

_ASKED_AT_ONCE = 500
"""Ids in one query: far below what either database accepts."""


class Fate(StrEnum):
    """What became of a record that was offered.

    ACCEPTED: new, and written. KNOWN: here already with the same content. CONFLICT: its id is
    here with other content.
    """

    ACCEPTED = "accepted"
    KNOWN = "known"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records that came together.

    ``received`` is when, by this node's clock, for those that don't say so themselves; None
    where nobody knows. ``token_id`` is the token they came with, None for the director's desk
    and files. With ``keep_conflicting`` a record whose id is known with other content is written
    beside it, as exchange between nodes needs it; otherwise it is refused.
    """

    passings: Sequence[Passing] = ()
    rulings: Sequence[Ruling] = ()
    received: Instant | None = None
    token_id: int | None = None
    keep_conflicting: bool = False

    def records(self) -> Iterator[Record]:
        """Passings, then rulings, in the order given."""
        yield from self.passings
        yield from self.rulings


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What became of a batch.

    ``fates`` has one for each passing, then for each ruling, in the order given; ``conflicts``
    are the ids refused. ``revision`` is the race's last: once it is committed and a reader has
    come to it, the reader has seen all of the batch.
    """

    fates: tuple[Fate, ...]
    conflicts: tuple[str, ...]
    revision: int

    @property
    def accepted(self) -> int:
        """How many were new."""
        return self.fates.count(Fate.ACCEPTED)

    @property
    def known(self) -> int:
        """How many were here already."""
        return self.fates.count(Fate.KNOWN)


def append(
    session: Session,
    slug: str,
    passings: Sequence[Passing] = (),
    rulings: Sequence[Ruling] = (),
    *,
    received: Instant | None,
    token_id: int | None = None,
    keep_conflicting: bool = False,
) -> Appended:
    """Write what is new, each record with a revision of its own; doing so again adds nothing.

    The parameters are those of `Batch`. Acknowledge only after the commit. Raises UnknownRace.
    """
    batch = Batch(
        passings=passings,
        rulings=rulings,
        received=received,
        token_id=token_id,
        keep_conflicting=keep_conflicting,
    )
    return append_batches(session, slug, (batch,))[0]


def append_batches(session: Session, slug: str, batches: Sequence[Batch]) -> tuple[Appended, ...]:
    """Write several batches at the cost of one; an answer for each, in order.

    A later batch finds the records of an earlier one known. Raises UnknownRace.
    """
    race = lock_race(session, slug)
    offered = [[record_to_columns(record) for record in batch.records()] for batch in batches]
    known = _known_digests(session, race.id, [c["record_id"] for rows in offered for c in rows])
    written: list[Columns] = []
    answers: list[tuple[tuple[Fate, ...], tuple[str, ...]]] = []
    for batch, rows in zip(batches, offered, strict=True):
        fates = []
        for record, columns in zip(batch.records(), rows, strict=True):
            fate = _fate(known, columns, keep_conflicting=batch.keep_conflicting)
            fates.append(fate)
            if fate is Fate.ACCEPTED:
                known.setdefault(columns["record_id"], set()).add(columns["digest"])
                written.append(
                    {
                        **columns,
                        "race_id": race.id,
                        "revision": race.revision + len(written) + 1,
                        "received": _received(record, batch),
                        "token_id": batch.token_id,
                    }
                )
        conflicts = tuple(
            columns["record_id"]
            for columns, fate in zip(rows, fates, strict=True)
            if fate is Fate.CONFLICT
        )
        answers.append((tuple(fates), conflicts))
    if written:
        session.execute(insert(JournalRow), written)
        race.revision += len(written)
        session.flush()
    return tuple(
        Appended(fates=fates, conflicts=conflicts, revision=race.revision)
        for fates, conflicts in answers
    )


def standing_passings(session: Session, slug: str, ids: Sequence[str]) -> dict[str, Passing]:
    """The passings that are here under these ids, by id; of two contents the lower digest's."""
    found: dict[str, Passing] = {}
    for first in range(0, len(ids), _ASKED_AT_ONCE):
        rows = session.execute(
            select(*PASSING_COLUMNS)
            .join(RaceRow, RaceRow.id == JournalRow.race_id)
            .where(
                RaceRow.slug == slug,
                JournalRow.kind == PASSING_KIND,
                JournalRow.record_id.in_(ids[first : first + _ASKED_AT_ONCE]),
            )
            .order_by(JournalRow.digest)
        )
        for passing in passings_from_rows(rows.all()):
            found.setdefault(passing.id, passing)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How a record stands here: ``token_id`` is the token it came with, None for none.

    ``stage`` and ``control`` are a passing's; a ruling has neither.
    """

    token_id: int | None
    is_passing: bool
    stage: int | None
    control: str


def held_here(session: Session, slug: str, ids: Collection[str]) -> dict[str, tuple[Held, ...]]:
    """The records of these ids that are here; several where one has different contents."""
    wanted = sorted(set(ids))
    found: dict[str, tuple[Held, ...]] = {}
    for first in range(0, len(wanted), _ASKED_AT_ONCE):
        rows = session.execute(
            select(
                JournalRow.record_id,
                JournalRow.token_id,
                JournalRow.kind,
                JournalRow.stage,
                JournalRow.control,
            )
            .join(RaceRow, RaceRow.id == JournalRow.race_id)
            .where(
                RaceRow.slug == slug,
                JournalRow.record_id.in_(wanted[first : first + _ASKED_AT_ONCE]),
            )
            .order_by(JournalRow.revision)
        )
        for record_id, token_id, kind, stage, control in rows:
            one = Held(
                token_id=token_id,
                is_passing=kind == PASSING_KIND,
                stage=stage,
                control=control or "",
            )
            found[record_id] = (*found.get(record_id, ()), one)
    return found


def _fate(known: dict[str, set[str]], columns: Columns, *, keep_conflicting: bool) -> Fate:
    digests = known.get(columns["record_id"])
    if digests is None:
        return Fate.ACCEPTED
    if columns["digest"] in digests:
        return Fate.KNOWN
    return Fate.ACCEPTED if keep_conflicting else Fate.CONFLICT


def _received(record: Record, batch: Batch) -> Instant | None:
    if isinstance(record, Passing) and record.received is not None:
        return record.received
    return batch.received


def _known_digests(session: Session, race_id: int, ids: list[str]) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for first in range(0, len(ids), _ASKED_AT_ONCE):
        rows = session.execute(
            select(JournalRow.record_id, JournalRow.digest).where(
                JournalRow.race_id == race_id,
                JournalRow.record_id.in_(ids[first : first + _ASKED_AT_ONCE]),
            )
        )
        for record_id, digest in rows:
            known.setdefault(record_id, set()).add(digest)
    return known
