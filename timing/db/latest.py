"""What was recorded last: by anybody, or by one token."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from timing.core.records import Passing, Record
from timing.db.rows import PASSING_COLUMNS, passings_from_rows, ruling_from_columns
from timing.db.tables import PASSING_KIND, JournalRow, RaceRow

_JOURNAL = JournalRow.__table__


def latest_passings(session: Session, slug: str, most: int) -> tuple[Passing, ...]:
    """The passings that came last, the newest last; none where there is no such race."""
    records = _latest(session, slug, _JOURNAL.c.kind == PASSING_KIND, most)
    return tuple(record for record in records if isinstance(record, Passing))


def records_of_token(session: Session, slug: str, token_id: int, most: int) -> tuple[Record, ...]:
    """The records that came last by this token, the newest last."""
    return _latest(session, slug, _JOURNAL.c.token_id == token_id, most)


def _latest(
    session: Session, slug: str, which: ColumnElement[bool], most: int
) -> tuple[Record, ...]:
    race_id = select(RaceRow.id).where(RaceRow.slug == slug).scalar_subquery()
    rows = session.execute(
        select(*PASSING_COLUMNS, _JOURNAL.c.kind, _JOURNAL.c.body)
        .where(_JOURNAL.c.race_id == race_id, which)
        .order_by(_JOURNAL.c.revision.desc())
        .limit(most)
    ).all()[::-1]
    passings = iter(passings_from_rows([row[:-2] for row in rows if row.kind == PASSING_KIND]))
    return tuple(
        next(passings)
        if row.kind == PASSING_KIND
        else ruling_from_columns(row.record_id, row.kind, row.body)
        for row in rows
    )
