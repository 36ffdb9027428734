"""Races replayed in the order of time: what each method said at every split, and what came.

A method is asked at the instant a runner is seen, and knows nothing that was seen later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Protocol

from benchmarks.forecasting.races import Replayed
from timing.core.book import RaceBook
from timing.core.courses import Point
from timing.core.forecasts import Forecasts
from timing.core.paces import USUAL_SCATTER, Scatter
from timing.core.times import Duration, Instant

FEW = 5
"""A forecast is cold where fewer have covered the last leg to the point: what it takes in
OpenSplitTime, too, before statistics stand in for the ground."""


class Target(StrEnum):
    """How far ahead: the next place, one between, or the finish."""

    NEXT = "next control"
    BETWEEN = "controls further on"
    FINISH = "finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """When somebody is expected, and the range that eight of ten should be in, if any."""

    time: float
    earliest: float | None = None
    latest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What everybody knows beforehand: the points, and when the gun was."""

    points: tuple[Point, ...]
    gun: Instant


class Method(Protocol):
    """Something that forecasts: the points ahead of a runner by index."""

    def __call__(
        self,
        course: Course,
        own: dict[int, Instant],
        others: Iterable[dict[int, Instant]],
        at: Instant,
    ) -> dict[int, Said]:
        """From the splits seen by ``at``, by the index of the point; the start's is the gun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One forecast of one method and what came of it."""

    race: str
    method: str
    target: Target
    is_cold: bool
    is_at_start: bool
    said: Said
    came: Instant
    at: Instant

    @property
    def error(self) -> float:
        """In milliseconds, late is positive."""
        return self.came - self.said.time

    @property
    def remaining(self) -> Duration:
        """From when it was said until they came."""
        return self.came - self.at

    @property
    def is_inside(self) -> bool | None:
        """Whether they came in the range; None where there was none."""
        if self.said.earliest is None or self.said.latest is None:
            return None
        return self.said.earliest <= self.came <= self.said.latest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """A race's book, its course, and everybody's splits by the index of the point."""

    book: RaceBook
    course: Course
    splits: dict[str, dict[int, Instant]]


@cache
def _field(race: Replayed) -> _Field:
    book = RaceBook(race.document)
    of_stage = book.stage_book(race.stage)
    assert of_stage.state is not None
    points = book.course(
        race.stage, race.document.race.divisions[0].code if race.document.race.divisions else ""
    )
    splits: dict[str, dict[int, Instant]] = {}
    for entry_id, facts in of_stage.facts.items():
        if facts.start is not None:
            splits[entry_id] = {0: facts.start} | {
                i: time for i, time in enumerate(facts.times) if i and time is not None
            }
    gun = min(seen[0] for seen in splits.values())
    return _Field(book=book, course=Course(points=points, gun=gun), splits=splits)


def replay(
    race: Replayed, methods: dict[str, Method], scatter: Scatter = USUAL_SCATTER
) -> Iterator[Outcome]:
    """What ``methods`` and Bivouac say at every split of every chosen runner of a race."""
    field = _field(race)
    points = field.course.points
    finish = len(points) - 1
    known: dict[Instant, Forecasts] = {}
    for entry_id in (
        sorted(field.splits, key=int)[:: race.every]
        if _plain(field)
        else sorted(field.splits)[:: race.every]
    ):
        whole = field.splits[entry_id]
        for reached, at in whole.items():
            if reached == finish:
                continue
            if at not in known:
                known[at] = Forecasts(field.book, race.stage, at, scatter)
            ours = {e.ordinal: e for e in known[at].of(entry_id)}
            own = {i: t for i, t in whole.items() if t <= at and i <= reached}
            said = {
                "Bivouac": {
                    i: Said(time=e.time, earliest=e.earliest, latest=e.latest)
                    for i, e in ours.items()
                }
            }
            others = [
                {i: t for i, t in splits.items() if t <= at}
                for other, splits in field.splits.items()
                if other != entry_id
            ]
            for name, method in methods.items():
                said[name] = method(field.course, own, others, at)
            ahead = [i for i in range(reached + 1, finish + 1) if not points[i].is_out]
            for i in ahead:
                if i not in whole or whole[i] <= at or i not in ours:
                    continue
                target = (
                    Target.FINISH
                    if i == finish
                    else Target.NEXT
                    if i == ahead[0]
                    else Target.BETWEEN
                )
                both = {target} | ({Target.NEXT} if i == ahead[0] else set())
                for name, of_method in said.items():
                    if i not in of_method:
                        continue
                    for one in both:
                        yield Outcome(
                            race=race.name,
                            method=name,
                            target=one,
                            is_cold=ours[i].seen < FEW,
                            is_at_start=reached == 0,
                            said=of_method[i],
                            came=whole[i],
                            at=at,
                        )


def _plain(field: _Field) -> bool:
    return all(entry_id.isdigit() for entry_id in field.splits)


Filter = Callable[[Outcome], bool]
