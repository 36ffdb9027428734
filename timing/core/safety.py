"""The course-clear register: where everyone is who started a stage (Rules 11).

It has nothing to do with ranks: the unranked, the disqualified and those out of the race are as
much out there as anybody. A person is home at the finish line, or where somebody accounted for
them; a status alone brings nobody home. Never public (Rules 12.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from timing.core.entries import Entry
from timing.core.forecasts import Expected
from timing.core.times import MINUTE, Duration, Instant

ESCALATED_AFTER: Duration = 15 * MINUTE
"""An alert that nobody acknowledged for so long is escalated (Rules 11.2)."""


class Whereabouts(StrEnum):
    """Where somebody is who started a stage."""

    OUT = "out"
    RETIRED = "retired"
    COLLECTED = "collected"
    ACCOUNTED = "accounted"
    FINISHED = "finished"

    def is_home(self) -> bool:
        """Whether the course is clear of them: at the finish, or at a final place (11.1)."""
        return self in (Whereabouts.ACCOUNTED, Whereabouts.FINISHED)


class AlertKind(StrEnum):
    """What asks for somebody's eyes at once; also what an ``ack`` ruling names."""

    OVERDUE = "overdue"
    BEHIND_SWEEP = "behind-sweep"
    PASSED_BY_SWEEP = "passed-by-sweep"
    SEEN_AFTER_ACCOUNTED = "seen-after-accounted"
    NOT_HANDED_OVER = "not-handed-over"
    STATION_SILENT = "station-silent"


class Level(StrEnum):
    """How urgent an alert is: a function of time and of who has seen it."""

    ESCALATED = "escalated"
    ANNOUNCED = "announced"
    ACKNOWLEDGED = "acknowledged"


def level_of(since: Instant, at: Instant, *, is_acknowledged: bool) -> Level:
    """Announced at first; escalated from `ESCALATED_AFTER` on, inclusive, until acknowledged."""
    if is_acknowledged:
        return Level.ACKNOWLEDGED
    return Level.ESCALATED if at - since >= ESCALATED_AFTER else Level.ANNOUNCED


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that stands since an instant; ``by`` has acknowledged it, empty if nobody."""

    kind: AlertKind
    control: str
    since: Instant
    level: Level
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """One who started.

    ``last_point`` and ``last_seen`` are where and when they were seen last, the start by the
    gun; with ``is_at_latest`` they had passed there by then (Rules 4.10). ``next`` is where they
    are expected now, None where nothing can be expected. ``where``, ``vehicle``, ``handed_to``
    and ``by`` are those of the last account that was given of them, at ``said``; ``by`` also of a
    status.
    """

    entry: Entry
    whereabouts: Whereabouts
    last_point: str
    last_seen: Instant | None
    is_at_latest: bool = False
    next: Expected | None = None
    alerts: tuple[Alert, ...] = ()
    where: str = ""
    vehicle: str = ""
    handed_to: str = ""
    by: str = ""
    said: Instant | None = None

    def sort_key(self) -> tuple[int, int, Instant]:
        """By the most urgent alert, then who is still out, then since when they were not seen."""
        urgency = min((_LEVELS.index(a.level) for a in self.alerts), default=len(_LEVELS))
        return urgency, _WHEREABOUTS.index(self.whereabouts), self.last_seen or 0


_LEVELS = tuple(Level)
_WHEREABOUTS = tuple(Whereabouts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlWatch:
    """A point of the stage, for who follows the last of the field (Rules 11.3).

    ``through`` were seen there, ``to_come`` are out and were not seen there or beyond;
    ``last_expected`` is when the last of those is expected, ``last_bib`` who that is. ``closes``
    is its closing time, ``swept`` when the sweep came through, None where there is none.
    """

    point: str
    through: int
    to_come: int
    closes: Instant | None = None
    swept: Instant | None = None
    last_expected: Instant | None = None
    last_bib: str = ""
    alert: Alert | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A stage's register as of ``at``: the most urgent first, then by whereabouts."""

    stage: int
    at: Instant
    lines: tuple[RegisterLine, ...]
    controls: tuple[ControlWatch, ...]

    @property
    def is_clear(self) -> bool:
        """Whether everyone who started is home (Rules 11.1)."""
        return all(line.whereabouts.is_home() for line in self.lines)

    def count(self, whereabouts: Whereabouts) -> int:
        """How many are there."""
        return sum(line.whereabouts is whereabouts for line in self.lines)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Every alert, those of runners in the order of the lines, then those of stations."""
        return (
            *(alert for line in self.lines for alert in line.alerts),
            *(watch.alert for watch in self.controls if watch.alert is not None),
        )
