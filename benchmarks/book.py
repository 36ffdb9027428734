"""The live book: one more passing, and building it from the database."""

import atexit
import gc
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from benchmarks.fields import field
from benchmarks.figures import Figure
from timing.core.book import RaceBook
from timing.db.engines import Database, open_database
from timing.db.reading import read_race
from timing.operations import schema
from timing.operations.definitions import parse_definition
from timing.operations.races import add_race

NAME = "book"
TARGET = (
    "one more passing to the new board within 5 ms where nobody else's result can change, else"
    " within 150 ms, and rows to a book with its boards within 1 s, at 1,300 entries × 6 stages ×"
    " 8 controls"
)
SIZE = (1_300, 6, 8)
_HELD_BACK = 50
_CHECKPOINT = "CP4"


def run() -> Iterable[Figure]:
    """Feed a live book the last runners at a control one by one; then build one from rows."""
    for stage, label in ((SIZE[1], "of the last stage"), (1, "of the first stage")):
        took = _one_by_one(stage, "FINISH")
        yield Figure(label=f"one more finisher {label}", value=took, unit="ms")
        took = _one_by_one(stage, _CHECKPOINT)
        yield Figure(label=f"one more at a checkpoint {label}", value=took, unit="ms")
    took, read = _from_rows()
    yield Figure(label="rows to records", value=read, unit="s")
    yield Figure(label="rows to book and board", value=took, unit="s")


def _one_by_one(stage: int, control: str) -> float:
    """Milliseconds from a passing to the general classification, on average.

    Whoever passes is not known to have come any further.
    """
    document = field(*SIZE)
    ahead = [c.code for c in document.race.stages[0].controls]
    ahead = ahead[ahead.index(control) :]
    runner = RaceBook(document).placing()
    of_stage = [(p, runner(p)) for p in document.passings if p.stage == stage]
    last = [(p, who) for p, who in of_stage if p.control == control and isinstance(who, str)]
    late = [p for p, _ in last[-_HELD_BACK:]]
    those = {who for _, who in last[-_HELD_BACK:]}
    missing = {p.id for p, who in of_stage if who in those and p.control in ahead}
    book = RaceBook(
        replace(document, passings=tuple(p for p in document.passings if p.id not in missing))
    )
    before = book.board("gc", SIZE[1])
    gc.collect()
    began = time.perf_counter()
    for passing in late:
        book.add(passings=(passing,))
        board = book.board("gc", SIZE[1])
    took = time.perf_counter() - began
    assert board != before
    return took / len(late) * 1000


def _from_rows() -> tuple[float, float]:
    """Seconds until a book that is read from the database has its first board, and until read."""
    database = _filled()
    gc.collect()
    began = time.perf_counter()
    with database.reading() as session:
        held = read_race(session, "benchmark")
    read = time.perf_counter() - began
    book = RaceBook(held.document(parse_definition(held.definition)))
    board = book.board("gc")
    took = time.perf_counter() - began
    assert board.after == SIZE[1]
    assert len(held.passings) == len(field(*SIZE).passings)
    return took, read


@cache
def _filled() -> Database:
    folder = tempfile.mkdtemp(prefix="bivouac-benchmark-")
    atexit.register(shutil.rmtree, folder)
    database = open_database(f"sqlite:///{folder}/races.sqlite")
    schema.upgrade(database)
    with database.writing() as session:
        add_race(session, field(*SIZE), at=0, by="benchmark")
    return database
