"""How far off forecasts are on real splits, beside a constant pace and the median ratio.

And what forecasting a whole field costs.
"""

import gc
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from benchmarks.fields import field
from benchmarks.figures import Figure
from benchmarks.forecasting.baselines import METHODS
from benchmarks.forecasting.races import SETS
from benchmarks.forecasting.replay import Outcome, Target, replay
from timing.core.book import RaceBook
from timing.core.projection import projected_finishes
from timing.core.times import MINUTE

NAME = "forecast"
TARGET = (
    "nearer than a constant own pace and the median ratio, cold and warm; eight of ten inside of"
    " the range; the finish of everyone of 1,300 within 50 ms"
)


def run() -> Iterable[Figure]:
    """Replay the races there are, then forecast a large field in the middle of a stage."""
    for kind in SETS:
        yield from _quality(kind)
    yield Figure(label="the finish of everyone of 1,300", value=_whole_field(), unit="ms")


@cache
def _quality(kind: str) -> tuple[Figure, ...]:
    """The figures of a set: no repetition says anything else."""
    outcomes = [o for race in SETS[kind]() for o in replay(race, METHODS) if not o.is_at_start]
    return tuple(_figures(kind, outcomes))


def _figures(kind: str, outcomes: Sequence[Outcome]) -> Iterator[Figure]:
    for target in Target:
        for is_cold in (True, False):
            for method in ("Bivouac", *METHODS):
                those = [
                    o
                    for o in outcomes
                    if o.target is target and o.is_cold is is_cold and o.method == method
                ]
                if not those:
                    continue
                label = f"{kind}, {target}, {'cold' if is_cold else 'warm'}, {method}"
                off = sum(abs(o.error) for o in those)
                yield Figure(label=f"{label}: off", value=off / len(those) / MINUTE, unit="min")
                share = 100 * off / sum(o.remaining for o in those)
                yield Figure(label=f"{label}: off", value=share, unit="% of the time to it")
                inside = [o.is_inside for o in those if o.is_inside is not None]
                if inside:
                    covered = 100 * sum(inside) / len(inside)
                    yield Figure(label=f"{label}: in the range", value=covered, unit="%")
                if method == "Bivouac":
                    yield Figure(label=f"{label}: forecasts", value=len(those), unit="count")


def _whole_field() -> float:
    """Milliseconds for the expected finish of everyone, half of the splits being known."""
    book = RaceBook(field(1_300, 6, 8))
    of_stage = book.stage_book(6)
    times = sorted(t for facts in of_stage.facts.values() for t in facts.times if t is not None)
    gc.collect()
    began = time.perf_counter()
    finishes = projected_finishes(book, 6, times[len(times) // 2])
    took = time.perf_counter() - began
    assert finishes
    return took * 1000
