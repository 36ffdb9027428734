"""The sheet of a prize ceremony: who is called, from the standings as published (Rules 9.10)."""

from __future__ import annotations

from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.definition import Classification
from timing.core.jerseys import Worn, jerseys_after
from timing.core.results import Line

PODIUM = 3
"""How many are called, unless somebody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Podium:
    """The first of a classification, best first; more than asked for where the last is shared."""

    classification: Classification
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """Who is called after stage ``after``, in the order of the definition."""

    after: int
    podiums: tuple[Podium, ...]
    jerseys: tuple[Worn, ...]


def ceremony_of(book: RaceBook, after: int | None = None, top: int = PODIUM) -> Ceremony:
    """The sheet as after a stage, by default the last one that is closed.

    Who is left out of a classification, being among the first of another, is not called again.
    UnknownStage where there is no such stage.
    """
    number = book.closed_stage if after is None else after
    return Ceremony(
        after=number,
        podiums=tuple(
            Podium(
                classification=classification,
                lines=tuple(
                    line
                    for line in book.board(classification.code, number).lines
                    if line.rank is not None and line.rank <= top
                ),
            )
            for classification in book.race.classifications
        ),
        jerseys=jerseys_after(book, number) if number else (),
    )
