"""Results for the statistics of the Deutsche Ultramarathon-Vereinigung (DUV).

They take a stage race if one of its stages has 45 km or more.
"""

from __future__ import annotations

from timing.core.book import RaceBook
from timing.core.results import Board
from timing.exports.finishers import Finisher, NotFit, field_of
from timing.exports.itra import clock
from timing.exports.nations import ioc_code
from timing.exports.rows import harmless, rows_to_csv

HEADER = ("place", "name", "club", "nation", "year of birth", "gender", "time")
LONGEST_AT_LEAST_M = 45_000


def to_duv(book: RaceBook, board: Board) -> bytes:
    """The finishers of a board, best first; NotFit where no stage is long enough."""
    if not is_long_enough(book):
        raise NotFit("No stage has 45 km or more: DUV takes no such stage race.")
    return rows_to_csv(HEADER, (_row(one) for one in field_of(book, board) if one.rank is not None))


def is_long_enough(book: RaceBook) -> bool:
    """Whether a stage has 45 km or more."""
    return any(stage.distance_m >= LONGEST_AT_LEAST_M for stage in book.race.stages)


def _row(one: Finisher) -> tuple[str, ...]:
    entry = one.entry
    name = ", ".join(part for part in (one.name.family, one.name.first) if part)
    return (
        str(one.rank),
        harmless(name),
        harmless(entry.club),
        harmless(ioc_code(entry.nationality)),
        "" if entry.born is None else str(entry.born.year),
        entry.gender,
        "" if one.time is None else clock(one.time),
    )
