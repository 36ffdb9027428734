"""Building large things without the garbage collector walking them over and over."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """No cyclic garbage collection within.

    While a journal is read or a race computed, nearly everything made is kept: the collector
    would walk the growing pile each time, and the cost of a race would grow faster than the race.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            # What was made goes to the oldest generation as it is: the next collection of the
            # youngest would walk all of it once more.
            gc.freeze()
            gc.unfreeze()
            gc.enable()
