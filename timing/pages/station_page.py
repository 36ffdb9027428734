"""A station's page: what a volunteer at a control sees and presses.

The plain one: forms that work in any browser as long as there is a network. The station app
(docs/station-protocol.md) keeps what it records without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeAlias

from timing.core.book import RaceBook
from timing.core.definition import Stage, StartMode
from timing.core.entries import Entry
from timing.core.records import Observation, Passing, StartCorrection, Status
from timing.core.times import TimeOfDay, zone_named
from timing.pages import addresses, figures
from timing.pages.arrivals import runner_detail
from timing.pages.frame import Frame
from timing.pages.marks import Place, Symbol, name_of
from timing.pages.posts import current_stage, stage_places
from timing.pages.stages import stage_title
from timing.pages.words import sentence

Noted: TypeAlias = Passing | Status | Observation
"""What a station can have written, and can undo."""

LISTED = 40
"""How many of the station's last entries are on its page."""


class Theme(StrEnum):
    """The station's colours: as the device has it, or chosen by hand."""

    AUTO = ""
    LIGHT = "light"
    DARK = "dark"
    SUN = "sun"
    NIGHT = "night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What a station may do: its name, and the stage and controls it is bound to, if any."""

    label: str
    stage: int | None = None
    controls: tuple[str, ...] = ()
    is_backup: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stood in the form when it was sent and could not be taken."""

    bib: str = ""
    time: str = ""
    note: str = ""


NO_DRAFT = Draft()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A control to record at: in or out of this place, or another one of the station."""

    code: str
    label: str
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One of the station's last entries; ``undo_id`` is the id that its void would have."""

    record: str
    bib: str
    name: str
    detail: str
    time: str
    is_flagged: bool
    is_undone: bool
    undo_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gun:
    """A start the station may give: of the stage, or of a wave of it."""

    wave: str
    label: str
    planned: str
    started: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPage:
    """A station's page."""

    template: ClassVar[str] = "station.html"

    frame: Frame
    theme: Theme
    label: str
    stage: int
    stage_title: str
    place: Place
    place_facts: str
    ways: tuple[Way, ...]
    others: tuple[Way, ...]
    stages: tuple[Way, ...]
    entered: tuple[Entered, ...]
    recorded: int
    guns: tuple[Gun, ...]
    draft: Draft
    message: str
    is_error: bool
    form_token: str
    record_id: str
    withdrawal_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSignInPage:
    """Where a station shows its key."""

    template: ClassVar[str] = "station_sign_in.html"

    frame: Frame
    theme: Theme
    message: str
    form_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationIdlePage:
    """A station whose race has no stage to record on."""

    template: ClassVar[str] = "station_idle.html"

    frame: Frame
    theme: Theme
    label: str
    form_token: str


def station_sign_in(
    *, form_token: str, message: str = "", theme: Theme = Theme.AUTO
) -> StationSignInPage:
    """The page that asks for a station's key; ``message`` says why it was not taken."""
    frame = Frame(title="Sign in · Station", styles=("station",))
    return StationSignInPage(frame=frame, theme=theme, message=message, form_token=form_token)


def station_page(
    book: RaceBook,
    *,
    post: Post,
    records: tuple[Noted, ...],
    new_id: Callable[[], str],
    form_token: str,
    args: Mapping[str, str] | None = None,
    theme: Theme = Theme.AUTO,
    message: str = "",
    is_error: bool = False,
    draft: Draft = NO_DRAFT,
) -> StationPage | StationIdlePage:
    """The page of a signed-in station.

    ``records`` are what this station wrote, the newest last, undone ones too; ``args`` may name
    the ``stage`` and ``control`` to record at, where the post allows it; ``new_id`` makes the
    ids that the forms will send, so that a form sent twice is one record.
    """
    maker = _StationMaker(book, post, args or {})
    if maker.stage is None or not maker.points:
        frame = Frame(title=f"{post.label} · {book.race.name}", styles=("station",))
        return StationIdlePage(frame=frame, theme=theme, label=post.label, form_token=form_token)
    stage, place = maker.stage, maker.place
    return StationPage(
        frame=Frame(
            title=f"{place.name}, {stage_title(stage)} · {book.race.name}",
            race=book.race.name,
            race_url=addresses.race(book.race.slug),
            styles=("station",),
        ),
        theme=theme,
        label=post.label,
        stage=stage.number,
        stage_title=stage_title(stage),
        place=place,
        place_facts=maker.facts(),
        ways=maker.ways(),
        others=maker.others(),
        stages=maker.stages(),
        entered=tuple(maker.entered(record, new_id()) for record in records[-LISTED:]),
        recorded=sum(
            isinstance(record, Passing) and not book.is_voided(record.id) for record in records
        ),
        guns=maker.guns(new_id) if place.symbol is Symbol.START else (),
        draft=draft,
        message=message,
        is_error=is_error,
        form_token=form_token,
        record_id=new_id(),
        withdrawal_id=new_id(),
    )


class _StationMaker:
    """Which stage and control, and what is said of them."""

    def __init__(self, book: RaceBook, post: Post, args: Mapping[str, str]) -> None:
        self.book = book
        self.post = post
        self.zone = zone_named(book.race.timezone)
        self.stage: Stage | None = self._stage(args.get("stage", ""))
        self.points: tuple[str, ...] = ()
        if self.stage is None:
            return
        self.places = stage_places(book, self.stage, post.controls)
        self.points = tuple(self.places)
        if self.points:
            asked = args.get("control", "")
            self.place = self.places[asked if asked in self.points else self._usual()]

    def _stage(self, asked: str) -> Stage | None:
        numbers = self.book.stages
        if self.post.stage is not None:
            chosen: int | None = self.post.stage
        elif asked.isdecimal() and int(asked) in numbers:
            chosen = int(asked)
        else:
            chosen = current_stage(self.book)
        return self.book.race.stage(chosen) if chosen in numbers else None

    def _usual(self) -> str:
        """The first control that is not the start, unless the start is all there is."""
        after = [c for c in self.points if self.places[c].symbol is not Symbol.START]
        return after[0] if after else self.points[0]

    def _way(self, code: str, label: str) -> Way:
        number = self.stage.number if self.stage is not None else 0
        return Way(
            code=code,
            label=label,
            url=addresses.station(stage=number, control=code),
            is_chosen=code == self.place.code,
        )

    def ways(self) -> tuple[Way, ...]:
        """In and out, where the place has both."""
        control = self.place.code.split(".")[0]
        codes = [c for c in self.points if c.split(".")[0] == control]
        if len(codes) == 1:
            return ()
        return tuple(self._way(c, sentence(f"way-{c.rpartition('.')[2]}")) for c in codes)

    def others(self) -> tuple[Way, ...]:
        """The other places the station may record at."""
        seen: dict[str, str] = {}
        for code in self.points:
            seen.setdefault(code.split(".")[0], code)
        codes = [c for c in seen.values() if c.split(".")[0] != self.place.code.split(".")[0]]
        return tuple(self._way(c, self.places[c].name) for c in codes)

    def stages(self) -> tuple[Way, ...]:
        """The other stages the station may record on."""
        if self.post.stage is not None:
            return ()
        return tuple(
            Way(
                code=str(n),
                label=sentence("stage-column", stage=n),
                url=addresses.station(stage=n),
                is_chosen=self.stage is not None and n == self.stage.number,
            )
            for n in self.book.stages
        )

    def facts(self) -> str:
        """``Stage 5, km 43.1 · closes 18:30``."""
        stage = self.stage
        if stage is None:
            return ""
        km = figures.kilometres(self.place.distance_m)
        parts = [sentence("stage-km", stage=stage.number, km=km)]
        control = next((c for c in stage.controls if self.place.code.split(".")[0] == c.code), None)
        limits = control.cutoffs if control is not None else ()
        closing = [c.at for c in limits if c.at is not None and c.hard]
        if closing:
            parts.append(sentence("closes", time=_minutes(closing[0])))
        return " · ".join(parts)

    def entered(self, record: Noted, undo_id: str) -> Entered:
        """A line of the list of last entries."""
        if isinstance(record, Passing):
            bib = self.book.bib_of(record)
            entry = self.book.entry_wearing(bib, self.stage.number if self.stage else None)
            name, flagged = self._who(bib, entry)
            place = self.places.get(record.control)
            way = sentence("way-in") if record.control.endswith(".in") else ""
            way = sentence("way-out") if record.control.endswith(".out") else way
            parts = [runner_detail(entry, ()) if entry else "", way.lower(), record.note]
            if place is None or place.code.split(".")[0] != self.place.code.split(".")[0]:
                parts.append(place.name if place is not None else record.control)
            return Entered(
                record=record.id,
                bib=bib or "–",
                name=name,
                detail=" · ".join(part for part in parts if part),
                time=self._time(record),
                is_flagged=flagged,
                is_undone=self.book.is_voided(record.id),
                undo_id=undo_id,
            )
        bib = record.bibs[0] if record.bibs else "–"
        entry = self.book.entry_wearing(bib, self.stage.number if self.stage else None)
        name, flagged = self._who(bib, entry)
        parts = [sentence("withdrawn-here"), record.reason]
        return Entered(
            record=record.id,
            bib=bib,
            name=name,
            detail=" · ".join(part for part in parts if part),
            time=figures.clock(record.at, self.zone),
            is_flagged=flagged,
            is_undone=self.book.is_voided(record.id),
            undo_id=undo_id,
        )

    def _who(self, bib: str, entry: Entry | None) -> tuple[str, bool]:
        if entry is not None:
            return name_of(entry), False
        if not bib:
            return sentence("time-only"), True
        return sentence("not-read" if "*" in bib else "not-in-list"), True

    def _time(self, record: Passing) -> str:
        if isinstance(record.time, TimeOfDay):
            seconds = record.time.ms // 1000
            return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        return figures.clock(record.time, self.zone)

    def guns(self, new_id: Callable[[], str]) -> tuple[Gun, ...]:
        """The starts that are given by a gun: of the stage or of each wave (Rules 3.1, 3.4)."""
        stage = self.stage
        if stage is None or stage.start is None:
            return ()
        start = stage.start
        if start.mode is StartMode.MASS:
            return (self._gun("", sentence("stage-only", stage=stage.number), start.at, new_id()),)
        if start.mode is StartMode.WAVES:
            return tuple(
                self._gun(wave.code, sentence("wave", wave=wave.code), wave.at, new_id())
                for wave in start.waves
            )
        return ()

    def _gun(self, wave: str, label: str, at: TimeOfDay | None, gun_id: str) -> Gun:
        number = self.stage.number if self.stage is not None else 0
        given = any(
            isinstance(r, StartCorrection) and r.stage == number and r.wave == wave and not r.bibs
            for r in self.book.rulings
        )
        gun = self.book.gun(number, wave) if given else None
        return Gun(
            wave=wave,
            label=label,
            planned=_minutes(at) if at is not None else "",
            started=figures.clock(gun, self.zone) if gun is not None else "",
            id=gun_id,
        )


def _minutes(at: TimeOfDay) -> str:
    minutes = at.ms // 60_000
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
