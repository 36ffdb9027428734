"""The station app in Chromium: from tap to "recorded", opened cold without a network, its size."""

import shutil
import statistics
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, Request, sync_playwright

from benchmarks.figures import Figure
from benchmarks.server import KEPT, running
from tests.conftest import BROWSER_SWITCHES
from tests.prerequisites import chromium_executable

NAME = "station app"
TARGET = (
    "tap to recorded on screen within 50 ms, opened cold off line within 1 s, at most 300 kB packed"
)
TAPS = 100
SLOWER = 4
_STARTS_AFTER_MS = 1_000
_DATA = ("/station/post", "/station/start-list")

# From the press of the record key to the first frame that shows one more recorded, which the app
# shows when the transaction is complete.
_TAP = """
async (bib) => {
  const count = document.querySelector(".counts .cell b");
  const before = count.textContent;
  const strike = (key) => document.body.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
  );
  for (const digit of bib) strike(digit);
  await new Promise((go) => { setTimeout(go, 20); });
  const began = performance.now();
  strike("Enter");
  return new Promise((done) => {
    const look = () => {
      if (count.textContent === before) requestAnimationFrame(look);
      else done(performance.now() - began);
    };
    requestAnimationFrame(look);
  });
}
"""

# What it took from the beginning of the navigation until bibs can be typed and the list is there.
_OPENED = """
() => new Promise((done) => {
  const look = () => {
    const key = document.querySelector(".rec");
    if (key === null || key.offsetParent === null) requestAnimationFrame(look);
    else requestAnimationFrame(() => done(performance.now()));
  };
  look();
})
"""


def run() -> Iterable[Figure]:
    """Join with 1,300 entries, tap a hundred times, open it in a browser that was just started."""
    server, key = running()
    KEPT.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="phone-", dir=KEPT))
    try:
        with sync_playwright() as playwright:
            with _phone(playwright, folder, server.url) as phone:
                page = phone.pages[0]
                came: list[Request] = []
                phone.on("requestfinished", lambda request: came.append(request))  # noqa: PLW0108
                page.goto(f"/station#{key}")
                _make_ready(page)
                app, data = _kilobytes(tuple(came))
                yield Figure(label="code, styles, type, icons, packed", value=app, unit="kB")
                yield Figure(label="post and start list, packed", value=data, unit="kB")
                yield Figure(label="both", value=app + data, unit="kB")
                phone.set_offline(True)
                yield from _taps(page, "")
                session = phone.new_cdp_session(page)
                session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
                yield from _taps(page, f", processor {SLOWER} times slower")
            with _phone(playwright, folder, server.url) as phone:
                phone.set_offline(True)
                page = phone.pages[0]
                page.goto("/station", wait_until="commit")
                took = page.evaluate(_OPENED)
                assert page.locator(".counts .cell b").first.inner_text() == str(2 * TAPS)
                yield Figure(label="opened cold, off line", value=took, unit="ms")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_ready(page: Page) -> None:
    """Stand at a control, with everything on the device."""
    page.locator("[data-place], .rec").first.wait_for()
    if not page.locator(".rec").is_visible():
        page.locator("[data-place]").nth(1).click()
    page.locator(".rec").wait_for()
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_timeout(_STARTS_AFTER_MS)


def _taps(page: Page, how: str) -> Iterator[Figure]:
    took = [page.evaluate(_TAP, str(100 + nth)) for nth in range(TAPS)]
    yield Figure(label=f"tap to recorded{how}, median", value=statistics.median(took), unit="ms")
    yield Figure(label=f"tap to recorded{how}, worst of {TAPS}", value=max(took), unit="ms")


def _kilobytes(requests: Iterable[Request]) -> tuple[float, float]:
    """What came over the wire for the app and for its data, each address once."""
    seen: dict[str, int] = {}
    for request in requests:
        address = request.url.partition("?")[0]
        seen[address] = max(seen.get(address, 0), request.sizes()["responseBodySize"])
    data = sum(size for address, size in seen.items() if address.endswith(_DATA))
    rest = sum(size for address, size in seen.items() if "/api/" not in address)
    assert data > 0
    return rest / 1e3, data / 1e3


@contextmanager
def _phone(playwright: Playwright, folder: Path, address: str) -> Iterator[BrowserContext]:
    context = playwright.chromium.launch_persistent_context(
        folder,
        executable_path=chromium_executable(),
        args=list(BROWSER_SWITCHES),
        base_url=address,
        viewport={"width": 360, "height": 640},
    )
    yield context
    context.close()
