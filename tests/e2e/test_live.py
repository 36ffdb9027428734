"""A live page through a network that goes away and a server that does: it puts itself right."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.test_journeys import Sender, board_of, has_stayed, stay
from tests.served import Server
from timing.db.engines import Database

LONG_ENOUGH_MS = 40_000

expect.set_options(timeout=LONG_ENOUGH_MS)


@pytest.fixture
def reader(server: Server, database: Database, slug: str) -> Sender:
    """The program of the chip reader at the finish."""
    return Sender(server, database, slug)


@pytest.fixture
def watching(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A visitor whose network may go: what its console says of that is no error."""
    opened = browser.new_context(base_url=server.url, viewport={"width": 390, "height": 800})
    yield opened
    opened.close()


def lines(page: Page) -> list[str]:
    """The board as it reads, line by line."""
    shown: list[str] = page.locator("tbody[id] tr").evaluate_all(
        "rows => rows.map(row => `${row.id}: ${row.innerText.replace(/\\\\s+/g, ' ')}`)"
    )
    return shown


def as_served(context: BrowserContext, slug: str) -> list[str]:
    """The board as somebody sees it who opens it now."""
    page = context.new_page()
    page.goto(board_of(slug))
    shown = lines(page)
    page.close()
    return shown


def streams_asked_for(page: Page) -> list[str]:
    """What each stream of the page said that it has, from now on."""
    asked: list[str] = []

    def note(request: Any) -> None:
        if found := re.search(r"/events\?.*revision=([^&]*)", request.url):
            asked.append(found[1])

    page.on("request", note)
    return asked


def test_a_page_that_was_without_network_while_lines_changed_equals_the_servers_again(
    watching: BrowserContext, reader: Sender, slug: str
) -> None:
    page = watching.new_page()
    page.goto(board_of(slug))
    expect(page.locator("[data-live]")).to_have_attribute("data-contact", re.compile("."))
    stay(page)
    asked = streams_asked_for(page)
    watching.set_offline(offline=True)
    # An open stream outlives that in Chromium's emulation: the page is to lose it as in a tunnel.
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    reader.send("a", bib="12", time="11:00:00")
    reader.send("b", bib="15a", time="10:40:00")
    assert page.locator("#ranked tr").first.get_attribute("id") == "line-7"
    watching.set_offline(offline=False)
    expect(page.locator("#ranked tr").first).to_have_id("line-15a")
    assert has_stayed(page)
    assert lines(page) == as_served(watching, slug)
    # It said what it had, in this life of the server, and so was told what it missed.
    assert re.fullmatch(r"[0-9a-f-]+-\d+", asked[0])


def test_a_page_comes_back_to_a_server_that_was_killed_and_started_again(
    watching: BrowserContext, server: Server, reader: Sender, slug: str
) -> None:
    page = watching.new_page()
    page.goto(board_of(slug))
    expect(page.locator("[data-live]")).to_have_attribute("data-contact", re.compile("."))
    stay(page)
    server.kill()
    server.start()
    reader.send("a", bib="12", time="11:00:00")
    expect(page.locator("#ranked tr").first).to_have_id("line-12")
    assert has_stayed(page)
    assert lines(page) == as_served(watching, slug)
