"""The task of `timing tend` that throws away rehearsals which nobody did."""

from __future__ import annotations

from collections.abc import Callable

from timing.core.times import Instant
from timing.db.engines import Database, open_database
from timing.live.tending import Task
from timing.operations.rehearsals import KEPT_FOR, rehearsals_before, throw_rehearsal_away
from timing.settings import Settings

LOOK_EVERY_SECONDS = 300.0


def rehearsal_tasks(settings: Settings, clock: Callable[[], Instant]) -> tuple[Task, ...]:
    """Throwing away what is older than a day."""
    database = open_database(settings.database_url)
    return (
        Task(
            name="rehearsals",
            every_seconds=LOOK_EVERY_SECONDS,
            run=lambda _: throw_old_away(database, clock()),
        ),
    )


def throw_old_away(database: Database, at: Instant) -> int:
    """Throw away the rehearsals that are older than KEPT_FOR; how many there were."""
    with database.reading() as session:
        old = rehearsals_before(session, at - KEPT_FOR)
    for one in old:
        with database.writing() as session:
            throw_rehearsal_away(session, one.slug)
    return len(old)
