"""Everything that follows from raw passings: each stage, each board after each, the problems."""

import gc
import pickle
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.fields import field
from benchmarks.figures import Figure
from timing.core.compute import compute
from timing.core.document import Document

NAME = "compute"
TARGET = (
    "at most 0.5 s for 1,300 entries × 6 stages × 8 controls (62,400 passings); 5,000 × 10 × 8 at"
    " most 1.1 times as long for each passing, in a process of under 500 MB"
)
SMALL = (1_300, 6, 8)
LARGE = (5_000, 10, 8)


def run() -> Iterable[Figure]:
    """Time the whole answer at either size; then have a process of its own tell its memory."""
    for size in (SMALL, LARGE):
        document = field(*size)
        label = "{:,} × {} × {}".format(*size)
        gc.collect()
        began = time.perf_counter()
        answer = compute(document).answer()
        took = time.perf_counter() - began
        assert len(answer.stages) == size[1]
        yield Figure(label=label, value=took, unit="s")
        yield Figure(label=f"{label}, each passing", value=took / passings(document), unit="µs")
    yield Figure(label=f"{label}, memory of the process", value=peak_memory(document), unit="MB")


def passings(document: Document) -> float:
    """How many millions of passings a document has."""
    return len(document.passings) / 1e6


def peak_memory(document: Document) -> float:
    """The most memory, in MB, of a new process that holds a document and answers everything."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "document")
        with path.open("wb") as file:
            pickle.dump(document, file)
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
            return pool.submit(_answered_within, path).result()


def _answered_within(path: Path) -> float:
    with path.open("rb") as file:
        document: Document = pickle.load(file)  # noqa: S301 - written a moment ago
    answer = compute(document).answer()
    assert answer.boards
    # Not getrusage: what it tells begins with the memory of the process that started this one.
    told = Path("/proc/self/status").read_text(encoding="ascii")
    (most,) = (line.split()[1] for line in told.splitlines() if line.startswith("VmHWM:"))
    return int(most) / 1024
