"""What stations ask an installation, on a full race: one after the other, and forty at a time."""

import json
import statistics
import threading
import time
import urllib.request
from collections.abc import Iterable
from itertools import count
from typing import Any

from benchmarks.fields import field
from benchmarks.figures import Figure
from benchmarks.server import SIZE, running, station_of_stage
from timing.core.times import format_instant

NAME = "API of stations"
TARGET = "40 phones, each in contact every 20 s and recording: 99 % answered within 500 ms"

_PHONES = 40
_EVERY_SECONDS = 20
_LASTS_SECONDS = 20
_ONE_BY_ONE = 20
_numbers = count(1)


def run() -> Iterable[Figure]:
    """Ask one by one, each after a new record; then let forty phones be in contact."""
    server, unbound = running()
    address = f"{server.url}/api/v1/station"
    document = field(*SIZE)
    bibs = [entry.bib for entry in document.entries]
    last = document.race.stages[-1].number
    key = station_of_stage(last)
    at = max(p.time for p in document.passings if isinstance(p.time, int))

    def sent(records: int) -> float:
        rows = [_passing(bibs, last, at) for _ in range(records)]
        return _took(f"{address}/records", key, {"device": _device(0), "records": rows})

    asked = (
        ("clock", "clock", key),
        ("post of one stage", "post", key),
        ("post of all stages", "post", unbound),
        ("start list of one stage", "start-list", key),
        ("start list of all stages", "start-list", unbound),
        ("field", f"field?stage={last}&control=CP1", key),
    )
    for label, path, whose in asked:
        times = []
        for _ in range(_ONE_BY_ONE):
            sent(1)
            times.append(_took(f"{address}/{path}", whose))
        yield Figure(label=f"{label}, after a new record", value=1000 * _median(times), unit="ms")
    for records in (0, 1, 50):
        times = [sent(records) for _ in range(_ONE_BY_ONE)]
        yield Figure(label=f"{records} records sent", value=1000 * _median(times), unit="ms")
    yield from _together(address, key, bibs, last, at)


def _together(address: str, key: str, bibs: list[str], stage: int, at: int) -> Iterable[Figure]:
    times: list[float] = []

    def phone(number: int) -> None:
        time.sleep(number * _EVERY_SECONDS / _PHONES)
        until = time.monotonic() + _LASTS_SECONDS
        while time.monotonic() < until:
            rows = [_passing(bibs, stage, at)]
            began = time.monotonic()
            times.append(_took(f"{address}/clock", key))
            body = {"device": _device(number), "records": rows}
            times.append(_took(f"{address}/records", key, body))
            times.append(_took(f"{address}/field?stage={stage}&control=CP1", key))
            time.sleep(max(0.0, _EVERY_SECONDS - (time.monotonic() - began)))

    phones = [threading.Thread(target=phone, args=(n,)) for n in range(_PHONES)]
    for one in phones:
        one.start()
    for one in phones:
        one.join()
    ordered = sorted(times)
    p99 = ordered[len(ordered) * 99 // 100]
    yield Figure(label="40 phones, 99 % of requests within", value=1000 * p99, unit="ms")
    yield Figure(label="40 phones, median", value=1000 * _median(times), unit="ms")


def _took(address: str, key: str, body: object = None) -> float:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    began = time.perf_counter()
    with urllib.request.urlopen(urllib.request.Request(address, data, headers)) as answer:
        said = answer.read()
    took = time.perf_counter() - began
    if body is not None:
        assert all(v["verdict"] == "accepted" for v in json.loads(said)["verdicts"]), said
    return took


def _median(times: list[float]) -> float:
    return statistics.median(times)


def _device(number: int) -> dict[str, Any]:
    return {"origin": f"{number:020x}", "name": f"P{number}", "recorded": 1, "unsent": 1}


def _passing(bibs: list[str], stage: int, at: int) -> dict[str, Any]:
    number = next(_numbers)
    return {
        "kind": "passing",
        "id": f"bench-{number}",
        "stage": stage,
        "control": "CP1",
        "bib": bibs[number % len(bibs)],
        "time": format_instant(at + number),
        "device": "A7F2KQ",
        "source": "checkpoint",
    }
