"""Two devices at one finish, one in each way of work: one order, and where they differ a list."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.served import Server
from tests.serving import BEFORE, station_key
from timing import racefile
from timing.db.engines import Database
from timing.operations.races import add_race

SLUG = "two-devices"
RUNNERS = 40
BIBS = tuple(str(100 + (7 * n) % RUNNERS) for n in range(RUNNERS))
"""The order in which they finish."""
SWAPPED = (4, 34)
"""Two whose bibs the device in time-first mode gives to one another's time."""
SECONDS_APART = 0.15
"""Ten times as dense as forty in a minute."""


def race_of_today() -> str:
    """A race that began two hours ago, where it is about noon."""
    now = datetime.now(UTC)  # noqa: TID251 - devices have the real time
    hours = 12 - now.hour
    local = now.astimezone(timezone(timedelta(hours=hours)))
    zone = f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
    start = (local - timedelta(hours=2)).strftime("%H:%M")
    entries = "\n".join(
        f"  - {{bib: '{bib}', name: Runner {bib}, gender: F}}" for bib in sorted(BIBS)
    )
    return f"""
format: 1
race: {{slug: {SLUG}, name: Two Devices, timezone: {zone}, starts_on: {local:%Y-%m-%d}}}
stages:
  - number: 1
    date: {local:%Y-%m-%d}
    distance_km: 20
    start: {{mode: mass, at: "{start}"}}
    controls: [{{code: START, km: 0}}, {{code: FINISH, km: 20}}]
classifications: [{{code: gc, name: General classification, of: solo}}]
entries:
{entries}
"""


@pytest.fixture
def key(database: Database) -> str:
    """The key of the finish."""
    with database.writing() as session:
        add_race(session, racefile.loads(race_of_today(), name="race.yaml"), at=BEFORE, by="tests")
    return station_key(database, "FINISH", slug=SLUG)


@pytest.fixture
def tabs(browser: Browser, server: Server, key: str) -> Iterator[list[Page]]:
    """The app on two phones, both joined, then without a network."""
    contexts: list[BrowserContext] = []
    pages: list[Page] = []
    for _ in range(2):
        context = browser.new_context(
            base_url=server.url, viewport={"width": 360, "height": 640}, service_workers="block"
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(f"/station#{key}")
        expect(page.locator(".rec")).to_be_visible(timeout=20_000)
        expect(page.locator(".counts")).to_contain_text("±")
        pages.append(page)
    yield pages
    for context in contexts:
        context.close()


def read(server: Server, path: str) -> Any:
    with urllib.request.urlopen(f"{server.url}/api/v1/races/{SLUG}/{path}", timeout=30) as answer:
        return json.load(answer)


def until_revision(server: Server, revision: int) -> None:
    """Wait until what is read is made of everything that was sent."""
    for _ in range(100):
        if all(read(server, "problems")["revision"] >= revision for _ in range(4)):
            return
        time.sleep(0.1)
    raise AssertionError("not all of it came to the pages")


def test_forty_runners_in_a_minute_have_one_order_and_what_differs_is_listed(
    server: Server, tabs: list[Page]
) -> None:
    typing, tapping = tabs
    tapping.keyboard.press("Shift+T")
    for page in tabs:
        page.context.set_offline(True)
    began = time.monotonic()
    for nth, bib in enumerate(BIBS):
        time.sleep(max(0.0, began + nth * SECONDS_APART - time.monotonic()))
        typing.keyboard.press(bib[0])
        tapping.keyboard.press("Space")
        typing.keyboard.type(bib[1:])
        typing.keyboard.press("Enter")
    given = list(BIBS)
    one, other = SWAPPED
    given[one], given[other] = given[other], given[one]
    for bib in given:
        tapping.keyboard.type(bib)
        tapping.keyboard.press("Enter")
        expect(tapping.locator(f".entered li[data-bib='{bib}']")).to_have_count(1)
    for page in tabs:
        expect(page.locator(".counts")).to_contain_text(f"{RUNNERS}recorded")
        page.context.set_offline(False)
        expect(page.locator(".counts .cell").nth(1)).to_have_text("0not sent", timeout=30_000)

    until_revision(server, 2 + 3 * RUNNERS)
    swapped = {BIBS[one], BIBS[other]}
    problems = read(server, "problems")["problems"]
    assert {(found["code"], found["bib"]) for found in problems} == {
        ("sources-disagree", bib) for bib in swapped
    }
    assert [bib for bib in order(server) if bib not in swapped] == [
        bib for bib in BIBS if bib not in swapped
    ]

    # Who typed them puts them right, and there is one order.
    for wrong, right in ((BIBS[one], f"{BIBS[other]}a"), (BIBS[other], BIBS[one])):
        put_right(tapping, wrong, right)
    put_right(tapping, f"{BIBS[other]}a", BIBS[other])
    expect(tapping.locator(".counts .cell").nth(1)).to_have_text("0not sent", timeout=30_000)
    until_revision(server, 2 + 3 * RUNNERS + 3)
    assert read(server, "problems")["problems"] == []
    assert tuple(order(server)) == BIBS


def put_right(page: Page, wrong: str, right: str) -> None:
    """Another bib for the line of ``wrong``."""
    page.locator(f".entered li[data-bib='{wrong}'] .line").click()
    page.get_by_label("Bib").fill(right)
    page.get_by_role("button", name="Change the bib").click()
    expect(page.locator(f".entered li[data-bib='{right}']")).to_have_count(1)


def order(server: Server) -> list[str]:
    """The bibs in the order of their finish."""
    lines = read(server, "stages/1")["lines"]
    return [line["bib"] for line in sorted(lines, key=lambda line: line["finish"])]
