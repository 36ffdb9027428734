"""Differences between results in words: what changed for whom, and by which rule."""

from __future__ import annotations

from collections.abc import Mapping

from timing.core.book import RaceBook
from timing.core.difference_reasons import Causes
from timing.core.differences import Change, ChangeKind, Differences, Figures, ResultDifferences
from timing.core.statuses import RaceStatus, StageStatus
from timing.pages import words
from timing.pages.board_page import board_name

CHANGE: Mapping[ChangeKind, str] = {
    ChangeKind.FALLS_OUT: "falls out",
    ChangeKind.COMES_BACK: "comes back",
    ChangeKind.LEAVES: "not in it any more",
    ChangeKind.JOINS: "in it now",
    ChangeKind.STATUS: "another status",
    ChangeKind.RANK: "another rank",
    ChangeKind.TIME: "another time",
}

_COUNTED: Mapping[ChangeKind, tuple[str, str]] = {
    ChangeKind.FALLS_OUT: ("one falls out", "{number:,} fall out"),
    ChangeKind.COMES_BACK: ("one comes back", "{number:,} come back"),
    ChangeKind.RANK: ("one has another rank", "{number:,} have another rank"),
    ChangeKind.TIME: ("one has another time alone", "{number:,} have another time alone"),
}

NOTHING = "Nobody’s rank, time or status differs."

OTHERS = "others moved"
"""Why a line differs whose own figures are what they were."""


def result_name(book: RaceBook, result: ResultDifferences) -> str:
    """``Women, after stage 4``, or ``Stage 4``."""
    if not result.board:
        return f"Stage {result.number}"
    name = board_name(book, result.board)
    if not result.number:
        return f"{name}, before the first stage"
    return f"{name}, after stage {result.number}"


def status_word(figures: Figures) -> str:
    """A status as boards show it."""
    if isinstance(figures.status, RaceStatus):
        return words.RACE_STATUS[figures.status]
    return words.STAGE_STATUS[StageStatus(figures.status)]


def change_words(change: Change) -> str:
    """What became different: ``falls out, OTL``."""
    said = CHANGE[change.kind]
    if change.kind in (ChangeKind.FALLS_OUT, ChangeKind.STATUS) and change.after is not None:
        return f"{said}, {status_word(change.after)}"
    return said


def causes_words(causes: Causes) -> str:
    """``Rules 5.1, 5.4``, or that it is because of others."""
    return f"Rules {', '.join(causes.rules)}" if causes.rules else OTHERS


def summary(differences: Differences) -> str:
    """``It concerns 12 runners or teams: one falls out …``, the weightiest first."""
    if differences.is_empty:
        return NOTHING
    parts = [
        one if number == 1 else many.format(number=number)
        for kind, (one, many) in _COUNTED.items()
        if (number := differences.count(kind))
    ]
    concerned = differences.concerned
    who = "one runner or team" if concerned == 1 else f"{concerned:,} runners or teams"
    return f"It concerns {who}: {', '.join(parts)}." if parts else f"It concerns {who}."
