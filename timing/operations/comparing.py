"""Our results beside another timekeeper's: which of ours, and the lines as text and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from timing.core.book import RaceBook
from timing.core.results import Line, StageLine
from timing.core.times import format_exact_duration
from timing.exports.finishers import board_to_tell
from timing.exports.rows import harmless, rows_to_csv
from timing.importers.vendor import Compared

HEADER = ("bib", "verdict", "our_rank", "their_rank", "our_time", "their_time", "off", "because")


def our_lines(
    book: RaceBook, *, board: str = "", after: int | None = None, stage: int | None = None
) -> Sequence[Line | StageLine]:
    """Ours of a stage, or else of a classification of single runners by time, by default the main.

    Raises NotFit, and what the book raises for an unknown board or stage.
    """
    if stage is not None:
        return [li for b in book.stage_boards(stage) if not b.team_kind for li in b.lines]
    return board_to_tell(book, board, after).lines


def compared_csv(found: Iterable[Compared]) -> bytes:
    """Every line."""
    return rows_to_csv(HEADER, map(compared_row, found))


def compared_row(one: Compared) -> tuple[str, ...]:
    """A line under `HEADER`; blank where there is nothing."""
    ours, theirs = one.ours, one.theirs
    our_time = None if ours is None or ours.rank is None else ours.time
    their_time = None if theirs is None else theirs.time
    sign = "+" if one.off > 0 else ""
    return (
        harmless(one.bib),
        one.verdict.value,
        "" if ours is None or ours.rank is None else str(ours.rank),
        "" if theirs is None or theirs.rank is None else str(theirs.rank),
        "" if our_time is None else format_exact_duration(our_time),
        "" if their_time is None else format_exact_duration(their_time),
        f"{sign}{format_exact_duration(one.off)}" if one.off else "",
        one.because,
    )
