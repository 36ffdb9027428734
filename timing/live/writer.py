"""The one writer of a process: requests that wait are committed together.

A commit costs as much for one record as for a hundred, nearly all of it waiting for the disk.
So whoever comes while a commit is under way waits, and the next commit takes all of them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar, cast

from timing.db.engines import DatabaseBusy
from timing.live.threads import in_thread

Batch = TypeVar("Batch")
Answer = TypeVar("Answer")

MOST_AT_ONCE = 64
"""Requests in one commit: it must not hold the database's lock for long."""


@dataclass(slots=True, eq=False)
class _Request(Generic[Batch, Answer]):
    slug: str
    batch: Batch
    answer: Answer | None = None
    error: BaseException | None = None
    is_done: bool = False


class Writer(Generic[Batch, Answer]):
    """Gathers batches. ``commit`` writes those of one race in one transaction, durably.

    It gives an answer for each batch, in order, and is called by one thread at a time.
    """

    def __init__(self, commit: Callable[[str, Sequence[Batch]], Sequence[Answer]]) -> None:
        self._commit = commit
        self._waiting: deque[_Request[Batch, Answer]] = deque()
        self._turn = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many wait for a commit to begin."""
        return len(self._waiting)

    def write(self, slug: str, batch: Batch) -> Answer:
        """The answer to ``batch``, once it is committed; raises what ``commit`` raised."""
        request: _Request[Batch, Answer] = _Request(slug, batch)
        self._waiting.append(request)
        while not request.is_done:
            with self._turn:
                if not request.is_done:
                    self._write_waiting()
        if request.error is not None:
            raise request.error
        return cast(Answer, request.answer)

    def _write_waiting(self) -> None:
        taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
        by_race: dict[str, list[_Request[Batch, Answer]]] = {}
        for request in taken:
            by_race.setdefault(request.slug, []).append(request)
        for slug, requests in by_race.items():
            in_thread(partial(self._write, slug, requests))
        for request in taken:
            request.is_done = True

    def _write(self, slug: str, requests: Sequence[_Request[Batch, Answer]]) -> None:
        try:
            answers = self._commit(slug, [request.batch for request in requests])
        except Exception as error:  # noqa: BLE001 - raised again by who waits
            if len(requests) == 1 or isinstance(error, DatabaseBusy):
                for request in requests:
                    request.error = error
                return
            # One batch that can't be written must not fail its neighbours.
            for request in requests:
                self._write(slug, (request,))
            return
        for request, answer in zip(requests, answers, strict=True):
            request.answer = answer
