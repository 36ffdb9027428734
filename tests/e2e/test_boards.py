"""Boards in a real browser: found as one types, followed, drawn in windows, without a script."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.pages.sample import FIRST_DAY, siroua_six
from tests.served import Server
from tests.serving import BEFORE, station_key
from timing.core.entries import Entry
from timing.db.engines import Database
from timing.operations.races import add_race
from timing.pages.selection import FIRST_LINES, plain

LONG_ENOUGH_MS = 20_000
CROWD = 400

expect.set_options(timeout=LONG_ENOUGH_MS)

_numbers = count(1)
STAGE_5 = f"2026-10-{FIRST_DAY.day + 4}"


@pytest.fixture(scope="module")
def siroua(served: tuple[Server, Database]) -> str:
    """A race whose fifth stage is under way, with four hundred more whom nobody has seen."""
    sample = siroua_six("12:02:00")
    crowd = tuple(
        Entry(id=f"x{n}", bib=f"{1000 + n}", name=f"Runner Númber {n}", division="full")
        for n in range(CROWD)
    )
    document = replace(sample, entries=sample.entries + crowd)
    with served[1].writing() as session:
        add_race(session, document, at=BEFORE, by="tests")
    return document.race.slug


@pytest.fixture
def board(siroua: str) -> str:
    return f"/races/{siroua}/boards/gc"


@pytest.fixture
def passes(server: Server, database: Database, siroua: str) -> Callable[[str, str, str], None]:
    """Lets a bib pass a control of the fifth stage at a time of day, through the API."""
    key = station_key(database, "CP3", "CP4", "CP5", "FINISH", stage=5, slug=siroua)

    def passes(bib: str, control: str, time: str) -> None:
        passing = {
            "id": f"sent-{next(_numbers)}",
            "stage": 5,
            "control": control,
            "bib": bib,
            "time": time,
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
def elsewhere(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Another visitor's browser, fresh."""
    contexts: list[BrowserContext] = []

    def opened(**options: object) -> Page:
        context = browser.new_context(base_url=server.url, **options)  # type: ignore[arg-type]
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def lines(page: Page) -> Locator:
    return page.locator("#ranked tr[id], #unranked tr[id]")


def names(page: Page) -> list[str]:
    return lines(page).locator("bdi").all_inner_texts()


def star(page: Page, bib: str) -> Locator:
    return page.locator(f"#line-e{bib} .star")


# Finding ---------------------------------------------------------------------------------


def test_lines_are_found_as_one_types_accents_or_not(page: Page, board: str) -> None:
    page.goto(board)
    page.evaluate("window.stayed = true")
    page.get_by_label("Name or bib").press_sequentially("karada")
    expect(lines(page)).to_have_count(1)
    expect(lines(page)).to_contain_text("Ömer")
    expect(page.locator("[data-said]")).to_have_text("1 of 446 runners shown.")
    page.get_by_label("Name or bib").fill("7")
    expect(lines(page)).to_have_count(1 + sum("7" in str(n) for n in range(CROWD)))
    page.get_by_label("Name or bib").fill("nobody at all")
    expect(page.locator(".nobody")).to_contain_text("Nobody here is in that selection.")
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("[data-said]")).to_have_text("446 runners")
    expect(page.locator("#line-e12")).to_be_visible()
    assert page.evaluate("window.stayed") is True


def test_a_link_with_filters_opened_elsewhere_shows_the_same_lines(
    page: Page, board: str, elsewhere: Callable[..., Page]
) -> None:
    page.goto(board)
    page.get_by_label("Nation").select_option("NOR")
    page.get_by_label("Name or bib").fill("BREK")
    page.get_by_role("radio", name="Interval").check(force=True)
    expect(lines(page)).to_have_count(1)
    expect(page).to_have_url(re.compile("(?=.*q=BREK)(?=.*nation=NOR)(?=.*show=interval)"))
    for scripts in (True, False):
        other = elsewhere(java_script_enabled=scripts)
        other.goto(page.url)
        expect(lines(other)).to_have_count(1)
        assert names(other) == names(page) == ["Sunniva Brekkhaug"]
        expect(other.locator("th.gap")).to_have_text("Interval", use_inner_text=True)


def test_gap_and_interval_change_places_without_a_request(page: Page, board: str) -> None:
    page.goto(f"{board}?after=4")
    third = page.locator("#ranked tr[id]").nth(2).locator("td.gap")
    gap = third.inner_text()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("radio", name="Interval").check(force=True)
    expect(third).not_to_have_text(gap, use_inner_text=True)
    assert [url for url in asked if "/boards/" in url] == []


def test_browser_and_server_see_the_same_letters(page: Page, board: str) -> None:
    page.goto(board)
    texts = [entry.name for entry in siroua_six().entries]
    texts += ["ΟΔΥΣΣΕΎΣ", "İstanbul ISPARTA ıssız", "Straße ﬁn Ǆ", "กำลัง", "Đặng Văn", "Ł ø æ"]  # noqa: RUF001
    assert page.evaluate(
        "async (texts) => { const {plain} = await import('/static/js/finding.js');"
        " return texts.map(plain); }",
        texts,
    ) == [plain(text) for text in texts]


def test_without_scripts_every_filter_works_by_the_form(
    elsewhere: Callable[..., Page], board: str
) -> None:
    page = elsewhere(java_script_enabled=False)
    for label, value, bibs in (
        ("Category", "M50", {"83", "99", "163", "176"}),
        ("Nation", "MAR", {"3", "7", "210"}),
        ("Team", "T1", {"33", "64"}),
    ):
        page.goto(board)
        page.get_by_label(label).select_option(value)
        page.get_by_role("button", name="Show", exact=True).click()
        page.wait_for_url("**/boards/gc?*")
        assert set(lines(page).locator(".bib").all_inner_texts()) == bibs
    page.goto(board)
    page.get_by_label("Name or bib").fill("urqui")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(lines(page)).to_have_count(1)
    page.get_by_role("link", name="Show all").click()
    expect(lines(page)).to_have_count(FIRST_LINES)
    page.get_by_role("link", name="Every line on one page").click()
    expect(lines(page)).to_have_count(446)


# Following -------------------------------------------------------------------------------


def test_a_runner_followed_through_a_stage_stays_pinned_and_up_to_date(
    page: Page, board: str, passes: Callable[[str, str, str], None]
) -> None:
    page.goto(board)
    star(page, "47").click()
    pinned = page.locator(".pinned tr[data-of='line-e47']")
    expect(pinned).to_contain_text("Tariq Al-Mazrui")
    expect(page.locator("#line-e47.follow")).to_have_count(1)
    expect(page.get_by_role("button", name="Following 1")).to_be_visible()

    passes("47", "CP5", "12:03:00")
    expect(pinned).to_contain_text("CP5 12:03")
    passes("88", "CP4", "12:04:00")  # somebody else's line changes meanwhile
    passes("47", "FINISH", "12:55:00")
    expect(pinned).to_contain_text("Finished 12:55")
    expect(page.locator("#line-e47")).to_contain_text("Finished 12:55")
    expect(star(page, "47")).to_have_attribute("aria-pressed", "true")
    expect(pinned.locator(".star")).to_have_attribute("aria-pressed", "true")

    page.reload()
    expect(pinned).to_contain_text("Finished 12:55")
    page.get_by_role("button", name="Following 1").click()
    expect(lines(page)).to_have_count(1)
    pinned.locator(".star").click()
    expect(page.locator(".pinned")).to_be_hidden()
    expect(page.get_by_role("button", name="Following 0")).to_be_visible()


def test_a_link_makes_another_device_follow_the_same(
    page: Page, board: str, elsewhere: Callable[..., Page]
) -> None:
    page.goto(board)
    star(page, "12").click()
    star(page, "3").click()
    link = page.get_by_role("link", name="Link to these, for another device")
    address = link.get_attribute("href")
    assert address is not None
    other = elsewhere()
    other.goto(address)
    expect(other.locator(".pinned tr[data-of]")).to_have_count(2)
    expect(other).to_have_url(page.url)
    other.reload()
    expect(other.locator(".pinned tr[data-of]")).to_have_count(2)


def test_where_nothing_can_be_kept_everything_else_works(
    context: BrowserContext, page: Page, board: str
) -> None:
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    page.goto(board)
    star(page, "12").click()
    expect(page.locator(".pinned tr[data-of='line-e12']")).to_be_visible()
    page.get_by_label("Name or bib").fill("tazarine")
    expect(lines(page)).to_have_count(1)


# Long boards -----------------------------------------------------------------------------


def test_of_a_long_board_only_what_is_in_sight_is_drawn_and_every_line_keeps_its_number(
    page: Page, board: str
) -> None:
    page.goto(board)
    expect(page.locator("table")).to_have_attribute("aria-rowcount", "447")
    last = page.locator("tr[id][aria-rowindex='447']")
    for _ in range(40):
        page.mouse.move(500, 500)
        page.mouse.wheel(0, 4_000)
        page.wait_for_timeout(60)
        if last.count():
            break
    expect(last).to_be_visible()
    assert lines(page).count() < 150
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator("#line-e12")).to_be_in_viewport()
    expect(page.locator("#line-e12")).to_have_attribute("aria-rowindex", "2")


def test_a_keyboard_finds_the_next_line_however_far_it_goes(page: Page, board: str) -> None:
    page.goto(f"{board}?q=runner")
    page.locator("#unranked tr[id] th a").first.focus()
    seen = set()
    for _ in range(2 * 80):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.closest('tr')?.id"))
    assert None not in seen
    assert len(seen) == 80


def test_a_search_finds_lines_that_the_document_never_held(page: Page, board: str) -> None:
    page.goto(board)
    page.get_by_label("Name or bib").fill("number 399")
    expect(page.locator(f"#line-x{CROWD - 1}")).to_be_visible()
    expect(lines(page)).to_have_count(1)


def test_on_paper_stand_all_lines_and_no_controls(page: Page, board: str) -> None:
    page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; };")
    page.goto(board)
    page.get_by_role("link", name="Print").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    expect(lines(page)).to_have_count(446)
    for _ in range(50):
        if page.evaluate("window.printed"):
            break
        page.wait_for_timeout(100)
    assert page.evaluate("window.printed") == 1
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in (".filters", ".ways", ".stages", "[data-print]", "td.fv"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert page.locator("h1").evaluate("h => getComputedStyle(h).color") == "rgb(0, 0, 0)"
    expect(page.locator("thead").first).to_have_css("display", "table-header-group")
