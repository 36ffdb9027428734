"""Start lists: who starts when, with a box to tick for whoever is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from timing.core.book import RaceBook
from timing.core.definition import StartMode
from timing.core.entries import Entry
from timing.core.problems import ProblemCode
from timing.core.times import Instant
from timing.exports.pdf import Imprint, Sheets
from timing.exports.pdf_stage import PrintedStage
from timing.pages import words


class StartOrder(StrEnum):
    """How a start list is sorted: as they start, those who start together by bib; or all by bib."""

    START = "start"
    BIB = "bib"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Starter:
    """A runner with the wave and the moment of the start, as far as they are known."""

    entry: Entry
    wave: str
    at: Instant | None


def start_list(
    book: RaceBook, number: int, *, imprint: Imprint, order: StartOrder = StartOrder.START
) -> Sheets:
    """The start list of a stage: allocated starts where there are any, else the guns.

    Raises UnknownStage where there is no such stage.
    """
    stage = PrintedStage(book=book, number=number, imprint=imprint)
    starters = [
        _Starter(entry=entry, wave=stage.wave_of(entry), at=_start(stage, entry))
        for entry in stage.runners
    ]
    if order is StartOrder.BIB:
        sections = [_section(stage, "All, by bib", starters, is_timed=True)]
    else:
        sections = list(_by_start(stage, starters))
    frame = stage.settled.frame
    return stage.sheets(
        "start.typ",
        {
            "is_provisional": frame is not None
            and any(p.code is ProblemCode.PROVISIONAL_STARTS for p in frame.problems),
            "starters": len(starters),
            "note": "Started at, note" if _is_free(stage) else "Note",
            "sections": sections,
        },
    )


def _start(stage: PrintedStage, entry: Entry) -> Instant | None:
    """A runner's own start where one was allocated or ruled, else the gun."""
    start = stage.start_of(entry)
    return stage.gun_of(entry) if start is None and not _is_each_their_own(stage) else start


def _is_each_their_own(stage: PrintedStage) -> bool:
    start = stage.settled.stage.start
    return start is not None and start.mode in (StartMode.INTERVAL, StartMode.CHASE)


def _is_free(stage: PrintedStage) -> bool:
    start = stage.settled.stage.start
    return start is not None and start.mode is StartMode.WINDOW


def _mode(stage: PrintedStage) -> str:
    start = stage.settled.stage.start
    word = words.START_MODE[StartMode.MASS if start is None else start.mode]
    return word[:1].upper() + word[1:]


def _by_start(stage: PrintedStage, starters: Iterable[_Starter]) -> Iterator[dict[str, Any]]:
    """A section for each wave in the order of their guns; who has no start comes last."""
    waves: dict[str, list[_Starter]] = {}
    lost: list[_Starter] = []
    for one in starters:
        (lost if one.at is None else waves.setdefault(one.wave, [])).append(one)
    firsts = {code: min(one.at or 0 for one in those) for code, those in waves.items()}
    for code in sorted(waves, key=lambda wave: (firsts[wave], wave)):
        those = sorted(waves[code], key=lambda one: one.at or 0)  # by bib they are already
        at = {one.at for one in those}
        title = f"Wave {code}" if code else _mode(stage)
        if len(at) == 1:
            title = f"{title} · {stage.clock(firsts[code])}{_until(stage)}"
        yield _section(stage, title, those, is_timed=len(at) > 1)
    if lost:
        yield _section(stage, "No start time: ask the director", lost, is_timed=False)


def _until(stage: PrintedStage) -> str:
    """When a free start ends, if it does."""
    frame = stage.settled.frame
    closes = None if frame is None else frame.default.closes
    return "" if closes is None else f" to {stage.clock(closes)}"


def _section(
    stage: PrintedStage, title: str, starters: Iterable[_Starter], *, is_timed: bool
) -> dict[str, Any]:
    rows = []
    for one in starters:
        row = stage.row(one.entry)
        if is_timed:
            wave = f"{one.wave} " if one.wave else ""
            row["start"] = stage.legible(wave + ("" if one.at is None else stage.clock(one.at)))
        rows.append(row)
    return {"title": stage.legible(title), "is_timed": is_timed, "rows": rows}
