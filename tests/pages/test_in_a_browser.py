"""Pages in Chromium: seen by axe, at the widths people have, live, and at a station."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.pages.pages import (
    OPENAPI,
    cards_of,
    desk_of,
    import_of,
    outgoing_of,
    preview_of,
    review_of,
    station_of,
    stations_of,
    watch_of,
)
from tests.pages.sample import before_the_start, instant, siroua_six
from tests.pages.test_publications_page import reopened
from timing.core.book import RaceBook
from timing.pages import rendering
from timing.pages.api_page import api_page
from timing.pages.board_page import board_page
from timing.pages.camp_page import camp_page
from timing.pages.charts_page import charts_page
from timing.pages.desk_page import desk_races, desk_sign_in
from timing.pages.embed_page import embed_page
from timing.pages.error_page import error_page
from timing.pages.fragments import changes, fragments
from timing.pages.line_data import line_data
from timing.pages.live_page import live_page
from timing.pages.people_page import runners_page, teams_page
from timing.pages.policy import POLICY
from timing.pages.publications_page import publications_page
from timing.pages.race_home import race_home
from timing.pages.race_list import race_list
from timing.pages.runner_page import runner_page
from timing.pages.screen_page import screen_page
from timing.pages.screen_setup import screen_setup
from timing.pages.stage_page import stage_page
from timing.pages.station_page import Theme, station_sign_in
from timing.pages.team_page import team_page
from timing.pages.watch_page import Watched

PROJECT = Path(__file__).parents[2]
AXE = PROJECT / "tests" / "vendor" / "axe-core" / "axe.min.js"
SITE = "http://bivouac.test"
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((360, "light"), (1280, "dark"))
NOW = instant(5, "12:06:18")

Answer: TypeAlias = Callable[[Route], None]


@pytest.fixture(scope="module")
def book() -> RaceBook:
    return RaceBook(siroua_six())


def camp(fingerprint: str) -> rendering.Page:
    found = ("https://192.168.8.2:8443", "https://" + "camp" * 12 + ".local:8443")
    return camp_page(called="Camp", addresses=found, fingerprint=fingerprint, ends="2027-12-28")


Pages: TypeAlias = dict[str, Callable[[RaceBook], rendering.Page]]

PAGES: Pages = {
    "races": lambda book: race_list([book]),
    "no races": lambda _: race_list([]),
    "home": lambda book: race_home(book, revision=7),
    "home before the race": lambda _: race_home(RaceBook(before_the_start()), revision=7),
    "home after the race": lambda _: race_home(RaceBook(siroua_six("22:00:00", 6)), revision=7),
    "live": lambda book: live_page(book, revision=7),
    "charts": lambda book: charts_page(book, {"bibs": "41"}, revision=7),
    "board on the road": lambda book: board_page(book, "gc", {}, revision=7),
    "board settled": lambda book: board_page(book, "gc", {"after": "4"}, revision=7),
    "board filtered": lambda book: board_page(book, "gc", {"nation": "MAR", "q": "idir"}),
    "board of teams": lambda book: board_page(book, "pairs", {}, revision=7),
    "stage": lambda book: stage_page(book, 5, {}, revision=7),
    "control": lambda book: stage_page(book, 5, {"control": "CP4"}, revision=7),
    "runner": lambda book: runner_page(book, "41", {}, revision=7),
    "runner who is out": lambda book: runner_page(book, "62", {}, revision=7),
    "runner and rivals": lambda book: runner_page(book, "52", {"rivals": "12,64,3"}, revision=7),
    "runner before the race": lambda _: runner_page(RaceBook(before_the_start()), "41", {}),
    "team": lambda book: team_page(book, "T2", {}, revision=7),
    "runners": lambda book: runners_page(book, {}, revision=7),
    "teams": lambda book: teams_page(book, {}, revision=7),
    "runner in arabic": lambda book: runner_page(book, "210", {}, revision=7),
    "station in the sun": lambda book: station_of(book, control="CP4", theme=Theme.SUN),
    "station at night": lambda book: station_of(book, control="CP4", theme=Theme.NIGHT),
    "station at the start": lambda book: station_of(book, control="START", stage=6),
    "station sign-in": lambda _: station_sign_in(form_token="token", message="Not known."),
    "desk": lambda book: desk_of(book, revision=7),
    "desk with notices": lambda book: desk_of(
        book,
        notices=("Several took over the definition and entries at once (term 3). " * 3, "Sync."),
        kept="The definition and entries are kept at Office; here stands its version 2.",
    ),
    "desk preview": preview_of,
    "desk import": import_of,
    "review": lambda book: review_of(book, NOW),
    "review of a read": lambda book: review_of(book, NOW, kind="unread-bib"),
    "review of a report": lambda book: review_of(book, NOW, kind="reported", held_by="Bo"),
    "review of a clean race": lambda _: review_of(RaceBook(before_the_start()), NOW),
    "desk watch": watch_of,
    "desk watch, empty": lambda book: watch_of(book, Watched()),
    "desk watch, refused": lambda book: watch_of(book, message="Not so.", is_error=True),
    "desk outgoing": outgoing_of,
    "desk outgoing, empty": lambda book: outgoing_of(book, is_empty=True),
    "desk stations": stations_of,
    "desk stations, empty": lambda book: stations_of(book, Watched()),
    "desk station cards": cards_of,
    "desk sign-in": lambda _: desk_sign_in(form_token="token", message="Wrong."),
    "desk races": lambda book: desk_races(
        [book], may_found=True, signed_in_as="ana", form_token="token"
    ),
    "publications": lambda _: publications_page(reopened(), revision=7),
    "screen": lambda book: screen_page(book, {}, revision=7),
    "screen in light": lambda _: screen_page(
        RaceBook(siroua_six("23:00:00", 4)), {"what": "finish", "theme": "light"}
    ),
    "screen setup": lambda book: screen_setup(book, {}, revision=7),
    "embed": lambda book: embed_page(book, {}, revision=7),
    "error": lambda _: error_page(404, "There is no race of that name.", path="/races/x"),
    "interface": lambda _: api_page(OPENAPI),
    "camp": lambda _: camp(":".join(["A7"] * 32)),
    "camp by a name of its own": lambda _: camp(""),
}


def static(route: Route) -> None:
    path = PROJECT / urlsplit(route.request.url).path.lstrip("/")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    route.fulfill(body=path.read_bytes(), content_type=kind)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page made by hand, at an address; other addresses are answered by ``answers``."""
    contexts: list[BrowserContext] = []

    def opened(
        made: rendering.Page,
        *,
        at: str = "/",
        answers: dict[str, Answer] | None = None,
        scripts: bool = True,
        width: int = 1280,
        said: list[str] | None = None,
        notice: str = "",
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, **options
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        text = rendering.render(made, notice=notice)
        context.route(f"{SITE}/**", lambda route: route.fulfill(status=404, body=""))
        context.route(f"{SITE}/static/**", static)
        context.route(
            f"{SITE}{at}",
            lambda route: route.fulfill(
                body=text,
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY},
            ),
        )
        for pattern, answer in (answers or {}).items():
            context.route(f"{SITE}{pattern}", answer)
        page = context.new_page()
        if said is not None:
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(SITE + at)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_all_fits_by_day_and_by_night_on_phones_and_desks(
    name: str, book: RaceBook, open_page: Callable[..., Page]
) -> None:
    page = open_page(PAGES[name](book), reduced_motion="reduce")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"wider than {width}")
        for violation in page.evaluate("axe.run()")["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:2]]
            found.append(f"{width} {scheme}: {violation['id']} {nodes}")
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert found == []


@pytest.mark.parametrize("name", ["home", "desk", "station in the sun", "station at night"])
def test_axe_finds_nothing_in_a_notice_and_it_fits(
    name: str, book: RaceBook, open_page: Callable[..., Page]
) -> None:
    page = open_page(PAGES[name](book), notice="An invented race. " * 10, reduced_motion="reduce")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        box = page.get_by_role("complementary", name="Notice").bounding_box()
        assert box is not None
        assert (box["y"], box["width"]) == (0, width)
        assert page.evaluate("axe.run()")["violations"] == []


def test_under_a_notice_a_station_still_ends_where_the_screen_does(
    book: RaceBook, open_page: Callable[..., Page]
) -> None:
    page = open_page(PAGES["station in the sun"](book), notice="A rehearsal.", width=390)

    assert page.evaluate("document.documentElement.scrollHeight") == 900
    assert page.evaluate("document.querySelector('.phone').getBoundingClientRect().bottom") == 900


@pytest.mark.parametrize("name", PAGES)
def test_no_page_breaks_the_policy_or_throws(
    name: str, book: RaceBook, open_page: Callable[..., Page]
) -> None:
    said: list[str] = []
    open_page(PAGES[name](book), said=said)
    assert [text for text in said if "404" not in text] == []


def stream(*events: object) -> Answer:
    """A stream that says all this to whoever listens first, and nothing afterwards."""
    waiting = [json.dumps(event) for event in events]

    def answer(route: Route) -> None:
        body = "".join(f"event: board\ndata: {data}\n\n" for data in waiting) or ": beat\n\n"
        waiting.clear()
        route.fulfill(body=body, content_type="text/event-stream")

    return answer


def board_at(clock: str, **args: str) -> Any:
    return board_page(RaceBook(siroua_six(clock)), "gc", args, revision=1)


def test_an_open_board_moves_without_being_loaded_again(
    book: RaceBook, open_page: Callable[..., Page]
) -> None:
    before, after = board_at("12:02:59"), board_page(book, "gc", {}, revision=2)
    change = changes(fragments(before), fragments(after), revision=2)
    page = open_page(before, answers={"/races/siroua-six/events*": stream(change)})
    row = page.locator("#line-e33")
    expect(row.locator(".gap")).to_contain_text("Finished 12:03")
    expect(row).to_have_class("changed")
    expect(page.locator("#line-e12")).not_to_have_class("changed")
    expect(page.locator("[data-announce]")).to_contain_text("Mateo Urquiola leads. ")
    shown = page.locator("#ranked tr").evaluate_all("rows => rows.map(row => row.id)")
    assert shown == [line.id for line in after.rows]


def test_everything_at_once_changes_only_what_differs(
    book: RaceBook, open_page: Callable[..., Page]
) -> None:
    after = board_page(book, "gc", {}, revision=2)
    change = changes(None, fragments(after), revision=2)
    page = open_page(board_at("12:02:59"), answers={"/races/siroua-six/events*": stream(change)})
    expect(page.locator("#line-e33")).to_have_class("changed")
    assert page.locator("tr.changed").count() < 10


def test_whoever_goes_out_moves_below_the_line(
    book: RaceBook, open_page: Callable[..., Page]
) -> None:
    before = board_at("11:13:59")
    page = open_page(
        before,
        answers={
            "/races/siroua-six/events*": stream(
                changes(None, fragments(board_page(book, "gc", {}, revision=2)), revision=2)
            )
        },
    )
    expect(page.locator("#unranked #line-e62")).to_contain_text("DNF")
    assert page.locator("#ranked #line-e62").count() == 0


def test_a_line_under_the_focus_holds_the_order_until_it_is_left(
    book: RaceBook, open_page: Callable[..., Page]
) -> None:
    before, after = board_at("11:10:00"), board_page(book, "gc", {}, revision=2)
    change = changes(fragments(before), fragments(after), revision=2)
    page = open_page(before)
    page.locator("#line-e12 a").focus()
    page.context.route(
        f"{SITE}/races/siroua-six/events*",
        lambda route: route.fulfill(
            body=f"retry: 100\nevent: board\ndata: {json.dumps(change)}\n\n",
            content_type="text/event-stream",
        ),
    )
    first = [line.id for line in before.rows]
    expect(page.locator("#line-e12 .gap")).to_contain_text("Finished")
    ids = "rows => rows.map(row => row.id)"
    assert page.locator("#ranked tr").evaluate_all(ids) == first
    page.evaluate("document.activeElement.blur()")
    page.wait_for_function(
        "ids => [...document.querySelectorAll('#ranked tr')].map(r => r.id).join() === ids",
        arg=",".join(line.id for line in after.rows),
    )


def test_without_a_stream_the_page_asks_by_itself(
    book: RaceBook, open_page: Callable[..., Page]
) -> None:
    newer = rendering.render(board_page(book, "gc", {}, revision=2))
    lines = line_data(board_page(book, "gc", {}), revision=2)
    answers: dict[str, Answer] = {
        "/races/siroua-six/lines*": lambda route: route.fulfill(
            body=lines, content_type="application/json"
        )
    }
    page = open_page(board_at("12:02:59"), at="/board", answers=answers)
    page.clock.install()
    page.reload()
    page.context.route(
        f"{SITE}/board",
        lambda route: route.fulfill(body=newer, content_type="text/html; charset=utf-8"),
    )
    for _ in range(12):
        page.clock.run_for(10_000)
        page.wait_for_timeout(50)
    expect(page.locator("#line-e33 .gap")).to_contain_text("Finished 12:03")


def test_without_scripts_the_board_and_its_filters_are_there(
    book: RaceBook, open_page: Callable[..., Page]
) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body="<!doctype html><title>filtered</title>", content_type="text/html")

    page = open_page(
        board_page(book, "gc", {"after": "4"}),
        at="/page",
        answers={"/races/siroua-six/boards/gc?*": answer},
        scripts=False,
    )
    expect(page.locator("#ranked tr").first).to_contain_text("Mateo Urquiola")
    page.get_by_label("Name or bib").fill("idir")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/boards/gc?*")
    query = parse_qs(urlsplit(asked[0]).query)
    assert query["q"] == ["idir"]
    assert query["after"] == ["4"]


def test_without_scripts_a_station_records_by_its_form(
    open_page: Callable[..., Page], book: RaceBook
) -> None:
    sent: list[dict[str, str]] = []

    def answer(route: Route) -> None:
        sent.append(dict(parse_qsl(route.request.post_data or "", keep_blank_values=True)))
        route.fulfill(body="<!doctype html><title>done</title>", content_type="text/html")

    page = open_page(
        station_of(book, control="CP4"),
        at="/station/form",
        answers={"/station/passings": answer},
        scripts=False,
        width=360,
    )
    page.get_by_label("Bib", exact=True).fill("181")
    page.get_by_role("button", name="Record").click()
    page.wait_for_url("**/station/passings")
    assert sent[0]["bib"] == "181"
    assert sent[0]["time"] == ""
    assert sent[0]["id"].startswith("new-")


def test_what_is_not_sent_and_how_the_clock_is_stand_on_a_telephone_too(
    book: RaceBook, open_page: Callable[..., Page]
) -> None:
    page = open_page(watch_of(book), width=360)
    for told in ("Not sent", "Clock"):
        expect(page.locator("dt", has_text=told).first).to_be_visible()


def test_the_watch_looks_again_and_keeps_what_is_typed_and_the_focus(
    book: RaceBook, open_page: Callable[..., Page]
) -> None:
    empty = watch_of(book, Watched())
    fuller = rendering.render(watch_of(book))
    said: list[str] = []
    page = open_page(empty, at="/watch", said=said)
    page.clock.install()
    page.reload()
    page.get_by_label("Reason").fill("Compared by radio")
    page.get_by_label("From").fill("10:0")
    headers = {"Content-Security-Policy": POLICY}
    page.context.route(
        f"{SITE}/watch",
        lambda route: route.fulfill(body=fuller, content_type="text/html", headers=headers),
    )
    page.clock.run_for(16_000)
    expect(page.locator("[data-watch]")).to_contain_text("B3XR9M")
    expect(page.locator("#watch-said")).to_contain_text("need somebody")
    expect(page.get_by_label("From")).to_be_focused()
    page.keyboard.type("0")
    expect(page.get_by_label("From")).to_have_value("10:00")
    expect(page.get_by_label("Reason")).to_have_value("Compared by radio")

    page.context.route(f"{SITE}/watch", lambda route: route.abort())
    page.clock.run_for(16_000)
    expect(page.locator("[data-lost]")).to_contain_text("Out of reach")
    assert [text for text in said if "404" not in text and "ERR_FAILED" not in text] == []


def test_the_open_tab_is_in_sight_on_a_phone(
    book: RaceBook, open_page: Callable[..., Page]
) -> None:
    page = open_page(stations_of(book), width=360)
    expect(page.locator(".bar [aria-current]")).to_be_in_viewport(ratio=1)


def test_four_station_cards_fit_a_sheet(book: RaceBook, open_page: Callable[..., Page]) -> None:
    page = open_page(cards_of(book))
    page.emulate_media(media="print")
    boxes = [card.bounding_box() for card in page.locator(".card").all()]
    assert all(box is not None for box in boxes)
    millimetre = 96 / 25.4
    heights = [box["height"] for box in boxes if box is not None]
    assert all(2 * height + 5 * millimetre <= 277 * millimetre for height in heights)
    assert page.locator(".card").evaluate_all(
        "cards => cards.every(card => card.scrollHeight <= card.clientHeight)"
    )
