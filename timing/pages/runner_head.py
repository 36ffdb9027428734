"""Who a runner is: bib, what is known beside the name, what became of them."""

from __future__ import annotations

from dataclasses import replace

from timing.core.statuses import StageStatus
from timing.pages.marks import (
    Bib,
    StatusMark,
    bib_of,
    called,
    jerseys,
    race_mark,
    stage_mark,
    worn_bibs,
)
from timing.pages.runner_view import RunnerView
from timing.pages.running import has_road
from timing.pages.saying import sentence


def head_bib(view: RunnerView) -> Bib:
    """The bib as worn today, dashed where its runner leads on the road."""
    bib = bib_of(view.entry, worn_bibs(view.book))
    if bib.jersey is not None or view.now is None:
        return bib
    for jersey, classification in jerseys(view.book.race).items():
        if classification in view.boards and has_road(classification):
            first = view.road(classification)[:1]
            if first and first[0].line.competitor == view.entry and first[0].split:
                title = sentence("leads-on-road")
                return replace(bib, jersey=jersey, on_road=True, title=title)
    return bib


def about_of(view: RunnerView) -> str:
    """Nation, categories, division and club, those that are known."""
    entry, race = view.entry, view.book.race
    names = {c.code: called(c) for c in race.categories}
    divisions = {d.code: called(d) for d in race.divisions}
    parts = [entry.nationality, *(names.get(code, code) for code in _categories(view))]
    if len(divisions) > 1:
        parts.append(divisions.get(entry.division, entry.division))
    parts.append(entry.club)
    return " · ".join(part for part in parts if part)


def _categories(view: RunnerView) -> tuple[str, ...]:
    """Those of the main classification, else of the first stage: there are some before any."""
    if view.main_line is not None:
        return view.main_line.categories
    return next(iter(view.lines.values())).categories if view.lines else ()


def status_of(view: RunnerView) -> StatusMark | None:
    """What became of whoever is out or unranked, and where; None for everybody else."""
    line = view.main_line
    road_line = view.road_line()
    if road_line is not None and road_line.rank is None and road_line.stage is not None:
        stage = road_line.stage
        if road_line.line.rank is not None:
            where = view.where(view.now.stage.number if view.now else 0, stage.control)
            return stage_mark(stage.status, where)
    if line is None or line.rank is not None or not view.after:
        return None
    if line.out_stage is not None:
        stage_line = view.lines.get(line.out_stage)
        where = view.where(line.out_stage, line.out_control)
        if stage_line is not None and stage_line.status is StageStatus.DNS:
            return stage_mark(StageStatus.DNS, where)
        return race_mark(line.status, where)
    return race_mark(line.status, sentence("stages-done", done=line.stages, of=view.after))
