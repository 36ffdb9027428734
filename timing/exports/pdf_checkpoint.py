"""Checkpoint sheets: what a station writes on when nothing else works.

A sheet is of one place, where everybody who may come is listed by bib, with room for the times;
then lines for whoever is quicker written down as they come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from timing.core.book import RaceBook, UnknownControl
from timing.core.courses import Course, Point, in_running_order
from timing.core.cutoffs import Limit, limits_of
from timing.core.entries import Entry
from timing.core.times import Instant
from timing.exports.pdf import Imprint, Sheets
from timing.exports.pdf_stage import PrintedStage
from timing.pages import figures

MOST_COLUMNS = 4
"""A place passed more often than this has no columns: its passings are written as they come."""

ARRIVALS_ON_A_PAGE = 54
_ARRIVALS_PER_RUNNER = 10  # one in ten may be written in order of arrival


def checkpoint_sheets(
    book: RaceBook, number: int, control: str | None = None, *, imprint: Imprint
) -> Sheets:
    """The sheet of a control, by default of every one with people, in running order.

    Raises UnknownStage and UnknownControl where there is no such stage or control.
    """
    stage = PrintedStage(book=book, number=number, imprint=imprint)
    stations = list(_stations(stage, control))
    if not stations:
        raise UnknownControl(control or "")
    sheets = [_Sheet(stage=stage, name=name, points=those).content() for name, those in stations]
    return stage.sheets("checkpoint.typ", {"sheets": sheets})


def station_codes(book: RaceBook, number: int) -> tuple[str, ...]:
    """What the controls of a stage are called that have a sheet, or could have one."""
    settled = book.stage_book(number)
    points = (p for course in settled.courses.every() for p in course.points if p.ordinal)
    return tuple(dict.fromkeys(point.place or point.base for point in points))


def _stations(stage: PrintedStage, control: str | None) -> Iterator[tuple[str, tuple[Point, ...]]]:
    """The places, each with its points, in running order; the start is no control."""
    settled = stage.settled
    courses = list(settled.courses.every())
    unmanned = {c.code for c in settled.stage.controls if not c.manned}
    by_code = {p.code: p for course in reversed(courses) for p in course.points if p.ordinal}
    groups: dict[str, list[Point]] = {}
    for code in in_running_order(*([p.code for p in c.points if p.ordinal] for c in courses)):
        point = by_code[code]
        groups.setdefault(point.place or point.base, []).append(point)
    for name, points in groups.items():
        is_asked = control == name or any(
            control == p.code or p.is_named(control or "") for p in points
        )
        is_manned = any(p.base not in unmanned for p in points)
        if is_asked if control is not None else is_manned:
            yield name, tuple(points)


@dataclass(slots=True, kw_only=True)
class _Sheet:
    """One place on a stage; ``points`` are all the passings there, of any course."""

    stage: PrintedStage
    name: str
    points: tuple[Point, ...]
    _known_limits: dict[tuple[object, ...], tuple[Limit, ...]] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """What the template shows."""
        stage, codes = self.stage, {p.code for p in self.points}
        runners = [
            entry
            for entry in stage.runners
            if any(p.code in codes for p in stage.settled.courses.of(entry).points)
        ]
        shown = self.points if len(self.points) <= MOST_COLUMNS else ()
        closings = [self._closings(shown or self.points[-1:], entry) for entry in runners]
        lines, is_by_runner = self._closing_lines(runners, closings)
        rows = [stage.row(entry) for entry in runners]
        if is_by_runner:
            for row, closing in zip(rows, closings, strict=True):
                row["closes"] = " / ".join(stage.clock(at) for at in closing if at is not None)
        pages = -(-len(runners) // (ARRIVALS_ON_A_PAGE * _ARRIVALS_PER_RUNNER)) or 1
        if not shown:
            pages = -(-len(runners) * len(self.points) // ARRIVALS_ON_A_PAGE) or 1
        return {
            "title": stage.legible(self._title()),
            "code": stage.legible(self.name),
            "km": " / ".join(dict.fromkeys(figures.kilometres(p.distance_m) for p in self.points))
            if shown
            else "",
            "passings": len(self.points),
            "columns": [stage.legible(label) for label in self._labels(shown)],
            "closing": [stage.legible(line) for line in lines],
            "has_closings": is_by_runner,
            "rows": rows,
            "arrival_rows": pages * ARRIVALS_ON_A_PAGE,
        }

    def _title(self) -> str:
        names = " / ".join(dict.fromkeys(p.name for p in self.points if p.name))
        ends = {course.finish.code for course in self.stage.settled.courses.every()}
        if ends.isdisjoint(p.code for p in self.points):
            return names or self.name
        return f"Finish, {names}" if names and names.casefold() != "finish" else "Finish"

    def _labels(self, shown: tuple[Point, ...]) -> list[str]:
        """What stands over the columns: ``Time``, ``In`` and ``Out``, or which passing it is."""
        if len(shown) == 1:
            return ["Time"]
        if len({p.control for p in shown}) == 1:
            return [p.way.removeprefix(".").capitalize() for p in shown]
        return [f"{p.control} {p.way.removeprefix('.')}".strip() for p in shown]

    # -- when it closes

    def _closings(self, points: tuple[Point, ...], entry: Entry) -> tuple[Instant | None, ...]:
        """When each passing closes for a runner: the earliest of its hard limits."""
        course = self.stage.settled.courses.of(entry)
        limits = self._limits(entry, course)
        start, gun = self.stage.start_of(entry), self.stage.gun_of(entry)
        found = []
        for point in points:
            ordinal = course.index.get(point.code)
            closing = [
                at
                for limit in limits
                if limit.point == ordinal and limit.is_hard
                if (at := limit.closing(start, gun)) is not None
            ]
            found.append(min(closing, default=None))
        return tuple(found)

    def _limits(self, entry: Entry, course: Course) -> tuple[Limit, ...]:
        stage, settled = self.stage, self.stage.settled
        categories, wave = stage.line(entry).categories, stage.wave_of(entry)
        key = (entry.division, settled.courses.version(entry), categories, wave)
        if key not in self._known_limits:
            self._known_limits[key] = limits_of(
                course,
                settled.day,
                stage.book.race.rules.cutoff,
                stage.book.rulings,
                stage=stage.number,
                division=entry.division,
                categories=categories,
                wave=wave,
            )
        return self._known_limits[key]

    def _closing_lines(
        self, runners: list[Entry], closings: list[tuple[Instant | None, ...]]
    ) -> tuple[list[str], bool]:
        """The closing times in words, and whether each runner's stands in their line instead."""
        if len(set(closings)) == 1:
            words = self._closing_words(closings[0])
            return ([words] if words else []), False
        stage = self.stage
        for named in (self._division, self._wave):
            groups: dict[str, set[tuple[Instant | None, ...]]] = {}
            for entry, closing in zip(runners, closings, strict=True):
                groups.setdefault(named(entry), set()).add(closing)
            if all(len(those) == 1 for those in groups.values()):
                told = [(name, self._closing_words(*those)) for name, those in groups.items()]
                return [f"{name}: {words}" for name, words in told if words], False
        known = [at for closing in closings for at in closing if at is not None]
        if not known:
            return [], False
        first, last = stage.clock(min(known)), stage.clock(max(known))
        return [f"{first} to {last}, see each line"], True

    def _division(self, entry: Entry) -> str:
        return self.stage.division_names[entry.division]

    def _wave(self, entry: Entry) -> str:
        return f"Wave {self.stage.wave_of(entry)}"

    def _closing_words(self, closing: tuple[Instant | None, ...]) -> str:
        """``14:30``, or ``In 14:30, Out 15:00``."""
        told = [at for at in closing if at is not None]
        if len(set(told)) == 1 and len(told) == len(closing):
            return self.stage.clock(told[0])
        labels = self._labels(self.points)
        return ", ".join(
            f"{label} {self.stage.clock(at)}"
            for label, at in zip(labels, closing, strict=False)
            if at is not None
        )
