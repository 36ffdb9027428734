"""The bulletin of a large race's last stage as PDF, and the memory of those who make it."""

import resource
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.fields import field
from benchmarks.figures import Figure
from timing.core.book import RaceBook
from timing.exports.mark import Mark
from timing.exports.pdf import Imprint, to_pdf
from timing.exports.pdf_bulletin import bulletin

NAME = "bulletin"
TARGET = "the bulletin of 1,300 entries after 6 stages within 5 s and under 300 MB"

_AT = 1_787_000_000_000
_SIZE = (1_300, 6, 8)


def run() -> Iterable[Figure]:
    """Make it from a settled book; the pages are set by a child of the process that has it."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        took, own, child, size = pool.submit(_made).result()
    yield Figure(label="book to bulletin", value=took, unit="s")
    yield Figure(label="memory of the process that sets the pages", value=child, unit="MB")
    yield Figure(label="memory of the process with the book", value=own, unit="MB")
    yield Figure(label="its size", value=size, unit="MB")


def _made() -> tuple[float, float, float, float]:
    book = RaceBook(field(*_SIZE))
    assert book.last_stage == _SIZE[1]
    began = time.perf_counter()
    sheets = bulletin(
        book, _SIZE[1], imprint=Imprint(source="benchmark", issued=_AT), mark=Mark(at=_AT)
    )
    content = to_pdf(sheets)
    took = time.perf_counter() - began
    assert content.startswith(b"%PDF")
    own, child = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return took, own, child, len(content) / 1_000_000
