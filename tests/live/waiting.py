"""Waiting for what happens beside the test, without timing it."""

import time
from collections.abc import Callable

LONG_ENOUGH_SECONDS = 20.0


def eventually(condition: Callable[[], object]) -> bool:
    """Whether it comes true; a test that fails takes long, one that passes doesn't."""
    end = time.monotonic() + LONG_ENOUGH_SECONDS
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False
