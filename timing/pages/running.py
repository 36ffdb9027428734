"""The stage that is being run, gathered once for a page: who is where, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from timing.core.book import RaceBook
from timing.core.definition import Classification, Measure, Of, Stage
from timing.core.entries import Entry
from timing.core.projection import ProjectedLine, projected
from timing.core.results import Split, StageLine
from timing.core.road import RoadLine, on_the_road
from timing.core.times import Instant, zone_named
from timing.pages import figures, foreseen, words
from timing.pages.arrivals import entry_lines
from timing.pages.marks import Place, places
from timing.pages.remembering import remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A stage under way. ``lines`` and ``splits`` are by entry id, ``places`` by division.

    ``closed`` is the last stage that is over, 0 before there is one.
    """

    stage: Stage
    closed: int
    zone: ZoneInfo
    lines: Mapping[str, StageLine]
    splits: Mapping[str, tuple[Split, ...]]
    places: Mapping[str, Mapping[str, Place]]

    def place(self, division: str, point: str) -> Place | None:
        """The place of a point on a division's course."""
        return self.places[division].get(point)

    @property
    def latest(self) -> tuple[Split, str] | None:
        """The newest split of the stage beyond its start, and its place in short."""
        seen = [(splits[-1].time, entry_id) for entry_id, splits in self.splits.items() if splits]
        if not seen:
            return None
        _, entry_id = max(seen)
        split = self.splits[entry_id][-1]
        place = self.place(self.lines[entry_id].division, split.point)
        return split, place.short if place is not None else split.point


@remembered
def running(book: RaceBook) -> Running | None:
    """What is under way now, or None."""
    number = book.running_stage
    stage = book.race.stage(number) if number is not None else None
    if number is None or stage is None:
        return None
    lines = {
        line.competitor.id: line
        for line in entry_lines(book, number)
        if isinstance(line.competitor, Entry)
    }
    return Running(
        stage=stage,
        closed=book.closed_stage,
        zone=zone_named(book.race.timezone),
        lines=lines,
        splits={entry_id: book.splits(number, entry_id) for entry_id in lines},
        places={
            division: {p.code: p for p in places(book.course(number, division))}
            for division in {line.division for line in lines.values()}
        },
    )


def has_road(classification: Classification) -> bool:
    """Whether a classification can be shown on the road: entries, by time (Rules 9.8)."""
    return classification.of is Of.SOLO and classification.measure is Measure.TIME


def road(book: RaceBook, code: str, now: Running) -> tuple[RoadLine, ...]:
    """A classification on the road; those who don't run this stage stand as they were."""
    return _road_now(book, code) if now is running(book) else _road(book, code, now)


@remembered
def _road_now(book: RaceBook, code: str) -> tuple[RoadLine, ...]:
    now = running(book)
    return () if now is None else _road(book, code, now)


def _road(book: RaceBook, code: str, now: Running) -> tuple[RoadLine, ...]:
    before = book.board(code, now.closed)
    after = book.board(code, now.stage.number)
    totals = {
        line.competitor.id: line.time
        for line in after.lines
        if isinstance(line.competitor, Entry)
        and line.time is not None
        and line.rank is not None
        and line.competitor.id in now.lines
        and now.lines[line.competitor.id].done
    }
    return on_the_road(before, now.lines, now.splits, totals)


class Roads:
    """The classifications on the road while a stage runs, each worked out once for a page."""

    def __init__(self, book: RaceBook, now: Running) -> None:
        self._book = book
        self._now = now
        self._found: dict[str, tuple[RoadLine, ...]] = {}

    def of(self, code: str) -> tuple[RoadLine, ...]:
        """What `road` says of a classification."""
        if code not in self._found:
            self._found[code] = road(self._book, code, self._now)
        return self._found[code]


def projection(
    book: RaceBook, code: str, now: Running, at: Instant | None = None
) -> tuple[ProjectedLine, ...]:
    """A classification as it would be, were everyone to finish as expected (Rules 9.8).

    As of ``at``, by default the newest split of the stage.
    """
    latest = now.latest
    moment = at if at is not None else (latest[0].time if latest is not None else 0)
    finishes = foreseen.finishes(book, now.stage.number, moment)
    return projected(road(book, code, now), finishes)


def last_passing(now: Running) -> str:
    """``12:05:51, CP5``, or nothing before anybody was seen."""
    latest = now.latest
    if latest is None:
        return ""
    split, place = latest
    time = figures.clock(split.time, now.zone, now.stage.date)
    return words.sentence("last-passing", time=time, place=place)
