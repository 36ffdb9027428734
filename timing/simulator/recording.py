"""From what truly happened to what is recorded, with everything that goes wrong on the way.

A chip reader stands at start and finish and wherever nobody does; elsewhere somebody types bibs
and sees whole seconds on a clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random

from timing.core.courses import Point, course_of
from timing.core.days import StageDay
from timing.core.definition import Basis, Source, Stage
from timing.core.entries import Entry
from timing.core.records import Assign, Passing, Ruling
from timing.core.starts import first_gun
from timing.core.times import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Duration,
    Instant,
    Reading,
    TimeOfDay,
    local_clock,
)
from timing.simulator.chance import Lot, record_id, stream
from timing.simulator.departures import DIRECTOR
from timing.simulator.faults import Faults
from timing.simulator.running import Outing

_EXACT = frozenset({Source.CHIP, Source.PHOTO, Source.GPS})

_FIRST_DAY: Duration = 22 * HOUR
"""Up to so long after the first gun a time of day needs no day beside it, even where the clock
is put forward in between and up to half an hour before a split is the same day (Rules 1.2)."""

# Which of a record's draws decides what: one fault must not know of another.
_MISSED, _DOUBLED, _MISTYPED, _UNREAD, _LATE, _CORRECTED = range(6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What stands at a control.

    A clock that is ``off`` (true minus device time) has been measured; what it ``drifts``,
    milliseconds an hour since ``since``, nobody knows.
    """

    name: str
    source: Source
    off: Duration | None = None
    drifts: int = 0
    since: Instant = 0

    @property
    def is_typed(self) -> bool:
        """Whether somebody types bibs, and times to the second."""
        return self.source not in _EXACT


@dataclass(slots=True)
class Journal:
    """What has been recorded so far: passings with the true instants they came from."""

    passings: list[tuple[Instant, Passing]] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)


@dataclass(slots=True)
class Recorder:
    """Records one stage. `read` says what a device makes of an instant when nothing is wrong."""

    seed: int
    slug: str
    stage: Stage
    day: StageDay
    faults: Faults
    devices: dict[str, Device] = field(init=False)
    gun: Instant = field(init=False)
    _repeated: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._repeated = frozenset(course_of(replace(self.stage, courses=()), "").gaps)
        self.gun = first_gun(self.stage, self.day)
        ends = {c.code for c in (*self.stage.controls[:1], *self.stage.controls[-1:])}
        self.devices = {}
        for control in self.stage.controls:
            by_chip = control.code in ends or not control.manned
            usual = Source.CHIP if by_chip else Source.CHECKPOINT
            self.devices[control.code] = self._device(control.code, control.source or usual)

    def _device(self, code: str, source: Source) -> Device:
        number = self.stage.number
        kind = "reader" if source in _EXACT else "phone"
        clock = stream(self.seed, self.slug, "clock", number, code)
        drift = stream(self.seed, self.slug, "drift", number, code)
        off = None
        if clock.random() < self.faults.unset_clocks:
            off = clock.choice((-1, 1)) * clock.randint(4_000, 900_000)
        drifts = 0
        if drift.random() < self.faults.drifting_clocks:
            drifts = drift.choice((-1, 1)) * drift.randint(40, 250)
        return Device(
            name=f"{kind}-{number}-{code.lower()}",
            source=source,
            off=off,
            drifts=drifts,
            since=self.gun,
        )

    def read(self, point: Point, instant: Instant) -> Instant:
        """The time that a record of this crossing states, to the precision of its source."""
        return instant - instant % SECOND if self.devices[point.base].is_typed else instant

    def record(self, outings: Iterable[Outing], journal: Journal) -> None:
        """Write down everything that the stations and readers of this stage see."""
        for outing in outings:
            entry = outing.runner.entry
            is_own = outing.clock.basis is Basis.OWN
            last = outing.last_point if outing.has_finished else None
            for n, (point, instant) in enumerate(outing.crossings):
                is_vital = point is last or (n == 0 and is_own) or self._is_lap_end(point)
                self._crossing(entry, point, instant, journal, is_start=n == 0, is_vital=is_vital)

    def _is_lap_end(self, point: Point) -> bool:
        """Whether a lap that nobody reads would be a lap short."""
        return point.lap > 0 and point.base == self.stage.controls[-1].code

    def _crossing(
        self,
        entry: Entry,
        point: Point,
        instant: Instant,
        journal: Journal,
        *,
        is_start: bool,
        is_vital: bool,
    ) -> None:
        """``is_vital``: without this read there is no result, so that a line crew backs it up."""
        name = f"{self.seed}/{self.slug}/passing/{self.stage.number}/{point.code}/{entry.id}"
        lot, faults = Lot(name), self.faults
        device = self.devices[point.base]
        if lot.draws[_MISSED] < faults.missed:
            if is_vital:
                journal.passings.append((instant, self._backup(name, entry, point, instant)))
            return
        bib = entry.bib
        if device.is_typed:
            bib = self._typed_bib(name, lot, entry.bib, journal, self._arrival(lot, instant))
        passing = self._passing(lot, bib, entry, point, instant)
        journal.passings.append((instant, passing))
        if lot.draws[_DOUBLED] < faults.doubled:
            again = f"{name}/again"
            # A start line reads who mills about before; elsewhere one lingers, or taps twice.
            apart = stream(again).randint(2_000, 40_000) * (-1 if is_start else 1)
            moment = instant + apart
            double = self._passing(Lot(again), bib, entry, point, moment)
            journal.passings.append((moment, double))

    def _passing(self, lot: Lot, bib: str, entry: Entry, point: Point, instant: Instant) -> Passing:
        device = self.devices[point.base]
        stated = instant
        if device.drifts:
            stated += device.drifts * (instant - device.since) // HOUR
        if device.is_typed:
            stated -= stated % SECOND
        time: Reading = stated
        device_time = None
        if device.off is not None:
            device_time = stated - device.off
        elif device.is_typed:
            time = self._clock_reading(stated)
        arrival = self._arrival(lot, instant)
        return Passing(
            id=lot.id,
            stage=self.stage.number,
            control=self._name(point),
            time=time,
            bib=bib if device.is_typed else "",
            chip="" if device.is_typed else entry.chips[0],
            source=device.source,
            device=device.name,
            device_time=device_time,
            offset_ms=device.off,
            received=None if arrival == instant else arrival,
        )

    def _name(self, point: Point) -> str:
        """What the station calls it: a place that is passed more than once has one name (4.9)."""
        return point.place + point.way if point.place in self._repeated else point.code

    def _arrival(self, lot: Lot, instant: Instant) -> Instant:
        """When a record is handed in: at once, or hours later where a device was cut off."""
        if lot.draws[_LATE] >= self.faults.late:
            return instant
        hours = stream(lot.id, "late").expovariate(1 / 1.5)
        return instant + 10 * MINUTE + round(min(hours, 10) * HOUR)

    def _backup(self, name: str, entry: Entry, point: Point, instant: Instant) -> Passing:
        """What the line crew wrote on paper, and hands in within the hour."""
        chance = stream(name, "backup")
        stated = instant + chance.randint(0, SECOND)
        return Passing(
            id=record_id(name, "backup"),
            stage=self.stage.number,
            control=self._name(point),
            time=self._clock_reading(stated - stated % SECOND),
            bib=entry.bib,
            source=Source.LINE_CREW,
            device=f"line-{self.stage.number}",
            received=instant + chance.randint(15, 55) * MINUTE,
        )

    def _clock_reading(self, stated: Instant) -> Reading:
        """What a volunteer types: a time of day, and a day beside it from the second one on.

        Where the clock is changed in these days a device gives the instant: a time of day would
        be ambiguous (Rules 1.2).
        """
        day = self.day
        if not day.is_regular:
            local = local_clock(stated, day.zone)
            ms = ((local.hour * 60 + local.minute) * 60 + local.second) * SECOND
            if day.is_ambiguous(stated, ms):
                return stated
            offset = (local.date() - day.on).days
        else:
            offset, ms = divmod(stated - day.midnight, DAY)
        return TimeOfDay(ms, None if 0 <= stated - self.gun < _FIRST_DAY else offset)

    def _typed_bib(self, name: str, lot: Lot, bib: str, journal: Journal, arrival: Instant) -> str:
        faults = self.faults
        is_mistyped = lot.draws[_MISTYPED] < faults.mistyped
        if not is_mistyped and lot.draws[_UNREAD] >= faults.unread:
            return bib
        chance = stream(name, "bib")
        wrong = mistyped(bib, chance) if is_mistyped else unread(bib, chance)
        if lot.draws[_CORRECTED] < faults.corrected:
            journal.rulings.append(
                Assign(
                    id=record_id(name, "assign"),
                    by=DIRECTOR,
                    at=arrival + chance.randint(10, 90) * MINUTE,
                    reason=f"{wrong} was {bib}",
                    record=lot.id,
                    bib=bib,
                )
            )
        return wrong


_NEIGHBOURS = {
    "1": "24", "2": "135", "3": "26", "4": "157", "5": "2468",
    "6": "359", "7": "48", "8": "5790", "9": "68", "0": "8",
}  # fmt: skip
"""The keys beside each on a telephone's keypad."""


def mistyped(bib: str, chance: Random) -> str:
    """The bib with two digits swapped, or a key beside the right one; never the same."""
    swaps = [n for n in range(len(bib) - 1) if bib[n] != bib[n + 1]]
    if swaps and chance.random() < 0.5:
        n = chance.choice(swaps)
        return bib[:n] + bib[n + 1] + bib[n] + bib[n + 2 :]
    n = chance.randrange(len(bib))
    return bib[:n] + chance.choice(_NEIGHBOURS[bib[n]]) + bib[n + 1 :]


def unread(bib: str, chance: Random) -> str:
    """The bib with a ``*`` for the digit that nobody could read."""
    n = chance.randrange(len(bib))
    return f"{bib[:n]}*{bib[n + 1 :]}"
