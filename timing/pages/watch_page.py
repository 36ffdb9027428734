"""The timekeeper's watch: silent stations, devices, clocks; what is wrong first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from timing.core.book import RaceBook
from timing.core.course_clear import register
from timing.core.devices import Device
from timing.core.problems import ProblemCode
from timing.core.records import ClockOffset
from timing.core.safety import AlertKind
from timing.core.times import Instant, local_clock, zone_named
from timing.pages import figures, words
from timing.pages.desk_words import ruling_words
from timing.pages.device_lines import DeviceLine, device_line, since
from timing.pages.frame import Frame, name_and_edition
from timing.pages.problem_words import problem_remedy, problem_seen
from timing.pages.selection import Option
from timing.pages.stations_page import Station, stage_label
from timing.pages.watch_lines import (
    Elsewhere,
    ElsewhereLine,
    HomeNow,
    ReaderLine,
    ReaderNow,
    elsewhere_line,
    home_problems,
    reader_line,
)
from timing.pages.words import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockProblem:
    """A clock that can't be right, by what was recorded."""

    seen: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockDraft:
    """What stood in the form of a clock ruling, or is offered there."""

    device: str = ""
    offset: str = ""
    stage: str = ""
    since: str = ""
    until: str = ""
    reason: str = ""


NO_CLOCK_DRAFT = ClockDraft()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRuling:
    """A ruling on a clock that counts: in words, and by which id it is taken back."""

    record: str
    what: str
    detail: str
    undo_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """All that is watched over besides the book; ``home`` is None where it is unknown."""

    stations: Sequence[Station] = ()
    devices: Sequence[Device] = ()
    readers: Sequence[ReaderNow] = ()
    others: Sequence[Elsewhere] = ()
    home: HomeNow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPage:
    """The watch over a race, made ``at`` that moment; what is ``wrong`` comes before what is well.

    ``done`` is the ruling that ``message`` tells of, None where it tells of none.
    """

    template: ClassVar[str] = "desk_watch.html"

    frame: Frame
    slug: str
    race: str
    at: str
    silent: tuple[str, ...]
    clocks: tuple[ClockProblem, ...]
    home: tuple[str, ...]
    home_name: str
    wrong_devices: tuple[DeviceLine, ...]
    well_devices: tuple[DeviceLine, ...]
    wrong_readers: tuple[ReaderLine, ...]
    well_readers: tuple[ReaderLine, ...]
    wrong_others: tuple[ElsewhereLine, ...]
    well_others: tuple[ElsewhereLine, ...]
    has_stations: bool
    devices: tuple[Option, ...]
    stages: tuple[Option, ...]
    rulings: tuple[ClockRuling, ...]
    ruling_id: str
    draft: ClockDraft
    message: str
    is_error: bool
    done: ClockRuling | None
    signed_in_as: str
    form_token: str

    @property
    def needing(self) -> int:
        """How many things need somebody."""
        found = (self.silent, self.clocks, self.home, self.wrong_devices)
        return sum(map(len, (*found, self.wrong_readers, self.wrong_others)))


def watch_page(
    book: RaceBook,
    *,
    watched: Watched,
    now: Instant,
    new_id: Callable[[], str],
    form_token: str,
    signed_in_as: str,
    message: str = "",
    is_error: bool = False,
    draft: ClockDraft = NO_CLOCK_DRAFT,
    done: str = "",
) -> WatchPage:
    """The watch as it is ``now``; ``done`` is the id of the ruling just made."""
    zone = zone_named(book.race.timezone)
    labels = {station.id: station.label for station in watched.stations}
    devices = [
        device_line(d, labels.get(d.token_id, ""), now=now, zone=zone) for d in watched.devices
    ]
    readers = [reader_line(one, now=now, zone=zone) for one in watched.readers]
    others = [elsewhere_line(one, now=now, zone=zone) for one in watched.others]
    rulings = tuple(_rulings(book, new_id, now))
    stage = draft.stage or str(book.running_stage or book.last_stage or "")
    return WatchPage(
        frame=Frame(
            title=f"Watch · {book.race.name}", styles=("desk", "stations"), scripts=("watch",)
        ),
        slug=book.race.slug,
        race=name_and_edition(book.race)[0],
        at=f"{words.short_day(local_clock(now, zone).date())}, {figures.clock(now, zone)}",
        silent=tuple(_silent(book, now)),
        clocks=tuple(
            ClockProblem(seen=problem_seen(p), remedy=problem_remedy(p))
            for p in book.problems()
            if p.code is ProblemCode.CLOCK_OFF
        ),
        home=() if watched.home is None else home_problems(watched.home),
        home_name="" if watched.home is None else watched.home.name,
        wrong_devices=_worst_first(devices),
        well_devices=tuple(line for line in devices if not line.problems),
        wrong_readers=_worst_first(readers),
        well_readers=tuple(line for line in readers if not line.problems),
        wrong_others=_worst_first(others),
        well_others=tuple(line for line in others if not line.problems),
        has_stations=bool(watched.stations),
        devices=tuple(_known_devices(book, devices, readers, draft.device)),
        stages=tuple(
            Option(value=str(n), label=stage_label(book, n), is_chosen=stage == str(n))
            for n in book.stages
        ),
        rulings=rulings,
        ruling_id=new_id(),
        draft=draft,
        message=message,
        is_error=is_error,
        done=next((ruling for ruling in rulings if ruling.record == done), None),
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


class _Line(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def problems(self) -> tuple[str, ...]: ...


_AnyLine = TypeVar("_AnyLine", bound=_Line)


def _worst_first(lines: Iterable[_AnyLine]) -> tuple[_AnyLine, ...]:
    """Those with problems, the most of them first."""
    wrong = (line for line in lines if line.problems)
    return tuple(sorted(wrong, key=lambda line: (-len(line.problems), line.name)))


def _known_devices(
    book: RaceBook, devices: Iterable[DeviceLine], readers: Iterable[ReaderLine], chosen: str
) -> Iterator[Option]:
    """Every device that anything is known of, with where it is or was used."""
    places: dict[str, str] = {}
    for passing in book.document.passings:
        if passing.device:
            where = sentence("stage-place", stage=passing.stage, place=passing.control)
            places[passing.device] = where
    for reader in readers:
        places[reader.name] = reader.place
    for device in devices:
        places[device.name] = device.station
    for name in sorted(places):
        label = f"{name}, {places[name]}" if places[name] else name
        yield Option(value=name, label=label, is_chosen=name == chosen)


def _rulings(book: RaceBook, new_id: Callable[[], str], now: Instant) -> Iterator[ClockRuling]:
    """The clock rulings that count, the latest first."""
    zone = zone_named(book.race.timezone)
    for ruling in reversed(book.rulings):
        if isinstance(ruling, ClockOffset):
            ruled = sentence("ruled", by=ruling.by, time=since(ruling.at, now, zone))
            yield ClockRuling(
                record=ruling.id,
                what=ruling_words(book, ruling),
                detail=" · ".join(part for part in (ruling.reason, ruled) if part),
                undo_id=new_id(),
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
            moment = since(alert.since, now, zone)
            found.append(f"{watch.point} has recorded nobody since {moment}")
    return found
