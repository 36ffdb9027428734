"""Results for RunSignup: a CSV file of those who finished.

It knows runners by the number of their registration, which an entry has as a tag
(``runsignup:1234567``), or by their bib.
"""

from __future__ import annotations

from timing.core.book import RaceBook
from timing.core.entries import Entry
from timing.core.results import Board
from timing.core.times import SECOND, Duration
from timing.exports.finishers import field_of
from timing.exports.itra import clock
from timing.exports.rows import harmless, rows_to_csv

HEADER = ("registration_id", "place", "bib_num", "clock_time")
TAG = "runsignup:"


def to_runsignup(book: RaceBook, board: Board) -> bytes:
    """The finishers of a board, best first."""
    return rows_to_csv(
        HEADER,
        (
            (
                harmless(registration_of(one.entry)),
                str(one.rank),
                harmless(one.entry.bib),
                to_the_millisecond(one.time),
            )
            for one in field_of(book, board)
            if one.time is not None
        ),
    )


def registration_of(entry: Entry) -> str:
    """The number of its registration, empty where no tag tells it."""
    return next((t.removeprefix(TAG) for t in entry.tags if t.startswith(TAG)), "")


def to_the_millisecond(time: Duration) -> str:
    """``HH:MM:SS.ms``."""
    return f"{clock(time)}.{time % SECOND:03d}"
