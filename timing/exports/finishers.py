"""Who finished a race, as those who keep results of many races want it told.

They ask for places by time, of everybody together: for one classification of entries by time, by
default the first that has no category, as after the last stage with a result.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from timing.core.book import RaceBook
from timing.core.categories import age_on, day_of_age
from timing.core.definition import Classification, Measure, Of
from timing.core.entries import Entry
from timing.core.results import Board, Line
from timing.core.statuses import RaceStatus, StageStatus
from timing.core.times import Duration
from timing.exports.latin import LatinName, latin_name

_STARTED = frozenset(
    {
        StageStatus.FINISHED,
        StageStatus.ON_COURSE,
        StageStatus.DNF,
        StageStatus.OTL,
        StageStatus.DSQ,
    }
)


class NotFit(ValueError):
    """The race can't be told in that form; the message says why, and what to do."""


class Ending(StrEnum):
    """How the race ended for somebody, in the few words that others have for it."""

    FINISHED = "finished"
    DNF = "dnf"
    DNS = "dns"
    DSQ = "dsq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finisher:
    """One of the field; ``rank`` and ``time`` are None for all but those who finished.

    ``age`` is that of the race's rules, None where the date of birth is not known.
    """

    entry: Entry
    name: LatinName
    ending: Ending
    rank: int | None
    time: Duration | None
    age: int | None
    categories: tuple[str, ...]


def by_time(book: RaceBook) -> tuple[Classification, ...]:
    """The classifications of entries by time, those of all categories first."""
    fitting = [
        c for c in book.race.classifications if c.of is Of.SOLO and c.measure is Measure.TIME
    ]
    return tuple(sorted(fitting, key=lambda c: bool(c.category)))


def main_boards(book: RaceBook) -> tuple[Classification, ...]:
    """The first classification by time of each division, of all categories where there is one."""
    found: dict[str, Classification] = {}
    for classification in by_time(book):
        found.setdefault(classification.division, classification)
    return tuple(c for c in book.race.classifications if c in found.values())


def board_to_tell(book: RaceBook, code: str = "", after: int | None = None) -> Board:
    """The board of that code, by default the main one; NotFit where it is not of entries by time.

    Raises what the book raises for an unknown code or stage.
    """
    if code:
        board = book.board(code, after)
        if board.classification not in by_time(book):
            raise NotFit(f"The board {code} does not rank single runners by time.")
        return board
    known = by_time(book)
    if not known:
        raise NotFit("The race has no classification of single runners by time.")
    return book.board(known[0].code, after)


def field_of(book: RaceBook, board: Board) -> tuple[Finisher, ...]:
    """Everybody on a board, in its order, those without a rank last.

    Whoever asked that their name is not told is left out: these lists are public (Rules 12.2).
    """
    stages = [number for number in book.stages if number <= board.after]
    told = [
        _finisher(book, line, line.competitor, stages)
        for line in board.lines
        if isinstance(line.competitor, Entry) and not line.competitor.name_hidden
    ]
    return tuple(sorted(told, key=lambda one: (one.rank is None, one.rank or 0)))


def _finisher(book: RaceBook, line: Line, entry: Entry, stages: list[int]) -> Finisher:
    ending = _ending(book, line, entry, stages)
    is_told = ending is Ending.FINISHED
    day = day_of_age(book.race, book.race.starts_on)
    return Finisher(
        entry=entry,
        name=latin_name(entry.name),
        ending=ending,
        rank=line.rank if is_told else None,
        time=line.time if is_told else None,
        age=None if entry.born is None else age_on(entry.born, day),
        categories=line.categories,
    )


def _ending(book: RaceBook, line: Line, entry: Entry, stages: list[int]) -> Ending:
    if line.status is RaceStatus.DSQ:
        return Ending.DSQ
    if line.rank is not None and line.time is not None and not line.status.is_out():
        return Ending.FINISHED
    of_stages = (book.stage_line(number, entry.id) for number in stages)
    started = any(one is not None and one.status in _STARTED for one in of_stages)
    return Ending.DNF if started else Ending.DNS
