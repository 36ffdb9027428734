"""What only the visitor's own device knows: the time it is there, and the language it speaks.

The race is run in Morocco (UTC+1); who watches in Kathmandu (UTC+5:45) is 4:45 ahead of it.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.pages.sample import FIRST_DAY, siroua_six
from tests.served import Server
from tests.serving import BEFORE, station_key
from timing.db.engines import Database
from timing.operations.races import add_race

LONG_ENOUGH_MS = 20_000
STAGE_5 = f"2026-10-{FIRST_DAY.day + 4}"
OWN, RACE = "Show clocks in my time", "Show clocks in race time"

expect.set_options(timeout=LONG_ENOUGH_MS)


@pytest.fixture(scope="module")
def siroua(served: tuple[Server, Database]) -> str:
    """A race whose fifth stage is under way."""
    document = siroua_six("12:02:00")
    with served[1].writing() as session:
        add_race(session, document, at=BEFORE, by="tests")
    return document.race.slug


@pytest.fixture
def passes(server: Server, database: Database, siroua: str) -> Callable[[str, str, str], None]:
    """Lets a bib pass a control of the fifth stage at a time of day, through the API."""
    key = station_key(database, "CP3", "CP4", "CP5", "FINISH", stage=5, slug=siroua)

    def passes(bib: str, control: str, time: str) -> None:
        passing = {
            "id": f"sent-{bib}-{control}",
            "stage": 5,
            "control": control,
            "bib": bib,
            "time": f"{STAGE_5}T{time}+01:00",
            "source": "chip",
        }
        request = urllib.request.Request(
            f"{server.url}/api/v1/races/{siroua}/passings",
            data=json.dumps({"passings": [passing]}).encode(),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer)["accepted"] == 1

    return passes


@pytest.fixture
def visitor(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """A browser of somebody elsewhere in the world."""
    contexts: list[BrowserContext] = []

    def opened(**options: object) -> Page:
        context = browser.new_context(base_url=server.url, **options)  # type: ignore[arg-type]
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def ahead(clock: str) -> str:
    """A clock's text in Kathmandu, of one of the race's own: `11:46` there is `16:31`."""
    hour, minute, *seconds = clock.split(":")
    minutes = int(hour) * 60 + int(minute) + 4 * 60 + 45
    return ":".join([f"{minutes // 60:02}", f"{minutes % 60:02}", *seconds])


def clock_of(page: Page, bib: str) -> Locator:
    return page.locator(f"#line-e{bib} td.gap time")


def test_a_boards_clocks_are_in_the_visitors_time_on_demand_and_stay_so_through_live_changes(
    visitor: Callable[..., Page], siroua: str, passes: Callable[[str, str, str], None]
) -> None:
    page = visitor(timezone_id="Asia/Kathmandu", viewport={"width": 1280, "height": 900})
    page.goto(f"/races/{siroua}/boards/gc")
    clock, time = clock_of(page, "12"), page.locator("#line-e12 td.tot")
    at, total = clock.inner_text(), time.inner_text()
    page.get_by_role("button", name=OWN).click()
    expect(clock).to_have_text(ahead(at))
    expect(time).to_have_text(total)

    passes("15", "FINISH", "12:30:10")
    expect(clock_of(page, "15")).to_have_text("17:15")
    expect(page.locator("#head time")).to_contain_text("17:15:10")
    assert page.locator("#line-e12.changed").count() == 0

    page.get_by_role("button", name=RACE).click()
    expect(clock_of(page, "15")).to_have_text("12:30")
    expect(clock).to_have_text(at)


def test_the_choice_of_clocks_holds_on_a_runners_page_and_the_races_home(
    visitor: Callable[..., Page], siroua: str, passes: Callable[[str, str, str], None]
) -> None:
    page = visitor(timezone_id="Asia/Kathmandu")
    page.goto(f"/races/{siroua}/entries/9")
    start = page.locator("#steps time").first
    expect(start).to_have_text("06:00:00")
    forecast = page.locator("#steps .far time").first
    about = forecast.inner_text()
    elapsed = page.locator("#steps .el").all_inner_texts()
    page.get_by_role("button", name=OWN).click()
    expect(start).to_have_text("10:45:00")
    expect(forecast).to_have_text(ahead(about))
    assert page.locator("#steps .el").all_inner_texts() == elapsed

    passes("9", "FINISH", "12:40:05")
    expect(page.locator("#steps time").last).to_have_text("17:25:05")

    page.goto(f"/races/{siroua}")
    expect(page.get_by_role("button", name=RACE)).to_be_visible()
    expect(page.locator("#arrivals time").first).to_contain_text("17:25")
    passes("77", "FINISH", "12:50:20")
    expect(page.locator("#arrivals time").first).to_contain_text("17:35")


def test_nobody_in_the_races_own_time_is_offered_another(
    visitor: Callable[..., Page], siroua: str
) -> None:
    page = visitor(timezone_id="Africa/Algiers")
    page.goto(f"/races/{siroua}")
    expect(page.locator("[data-clocks]")).to_be_hidden()


def test_a_device_that_speaks_french_is_shown_the_way_to_the_page_in_french(
    visitor: Callable[..., Page], siroua: str
) -> None:
    page = visitor(locale="fr-FR")
    page.goto(f"/races/{siroua}/boards/gc")
    way = page.locator(".top").get_by_role("link", name="Français", exact=True)
    expect(way).to_have_attribute("href", f"/fr/races/{siroua}/boards/gc")
    way.click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator(".top .own-language")).to_have_count(0)


def test_a_device_that_speaks_the_pages_language_is_shown_no_other(
    visitor: Callable[..., Page], siroua: str
) -> None:
    page = visitor(locale="en-GB")
    page.goto(f"/races/{siroua}")
    expect(page.locator("[data-tongues]")).to_be_visible()
    expect(page.locator(".top .own-language")).to_have_count(0)
