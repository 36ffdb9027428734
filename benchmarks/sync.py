"""A whole race told to another installation, by a file and over http, and a copy promoted."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.request import Request, urlopen

from benchmarks.fields import field
from benchmarks.figures import Figure
from benchmarks.server import KEPT, SIZE
from tests.served import PROJECT, Server
from timing.db.engines import open_database
from timing.operations import schema
from timing.operations.node_keys import make_node_key
from timing.operations.races import add_race
from timing.operations.tokens import TokenScope, make_token

NAME = "exchange between installations"
TARGET = "62,400 records in under 300 MB on either side; a copy in the home's place within 120 s"

_TIMING = Path(sys.executable).with_name("timing")


def run() -> Iterable[Figure]:
    """An office that is served, and a camp that has nothing yet."""
    KEPT.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="benchmark-", dir=KEPT))
    try:
        yield from _measured(folder)
    finally:
        shutil.rmtree(folder)


def _measured(folder: Path) -> Iterable[Figure]:
    database = open_database(f"sqlite:///{folder / 'race.sqlite'}")
    schema.upgrade(database)
    document = field(*SIZE)
    slug = document.race.slug
    with database.writing() as session:
        add_race(session, document, at=0, by="benchmark")
        key = make_node_key(session, slug, label="benchmark", at=0)
        post = make_token(session, slug, scope=TokenScope.STATION, label="Finish", at=0)
    office = f"sqlite:///{folder / 'race.sqlite'}"
    stick = folder / "stick.bivouac"
    seconds, peak = _timing(office, "sync", "--out", str(stick), "--race", slug)
    yield Figure(label="written to a file", value=seconds, unit="s")
    yield Figure(label="memory while writing", value=peak, unit="MB")
    yield Figure(label="the file", value=stick.stat().st_size / 1e6, unit="MB")
    by_file = f"sqlite:///{folder / 'by-file.sqlite'}"
    seconds, peak = _timing(by_file, "sync", "--in", str(stick))
    yield Figure(label="read from a file", value=seconds, unit="s")
    yield Figure(label="memory while reading", value=peak, unit="MB")
    server = Server(database, folder, workers=1)
    server.start()
    try:
        by_line = f"sqlite:///{folder / 'by-line.sqlite'}"
        words = ("sync", server.url, "--race", slug)
        seconds, peak = _timing(by_line, *words, stdin=key)
        yield Figure(label="fetched over http", value=seconds, unit="s")
        yield Figure(label="memory while fetching", value=peak, unit="MB")
        yield Figure(label="memory of the server's process", value=_served(server), unit="MB")
        seconds, _ = _timing(by_line, *words, stdin=key)
        yield Figure(label="again, with nothing new", value=seconds, unit="s")
        began = time.perf_counter()
    finally:
        server.kill()
    seconds, _ = _timing(by_line, "promote", slug, "--yes")
    yield Figure(label="promoted", value=seconds, unit="s")
    copy = Server(open_database(by_line), folder, workers=1)
    try:
        copy.start()
        yield Figure(label="from the home's end to the copy serving", value=_since(began), unit="s")
        _record(copy, post.plain, document.passings[0].control)
        yield Figure(
            label="until it has a station's record and tells it", value=_since(began), unit="s"
        )
    finally:
        copy.kill()


def _since(began: float) -> float:
    return time.perf_counter() - began


def _record(copy: Server, key: str, control: str) -> None:
    """Send a record as a station does, with a key made at the home that is dead."""
    record = {
        "kind": "passing",
        "id": "after-the-home",
        "stage": 1,
        "control": control,
        "bib": "1",
        "time": "2026-03-28T12:00:00Z",
        "device": "A7F2KQ",
        "source": "checkpoint",
    }
    request = Request(
        f"{copy.url}/api/v1/station/records",
        data=json.dumps({"records": [record]}).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urlopen(request, timeout=120) as answer:
        told = json.load(answer)
    assert [one["verdict"] for one in told["verdicts"]] == ["accepted"], told


def _timing(database: str, *words: str, stdin: str = "") -> tuple[float, float]:
    """Seconds that a command took, and the most memory it had in MB."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BIVOUAC_")}
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(_TIMING), *words],
        cwd=PROJECT,
        env={**kept, "BIVOUAC_DATABASE_URL": database},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(f"{stdin}\n".encode())
    process.stdin.close()
    peak = 0.0
    # Not what the system tells of it at its end: that includes the benchmark it was forked from.
    while process.poll() is None:
        peak = max(peak, _most_memory(process.pid))
        time.sleep(0.01)
    assert process.returncode == 0
    return time.perf_counter() - began, peak


def _served(server: Server) -> float:
    """The most memory that the serving process had, with the race in it: in MB."""
    (worker,) = server._workers()  # noqa: SLF001 - the benchmark looks inside
    return _most_memory(worker)


def _most_memory(process: int) -> float:
    """The most memory that a process had up to now in MB, 0 where it has just ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except ProcessLookupError:
        return 0.0
    told = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(told[0].split()[1]) / 1000 if told else 0.0
