"""Results for the International Trail Running Association: its workbook, laid down to the header.

One file a race, all genders, best first. Names are in Latin letters, nations as the International
Olympic Committee writes them. Those who did not finish have ``DNF`` for their ranking and no time;
who did not start, or was disqualified, is left out.
"""

from __future__ import annotations

from timing.core.book import RaceBook
from timing.core.results import Board
from timing.core.times import SECOND, Duration, format_duration
from timing.exports.finishers import Ending, Finisher, field_of
from timing.exports.latin import latin
from timing.exports.nations import ioc_code
from timing.exports.xlsx import Page, Width, to_xlsx

HEADER = (
    "Ranking",
    "Time",
    "Family name",
    "First name",
    "Gender",
    "Birthdate",
    "Nationality",
    "Bib number",
    "City",
)
_WIDTHS = (9, 10, 22, 18, 8, 12, 11, 11, 18)
_TOLD = (Ending.FINISHED, Ending.DNF)


def to_itra(book: RaceBook, board: Board) -> bytes:
    """The workbook of a board of entries by time; the city stays empty, since entries have none."""
    rows = tuple(_row(one) for one in field_of(book, board) if one.ending in _TOLD)
    page = Page(
        name="Results",
        columns=tuple(Width(title=t, width=w) for t, w in zip(HEADER, _WIDTHS, strict=True)),
        rows=rows,
    )
    return to_xlsx((page,), created=book.race.starts_on, is_plain=True)


def clock(time: Duration) -> str:
    """``hh:mm:ss``, two digits of hours at the least, fractions cut off."""
    whole = format_duration(time - time % SECOND)
    return whole if whole.index(":") >= 2 else f"0{whole}"


def _row(one: Finisher) -> tuple[str | int, ...]:
    entry = one.entry
    return (
        one.ending.name if one.rank is None else one.rank,
        "" if one.time is None else clock(one.time),
        one.name.family,
        one.name.first,
        entry.gender,
        "" if entry.born is None else entry.born.isoformat(),
        ioc_code(entry.nationality),
        latin(entry.bib),
        "",
    )
