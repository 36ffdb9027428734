"""What is to be told of a stage: the register's alerts, those of a whole field as one (Rules 11.2).

A storm stops everybody, and a hundred and eighty alerts would hide the one that matters. Runners
held at a control by a ruling, those overdue since a stage was stopped, and those of a leg on which
hardly anybody comes through any more are one alert. Whoever was overdue before keeps their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from timing.core.book import RaceBook
from timing.core.course_clear import register
from timing.core.holds import hold_periods, kept_by
from timing.core.records import StageAction, StageChange
from timing.core.safety import (
    Alert,
    AlertKind,
    Level,
    Register,
    RegisterLine,
    Whereabouts,
    level_of,
)
from timing.core.times import DAY, Duration, Instant

FIELD_LEAST = 5
"""Fewer than so many are never taken for a field."""

FIELD_SHARE = 3
"""Those overdue at a control are its field as long as they are one in so many of all due there."""

UNSEEN_FOR: Duration = DAY
"""So long after its gun a stage is watched of which nothing at all was recorded."""

_STOPS = frozenset({StageAction.STOP, StageAction.CANCEL})
_SINCE_STANDS = frozenset(
    {
        AlertKind.BEHIND_SWEEP,
        AlertKind.SEEN_AFTER_ACCOUNTED,
        AlertKind.NOT_HANDED_OVER,
        AlertKind.STATION_SILENT,
    }
)
"""Alerts since something that was recorded: since another record they are another alert."""


class Together(StrEnum):
    """Why alerts of several runners are one; empty for an alert of its own."""

    ALONE = ""
    HELD = "held"
    STOPPED = "stopped"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An alert that stands on a stage, of a runner, a station, or a field.

    ``subject`` names it for as long as it stands, whatever else comes in. ``control`` is where it
    is about, empty for a stage that was stopped. ``lines`` are whom it is about, those overdue
    longest first; none of a station.
    """

    subject: str
    kind: AlertKind
    together: Together
    stage: int
    control: str
    since: Instant
    level: Level
    by: str
    lines: tuple[RegisterLine, ...] = ()


def watched_stages(book: RaceBook, at: Instant) -> tuple[int, ...]:
    """The stages somebody may be out on: that have begun, or whose first gun was of late."""
    return tuple(n for n in book.stages if book.has_begun(n) or _is_under_gun(book, n, at))


def _is_under_gun(book: RaceBook, number: int, at: Instant) -> bool:
    guns = book.guns(number).values()
    return any(gun <= at < gun + UNSEEN_FOR for gun in guns)


def standing_alerts(book: RaceBook, at: Instant) -> tuple[Standing, ...]:
    """Every alert of the race at an instant, the most urgent first."""
    found = [
        standing
        for number in watched_stages(book, at)
        for standing in alerts_of(book, register(book, number, at))
    ]
    return tuple(sorted(found, key=_urgency))


def alerts_of(book: RaceBook, found: Register) -> tuple[Standing, ...]:
    """The alerts of a register, those of a field as one; the most urgent first."""
    return tuple(sorted(_Gatherer(book, found).standing(), key=_urgency))


def _urgency(standing: Standing) -> tuple[bool, bool, int, Instant, str]:
    """Whom nobody has seen to first; runners before stations; the longest first."""
    is_seen = standing.level is Level.ACKNOWLEDGED
    is_station = standing.kind is AlertKind.STATION_SILENT
    level = tuple(Level).index(standing.level)
    return is_seen, is_station, level, standing.since, standing.subject


class _Gatherer:
    def __init__(self, book: RaceBook, found: Register) -> None:
        stage = book.stage_book(found.stage)
        self._found = found
        self._stage = stage
        rulings = [r for r in book.rulings if r.at <= found.at]
        periods = hold_periods(found.stage, rulings, stage.day, stage.roster.wearing)
        self._holds = [p for p in periods if p.since <= found.at]
        self._stopped = min(
            (
                r.at
                for r in rulings
                if isinstance(r, StageChange) and r.stage == found.stage and r.action in _STOPS
            ),
            default=None,
        )

    def standing(self) -> Iterator[Standing]:
        held: dict[str, list[tuple[RegisterLine, Alert]]] = {}
        stopped: list[tuple[RegisterLine, Alert]] = []
        late: dict[str, list[tuple[RegisterLine, Alert]]] = {}
        for line in self._found.lines:
            for alert in line.alerts:
                if alert.kind is not AlertKind.OVERDUE:
                    yield self._alone(line, alert)
                elif control := self._held_at(line):
                    held.setdefault(control, []).append((line, alert))
                elif self._stopped is not None and alert.since >= self._stopped:
                    stopped.append((line, alert))
                else:
                    late.setdefault(alert.control, []).append((line, alert))
        for control, members in held.items():
            yield self._together(Together.HELD, control, members)
        if stopped:
            yield self._together(Together.STOPPED, "", stopped)
        for control, members in late.items():
            if self._is_field(control, members):
                yield self._together(Together.LATE, control, members)
            else:
                yield from (self._alone(line, alert) for line, alert in members)
        for watch in self._found.controls:
            if watch.alert is not None:
                yield self._one(watch.alert, key=watch.point, lines=())

    def _held_at(self, line: RegisterLine) -> str:
        """The control that a hold keeps a runner at, empty where none does."""
        course = self._stage.full_courses.of(line.entry)
        point = course.points[course.index[line.last_point]]
        came = line.last_seen or 0
        period = kept_by(line.entry.id, point, came, self._holds, self._found.at)
        return "" if period is None else period.control

    def _is_field(self, control: str, members: list[tuple[RegisterLine, Alert]]) -> bool:
        """Whether hardly anybody comes through there any more, rather than one being missing."""
        if len(members) < FIELD_LEAST:
            return False
        due = min((line.next.time for line, _ in members if line.next is not None), default=0)
        times = self._stage.times_at(control).values()
        came = sum(time >= due for time, _ in times)
        return FIELD_SHARE * len(members) >= len(members) + came

    def _alone(self, line: RegisterLine, alert: Alert) -> Standing:
        return self._one(alert, key=f"{line.entry.id}:{alert.control}", lines=(line,))

    def _one(self, alert: Alert, *, key: str, lines: tuple[RegisterLine, ...]) -> Standing:
        since = f":{alert.since}" if alert.kind in _SINCE_STANDS else ""
        return Standing(
            subject=f"{self._found.stage}:{alert.kind}:{key}{since}",
            kind=alert.kind,
            together=Together.ALONE,
            stage=self._found.stage,
            control=alert.control,
            since=alert.since,
            level=alert.level,
            by=alert.by,
            lines=lines,
        )

    def _together(
        self, why: Together, control: str, members: list[tuple[RegisterLine, Alert]]
    ) -> Standing:
        """One alert; somebody has seen to it where they have to at least half of its runners."""
        members.sort(key=lambda member: (member[1].since, member[0].entry.id))
        seen = [alert for _, alert in members if alert.level is Level.ACKNOWLEDGED]
        unseen = [alert.since for _, alert in members if alert.level is not Level.ACKNOWLEDGED]
        is_seen = 2 * len(seen) >= len(members)
        since = members[0][1].since
        return Standing(
            subject=f"{self._found.stage}:{AlertKind.OVERDUE}:{why}:{control}",
            kind=AlertKind.OVERDUE,
            together=why,
            stage=self._found.stage,
            control=control,
            since=since,
            level=level_of(min(unseen, default=since), self._found.at, is_acknowledged=is_seen),
            by=seen[-1].by if is_seen else "",
            lines=tuple(line for line, _ in members),
        )


def unaccounted(found: Register) -> tuple[RegisterLine, ...]:
    """Those of whom nobody can say where they are: overdue, or out of the race and not seen since.

    As long as one of them, or anybody on course or in a vehicle, is left a stage is not closed.
    """
    return tuple(line for line in found.lines if is_unaccounted(line))


def is_unaccounted(line: RegisterLine) -> bool:
    """Whether nobody can say where this runner is."""
    if line.whereabouts.is_home() or line.whereabouts is Whereabouts.COLLECTED:
        return False
    return line.whereabouts is Whereabouts.RETIRED or _is_missed(line.alerts)


def _is_missed(alerts: Iterable[Alert]) -> bool:
    missed = (AlertKind.OVERDUE, AlertKind.PASSED_BY_SWEEP)
    return any(alert.kind in missed for alert in alerts)
