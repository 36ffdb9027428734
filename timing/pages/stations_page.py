"""The director's stations: making them, their cards to print, their devices."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.devices import Device
from timing.core.times import Instant, zone_named
from timing.pages import figures
from timing.pages.device_lines import DeviceLine, device_line, since
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import Symbol
from timing.pages.now_silences import Silence
from timing.pages.posts import stage_places
from timing.pages.selection import Option


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A station as it was made: what its key is called, not the key."""

    id: int
    public: str
    label: str
    stage: int | None
    controls: tuple[str, ...]
    role: str
    created: Instant
    revoked: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StationLine:
    """A station as listed."""

    public: str
    label: str
    place: str
    is_backup: bool
    made: str
    revoked: str
    devices: tuple[DeviceLine, ...]
    still_holds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is printed for a station: its link as a code to read, and its key to type."""

    label: str
    place: str
    key: str
    link: str
    qr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationDraft:
    """What stood in the form that could not be taken."""

    label: str = ""
    stage: str = ""
    controls: tuple[str, ...] = ()
    role: str = "main"


NO_STATION_DRAFT = StationDraft()


@dataclass(frozen=True, slots=True, kw_only=True)
class StationsPage:
    """The stations of a race."""

    template: ClassVar[str] = "desk_stations.html"

    frame: Frame
    slug: str
    race: str
    stations: tuple[StationLine, ...]
    gone: tuple[StationLine, ...]
    silent: tuple[Silence, ...]
    stages: tuple[Option, ...]
    controls: tuple[Option, ...]
    has_finishes: bool
    draft: StationDraft
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationCardsPage:
    """The cards of stations just made: the only time that their keys are shown."""

    template: ClassVar[str] = "desk_station_cards.html"

    frame: Frame
    slug: str
    race: str
    cards: tuple[Card, ...]
    signed_in_as: str
    form_token: str


def stations_page(
    book: RaceBook,
    *,
    stations: Sequence[Station],
    devices: Sequence[Device],
    now: Instant,
    form_token: str,
    signed_in_as: str,
    message: str = "",
    is_error: bool = False,
    draft: StationDraft = NO_STATION_DRAFT,
    silent: tuple[Silence, ...] = (),
) -> StationsPage:
    """The page of a race's stations; those revoked stand apart, and those silent above all."""
    lines = [(s, _line(book, s, devices, now)) for s in stations]
    return StationsPage(
        frame=Frame(title=f"Stations · {book.race.name}", styles=("desk", "stations", "now")),
        slug=book.race.slug,
        race=name_and_edition(book.race)[0],
        stations=tuple(line for s, line in lines if s.revoked is None),
        silent=silent,
        gone=tuple(line for s, line in lines if s.revoked is not None),
        stages=tuple(
            Option(value=str(n), label=stage_label(book, n), is_chosen=draft.stage == str(n))
            for n in book.stages
        ),
        controls=tuple(
            Option(value=code, label=label, is_chosen=code in draft.controls)
            for code, label in control_choices(book).items()
        ),
        has_finishes=len(finish_codes(book)) > 1,
        draft=draft,
        message=message,
        is_error=is_error,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def station_cards_page(
    book: RaceBook, *, cards: Sequence[Card], form_token: str, signed_in_as: str
) -> StationCardsPage:
    """The page to print."""
    return StationCardsPage(
        frame=Frame(title=f"Station cards · {book.race.name}", styles=("desk", "stations")),
        slug=book.race.slug,
        race=name_and_edition(book.race)[0],
        cards=tuple(cards),
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def control_choices(book: RaceBook) -> dict[str, str]:
    """The controls a station may be bound to, by code, with what they are called and where.

    Starts come first and finishes last.
    """
    names: dict[str, set[str]] = {}
    stages: dict[str, list[int]] = {}
    ends: dict[str, int] = {}
    for number in book.stages:
        stage = book.race.stage(number)
        for code, place in stage_places(book, stage, ()).items() if stage is not None else ():
            base = code.removesuffix(".in").removesuffix(".out")
            names.setdefault(base, set()).add(place.name.removesuffix(" in").removesuffix(" out"))
            ends[base] = {Symbol.START: 0, Symbol.FINISH: 2}.get(place.symbol, 1)
            if number not in stages.setdefault(base, []):
                stages[base].append(number)
    return {
        code: f"{_called(code, names[code])} ({_stages(stages[code], len(book.stages))})"
        for code in sorted(names, key=lambda code: ends[code])
    }


def _called(code: str, names: Collection[str]) -> str:
    """A control with its name, where it has one, and the same on all stages."""
    others = [name for name in names if name.casefold() != code.casefold()]
    return f"{code} {others[0]}" if len(names) == 1 and others else code


def _stages(numbers: Sequence[int], of: int) -> str:
    if len(numbers) == of:
        return "every stage"
    return f"stage{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers))}"


def finish_codes(book: RaceBook) -> tuple[str, ...]:
    """The codes of the finish lines of all stages."""
    found: dict[str, None] = {}
    for number in book.stages:
        stage = book.race.stage(number)
        for code, place in stage_places(book, stage, ()).items() if stage is not None else ():
            if place.symbol is Symbol.FINISH:
                found[code] = None
    return tuple(found)


def place_words(book: RaceBook, stage: int | None, controls: Sequence[str]) -> str:
    """Where a station may record: ``Stage 3, PASS, HUT``."""
    where = "every stage" if stage is None else stage_label(book, stage)
    return f"{where}, {', '.join(controls) if controls else 'every control'}"


def stage_label(book: RaceBook, number: int) -> str:
    """``stage 3, Fenêtre to Arpette``."""
    stage = book.race.stage(number)
    name = stage.name if stage is not None else ""
    return f"stage {number}, {name}" if name else f"stage {number}"


def _line(book: RaceBook, station: Station, devices: Sequence[Device], now: Instant) -> StationLine:
    zone = zone_named(book.race.timezone)
    own = [device for device in devices if device.token_id == station.id]
    held = sum(device.still_holds for device in own)
    return StationLine(
        public=station.public,
        label=station.label,
        place=place_words(book, station.stage, station.controls),
        is_backup=station.role == "backup",
        made=since(station.created, now, zone),
        revoked="" if station.revoked is None else since(station.revoked, now, zone),
        devices=tuple(device_line(d, station.label, now=now, zone=zone) for d in own),
        still_holds=figures.count(held) if held else "",
    )
