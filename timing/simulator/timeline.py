"""A document told in the order in which things became known: for demos and rehearsals."""

from __future__ import annotations

from functools import cache

from timing.core.days import StageDay, stage_day
from timing.core.definition import Race, Stage
from timing.core.document import Document
from timing.core.records import Passing, Record
from timing.core.starts import first_gun
from timing.core.times import Instant, zone_named


class UndatedPassing(ValueError):
    """A passing of a stage that the race does not have; ``record`` is its id."""

    def __init__(self, record: str, stage: int) -> None:
        super().__init__(f"passing {record} is of stage {stage}, which the race does not have")
        self.record = record
        self.stage = stage


def timeline(document: Document) -> tuple[tuple[Instant, Record], ...]:
    """Every record with the instant at which it becomes known, in that order.

    A ruling is known when it is made, a passing when it was received, and where that is not
    said at its own time. A time of day without a date is the first at or after the stage's
    first planned start, as the simulator writes them. Raises UndatedPassing.
    """
    dated = _Dates(document.race)
    known: list[tuple[Instant, Record]] = [(r.at, r) for r in document.rulings]
    known += [(dated.known_at(p), p) for p in document.passings]
    known.sort(key=lambda pair: (pair[0], pair[1].id))
    return tuple(known)


class _Dates:
    """Dates the passings of a race, one stage's day being made once."""

    def __init__(self, race: Race) -> None:
        self._race = race
        self._day_of = cache(self._make_day)

    def _make_day(self, number: int) -> tuple[StageDay, Instant] | None:
        stage: Stage | None = self._race.stage(number)
        if stage is None:
            return None
        day = stage_day(stage.date, zone_named(self._race.timezone))
        return day, first_gun(stage, day)

    def known_at(self, passing: Passing) -> Instant:
        if passing.received is not None:
            return passing.received
        if isinstance(passing.time, int):
            return passing.time
        found = self._day_of(passing.stage)
        if found is None:
            raise UndatedPassing(passing.id, passing.stage)
        day, gun = found
        if passing.time.day is not None:
            return day.at(passing.time)
        return day.not_before(passing.time.ms, gun)
