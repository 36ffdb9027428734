"""When a runner is expected at the points ahead, with its range; never to the second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from timing.core.forecasts import Expected
from timing.core.statuses import StageStatus
from timing.pages import figures, foreseen
from timing.pages.languages import mark, translate
from timing.pages.runner_view import RunnerView
from timing.pages.runner_way import clocks_of
from timing.pages.saying import said


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One point ahead: its name, about when, the range as clocks and as marks on a line.

    ``first``, ``mid`` and ``last`` are the ends and the middle on a line of 100; ``note`` says
    what the figure is worth where nobody has covered the leg yet.
    """

    title: str
    time: str
    earliest: str
    latest: str
    first: float
    mid: float
    last: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerOutlook:
    """What is ahead of somebody on course: last seen where and when, then the points."""

    seen: str
    points: tuple[Expectation, ...]


def ahead_of(view: RunnerView) -> tuple[Expected, ...]:
    """What is to come for a runner on the stage under way, where that is the one shown."""
    line = view.lines.get(view.shown) if view.shown is not None else None
    if line is None or line.status is not StageStatus.ON_COURSE:
        return ()
    if view.now is None or not view.is_live or view.now.latest is None:
        return ()
    number, moment = view.now.stage.number, view.now.latest[0].time
    return foreseen.forecasts(view.book, number, moment).to_come(view.entry.id)


def outlook(view: RunnerView, ahead: tuple[Expected, ...]) -> RunnerOutlook | None:
    """The next point and the finish; None for whoever is not on course."""
    line = view.lines.get(view.shown) if view.shown is not None else None
    if line is None or line.status is not StageStatus.ON_COURSE or not view.is_live:
        return None
    return RunnerOutlook(seen=_seen(view), points=tuple(_points(view, ahead)))


def _points(view: RunnerView, ahead: tuple[Expected, ...]) -> Iterator[Expectation]:
    by_code = {place.code: place for place in view.places}
    chosen = [ahead[0], ahead[-1]] if len(ahead) > 1 else list(ahead)
    for expected in chosen:
        place = by_code.get(expected.point)
        if place is not None:
            yield _expectation(view, expected, place.name)


def _expectation(view: RunnerView, expected: Expected, name: str) -> Expectation:
    # The range takes the middle two thirds of the line; where in it the time lies is true.
    width = max(1, expected.latest - expected.earliest)
    clocks = clocks_of(view, expected)
    return Expectation(
        title=name,
        time=clocks.time,
        earliest=clocks.earliest,
        latest=clocks.latest,
        first=18.0,
        mid=round(18 + 64 * (expected.time - expected.earliest) / width, 1),
        last=82.0,
        note=""
        if expected.seen
        else translate("Guessed from the ground: nobody has covered this leg yet."),
    )


def _seen(view: RunnerView) -> str:
    """Where the runner was last, and when; honest where that is the start alone."""
    if view.stage is None:
        return ""
    splits = view.book.splits(view.stage.number, view.entry.id)
    passed = [s for s in splits if s.distance_m > 0]
    if not passed:
        return translate("On the way, and not seen at a checkpoint yet.")
    by_code = {place.code: place for place in view.places}
    last = passed[-1]
    place = by_code.get(last.point)
    finish = view.places[-1] if view.places else None
    return said(
        mark("Last seen at {place} at {time}, {distance} of {whole} km."),
        place=place.name if place is not None else last.point,
        time=figures.clock_minutes(last.time, view.zone, view.stage.date),
        distance=figures.kilometres(last.distance_m),
        whole=figures.kilometres(finish.distance_m if finish is not None else 0),
    )
