"""Where the field is now: how many between which controls of the stage that is being run.

Nobody knows where between two controls somebody is, so runners stand in rows before the control
that they come to next. Everything along the course is in percent of its length, so that a page or
a screen draws it as wide as it is; dots are told for three widths.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from timing.core.book import RaceBook
from timing.core.courses import Point, course_of
from timing.core.entries import Entry
from timing.core.results import StageLine
from timing.core.statuses import StageStatus
from timing.pages import addresses, figures
from timing.pages.arrivals import Tally, counted_by_status
from timing.pages.marks import Bib, Jersey, Place, Symbol, bib_of, name_of, places
from timing.pages.profile import Profile, profile_of
from timing.pages.running import Running
from timing.pages.stages import stage_facts, stage_title

WIDTHS: Mapping[str, int] = {"slim": 290, "mid": 620, "wide": 960}
"""The least widths of the drawing, in pixels, for which dots and labels are placed apart."""

PITCH: Mapping[str, float] = {"slim": 8.5, "mid": 13.5, "wide": 13.5}
"""From the middle of one dot to that of the next, in pixels (look, bigscreen; field.css)."""

ROWS: Mapping[str, int] = {"slim": 9, "mid": 6, "wide": 6}
"""How many dots may stand above each other."""

_MOST_COLUMNS = 17
_DOT_STANDS_FOR = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
_LABEL_WIDTH = 30.0
FIRST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A place of the course. ``percent`` is how far along, ``resting`` how many are at it.

    ``least`` is the narrowest of `WIDTHS` at which its label has room beside its neighbours.
    """

    place: Place
    percent: float
    kilometres: str
    least: str
    resting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The way between two stops that follow each other, and how many are on it.

    ``middle`` is where its number stands, in percent; ``least`` as of a `Stop`.
    """

    first: Place
    second: Place
    middle: float
    count: int
    least: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """The dots of one gap: ``path`` draws them from ``percent`` backwards, a row for each line."""

    percent: float
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DotView:
    """All dots for one of `WIDTHS`; each of them is ``stands_for`` runners."""

    width: str
    stands_for: int
    dots: tuple[Dots, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foremost:
    """One of the first who are still on the course, and where they were seen last."""

    bib: Bib
    name: str
    url: str
    place: str
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPicture:
    """The field on the course of a stage; ``tally`` and the numbers of gaps and stops agree.

    ``on_course`` is the sum of all gaps and of who rests at a stop.
    """

    title: str
    facts: str
    on_course: int
    tally: Tally
    stops: tuple[Stop, ...]
    gaps: tuple[Gap, ...]
    views: tuple[DotView, ...]
    profile: Profile | None
    foremost: tuple[Foremost, ...]

    @property
    def resting(self) -> int:
        """How many are between in and out of a place."""
        return sum(stop.resting for stop in self.stops)


def field_picture(
    book: RaceBook,
    now: Running,
    worn: Mapping[str, Jersey],
    *,
    apart: Collection[str] = (),
) -> FieldPicture | None:
    """The field of the running stage; None where its course has no length to draw.

    Runners of divisions on other courses stand by how far they have come. ``worn`` are the
    leaders' bibs; ``apart`` the ids of those who are drawn otherwise, and not among the dots.
    """
    points = _longest(book, now)
    if len(points) < 2 or points[-1].distance_m <= 0:
        return None
    whole = points[-1].distance_m
    stops, ends = _stops(points)
    between, resting = _where(now, ends, apart)
    marks = [round(100 * metres / whole, 2) for metres in ends]
    return FieldPicture(
        title=stage_title(now.stage),
        facts=stage_facts(now.stage),
        on_course=sum(between) + sum(resting),
        tally=counted_by_status(now.lines.values()),
        stops=tuple(
            Stop(
                place=place,
                percent=percent,
                kilometres=figures.whole_kilometres(place.distance_m),
                least=least,
                resting=count,
            )
            for place, percent, least, count in zip(
                stops, marks, _room(marks), resting, strict=True
            )
        ),
        gaps=tuple(_gaps(stops, marks, between)),
        views=tuple(_views(marks, between)),
        profile=None if _is_rerouted(points, now) else profile_of(now.stage, whole),
        foremost=_foremost(book, now, worn),
    )


def _longest(book: RaceBook, now: Running) -> tuple[Point, ...]:
    """The points of the course that most runners are on; of equal ones the longest."""
    fields: dict[str, int] = {}
    for line in now.lines.values():
        fields[line.division] = fields.get(line.division, 0) + 1
    courses = {division: book.course(now.stage.number, division) for division in fields}
    if not courses:
        return ()
    chosen = max(courses, key=lambda d: (courses[d][-1].distance_m, fields[d], d))
    return courses[chosen]


def _is_rerouted(points: Sequence[Point], now: Running) -> bool:
    planned = {p.code for p in course_of(now.stage, "").points}
    return any(p.code not in planned for p in points)


def _stops(points: tuple[Point, ...]) -> tuple[list[Place], list[int]]:
    """The places of a course, in and out of one as one, and the metres at which they are."""
    stops: list[Place] = []
    for place, point in zip(places(points), points, strict=True):
        if stops and (point.is_out or point.distance_m <= stops[-1].distance_m):
            if place.symbol is Symbol.FINISH:
                stops[-1] = place
            continue
        stops.append(place)
    return stops, [place.distance_m for place in stops]


def _where(
    now: Running, ends: Sequence[int], apart: Collection[str]
) -> tuple[list[int], list[int]]:
    """How many are on each way from a stop to the next, and how many rest at each stop."""
    between = [0] * (len(ends) - 1)
    resting = [0] * len(ends)
    for line in now.lines.values():
        if line.status is not StageStatus.ON_COURSE or _entry(line).id in apart:
            continue
        nth = min(max(bisect_right(ends, line.distance_m) - 1, 0), len(between) - 1)
        if line.last_point.endswith(".in") and line.distance_m == ends[nth]:
            resting[nth] += 1
        else:
            between[nth] += 1
    return between, resting


def _room(marks: Sequence[float]) -> list[str]:
    """The narrowest width at which each label has room; start and finish always have it."""
    found = [""] * len(marks)
    for name, width in WIDTHS.items():
        taken = [n for n, least in enumerate(found) if least] or [0, len(marks) - 1]
        for nth, mark in enumerate(marks):
            if found[nth] or (
                nth not in (0, len(marks) - 1) and _is_near(marks, taken, mark, width)
            ):
                continue
            found[nth] = name
            taken.append(nth)
    return [least or "never" for least in found]


def _is_near(marks: Sequence[float], taken: Sequence[int], mark: float, width: int) -> bool:
    return any(abs(marks[other] - mark) * width / 100 < _LABEL_WIDTH for other in taken)


def _gaps(stops: Sequence[Place], marks: Sequence[float], between: Sequence[int]) -> Iterator[Gap]:
    for (first, second), (left, right), count in zip(
        pairwise(stops), pairwise(marks), between, strict=True
    ):
        room = (name for name, width in WIDTHS.items() if (right - left) * width / 100 >= 24)
        yield Gap(
            first=first,
            second=second,
            middle=round((left + right) / 2, 2),
            count=count,
            least=next(room, "never"),
        )


def _views(marks: Sequence[float], between: Sequence[int]) -> Iterator[DotView]:
    for name, width in WIDTHS.items():
        pitch, rows = PITCH[name], ROWS[name]
        columns = [
            min(_MOST_COLUMNS, max(1, int(((right - left) * width / 100 - pitch) / pitch)))
            for left, right in pairwise(marks)
        ]
        each = _stands_for(between, [wide * rows for wide in columns])
        yield DotView(
            width=name,
            stands_for=each,
            dots=tuple(
                Dots(percent=right, path=_rows(-(-count // each), wide, pitch))
                for right, count, wide in zip(marks[1:], between, columns, strict=True)
                if count
            ),
        )


def _stands_for(between: Sequence[int], room: Sequence[int]) -> int:
    """For how many runners a dot has to stand, so that all find room."""
    pairs = tuple(zip(between, room, strict=True))
    return next(
        (n for n in _DOT_STANDS_FOR if all(-(-count // n) <= most for count, most in pairs)),
        _DOT_STANDS_FOR[-1],
    )


def _rows(dots: int, columns: int, pitch: float) -> str:
    """Rows from the foot up, each from right to left; a dash pattern makes dots of a line."""
    path = []
    for row, begun in enumerate(range(0, dots, columns)):
        here = min(columns, dots - begun)
        length = (here - 1) * pitch + 0.1  # a line of no length draws no dot
        path.append(f"M{-2 * pitch / 3:g} {0 - pitch * row:g}h{-length:g}")
    return "".join(path)


def _foremost(book: RaceBook, now: Running, worn: Mapping[str, Jersey]) -> tuple[Foremost, ...]:
    def order(line: StageLine) -> tuple[int, int, str]:
        splits = now.splits[_entry(line).id]
        elapsed = splits[-1].elapsed if splits else None
        return -line.distance_m, elapsed if elapsed is not None else 0, _entry(line).id

    seen = [
        line
        for line in now.lines.values()
        if line.status is StageStatus.ON_COURSE and line.distance_m
    ]
    return tuple(_foremost_one(book, now, line, worn) for line in sorted(seen, key=order)[:FIRST])


def _foremost_one(
    book: RaceBook, now: Running, line: StageLine, worn: Mapping[str, Jersey]
) -> Foremost:
    entry = _entry(line)
    split = now.splits[entry.id][-1]
    place = now.place(line.division, split.point)
    return Foremost(
        bib=bib_of(entry, worn),
        name=name_of(entry),
        url=addresses.runner(book.race.slug, entry.bib) if entry.bib else "",
        place=place.name if place is not None else split.point,
        clock=figures.clock(split.time, now.zone, now.stage.date),
    )


def _entry(line: StageLine) -> Entry:
    if not isinstance(line.competitor, Entry):
        raise TypeError("teams are on no course")
    return line.competitor
