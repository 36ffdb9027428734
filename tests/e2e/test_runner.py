"""Journeys on runners' pages: follow somebody, compare, share; live, and without scripts."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.test_journeys import Sender, has_stayed, reader, stay

__all__ = ["reader"]


def runner_of(slug: str, bib: str) -> str:
    return f"/races/{slug}/entries/{bib}"


def test_who_is_followed_stays_on_the_device_and_is_compared_with(page: Page, slug: str) -> None:
    page.goto(runner_of(slug, "12"))
    star = page.locator("[data-follow]")
    star.click()
    expect(page.get_by_role("button", name="Following")).to_be_visible()
    expect(star).to_have_attribute("aria-pressed", "true")
    # One follows others: nobody is a rival of their own.
    expect(page.locator("[data-compare-followed]")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("button", name="Following")).to_be_visible()

    page.goto(runner_of(slug, "7"))
    expect(page.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    page.get_by_role("link", name="Those I follow").click()
    expect(page).to_have_url(re.compile(r"\?rivals=.+#compare$"))
    expect(page.locator("#comparison thead").first).to_contain_text("مريم العلوي")
    expect(page.get_by_label("Bibs of rivals")).to_have_value("12")

    page.goto(runner_of(slug, "12"))
    star.click()
    expect(page.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    page.goto(runner_of(slug, "7"))
    expect(star).to_be_visible()
    expect(page.locator("[data-compare-followed]")).to_be_hidden()


def test_where_the_browser_lends_no_storage_following_lasts_as_long_as_the_page(
    page: Page, context: BrowserContext, slug: str
) -> None:
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " {get() { throw new DOMException('no', 'SecurityError'); }});"
    )
    page.goto(runner_of(slug, "12"))
    star = page.locator("[data-follow]")
    star.click()
    expect(page.get_by_role("button", name="Following")).to_be_visible()
    star.click()
    expect(page.get_by_role("button", name="Follow", exact=True)).to_be_visible()


def test_the_address_of_a_runner_is_shared(page: Page, context: BrowserContext, slug: str) -> None:
    context.add_init_script("delete Navigator.prototype.share;")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(runner_of(slug, "12"))
    page.locator("[data-share]").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(runner_of(slug, "12"))


def test_a_runner_s_page_shows_a_finish_without_reload(
    page: Page, reader: Sender, slug: str
) -> None:
    page.goto(f"{runner_of(slug, '12')}?rivals=7")
    expect(page.locator("#comparison")).to_contain_text("−10:30")
    stay(page)
    reader.send()
    expect(page.locator("#facts")).to_contain_text("3:00:00")
    expect(page.locator("#comparison")).to_contain_text("+10:00")
    assert has_stayed(page)


def test_without_scripts_rivals_are_chosen_by_the_form(plain_page: Page, slug: str) -> None:
    plain_page.goto(runner_of(slug, "12"))
    expect(plain_page.locator("[data-follow]")).to_be_hidden()
    plain_page.get_by_label("Bibs of rivals").fill("7, 15a, 99")
    plain_page.get_by_role("button", name="Compare").click()
    expect(plain_page.locator("#comparison")).to_contain_text("Nobody wears 99.")
    expect(plain_page.locator("#comparison thead").first).to_contain_text("Ana Ruiz")
    plain_page.get_by_role("link", name="Without Ana Ruiz").click()
    expect(plain_page.locator("#comparison thead").first).not_to_contain_text("Ana Ruiz")


def test_a_team_is_followed_as_a_runner_is(page: Page, slug: str) -> None:
    page.goto(f"/races/{slug}/teams/T1")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("button", name="Following")).to_be_visible()
    page.goto(f"/races/{slug}/boards/pairs")
    kept = page.evaluate(f"localStorage.getItem('bivouac:{slug}:following')")
    assert kept == '["team-T1"]'
