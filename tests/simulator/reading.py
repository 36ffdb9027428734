"""What a simulated document says of each runner, read without the engine."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache

from timing.core.courses import course_of
from timing.core.days import StageDay, stage_day
from timing.core.document import Document
from timing.core.entries import Entry
from timing.core.records import Passing, Status
from timing.core.starts import first_gun
from timing.core.times import Instant, zone_named


@cache
def _day(on: date, timezone: str) -> StageDay:
    return stage_day(on, zone_named(timezone))


def instant_of(document: Document, passing: Passing) -> Instant:
    """A bare time of day is on the first day of its stage, any other says on which it is."""
    if isinstance(passing.time, int):
        return passing.time
    stage = document.race.stage(passing.stage)
    assert stage is not None
    day = _day(stage.date, document.race.timezone)
    if passing.time.day is not None:
        return day.at(passing.time)
    return day.not_before(passing.time.ms, first_gun(stage, day))


def by_runner(document: Document) -> dict[tuple[str, int], list[Passing]]:
    """The passings of each entry id and stage, in the order of the course."""
    by_bib = {e.bib: e.id for e in document.entries}
    by_chip = {chip: e.id for e in document.entries for chip in e.chips}
    found: dict[tuple[str, int], list[Passing]] = defaultdict(list)
    for passing in document.passings:
        entry_id = by_chip[passing.chip] if passing.chip else by_bib[passing.bib]
        found[entry_id, passing.stage].append(passing)
    divisions = {e.id: e.division for e in document.entries}
    for (entry_id, number), passings in found.items():
        stage = document.race.stage(number)
        assert stage is not None
        index = course_of(stage, divisions[entry_id]).index
        passings.sort(key=lambda p: index[p.control])
    return found


def statuses(document: Document, status: str) -> dict[str, Status]:
    """The status rulings of one kind, by bib."""
    return {
        bib: r
        for r in document.rulings
        if isinstance(r, Status) and r.status == status
        for bib in r.bibs
    }


def entry_of(document: Document, bib: str) -> Entry:
    return next(e for e in document.entries if e.bib == bib)


def stage_time(document: Document, passings: Iterable[Passing]) -> int:
    """Milliseconds from the first to the last of them."""
    instants = [instant_of(document, p) for p in passings]
    return max(instants) - min(instants)
