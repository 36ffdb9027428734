"""The course-clear register as the desk shows it (Rules 11); never on a public page (12.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from timing.core.book import RaceBook
from timing.core.course_clear import register
from timing.core.safety import (
    Alert,
    AlertKind,
    ControlWatch,
    Level,
    Register,
    RegisterLine,
    Whereabouts,
)
from timing.core.times import Instant, zone_named
from timing.pages import addresses, figures
from timing.pages.marks import name_of
from timing.pages.words import sentence

SHOWN = 100
"""How many of those who are not home are listed."""

WHEREABOUTS: Mapping[Whereabouts, str] = {
    Whereabouts.OUT: "out on course",
    Whereabouts.RETIRED: "retired, not accounted for",
    Whereabouts.COLLECTED: "in a vehicle",
    Whereabouts.ACCOUNTED: "accounted for",
    Whereabouts.FINISHED: "finished",
}

ALERTS: Mapping[AlertKind, str] = {
    AlertKind.OVERDUE: "Overdue at {control} since {since}",
    AlertKind.BEHIND_SWEEP: "Seen behind the sweep at {control}, {since}",
    AlertKind.PASSED_BY_SWEEP: "The sweep came to {control} at {since} without this runner",
    AlertKind.SEEN_AFTER_ACCOUNTED: "Seen at {control}, {since}, after being accounted for",
    AlertKind.NOT_HANDED_OVER: "Collected, and not handed over by {since}",
    AlertKind.STATION_SILENT: "{control} has recorded nobody since {since}",
}

LEVELS: Mapping[Level, str] = {
    Level.ESCALATED: "nobody has acknowledged it",
    Level.ANNOUNCED: "new",
    Level.ACKNOWLEDGED: "seen by {by}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertItem:
    """An alert in words; ``ack_id`` is empty where somebody has acknowledged it."""

    kind: str
    control: str
    text: str
    level: str
    is_escalated: bool
    ack_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutItem:
    """Somebody who is not home; ``account_id`` is for the form that says where they are."""

    bib: str
    name: str
    url: str
    state: str
    seen: str
    expected: str
    alerts: tuple[AlertItem, ...]
    account_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchItem:
    """A control: who is to come, when the last is expected, when it closes."""

    point: str
    to_come: str
    last: str
    closes: str
    alert: AlertItem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseClear:
    """The register of a stage at the desk; ``more`` are not home beyond those listed."""

    stage: int
    is_clear: bool
    summary: str
    out: tuple[OutItem, ...]
    more: int
    watches: tuple[WatchItem, ...]


def course_clear(book: RaceBook, now: Instant, new_id: Callable[[], str]) -> CourseClear | None:
    """The register of the stage that runs, else of the last one with somebody still out.

    None where no stage has begun, or everyone is home from the last.
    """
    begun = [n for n in book.stages if book.has_begun(n)]
    if not begun:
        return None
    found = register(book, begun[-1], now)
    if book.running_stage is None and found.is_clear:
        return None
    return _Maker(book, found, new_id).section()


class _Maker:
    def __init__(self, book: RaceBook, found: Register, new_id: Callable[[], str]) -> None:
        stage = book.race.stage(found.stage)
        self._book = book
        self._found = found
        self._new_id = new_id
        self._zone: ZoneInfo = zone_named(book.race.timezone)
        self._day: date | None = stage.date if stage is not None else None

    def section(self) -> CourseClear:
        found = self._found
        away = [line for line in found.lines if not line.whereabouts.is_home()]
        counts = ", ".join(
            f"{figures.count(found.count(w))} {WHEREABOUTS[w]}"
            for w in Whereabouts
            if found.count(w)
        )
        return CourseClear(
            stage=found.stage,
            is_clear=found.is_clear,
            summary=counts,
            out=tuple(self._out(line) for line in away[:SHOWN]),
            more=max(0, len(away) - SHOWN),
            watches=tuple(self._watches()),
        )

    def _clock(self, at: Instant) -> str:
        return figures.clock(at, self._zone, self._day)

    def _out(self, line: RegisterLine) -> OutItem:
        seen = "" if line.last_seen is None else self._clock(line.last_seen)
        expected = ""
        if line.next is not None:
            expected = sentence(
                "expected-at",
                place=line.next.point,
                time=self._clock(line.next.time),
                latest=self._clock(line.next.latest),
            )
        state = WHEREABOUTS[line.whereabouts]
        details = (line.vehicle, line.where)
        return OutItem(
            bib=line.entry.bib,
            name=name_of(line.entry),
            url=addresses.runner(self._book.race.slug, line.entry.bib, stage=self._found.stage),
            state=", ".join(part for part in (state, *details) if part),
            seen=sentence("seen-at", place=line.last_point, time=seen) if seen else "",
            expected=expected,
            alerts=tuple(self._alert(alert) for alert in line.alerts),
            account_id=self._new_id(),
        )

    def _alert(self, alert: Alert) -> AlertItem:
        return AlertItem(
            kind=alert.kind,
            control=alert.control,
            text=ALERTS[alert.kind].format(control=alert.control, since=self._clock(alert.since)),
            level=LEVELS[alert.level].format(by=alert.by),
            is_escalated=alert.level is Level.ESCALATED,
            ack_id="" if alert.level is Level.ACKNOWLEDGED else self._new_id(),
        )

    def _watches(self) -> Iterator[WatchItem]:
        for watch in self._found.controls:
            if watch.to_come or watch.alert is not None:
                yield self._watch(watch)

    def _watch(self, watch: ControlWatch) -> WatchItem:
        last = ""
        if watch.last_expected is not None:
            last = f"{self._clock(watch.last_expected)}, {watch.last_bib}"
        return WatchItem(
            point=watch.point,
            to_come=figures.count(watch.to_come),
            last=last,
            closes="" if watch.closes is None else self._clock(watch.closes),
            alert=None if watch.alert is None else self._alert(watch.alert),
        )
