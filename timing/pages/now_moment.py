"""A race at a moment, as all parts of the desk's first page look at it: worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from timing.core.alerts import Standing, alerts_of, watched_stages
from timing.core.book import RaceBook
from timing.core.course_clear import register
from timing.core.definition import Stage
from timing.core.records import Close
from timing.core.safety import Level, Register, Whereabouts
from timing.core.times import SECOND, Instant, zone_named
from timing.pages.remembering import remembered

LOOKED_EVERY = 5 * SECOND
"""Pages asked for within so long are of the same moment: what is worked out is worked out once."""


class Phase(StrEnum):
    """Where the race is."""

    BEFORE = "before"
    RUNNING = "running"
    BETWEEN = "between"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A race at ``now``; ``at`` is what everything is worked out by, which many pages share.

    ``number`` is the stage that is shown, 0 before there is one: the last somebody may be out on.
    ``stage`` and its register ``found`` are None without one; ``closed`` is the ruling that closed
    it. ``watched`` are all stages somebody may be out on, ``standing`` the alerts of all.
    """

    book: RaceBook
    now: Instant
    at: Instant
    zone: ZoneInfo
    watched: tuple[int, ...]
    number: int
    stage: Stage | None
    found: Register | None
    standing: tuple[Standing, ...]
    closed: Close | None
    phase: Phase

    @property
    def slug(self) -> str:
        """The race."""
        return self.book.race.slug

    @property
    def day(self) -> date | None:
        """The day of the stage that is shown: times of other days say which."""
        return None if self.stage is None else self.stage.date

    @property
    def coming(self) -> int | None:
        """The stage after the one that is shown."""
        return _coming(self.book, self.number)


def moment_at(book: RaceBook, now: Instant) -> Moment:
    """The race at ``now``."""
    at = moment_of(book, now)
    watched = watched_stages(book, at)
    # A stage of which nothing was seen is shown from its gun on; else the last there was.
    number = watched[-1] if watched else 0
    found = register_at(book, number, at) if number else None
    closed = closing_of(book, number) if number else None
    return Moment(
        book=book,
        now=now,
        at=at,
        zone=zone_named(book.race.timezone),
        watched=watched,
        number=number,
        stage=book.race.stage(number) if number else None,
        found=found,
        standing=standing_at(book, at),
        closed=closed,
        phase=_phase(book, number, found, closed),
    )


def _coming(book: RaceBook, number: int) -> int | None:
    return next((n for n in book.stages if n > number), None)


def _phase(book: RaceBook, number: int, found: Register | None, closed: Close | None) -> Phase:
    if found is None:
        return Phase.BEFORE
    is_run = book.running_stage == number or not book.has_begun(number)
    looked_for = (Whereabouts.OUT, Whereabouts.COLLECTED)
    away = any(line.whereabouts in looked_for for line in found.lines)
    if closed is None and (is_run or away):
        return Phase.RUNNING
    return Phase.BETWEEN if _coming(book, number) is not None else Phase.AFTER


def moment_of(book: RaceBook, now: Instant) -> Instant:
    """The moment that pages asked for about ``now`` are of; what was decided by then is in it."""
    decided = max((r.at for r in book.rulings if r.at <= now), default=0)
    return max(now - now % LOOKED_EVERY, decided)


@remembered
def register_at(book: RaceBook, stage: int, at: Instant) -> Register:
    """The register of a stage, once for all who ask within the same moments."""
    return register(book, stage, at)


@remembered
def standing_at(book: RaceBook, at: Instant) -> tuple[Standing, ...]:
    """Every alert of the race, from the same registers, the most urgent first."""
    found = [
        one
        for number in watched_stages(book, at)
        for one in alerts_of(book, register_at(book, number, at))
    ]
    return tuple(sorted(found, key=lambda one: one.level is Level.ACKNOWLEDGED))


def closing_of(book: RaceBook, stage: int) -> Close | None:
    """The ruling by which a stage was closed: that of its finish, the last one that stands."""
    points = book.points(stage)
    finish = points[-1] if points else ""
    closed = [
        r for r in book.rulings if isinstance(r, Close) and r.stage == stage and r.control == finish
    ]
    return closed[-1] if closed else None
