"""``/metrics``: how an installation is, for Prometheus, and for nobody without the token."""

from __future__ import annotations

import hmac
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Blueprint, Flask, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from timing.db import reading
from timing.live.metrics import Load, Metrics
from timing.live.tend_health import file_of, read_health
from timing.operations.engine_check import altered
from timing.operations.engine_mark import engine_mark
from timing.operations.kept_backups import kept_backups
from timing.operations.standing_work import standing_work
from timing.web.installation import Installation, installation, now

metrics = Blueprint("metrics", __name__)

_ENDPOINT = "bivouac.endpoint"
_REMEMBERED = "remembered"
"""Of answers that are sent again as they are, and of files: no view was asked."""


@metrics.get("/metrics")
def metrics_text() -> Response:
    """Requests, streams, records, what waits, alerts, backups, tending; 404 without the token."""
    here = installation()
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    token = here.settings.metrics_token
    is_known = hmac.compare_digest(shown.strip().encode(), token.encode())
    if here.metrics is None or scheme.lower() != "bearer" or not is_known:
        # Nothing tells whoever tries whether there is anything to be found.
        abort(404)
    return Response(here.metrics.text(_Standing(here)), content_type=CONTENT_TYPE_LATEST)


def measure(app: Flask, measuring: Metrics) -> None:
    """Count the requests of ``app``, those included that it never comes to see."""

    @app.before_request
    def name_endpoint() -> None:
        request.environ[_ENDPOINT] = request.endpoint or "nowhere"

    app.wsgi_app = _Measured(app.wsgi_app, measuring)  # type: ignore[method-assign]


def watch_load(here: Installation, is_alive: Callable[[], bool]) -> None:
    """Show now and then how this process stands, until ``is_alive`` says no."""
    if here.metrics is not None:
        here.metrics.look_now_and_then(lambda: _load(here), is_alive)


def _load(here: Installation) -> Load:
    # In this order: what is committed in between makes nobody look late.
    known = here.books.cursors
    with here.database.reading() as session:
        there = reading.cursors(session)
    behind = (
        cursor.revision - (known[slug].revision if slug in known else 0)
        for slug, cursor in there.items()
    )
    return Load(
        streams=here.streams.count,
        waiting=here.writer.waiting,
        behind=max(behind, default=0),
    )


class _Measured:
    """Counts each answer when it begins."""

    def __init__(self, app: WSGIApplication, measuring: Metrics) -> None:
        self._app = app
        self._measuring = measuring

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:  # noqa: ANN401 - WSGI's
            self._measuring.count_request(
                endpoint=environ.get(_ENDPOINT, _REMEMBERED),
                method=environ["REQUEST_METHOD"],
                status=status,
                seconds=time.perf_counter() - began,
            )
            return start_response(status, headers, *more)

        return self._app(environ, start)


class _Standing(Collector):
    """What is looked up when it is asked for."""

    def __init__(self, here: Installation) -> None:
        self._here = here

    def collect(self) -> Iterator[Metric]:
        """What waits, what stands, the backups, and how `timing tend` is."""
        yield from self._of_database()
        yield from self._of_backups()
        yield from self._of_tending()

    def _of_database(self) -> Iterator[Metric]:
        with self._here.database.reading() as session:
            work = standing_work(session)
            cursors = reading.cursors(session)
            other = Counter(one.slug for one in altered(session, engine_mark()))
        outbox = GaugeMetricFamily(
            "bivouac_outbox_waiting", "What waits to be sent by timing tend.", labels=["kind"]
        )
        outbox.add_metric(["webhook"], work.webhooks)
        outbox.add_metric(["mail"], work.mails)
        outbox.add_metric(["alert"], work.alert_messages)
        yield outbox
        yield GaugeMetricFamily(
            "bivouac_alerts_standing", "Alerts that were announced and stand.", value=work.alerts
        )
        revisions = GaugeMetricFamily(
            "bivouac_race_revision", "The number of a race's last record.", labels=["race"]
        )
        for slug, cursor in sorted(cursors.items()):
            revisions.add_metric([slug], cursor.revision)
        yield revisions
        results = GaugeMetricFamily(
            "bivouac_official_results_altered",
            "Official results that this release computes otherwise than they were signed.",
            labels=["race"],
        )
        for slug in sorted(cursors):
            results.add_metric([slug], other[slug])
        yield results

    def _of_backups(self) -> Iterator[Metric]:
        at = now()
        made = [one for one in kept_backups(self._here.settings.backups) if one.made <= at]
        yield GaugeMetricFamily(
            "bivouac_backups", "Backups in the folder of backups.", value=len(made)
        )
        if made:
            yield GaugeMetricFamily(
                "bivouac_backup_age_seconds",
                "Age of the newest backup.",
                value=(at - made[-1].made) / 1000,
            )

    def _of_tending(self) -> Iterator[Metric]:
        health = read_health(file_of(self._here.settings.instance))
        if health is None:
            return
        yield GaugeMetricFamily(
            "bivouac_tend_silent_seconds",
            "Since timing tend last said how it is; it does so every 15.",
            value=(now() - health.told) / 1000,
        )
        done = GaugeMetricFamily(
            "bivouac_tend_since_done_seconds",
            "Between a task's last success and that moment.",
            labels=["task"],
        )
        failures = GaugeMetricFamily(
            "bivouac_tend_failures_in_a_row", "Failures since its last success.", labels=["task"]
        )
        for task in health.tasks:
            done.add_metric([task.name], task.seconds_since_done)
            failures.add_metric([task.name], task.failures_in_a_row)
        yield done
        yield failures
