"""Taking a race's next revisions, under its lock."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.db.reading import UnknownRace
from timing.db.tables import RaceRow


def lock_race(session: Session, slug: str) -> RaceRow:
    """The race's row, locked until the transaction ends; UnknownRace.

    Whoever changes the race takes this lock first, then adds to ``revision`` what it used. So
    revisions are committed in order, and who follows ``revision > n`` misses none. On PostgreSQL
    the commit also notifies the channel ``revisions`` with "slug revision".
    """
    # NO KEY: rows that merely refer to the race, such as tokens, need not wait.
    race = session.scalars(
        select(RaceRow)
        .where(RaceRow.slug == slug)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if race is None:
        raise UnknownRace(slug)
    return race
