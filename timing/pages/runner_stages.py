"""Every stage of a runner in a line: time, places, what it made of the whole."""

from __future__ import annotations

from dataclasses import dataclass

from timing.core.results import StageLine
from timing.pages import addresses, figures, words
from timing.pages.marks import StatusMark, stage_mark
from timing.pages.runner_view import RunnerView
from timing.pages.runner_way import GroupRank
from timing.pages.saying import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class StageItem:
    """A line of the table of stages. ``rank_in`` is the place within the first part of the field.

    ``day`` is told of a stage that is to come.
    """

    number: int
    name: str
    url: str
    time: str
    sums: str
    rank: str
    rank_in: GroupRank | None
    total: str
    overall: str
    gap: str
    status: StatusMark | None
    day: str
    is_live: bool
    is_shown: bool


def stage_items(view: RunnerView) -> tuple[StageItem, ...]:
    """The stages that the runner's division runs."""
    return tuple(_stage_item(view, number) for number in view.lines)


def rank_within(view: RunnerView, number: int) -> GroupRank | None:
    """The place on a stage within the first part of the field that the runner is in."""
    state = view.book.stage_book(number).state
    own = view.lines[number].rank
    if state is None or own is None or not view.groups:
        return None
    group, members = view.groups[0], view.members(number)[0]
    division = view.lines[number].division
    ahead = sum(
        row.rank is not None and row.rank < own and row.entry.division == division
        for entry_id, row in state.rows.items()
        if entry_id in members
    )
    return GroupRank(rank=1 + ahead, short=group.short, name=group.name)


def _stage_item(view: RunnerView, number: int) -> StageItem:
    line = view.lines[number]
    stage = view.book.race.stage(number)
    is_live = view.now is not None and number == view.now.stage.number
    total = overall = gap = ""
    if view.main is not None and number <= view.after:
        board_line = view.line(view.main, number)
        if board_line is not None and board_line.time is not None:
            total = figures.time(board_line.time, view.precision)
        if board_line is not None and board_line.rank is not None:
            overall = str(board_line.rank)
            gap = figures.behind(board_line.gap or 0, view.precision)
    road_line = view.road_line()
    if is_live and road_line is not None and road_line.rank is not None:
        overall = str(road_line.rank)
        gap = figures.behind(road_line.gap or 0, view.precision)
        if road_line.is_settled and road_line.total is not None:
            total = figures.time(road_line.total, view.precision)
    is_to_come = not view.book.has_begun(number)
    return StageItem(
        number=number,
        name=stage.name if stage is not None else "",
        url=addresses.runner(view.book.race.slug, view.entry.bib, stage=number),
        time="" if line.time is None else figures.time(line.time, view.precision),
        sums=_sums(view, line),
        rank="" if line.rank is None else str(line.rank),
        rank_in=rank_within(view, number),
        total=total,
        overall=overall,
        gap="" if overall == "1" else gap,
        status=stage_mark(line.status) if line.time is None and not is_to_come else None,
        day=words.short_day(stage.date) if stage is not None and is_to_come else "",
        is_live=is_live,
        is_shown=number == view.shown,
    )


def _sums(view: RunnerView, line: StageLine) -> str:
    """``raw 3:36:17 + penalty 15:00``: what the official time is made of."""
    parts = []
    if line.penalty:
        time = figures.short(line.penalty, view.precision)
        parts.append(sentence("plus-penalty", time=time))
    if line.credit:
        time = figures.short(line.credit, view.precision)
        parts.append(sentence("minus-credit", time=time))
    if line.bonus:
        time = figures.short(line.bonus, view.precision)
        parts.append(sentence("bonus-in-total", time=time))
    if line.raw_time is None or not (line.penalty or line.credit):
        return " ".join(parts)
    raw = sentence("raw", time=figures.elapsed(line.raw_time, view.rules))
    return " ".join([raw, *parts])
