"""The timekeeper's watch: silent stations, devices, clocks; what is wrong first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.course_clear import register
from timing.core.devices import Device
from timing.core.problems import ProblemCode
from timing.core.safety import AlertKind
from timing.core.times import Instant, zone_named
from timing.pages import figures
from timing.pages.device_lines import DeviceLine, device_line
from timing.pages.frame import Frame, name_and_edition
from timing.pages.problem_words import problem_remedy, problem_seen
from timing.pages.stations_page import Station


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockProblem:
    """A clock that can't be right, by what was recorded."""

    seen: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPage:
    """The watch over a race's stations. ``at`` is when it was made."""

    template: ClassVar[str] = "desk_watch.html"

    frame: Frame
    slug: str
    race: str
    at: str
    silent: tuple[str, ...]
    clocks: tuple[ClockProblem, ...]
    wrong: tuple[DeviceLine, ...]
    well: tuple[DeviceLine, ...]
    devices: tuple[str, ...]
    ruling_id: str
    signed_in_as: str
    form_token: str

    @property
    def is_calm(self) -> bool:
        """Whether nothing needs anybody."""
        return not (self.silent or self.clocks or self.wrong)


def watch_page(
    book: RaceBook,
    *,
    stations: Sequence[Station],
    devices: Sequence[Device],
    now: Instant,
    new_id: Callable[[], str],
    form_token: str,
    signed_in_as: str,
) -> WatchPage:
    """The watch as it is ``now``."""
    zone = zone_named(book.race.timezone)
    labels = {station.id: station.label for station in stations}
    lines = [device_line(d, labels.get(d.token_id, ""), now=now, zone=zone) for d in devices]
    named = {p.device for p in book.document.passings if p.device}
    return WatchPage(
        frame=Frame(
            title=f"Watch · {book.race.name}", styles=("desk", "stations"), scripts=("watch",)
        ),
        slug=book.race.slug,
        race=name_and_edition(book.race)[0],
        at=figures.clock(now, zone),
        silent=tuple(_silent(book, now)),
        clocks=tuple(
            ClockProblem(seen=problem_seen(p), remedy=problem_remedy(p))
            for p in book.problems()
            if p.code is ProblemCode.CLOCK_OFF
        ),
        wrong=tuple(
            sorted((x for x in lines if x.problems), key=lambda x: (-len(x.problems), x.name))
        ),
        well=tuple(line for line in lines if not line.problems),
        devices=tuple(sorted(named | {line.name for line in lines})),
        ruling_id=new_id(),
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def _silent(book: RaceBook, now: Instant) -> list[str]:
    """Stations silent longer than expected on the stage under way (Rules 11.2)."""
    running = book.running_stage
    if running is None:
        return []
    zone = zone_named(book.race.timezone)
    found = []
    for watch in register(book, running, now).controls:
        alert = watch.alert
        if alert is not None and alert.kind is AlertKind.STATION_SILENT:
            since = figures.clock_minutes(alert.since, zone)
            found.append(f"{watch.point} has recorded nobody since {since}")
    return found
