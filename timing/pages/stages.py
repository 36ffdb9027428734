"""The strip of stages: what is run, what is live, what is to come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from timing.core.book import RaceBook
from timing.core.courses import course_of
from timing.core.definition import Stage, StageKind
from timing.core.records import StageAction, StageChange
from timing.core.times import zone_named
from timing.pages import addresses, figures, words
from timing.pages.languages import translate
from timing.pages.marks import Place, places
from timing.pages.profile import Profile, profile_of
from timing.pages.words import sentence

_TILE_POINTS = 24
"""Of the profile on a tile: each page with a strip carries them."""


class StageState(StrEnum):
    """How a stage stands; settled is ink, live is the overprint."""

    DONE = "done"
    LIVE = "now"
    TO_COME = "next"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTile:
    """One stage of the strip; ``weekday`` and, as ``word``, the start of one that is to come.

    ``kilometres`` and ``climb`` are empty where they are not known.
    """

    number: int
    title: str
    state: StageState
    word: str
    weekday: str
    kilometres: str
    climb: str
    url: str
    is_current: bool
    places: tuple[Place, ...]
    profile: Profile | None = None


def stage_title(stage: Stage) -> str:
    """``Stage 5, Ighil Mellen to Ifri n’Ouzrou``."""
    if stage.name:
        return translate("Stage {stage}, {name}").format(stage=stage.number, name=stage.name)
    return translate("Stage {stage}").format(stage=stage.number)


def stage_facts(stage: Stage) -> str:
    """``58.2 km · 2,240 m up``."""
    facts = []
    if stage.distance_m:
        facts.append(translate("{km} km").format(km=figures.kilometres(stage.distance_m)))
    if stage.ascent_m:
        facts.append(translate("{metres} m up").format(metres=figures.count(stage.ascent_m)))
    return " · ".join(facts)


def stage_states(book: RaceBook) -> dict[int, StageState]:
    """Where each stage stands now."""
    live, last = book.running_stage, max(book.closed_stage, book.last_stage)
    states = {}
    for stage in book.race.stages:
        if stage.kind is StageKind.REST:
            states[stage.number] = StageState.REST
        elif stage.number == live:
            states[stage.number] = StageState.LIVE
        else:
            is_done = stage.number <= last
            states[stage.number] = StageState.DONE if is_done else StageState.TO_COME
    return states


def is_cancelled(book: RaceBook, number: int) -> bool:
    """Whether a stage was cancelled (Rules 2.3)."""
    return any(
        isinstance(r, StageChange) and r.stage == number and r.action is StageAction.CANCEL
        for r in book.rulings
    )


def stage_tiles(book: RaceBook, current: int | None = None) -> tuple[StageTile, ...]:
    """The strip; ``current`` is the stage whose page this is."""
    states = stage_states(book)
    return tuple(
        _tile(book, stage, states[stage.number], is_current=stage.number == current)
        for stage in book.race.stages
    )


def _tile(book: RaceBook, stage: Stage, state: StageState, *, is_current: bool) -> StageTile:
    is_rest = state is StageState.REST
    return StageTile(
        number=stage.number,
        title=stage_title(stage),
        state=state,
        word=_word(book, stage, state),
        weekday=words.weekday(stage.date) if state is StageState.TO_COME else "",
        kilometres=figures.kilometres(stage.distance_m) if stage.distance_m else "",
        climb=figures.count(stage.ascent_m) if stage.ascent_m else "",
        url="" if is_rest else addresses.stage(book.race.slug, stage.number),
        is_current=is_current,
        places=places(course_of(stage, "").points) if stage.controls else (),
        profile=profile_of(stage, most=_TILE_POINTS),
    )


def _word(book: RaceBook, stage: Stage, state: StageState) -> str:
    match state:
        case StageState.REST:
            return sentence("stage-rest")
        case StageState.LIVE:
            return sentence("stage-is-live")
        case StageState.DONE:
            key = "stage-cancelled" if is_cancelled(book, stage.number) else "stage-done"
            return sentence(key)
        case StageState.TO_COME:
            return first_start(book, stage)


def first_start(book: RaceBook, stage: Stage) -> str:
    """``07:30``: the first start of a stage on its own day's clock, or nothing."""
    start = stage.start
    if start is None:
        return ""
    guns = book.guns(stage.number)
    if guns:
        zone = zone_named(book.race.timezone)
        return figures.clock_minutes(min(guns.values()), zone, stage.date)
    opens = start.at or start.opens
    if opens is None:
        return ""
    return f"{opens.ms // 3_600_000:02d}:{opens.ms // 60_000 % 60:02d}"
