"""What would change: a ruling previewed on a live book, which stays as it is."""

import gc
import time
from collections.abc import Iterable

from benchmarks.fields import field
from benchmarks.figures import Figure
from timing.core.book import RaceBook
from timing.core.entries import Entry
from timing.core.preview import preview
from timing.core.records import CutoffMove, Penalty, Ruling, StageAction, StageChange
from timing.core.times import HOUR, Instant, parse_instant

NAME = "preview"
TARGET = "what would change shown within 0.7 s, at 1,300 entries × 6 stages × 8 controls"
SIZE = (1_300, 6, 8)
_AFTERWARDS: Instant = parse_instant("2026-08-31T18:00:00Z")


def run() -> Iterable[Figure]:
    """Preview a penalty, a moved cut-off and a cancelled stage, all of the first stage."""
    book = RaceBook(field(*SIZE))
    book.answer()
    for label, ruling in _rulings(book):
        gc.collect()
        began = time.perf_counter()
        found = preview(book, rulings=(ruling,))
        took = time.perf_counter() - began
        assert not found.is_empty
        yield Figure(label=label, value=took, unit="s")


def _rulings(book: RaceBook) -> Iterable[tuple[str, Ruling]]:
    leader = next(iter(book.stage_boards(1)[0].lines)).competitor
    assert isinstance(leader, Entry)
    yield (
        "a penalty",
        Penalty(id="p", by=NAME, at=_AFTERWARDS, stage=1, time=HOUR, bibs=(leader.bib,)),
    )
    finish = book.race.stages[0].controls[-1].code
    yield (
        "a moved cut-off",
        CutoffMove(id="c", by=NAME, at=_AFTERWARDS, stage=1, control=finish, elapsed=6 * HOUR),
    )
    yield (
        "a cancelled stage",
        StageChange(id="s", by=NAME, at=_AFTERWARDS, stage=1, action=StageAction.CANCEL),
    )
