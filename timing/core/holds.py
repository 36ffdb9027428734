"""Runners held at a control: each one's own wait is credited (Rules 4.11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from timing.core.courses import Course, Point
from timing.core.days import NoSuchTime, StageDay
from timing.core.records import Hold, Ruling
from timing.core.splits import Facts
from timing.core.times import Duration, Instant, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How long one entry was held at a point of its course, by which ruling."""

    point: int
    wait: Duration
    ruling: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPeriod:
    """A hold with its times found: arrivals in [since, until] wait for their release.

    ``releases`` are instants by entry id; everybody else is released at ``until``.
    """

    control: str
    since: Instant
    until: Instant | None
    releases: dict[str, Instant]
    ruling: str


def hold_periods(
    number: int, rulings: Sequence[Ruling], day: StageDay, wearing: dict[str, str]
) -> list[HoldPeriod]:
    """The holds of a stage; a time of day without a date is the first after the hold began."""
    periods = []
    for ruling in rulings:
        if not isinstance(ruling, Hold) or ruling.stage != number:
            continue
        try:
            since = _instant(ruling.since, day, None)
            until = None if ruling.until is None else _instant(ruling.until, day, since)
            releases = {
                wearing[bib]: _instant(reading, day, since)
                for bib, reading in ruling.releases
                if bib in wearing
            }
        except NoSuchTime:
            continue
        periods.append(
            HoldPeriod(
                control=ruling.control,
                since=since,
                until=until,
                releases=releases,
                ruling=ruling.id,
            )
        )
    return periods


def _instant(reading: Reading, day: StageDay, after: Instant | None) -> Instant:
    if isinstance(reading, int):
        return reading
    if reading.day is not None or after is None:
        return day.at(reading)
    return day.not_before(reading.ms, after)


def kept_by(
    entry_id: str, point: Point, came: Instant, periods: Sequence[HoldPeriod], at: Instant
) -> HoldPeriod | None:
    """The hold that keeps an entry at ``at`` where it ``came`` to last, None where none does."""
    for period in periods:
        if point.is_out or not point.is_named(period.control) or came < period.since:
            continue
        release = period.releases.get(entry_id, period.until)
        if release is None or (came < release and at < release):
            return period
    return None


def waits(
    entry_id: str, facts: Facts, course: Course, periods: Sequence[HoldPeriod]
) -> tuple[Held, ...]:
    """What one entry waited: its own release minus its own arrival, where it came in time.

    Whoever passed before the hold began, or came after it ended, was not held. Whoever is known
    to have left before everybody was released waited until then.
    """
    found: list[Held] = []
    for period in periods:
        for point in course.points:
            if not point.is_out and point.is_named(period.control):
                wait = _wait(entry_id, facts, course, point.ordinal, period)
                if wait > 0:
                    held = Held(point=point.ordinal, wait=wait, ruling=period.ruling)
                    found.append(held)
    return tuple(found)


def _wait(entry_id: str, facts: Facts, course: Course, index: int, period: HoldPeriod) -> Duration:
    arrival = facts.times[index]
    release = period.releases.get(entry_id, _let_go(facts, course, index, period.until))
    if arrival is None or release is None or arrival < period.since:
        return 0
    return release - arrival


def _let_go(facts: Facts, course: Course, index: int, until: Instant | None) -> Instant | None:
    """When the hold ended for who has no release of their own: with it, or on the way out."""
    if index + 1 >= len(course.points) or not course.points[index + 1].is_out:
        return until
    left = facts.times[index + 1]
    return until if left is None or (until is not None and until < left) else left
