"""The review by keyboard, in Chromium, against a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.served import Server
from tests.serving import DIRECTOR, PASSWORD
from timing.core.records import Passing
from timing.core.times import parse_instant
from timing.db.engines import Database
from timing.operations.record import append

AT = parse_instant("2026-03-28T11:15:00+01:00")


def record(database: Database, slug: str, *bibs: str) -> None:
    reads = [
        Passing(id=f"p-{b}", stage=1, control="FINISH", bib=b, time=AT + 1000 * nth)
        for nth, b in enumerate(bibs)
    ]
    with database.writing() as session:
        append(session, slug, reads, [], received=AT)


def sign_in(page: Page) -> None:
    page.goto("/desk/sign-in")
    page.get_by_label("Name").fill(DIRECTOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def other(browser: Browser, server: Server) -> Iterator[Page]:
    """A second person's browser."""
    opened: BrowserContext = browser.new_context(base_url=server.url)
    yield opened.new_page()
    opened.close()


def test_cases_are_decided_and_undone_by_keyboard_without_a_reload(
    page: Page, database: Database, slug: str
) -> None:
    record(database, slug, "98", "99")
    sign_in(page)
    page.goto(f"/desk/{slug}/review?control=FINISH")
    page.evaluate("window.stays = true")
    page.keyboard.press("j")
    expect(page.locator(".cases a").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#h-case")).to_contain_text("98")
    expect(page.get_by_text("Take this case")).to_have_count(0)  # it is taken by opening it
    page.keyboard.press("a")
    page.keyboard.type("7")
    expect(page.locator(".act[open] [data-would]")).to_have_text(
        "Nobody’s rank, time or status differs."
    )
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("7 Ana Ruiz")
    expect(page.locator("#h-case")).to_contain_text("99")
    page.keyboard.press("u")
    expect(page.locator("#said")).to_contain_text("Undone.")
    expect(page.locator("#h-case")).to_contain_text("98")
    page.keyboard.press("?")
    expect(page.get_by_text("undo what was just decided")).to_be_visible()
    assert page.evaluate("window.stays")


def test_two_people_at_one_case_see_each_other(
    page: Page, other: Page, database: Database, slug: str
) -> None:
    record(database, slug, "98")
    for person in (page, other):
        sign_in(person)
        person.goto(f"/desk/{slug}/review?control=FINISH")
    page.locator(".cases a").first.click()
    expect(page.locator("#case[data-key]")).to_be_visible()
    expect(page.get_by_text("Take this case")).to_have_count(0)
    other.locator(".cases a").first.click()
    expect(other.get_by_role("button", name="Take it over")).to_be_visible()
    expect(other.locator("#case")).to_contain_text("is at it until")
