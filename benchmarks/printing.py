"""Sheets for a large stage as PDF, and the memory of the process that sets them."""

import resource
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

from benchmarks.fields import field
from benchmarks.figures import Figure
from timing.core.book import RaceBook
from timing.exports.pdf import Imprint, Sheets, to_pdf
from timing.exports.pdf_checkpoint import checkpoint_sheets
from timing.exports.pdf_start import start_list

NAME = "printing"
TARGET = "a sheet or a start list of 1,300 entries within 3 s"

_IMPRINT = Imprint(source="benchmark", issued=1_787_000_000_000)
_STAGE = 2


def run() -> Iterable[Figure]:
    """Print a start list, the sheet of one control, and those of all seven; then the memory."""
    race = book()
    makers: dict[str, Callable[[], Sheets]] = {
        "start list": lambda: start_list(race, _STAGE, imprint=_IMPRINT),
        "one control": lambda: checkpoint_sheets(race, _STAGE, "CP1", imprint=_IMPRINT),
        "all 7 controls": lambda: checkpoint_sheets(race, _STAGE, imprint=_IMPRINT),
    }
    for label, make in makers.items():
        began = time.perf_counter()
        sheets = make()
        taken = time.perf_counter()
        assert to_pdf(sheets).startswith(b"%PDF")
        done = time.perf_counter()
        yield Figure(label=label, value=done - began, unit="s")
        yield Figure(label=f"{label}, of which with the book", value=taken - began, unit="s")
        yield Figure(label=f"{label}, memory of the process", value=peak_memory(sheets), unit="MB")


@cache
def book() -> RaceBook:
    """1,300 entries on a day of eight controls, the start among them."""
    made = RaceBook(field(1_300, _STAGE, 8))
    assert made.last_stage == _STAGE
    return made


def peak_memory(sheets: Sheets) -> float:
    """The most memory, in MB, of the process that sets them."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_memory_of, sheets).result()


def _memory_of(sheets: Sheets) -> float:
    to_pdf(sheets)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
