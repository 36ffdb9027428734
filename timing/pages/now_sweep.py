"""The end of the field: where the sweep is, who is behind it, and who is in a vehicle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from timing.core.course_clear import HANDED_OVER_WITHIN, SWEEP
from timing.core.safety import AlertKind, RegisterLine, Whereabouts
from timing.core.times import Instant
from timing.pages import figures
from timing.pages.alert_words import lasting
from timing.pages.marks import name_of
from timing.pages.now_moment import Moment, Phase
from timing.pages.now_points import point_names

_BEHIND = (AlertKind.BEHIND_SWEEP, AlertKind.PASSED_BY_SWEEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepItem:
    """A sweeper: where they were last, and about when they are at the next control."""

    bib: str
    name: str
    seen: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastOne:
    """Somebody behind the sweep, or the last who is still ahead of it."""

    bib: str
    name: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passenger:
    """Somebody in a vehicle: since when nobody has said where they were put."""

    bib: str
    name: str
    since: str
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A vehicle with those in it; ``bibs`` as the form that hands them over sends them."""

    name: str
    where: str
    passengers: tuple[Passenger, ...]
    bibs: str
    form_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepView:
    """Who closes the course, who is behind them, and the last who is not."""

    sweeps: tuple[SweepItem, ...]
    behind: tuple[LastOne, ...]
    last: LastOne | None


def sweep_view(moment: Moment) -> SweepView | None:
    """The end of the field while a stage runs; None where there is none."""
    if moment.phase is not Phase.RUNNING or moment.found is None:
        return None
    lines = moment.found.lines
    out = [x for x in lines if x.whereabouts is Whereabouts.OUT and SWEEP not in x.entry.tags]
    behind = [x for x in out if any(alert.kind in _BEHIND for alert in x.alerts)]
    ahead = [x for x in out if x not in behind]
    last = min(ahead, key=lambda x: _way(moment, x), default=None)
    names = point_names(moment)
    return SweepView(
        sweeps=tuple(
            SweepItem(
                bib=x.entry.bib,
                name=name_of(x.entry),
                seen=_seen(moment, x, names),
                then="" if x.next is None else _then(moment, x.next.point, x.next.time, names),
            )
            for x in lines
            if SWEEP in x.entry.tags
        ),
        behind=tuple(_last_one(moment, x, names) for x in behind),
        last=None if last is None else _last_one(moment, last, names),
    )


def vehicles(moment: Moment, new_id: Callable[[], str]) -> Iterator[Vehicle]:
    """The vehicles that somebody was put into and not yet handed over, of the stage shown."""
    inside: dict[str, list[RegisterLine]] = {}
    for line in moment.found.lines if moment.found is not None else ():
        if line.whereabouts is Whereabouts.COLLECTED:
            inside.setdefault(line.vehicle, []).append(line)
    for name, those in inside.items():
        those.sort(key=lambda x: x.said or 0)
        yield Vehicle(
            name=name,
            where=those[-1].where,
            passengers=tuple(
                Passenger(
                    bib=x.entry.bib,
                    name=name_of(x.entry),
                    since=_aboard(moment, x.said or 0),
                    is_late=moment.at - (x.said or 0) >= HANDED_OVER_WITHIN,
                )
                for x in those
            ),
            bibs=", ".join(x.entry.bib for x in those),
            form_id=new_id(),
        )


def _way(moment: Moment, line: RegisterLine) -> tuple[int, Instant, str]:
    """How far somebody has come, and since when: the least and the latest is the last."""
    course = moment.book.stage_book(moment.number).full_courses.of(line.entry)
    return course.index[line.last_point], -(line.last_seen or 0), line.entry.bib


def _last_one(moment: Moment, line: RegisterLine, names: dict[str, str]) -> LastOne:
    then = "" if line.next is None else _then(moment, line.next.point, line.next.time, names)
    seen = ", ".join(part for part in (_seen(moment, line, names), then) if part)
    return LastOne(bib=line.entry.bib, name=name_of(line.entry), seen=seen)


def _seen(moment: Moment, line: RegisterLine, names: dict[str, str]) -> str:
    if line.last_seen is None:
        return "not seen yet"
    clock = figures.clock_minutes(line.last_seen, moment.zone, moment.day)
    return f"{names.get(line.last_point, line.last_point)} {clock}"


def _then(moment: Moment, point: str, time: Instant, names: dict[str, str]) -> str:
    clock = figures.clock_minutes(time, moment.zone, moment.day)
    return f"then {names.get(point, point)} about {clock}"


def _aboard(moment: Moment, said: Instant) -> str:
    clock = figures.clock_minutes(said, moment.zone, moment.day)
    return f"since {clock}, {lasting(moment.at - said)}"
