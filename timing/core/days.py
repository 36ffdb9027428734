"""Times of day find their date (Rules 1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from timing.core.times import (
    DAY,
    MINUTE,
    Duration,
    Instant,
    TimeOfDay,
    local_clock,
    local_instants,
)

OUT_OF_ORDER_WINDOW: Duration = 30 * MINUTE
"""A time of day up to so much before the previous split is the same day, out of order."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS_AROUND = range(-2, 13)


class NoSuchTime(ValueError):
    """The clock skipped that time of day on that date (Rules 1.2)."""


@dataclass(frozen=True, slots=True)
class StageDay:
    """A stage's date in the race's zone.

    ``midnight`` is the instant at which the date begins. ``is_regular`` says that the zone's
    clocks are not changed in the days around, so that days are 24 hours and dating is addition.
    """

    on: date
    zone: ZoneInfo
    midnight: Instant
    is_regular: bool

    def at(self, time: TimeOfDay) -> Instant:
        """The instant of a time of day with a day offset, 0 if it has none; else NoSuchTime.

        Inside an hour that repeats it is the first of the two.
        """
        if self.is_regular:
            return self.midnight + time.ms + (time.day or 0) * DAY
        found = local_instants(self._date(time.day or 0), time.ms, self.zone)
        if not found:
            raise NoSuchTime
        return found[0]

    def fitting(self, time: TimeOfDay, previous: Instant) -> Instant:
        """As `at`, but inside an hour that repeats the first of the two that fits (Rules 1.2)."""
        if self.is_regular:
            return self.at(time)
        found = local_instants(self._date(time.day or 0), time.ms, self.zone)
        if not found:
            raise NoSuchTime
        return next((i for i in found if i >= previous), found[-1])

    def scheduled(self, time: TimeOfDay) -> Instant:
        """As `at`, for a planned time: one that the clocks skip is as much after the change."""
        try:
            return self.at(time)
        except NoSuchTime:
            return _unskipped(self._date(time.day or 0), time.ms, self.zone)

    def not_before(self, ms: int, previous: Instant) -> Instant:
        """The first instant at or after ``previous`` whose time of day is ``ms``.

        Up to 30 minutes before ``previous`` it is that same day: earlier than ``previous``, so
        out of order (racefile, Days). NoSuchTime where the only such date skipped it.
        """
        if not self.is_regular:
            return self._irregular_not_before(ms, previous)
        days = -((self.midnight + ms - previous) // DAY)
        found = self.midnight + ms + days * DAY
        return found - DAY if previous - (found - DAY) <= OUT_OF_ORDER_WINDOW else found

    def _irregular_not_before(self, ms: int, previous: Instant) -> Instant:
        """As `not_before`, where clocks are changed: dates have one such instant, two or none."""
        first = local_clock(previous - OUT_OF_ORDER_WINDOW, self.zone).date()
        day = first
        while True:
            instants = local_instants(day, ms, self.zone)
            if not instants and _unskipped(day, ms, self.zone) >= previous - OUT_OF_ORDER_WINDOW:
                raise NoSuchTime
            later = [i for i in instants if i >= previous]
            if later:
                return later[0]
            if instants and instants[-1] >= previous - OUT_OF_ORDER_WINDOW:
                return instants[-1]
            day += timedelta(days=1)

    def nearest(self, ms: int, reference: Instant) -> Instant:
        """The instant nearest to ``reference`` whose time of day is ``ms``; NoSuchTime if none."""
        if self.is_regular:
            days = (2 * (reference - self.midnight - ms) + DAY) // (2 * DAY)
            return self.midnight + ms + days * DAY
        day = local_clock(reference, self.zone).date()
        found = [
            instant
            for offset in (-1, 0, 1)
            for instant in local_instants(day + timedelta(days=offset), ms, self.zone)
        ]
        nearest = min(found, key=lambda instant: (abs(instant - reference), instant))
        if abs(nearest - reference) > DAY // 2 and not local_instants(day, ms, self.zone):
            raise NoSuchTime
        return nearest

    def is_ambiguous(self, instant: Instant, ms: int) -> bool:
        """Whether clocks showed ``ms`` twice on the date of ``instant`` (Rules 1.2)."""
        if self.is_regular:
            return False
        return len(local_instants(local_clock(instant, self.zone).date(), ms, self.zone)) > 1

    def _date(self, offset: int) -> date:
        return self.on + timedelta(days=offset)


def stage_day(day: date, zone: ZoneInfo) -> StageDay:
    """What a stage on ``day`` needs to date its times."""
    offsets = {
        datetime(d.year, d.month, d.day, tzinfo=zone).utcoffset()
        for d in (day + timedelta(days=n) for n in _DAYS_AROUND)
    }
    return StageDay(
        on=day,
        zone=zone,
        midnight=_unskipped(day, 0, zone),
        is_regular=len(offsets) == 1,
    )


def _unskipped(day: date, ms: int, zone: ZoneInfo) -> Instant:
    wall = datetime.combine(day, datetime.min.time(), zone) + timedelta(milliseconds=ms)
    return (wall - _EPOCH) // timedelta(milliseconds=1)
