"""Charts of one stage: gaps along the course, and a runner's pace against the field's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import quantiles

from timing.core.book import RaceBook
from timing.core.courses import Point
from timing.core.definition import Stage
from timing.core.entries import Entry
from timing.core.results import Split, StageLine
from timing.core.statuses import StageStatus
from timing.core.times import Duration
from timing.pages import figures
from timing.pages.languages import translate
from timing.pages.line_charts import ChartColumn, ChartLine, LineChart
from timing.pages.marks import Place, name_of, places
from timing.pages.race_charts import MOST_GAPS, marks_of, page_of

_FEWEST = 4
"""Runners of whom quarters can be told."""


def stage_gaps(book: RaceBook, stage: Stage, division: str, bibs: Sequence[str]) -> LineChart:
    """Behind the first at each control, for the first of the stage and who was chosen.

    The figures are those of the orders at the controls.
    """
    points = _points(book, stage, division)
    at: list[Mapping[str, Duration]] = []
    for point in points:
        boards = book.control_boards(stage.number, point.code)
        own = next((board for board in boards if board.division == division), None)
        lines = own.lines if own is not None else ()
        at.append({li.entry.id: li.gap for li in lines if li.gap is not None})
    if not at[0]:
        # Nobody need be read at the start: the time since it is nothing there.
        at[0] = {entry_id: 0 for column in at for entry_id in column}
    shown = [
        line
        for nth, line in enumerate(_in_order(book, stage, division))
        if nth < MOST_GAPS or _entry(line).bib in bibs
    ]
    precision = book.race.rules.precision
    marks = marks_of([_entry(line).bib for line in shown], bibs)
    drawn = []
    for line, mark in zip(shown, marks, strict=True):
        entry = _entry(line)
        gaps = tuple(column.get(entry.id) for column in at)
        texts = tuple("" if gap is None else figures.behind(gap, precision) for gap in gaps)
        drawn.append(
            ChartLine(
                bib=entry.bib,
                name=name_of(entry),
                url=page_of(book, entry),
                end=next((text for text in reversed(texts) if text), ""),
                mark=mark,
                y=gaps,
                texts=texts,
                on_road=line.status is StageStatus.ON_COURSE,
            )
        )
    return LineChart(
        id="stagegaps",
        kind="gaps",
        title=translate("Gaps along stage {stage}").format(stage=stage.number),
        note=translate("Behind the first at each control, over the distance. As they passed."),
        columns=_columns(points, places(points)),
        lines=tuple(line for line in drawn if any(y is not None for y in line.y[1:])),
        empty=translate("There is something to draw once somebody has passed a control."),
    )


def leg_paces(book: RaceBook, stage: Stage, entry: Entry) -> LineChart | None:
    """A runner's pace on each leg of a stage against the quarters of the field on the same leg.

    The field is everybody of the division who has run the leg; the quarters are by inclusive
    interpolation, milliseconds a kilometre. None where the runner has run no leg.
    """
    points = _points(book, stage, entry.division)
    legs = [
        (first, second)
        for first, second in pairwise(points)
        if second.distance_m > first.distance_m
    ]
    own = _paces(book.splits(stage.number, entry.id), legs)
    if all(pace is None for pace in own):
        return None
    settled = book.stage_book(stage.number)
    field = [
        _paces(settled.splits(other.id), legs)
        for other in book.entries(stage.number)
        if other.division == entry.division
    ]
    quarters = [
        _quarters([p for p in paces if p is not None]) for paces in zip(*field, strict=True)
    ]
    names = {place.code: place for place in places(points)}
    lines = [
        _pace_line(translate("Fastest quarter"), [q[0] if q else None for q in quarters]),
        _pace_line(translate("Middle of the field"), [q[1] if q else None for q in quarters]),
        _pace_line(translate("Slowest quarter"), [q[2] if q else None for q in quarters]),
        ChartLine(
            bib=entry.bib,
            name=name_of(entry),
            url=page_of(book, entry),
            end="",
            mark=1,
            y=own,
            texts=_told(own),
        ),
    ]
    return LineChart(
        id="paces",
        kind="paces",
        title=translate("Pace of {name} on stage {stage}, leg by leg").format(
            name=name_of(entry), stage=stage.number
        ),
        note=translate(
            "Minutes a kilometre, faster on top. Shaded: the middle half of the field on each leg."
        ),
        columns=(
            ChartColumn(x=legs[0][0].distance_m, label="", head=""),
            *(
                ChartColumn(
                    x=second.distance_m,
                    label=names[second.code].short,
                    head=_leg_name(names[first.code], names[second.code]),
                )
                for first, second in legs
            ),
        ),
        lines=tuple(
            ChartLine(
                bib=line.bib,
                name=line.name,
                url=line.url,
                end=next((text for text in reversed(line.texts) if text), ""),
                mark=line.mark,
                y=(None, *line.y),
                texts=("", *line.texts),
            )
            for line in lines
        ),
    )


def _leg_name(first: Place, second: Place) -> str:
    return translate("{first} to {second}").format(first=first.short, second=second.short)


def _pace_line(name: str, paces: Sequence[int | None]) -> ChartLine:
    return ChartLine(bib="", name=name, url="", end="", mark=0, y=tuple(paces), texts=_told(paces))


def _told(paces: Sequence[int | None]) -> tuple[str, ...]:
    return tuple("" if pace is None else figures.pace(pace, 1_000) for pace in paces)


def _paces(splits: Sequence[Split], legs: Sequence[tuple[Point, Point]]) -> tuple[int | None, ...]:
    """Milliseconds a kilometre on each leg; None where an end of it was not seen.

    The start counts from the clock's start, whether it was read or not.
    """
    elapsed = {s.point: s.elapsed for s in splits if s.elapsed is not None}
    found: list[int | None] = []
    for first, second in legs:
        begun = elapsed.get(first.code, 0 if first.ordinal == 0 else None)
        ended = elapsed.get(second.code)
        metres = second.distance_m - first.distance_m
        is_run = begun is not None and ended is not None and ended > begun
        found.append((ended - begun) * 1_000 // metres if is_run else None)  # type: ignore[operator]
    return tuple(found)


def _quarters(paces: Sequence[int]) -> tuple[int, int, int] | None:
    if len(paces) < _FEWEST:
        return None
    first, middle, third = quantiles(paces, n=4, method="inclusive")
    return round(first), round(middle), round(third)


def _in_order(book: RaceBook, stage: Stage, division: str) -> tuple[StageLine, ...]:
    """Those of a division who were on the course: finishers by rank, then by how far they are."""
    boards = book.stage_boards(stage.number)
    own = next((b for b in boards if b.division == division and not b.team_kind), None)
    lines = own.lines if own is not None else ()
    return tuple(line for line in lines if line.distance_m > 0)


def _points(book: RaceBook, stage: Stage, division: str) -> tuple[Point, ...]:
    """The points of a course, those at the same distance as one: the first time is read."""
    found: list[Point] = []
    for point in book.course(stage.number, division):
        if not found or point.distance_m > found[-1].distance_m:
            found.append(point)
    return tuple(found)


def _columns(points: Sequence[Point], named: Sequence[Place]) -> tuple[ChartColumn, ...]:
    return tuple(
        ChartColumn(x=point.distance_m, label=place.short, head=place.short)
        for point, place in zip(points, named, strict=True)
    )


def _entry(line: StageLine) -> Entry:
    if not isinstance(line.competitor, Entry):
        raise TypeError("teams pass no control")
    return line.competitor
