"""What a new release makes of official results, told before it serves them."""

from __future__ import annotations

import structlog

from timing.cli.databases import now
from timing.cli.printing import patiently
from timing.db.engines import Database
from timing.operations.engine_check import check, unchecked
from timing.operations.engine_mark import engine_mark

MOST_TOLD = 20

_log = structlog.get_logger(__name__)


def check_official_results(database: Database) -> int:
    """Compute again what another engine made official, once; how many come out differently."""
    engine, found = engine_mark(), 0
    with database.reading() as session:
        waiting = unchecked(session, engine)
    for slug, one in waiting:
        try:
            with (
                patiently(f"Checking {slug}, number {one.number}"),
                database.writing() as session,
            ):
                other = check(session, slug, one, engine=engine, at=now())
        except Exception:  # noqa: BLE001 - a race that can't be computed must not keep the others
            _log.exception("an official result could not be checked", race=slug, number=one.number)
            continue
        if other is None:
            continue
        found += 1
        _log.error(
            "an official result comes out differently with this engine",
            race=slug,
            number=one.number,
            stage=one.after,
            signed=one.result,
            computed=other.result,
            made_by=one.engine,
            engine=engine,
            differences=other.differences[:MOST_TOLD],
            of=len(other.differences),
        )
    return found
