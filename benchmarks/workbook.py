"""The workbook of a large race, and the memory of the process that makes it."""

import resource
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.fields import field
from benchmarks.figures import Figure
from timing.core.book import RaceBook
from timing.exports.mark import Mark
from timing.exports.workbook import to_workbook

NAME = "workbook"
TARGET = "the workbook of 1,300 entries × 6 stages within 3 s and under 300 MB"

_MARK = Mark(at=1_787_000_000_000)
_SIZE = (1_300, 6, 8)


def run() -> Iterable[Figure]:
    """Make it from a settled book, in a process of its own, as the worker does."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        took, memory, size = pool.submit(_made).result()
    yield Figure(label="book to workbook", value=took, unit="s")
    yield Figure(label="memory of the process, with the book", value=memory, unit="MB")
    yield Figure(label="its size", value=size, unit="MB")


def _made() -> tuple[float, float, float]:
    book = RaceBook(field(*_SIZE))
    assert book.last_stage == _SIZE[1]
    began = time.perf_counter()
    content = to_workbook(book, mark=_MARK)
    took = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return took, memory, len(content) / 1_000_000
