"""500 taps without a network, over reloads, a killed browser and a restarted server."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import BROWSER_SWITCHES
from tests.prerequisites import chromium_executable
from tests.served import Server
from tests.serving import SLUG, station_key
from timing.core.records import Passing
from timing.db.engines import Database
from timing.db.latest import latest_passings

WRONG_BY_MS = 90_000
FAST = f"const now = Date.now; Date.now = () => now() + {WRONG_BY_MS};"
"""The device's clock is a minute and a half fast."""

LONG_ENOUGH_MS = 20_000
TAPS = 500

Truth = dict[str, tuple[float, float]]


@contextmanager
def phone(browser: Browser, folder: Path, server: Server) -> Iterator[BrowserContext]:
    """A browser that keeps what it stores, and whose clock is wrong."""
    context = browser.browser_type.launch_persistent_context(
        folder,
        executable_path=chromium_executable(),
        args=list(BROWSER_SWITCHES),
        base_url=server.url,
        viewport={"width": 360, "height": 640},
    )
    context.add_init_script(FAST)
    yield context


def kill(folder: Path) -> None:
    """All processes of the browser that has this profile, as when the battery is taken out."""
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal():
            continue
        try:
            command = (process / "cmdline").read_bytes()
            if f"--user-data-dir={folder}".encode() in command.split(b"\0"):
                os.kill(int(process.name), signal.SIGKILL)
        except (OSError, ProcessLookupError):
            continue


def tap(page: Page, truth: Truth, count: int) -> None:
    """Record the next bibs by keys, each when the one before it stands as recorded."""
    for _ in range(count):
        bib = str(len(truth) + 1)
        before = time.time() * 1000  # noqa: TID251 - the truth
        page.keyboard.press(bib[0])
        after = time.time() * 1000  # noqa: TID251 - the truth
        for digit in bib[1:]:
            page.keyboard.press(digit)
        page.keyboard.press("Enter")
        truth[bib] = (before, after)


def recorded(page: Page, count: int) -> None:
    """The screen says so many, and that none was sent."""
    expect(page.locator(".counts .cell").nth(0).locator("b")).to_have_text(
        str(count), timeout=LONG_ENOUGH_MS
    )


def there(database: Database) -> tuple[Passing, ...]:
    with database.reading() as session:
        return tuple(p for p in latest_passings(session, SLUG, 5000) if p.device)


def test_500_taps_off_line_are_on_the_server_each_once_and_in_time(
    browser: Browser, server: Server, database: Database, tmp_path: Path
) -> None:
    key = station_key(database, "PASS", label="Oberalp")
    folder = tmp_path / "phone"
    truth: Truth = {}
    with phone(browser, folder, server) as context:
        page = context.pages[0]
        page.goto(f"/station#{key}")
        expect(page.locator(".rec")).to_be_visible()
        page.evaluate("navigator.serviceWorker.ready")
        context.set_offline(True)
        for _ in range(3):
            tap(page, truth, 60)
            recorded(page, len(truth))
            page.reload()
            expect(page.locator(".rec")).to_be_visible()
        tap(page, truth, 60)
        recorded(page, len(truth))
        kill(folder)
    server.kill()
    with phone(browser, folder, server) as context:
        page = context.pages[0]
        page.goto("/station")
        recorded(page, len(truth))
        tap(page, truth, TAPS - len(truth))
        recorded(page, TAPS)
        assert there(database) == ()
        server.start()
        expect(page.locator(".counts .cell").nth(1).locator("b")).to_have_text("0", timeout=90_000)
        context.close()
    passings = there(database)
    assert sorted(int(p.bib) for p in passings) == list(range(1, TAPS + 1))
    for passing in passings:
        before, after = truth[passing.bib]
        time_ms = passing.time
        assert isinstance(time_ms, int)
        assert before - passing.uncertainty_ms - 1 <= time_ms <= after + passing.uncertainty_ms + 1
