"""Passings posted to the API, each answered when it is durable: a thousand at once, and singly."""

import http.client
import json
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.fields import field
from benchmarks.figures import Figure
from benchmarks.server import SIZE, running

NAME = "posting passings"
TARGET = "1,000 in one request within 0.3 s; single ones at 100 a second: 99 % within 30 ms"

_AT_ONCE = 1_000
_SINGLE = 1_000
_A_SECOND = 100
_CONNECTIONS = 8


def run() -> Iterable[Figure]:
    """Post a list, then single passings, each at the moment it is due."""
    post(_new(1))
    began = time.perf_counter()
    post(_new(_AT_ONCE))
    yield Figure(label="1,000 at once", value=time.perf_counter() - began, unit="s")
    waits = sorted(_waits())
    assert len(waits) == _SINGLE
    for label, share in (("half", 0.5), ("99 %", 0.99), ("all", 1)):
        wait = waits[round(share * _SINGLE) - 1]
        yield Figure(label=f"single, {label} within", value=wait * 1000, unit="ms")


def _waits() -> list[float]:
    """Seconds from when each was due to its answer; so a queue that builds up shows."""
    waits: list[float] = []
    start = time.perf_counter() + 0.1

    def send(first: int) -> None:
        connection = _connection()
        for number in range(first, _SINGLE, _CONNECTIONS):
            due = start + number / _A_SECOND
            time.sleep(max(due - time.perf_counter(), 0))
            post(_new(1), connection)
            waits.append(time.perf_counter() - due)

    threads = [threading.Thread(target=send, args=(n,)) for n in range(_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def _connection() -> http.client.HTTPConnection:
    server, _ = running()
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)


def post(
    rows: Iterator[dict[str, Any]], connection: http.client.HTTPConnection | None = None
) -> None:
    """Send passings, and see that all were taken."""
    _, key = running()
    passings = list(rows)
    connection = connection or _connection()
    connection.request(
        "POST",
        f"/api/v1/races/{field(*SIZE).race.slug}/passings",
        json.dumps({"passings": passings}),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    answer = json.load(connection.getresponse())
    assert answer["accepted"] == len(passings), answer


def _new(number: int) -> Iterator[dict[str, Any]]:
    """Chip reads at a control of the last stage that nobody has sent yet."""
    race = field(*SIZE).race
    stage = race.stages[-1]
    for n in range(number):
        yield {
            "id": str(uuid.uuid4()),
            "stage": stage.number,
            "control": stage.controls[3].code,
            "bib": str(n + 1),
            "time": f"{stage.date.isoformat()}T20:{n // 60 % 60:02d}:{n % 60:02d}Z",
            "source": "chip",
            "device": "reader-1",
        }
