"""A runner's way along a stage: each point in time, and what lies between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from timing.core.forecasts import Expected
from timing.core.passage_ranks import PassageRank, Ranked
from timing.core.results import Split
from timing.core.statuses import StageStatus
from timing.core.times import Duration, round_to
from timing.pages import figures, words
from timing.pages.languages import mark
from timing.pages.marks import Place
from timing.pages.runner_view import Group, RunnerView
from timing.pages.saying import said


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRank:
    """A place within a part of the field: ``1 W``, and the part's whole name."""

    rank: int
    short: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegWords:
    """The way to a point: its length and climb, the pace on it, the places on it alone.

    ``told`` is the length, the climb and what else there is; empty where the leg is not known.
    """

    told: tuple[str, ...] = ()
    time: str = ""
    pace: str = ""
    rank: str = ""
    ranks_in: tuple[GroupRank, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedClock:
    """About when, and the range that holds eight of ten: hours and minutes, never seconds."""

    time: str
    earliest: str
    latest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A point on the way: when, since the start, at which place; the leg that led to it.

    ``expected`` is where the runner is expected and was not seen yet.
    """

    place: Place
    kilometres: str
    clock: str
    elapsed: str
    rank: str
    ranks_in: tuple[GroupRank, ...]
    leg: LegWords
    source: str
    is_passed: bool
    is_missing: bool
    expected: ExpectedClock | None = None


_USUAL = frozenset({"chip", "checkpoint", "line_crew"})
"""Sources that need no word: they are what times usually come from."""


def steps(view: RunnerView, ahead: Mapping[str, Expected]) -> tuple[Step, ...]:
    """The points of the stage that is shown, from the start on; ``ahead`` what is expected."""
    return tuple(_steps(view, ahead)) if view.stage is not None else ()


def _steps(view: RunnerView, ahead: Mapping[str, Expected]) -> Iterator[Step]:
    if view.stage is None or view.shown not in view.lines:
        return
    day = view.stage.date
    splits = {s.point: s for s in view.book.splits(view.stage.number, view.entry.id)}
    ranks = {rank.point.code: rank for rank in view.ranks}
    line = view.lines[view.stage.number]
    start = None if line.status is StageStatus.DNS else line.start
    reached = max((p.ordinal for p in view.places if p.code in splits), default=0)
    for place in view.places:
        split, ranked = splits.get(place.code), ranks.get(place.code)
        is_start = place.ordinal == 0
        at = start if is_start and start is not None else split.time if split else None
        expected = ahead.get(place.code)
        yield Step(
            place=place,
            kilometres=figures.kilometres(place.distance_m),
            clock="" if at is None else figures.clock(at, view.zone, day),
            elapsed=figures.elapsed(split.elapsed, view.rules)
            if split is not None and split.elapsed is not None and not is_start
            else "",
            rank="" if ranked is None or ranked.at is None else str(ranked.at.rank),
            ranks_in=() if ranked is None else _within(ranked.at, view.groups),
            leg=_leg(view, ranked),
            source=_source(split),
            is_passed=at is not None,
            is_missing=at is None and place.ordinal < reached,
            expected=None if expected is None else clocks_of(view, expected),
        )


def _source(split: Split | None) -> str:
    if split is None or split.source.value in _USUAL:
        return ""
    return words.SOURCE[split.source]


def clocks_of(view: RunnerView, expected: Expected) -> ExpectedClock:
    """An expected time on the race's clock."""
    day = view.stage.date if view.stage is not None else None
    time, earliest, latest = (
        figures.clock_minutes(instant, view.zone, day)
        for instant in (expected.time, expected.earliest, expected.latest)
    )
    return ExpectedClock(time=time, earliest=earliest, latest=latest)


def _within(ranked: Ranked | None, groups: tuple[Group, ...]) -> tuple[GroupRank, ...]:
    if ranked is None:
        return ()
    return tuple(
        GroupRank(rank=rank, short=group.short, name=group.name)
        for rank, group in zip(ranked.within, groups, strict=True)
        if rank is not None
    )


def _took(view: RunnerView, elapsed: Duration, leg: Duration) -> str:
    """The difference of what stands at both ends, so that the legs add up as they are shown."""
    rules = view.rules
    here, before = (
        round_to(ms, rules.precision, rules.rounding) for ms in (elapsed, elapsed - leg)
    )
    return figures.time(here - before, rules.precision)


def _leg(view: RunnerView, ranked: PassageRank | None) -> LegWords:
    if ranked is None:
        return LegWords()
    is_stop = ranked.point.is_out
    told = (
        [] if is_stop else [said(mark("{distance} km"), distance=figures.kilometres(ranked.leg_m))]
    )
    if ranked.climb_m is not None and not is_stop:
        told.append(said(mark("{climb} m up"), climb=figures.count(ranked.climb_m)))
    if ranked.leg_time is None or ranked.leg is None:
        return LegWords(told=tuple(told))
    took = _took(view, ranked.elapsed or 0, ranked.leg_time)
    if is_stop:
        return LegWords(told=(said(mark("{time} at this place"), time=took),))
    pace = figures.pace(ranked.leg_time, ranked.leg_m)
    return LegWords(
        told=tuple(told),
        time=took,
        pace=said(mark("{pace}/km"), pace=pace) if pace else "",
        rank=said(mark("{nth} on the leg"), nth=words.ordinal(ranked.leg.rank)),
        ranks_in=_within(ranked.leg, view.groups),
    )
