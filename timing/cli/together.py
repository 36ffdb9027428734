"""Two processes that serve together: when one fails, the other is ended too."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import NoReturn

from timing.cli.refusals import Broken

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_together(server: Callable[[], NoReturn], feeder: Callable[[int], NoReturn]) -> None:
    """Run both until a signal ends them; raises Broken where one failed before.

    The feeder is told the server's process. It may end before the server if it ends well.
    """
    living: set[int] = set()
    is_told_to_stop = False

    def stop(*_: object) -> None:
        nonlocal is_told_to_stop
        is_told_to_stop = True
        _end(living)

    for number in _STOPPING:
        signal.signal(number, stop)
    serving = _started(server)
    living.add(serving)
    feeding = _started(lambda: feeder(serving))
    living.add(feeding)
    fault = ""
    while living:
        ended, status = os.wait()
        living.discard(ended)
        if is_told_to_stop or fault:
            continue
        if ended == serving:
            fault = "The server has ended by itself."
        elif status != 0:
            fault = "The process that tells the race has ended, so the race would stand still."
        if fault:
            _end(living)
    if fault:
        raise Broken(f"{fault} Stopped.")


def _started(run: Callable[[], NoReturn]) -> int:
    """A child that runs this and never comes back here."""
    child = os.fork()
    if child == 0:
        for number in _STOPPING:
            signal.signal(number, signal.SIG_DFL)
        run()
    return child


def _end(processes: Collection[int]) -> None:
    for process in tuple(processes):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
