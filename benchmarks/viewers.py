"""Thousands who watch a race live: from a passing that is recorded to everybody's screen.

Four processes on one machine: two that serve, one that holds every viewer's connection (``crowd``)
and one that sends passings at the pace at which they came in the race.
"""

import atexit
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path

from benchmarks.fields import field
from benchmarks.figures import Figure
from benchmarks.server import KEPT, SIZE, WORKERS
from tests.served import PROJECT, Server
from timing.core.book import RaceBook
from timing.core.document import Document
from timing.core.records import Passing
from timing.core.times import Instant, local_instants, zone_named
from timing.db.engines import open_database
from timing.operations import schema
from timing.operations.races import add_race
from timing.operations.tokens import TokenScope, make_token
from timing.pages.fragments import Fragments, fragments
from timing.pages.live_view import page_of_events

NAME = "live viewers"
TARGET = (
    "5,000 viewers, two workers: 99 % within 0.5 s of a passing, nobody missing one, under 1 GB"
)

_SIZES = (500, 1_000, 2_500, 5_000)
_STAGE = 4
_FIRST_MINUTE = 54
"""Of the stage: the field passes its first control, the most there is besides the start."""

_SECONDS = 60
_BURST = 60
_BURST_SECONDS = 6
_RUNNERS = 300
_SETTLE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Posted:
    """A passing sent: when, when its answer came, and the revision it took."""

    bib: str
    revision: int
    sent: float
    answered: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Who watched what, and when each was told: (viewer, revision, moment)."""

    pages: Sequence[dict[str, str]]
    viewers: Sequence[int]
    changed: dict[int, set[int]]
    got: Sequence[tuple[int, int, float]]

    def waits(self, shown: range, posted: Sequence[Posted]) -> Iterator[float]:
        """For each change and each viewer of those pages that it shows on: seconds until then.

        From when the passing was sent; a later event that has it in it counts as well.
        """
        of_viewer: dict[int, tuple[list[int], list[float]]] = {}
        for number, revision, at in self.got:
            revisions, times = of_viewer.setdefault(number, ([], []))
            revisions.append(revision)
            times.append(at)
        for number, page in enumerate(self.viewers):
            if page not in shown:
                continue
            revisions, times = of_viewer.get(number, ([], []))
            for change in posted:
                is_own = self.pages[page].get("bib") == change.bib
                first = bisect_left(revisions, change.revision)
                # That every page is right in the end is seen to by the crowd: who was told
                # nothing since has all of it, and what came was undone before it was told.
                shows = is_own or change.revision in self.changed.get(page, ())
                if shows and first < len(times):
                    yield times[first] - change.sent


def run() -> Iterable[Figure]:
    """Let more and more watch."""
    sizes = [int(size) for size in os.environ.get("VIEWERS", "").split()] or _SIZES
    for size in sizes:
        yield from _watched_by(size)


def _watched_by(size: int) -> Iterator[Figure]:
    before, after = _opening()
    folder = Path(tempfile.mkdtemp(prefix="benchmark-", dir=_kept()))
    database = open_database(f"sqlite:///{folder / 'race.sqlite'}")
    server = Server(database, folder, workers=WORKERS)
    try:
        schema.upgrade(database)
        slug = before.race.slug
        with database.writing() as session:
            add_race(session, before, at=0, by="benchmark")
            key = make_token(session, slug, scope=TokenScope.STATION, label="benchmark", at=0)
        server.start()
        yield from _measured(size, server, before, after, key.plain)
    finally:
        server.kill()
        database.close()
        shutil.rmtree(folder)


def _kept() -> Path:
    # Not in the system's temporary folder, which may be memory and commit at once.
    KEPT.mkdir(exist_ok=True)
    return KEPT


def _measured(
    size: int, server: Server, before: Document, after: Sequence[Passing], key: str
) -> Iterator[Figure]:
    bibs = _bibs(before, after)
    pages: list[dict[str, str]] = [{"board": "gc"}, {"stage": str(_STAGE)}]
    pages += [{"bib": bib} for bib in bibs[:_RUNNERS]]
    base = f"/races/{before.race.slug}/events"
    paths = [f"{base}?{name}={text}" for page in pages for name, text in page.items()]
    viewers = list(_spread(size))
    orders = {"port": server.port, "paths": paths, "viewers": viewers}
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.crowd"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as crowd:
        guard = atexit.register(crowd.kill)
        assert crowd.stdin is not None
        assert crowd.stdout is not None
        began = time.monotonic()
        crowd.stdin.write(json.dumps(orders) + "\n")
        crowd.stdin.flush()
        opened = json.loads(crowd.stdout.readline())
        connected = time.monotonic() - began
        processor = _processor(server)
        began = time.monotonic()
        posted = list(_sent_at_their_pace(server, key, before, after))
        at_pace = len(posted)
        busy = (_processor(server) - processor) / (time.monotonic() - began)
        time.sleep(2)
        posted += _sent_at_once(server, key, before, after[at_pace : at_pace + _BURST])
        time.sleep(_SETTLE_SECONDS)
        memory = _memory(server)
        said, _ = crowd.communicate("\n")
        atexit.unregister(guard)
    told = json.loads(said)
    assert told["readers"] == size, told["readers"]
    assert (told["wrong"], told["gaps"], told["ended"]) == (0, 0, 0), {
        name: told[name] for name in ("wrong", "gaps", "ended", "wholes")
    }
    name = f"{size:,}"
    yield Figure(label=f"{name}: all connected", value=connected, unit="s")
    yield Figure(label=f"{name}: a stream opened, 99 % within", value=opened["opens"], unit="s")
    calm, burst = posted[:at_pace], posted[at_pace:]
    changed = _changed(before, after, posted)
    watched = Watched(pages=pages, viewers=viewers, changed=changed, got=told["got"])
    for kind, shown in (("boards", range(2)), ("own runner", range(2, len(pages)))):
        waits = sorted(watched.waits(shown, calm))
        for label, share in (("half", 0.5), ("99 %", 0.99), ("all", 1)):
            wait = waits[round(share * len(waits)) - 1]
            yield Figure(label=f"{name}: {kind}, {label} within", value=wait, unit="s")
    waits = sorted(watched.waits(range(2), burst))
    for label, share in (("half", 0.5), ("99 %", 0.99)):
        wait = waits[round(share * len(waits)) - 1]
        yield Figure(label=f"{name}: in a burst, {label} within", value=wait, unit="s")
    yield Figure(label=f"{name}: recorded, median", value=_median(calm), unit="s")
    yield Figure(label=f"{name}: memory of all server processes", value=memory, unit="MB")
    yield Figure(label=f"{name}: processors busy with serving", value=busy, unit="")
    yield Figure(label=f"{name}: load of the machine", value=os.getloadavg()[0], unit="")


def _median(posted: Sequence[Posted]) -> float:
    return statistics.median(p.answered - p.sent for p in posted)


def _spread(size: int) -> Iterator[int]:
    """Of ten viewers six watch the general classification, two the stage, two a runner each."""
    for number in range(size):
        watched = number % 10
        yield 0 if watched < 6 else 1 if watched < 8 else 2 + number // 5 % _RUNNERS


@cache
def _opening() -> tuple[Document, tuple[Passing, ...]]:
    """The race up to the busiest minutes of a stage, and what comes then, in order."""
    document = field(*SIZE)
    zone = zone_named(document.race.timezone)
    days = {stage.number: stage.date for stage in document.race.stages}

    def at(passing: Passing) -> Instant:
        if isinstance(passing.time, int):
            return passing.time
        return local_instants(days[passing.stage], passing.time.ms, zone)[0]

    passings = sorted(document.passings, key=at)
    first = next(at(p) for p in passings if p.stage == _STAGE)
    cut = first + _FIRST_MINUTE * 60_000
    before = tuple(p for p in passings if at(p) <= cut)
    bibs = {chip: entry.bib for entry in document.entries for chip in entry.chips}
    after = tuple(
        replace(p, time=at(p), bib=p.bib or bibs.get(p.chip, ""), chip="")
        for p in islice((p for p in passings if at(p) > cut), 600)
    )
    rulings = tuple(r for r in document.rulings if r.at <= cut)
    return replace(document, passings=before, rulings=rulings), after


def _bibs(before: Document, after: Sequence[Passing]) -> list[str]:
    """Runners whom somebody watches: the next to pass first of all."""
    found = dict.fromkeys(p.bib for p in after if p.bib)
    found.update(dict.fromkeys(e.bib for e in before.entries))
    known = {e.bib for e in before.entries}
    return [bib for bib in found if bib in known]


def _sent_at_their_pace(
    server: Server, key: str, before: Document, after: Sequence[Passing]
) -> Iterator[Posted]:
    start = time.monotonic() + 0.5
    first = after[0].time
    assert isinstance(first, int)
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    for passing in after:
        assert isinstance(passing.time, int)
        due = (passing.time - first) / 1000
        if due > _SECONDS:
            return
        time.sleep(max(start + due - time.monotonic(), 0))
        yield _posted(connection, key, before, passing)


def _sent_at_once(
    server: Server, key: str, before: Document, passings: Sequence[Passing]
) -> Iterator[Posted]:
    start = time.monotonic()
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    for number, passing in enumerate(passings):
        due = start + number * _BURST_SECONDS / len(passings)
        time.sleep(max(due - time.monotonic(), 0))
        yield _posted(connection, key, before, passing)


def _posted(connection: HTTPConnection, key: str, before: Document, passing: Passing) -> Posted:
    row = {
        "id": passing.id,
        "stage": passing.stage,
        "control": passing.control,
        "bib": passing.bib,
        "time": passing.time,
        "source": passing.source.value,
        "device": passing.device,
    }
    assert isinstance(passing.time, int)
    row["time"] = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(passing.time // 1000)) + (
        f".{passing.time % 1000:03d}Z"
    )
    sent = time.monotonic()
    connection.request(
        "POST",
        f"/api/v1/races/{before.race.slug}/passings",
        json.dumps({"passings": [row]}),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    answer = json.load(connection.getresponse())
    assert answer["accepted"] == 1, answer
    return Posted(passing.bib, answer["revision"], sent, time.monotonic())


def _changed(
    before: Document, after: Sequence[Passing], posted: Sequence[Posted]
) -> dict[int, set[int]]:
    """The revisions that changed each of the boards: what does not is on no screen to wait for."""
    book = RaceBook(before)
    pages: list[dict[str, str]] = [{"board": "gc"}, {"stage": str(_STAGE)}]
    shown: list[Fragments] = [fragments(page_of_events(book, page)) for page in pages]
    found: dict[int, set[int]] = {number: set() for number in range(len(pages))}
    for passing, record in zip(after, posted, strict=False):
        book.add(passings=(passing,))
        for number, page in enumerate(pages):
            now = fragments(page_of_events(book, page))
            if (now.html, now.order) != (shown[number].html, shown[number].order):
                found[number].add(record.revision)
                shown[number] = now
    return found


def _processor(server: Server) -> float:
    """Seconds of processor time that the serving processes have taken."""
    ticks = 0
    for pid in server._workers():  # noqa: SLF001 - the benchmark looks inside
        parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(parts[11]) + int(parts[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory(server: Server) -> float:
    """What the serving processes take together, shared pages counted once: in MB."""
    process = server._process  # noqa: SLF001 - the benchmark looks inside
    assert process is not None
    kilobytes = 0
    for pid in (process.pid, *server._workers()):  # noqa: SLF001
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
        kilobytes += next(int(ln.split()[1]) for ln in told.splitlines() if ln.startswith("Pss:"))
    return kilobytes / 1000
