"""Work beside other work: the same code under gevent and in plain threads.

Under gevent a thread is a greenlet, and a greenlet that computes keeps all the others waiting.
Long work therefore goes to a real thread, with `in_thread`.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import TypeVar, cast

from gevent import get_hub, monkey

Result = TypeVar("Result")

_TURN_SECONDS = 0.001  # the interpreter's own is five times as long


def in_thread(work: Callable[[], Result]) -> Result:
    """What ``work`` returns or raises, while other greenlets go on; without gevent, right here.

    It must not be called by work that itself runs in such a thread, and locks that greenlets
    share are taken around it, never within.
    """
    if not monkey.is_module_patched("threading"):
        return work()
    context = copy_context()  # the language spoken, above all

    def outcome() -> tuple[Result | None, BaseException | None]:
        # Handed over as a value: what leaves a thread by itself gevent prints as unhandled.
        try:
            return context.run(work), None
        except BaseException as error:  # noqa: BLE001 - raised again by who waits
            return None, error

    result, error = get_hub().threadpool.apply(outcome)
    if error is not None:
        raise cast(BaseException, error)
    return cast(Result, result)


def share_fairly() -> None:
    """Let real threads take turns more often: who waits for a page waits less for another's."""
    sys.setswitchinterval(_TURN_SECONDS)


def collect_seldom() -> None:
    """Let the garbage collector look through everything at set times alone, from now on.

    By itself it does so whenever enough has been made, in the middle of making a page, and what
    this process remembers is large. Nearly all that goes is freed without it.
    """
    gc.set_threshold(_MADE, _YOUNG_ROUNDS, _NEVER)

    def collect() -> None:
        while True:
            time.sleep(_COLLECT_SECONDS)
            gc.collect()
            # What is still there now mostly stays: the next time only what came since is seen.
            gc.freeze()

    in_background(collect, "collector")


_MADE = 20_000
_YOUNG_ROUNDS = 20
_NEVER = 1_000_000
_COLLECT_SECONDS = 60.0


def keep_for_good() -> None:
    """Let the garbage collector pass over what is in memory now, until this is called again.

    A race is a million small objects that stay. Looking through them all, as the collector would
    every now and then, takes longer than any request may.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def in_background(loop: Callable[[], None], name: str) -> threading.Thread:
    """Start ``loop`` beside everything else; it does not keep the process from ending."""
    thread = threading.Thread(target=loop, name=name, daemon=True)
    thread.start()
    return thread
