"""Legs covered too fast or too slowly to be believed (Rules 4.5).

Each leg of a runner is compared with the field's median on it, by that runner's own median
against the field; how far the field scatters says what is too far. One wrong time makes one leg
too fast and the next too slow, or the other way round: then the time between them is in doubt.
Where few have been, only what nobody can run, or hardly be so slow in, is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from timing.core.courses import Point
from timing.core.definition import Source
from timing.core.effort import Effort
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Passing
from timing.core.stage_book import StageBook
from timing.core.times import HOUR, MINUTE, Duration

LEAST_FIELD = 8
"""So many must have covered a leg before their median says anything."""

FASTEST = 25_000
"""Metres on the flat an hour that nobody runs over a leg: the best hour ever run is 21.3 km."""

SLOWEST = 800
"""Metres on the flat an hour that hardly anybody is slower than, breaks and sleep included."""

LEAST_SHIFT: Duration = 8 * MINUTE
"""Nobody is asked about a time that seems off by less: it decides nothing and may be true."""

_TOO_FAST = 0.60
_TOO_SLOW = 3.0
"""A leg alone is in doubt beyond these times of what was to be expected. Many stop or walk
for a reason; nobody suddenly runs almost twice as fast."""

_PAIRED = 0.80, 1.25
"""With its neighbour off the other way, a leg is in doubt beyond these."""

_DEVIATIONS = 6.0
_PAIRED_DEVIATIONS = 3.5
"""And only beyond so many standard deviations of the field on that leg."""

_MEDIAN_DEVIATION = 1.4826
_LEAST_DEVIATION = 0.03


@dataclass(slots=True)
class _Field:
    """A leg of the course and everyone's time on it, in parallel lists.

    ``off`` is time over what was to be expected, empty where too few have covered it;
    ``spread`` is that of ``off``.
    """

    first: Point
    second: Point
    effort: float
    entries: list[str] = field(default_factory=list)
    times: list[Duration] = field(default_factory=list)
    off: list[float] = field(default_factory=list)
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class _Leg:
    """One runner's leg that is far off, or impossible: ``off`` is 0 where the field is unknown.

    ``sure`` says how many deviations of the field it is away from what was to be expected.
    """

    field: _Field
    first: int
    second: int
    time: Duration
    off: float
    sure: float


def doubtful_legs(book: StageBook) -> tuple[Problem, ...]:
    """The times of a settled stage that make a leg too fast or too slow, one problem for each."""
    fields = _fields(book)
    _compare(fields)
    far: dict[str, list[_Leg]] = {}
    for leg_field in fields:
        for n, off, sure in _far_off(leg_field):
            entry_id = leg_field.entries[n]
            index = book.courses.of(book.roster.entries[entry_id]).index
            first, second = index[leg_field.first.code], index[leg_field.second.code]
            leg = _Leg(leg_field, first, second, leg_field.times[n], off, sure)
            far.setdefault(entry_id, []).append(leg)
    return tuple(
        problem
        for entry_id in sorted(far)
        for problem in _of_runner(book, entry_id, sorted(far[entry_id], key=lambda g: g.first))
    )


def _fields(book: StageBook) -> Sequence[_Field]:
    """Everyone's legs between points where they were seen; stops are nobody's pace."""
    effort = Effort(book.stage)
    fields: dict[tuple[str, str, int], _Field] = {}

    def field_between(first: Point, second: Point, *, is_next: bool) -> _Field | None:
        if second.is_out and is_next:
            return None
        # Another course may have the same two points further apart (Rules 2.4).
        key = (first.code, second.code, second.distance_m - first.distance_m)
        if key not in fields:
            fields[key] = _Field(first, second, effort.between(first, second))
        return fields[key]

    # By the indices of both points on a course: tens of thousands of legs are sorted.
    legs: dict[tuple[str, int], dict[tuple[int, int], _Field | None]] = {}
    for entry_id, facts in book.facts.items():
        entry = book.roster.entries[entry_id]
        points = book.courses.of(entry).points
        here = legs.setdefault((entry.division, book.courses.version(entry)), {})
        before, left = 0, facts.start
        for index, time in enumerate(facts.times):
            if time is None or not index:
                continue
            if left is not None:
                key = (before, index)
                if key not in here:
                    is_next = index == before + 1
                    here[key] = field_between(points[before], points[index], is_next=is_next)
                leg_field = here[key]
                if leg_field is not None:
                    leg_field.entries.append(entry_id)
                    leg_field.times.append(time - left)
            before, left = index, time
    return tuple(fields.values())


def _compare(fields: Iterable[_Field]) -> None:
    """Fill in ``off`` and ``spread``, where enough have been."""
    ratios: dict[str, list[float]] = {}
    medians: list[tuple[_Field, float]] = []
    for here in fields:
        if len(here.times) < LEAST_FIELD:
            continue
        median = max(1.0, _median(here.times))
        medians.append((here, median))
        for entry_id, time in zip(here.entries, here.times, strict=True):
            ratios.setdefault(entry_id, []).append(time / median)
    # One or two legs tell little of a runner: the field's pace is then as good a guess.
    paces = {
        entry_id: max(0.1, _median([*those, 1.0] if len(those) < 3 else those))
        for entry_id, those in ratios.items()
    }
    for here, median in medians:
        pairs = zip(here.entries, here.times, strict=True)
        off = [time / (median * paces[entry_id]) for entry_id, time in pairs]
        # Those who came so far may all be the fast ones: the leg has its own usual ratio.
        usual = max(0.01, _median(off))
        here.off = [ratio / usual for ratio in off]
        deviation = _median([abs(ratio - 1) for ratio in here.off])
        here.spread = max(_LEAST_DEVIATION, _MEDIAN_DEVIATION * deviation)


def _far_off(here: _Field) -> Iterator[tuple[int, float, float]]:
    """The legs that may be in doubt, by themselves or beside another.

    Which one of the field's, how far off it is, 0 where that is unknown, and how surely.
    """
    least, most = here.effort * HOUR / FASTEST, here.effort * HOUR / SLOWEST
    if here.off:
        low = min(_PAIRED[0], 1 - _PAIRED_DEVIATIONS * here.spread)
        high = max(_PAIRED[1], 1 + _PAIRED_DEVIATIONS * here.spread)
        for n, off in enumerate(here.off):
            if off < low or off > high or here.times[n] < least:
                yield n, off, (off - 1) / here.spread
    else:
        for n, time in enumerate(here.times):
            if time < least or (time > most and time > 3 * HOUR):
                yield n, 0.0, 0.0


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else 0.0


def _of_runner(book: StageBook, entry_id: str, legs: Sequence[_Leg]) -> Iterator[Problem]:
    doubted: dict[int, tuple[ProblemCode, _Leg]] = {}
    before: _Leg | None = None
    for leg in legs:
        adjacent = before if before is not None and before.second == leg.first else None
        found = _paired(adjacent, leg) or _alone(leg)
        if found is not None:
            code, index, shown = found
            doubted.setdefault(index, (code, shown))
        before = leg
    for index, (code, leg) in doubted.items():
        problem = _problem(book, entry_id, index, code, leg)
        if problem is not None:
            yield problem


def _paired(before: _Leg | None, leg: _Leg) -> tuple[ProblemCode, int, _Leg] | None:
    """Two legs off in opposite ways, by about as much: the time between them is in doubt."""
    if before is None or not before.off or not leg.off:
        return None
    shifts = [part.time - part.time / part.off for part in (before, leg)]
    is_compensated = 0.4 < -shifts[0] / shifts[1] < 2.5 if shifts[1] else False
    if not is_compensated or abs(shifts[0]) < LEAST_SHIFT or abs(shifts[1]) < LEAST_SHIFT:
        return None
    low, high = sorted((before, leg), key=lambda part: part.off)
    if low.off > _PAIRED[0] or high.off < _PAIRED[1]:
        return None
    code = ProblemCode.TOO_FAST if low is before else ProblemCode.TOO_SLOW
    return code, before.second, before


def _alone(leg: _Leg) -> tuple[ProblemCode, int, _Leg] | None:
    if leg.field.effort <= 0:
        return None
    if leg.time * FASTEST < leg.field.effort * HOUR:
        return ProblemCode.TOO_FAST, leg.second, leg
    if not leg.off:
        return ProblemCode.TOO_SLOW, leg.second, leg
    if abs(leg.time - leg.time / leg.off) < LEAST_SHIFT or abs(leg.sure) < _DEVIATIONS:
        return None
    if leg.off < _TOO_FAST:
        return ProblemCode.TOO_FAST, leg.second, leg
    if leg.off > _TOO_SLOW:
        return ProblemCode.TOO_SLOW, leg.second, leg
    return None


def _problem(
    book: StageBook, entry_id: str, index: int, code: ProblemCode, leg: _Leg
) -> Problem | None:
    """None where a person confirmed or made the record, or it is not good enough to tell."""
    facts = book.facts[entry_id]
    passing, before = facts.taken[index], facts.taken[leg.first]
    time = facts.times[index]
    if passing is None or time is None or _is_settled(book, passing):
        return None
    expected = round(leg.time / leg.off) if leg.off else _limit(leg, code)
    uncertain = passing.uncertainty_ms + (before.uncertainty_ms if before is not None else 0)
    if abs(leg.time - expected) <= uncertain:
        return None
    return Problem(
        code=code,
        stage=book.number,
        control=leg.field.second.code,
        bib=book.roster.entries[entry_id].bib,
        records=(passing.id,),
        params=(
            ("since", leg.field.first.code),
            ("took_ms", leg.time),
            ("expected_ms", expected),
        ),
    )


def _is_settled(book: StageBook, passing: Passing) -> bool:
    return passing.id in book.confirmed or passing.source is Source.DIRECTOR


def _limit(leg: _Leg, code: ProblemCode) -> Duration:
    """What the ground allows at the least, or takes at the most."""
    speed = FASTEST if code is ProblemCode.TOO_FAST else SLOWEST
    return round(leg.field.effort * HOUR / speed)
