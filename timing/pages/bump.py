"""The race of a runner and those around: places after each stage, as lines that cross."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.entries import Entry
from timing.core.road import RoadLine
from timing.pages.marks import name_of
from timing.pages.words import sentence

AROUND = 6
"""How many are shown before and behind, beside the first three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BumpLine:
    """One runner's places. ``points`` are (x, y, place); ``paths`` the same, drawn."""

    name: str
    place: str
    path: str
    road_path: str
    points: tuple[tuple[float, float, int], ...]
    label_y: float
    is_own: bool
    is_rival: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BumpAxis:
    """A stage's upright."""

    label: str
    x: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BumpView:
    """The chart at one width."""

    width: int
    height: int
    css_class: str
    axes: tuple[BumpAxis, ...]
    lines: tuple[BumpLine, ...]
    label_x: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BumpChart:
    """The chart for narrow and for wide screens, and what it says in words."""

    views: tuple[BumpView, ...]
    description: str


@dataclass(frozen=True, slots=True)
class _Course:
    """A runner's places, one for each column, None where there is none."""

    id: str
    name: str
    places: tuple[int | None, ...]
    last_on_road: bool


def bump_chart(
    book: RaceBook,
    code: str,
    entry_id: str,
    standing: Sequence[RoadLine],
    rivals: Collection[str] = (),
) -> BumpChart | None:
    """The chart of a runner in a classification; None with fewer than two columns or no place.

    ``rivals`` are ids of entries whose lines are heavy, and there however far away they are.

    The last column is the running stage's where ``standing`` is given (Rules 9.8).
    """
    closed = book.closed_stage if standing else book.last_stage
    numbers: Sequence[int] = [n for n in book.stages if n <= closed]
    if not any(
        line.rank is not None and line.line.competitor.id == entry_id
        for line in standing
        if isinstance(line.line.competitor, Entry)
    ):
        # No place now, or no stage runs: as far as there were places.
        standing = ()
        numbers = _placed_until(book, code, entry_id, numbers)
    courses = _courses(book, code, numbers, standing)
    own = next((c for c in courses if c.id == entry_id), None)
    columns = [sentence("stage-column", stage=n) for n in numbers]
    if standing and book.running_stage is not None:
        columns.append(sentence("stage-live", stage=book.running_stage))
    if own is None or len(columns) < 2 or own.places[-1] is None:
        return None
    centre = own.places[-1]
    chosen = [
        c
        for c in courses
        if (last := c.places[-1]) is not None
        and (last <= 3 or abs(last - centre) <= AROUND or c.id == entry_id or c.id in rivals)
    ]
    chosen.sort(key=lambda c: (c.places[-1] or 0, c.id))
    said = ", ".join("–" if place is None else str(place) for place in own.places)
    short = [label.split("\N{NO-BREAK SPACE}")[-1].replace(",", "") for label in columns]
    return BumpChart(
        views=(
            _view(
                chosen,
                entry_id,
                short,
                rivals,
                width=340,
                left=18,
                right=160,
                css_class="slim",
                is_narrow=True,
            ),
            _view(
                chosen, entry_id, columns, rivals, width=1000, left=50, right=190, css_class="broad"
            ),
        ),
        description=sentence("bump", places=said),
    )


def _placed_until(
    book: RaceBook, code: str, entry_id: str, numbers: Sequence[int]
) -> Sequence[int]:
    """The stages up to the last after which the runner was ranked."""
    for nth in range(len(numbers), 0, -1):
        for line in book.board(code, numbers[nth - 1]).lines:
            if isinstance(line.competitor, Entry) and line.competitor.id == entry_id and line.rank:
                return numbers[:nth]
    return ()


def _courses(
    book: RaceBook, code: str, numbers: Sequence[int], standing: Sequence[RoadLine]
) -> list[_Course]:
    columns: list[dict[str, int]] = []
    for number in numbers:
        lines = book.board(code, number).lines
        columns.append(
            {
                line.competitor.id: line.rank
                for line in lines
                if line.rank is not None and isinstance(line.competitor, Entry)
            }
        )
    moving: set[str] = set()
    if standing:
        columns.append(
            {
                line.line.competitor.id: line.rank
                for line in standing
                if line.rank is not None and isinstance(line.line.competitor, Entry)
            }
        )
        moving = {
            line.line.competitor.id
            for line in standing
            if isinstance(line.line.competitor, Entry) and not line.is_settled
        }
    last = columns[-1] if columns else {}
    names = {entry_id: name_of(book.entry(entry_id)) for entry_id in last}
    return [
        _Course(
            entry_id,
            names[entry_id],
            tuple(column.get(entry_id) for column in columns),
            entry_id in moving,
        )
        for entry_id in last
    ]


_TOP, _STEP, _FOOT = 38, 28, 14
_FITS = 18
"""Letters of a name beside the narrow chart."""


def _view(
    courses: Sequence[_Course],
    own: str,
    labels: Sequence[str],
    rivals: Collection[str],
    *,
    width: int,
    left: int,
    right: int,
    css_class: str,
    is_narrow: bool = False,
) -> BumpView:
    # Places are drawn in the order they have among those shown, so that nobody runs off.
    rows = _rows(courses)
    span = width - left - right
    xs = [left + span * nth / (len(labels) - 1) for nth in range(len(labels))]
    height = _TOP + _STEP * (len(courses) - 1) + _FOOT + 4
    lines = tuple(
        _line(
            course,
            rows,
            xs,
            is_own=course.id == own,
            is_rival=course.id in rivals,
            nth=nth,
            is_narrow=is_narrow,
        )
        for nth, course in enumerate(courses)
    )
    return BumpView(
        width=width,
        height=height,
        css_class=css_class,
        axes=tuple(
            BumpAxis(label=label, x=round(x, 1)) for label, x in zip(labels, xs, strict=True)
        ),
        lines=tuple(sorted(lines, key=lambda line: (line.is_own, line.is_rival))),
        label_x=round(xs[-1], 1),
    )


def _rows(courses: Sequence[_Course]) -> list[dict[str, float]]:
    """For each column the y of each runner: by order among those shown."""
    columns = len(courses[0].places) if courses else 0
    found: list[dict[str, float]] = []
    for nth in range(columns):
        placed = [(c.places[nth], c.id) for c in courses]
        known = sorted((p, i) for p, i in placed if p is not None)
        found.append({i: float(_TOP + _STEP * row) for row, (_, i) in enumerate(known)})
    return found


def _line(
    course: _Course,
    rows: Sequence[dict[str, float]],
    xs: Sequence[float],
    *,
    is_own: bool,
    is_rival: bool,
    nth: int,
    is_narrow: bool,
) -> BumpLine:
    points = [
        (round(x, 1), round(row[course.id], 1), place)
        for x, row, place in zip(xs, rows, course.places, strict=True)
        if place is not None
    ]
    moving = course.last_on_road and len(points) > 1
    settled = points[:-1] if moving else points
    return BumpLine(
        name=_shortened(course.name) if is_narrow else course.name,
        place=str(course.places[-1] or ""),
        path=_path(settled),
        road_path=_path(points[-2:]) if moving else "",
        points=tuple(points),
        label_y=_TOP + _STEP * nth + 5.0,
        is_own=is_own,
        is_rival=is_rival,
    )


def _shortened(name: str) -> str:
    return name if len(name) <= _FITS else name[: _FITS - 1].rstrip() + "…"


def _path(points: Sequence[tuple[float, float, int]]) -> str:
    return "".join(_segments(points))


def _segments(points: Sequence[tuple[float, float, int]]) -> Iterator[str]:
    before: tuple[float, float] | None = None
    for x, y, _ in points:
        if before is None:
            yield f"M{x:g} {y:g}"
        else:
            half = round((before[0] + x) / 2, 1)
            yield f"C{half:g} {before[1]:g} {half:g} {y:g} {x:g} {y:g}"
        before = (x, y)
