"""Live pages in Chromium: how they keep contact, say when it is lost, and come back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.pages.sample import siroua_six
from tests.pages.test_in_a_browser import SITE, static
from timing.core.book import RaceBook
from timing.pages import rendering
from timing.pages.board_page import BoardPage, board_page
from timing.pages.fragments import Change, changes, fragments

MINUTE = 60_000

# Streams that say what a test has them say, and a browser that a test can hide.
OPENED = 1_800_000_000
"""When pages are opened, in seconds since 1970: long after the sample was run."""

STREAMS = """
window.streams = [];
window.EventSource = class extends EventTarget {
  static CLOSED = 2;
  constructor(address) {
    super();
    this.url = String(address);
    this.readyState = 1;
    streams.push(this);
    document.documentElement.dataset.streams = streams.length;
  }
  close() { this.readyState = 2; }
};
window.say = (kind, data, id) => {
  const all = { data: JSON.stringify(data), lastEventId: id ?? "" };
  streams.at(-1).dispatchEvent(new MessageEvent(kind, all));
};
window.fail = (state) => {
  streams.at(-1).readyState = state;
  streams.at(-1).dispatchEvent(new Event("error"));
};
window.hide = (hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
};
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: false });
"""

LINES = """
export function take(body, told) { (window.told ??= []).push(told); }
export async function refresh() { window.refreshed = (window.refreshed ?? 0) + 1; }
"""

BEAT = {"revision": 1, "every": 15, "within": 4}


def board(clock: str = "12:06:18", revision: int = 1) -> BoardPage:
    """A board with every line in its document, whose lines live.js keeps by itself."""
    args = {"lines": "all"}
    return board_page(RaceBook(siroua_six(clock)), "gc", args, revision=revision)


def change(before: str, after: str, revision: int, since: int = 1) -> dict[str, Any]:
    """What an event says of a board that moved from one clock to another."""
    told: Change | None = changes(
        fragments(board(before)), fragments(board(after, revision)), revision=revision
    )
    assert told is not None
    return {**told, "since": since}


@pytest.fixture
def open_board(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a board with streams of the test's own and a clock that it moves."""
    contexts: list[BrowserContext] = []

    def opened(made: BoardPage, *, virtual: bool = False, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.route(f"{SITE}/**", lambda route: route.fulfill(status=404, body=""))
        context.route(f"{SITE}/static/**", static)
        body = rendering.render(made)
        if virtual:
            body = body.replace('<tbody id="ranked"', '<tbody data-virtual id="ranked"')
            context.route(
                f"{SITE}/static/js/lines.js*",
                lambda route: route.fulfill(body=LINES, content_type="text/javascript"),
            )
        context.route(
            f"{SITE}/board", lambda route: route.fulfill(body=body, content_type="text/html")
        )
        page = context.new_page()
        # Only the test moves the clock, however slow the machine is.
        page.clock.install(time=OPENED)
        page.clock.pause_at(OPENED + 1)
        page.add_init_script(STREAMS)
        page.goto(f"{SITE}/board")
        expect(page.locator("html")).to_have_attribute("data-streams", "1")
        return page

    yield opened
    for context in contexts:
        context.close()


def streams(page: Page) -> int:
    number: int = page.evaluate("streams.length")
    return number


def is_closed(page: Page) -> bool:
    return page.evaluate("streams.at(-1).readyState === 2") is True


def address(page: Page) -> str:
    """What the newest stream was asked for."""
    url: str = page.evaluate("streams.at(-1).url")
    return url.rpartition("revision=")[2]


def say(page: Page, kind: str, data: Any, identity: str = "") -> None:
    page.evaluate("([kind, data, id]) => say(kind, data, id)", [kind, data, identity])


def order(page: Page) -> list[str]:
    shown: list[str] = page.locator("#ranked tr").evaluate_all("rows => rows.map(row => row.id)")
    return shown


def test_a_page_says_since_when_it_has_no_contact_and_that_it_has_again(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board())
    part, mark = page.locator("[data-live]"), page.locator(".live-contact")
    say(page, "beat", BEAT, "life-1")
    page.evaluate("fail(0)")
    page.clock.run_for(9_000)
    expect(mark).to_have_count(0)
    page.clock.run_for(2_000)
    expect(part).to_have_attribute("data-contact", "late")
    expect(mark).to_contain_text("Last contact")
    expect(mark).to_contain_text("catching up")
    assert len(mark.locator("time").inner_text()) == len("12:05:51")
    expect(page.locator(".state")).to_have_text("On the road", use_inner_text=True)
    say(page, "beat", BEAT, "life-1")
    expect(mark).to_have_count(0)


def test_a_stage_on_which_nobody_passed_for_long_is_not_called_live(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board())
    say(page, "beat", BEAT, "life-1")
    # The sample's stage was run on another day than this one.
    expect(page.locator("[data-live]")).to_have_attribute("data-contact", "quiet")
    expect(page.locator(".state")).to_have_text("On the road", use_inner_text=True)
    page.evaluate("document.querySelector('[data-seen]').dataset.seen = Date.now()")
    page.clock.run_for(31_000)
    say(page, "beat", BEAT, "life-1")
    expect(page.locator("[data-live]")).to_have_attribute("data-contact", "current")
    expect(page.locator(".state")).to_have_text("Live, on the road", use_inner_text=True)
    expect(page.locator(".head")).to_contain_text("Last passing")


def test_a_stream_that_is_silent_for_two_beats_is_taken_up_anew_from_what_is_known(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board())
    assert address(page) == "1"
    say(page, "beat", {**BEAT, "revision": 5}, "life-5")
    page.clock.run_for(29_000)
    assert streams(page) == 1
    page.clock.run_for(2_000)
    assert streams(page) == 2
    assert address(page) == "life-5"


def test_a_page_that_was_open_for_long_before_its_first_stream_asks_for_everything(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board())
    page.clock.run_for(2 * MINUTE)
    assert streams(page) > 2
    assert address(page) == ""


def test_after_another_life_of_the_server_its_lower_numbers_count(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board("12:02:59", revision=900))
    say(page, "beat", {**BEAT, "revision": 900}, "life-900")
    after = board("12:06:18", revision=3)
    whole = {**(changes(None, fragments(after), revision=3) or {}), "since": 0}
    say(page, "board", whole, "other-3")
    expect(page.locator("#line-e33 .gap")).to_contain_text("Finished 12:03")
    page.clock.run_for(31_000)
    assert address(page) == "other-3"


def test_an_event_that_presumes_one_that_never_came_is_not_applied_but_asked_for_again(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board("12:02:59"))
    say(page, "beat", BEAT, "life-1")
    say(page, "board", change("12:02:59", "12:06:18", 9, since=8), "life-9")
    page.clock.run_for(100)
    assert streams(page) == 2
    assert address(page) == "life-1"
    expect(page.locator("#line-e33 .gap")).not_to_contain_text("Finished")


def test_readers_come_back_to_a_server_that_ends_within_the_time_it_says(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board())
    page.evaluate("Math.random = () => 0.5")
    say(page, "bye", {"within": 8})
    assert is_closed(page)
    page.clock.run_for(3_900)
    assert streams(page) == 1
    page.clock.run_for(200)
    assert streams(page) == 2


def test_a_hidden_page_stops_listening_after_a_minute_and_puts_itself_right_when_seen(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board("12:02:59"))
    say(page, "beat", BEAT, "life-1")
    page.evaluate("hide(true)")
    page.clock.run_for(50_000)
    say(page, "beat", BEAT, "life-1")
    page.clock.run_for(8_000)
    assert not is_closed(page)
    page.clock.run_for(3_000)
    assert is_closed(page)
    count = streams(page)
    page.clock.run_for(5 * MINUTE)
    assert streams(page) == count
    page.evaluate("hide(false)")
    assert streams(page) == count + 1
    assert address(page) == "life-1"
    say(page, "board", change("12:02:59", "12:06:18", 2), "life-2")
    expect(page.locator("#line-e33 .gap")).to_contain_text("Finished 12:03")


def test_where_streams_are_refused_the_page_asks_by_itself_and_says_so_until_they_are_not(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board("12:02:59"))
    newer = rendering.render(board(revision=2))
    asked: list[str] = []

    def answer(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(body=newer, content_type="text/html", headers={"ETag": 'W/"life-2-abc"'})

    page.context.route(f"{SITE}/board", answer)
    page.evaluate("fail(2)")
    for _ in range(40):
        page.clock.run_for(500)
        page.wait_for_timeout(5)
        if asked:
            break
    expect(page.locator("#line-e33 .gap")).to_contain_text("Finished 12:03")
    expect(page.locator(".live-contact")).to_contain_text("the next within 20 seconds")
    say(page, "beat", {**BEAT, "revision": 2}, "life-2")
    expect(page.locator(".live-contact")).to_have_count(0)
    number = len(asked)
    page.clock.run_for(20_000)
    assert len(asked) == number


def test_summaries_are_announced_at_most_every_fifteen_seconds_the_newest_first(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board("12:00:00"))
    said = page.locator("[data-announce]")
    for number, text in enumerate(("first", "second", "third")):
        told = {**change("12:00:00", "12:06:18", 2 + number), "summary": text}
        told["html"]["head"] = f'<div class="head" id="head" data-piece>{text}</div>'
        say(page, "board", told, f"life-{2 + number}")
        expect(page.locator("#head")).to_have_text(text)
        page.clock.run_for(1_000)
    expect(said).to_have_text("first")
    page.clock.run_for(10_000)
    expect(said).to_have_text("first")
    page.clock.run_for(5_000)
    expect(said).to_have_text("third")


def test_nothing_slides_or_pulses_for_who_wants_no_motion_and_nothing_else_shifts(
    open_board: Callable[..., Page],
) -> None:
    moving = "document.getAnimations().length"
    for motion in ("reduce", "no-preference"):
        page = open_board(board("11:10:00"), reduced_motion=motion)
        say(page, "beat", BEAT, "life-1")
        page.evaluate("window.shifts = 0")
        say(page, "board", change("11:10:00", "12:06:18", 2), "life-2")
        expect(page.locator("#line-e12 .gap")).to_contain_text("Finished")
        assert (page.evaluate(moving) > 0) == (motion == "no-preference")
    # A column may grow by a digit; what a visitor would notice begins at 0.1.
    assert page.evaluate("window.shifts") < 0.001


def test_where_one_line_falls_far_back_the_others_stay_where_they_are(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board())
    before = order(page)
    page.evaluate(
        """() => {
          window.moved = new Set();
          new MutationObserver((all) => {
            for (const one of all) for (const node of one.addedNodes) moved.add(node.id);
          }).observe(document.getElementById("ranked"), { childList: true });
        }"""
    )
    after = [*before[1:-1], before[0], before[-1]]
    told = {"revision": 2, "since": 1, "html": {}, "order": {"ranked": after}, "summary": ""}
    say(page, "board", told, "life-2")
    page.wait_for_function("id => moved.has(id)", arg=before[0])
    assert order(page) == after
    assert page.evaluate("[...moved]") == [before[0]]


def test_a_line_under_a_finger_holds_the_order_until_the_finger_is_lifted(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board())
    before = order(page)
    after = [*before[1:], before[0]]
    told = {"revision": 2, "since": 1, "html": {}, "order": {"ranked": after}, "summary": ""}
    page.locator(f"#{before[2]}").dispatch_event("pointerdown")
    say(page, "board", told, "life-2")
    page.clock.run_for(3_000)
    assert order(page) == before
    page.locator(f"#{before[2]}").dispatch_event("pointerup")
    page.clock.run_for(1_000)
    assert order(page) == after


def test_a_table_that_keeps_its_own_lines_is_told_of_them_and_nothing_else(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board("12:02:59"), virtual=True)
    told = change("12:02:59", "12:06:18", 2)
    say(page, "board", told, "life-2")
    page.wait_for_function("() => window.told?.length === 1")
    got = json.loads(page.evaluate("JSON.stringify(told[0])"))
    assert {name for name in told["html"] if name.startswith("line-")} <= set(got["html"])
    assert got["order"] == told["order"]
    expect(page.locator("#line-e33 .gap")).not_to_contain_text("Finished")


def test_a_table_that_keeps_its_own_lines_is_asked_to_renew_them_where_streams_are_refused(
    open_board: Callable[..., Page],
) -> None:
    page = open_board(board(), virtual=True)
    page.evaluate("fail(2)")
    for _ in range(40):
        page.clock.run_for(500)
        page.wait_for_timeout(5)
        if page.evaluate("window.refreshed"):
            break
    assert page.evaluate("window.refreshed") == 1
