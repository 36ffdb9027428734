"""Results for UltraSignup: a CSV file of the columns that it knows, and no others."""

from __future__ import annotations

from timing.core.book import RaceBook
from timing.core.results import Board
from timing.exports.finishers import Ending, Finisher, field_of
from timing.exports.itra import clock
from timing.exports.rows import harmless, rows_to_csv

HEADER = ("place", "time", "first", "last", "age", "gender", "dob", "bib", "status")
STATUS = {Ending.FINISHED: "1", Ending.DNF: "2", Ending.DNS: "3", Ending.DSQ: "5"}


def to_ultrasignup(book: RaceBook, board: Board) -> bytes:
    """Everybody on a board; who has no gender is left out, since it takes no line without."""
    field = field_of(book, board)
    return rows_to_csv(HEADER, (_row(one) for one in field if one.entry.gender))


def _row(one: Finisher) -> tuple[str, ...]:
    entry = one.entry
    return (
        "" if one.rank is None else str(one.rank),
        "" if one.time is None else clock(one.time),
        harmless(one.name.first),
        harmless(one.name.family),
        "" if one.age is None else str(one.age),
        entry.gender,
        "" if entry.born is None else entry.born.isoformat(),
        harmless(entry.bib),
        STATUS[one.ending],
    )
