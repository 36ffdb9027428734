"""A board of 1,300 lines as a phone has it: its weight, its first contents, and how it moves."""

import json
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, CDPSession, Page, ViewportSize, sync_playwright

from benchmarks.fields import field
from benchmarks.figures import Figure
from benchmarks.server import SIZE, running
from tests.conftest import BROWSER_SWITCHES
from tests.prerequisites import chromium_executable
from timing.core.book import RaceBook
from timing.core.times import SECOND, Instant, format_instant

NAME = "weight of a board"
TARGET = (
    "the general classification of 1,300 lines under 60 kB over the wire with styles and scripts;"
    " first contents within 1 s at 400 kbit/s, 400 ms and a processor 4 times slower; nothing"
    " shifts; no task over 50 ms when a line changes"
)

_SLOW_3G = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400_000 / 8,
    "uploadThroughput": 400_000 / 8,
}
_SLOWER = 4
_PHONE: ViewportSize = {"width": 360, "height": 780}
_KINDS = {"woff2": "fonts", "js": "scripts", "css": "styles", "svg": "icon"}
_LETTERS = 5
_SCROLLS = 20

_WATCH = """
window.seen = {fcp: 0, lcp: 0, shifts: 0, tasks: []};
const watch = (type, take) => new PerformanceObserver(
  (list) => list.getEntries().forEach(take)).observe({type, buffered: true});
watch("paint", (e) => { if (e.name === "first-contentful-paint") seen.fcp = e.startTime; });
watch("largest-contentful-paint", (e) => { seen.lcp = e.startTime; });
watch("layout-shift", (e) => { if (!e.hadRecentInput) seen.shifts += e.value; });
watch("longtask", (e) => seen.tasks.push(e.duration));
"""

_numbers = count(1)


def run() -> Iterable[Figure]:
    """Open the board on a slow network, then let a line change, find a name and scroll."""
    server, key = running()
    slug = field(*SIZE).race.slug
    board = f"{server.url}/races/{slug}/boards/gc"
    for _ in range(8):
        urllib.request.urlopen(board).read()  # until every worker has made it
    with _visitor() as (context, page, session):
        yield from _opened(page, session, board)
        yield from _moving(page, server.url, slug, key)
        context.close()


@contextmanager
def _visitor() -> Iterator[tuple[BrowserContext, Page, CDPSession]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_executable(), args=list(BROWSER_SWITCHES)
        )
        context = browser.new_context(viewport=_PHONE, is_mobile=True, device_scale_factor=2)
        page = context.new_page()
        page.add_init_script(_WATCH)
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", _SLOW_3G)
        session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
        yield context, page, session
        browser.close()


def _opened(page: Page, session: CDPSession, board: str) -> Iterable[Figure]:
    kinds: dict[str, str] = {}
    weights: dict[str, float] = defaultdict(float)
    session.on(
        "Network.responseReceived",
        lambda told: kinds.update({told["requestId"]: _kind(told["response"]["url"])}),
    )

    def loaded(told: dict[str, float | str]) -> None:
        weights[kinds.get(str(told["requestId"]), "other")] += float(told["encodedDataLength"])

    session.on("Network.loadingFinished", loaded)
    page.goto(board, wait_until="load")
    page.wait_for_timeout(4_000)
    seen = page.evaluate("seen")
    without = sum(weights.values()) - weights["fonts"]
    for kind, weight in sorted(weights.items()):
        yield Figure(label=f"weight: {kind}", value=weight / 1e3, unit="kB")
    yield Figure(label="weight: all but fonts", value=without / 1e3, unit="kB")
    yield Figure(label="weight: all", value=sum(weights.values()) / 1e3, unit="kB")
    yield Figure(label="requests", value=len(kinds), unit="")
    yield Figure(label="first contents", value=seen["fcp"], unit="ms")
    yield Figure(label="largest contents", value=seen["lcp"], unit="ms")
    yield Figure(label="layout shift while it opens", value=seen["shifts"], unit="")
    yield Figure(
        label="longest task while it opens", value=max(seen["tasks"], default=0), unit="ms"
    )


def _kind(address: str) -> str:
    path = urlsplit(address).path
    if path.endswith("/lines"):
        return "all lines"
    return _KINDS.get(path.rpartition(".")[2], "document, styles in it")


def _moving(page: Page, url: str, slug: str, key: str) -> Iterable[Figure]:
    yield _longest(page, "finding, with all lines fetched", lambda: _find(page))
    page.get_by_label("Name or bib").fill("")
    page.locator("h1").click()
    page.wait_for_timeout(500)
    yield _longest(page, "a line that changes", lambda: _change(page, url, slug, key))
    yield _longest(page, "scrolling", lambda: _scroll(page))
    yield _longest(page, "finding again", lambda: _find(page))
    yield Figure(
        label="layout shift in the end, lines found and moved",
        value=page.evaluate("seen.shifts"),
        unit="",
    )


def _longest(page: Page, label: str, act: object) -> Figure:
    page.evaluate("seen.tasks = []")
    assert callable(act)
    act()
    page.wait_for_timeout(300)
    tasks = page.evaluate("seen.tasks")
    return Figure(label=f"longest task: {label}", value=max(tasks, default=0), unit="ms")


def _find(page: Page) -> None:
    name = field(*SIZE).entries[700].name
    page.get_by_label("Name or bib").fill("")
    for letter in name[:_LETTERS]:
        page.keyboard.type(letter)
        page.wait_for_timeout(120)
    page.locator("#ranked tr[id], #unranked tr[id]", has_text=name).first.wait_for()


def _change(page: Page, url: str, slug: str, key: str) -> None:
    """The tenth of the board turns out to have finished some seconds earlier.

    Not the first: then every gap of the board would change.
    """
    line = page.locator("#ranked tr[id]").nth(9)
    name = line.get_attribute("id")
    line = page.locator(f"#{name}")
    bib = line.locator(".bib").text_content()
    before = line.text_content()
    number = next(_numbers)
    finish = _finishes()[bib]
    passing = {
        "id": f"weight-{number}",
        "stage": 1,
        "control": "FINISH",
        "source": "chip",
        "bib": bib,
        "time": format_instant(finish - number * 2 * SECOND),
    }
    request = urllib.request.Request(
        f"{url}/api/v1/races/{slug}/passings",
        data=json.dumps({"passings": [passing]}).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).read()
    for _ in range(100):
        if line.text_content() != before:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the line did not change")


@cache
def _finishes() -> dict[str | None, Instant]:
    """When everybody finished the first stage, by bib."""
    book = RaceBook(field(*SIZE))
    lines = ((entry.bib, book.stage_line(1, entry.id)) for entry in book.entries())
    return {bib: line.finish for bib, line in lines if line is not None and line.finish}


def _scroll(page: Page) -> None:
    for _ in range(_SCROLLS):
        page.mouse.wheel(0, 1_700)
        page.wait_for_timeout(60)
    page.wait_for_timeout(500)
    assert page.locator("#ranked tr[id]").count() > 0
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(300)
