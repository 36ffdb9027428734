"""When a runner starts next: the stage, the wave, the time as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass

from timing.core.definition import Stage, StartMode
from timing.core.problems import ProblemCode
from timing.core.statuses import StageStatus
from timing.pages import figures, words
from timing.pages.languages import mark, translate
from timing.pages.runner_view import RunnerView
from timing.pages.saying import said
from timing.pages.stages import first_start, stage_facts, stage_title


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStart:
    """The next stage of a runner who is still in the race; ``clock`` is empty where not known."""

    title: str
    facts: str
    day: str
    clock: str
    how: str
    note: str


def next_start(view: RunnerView) -> NextStart | None:
    """The first stage that is yet to begin; None while one runs, or for whoever is out."""
    if view.now is not None or _is_out(view):
        return None
    number = next((n for n in view.lines if not view.book.has_begun(n)), None)
    stage = view.book.race.stage(number) if number is not None else None
    if number is None or stage is None or view.lines[number].status is StageStatus.DNS:
        return None
    frame = view.book.stage_book(number).frame
    clock = None if frame is None else frame.clock_of(view.entry.id)
    at = None if clock is None else clock.start if clock.start is not None else clock.gun
    is_provisional = frame is not None and any(
        problem.code is ProblemCode.PROVISIONAL_STARTS for problem in frame.problems
    )
    told = figures.clock(at, view.zone, stage.date).removesuffix(":00") if at is not None else ""
    return NextStart(
        title=stage_title(stage),
        facts=stage_facts(stage),
        day=words.long_day(stage.date),
        clock=told or first_start(view.book, stage),
        how=_how(stage, "" if clock is None else clock.wave),
        note=translate("Provisional: it follows from the results so far.")
        if is_provisional
        else "",
    )


def _is_out(view: RunnerView) -> bool:
    line = view.main_line
    return line is not None and line.out_stage is not None


def _how(stage: Stage, wave: str) -> str:
    """``Mass start``, or which wave."""
    if wave:
        return said(mark("Wave {wave}"), wave=wave)
    mode = words.START_MODE[StartMode.MASS if stage.start is None else stage.start.mode]
    return mode[:1].upper() + mode[1:]
