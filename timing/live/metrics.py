"""What a process counts of itself, for Prometheus; processes that serve together are summed.

They share a folder (PROMETHEUS_MULTIPROC_DIR, which config/gunicorn.conf.py names and empties at
each start): each writes files of its own there, and whichever is asked reads those of all. Nothing
that is counted names a person, a key or what was sent.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from timing.live.threads import in_background

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
LOOK_EVERY_SECONDS = 2.0

_BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How a process stands: streams open, requests that wait to be written, revisions behind."""

    streams: int
    waiting: int
    behind: int


class Metrics:
    """The figures of this process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "bivouac_requests",
            "Requests answered.",
            ("endpoint", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "bivouac_request_seconds",
            "Time until an answer began.",
            ("endpoint",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._records = Counter(
            "bivouac_records_written",
            "Records written to journals, each durable.",
            registry=self._registry,
        )
        self._streams = Gauge(
            "bivouac_streams_open",
            "Live streams open.",
            multiprocess_mode="livesum",
            registry=self._registry,
        )
        self._waiting = Gauge(
            "bivouac_writer_waiting",
            "Requests waiting for their records to be written.",
            multiprocess_mode="livesum",
            registry=self._registry,
        )
        self._behind = Gauge(
            "bivouac_follower_behind_revisions",
            "Revisions by which a process is behind the database, of the race that is most so.",
            multiprocess_mode="livemax",
            registry=self._registry,
        )

    def count_request(self, *, endpoint: str, method: str, status: str, seconds: float) -> None:
        """Count an answer; its status is its first three characters."""
        known = method if method in _METHODS else "other"
        self._requests.labels(endpoint, known, status[:3]).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def count_records(self, number: int) -> None:
        """Count records that are on disk."""
        self._records.inc(number)

    def show(self, load: Load) -> None:
        """Say how the process stands now."""
        self._streams.set(load.streams)
        self._waiting.set(load.waiting)
        self._behind.set(load.behind)

    def look_now_and_then(self, look: Callable[[], Load], is_alive: Callable[[], bool]) -> None:
        """Show what ``look`` finds every few seconds, until ``is_alive`` says no."""
        pausing = threading.Event()

        def keep_looking() -> None:
            while is_alive():
                try:
                    self.show(look())
                except Exception:  # noqa: BLE001 - logged; figures must never end what they are of
                    _log.exception("the load could not be looked at")
                pausing.wait(LOOK_EVERY_SECONDS)

        in_background(keep_looking, "metrics")

    def text(self, more: Collector) -> bytes:
        """The figures of all processes that serve together, and ``more``, as Prometheus reads."""
        everyone = self._registry
        if os.environ.get(FOLDER_VARIABLE):
            everyone = CollectorRegistry()
            MultiProcessCollector(everyone)  # type: ignore[no-untyped-call]
        further = CollectorRegistry()
        further.register(more)
        return generate_latest(everyone) + generate_latest(further)
