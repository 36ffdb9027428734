"""A shift is handed over from phone to phone with the network really cut, and at the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.e2e.test_journeys import sign_in_director
from tests.served import Server
from tests.serving import station_key
from timing.core.records import Passing
from timing.db.engines import Database
from timing.operations.races import export_document
from timing.pages.static_files import PROJECT

BIBS = ("12", "7", "15a", "007", "99")
AXE = (PROJECT / "tests" / "vendor" / "axe-core" / "axe.min.js").read_text("utf-8")


def joined(browser: Browser, server: Server, key: str) -> Page:
    """A phone that has joined, and has no network any more."""
    context = browser.new_context(base_url=server.url, viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(f"/station#{key}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Oberalp")
    page.evaluate("navigator.serviceWorker.ready")
    context.set_offline(True)
    return page


def open_page(page: Page, name: str) -> None:
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name=name).click()


def at_the_pass(database: Database, slug: str) -> list[Passing]:
    with database.reading() as session:
        passings = export_document(session, slug).document.passings
    return [passing for passing in passings if passing.control == "PASS"]


def photographs(page: Page) -> list[FilePayload]:
    """What a camera sees of each code on the screen."""
    page.get_by_role("button", name="QR codes to another phone").click()
    expect(page.locator("canvas")).to_be_visible()
    numbers = page.locator(".carriage-number")
    found = []
    for nth in range(numbers.count()):
        if numbers.nth(nth).is_visible():
            numbers.nth(nth).click()
        picture = page.locator("canvas").screenshot()
        found.append(FilePayload(name=f"{nth}.png", mimeType="image/png", buffer=picture))
    return found


def test_a_shift_that_is_handed_over_reaches_the_server_once(
    browser: Browser, server: Server, database: Database, slug: str
) -> None:
    key = station_key(database, "PASS", stage=1, label="Oberalp", slug=slug)
    giver, other = joined(browser, server, key), joined(browser, server, key)
    for bib in BIBS:
        giver.keyboard.type(bib)
        giver.keyboard.press("Enter")
    open_page(giver, "End of shift, hand over")
    expect(giver.get_by_text("5 records not yet sent.")).to_be_visible()
    pictures = photographs(giver)

    open_page(other, "Take in from another phone")
    other.locator("[data-picture]").set_input_files(pictures)
    expect(other.get_by_text("5 records taken in")).to_be_visible()
    word = other.locator("[data-word]").inner_text()
    giver.get_by_label("When it has them all").fill(word)
    giver.get_by_role("button", name="It has them").click()
    expect(giver.get_by_text("Handed over: 5 records")).to_be_visible()
    giver.get_by_role("button", name="End the shift").click()
    expect(giver.get_by_text("The shift has ended.")).to_be_visible()
    assert at_the_pass(database, slug) == []

    other.context.set_offline(False)
    other.evaluate(UNTIL_SENT)
    assert sorted(passing.bib for passing in at_the_pass(database, slug)) == sorted(BIBS)

    # The giver finds a network too: what it still holds is known, and comes in once.
    giver.context.set_offline(False)
    giver.evaluate(UNTIL_SENT)
    assert len(at_the_pass(database, slug)) == len(BIBS)
    giver.context.close()
    other.context.close()


UNTIL_SENT = """async () => {
  const { openStore } = await import("/static/js/station/store.js");
  const store = await openStore();
  for (let tries = 0; tries < 200; tries += 1) {
    const { records } = await store.all();
    if (records.length && records.every(({ state }) => state === "sent")) return;
    await new Promise((go) => { setTimeout(go, 100); });
  }
  throw new Error("not all is sent");
}"""


def test_a_file_and_messages_of_a_phone_are_taken_at_the_desk(
    browser: Browser, server: Server, database: Database, slug: str, page: Page
) -> None:
    key = station_key(database, "PASS", stage=1, label="Oberalp", slug=slug)
    giver = joined(browser, server, key)
    for bib in BIBS:
        giver.keyboard.type(bib)
        giver.keyboard.press("Enter")
    open_page(giver, "End of shift, hand over")
    giver.get_by_role("button", name="Messages of 160 characters").click()
    expect(giver.locator(".carriage-message").first).to_be_visible()
    messages = giver.locator(".carriage-message").all_inner_texts()
    giver.get_by_role("button", name="A file").click()
    with giver.expect_download() as saved:
        giver.get_by_role("link", name="Save the file").click()
    file = Path(saved.value.path()).read_bytes()

    sign_in_director(page, slug)
    page.goto(f"/desk/{slug}")
    page.get_by_role("link", name="From devices").click()
    page.get_by_label("Messages, or the text of QR codes").fill("\n".join(messages))
    page.get_by_role("button", name="Look them over").click()
    expect(page.get_by_text("5 read: 5 new")).to_be_visible()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Take the 5 new").click()
    expect(page.get_by_text("Taken. 5 read: 5 new.")).to_be_visible()
    page.get_by_label("A device’s file").set_input_files(
        FilePayload(name="device.json", mimeType="application/json", buffer=file)
    )
    page.get_by_role("button", name="Look them over").click()
    expect(page.get_by_text("5 read: 5 known")).to_be_visible()

    giver.context.set_offline(False)
    giver.evaluate(UNTIL_SENT)
    assert sorted(passing.bib for passing in at_the_pass(database, slug)) == sorted(BIBS)
    giver.context.close()


def faults(page: Page) -> list[Any]:
    # The policy lets no script in but files of ours; the page's own world is not bound by it.
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")
    return [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
