"""A big screen that is left alone, and a board on somebody else's site."""

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Route, expect

from tests.e2e.test_journeys import Sender
from tests.served import Server
from tests.serving import BEFORE, RACE
from timing import racefile
from timing.db.engines import Database
from timing.operations.races import add_race

LONG_ENOUGH_MS = 20_000
DOCS = Path(__file__).parents[2] / "docs" / "embedding.md"

_numbers = count(1)

expect.set_options(timeout=LONG_ENOUGH_MS)


@pytest.fixture
def reader(server: Server, database: Database, open_slug: str) -> Sender:
    """The program of the chip reader at the finish of that race."""
    return Sender(server, database, open_slug)


@pytest.fixture
def other_site() -> Iterator[Callable[[str], str]]:
    """Serves a page at another origin: another port of this machine."""
    pages: dict[str, bytes] = {}

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path, b"")
            self.send_response(200 if body else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()

        def put(body: str) -> str:
            pages["/"] = f"<!doctype html><title>Race</title>{body}".encode()
            return f"http://127.0.0.1:{site.server_address[1]}/"

        yield put
        site.shutdown()
        thread.join()


def snippets(server: Server, slug: str) -> list[str]:
    """What docs/embedding.md tells to copy, with a server and a race of ours in it."""
    found = re.findall(r"```html\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    ours = [text.replace("https://live.example.org", server.url) for text in found]
    return [text.replace("/races/siroua/", f"/races/{slug}/") for text in ours]


@pytest.fixture
def open_slug(database: Database) -> str:
    """A race whose first stage nobody has finished yet."""
    document = racefile.load(RACE)
    name = f"screen-{next(_numbers)}"
    with database.writing() as session:
        race = replace(document.race, slug=name)
        add_race(session, replace(document, race=race, passings=()), at=BEFORE, by="tests")
    return name


@pytest.fixture
def lone_page(context: BrowserContext) -> Iterator[Page]:
    """A tab that may find the server gone, but in which no script may fail."""
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    yield tab
    assert wrong == []


def pulses_at(page: Page, moment: str) -> None:
    """Let the server's clock stand at a moment of the race, whenever the test is run."""
    at = round(datetime.fromisoformat(moment).timestamp() * 1000)

    def pulse(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "now": at, "offset_ms": 3_600_000})

    page.route("**/screen/pulse", pulse)


def test_who_comes_in_appears_by_itself_in_big_in_the_list_and_in_the_boards(
    page: Page, reader: Sender, open_slug: str
) -> None:
    pulses_at(page, "2026-03-28T10:12:00+00:00")
    reader.send("one", bib="7", time="11:10:00")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"/races/{open_slug}/screen?boards=stage&seconds=300")
    # By the race's zone, an hour ahead of UTC, whatever this machine's clock says.
    expect(page.locator(".sc-clock")).to_have_text(re.compile(r"^11:1[23]:\d\d$"))
    expect(page.get_by_role("heading", name="Stage 1, live")).to_be_visible()
    expect(page.locator(".sc-next li:not([hidden])")).to_have_count(3)
    expect(page.locator(".sc-spot")).to_be_hidden()
    page.evaluate("window.stayed = true")

    reader.send("two", bib="12", time="11:09:00")

    spot = page.locator(".sc-spot")
    expect(spot).to_be_visible()
    expect(spot).to_contain_text("مريم العلوي")
    expect(spot).to_contain_text("3:09:00")
    expect(spot).to_contain_text("1st of the day")
    arrivals = page.locator(".sc-in li")
    expect(arrivals.first).to_contain_text("Ana Ruiz")  # she came in at 11:10, later
    expect(page.locator(".sc-board.sc-shown li").first).to_contain_text("مريم العلوي")
    expect(page.locator(".sc-next li:not([hidden])")).to_have_count(2)
    expect(page.locator(".sc-lost")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollHeight") == 1080
    assert page.evaluate("window.stayed") is True


def test_a_screen_outlives_the_server_and_puts_itself_right(
    lone_page: Page, server: Server, reader: Sender, open_slug: str
) -> None:
    page = lone_page
    reader.send("one", bib="7", time="11:10:00")
    page.goto(f"/races/{open_slug}/screen?boards=stage&seconds=300")
    expect(page.locator(".sc-clock")).to_be_visible()
    page.evaluate("window.stayed = true")

    server.terminate()
    server.start()
    reader.send("two", bib="12", time="11:00:00")

    expect(page.locator(".sc-board.sc-shown li").first).to_contain_text("مريم العلوي")
    assert page.evaluate("window.stayed") is True


def test_out_of_contact_a_screen_says_since_when_and_then_comes_back(
    lone_page: Page, context: BrowserContext, slug: str
) -> None:
    page = lone_page
    page.clock.install()
    page.goto(f"/races/{slug}/screen")
    expect(page.locator(".sc-clock")).to_be_visible()

    context.set_offline(True)
    page.clock.run_for(55_000)

    expect(page.locator(".sc-lost")).to_have_text(re.compile(r"^Last contact \d\d:\d\d$"))
    context.set_offline(False)
    page.clock.run_for(21_000)
    expect(page.locator(".sc-lost")).to_be_hidden()


def test_a_screen_made_by_another_release_loads_itself_again_when_it_is_quiet(
    lone_page: Page, slug: str
) -> None:
    page = lone_page
    told = {"life": ""}

    def pulse(route: Route) -> None:
        with suppress(Error):  # where the page is left meanwhile, nobody waits for the answer
            answer = route.fetch()
            said = answer.json()
            route.fulfill(response=answer, json={**said, "life": told["life"] or said["life"]})

    page.route("**/screen/pulse", pulse)
    page.clock.install()
    page.goto(f"/races/{slug}/screen?seconds=5")
    expect(page.locator(".sc-clock")).to_be_visible()
    loads: list[str] = []
    page.on("load", lambda _: loads.append(page.url))
    page.clock.run_for(30_000)
    assert loads == []

    told["life"] = "another"
    with page.expect_event("load"), suppress(Error):  # what runs ends where the page is left
        page.clock.run_for(40_000)


def test_the_set_up_page_leads_to_the_screen_it_describes(page: Page, slug: str) -> None:
    page.goto(f"/races/{slug}/screen/setup")
    page.get_by_label("Women").uncheck()
    page.get_by_label("Dark on light, for daylight").check()
    address = page.locator("[data-address]").inner_text()
    assert "theme=light" in address
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_on_another_site_a_frame_shows_the_board_as_high_as_it_is(
    page: Page, server: Server, slug: str, other_site: Callable[[str], str]
) -> None:
    frame_snippet, script_snippet, _ = snippets(server, slug)
    page.set_viewport_size({"width": 600, "height": 900})
    page.goto(other_site(frame_snippet + script_snippet))

    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("rowheader")).to_have_count(4)
    link = inside.get_by_role("link", name="Ana Ruiz")
    expect(link).to_have_attribute("target", "_blank")
    frame = page.locator("iframe")
    height = inside.locator("[data-embed]").evaluate(
        "e => Math.ceil(e.getBoundingClientRect().bottom)"
    )
    expect(frame).to_have_css("height", f"{height}px")
    assert page.context.cookies() == []


def test_on_another_site_a_script_reads_the_feed(
    page: Page, server: Server, slug: str, other_site: Callable[[str], str]
) -> None:
    page.goto(other_site(snippets(server, slug)[2]))

    expect(page.get_by_role("listitem")).to_have_count(4)
    expect(page.get_by_role("listitem").first).to_have_text("Ana Ruiz, 3:10:00")
    expect(page.get_by_role("listitem").nth(2)).to_have_text("مريم العلوي, +10:30")
