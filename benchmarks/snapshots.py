"""The general classification by nginx and straight from the application; how old pages get."""

import atexit
import gzip
import http.client
import json
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from pathlib import Path

from benchmarks.fields import field as race_field
from benchmarks.figures import Figure
from benchmarks.server import KEPT, SIZE, WORKERS
from tests.keeper import Keeper
from tests.nginx import Nginx
from tests.served import Server
from timing.core.records import Passing
from timing.core.times import format_instant
from timing.db.engines import open_database
from timing.live.kept_files import CURRENT
from timing.operations import schema
from timing.operations.races import add_race
from timing.operations.tokens import TokenScope, make_token

NAME = "public pages"
TARGET = (
    "a board of 1,300 lines 20,000 times a second by nginx, 1,500 straight from two workers;"
    " never over 1 s old"
)

PACES = (("1 record a second", 1.0, 45), ("20 records a second", 20.0, 15))
"""What it is called, records a second, for how many seconds."""

_CONNECTIONS = 64
_SECONDS = 5
_READ_EVERY_SECONDS = 0.05
_STARTS_WITHIN_SECONDS = 120
_AFTER_SECONDS = 3
_REVISION = re.compile(rb'data-revision="([0-9]+)"')
_ids = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All that serves the race, the key of a station, and the passings that are still to come."""

    server: Server
    nginx: Nginx
    keeper: Keeper
    slug: str
    key: str
    bib: str
    to_come: Iterator[Passing]


@dataclass(slots=True)
class Age:
    """What was said to be recorded and when; how old what readers got was at the most."""

    recorded: list[tuple[int, float]] = field(default_factory=list)
    of_files: float = 0.0
    of_application: float = 0.0
    reads: int = 0

    def saw(self, revision: int, asked: float, *, is_file: bool) -> None:
        """A page of that revision came to who asked for it then, from a file or not."""
        missed = next((at for known, at in self.recorded if known > revision), asked)
        if is_file:
            self.of_files = max(self.of_files, asked - missed)
        else:
            self.of_application = max(self.of_application, asked - missed)
        self.reads += 1


def run() -> Iterable[Figure]:
    """Ask as fast as possible; then read while records come in."""
    site = _site()
    path = f"/races/{site.slug}/boards/gc"
    _wait_for_file(site, path)
    for label, address in (("by nginx", site.nginx.url), ("straight", site.server.url)):
        with urllib.request.urlopen(_packed(address + path)) as answer:
            size, etag = len(answer.read()), answer.headers["ETag"]
        for _ in range(20 * WORKERS):
            urllib.request.urlopen(_packed(address + path)).close()
        told = f"{label}, {size / 1e3:,.0f} kB packed"
        yield Figure(label=told, value=_requests(address + path), unit="1/s")
        yield Figure(
            label=f"{label}, not modified", value=_requests(address + path, etag), unit="1/s"
        )
    for label, each_second, seconds in PACES:
        for told, age in _ages(site, each_second, seconds).items():
            made = {"kept": age.of_files, "by the application": age.of_application}
            for how, oldest in made.items():
                if told == "board" or how != "kept":
                    told_so = f"oldest {told}, {how}, at {label}"
                    yield Figure(label=told_so, value=1000 * oldest, unit="ms")


def _requests(address: str, etag: str = "") -> float:
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("this benchmark needs wrk (Debian: apt-get install wrk)")
    command = [wrk, "-t1", f"-c{_CONNECTIONS}", f"-d{_SECONDS}s", "-H", "Accept-Encoding: gzip"]
    command += ["-H", f"If-None-Match: {etag}"] if etag else []
    said = subprocess.run([*command, address], capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    assert found is not None, said
    assert "Non-2xx" not in said or etag, said
    return float(found[1])


def _ages(site: Site, each_second: float, seconds: int) -> dict[str, Age]:
    """How old a board and a runner's page got by nginx while records came in."""
    ended = threading.Event()
    paths = {
        "board": f"/races/{site.slug}/boards/gc",
        "runner": f"/races/{site.slug}/entries/{site.bib}",
    }
    ages = {told: Age() for told in paths}
    threads = [
        threading.Thread(target=_read, args=(site, path, ages[told], ended))
        for told, path in paths.items()
    ]
    for thread in threads:
        thread.start()
    writing = http.client.HTTPConnection("127.0.0.1", site.nginx.port, timeout=60)
    begun = time.monotonic()
    for number in range(int(each_second * seconds)):
        time.sleep(max(0.0, begun + number / each_second - time.monotonic()))
        revision = _record(site, writing)
        at = time.monotonic()
        for age in ages.values():
            age.recorded.append((revision, at))
    time.sleep(_AFTER_SECONDS)
    ended.set()
    for thread in threads:
        thread.join()
    assert all(age.reads > seconds for age in ages.values())
    return ages


def _read(site: Site, path: str, age: Age, ended: threading.Event) -> None:
    reading = http.client.HTTPConnection("127.0.0.1", site.nginx.port, timeout=60)
    while not ended.wait(_READ_EVERY_SECONDS):
        asked = time.monotonic()
        reading.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = reading.getresponse()
        body = answer.read()
        assert answer.status == 200, answer.status
        found = _REVISION.search(gzip.decompress(body))
        assert found is not None
        is_file = not (answer.headers["ETag"] or "").startswith("W/")
        age.saw(int(found[1]), asked, is_file=is_file)


def _record(site: Site, connection: http.client.HTTPConnection) -> int:
    """One passing more; the race's revision afterwards."""
    passing = next(site.to_come)
    assert isinstance(passing.time, int)
    row = {
        "id": f"bench-{next(_ids)}",
        "stage": passing.stage,
        "control": passing.control,
        "bib": passing.bib,
        "time": format_instant(passing.time),
        "source": passing.source.value,
    }
    connection.request(
        "POST",
        f"/api/v1/races/{site.slug}/passings",
        json.dumps({"passings": [row]}),
        {"Authorization": f"Bearer {site.key}", "Content-Type": "application/json"},
    )
    answer = json.load(connection.getresponse())
    assert answer["accepted"] == 1, answer
    revision: int = answer["revision"]
    return revision


def _packed(address: str) -> urllib.request.Request:
    return urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})


def _wait_for_file(site: Site, path: str) -> None:
    kept = site.keeper.path / CURRENT / path.strip("/") / "+.html"
    end = time.monotonic() + _STARTS_WITHIN_SECONDS
    while not kept.is_file():
        assert time.monotonic() < end
        time.sleep(0.1)


@cache
def _site() -> Site:
    """A race in the middle of its last stage, and everything that serves it."""
    document = race_field(*SIZE)
    last = document.race.stages[-1].number
    passings = [p for p in document.passings if p.stage == last and isinstance(p.time, int)]
    passings.sort(key=lambda p: (p.time, p.id))
    to_come = passings[len(passings) // 2 :]
    later = {p.id for p in to_come}
    begun = replace(document, passings=tuple(p for p in document.passings if p.id not in later))
    # Not in the system's temporary folder, which may be memory and commit at once.
    KEPT.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="benchmark-", dir=KEPT))
    atexit.register(shutil.rmtree, folder)
    database = open_database(f"sqlite:///{folder / 'race.sqlite'}")
    schema.upgrade(database)
    slug = document.race.slug
    with database.writing() as session:
        add_race(session, begun, at=0, by="benchmark")
        made = make_token(session, slug, scope=TokenScope.STATION, label="benchmark", at=0)
    server = Server(database, folder, workers=WORKERS)
    server.start(BIVOUAC_TRUSTED_PROXIES="1")
    atexit.register(server.kill)
    keeper = Keeper(database, folder)
    atexit.register(keeper.end)
    nginx = Nginx(folder / "nginx", snapshots=keeper.path, application=server.port)
    nginx.start()
    atexit.register(nginx.stop)
    return Site(
        server=server,
        nginx=nginx,
        keeper=keeper,
        slug=slug,
        key=made.plain,
        bib=to_come[0].bib,
        to_come=iter(to_come),
    )
