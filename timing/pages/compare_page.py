"""Our results beside another timekeeper's file, at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.definition import Measure, Of, Race, StageKind
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import called
from timing.pages.stages import stage_title

STYLES = ("desk", "compare")
LINES_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a list to choose from."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    """What of a line a column may say, and the columns that the file has."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    is_needed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of difference, and how many lines are of it; ``is_shown`` are those below."""

    value: str
    label: str
    count: int
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedLine:
    """A bib in both, or in one; blank where there is nothing."""

    bib: str
    url: str
    name: str
    verdict: str
    is_same: bool
    our_rank: str
    our_time: str
    their_rank: str
    their_time: str
    off: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage:
    """A file beside our results; without ``packed`` there is no file yet.

    ``packed`` is the file itself, which goes with the form and is kept nowhere; empty for one that
    is too large to. ``left_out`` lines are only in the file to download.
    """

    template: ClassVar[str] = "desk_compare.html"

    frame: Frame
    race: str
    slug: str
    signed_in_as: str
    form_token: str
    message: str
    results: tuple[Choice, ...]
    file_name: str
    packed: str
    columns: tuple[ColumnChoice, ...]
    kinds: tuple[Kind, ...]
    tendency: str
    lines: tuple[ComparedLine, ...]
    left_out: int


def result_choices(race: Race, last: int, chosen: str) -> tuple[Choice, ...]:
    """What a file can be laid beside: classifications of runners by time, stages with a result."""
    found = [
        (f"board:{c.code}:{n}", f"{called(c)}, after {stage_title(stage)}")
        for c in race.classifications
        if c.of is Of.SOLO and c.measure is Measure.TIME
        for stage in reversed(race.stages)
        if (n := stage.number) <= last and stage.kind is not StageKind.REST
    ]
    found += [
        (f"stage:{stage.number}", f"{stage_title(stage)}, the stage alone")
        for stage in race.stages
        if stage.number <= last and stage.kind is not StageKind.REST
    ]
    return tuple(Choice(value=v, label=label, is_chosen=v == chosen) for v, label in found)


def compare_page(
    race: Race,
    *,
    form_token: str,
    signed_in_as: str,
    results: Sequence[Choice],
    message: str = "",
    file_name: str = "",
    packed: str = "",
    columns: Sequence[ColumnChoice] = (),
    kinds: Sequence[Kind] = (),
    tendency: str = "",
    lines: Sequence[ComparedLine] = (),
) -> ComparePage:
    """The page, with as many lines as it shows."""
    return ComparePage(
        frame=Frame(title=f"Compare · {race.name}", styles=STYLES),
        race=name_and_edition(race)[0],
        slug=race.slug,
        signed_in_as=signed_in_as,
        form_token=form_token,
        message=message,
        results=tuple(results),
        file_name=file_name,
        packed=packed,
        columns=tuple(columns),
        kinds=tuple(kinds),
        tendency=tendency,
        lines=tuple(lines[:LINES_SHOWN]),
        left_out=max(0, len(lines) - LINES_SHOWN),
    )
