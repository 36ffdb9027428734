"""The desk's first page: how the stage stands at this moment, and what asks for somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from timing.core.alerts import Standing, alerts_of, is_unaccounted, watched_stages
from timing.core.book import RaceBook
from timing.core.cases import Case, cases
from timing.core.course_clear import register
from timing.core.definition import Stage, StageKind, StartMode
from timing.core.devices import Device
from timing.core.records import Close, Hold, StartCorrection
from timing.core.safety import AlertKind, ControlWatch, Level, Register, Whereabouts
from timing.core.times import HOUR, SECOND, Instant, local_clock, zone_named
from timing.pages import addresses, figures, foreseen, words
from timing.pages.alert_words import lasting
from timing.pages.arrivals import Arrival, arrivals
from timing.pages.desk_words import ruling_words
from timing.pages.device_lines import LATE, since
from timing.pages.field import FieldPicture, field_picture
from timing.pages.frame import Frame, name_and_edition
from timing.pages.guns import doubts_about_gun
from timing.pages.marks import worn_bibs
from timing.pages.now_alarms import Alarm, Ring, alarms, post_of
from timing.pages.outgoing_page import held_items
from timing.pages.problem_words import problem_seen
from timing.pages.remembering import remembered
from timing.pages.ruling_form import Article, articles_of
from timing.pages.running import running
from timing.pages.selection import Option
from timing.pages.stages import first_start, stage_title
from timing.pages.stations_page import Station

CASES_SHOWN = 5
ARRIVALS_SHOWN = 6
BIBS_SHOWN = 6
"""So many bibs are named at once; more are a list to open."""

LOOKED_EVERY = 5 * SECOND
"""Pages asked for within so long are of the same moment: what is worked out is worked out once."""


NEAR = 6 * HOUR
"""A gun of another day is offered from so long before."""


class Phase(StrEnum):
    """Where the race is."""

    BEFORE = "before"
    RUNNING = "running"
    BETWEEN = "between"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Where those are who started a stage; the five of the page add up to ``started``."""

    started: int
    finished: int
    on_course: int
    out: int
    collected: int
    unaccounted: int

    @property
    def away(self) -> int:
        """How many are not home."""
        return self.on_course + self.collected + self.unaccounted


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A triangle of the picture: how many are overdue on a leg, and how far along it begins."""

    percent: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingItem:
    """A control that closes; ``share`` is how many of a hundred to come are likely late."""

    point: str
    closes: str
    left: str
    to_come: str
    late: str
    share: int
    who: str
    is_long: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case of the review."""

    bib: str
    seen: str
    evidence: str
    url: str
    is_heavy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """A station: its state in words, and whether it needs somebody. ``ack`` as of an `Alarm`."""

    name: str
    state: str
    is_silent: bool
    is_cut_off: bool
    contact: str
    unsent: str
    ack_id: str = ""
    ack: Mapping[str, str] = field(default_factory=dict)
    had_by: str = ""
    ring: Ring | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GunItem:
    """A gun that is to be given; ``doubt`` is what has to be confirmed first."""

    label: str
    stage: int
    wave: str
    planned: str
    doubt: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldItem:
    """A hold in force: where, since when, how many wait."""

    ruling: str
    control: str
    since: str
    waiting: str
    reason: str
    release_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A line of a check list: done or open, and where to do it."""

    text: str
    is_done: bool
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the page shows that is not in the book; ``phones`` are name and number by control."""

    stations: tuple[Station, ...] = ()
    devices: tuple[Device, ...] = ()
    phones: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    contacts: int = 0
    notices: tuple[str, ...] = ()
    kept: str = ""


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class NowPage:
    """The desk as it stands; ``clock_from`` is the gun that the clock counts from."""

    template: ClassVar[str] = "desk_now.html"

    frame: Frame
    slug: str
    race: str
    phase: Phase
    title: str
    facts: str
    at: str
    at_ms: Instant
    offset_minutes: int
    clock_from: Instant | None
    stage: int
    alarms: tuple[Alarm, ...]
    open_alarms: int
    headline: str
    counts: Counts | None
    picture: FieldPicture | None
    missing: tuple[Missing, ...]
    closings: tuple[ClosingItem, ...]
    arrivals: tuple[Arrival, ...]
    cases: tuple[CaseLine, ...]
    cases_open: int
    clean: str
    posts: tuple[PostLine, ...]
    guns: tuple[GunItem, ...]
    holds: tuple[HoldItem, ...]
    hold_controls: tuple[Option, ...]
    hold_id: str
    clear: tuple[Step, ...]
    clear_url: str
    clear_words: str
    is_closed: bool
    unclosed: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    coming: str
    held: int
    articles: tuple[Article, ...]
    stages: tuple[Option, ...]
    ruling_id: str
    draft_id: str
    contacts: int
    notices: tuple[str, ...]
    kept: str
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str
    revision: int


def now_page(
    book: RaceBook,
    *,
    now: Instant,
    known: Known = NOTHING_KNOWN,
    new_id: Callable[[], str],
    form_token: str,
    signed_in_as: str,
    revision: int = 0,
    message: str = "",
    is_error: bool = False,
) -> NowPage:
    """The page at ``now``."""
    return _NowMaker(book, now, known, new_id).page(
        form_token=form_token,
        signed_in_as=signed_in_as,
        revision=revision,
        message=message,
        is_error=is_error,
    )


@remembered
def register_at(book: RaceBook, stage: int, at: Instant) -> Register:
    """The register of a stage, once for all who ask within the same moments."""
    return register(book, stage, at)


@remembered
def standing_at(book: RaceBook, at: Instant) -> tuple[Standing, ...]:
    """Every alert of the race, from the same registers, the most urgent first."""
    found = [
        one
        for number in watched_stages(book, at)
        for one in alerts_of(book, register_at(book, number, at))
    ]
    return tuple(sorted(found, key=lambda one: one.level is Level.ACKNOWLEDGED))


@remembered
def open_cases(book: RaceBook) -> tuple[Case, ...]:
    """The cases of the review."""
    return cases(book)


def moment_of(now: Instant) -> Instant:
    """The moment that pages asked for about ``now`` are of."""
    return now - now % LOOKED_EVERY


def counts_of(found: Register) -> Counts:
    """The register in figures."""
    unaccounted = sum(is_unaccounted(line) for line in found.lines)
    collected = found.count(Whereabouts.COLLECTED)
    home = found.count(Whereabouts.FINISHED) + found.count(Whereabouts.ACCOUNTED)
    return Counts(
        started=len(found.lines),
        finished=found.count(Whereabouts.FINISHED),
        on_course=len(found.lines) - home - collected - unaccounted,
        out=found.count(Whereabouts.ACCOUNTED),
        collected=collected,
        unaccounted=unaccounted,
    )


def headline(standing: tuple[Standing, ...]) -> str:
    """What stands over the red box: ``2 runners overdue``, ``3 alerts``, ``1 being looked for``."""
    of_runners = [one for one in standing if one.kind is not AlertKind.STATION_SILENT]
    unseen = [one for one in of_runners if one.level is not Level.ACKNOWLEDGED]
    if not unseen:
        return f"{figures.count(len(of_runners))} being looked after"
    if any(one.kind is not AlertKind.OVERDUE for one in unseen):
        return f"{len(unseen)} alerts" if len(unseen) > 1 else "A runner may be in danger"
    runners = sum(len(one.lines) for one in unseen)
    return f"{figures.count(runners)} runners overdue" if runners > 1 else "1 runner overdue"


def closing_of(book: RaceBook, stage: int) -> Close | None:
    """The ruling by which a stage was closed: that of its finish, the last one that stands."""
    points = book.points(stage)
    finish = points[-1] if points else ""
    closed = [
        r for r in book.rulings if isinstance(r, Close) and r.stage == stage and r.control == finish
    ]
    return closed[-1] if closed else None


def holds_of(book: RaceBook, stage: int) -> tuple[Hold, ...]:
    """The holds of a stage that nobody has ended."""
    return tuple(
        r for r in book.rulings if isinstance(r, Hold) and r.stage == stage and r.until is None
    )


class _NowMaker:
    """Gathers what the parts of the page share."""

    def __init__(
        self, book: RaceBook, now: Instant, known: Known, new_id: Callable[[], str]
    ) -> None:
        self.book = book
        self.now = now
        self.at = moment_of(now)
        self.known = known
        self.new_id = new_id
        self.slug = book.race.slug
        self.zone: ZoneInfo = zone_named(book.race.timezone)
        self.watched = watched_stages(book, self.at)
        # A stage of which nothing was seen is shown from its gun on; else the last there was.
        self.number = self.watched[-1] if self.watched else 0
        self.stage: Stage | None = book.race.stage(self.number) if self.number else None
        self.found = register_at(book, self.number, self.at) if self.number else None
        self.standing = standing_at(book, self.at)
        self.closed = closing_of(book, self.number) if self.number else None
        self.phase = self._phase()

    def _phase(self) -> Phase:
        if self.found is None:
            return Phase.BEFORE
        is_run = self.book.running_stage == self.number or not self.book.has_begun(self.number)
        looked_for = (Whereabouts.OUT, Whereabouts.COLLECTED)
        away = any(line.whereabouts in looked_for for line in self.found.lines)
        if self.closed is None and (is_run or away):
            return Phase.RUNNING
        return Phase.BETWEEN if self._coming() is not None else Phase.AFTER

    def page(
        self, *, form_token: str, signed_in_as: str, revision: int, message: str, is_error: bool
    ) -> NowPage:
        book, found = self.book, self.found
        silent = {
            one.control: one.since
            for one in self.standing
            if one.kind is AlertKind.STATION_SILENT and one.stage == self.number
        }
        box = alarms(
            book,
            self.standing,
            at=self.at,
            phones=self.known.phones,
            silent=silent,
            new_id=self.new_id,
        )
        counts = None if found is None else counts_of(found)
        is_live = self.phase is Phase.RUNNING
        current = running(book) if is_live and book.running_stage == self.number else None
        apart = self._overdue()
        picture = None
        if current is not None:
            picture = field_picture(book, current, worn_bibs(book), apart=frozenset(apart))
        open_ones = open_cases(book)
        return NowPage(
            frame=Frame(
                title=self._window_title(box),
                styles=("board", "field", "desk", "rulings", "now"),
                scripts=("now", "rulings"),
            ),
            slug=self.slug,
            race=name_and_edition(book.race)[0],
            phase=self.phase,
            title=self._title(),
            facts=" · ".join(self._facts()),
            at=figures.clock(self.now, self.zone),
            at_ms=self.now,
            offset_minutes=figures.utc_offset_ms(self.now, self.zone) // (60 * SECOND),
            clock_from=self._gun() if is_live else None,
            stage=self.number,
            alarms=box,
            open_alarms=sum(not alarm.had_by for alarm in box),
            headline=headline(self.standing),
            counts=counts,
            picture=picture,
            missing=tuple(self._missing(picture, apart)),
            closings=tuple(self._closings()) if is_live else (),
            arrivals=self._arrivals(),
            cases=tuple(self._case(case) for case in open_ones[:CASES_SHOWN]),
            cases_open=len(open_ones),
            clean=figures.count(max(0, book.passings_held() - len(open_ones))),
            posts=tuple(self._posts()),
            guns=tuple(self._guns()),
            holds=tuple(self._hold(hold) for hold in holds_of(book, self.number))
            if is_live
            else (),
            hold_controls=self._controls() if is_live else (),
            hold_id=self.new_id(),
            clear=() if found is None or counts is None else tuple(self._clear(found, counts)),
            clear_url=addresses.desk_course_clear(self.slug, stage=self.number or None),
            clear_words="" if counts is None else self._clear_words(counts),
            is_closed=self.closed is not None,
            unclosed=tuple(self._unclosed()),
            steps=tuple(self._steps()),
            coming=self._coming_words(),
            held=len(held_items(book)),
            articles=articles_of(book),
            stages=tuple(
                Option(value=str(n), label=str(n), is_chosen=n == self.number) for n in book.stages
            ),
            ruling_id=self.new_id(),
            draft_id=self.new_id(),
            contacts=self.known.contacts,
            notices=self.known.notices,
            kept=self.known.kept,
            message=message,
            is_error=is_error,
            signed_in_as=signed_in_as,
            form_token=form_token,
            revision=revision,
        )

    # -- the head ------------------------------------------------------------------------------

    def _window_title(self, box: tuple[Alarm, ...]) -> str:
        waiting = sum(not alarm.had_by for alarm in box)
        mark = f"({waiting}) " if waiting else ""
        return f"{mark}Now · {self.book.race.name}"

    def _title(self) -> str:
        match self.phase:
            case Phase.BEFORE:
                return "Before the race"
            case Phase.AFTER:
                return "After the race"
            case Phase.BETWEEN:
                coming = self._coming()
                today = local_clock(self.now, self.zone).date()
                rests = [
                    s for s in self.book.race.stages if s.kind is StageKind.REST and s.date == today
                ]
                if rests:
                    return "Rest day"
                after = self.number
                return f"Between stages {after} and {coming}"
            case Phase.RUNNING:
                return stage_title(self.stage) if self.stage is not None else "Now"

    def _facts(self) -> Iterator[str]:
        stage = self.stage
        if self.phase is not Phase.RUNNING or stage is None:
            if coming := self._coming_words():
                yield coming
            return
        if stage.distance_m:
            yield f"{figures.kilometres(stage.distance_m)} km"
        if (gun := self._gun()) is not None:
            yield f"started {figures.clock_minutes(gun, self.zone, stage.date)}"
        closes = (
            [w.closes for w in self.found.controls if w.closes is not None] if self.found else []
        )
        if self.closed is not None:
            yield f"closed {figures.clock_minutes(self.closed.at, self.zone, stage.date)}"
        elif closes:
            yield f"closes {figures.clock_minutes(max(closes), self.zone, stage.date)}"

    def _gun(self) -> Instant | None:
        guns = [g for g in self.book.guns(self.number).values() if g <= self.now]
        return min(guns, default=None)

    def _coming(self) -> int | None:
        return next((n for n in self.book.stages if n > self.number), None)

    def _coming_words(self) -> str:
        number = self._coming()
        stage = None if number is None else self.book.race.stage(number)
        if stage is None:
            return ""
        start = first_start(self.book, stage)
        when = f"{words.long_day(stage.date)}{f', {start}' if start else ''}"
        return f"{stage_title(stage)}: {when}"

    # -- the field -----------------------------------------------------------------------------

    def _overdue(self) -> dict[str, str]:
        """Who is overdue on the stage shown, by id, with the point they left last."""
        return {
            line.entry.id: line.last_point
            for one in self.standing
            if one.stage == self.number and one.kind is AlertKind.OVERDUE
            for line in one.lines
        }

    def _missing(self, picture: FieldPicture | None, apart: Mapping[str, str]) -> Iterator[Missing]:
        if picture is None:
            return
        left: dict[str, int] = {}
        for point in apart.values():
            left[post_of(point)] = left.get(post_of(point), 0) + 1
        for stop in picture.stops[:-1]:
            count = left.get(post_of(stop.place.code), 0)
            if count:
                yield Missing(percent=stop.percent, count=count)

    def _arrivals(self) -> tuple[Arrival, ...]:
        if self.stage is None:
            return ()
        return arrivals(self.book, self.stage, worn_bibs(self.book), most=ARRIVALS_SHOWN)

    def _closings(self) -> Iterator[ClosingItem]:
        if self.found is None:
            return
        ahead = [
            w
            for w in self.found.controls
            if w.closes is not None and w.closes > self.now and w.to_come
        ]
        if not ahead:
            return
        forecasts = foreseen.forecasts(self.book, self.number, self.at)
        late: dict[str, list[tuple[Instant, str]]] = {w.point: [] for w in ahead}
        closes = {w.point: w.closes for w in ahead}
        for line in self.found.lines:
            if line.whereabouts is not Whereabouts.OUT:
                continue
            for expected in forecasts.of(line.entry.id):
                closing = closes.get(expected.point)
                if closing is not None and expected.time > closing:
                    late[expected.point].append((expected.time, line.entry.bib))
        names = self._names()
        for watch in sorted(ahead, key=lambda w: w.closes or 0):
            bibs = [bib for _, bib in sorted(late[watch.point])]
            yield self._closing(watch, names.get(watch.point, watch.point), bibs)

    def _closing(self, watch: ControlWatch, name: str, bibs: list[str]) -> ClosingItem:
        closes = watch.closes or 0
        return ClosingItem(
            point=name,
            closes=figures.clock_minutes(
                closes, self.zone, self.stage.date if self.stage else None
            ),
            left=f"in {lasting(closes - self.now)}",
            to_come=figures.count(watch.to_come),
            late=figures.count(len(bibs)),
            share=round(100 * len(bibs) / watch.to_come),
            who=", ".join(bibs),
            is_long=len(bibs) > BIBS_SHOWN,
        )

    def _names(self) -> dict[str, str]:
        """What the points of the stage are called: ``CP2 Tizi n’Tleta``."""
        found: dict[str, str] = {}
        courses = self.book.stage_book(self.number).courses
        divisions = [d.code for d in self.book.race.divisions] or [""]
        for division in divisions:
            if division not in courses:
                continue  # whoever entered for other stages only
            points = courses.points_of(division)
            for point in points:
                is_last = point is points[-1]
                label = "Finish" if is_last else point.control
                name = point.name if point.name != point.control and not is_last else ""
                way = f" {point.way[1:]}" if point.way else ""
                found.setdefault(point.code, f"{label}{way} {name}".strip())
        return found

    # -- review and stations -------------------------------------------------------------------

    def _case(self, case: Case) -> CaseLine:
        said = [problem_seen(problem) for problem in case.problems]
        said += [ruling_words(self.book, p.observation) for p in case.proposals]
        return CaseLine(
            bib=case.bib or "–",
            seen=said[0],
            evidence=", ".join(self._evidence(case)),
            url=addresses.desk_review(self.slug, case=case.key),
            is_heavy=bool(case.is_podium),
        )

    def _evidence(self, case: Case) -> Iterator[str]:
        if case.stage is not None and case.stage != self.number:
            yield f"stage {case.stage}"
        if case.control:
            yield case.control
        for record in case.records[:2]:
            passing = self.book.passing(record)
            if passing is not None and isinstance(passing.time, int):
                yield figures.clock(passing.time, self.zone)

    def _posts(self) -> Iterator[PostLine]:
        silent = {
            post_of(one.control): one
            for one in self.standing
            if one.kind is AlertKind.STATION_SILENT and one.stage == self.number
        }
        devices: dict[int, list[Device]] = {}
        for device in self.known.devices:
            devices.setdefault(device.token_id, []).append(device)
        named: set[str] = set()
        serving = {None, self.number}
        if self.phase is not Phase.RUNNING:
            serving.add(self._coming())
        for station in self.known.stations:
            is_served = not self.number or station.stage in serving
            if station.revoked is not None or not is_served:
                continue
            mine = {post_of(control) for control in station.controls}
            named |= mine
            told = next((silent[c] for c in sorted(mine) if c in silent), None)
            yield self._post(station.label, told, devices.get(station.id, []))
        for control, told in silent.items():
            if control not in named:
                yield self._post(control, told, [])

    def _post(self, name: str, told: Standing | None, devices: list[Device]) -> PostLine:
        last = max((d.last_seen for d in devices), default=None)
        unsent = sum(d.contact.unsent for d in devices)
        is_over = bool(devices) and all(d.shift_ended is not None for d in devices)
        is_cut_off = last is not None and self.now - last >= LATE and not is_over
        contact = "" if last is None else since(last, self.now, self.zone)
        if told is not None:
            state = f"Silent {lasting(self.now - told.since)}"
        elif last is None:
            state = "Not yet in contact"
        elif is_over:
            state = "Shift over, all sent" if not unsent else "Shift over, not all sent"
        elif is_cut_off:
            state = "No network"
        else:
            state = "In contact"
        is_open = told is not None and told.level is not Level.ACKNOWLEDGED
        return PostLine(
            name=name,
            state=state,
            is_silent=told is not None,
            is_cut_off=is_cut_off or (is_over and bool(unsent)),
            contact=contact,
            unsent="?" if last is None or (told is not None and is_cut_off) else str(unsent),
            ack_id=self.new_id() if is_open else "",
            ack={}
            if told is None
            else {"alert": told.kind.value, "stage": str(told.stage), "control": told.control},
            had_by=told.by if told is not None and not is_open else "",
            ring=None if told is None else self._ring(told.control),
        )

    def _ring(self, control: str) -> Ring:
        post = post_of(control)
        name, number = self.known.phones.get(post, ("", ""))
        digits = "".join(c for c in number if c.isdigit() or c == "+")
        return Ring(
            label=f"Call {post}",
            name=f"{name} {number}".strip(),
            url=f"tel:{digits}" if digits else f"{addresses.desk_alerts(self.slug)}#phones",
        )

    # -- starts and holds ----------------------------------------------------------------------

    def _guns(self) -> Iterator[GunItem]:
        """The guns of the stage under way or to come that nobody has given."""
        book = self.book
        numbers = dict.fromkeys(n for n in (self.number, self._coming()) if n)
        for number in numbers:
            stage = book.race.stage(number)
            if stage is None or stage.start is None:
                continue
            if stage.start.mode not in (StartMode.MASS, StartMode.WAVES):
                continue
            given = {
                r.wave
                for r in book.rulings
                if isinstance(r, StartCorrection) and r.stage == number and not r.bibs
            }
            if book.has_begun(number) and not stage.start.waves:
                continue
            if not self._is_near(number, stage):
                continue
            guns = book.guns(number)
            for wave in [w.code for w in stage.start.waves] or [""]:
                if wave in given or (book.has_begun(number) and guns.get(wave, 0) <= self.now):
                    continue
                doubts = doubts_about_gun(book, number, self.now, now=self.now)
                planned = guns.get(wave)
                yield GunItem(
                    label=f"Stage {number}{f', wave {wave}' if wave else ''}",
                    stage=number,
                    wave=wave,
                    planned=figures.clock_minutes(planned, self.zone)
                    if planned is not None
                    else first_start(book, stage),
                    doubt=f"Although {' and although '.join(doubts)}" if doubts else "",
                    id=self.new_id(),
                )

    def _is_near(self, number: int, stage: Stage) -> bool:
        """Whether a start is of this day, or so near that a night start may be given before."""
        first = min(self.book.guns(number).values(), default=None)
        today = local_clock(self.now, self.zone).date()
        return stage.date == today or (first is not None and 0 <= first - self.now < NEAR)

    def _hold(self, hold: Hold) -> HoldItem:
        waiting = 0
        if self.found is not None:
            waiting = sum(
                line.whereabouts is Whereabouts.OUT
                and post_of(line.last_point) == post_of(hold.control)
                and not line.last_point.endswith(".out")
                for line in self.found.lines
            )
        since_when = hold.since
        shown = (
            figures.clock_minutes(since_when, self.zone)
            if isinstance(since_when, int)
            else figures.clock_minutes(hold.at, self.zone)
        )
        return HoldItem(
            ruling=hold.id,
            control=hold.control,
            since=shown,
            waiting=figures.count(waiting),
            reason=hold.reason,
            release_id=self.new_id(),
        )

    def _controls(self) -> tuple[Option, ...]:
        names = {post_of(code): name for code, name in self._names().items()}
        posts = dict.fromkeys(post_of(code) for code in self.book.points(self.number)[1:-1])
        return tuple(
            Option(value=post, label=names.get(post, post).replace(" out", ""), is_chosen=False)
            for post in posts
        )

    # -- closing -------------------------------------------------------------------------------

    def _clear(self, found: Register, counts: Counts) -> Iterator[Step]:
        yield Step(text=f"{figures.count(counts.started)} starters on the register", is_done=True)
        names = self._names()
        swept = [w for w in found.controls if w.swept is not None]
        if swept:
            last = swept[-1]
            at = figures.clock_minutes(last.swept or 0, self.zone)
            yield Step(text=f"Swept to {names.get(last.point, last.point)}, {at}", is_done=True)
        if counts.away:
            said = [f"{figures.count(counts.on_course)} on course"]
            if counts.collected:
                said.append(f"{figures.count(counts.collected)} in a vehicle")
            said.append(f"{figures.count(counts.unaccounted)} unaccounted for")
            yield Step(text=", ".join(said), is_done=False)
        else:
            yield Step(text="Everybody is home", is_done=True)
        if self._has_sweep():
            finish = found.controls[-1] if found.controls else None
            is_in = finish is not None and finish.swept is not None
            yield Step(text="Sweep in at the finish", is_done=is_in)

    def _has_sweep(self) -> bool:
        return any("sweep" in entry.tags for entry in self.book.entries(self.number))

    def _clear_words(self, counts: Counts) -> str:
        if self.closed is not None:
            return f"Stage {self.number} was closed by {self.closed.by}"
        if counts.away:
            runners = "runner" if counts.away == 1 else "runners"
            return f"Close stage {self.number}: {figures.count(counts.away)} {runners} still out"
        return f"Close stage {self.number}"

    def _unclosed(self) -> Iterator[tuple[str, str]]:
        """Earlier stages that somebody has not come home from."""
        for number in self.watched:
            is_shown = number == self.number and self.phase is Phase.RUNNING
            if is_shown or closing_of(self.book, number) is not None:
                continue
            away = counts_of(register_at(self.book, number, self.at)).away
            if away:
                who = "one" if away == 1 else figures.count(away)
                url = addresses.desk_course_clear(self.slug, stage=number)
                yield f"Stage {number}: {who} not accounted for", url

    # -- before the race -----------------------------------------------------------------------

    def _steps(self) -> Iterator[Step]:
        if self.phase is not Phase.BEFORE:
            return
        book, slug = self.book, self.slug
        stages = len(book.stages)
        entries = len(book.entries())
        stations = [s for s in self.known.stations if s.revoked is None]
        has_course = all(s.controls for s in book.race.stages if s.kind is not StageKind.REST)
        yield Step(
            text=f"{stages} stages defined, with their controls"
            if has_course
            else "Every stage has its controls",
            is_done=bool(stages) and has_course,
            url=addresses.desk_setup(slug),
        )
        yield Step(
            text=f"{figures.count(entries)} entered" if entries else "Enter the runners",
            is_done=bool(entries),
            url=addresses.desk_entries(slug),
        )
        yield Step(
            text="Draw up and issue the first start list",
            is_done=False,
            url=addresses.desk_start_lists(slug),
        )
        yield Step(
            text=f"{len(stations)} stations made" if stations else "Make the stations",
            is_done=bool(stations),
            url=addresses.desk_stations(slug),
        )
        told = "person is" if self.known.contacts == 1 else "people are"
        yield Step(
            text=f"{self.known.contacts} {told} told of alerts"
            if self.known.contacts
            else "Say who is told when a runner is overdue",
            is_done=bool(self.known.contacts),
            url=addresses.desk_alerts(slug),
        )
        yield Step(
            text="Rehearse it with an invented field",
            is_done=False,
            url=addresses.desk_rehearsal(slug),
        )
