"""Pictures that are drawn when somebody asks, a few at a time, and remembered.

Drawing one takes a process of its own and a quarter of a second. A picture is remembered by what
is drawn on it, not by the revision: one that would look the same is never drawn twice. Nobody can
make a server draw 1,300 of them at once: beyond a few a minute it says when to come again.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 24 * 1024 * 1024
MOST_WAITING = 4
"""For the one that is drawn now; who comes then is sent away."""

AT_ONCE = 12
A_MINUTE = 40
"""How many are drawn by one process in a minute, after ``AT_ONCE`` in a row."""

STALE_SECONDS = 60.0
"""So long the picture of an earlier revision is good enough."""

_MOST_ADDRESSES = 5_000


class TooManyPictures(Exception):
    """More pictures are asked for than are drawn; ``wait`` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture; ``digest`` is of what is drawn on it, ``is_current`` that it is the newest."""

    image: bytes
    digest: str
    is_current: bool = True


class Pictures:
    """The pictures of a process, drawn by ``draw``; ``clock`` counts seconds."""

    def __init__(
        self,
        draw: Callable[[Mapping[str, Any]], bytes],
        *,
        clock: Callable[[], float] = time.monotonic,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._draw = draw
        self._clock = clock
        self._most_bytes = most_bytes
        self._bytes = 0
        self._images: OrderedDict[str, bytes] = OrderedDict()
        self._latest: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._drawing = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._left = float(AT_ONCE)
        self._refilled = clock()

    @property
    def waiting(self) -> int:
        """How many pictures are drawn or wait for it."""
        return self._waiting

    def get(self, address: str, card: Mapping[str, Any]) -> Picture:
        """The picture of a card, drawn if need be; raises TooManyPictures and what ``draw`` does.

        Or the one that the same address had up to `STALE_SECONDS` ago.
        """
        digest = hashlib.sha256(json.dumps(card, sort_keys=True).encode()).hexdigest()[:24]
        with self._counting:
            found = self._known(digest)
            if found is None:
                stale = self._stale(address)
                if stale is not None:
                    return stale
                self._admit()
                self._waiting += 1
        if found is None:
            try:
                found = self._drawn(digest, card)
            finally:
                with self._counting:
                    self._waiting -= 1
        with self._counting:
            self._remember(address, digest)
        return Picture(image=found, digest=digest)

    def _drawn(self, digest: str, card: Mapping[str, Any]) -> bytes:
        with self._drawing:
            found = self._known(digest)  # somebody else may have asked for the same
            if found is None:
                found = self._draw(card)
                self._keep(digest, found)
            return found

    def _known(self, digest: str) -> bytes | None:
        found = self._images.get(digest)
        if found is not None:
            self._images.move_to_end(digest)
        return found

    def _stale(self, address: str) -> Picture | None:
        digest, at = self._latest.get(address, ("", 0.0))
        if not digest or self._clock() - at > STALE_SECONDS:
            return None
        found = self._images.get(digest)
        return None if found is None else Picture(image=found, digest=digest, is_current=False)

    def _admit(self) -> None:
        time_now = self._clock()
        self._left = min(AT_ONCE, self._left + (time_now - self._refilled) * A_MINUTE / 60)
        self._refilled = time_now
        if self._waiting > MOST_WAITING:
            raise TooManyPictures(2)
        if self._left < 1:
            raise TooManyPictures(1 + round((1 - self._left) * 60 / A_MINUTE))
        self._left -= 1

    def _remember(self, address: str, digest: str) -> None:
        """When this address last showed what it should; not moved on by what is unchanged."""
        before = self._latest.pop(address, None)
        at = self._clock() if before is None or before[0] != digest else before[1]
        self._latest[address] = (digest, at)
        while len(self._latest) > _MOST_ADDRESSES:
            self._latest.popitem(last=False)

    def _keep(self, digest: str, image: bytes) -> None:
        with self._counting:
            self._images[digest] = image
            self._bytes += len(image)
            while self._bytes > self._most_bytes:
                _, oldest = self._images.popitem(last=False)
                self._bytes -= len(oldest)
