"""The demo: a race that is under way, told at a pace that can be watched.

A whole edition is simulated beforehand. What happened up to some hour of its fifth stage is added
to the database; the rest is fed to the journal later on, in the order in which it becomes known.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from timing.core.days import stage_day
from timing.core.definition import Race, Stage
from timing.core.document import Document
from timing.core.records import Passing, Record, Ruling
from timing.core.starts import first_gun
from timing.core.times import HOUR, MINUTE, Duration, Instant, local_clock, zone_named
from timing.operations.record import append
from timing.simulator.faults import Faults
from timing.simulator.simulate import simulate
from timing.simulator.timeline import timeline

STAGE_UNDER_WAY = 5
HEAD_START: Duration = 150 * MINUTE
"""How long that stage has been under way when the demo begins."""

ENTRIES = 350
TEAMS = 80
SEED = 2026

_LOCAL_HOUR = 16
"""What clocks in the race's zone show when the demo begins.

Those who try a station tap times of the real clock: later than all that has been told so far, and
still before the finish closes.
"""

_LULL: Duration = 5 * MINUTE


def edition(
    definition: Race, now: Instant, *, entries: int = ENTRIES, teams: int = TEAMS
) -> Document:
    """The whole edition of which STAGE_UNDER_WAY is today, ``now`` in the afternoon."""
    race = _moved_to(definition, now)
    return simulate(race, entries=entries, teams=teams, seed=SEED, faults=Faults())


def opening(document: Document) -> Document:
    """What of an edition is known when the demo begins."""
    under_way = _under_way(document.race)
    day = stage_day(under_way.date, zone_named(document.race.timezone))
    until = first_gun(under_way, day) + HEAD_START
    passings, rulings = _parted(record for at, record in timeline(document) if at <= until)
    return replace(document, passings=passings, rulings=rulings)


@dataclass(slots=True)
class Feed:
    """Records still to come, in the order in which they become known, and the race's clock.

    The clock runs ``speed`` times as fast as ours. Over a lull, such as a night, it jumps.
    """

    coming: deque[tuple[Instant, Record]]
    clock: Instant
    speed: int

    @classmethod
    def beyond(cls, document: Document, known: Collection[str], *, speed: int) -> Feed:
        """What of an edition is not ``known`` by its id yet; the clock stands where that begins."""
        told = timeline(document)
        return cls(
            coming=deque((at, record) for at, record in told if record.id not in known),
            clock=max((at for at, record in told if record.id in known), default=0),
            speed=speed,
        )

    def advance(self, passed: Duration) -> tuple[Record, ...]:
        """What becomes known while ``passed`` milliseconds of ours go by."""
        self.clock += passed * self.speed
        if self.coming and self.coming[0][0] - self.clock > _LULL:
            self.clock = self.coming[0][0]
        found = []
        while self.coming and self.coming[0][0] <= self.clock:
            found.append(self.coming.popleft()[1])
        return tuple(found)


def play(
    feed: Feed,
    write: Callable[[tuple[Record, ...], Instant], None],
    *,
    passed: Callable[[], Duration],
    goes_on: Callable[[], bool],
) -> None:
    """Write what a feed tells until it is over or ``goes_on`` says no.

    ``passed`` waits a little and returns how many milliseconds of ours went by meanwhile.
    """
    while feed.coming and goes_on():
        if records := feed.advance(passed()):
            write(records, feed.clock)


def tell(session: Session, slug: str, records: Iterable[Record], *, clock: Instant) -> None:
    """Append records as they become known; again changes nothing."""
    passings, rulings = _parted(records)
    append(session, slug, passings, rulings, received=clock)


def _parted(records: Iterable[Record]) -> tuple[tuple[Passing, ...], tuple[Ruling, ...]]:
    told = tuple(records)
    return (
        tuple(record for record in told if isinstance(record, Passing)),
        tuple(record for record in told if isinstance(record, Ruling)),
    )


def _moved_to(race: Race, now: Instant) -> Race:
    """The race on other dates, in a zone of whole hours where it is afternoon."""
    hour = now // HOUR % 24
    ahead = (_LOCAL_HOUR - hour + 11) % 24 - 11
    # The sign in these names is the way back to Greenwich.
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
    later = local_clock(now, zone_named(zone)).date() - _under_way(race).date
    return replace(
        race,
        timezone=zone,
        starts_on=race.starts_on + later,
        stages=tuple(replace(stage, date=stage.date + later) for stage in race.stages),
    )


def _under_way(race: Race) -> Stage:
    """The stage that is under way, LookupError where the race has fewer."""
    stage = race.stage(STAGE_UNDER_WAY)
    if stage is None:
        raise LookupError(STAGE_UNDER_WAY)
    return stage
