"""Which of many open connections the other side has closed, without touching one of them."""

from __future__ import annotations

import select
import threading

from gevent import monkey

# The system's own, also where gevent has put a cooperative one in its place: it never waits here.
_poll = monkey.get_original("select", "poll")


class OpenSockets:
    """Connections whose other side only listens: anything to read there is its farewell."""

    def __init__(self) -> None:
        self._poll: select.poll = _poll()
        self._lock = threading.Lock()

    def add(self, descriptor: int) -> None:
        """Look after this one, by its file descriptor."""
        with self._lock:
            self._poll.register(descriptor, select.POLLIN)

    def remove(self, descriptor: int) -> None:
        """Look after it no more; before it is closed, since its number will be used again."""
        with self._lock:
            self._poll.unregister(descriptor)

    def closed(self) -> frozenset[int]:
        """Those that were closed on the other side; one call, however many there are."""
        with self._lock:
            return frozenset(descriptor for descriptor, _ in self._poll.poll(0))
