"""Working on the cases of the review: one person at a time, and never over another's decision.

Taking a case is a lease. It ends by itself, so a laptop that dies holds nothing up, and a decision
is written only by whoever holds it, in the transaction that looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from timing.core.records import Passing, Ruling
from timing.core.times import MINUTE, Duration, Instant
from timing.db.reading import UnknownRace
from timing.db.tables import CaseLeaseRow, RaceRow
from timing.operations.record import Appended, append
from timing.operations.revisions import lock_race

LEASED: Duration = 2 * MINUTE
"""For so long a case is one's own after the last sign of life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Someone at the review: ``id`` is of one browser's session, ``name`` is shown to others."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who has a case until when (an instant)."""

    case: str
    holder: Worker
    until: Instant


class MovedOn(Exception):
    """Records or rulings came after what a decision was judged by; nothing was written."""


class CaseTaken(Exception):
    """Somebody else works on the case."""

    def __init__(self, lease: Lease) -> None:
        super().__init__(f"{lease.holder.name} works on {lease.case}")
        self.lease = lease


def take_case(
    session: Session, slug: str, case: str, worker: Worker, *, at: Instant, over: bool = False
) -> Lease:
    """Take a case, or keep it for longer; with ``over`` from whoever has it.

    Raises CaseTaken where somebody else has it and not ``over``, and UnknownRace.
    """
    race = lock_race(session, slug)
    # What ended is of no use to anybody.
    session.execute(
        delete(CaseLeaseRow).where(CaseLeaseRow.race_id == race.id, CaseLeaseRow.until <= at)
    )
    row = session.get(CaseLeaseRow, (race.id, case))
    if row is None:
        row = CaseLeaseRow(race_id=race.id, case_key=case)
        session.add(row)
    elif row.holder != worker.id and not over:
        raise CaseTaken(_lease(row))
    row.holder, row.holder_name, row.until = worker.id, worker.name, at + LEASED
    session.flush()
    return _lease(row)


def leave_case(session: Session, slug: str, case: str, worker: Worker) -> None:
    """Let others have it, where it is one's own; UnknownRace."""
    race_id = _race_id(session, slug)
    session.execute(
        delete(CaseLeaseRow).where(
            CaseLeaseRow.race_id == race_id,
            CaseLeaseRow.case_key == case,
            CaseLeaseRow.holder == worker.id,
        )
    )


def leases(session: Session, slug: str, *, at: Instant) -> dict[str, Lease]:
    """Who has what at an instant, by case; UnknownRace."""
    rows = session.scalars(
        select(CaseLeaseRow).where(
            CaseLeaseRow.race_id == _race_id(session, slug), CaseLeaseRow.until > at
        )
    )
    return {row.case_key: _lease(row) for row in rows}


def decide(
    session: Session,
    slug: str,
    case: str,
    worker: Worker,
    *,
    at: Instant,
    revision: int,
    passings: Sequence[Passing] = (),
    rulings: Sequence[Ruling] = (),
) -> Appended:
    """Write what was decided of a case, if nobody else has it, and let it go.

    ``revision`` is the race's by which the caller saw that the evidence is what the person saw.
    Under the race's lock it must be so still: of two who decide at once the second gets MovedOn,
    and looks again. Raises CaseTaken and UnknownRace too.
    """
    if lock_race(session, slug).revision != revision:
        raise MovedOn
    take_case(session, slug, case, worker, at=at)
    written = append(session, slug, passings, rulings, received=at)
    leave_case(session, slug, case, worker)
    return written


def _race_id(session: Session, slug: str) -> int:
    found = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    if found is None:
        raise UnknownRace(slug)
    return found


def _lease(row: CaseLeaseRow) -> Lease:
    return Lease(
        case=row.case_key,
        holder=Worker(id=row.holder, name=row.holder_name),
        until=row.until,
    )
