"""The course of a stage, one by one: who is where, saying so, the sweep, and closing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from timing.core.alerts import is_unaccounted
from timing.core.book import RaceBook
from timing.core.course_clear import SWEEP
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
from timing.pages.alert_words import lasting
from timing.pages.course_clear import ALERTS, WHEREABOUTS
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import name_of
from timing.pages.now_counts import Counts, counts_of
from timing.pages.now_moment import closing_of, moment_of, register_at
from timing.pages.selection import Option
from timing.pages.stages import stage_title

OPEN_AT_MOST = 25
"""Longer lists are folded, so that the rest of the page stays within reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """Somebody who started; ``ack`` as of an alert that nobody has, else empty."""

    bib: str
    name: str
    url: str
    state: str
    seen: str
    alert: str
    had_by: str
    ack_id: str
    ack: Mapping[str, str]
    account_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleList:
    """Those who are alike; ``is_open`` where the list is not folded."""

    key: str
    title: str
    lines: tuple[PersonLine, ...]
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLine:
    """A point of the course for who follows the last of the field."""

    point: str
    through: str
    to_come: str
    last: str
    closes: str
    swept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDraft:
    """What stood in the form that says where somebody is."""

    bibs: str = ""
    where: str = ""
    vehicle: str = ""
    handed_to: str = ""
    reason: str = ""


NO_ACCOUNT_DRAFT = AccountDraft()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearPage:
    """The course of a stage; ``closed`` says by whom and when, empty while it is open."""

    template: ClassVar[str] = "desk_clear.html"

    frame: Frame
    slug: str
    race: str
    stage: int
    title: str
    at: str
    stages: tuple[Option, ...]
    counts: Counts
    people: tuple[PeopleList, ...]
    points: tuple[PointLine, ...]
    has_sweep: bool
    sweep: tuple[str, ...]
    places: tuple[str, ...]
    vehicles: tuple[str, ...]
    draft: AccountDraft
    account_id: str
    close_id: str
    closed: str
    statement: str
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str


def clear_page(
    book: RaceBook,
    stage: int,
    *,
    now: Instant,
    new_id: Callable[[], str],
    form_token: str,
    signed_in_as: str,
    message: str = "",
    is_error: bool = False,
    draft: AccountDraft = NO_ACCOUNT_DRAFT,
) -> ClearPage:
    """The page of a stage; UnknownStage."""
    found = register_at(book, stage, moment_of(book, now))
    return _ClearMaker(book, found, now, new_id).page(
        form_token=form_token,
        signed_in_as=signed_in_as,
        message=message,
        is_error=is_error,
        draft=draft,
    )


def clear_statement(found: Register) -> str:
    """What whoever closes a stage says: the figures that the register has then."""
    counts = counts_of(found)
    parts = [
        f"{figures.count(counts.started)} started",
        f"{figures.count(counts.finished)} finished",
    ]
    if counts.out:
        parts.append(f"{figures.count(counts.out)} accounted for elsewhere")
    return f"Course clear: {', '.join(parts)}"


class _ClearMaker:
    def __init__(
        self, book: RaceBook, found: Register, now: Instant, new_id: Callable[[], str]
    ) -> None:
        self.book = book
        self.found = found
        self.now = now
        self.new_id = new_id
        self.zone = zone_named(book.race.timezone)
        self.stage = book.race.stage(found.stage)
        self.day = None if self.stage is None else self.stage.date

    def page(
        self,
        *,
        form_token: str,
        signed_in_as: str,
        message: str,
        is_error: bool,
        draft: AccountDraft,
    ) -> ClearPage:
        book, found = self.book, self.found
        closed = closing_of(book, found.stage)
        lines = found.lines
        return ClearPage(
            frame=Frame(
                title=f"Course clear, stage {found.stage} · {book.race.name}",
                styles=("desk", "now"),
            ),
            slug=book.race.slug,
            race=name_and_edition(book.race)[0],
            stage=found.stage,
            title=stage_title(self.stage) if self.stage is not None else "",
            at=self._clock(self.now),
            stages=tuple(
                Option(value=str(n), label=f"Stage {n}", is_chosen=n == found.stage)
                for n in book.stages
            ),
            counts=counts_of(found),
            people=tuple(self._people(lines)),
            points=tuple(self._point(watch) for watch in found.controls),
            has_sweep=any(SWEEP in line.entry.tags for line in lines),
            sweep=tuple(self._sweep(lines)),
            places=tuple(dict.fromkeys(w.point.partition(".")[0] for w in found.controls)),
            vehicles=tuple(dict.fromkeys(line.vehicle for line in lines if line.vehicle)),
            draft=draft,
            account_id=self.new_id(),
            close_id=self.new_id(),
            closed=""
            if closed is None
            else f"Closed by {closed.by} at {self._clock(closed.at)}. {closed.reason}.",
            statement=clear_statement(found),
            message=message,
            is_error=is_error,
            signed_in_as=signed_in_as,
            form_token=form_token,
        )

    def _clock(self, at: Instant) -> str:
        return figures.clock_minutes(at, self.zone, self.day)

    def _people(self, lines: tuple[RegisterLine, ...]) -> Iterator[PeopleList]:
        groups = {
            "unaccounted": ("Unaccounted for", [line for line in lines if is_unaccounted(line)]),
            "vehicle": (
                "In a vehicle",
                [line for line in lines if line.whereabouts is Whereabouts.COLLECTED],
            ),
            "course": (
                "On course, as expected",
                [
                    line
                    for line in lines
                    if line.whereabouts is Whereabouts.OUT and not is_unaccounted(line)
                ],
            ),
            "home": (
                "Accounted for elsewhere",
                [line for line in lines if line.whereabouts is Whereabouts.ACCOUNTED],
            ),
        }
        for key, (title, those) in groups.items():
            if those:
                yield PeopleList(
                    key=key,
                    title=title,
                    lines=tuple(self._person(line) for line in those),
                    is_open=len(those) <= OPEN_AT_MOST and key != "home",
                )

    def _person(self, line: RegisterLine) -> PersonLine:
        said = [WHEREABOUTS[line.whereabouts], line.vehicle, line.where]
        if line.handed_to:
            said.append(f"handed to {line.handed_to}")
        if line.by:
            said.append(f"said {line.by}")
        seen = ""
        if line.last_seen is not None:
            seen = f"{line.last_point} {self._clock(line.last_seen)}"
        if line.next is not None:
            next_clock = self._clock(line.next.time)
            seen = f"{seen}, then {line.next.point} about {next_clock}".removeprefix(", ")
        unseen = [a for a in line.alerts if a.level is not Level.ACKNOWLEDGED]
        those = unseen or list(line.alerts)
        words = ", ".join(self._alert_words(alert) for alert in those)
        bib, slug = line.entry.bib, self.book.race.slug
        return PersonLine(
            bib=bib,
            name=name_of(line.entry),
            url=addresses.runner(slug, bib, stage=self.found.stage),
            state=", ".join(part for part in said if part),
            seen=seen,
            alert=words,
            had_by=those[0].by if those and not unseen else "",
            ack_id=self.new_id() if unseen else "",
            ack={
                "alert": " ".join(dict.fromkeys(alert.kind.value for alert in those)),
                "stage": str(self.found.stage),
                # Without a control it answers all that stand.
                "control": those[0].control if len(those) == 1 else "",
                "bibs": bib,
            },
            account_url=addresses.desk_course_clear(slug, stage=self.found.stage, bib=bib)
            + "#account",
        )

    def _alert_words(self, alert: Alert) -> str:
        since = self._clock(alert.since)
        words = ALERTS[alert.kind].format(control=alert.control, since=since)
        if alert.kind is AlertKind.OVERDUE:
            return f"{words}: {lasting(self.now - alert.since)}"
        return words

    def _point(self, watch: ControlWatch) -> PointLine:
        last = ""
        if watch.last_expected is not None:
            last = f"{self._clock(watch.last_expected)}, {watch.last_bib}"
        return PointLine(
            point=watch.point,
            through=figures.count(watch.through),
            to_come=figures.count(watch.to_come),
            last=last,
            closes="" if watch.closes is None else self._clock(watch.closes),
            swept="" if watch.swept is None else self._clock(watch.swept),
        )

    def _sweep(self, lines: tuple[RegisterLine, ...]) -> Iterator[str]:
        """Where each sweep was last, and who is behind it."""
        for line in lines:
            if SWEEP in line.entry.tags and line.last_seen is not None:
                where = f"{line.last_point} {self._clock(line.last_seen)}"
                yield f"{line.entry.bib} {name_of(line.entry)} was at {where}."
        behind = [
            line.entry.bib
            for line in lines
            if any(
                a.kind in (AlertKind.BEHIND_SWEEP, AlertKind.PASSED_BY_SWEEP) for a in line.alerts
            )
        ]
        if behind:
            yield f"Behind it: {', '.join(behind)}."
