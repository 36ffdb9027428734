"""The station app as it is installed: without a network, in a new version, where little works."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.served import Server
from tests.serving import station_key
from timing.db.engines import Database

LONG_ENOUGH_MS = 20_000
NOTICE = "A new version of these pages"

expect.set_options(timeout=LONG_ENOUGH_MS)


@pytest.fixture
def phone(browser: Browser, server: Server, database: Database) -> Iterator[Page]:
    """A phone that has joined and has everything it needs."""
    context = browser.new_context(base_url=server.url, viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(f"/station#{station_key(database, 'PASS', label='Oberalp')}")
    expect(page.locator(".rec")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready")
    yield page
    context.close()


def recorded(page: Page, count: int) -> None:
    expect(page.locator(".counts .cell").nth(0).locator("b")).to_have_text(str(count))


def unsent(page: Page, count: int) -> None:
    expect(page.locator(".counts .cell").nth(1).locator("b")).to_have_text(str(count))


def tap(page: Page, bib: str) -> None:
    page.keyboard.type(bib)
    page.keyboard.press("Enter")


def test_it_opens_without_a_network_in_a_new_tab_too(phone: Page) -> None:
    phone.context.set_offline(True)
    tap(phone, "12")
    recorded(phone, 1)
    other = phone.context.new_page()
    other.goto("/station")
    recorded(other, 1)
    tap(other, "7")
    recorded(phone, 2)
    phone.context.set_offline(False)
    unsent(phone, 0)
    unsent(other, 0)


def test_a_new_version_waits_until_it_is_asked_for_and_loses_nothing(
    phone: Page, server: Server
) -> None:
    phone.route("**/api/**", lambda route: route.abort())
    tap(phone, "12")
    recorded(phone, 1)
    server.kill()
    server.start(BIVOUAC_NOTICE=NOTICE)
    phone.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update())")
    phone.wait_for_function(
        "async () => (await navigator.serviceWorker.getRegistration()).waiting !== null"
    )
    tap(phone, "7")
    recorded(phone, 2)
    expect(phone.get_by_text(NOTICE)).to_have_count(0)
    phone.get_by_role("button", name="Menu").click()
    phone.get_by_role("button", name="Use the new version").click()
    expect(phone.get_by_text(NOTICE)).to_be_visible()
    recorded(phone, 2)
    unsent(phone, 2)
    phone.unroute("**/api/**")
    unsent(phone, 0)
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.get_by_text(NOTICE)).to_be_visible()


def test_without_scripts_it_leads_to_the_plain_form(plain_page: Page) -> None:
    plain_page.goto("/station")
    plain_page.get_by_role("link", name="The plain form").click()
    expect(plain_page.get_by_label("The station’s key")).to_be_visible()


def test_without_a_secure_context_taps_are_kept_all_the_same(
    context: BrowserContext, database: Database
) -> None:
    # What browsers withhold there: workers, locks, the promise to keep what is stored.
    context.add_init_script(
        "Object.defineProperty(globalThis, 'isSecureContext', { value: false });"
        "for (const name of ['serviceWorker', 'locks', 'storage']) {"
        "  Object.defineProperty(Navigator.prototype, name, { value: undefined });"
        "}"
    )
    page = context.new_page()
    page.goto(f"/station#{station_key(database, 'PASS', label='Oberalp')}")
    expect(page.locator(".rec")).to_be_visible()
    page.route("**/api/**", lambda route: route.abort())
    tap(page, "12")
    recorded(page, 1)
    page.reload()
    recorded(page, 1)
    page.unroute("**/api/**")
    # At the latest when the lease of the page that was left has ended, and a try after it came.
    sent = page.locator(".counts .cell").nth(1).locator("b")
    expect(sent).to_have_text("0", timeout=75_000)
