"""From what was seen to one accepted time at each point (Rules 1.2, 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.oracle.journal import Read
from tests.oracle.race import Point, Race
from tests.oracle.times import (
    MINUTE,
    SAME_DAY,
    day_and_time,
    instant,
    is_to_the_minute,
    local_day,
    shown_at,
)

SOURCES = [
    "director",
    "photo",
    "chip",
    "line_crew",
    "checkpoint",
    "radio",
    "paper",
    "gps",
    "estimate",
]
DECIDED = ("director", "photo")
NO_BACKUPS = ("gps", "estimate")
LATER_THAN_A_BACKUP = 30_000


@dataclass(slots=True, kw_only=True)
class Split:
    """A read with its instant."""

    time: int
    source: str
    uncertainty: int
    id: str


def uncertainty(read: Read) -> int:
    """How far off a time may be, in milliseconds (Rules 4.10)."""
    stated = read.keys.get("uncertainty_ms")
    if stated is not None:
        return int(stated)
    return MINUTE if is_to_the_minute(read.time) else 0


def seen_at(read: Read, moment: int) -> Split:
    """A read whose instant is known."""
    return Split(
        time=moment,
        source=read.keys.get("source", "checkpoint"),
        uncertainty=uncertainty(read),
        id=read.id,
    )


def order_of_sources(official: str) -> list[str]:
    """From the best down; a control may name its own best (Rules 4.3)."""
    return [official, *(s for s in SOURCES if s != official)] if official else SOURCES


def best_source(splits: list[Split], official: str) -> list[Split]:
    """Those of the best source that there is."""
    for source in order_of_sources(official):
        found = [s for s in splits if s.source == source]
        if found:
            return found
    return []


@dataclass(slots=True)
class Choice:
    """What goes before the usual order of sources: the control's own, and what is confirmed."""

    official: str
    confirmed: set[str]

    def best(self, splits: list[Split]) -> list[Split]:
        """Those that were confirmed, else those of the best source."""
        return [s for s in splits if s.id in self.confirmed] or best_source(splits, self.official)


def first(split: Split) -> tuple[int, str]:
    """The order of what was seen: of one moment, that of the records' names."""
    return split.time, split.id


def chosen(splits: list[Split], official: str, confirmed: set[str]) -> Split | None:
    """The one that counts of what was seen at a point (Rules 4.3)."""
    sure = [s for s in splits if s.id in confirmed]
    if sure:
        return min(sure, key=first)
    of_each = [
        min(found, key=first)
        for source in order_of_sources(official)
        if (found := [s for s in splits if s.source == source])
    ]
    if not of_each:
        return None
    main, *backups = of_each
    if main.source not in DECIDED:
        for backup in backups:
            margin = LATER_THAN_A_BACKUP + main.uncertainty + backup.uncertainty
            if backup.source not in NO_BACKUPS and main.time - backup.time > margin:
                return backup
    return main


def _moment(race: Race, stage: str, text: str, after: int) -> int | None:
    """The instant of a read after the split before it, None if there is no such time."""
    moment = instant(text)
    if moment is not None:
        return moment
    day, time = day_and_time(text)
    if day is None:
        return _first_after(race, time, after)
    start = date.fromisoformat(race.stages[stage]["date"])
    moments = shown_at(start + timedelta(days=day), time, race.zone)
    # In an hour that repeats it is the first of the two that fits.
    return next((m for m in moments if m >= after), moments[-1] if moments else None)


def _first_after(race: Race, time: int, after: int) -> int | None:
    """A bare time of day on the first date that is not before the split before it (Rules 1.2)."""
    around = local_day(after - SAME_DAY, race.zone)
    for days in range(4):
        moments = shown_at(around + timedelta(days=days), time, race.zone)
        if not moments:
            # Skipped on the day that it would be of: there is no such time.
            before = shown_at(around + timedelta(days=days), time - 60 * MINUTE, race.zone)
            if before[-1] + 60 * MINUTE >= after - SAME_DAY:
                return None
        for moment in moments:
            if moment >= after:
                return moment
        if any(m >= after - SAME_DAY for m in moments):
            return moments[-1]
    return None


def splits_of(
    race: Race,
    stage: str,
    points: list[Point],
    reads: list[Read],
    *,
    after: int,
    confirmed: set[str],
) -> dict[str, Split]:
    """The accepted split at each point behind the start, each at or after the one before it."""
    found: dict[str, Split] = {}
    for point in points[1:]:
        candidates = []
        for read in reads:
            if read.control != point.code or read.time.startswith("<"):
                continue
            moment = _moment(race, stage, read.time, after)
            if moment is not None and (moment >= after or read.id in confirmed):
                candidates.append(seen_at(read, moment))
        split = chosen(candidates, point.source, confirmed)
        if split is not None:
            found[point.code] = split
            after = split.time
    return found
