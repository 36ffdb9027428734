"""Somebody is invited, adds a second factor, signs in by it, and ends another session."""

import re

import pyotp
from playwright.sync_api import Browser, expect

from tests.served import Server
from tests.serving import DIRECTOR, PASSWORD
from timing.pages import addresses

WORDS = "four words are better"


def test_from_an_invitation_to_a_session_that_is_ended(
    browser: Browser, server: Server, slug: str
) -> None:
    owner, guest, phone = (browser.new_context(base_url=server.url) for _ in range(3))
    page = owner.new_page()
    page.goto(addresses.desk_people(slug))
    page.get_by_label("Name").fill(DIRECTOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Jury").check()
    page.get_by_role("button", name="Make a link").click()
    link = page.locator(".invitelink code").inner_text()

    page = guest.new_page()
    page.goto(link)
    page.get_by_label("Your name").fill("Neta")
    page.get_by_label("A password").fill(WORDS)
    page.get_by_label("The password again").fill(WORDS)
    page.get_by_role("button", name="Make the account").click()
    expect(page).to_have_url(re.compile(f"{addresses.desk(slug)}$"))
    page.get_by_role("link", name="Account").click()
    page.get_by_role("button", name="Add an app").click()
    made = pyotp.TOTP(page.locator(".factornew .secret").inner_text().replace(" ", ""))
    page.get_by_label("Your password").fill(WORDS)
    page.get_by_label("Code of the app").fill(made.now())
    page.get_by_role("button", name="Turn it on").click()
    code = page.locator(".accountcodes code").first.inner_text()

    away = phone.new_page()
    away.goto(addresses.DESK_SIGN_IN)
    away.get_by_label("Name").fill("neta")
    away.get_by_label("Password").fill(WORDS)
    away.get_by_role("button", name="Sign in").click()
    away.get_by_label("Six figures").fill(code)
    away.get_by_role("button", name="Sign in").click()
    expect(away).to_have_url(re.compile(f"{addresses.desk(slug)}$"))

    page.goto(addresses.DESK_ACCOUNT)
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_role("status")).to_have_text("1 session has ended.")
    away.reload()
    expect(away.get_by_label("Password")).to_be_visible()
    for context in (owner, guest, phone):
        context.close()
