"""What is dubious about the times of a stage when they are seen side by side (Rules 4.5).

It changes no result, so that it is looked for only when somebody asks for the problems.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from timing.core.device_clocks import clocks_off
from timing.core.doubtful_legs import doubtful_legs
from timing.core.misreads import misreads
from timing.core.problems import Problem
from timing.core.records import Passing
from timing.core.stage_book import StageBook
from timing.core.unsure_times import unsure_times


def doubts(
    book: StageBook, listed: Sequence[Problem], unplaced: Iterable[Passing]
) -> Sequence[Problem]:
    """The doubts about a settled stage beyond those ``listed`` already.

    ``listed`` are the stage's problems so far, those of ``unplaced`` among them: the passings
    of the stage that are nobody's.
    """
    if book.doubts is None:
        book.doubts = (*doubtful_legs(book), *clocks_off(book), *unsure_times(book))
    return (*book.doubts, *misreads(book, (*listed, *book.doubts), unplaced))
