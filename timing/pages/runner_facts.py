"""A runner's headline figures: places, the stage, the total."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from timing.core.definition import Classification
from timing.core.results import Line, StageLine
from timing.core.road import RoadLine
from timing.core.statuses import StageStatus
from timing.core.times import Duration
from timing.pages import figures, words
from timing.pages.languages import mark
from timing.pages.marks import called, name_of, places
from timing.pages.runner_stages import rank_within
from timing.pages.runner_view import RunnerView
from timing.pages.running import has_road
from timing.pages.saying import said, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A headline figure: what it is, its value, the line under it, with a time of day or not."""

    label: str
    value: str
    note: str = ""
    moved: int | None = None
    is_live: bool = False
    has_clock: bool = False


def facts(view: RunnerView) -> tuple[Fact, ...]:
    """Places in the first two classifications, the stage that is shown, the total."""
    return tuple(_facts(view))


def _facts(view: RunnerView) -> Iterator[Fact]:
    for classification in view.boards[:2]:
        fact = _rank_fact(view, classification)
        if fact is not None:
            yield fact
    if view.shown is not None and view.shown in view.lines:
        yield _stage_fact(view, view.shown, view.lines[view.shown])
    total = _total_fact(view, view.main_line)
    if total is not None:
        yield total


def _rank_fact(view: RunnerView, classification: Classification) -> Fact | None:
    name = called(classification)
    if view.now is not None and has_road(classification):
        standing = view.road(classification)
        line = view.road_line(standing)
        if line is not None and line.rank is not None and (view.after or line.split):
            before = line.line.rank
            return Fact(
                label=sentence("on-the-road-of", name=name),
                value=str(line.rank),
                note=_road_gap(view, standing, line),
                moved=before - line.rank if before is not None else None,
                is_live=not line.is_settled,
            )
    if not view.after:
        return None
    lines = view.book.board(classification.code, view.after).lines
    own = view.line(classification, view.after)
    if own is None or own.rank is None:
        return None
    if view.now is not None:
        name = sentence("after-stage-of", name=name, stage=view.after)
    return Fact(label=name, value=str(own.rank), note=_gap(view, lines, own))


def _road_gap(view: RunnerView, standing: tuple[RoadLine, ...], own: RoadLine) -> str:
    others = [line for line in standing if line.rank is not None and line is not own]
    if not others or own.gap is None:
        return ""
    first = others[0]
    if own.rank == 1:
        gap, other = first.gap or 0, name_of(first.line.competitor)
        return _ahead(view, gap, other)
    return sentence(
        "behind",
        gap=figures.behind(own.gap, view.precision),
        leader=name_of(first.line.competitor),
    )


def _gap(view: RunnerView, lines: tuple[Line, ...], own: Line) -> str:
    others = [line for line in lines if line.rank is not None and line is not own]
    if not others or own.gap is None:
        return ""
    other = name_of(others[0].competitor)
    if own.rank == 1:
        return _ahead(view, others[0].gap or 0, other)
    return sentence("behind", gap=figures.behind(own.gap, view.precision), leader=other)


def _ahead(view: RunnerView, gap: Duration, other: str) -> str:
    if not gap:
        return sentence("level-with", second=other)
    return sentence("ahead-of", gap=figures.short(gap, view.precision), second=other)


def _stage_fact(view: RunnerView, number: int, line: StageLine) -> Fact:
    label = sentence("stage-column", stage=number)
    splits = view.book.splits(number, view.entry.id)
    stage = view.book.race.stage(number)
    day = stage.date if stage is not None else None
    if line.time is not None:
        place = sentence("nth-of-stage", nth=words.ordinal(line.rank)) if line.rank else ""
        at = figures.clock(line.finish, view.zone, day) if line.finish is not None else ""
        parts = [sentence("finished-at", time=at) if at else "", place]
        value = figures.time(line.time, view.precision)
        parts.append(_place_within(view, number, line))
        note = ", ".join(part for part in parts if part)
        return Fact(label=label, value=value, note=note, has_clock=bool(at))
    mark = words.STAGE_STATUS[line.status]
    if not splits or line.status is not StageStatus.ON_COURSE:
        return Fact(label=label, value=mark, note=words.LETTERS.get(mark, ""))
    last = splits[-1]
    by_code = {p.code: p for p in places(view.book.course(number, line.division))}
    value = figures.elapsed(last.elapsed, view.rules) if last.elapsed is not None else mark
    seen = sentence(
        "last-seen",
        place=by_code[last.point].name,
        time=figures.clock_minutes(last.time, view.zone, day),
    )
    return Fact(label=label, value=value, note=seen, is_live=True, has_clock=True)


def _place_within(view: RunnerView, number: int, line: StageLine) -> str:
    """``1st of Women``: the place within the first part of the field, where it is another one."""
    ranked = rank_within(view, number)
    if ranked is None or line.rank is None or ranked.rank == line.rank:
        return ""
    return said(mark("{nth} of {name}"), nth=words.ordinal(ranked.rank), name=ranked.name)


def _total_fact(view: RunnerView, line: Line | None) -> Fact | None:
    road_line = view.road_line()
    settled = road_line is not None and road_line.is_settled
    if road_line is not None and settled and road_line.total is not None:
        time: Duration | None = road_line.total
    else:
        time = line.time if line is not None else None
    if time is None or not time:
        return None
    penalty = sum(each.penalty for each in view.lines.values())
    credit = sum(each.credit for each in view.lines.values())
    notes = []
    if penalty:
        notes.append(sentence("penalty-in", time=figures.short(penalty, view.precision)))
    if credit:
        notes.append(sentence("credit-in", time=figures.short(credit, view.precision)))
    if view.now is not None and not settled and view.after:
        notes.append(sentence("as-after-stage", stage=view.after))
    label = sentence("total")
    value = figures.time(time, view.precision)
    return Fact(label=label, value=value, note=", ".join(notes))
