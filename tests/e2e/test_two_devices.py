"""The station app's screen and a real server.

Two devices at one finish, one in each way of work: one order, and where they differ a list. And
whatever else a station writes is taken.
"""

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


def test_whatever_a_station_writes_is_taken(
    browser: Browser, server: Server, database: Database, slug: str
) -> None:
    key = station_key(database, stage=1, slug=slug)
    context = browser.new_context(
        base_url=server.url, viewport={"width": 360, "height": 640}, service_workers="block"
    )
    page = context.new_page()
    page.goto(f"/station#{key}")
    give_and_undo_the_start(page)
    page.keyboard.press("Shift+M")
    page.get_by_role("button", name="Another place").click()
    page.locator("[data-place='1/HUT']").click()
    lines = page.locator(".entered li[data-bib]")
    record_and_put_right(page)
    expect(lines).to_have_count(6)
    report_what_was_seen(page)
    expect(lines).to_have_count(10)
    expect(page.locator(".counts .cell").nth(1)).to_have_text("0not sent", timeout=30_000)
    expect(page.locator(".entered li.waiting")).to_have_count(0)
    assert lines.evaluate_all("lines => lines.map(line => line.dataset.state)") == ["sent"] * 10
    expect(page.locator(".warning")).to_be_hidden()
    context.close()


def give_and_undo_the_start(page: Page) -> None:
    page.locator("[data-place='1/START']").click()
    page.locator(".gun").click()
    page.get_by_label("Right time").fill("080002")
    page.get_by_role("button", name="Put it right").click()
    expect(page.locator(".gun")).to_contain_text("08:00:02")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".gun")).to_contain_text("Start ")


def record_and_put_right(page: Page) -> None:
    lines = page.locator(".entered li[data-bib]")
    for nth, bib in enumerate(("7", "12", "1?", "999"), start=1):
        page.keyboard.type(bib)
        page.keyboard.press("Enter")
        expect(lines).to_have_count(nth)
    page.keyboard.press("Shift+U")
    expect(lines.first).to_contain_text("Undone")
    page.locator("[data-bib='1?'] .line").click()
    page.get_by_label("Bib").fill("15a")
    page.get_by_role("button", name="Change the bib").click()
    page.locator("[data-bib='15a'] .line").click()
    page.get_by_role("button", name="Insert a missed runner").click()
    expect(lines).to_have_count(5)
    page.locator("[data-bib='12'] .line").click()
    page.get_by_label("Time").fill("+0214")
    page.get_by_role("button", name="Change the time").click()


def report_what_was_seen(page: Page) -> None:
    lines = page.locator(".entered li[data-bib]")
    page.keyboard.type("7")
    page.locator(".tool", has_text="Helped").click()
    expect(lines).to_have_count(7)
    page.keyboard.type("7")
    page.keyboard.down("Shift")
    page.keyboard.down("W")
    expect(lines).to_have_count(8)
    page.keyboard.up("W")
    page.keyboard.up("Shift")
    page.keyboard.press("Shift+N")
    page.get_by_role("button", name="Kit and water").click()
    page.keyboard.type("12")
    page.get_by_role("button", name="whistle").click()
    page.locator(".view .rec").click()
    expect(page.locator(".entry")).to_contain_text("whistle missing")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+N")
    page.get_by_role("button", name="Note").first.click()
    page.get_by_label("Note", exact=True).fill("Wind has taken the tent.")
    page.keyboard.press("Enter")


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
