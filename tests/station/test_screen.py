"""What a volunteer sees and does: in the sun, at night, with one thumb or with keys only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.prerequisites import PROJECT
from tests.station.screen import (
    FINISH,
    GUNS,
    IN_AND_OUT,
    KEY,
    ONE_WAY,
    SITE,
    START,
    Installation,
    Phone,
)

AXE = PROJECT / "tests" / "vendor" / "axe-core" / "axe.min.js"
HOLD_MS = 1300

RACE_CLOCK = """() => new Intl.DateTimeFormat("en-GB", {
  timeZone: "Africa/Casablanca", hour: "2-digit", minute: "2-digit",
}).format(Date.now())"""

Made = Callable[..., Phone]


@pytest.fixture
def phone(browser: Browser) -> Iterator[Made]:
    """Makes phones with the app on them, 360 × 640; nothing may go wrong on any."""
    contexts: list[BrowserContext] = []
    phones: list[Phone] = []

    def made(
        controls: tuple[dict[str, Any], ...] = ONE_WAY,
        *,
        choices: dict[str, Any] | None = None,
        width: int = 360,
        height: int = 640,
        stage: dict[str, Any] | None = None,
        site: str = SITE,
        **options: Any,
    ) -> Phone:
        context = browser.new_context(
            viewport={"width": width, "height": height}, service_workers="block", **options
        )
        context.set_default_timeout(10_000)
        kept = json.dumps(json.dumps(choices or {}))
        context.add_init_script(
            "if (!localStorage.getItem('bivouac-station/choices'))"
            f" localStorage.setItem('bivouac-station/choices', {kept})"
        )
        contexts.append(context)
        phones.append(Phone(context, Installation(controls, **(stage or {})), site=site))
        return phones[-1]

    yield made
    for one in phones:
        assert one.wrong == []
    for context in contexts:
        context.close()


def expect_in_order(page: Page, *bibs: str) -> None:
    """Wait until these are the bibs of the list, the earliest first; "" where there is none."""
    page.wait_for_function(
        "bibs => [...document.querySelectorAll('.entered li[data-bib]')]"
        ".map(line => line.dataset.bib).reverse().join() === bibs.join()",
        arg=list(bibs),
    )


def hold(page: Page, name: str, lasts: int) -> None:
    """Press a key for so many milliseconds."""
    key = page.locator(".tool", has_text=name)
    box = key.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(lasts)
    page.mouse.up()


def test_the_time_kept_is_the_first_digits_unless_now_is_taken(phone: Made) -> None:
    device = phone()
    page = device.start()
    device.type("1")
    first = page.evaluate("Date.now()")
    page.wait_for_timeout(1200)
    device.type("81")
    expect(page.locator(".entry")).to_contain_text("Kofi Boadu-Mensah")
    expect(page.locator(".rec")).to_contain_text("Record 181")
    shown = page.locator(".rec time").inner_text()
    page.locator(".rec").click()
    expect(device.line("181")).to_contain_text(shown)

    device.type("12")
    page.wait_for_timeout(1200)
    page.locator("[data-now]").click()
    second = page.evaluate("Date.now()")
    page.locator(".rec").click()
    expect(device.line("12")).to_be_visible()
    device.sent()
    times = page.evaluate(
        "times => times.map(Date.parse)",
        [passing["device_time"] for passing in device.installation.passings()],
    )
    assert abs(times[0] - first) < 1000
    assert abs(times[1] - second) < 1000


def test_times_are_the_races_own_time_of_day(phone: Made) -> None:
    device = phone()
    page = device.start()
    device.record("134")
    device.sent()
    (passing,) = device.installation.passings()
    in_casablanca = page.evaluate(
        "time => new Date(Date.parse(time) + 3_600_000).toISOString().slice(11, 19)",
        passing["time"],
    )
    expect(page.locator(".entered .t")).to_have_text(in_casablanca)


def test_in_and_out_have_a_key_each_and_say_who_is_in_already(phone: Made) -> None:
    device = phone(IN_AND_OUT)
    page = device.start()
    device.record("134", "in")
    device.type("134")
    expect(page.locator(".entry")).to_contain_text("Already in at")
    page.locator(".rec[data-way='out']").click()
    expect(device.line("134")).to_have_count(2)
    device.sent()
    assert [p["control"] for p in device.installation.passings()] == ["CP4.in", "CP4.out"]


def test_unknown_and_half_read_bibs_are_kept_and_said_so(phone: Made) -> None:
    device = phone()
    page = device.start()
    device.type("212")
    expect(page.locator(".entry")).to_contain_text("Not in the start list")
    expect(page.locator(".entry")).to_contain_text("Will be kept and marked.")
    page.locator(".rec").click()
    device.type("14?")
    expect(page.locator(".entry")).to_contain_text("140, 142, 147 or 148")
    page.locator(".rec").click()
    expect(device.line("14?")).to_contain_text("Not read, choose later")
    device.sent()
    assert [p["bib"] for p in device.installation.passings()] == ["212", "14*"]


def test_the_bar_says_what_is_recorded_and_what_is_not_sent(phone: Made) -> None:
    device = phone()
    page = device.start()
    counts = page.locator(".counts")
    expect(counts).to_contain_text(re.compile(r"±\d+\.\d s"))
    device.installation.is_reachable = False
    device.record("134")
    device.record("140")
    expect(counts).to_contain_text("2recorded")
    expect(counts.locator(".unsent")).to_contain_text("2not sent")
    page.reload()
    expect(device.line("140")).to_be_visible()
    expect(counts.locator(".unsent")).to_contain_text("2not sent")
    device.installation.is_reachable = True
    device.sent()
    expect(counts.locator(".unsent")).to_have_count(0)


def test_undo_and_corrections_are_new_records(phone: Made) -> None:
    device = phone()
    page = device.start()
    device.record("134")
    page.get_by_role("button", name="Undo 134").click()
    expect(device.line("134")).to_contain_text("Undone")
    page.get_by_role("button", name="Restore 134").click()
    expect(page.get_by_role("button", name="Undo 134")).to_be_visible()

    device.line("134").locator(".line").click()
    page.get_by_label("Bib").fill("140")
    page.get_by_role("button", name="Change the bib").click()
    expect(device.line("140")).to_contain_text("Marta Figueirinhas")
    device.line("140").locator(".line").click()
    page.get_by_label("Bib").fill("148")
    page.get_by_role("button", name="Change the bib").click()
    device.line("148").locator(".line").click()
    # Of this very minute, as a time half a day away may be another day's: then it says so.
    typed = page.evaluate(RACE_CLOCK)
    page.get_by_label("Time").fill(typed.replace(":", ""))
    page.get_by_role("button", name="Change the time").click()
    expect(page.locator(".entered li[data-bib='148'] .t").first).to_have_text(typed)

    device.sent()
    first, second = device.installation.passings()
    assert first["bib"] == "134"
    assert (second["bib"], second["time"]) == ("148", typed)
    undone, restored, replaced = device.installation.rulings("void")
    assert [undone["record"], restored["record"]] == [first["id"], undone["id"]]
    assert replaced["record"] == first["id"]
    one, other = device.installation.rulings("assign")
    assert (one["record"], one["bib"]) == (first["id"], "140")
    assert (other["bib"], other["supersedes"]) == ("148", [one["id"]])


def test_a_withdrawal_is_noted_by_holding_its_key_and_not_by_touching_it(phone: Made) -> None:
    device = phone()
    page = device.start()
    device.type("205")
    hold(page, "Withdrawn", 200)
    expect(page.locator(".entry")).to_contain_text("Hold Withdrawn for a second.")
    hold(page, "Withdrawn", HOLD_MS)
    expect(device.line("205")).to_contain_text("withdrawn here")
    device.type("41")
    page.locator(".tool", has_text="Helped").click()
    expect(device.line("41")).to_contain_text("helped")
    device.sent()
    withdrawn, helped = device.installation.rulings("observation")
    assert (withdrawn["observed"], withdrawn["bib"]) == ("withdrawal", "205")
    assert (withdrawn["stage"], withdrawn["control"]) == (5, "CP4")
    assert (helped["observed"], helped["bib"]) == ("helped", "41")


def test_time_first_gives_bibs_in_order_with_a_gap_an_insertion_and_a_shift(phone: Made) -> None:
    device = phone(choices={"mode": "time"})
    page = device.open()
    tap, give = page.locator(".tap"), page.locator(".give")
    for count in range(1, 5):
        tap.click()
        expect(page.locator(".entered li[data-bib]")).to_have_count(count)
        page.wait_for_timeout(200)
    device.type("134")
    give.click()
    expect(device.line("134")).to_be_visible()
    page.locator(".tool", has_text="Gap").click()
    device.type("140")
    give.click()
    expect(device.line("140")).to_be_visible()
    expect_in_order(page, "134", "", "140", "")

    # 140 was the one before: the gap had been hers. Shifted, her time waits for a bib.
    page.locator(".entered li[data-bib]").nth(2).locator(".line").click()
    page.get_by_role("button", name="Bibs from here: one earlier").click()
    expect(page.locator(".phone")).to_have_attribute("data-view", "time")
    expect_in_order(page, "134", "140", "", "")
    device.line("134").locator(".line").click()
    page.get_by_role("button", name="Bibs from here: one later").click()
    expect(page.locator(".phone")).to_have_attribute("data-view", "time")
    expect_in_order(page, "", "134", "140", "")

    # Somebody between these two was not tapped.
    device.line("140").locator(".line").click()
    page.get_by_role("button", name="Insert a missed runner").click()
    expect(page.locator(".entered li[data-bib]")).to_have_count(5)
    expect_in_order(page, "", "134", "", "140", "")
    device.sent()
    passings = device.installation.passings()
    assert [p["source"] for p in passings] == ["checkpoint"] * 4 + ["estimate"]
    assert all(p["bib"] == "" for p in passings)


def test_the_start_is_given_undone_and_put_right(phone: Made) -> None:
    device = phone(START, stage={"guns": list(GUNS)})
    page = device.start()
    device.more("Give the start")
    page.get_by_role("button", name="Start Wave A").click()
    expect(page.get_by_role("button", name="Wave A started")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    page.get_by_role("button", name="Start Wave A").click()
    expect(page.get_by_role("button", name="Wave A started")).to_be_visible()
    page.get_by_label("Right time").first.fill("070002")
    page.get_by_role("button", name="Put it right").first.click()
    expect(page.get_by_role("button", name="Wave A started")).to_contain_text("07:00:02")
    device.sent()
    first, second, third = device.installation.rulings("start")
    assert [first["wave"], first["stage"]] == ["A", 5]
    assert first["to"].endswith("Z")
    assert device.installation.rulings("void")[0]["record"] == first["id"]
    assert (third["to"], third["supersedes"]) == ("07:00:02", [second["id"]])


def test_a_sheet_of_paper_goes_in_row_by_row_and_outlives_a_reload(phone: Made) -> None:
    device = phone(IN_AND_OUT)
    page = device.start()
    device.more("A whole sheet")
    for text in ("12", "1012", "1030", "41", "101533", ""):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.keyboard.type("88")
    page.keyboard.press("Enter")
    page.keyboard.type("2561")
    expect(page.locator(".total")).to_have_text("2 rows, 1 to look at")
    page.reload()
    device.more("A whole sheet")
    expect(page.locator(".sheet tr").nth(1)).to_contain_text("Ana Ruiz")
    page.get_by_role("button", name="Keep 2 rows, 3 times").click()
    expect(page.locator(".total")).to_contain_text("2 rows kept.")
    expect(page.get_by_label("Bib, row 1")).to_have_value("88")
    device.sent()
    assert [(p["bib"], p["control"], p["time"]) for p in device.installation.passings()] == [
        ("12", "CP4.in", "10:12"),
        ("12", "CP4.out", "10:30"),
        ("41", "CP4.in", "10:15:33"),
    ]
    assert {p["source"] for p in device.installation.passings()} == {"paper"}


def test_a_group_is_recorded_at_one_time_also_by_radio(phone: Made) -> None:
    device = phone()
    page = device.start()
    device.more("Several at once")
    for bib in ("12", "41"):
        device.type(bib)
        page.get_by_role("button", name="Add").click()
    device.type("88")
    page.get_by_role("button", name="Record 3").click()
    expect(page.locator(".entry")).to_contain_text("3 recorded: 12, 41, 88")
    page.get_by_label("Time, if it is not").fill("1143")
    page.get_by_label("From").select_option("radio")
    page.locator(".pagehead h2").click()
    page.keyboard.type("99")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".entry")).to_contain_text("1 recorded: 99")
    device.sent()
    *group, last = device.installation.passings()
    assert [p["bib"] for p in group] == ["12", "41", "88"]
    assert len({p["device_time"] for p in group}) == 1
    assert (last["time"], last["source"]) == ("11:43", "radio")


def test_missing_kit_is_an_observation_with_its_items(phone: Made) -> None:
    device = phone()
    page = device.start()
    device.more("Kit and water")
    device.type("181")
    page.get_by_role("button", name="blanket").click()
    page.get_by_role("button", name="1 missing 181").click()
    expect(page.locator(".entry")).to_contain_text("181: blanket missing")
    device.sent()
    (seen,) = device.installation.rulings("observation")
    assert (seen["observed"], seen["bib"], seen["items"]) == ("kit", "181", ["blanket"])


def test_the_lists_are_there_without_a_network_and_say_how_old_they_are(phone: Made) -> None:
    device = phone()
    now = round(device.installation.now())
    device.installation.field = {
        "181": ["to_come", "CP3", now - 3_000_000, now + 300_000],
        "41": ["passed", "CP4", now - 900_000, None],
        "205": ["out", "CP2", now - 9_000_000, None],
    }
    page = device.start()
    page.get_by_role("button", name="Lists").click()
    expect(page.locator(".tab").first).to_contain_text("12To come")
    page.keyboard.press("Escape")
    device.installation.is_reachable = False
    device.record("134")
    page.reload()
    page.get_by_role("button", name="Lists").click()
    expect(page.locator(".page")).to_contain_text("Closes 18:30.")
    expect(page.locator(".page")).to_contain_text("8 min ago")
    expect(page.locator(".runners li").first).to_contain_text("Kofi Boadu-Mensah")
    expect(page.locator(".tab").first).to_contain_text("11To come")
    page.get_by_role("button", name="Passed").click()
    expect(page.locator(".runners li")).to_have_count(2)
    page.get_by_role("button", name="Out").click()
    expect(page.locator(".runners li")).to_contain_text(["Radoslav Imrich"])
    page.get_by_label("Find by bib or name").fill("omer")
    expect(page.locator(".runners li")).to_have_count(1)
    expect(page.locator(".runners li")).to_contain_text("88")


def test_a_question_is_answered_and_closed(phone: Made) -> None:
    device = phone()
    device.installation.questions = [
        {
            "id": "7",
            "text": "Was 12 really so early?",
            "record": "r-12",
            "stage": 5,
            "control": "CP4",
            "bib": "12",
            "by": "Ana",
            "at": 1_787_904_990_000,
        }
    ]
    page = device.start()
    page.get_by_role("button", name="A question from the timekeepers").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.locator(".questions")).to_contain_text("No open question.")
    device.sent()
    (answer,) = device.installation.rulings("observation")
    assert (answer["observed"], answer["reason"]) == ("answer", "Yes")
    assert answer["items"] == ["7", "r-12"]


def test_a_wrong_key_and_a_network_that_is_not_there_are_told_apart(phone: Made) -> None:
    device = phone()
    page = device.open("/station")
    key = page.get_by_label("Key of the station")
    key.fill("short")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_contain_text("A key has sixteen letters")
    key.fill("0000-0000-0000-0000")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_contain_text("not known there")
    device.installation.is_reachable = False
    key.fill(KEY)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_contain_text("Nobody answers.")
    device.installation.is_reachable = True
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".phone")).to_have_attribute("data-view", "bib")


def test_where_a_key_has_several_places_one_is_chosen_and_stays(phone: Made) -> None:
    device = phone((*START, *IN_AND_OUT, *FINISH))
    page = device.open()
    page.get_by_role("button", name="Adrar Ouzal").click()
    expect(page.locator(".rec")).to_have_count(2)
    assert page.url.endswith("/station")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Adrar Ouzal")


def test_everything_goes_by_keyboard_and_the_focus_is_never_lost(phone: Made) -> None:
    device = phone(IN_AND_OUT)
    page = device.start()
    keys = page.keyboard
    for bib, way in (("134", "Enter"), ("140", "NumpadEnter"), ("134", "+"), ("88", "Shift+Enter")):
        keys.type(bib)
        keys.press(way)
    expect(page.locator(".entered li[data-bib]")).to_have_count(4)
    keys.press("Shift+U")
    expect(device.line("88")).to_contain_text("Undone")
    keys.type("205")
    keys.down("Shift")
    keys.down("W")
    page.wait_for_timeout(HOLD_MS)
    keys.up("W")
    keys.up("Shift")
    expect(device.line("205")).to_contain_text("withdrawn here")
    keys.press("Shift+T")
    keys.press("Space")
    expect(page.locator(".entered li.next")).to_have_count(1)
    keys.type("148")
    keys.press("Enter")
    expect(device.line("148")).to_be_visible()
    for name in ("L", "M", "N"):
        keys.press(f"Shift+{name}")
        expect(page.locator(".page")).to_be_visible()
        assert page.evaluate("document.activeElement !== document.body")
        keys.press("Escape")
        expect(page.locator(".page")).to_have_count(0)
        assert page.evaluate("document.activeElement !== document.body")
    device.sent()
    assert [(p["bib"], p["control"]) for p in device.installation.passings()] == [
        ("134", "CP4.in"),
        ("140", "CP4.in"),
        ("134", "CP4.out"),
        ("88", "CP4.out"),
        ("", "CP4.in"),
    ]


@pytest.mark.parametrize(
    ("controls", "height", "choices"),
    [
        (ONE_WAY, 640, {"theme": "sun"}),
        (IN_AND_OUT, 640, {"theme": "sun", "large": True}),
        (IN_AND_OUT, 844, {"theme": "night", "left": True}),
    ],
    ids=["sun", "large type", "night, left hand"],
)
def test_all_that_records_is_in_sight_and_stays_where_it_is(
    phone: Made, controls: tuple[dict[str, Any], ...], height: int, choices: dict[str, Any]
) -> None:
    device = phone(controls, height=height, choices=choices)
    page = device.start()
    way = "in" if len(controls) == 2 else "record"
    where = "keys => keys.map(key => { const box = key.getBoundingClientRect();"
    where += " return [box.top, box.bottom, box.height, box.width]; })"
    keys = page.locator(".keys button, .rec, .tool")
    before = keys.evaluate_all(where)
    assert all(0 <= top < bottom <= height for top, bottom, *_ in before)
    assert all(tall >= 52 and wide >= 52 for *_, tall, wide in before)
    device.installation.is_reachable = False
    for bib in ("134", "99999", "14?"):
        device.record(bib, way)
    assert keys.evaluate_all(where) == before
    assert page.evaluate("document.documentElement.scrollHeight") <= height


@pytest.mark.parametrize("theme", ["sun", "night"])
def test_colours_are_chosen_by_hand_and_stay(phone: Made, theme: str) -> None:
    device = phone()
    page = device.start()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name=theme.capitalize()).click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    paper = "rgb(0, 0, 0)" if theme == "night" else "rgb(255, 255, 255)"
    expect(page.locator(".phone")).to_have_css("background-color", paper)


def test_a_withdrawal_needs_two_presses_of_who_cannot_hold(phone: Made) -> None:
    device = phone()
    page = device.start()
    device.type("205")
    key = page.locator(".tool", has_text="Withdrawn")
    key.evaluate("key => key.click()")
    expect(page.locator(".phone > [role=status]")).to_contain_text("Press again")
    expect(device.line("205")).to_have_count(0)
    key.evaluate("key => key.click()")
    expect(device.line("205")).to_contain_text("withdrawn here")


def test_a_bib_that_is_not_listed_is_told_when_it_comes_again(phone: Made) -> None:
    device = phone()
    page = device.start()
    device.record("212")
    device.type("212")
    expect(page.locator(".entry")).to_contain_text("Already recorded at")


def test_what_does_not_work_on_plain_http_is_said_and_taps_are_kept(phone: Made) -> None:
    device = phone(site="http://camp.test")
    page = device.start()
    assert page.evaluate("isSecureContext") is False
    device.record("134")
    page.get_by_role("button", name="Not opened securely").click()
    expect(page.locator(".warn")).to_contain_text("Taps are still kept on this device")
    page.reload()
    expect(device.line("134")).to_be_visible()
    device.sent()
    assert [passing["bib"] for passing in device.installation.passings()] == ["134"]


def test_a_list_of_1300_runners_is_found_through(phone: Made) -> None:
    device = phone()
    device.installation.entries = [
        [str(n), f"Runner {n}", "MAR · M", "", ""] for n in range(1, 1301)
    ]
    page = device.start()
    page.get_by_role("button", name="Lists").click()
    expect(page.locator(".tab").first).to_contain_text("1300To come")
    expect(page.locator(".runners li")).to_have_count(1300)
    page.get_by_label("Find by bib or name").fill("runner 1299")
    expect(page.locator(".runners li")).to_have_count(1)


def faults(page: Page) -> list[Any]:
    """What axe finds."""
    page.evaluate(f"if (!window.axe) {{ {AXE.read_text(encoding='utf-8')} }}")
    found: list[Any] = page.evaluate("axe.run().then(found => found.violations)")
    return [(fault["id"], [node["html"][:120] for node in fault["nodes"][:3]]) for fault in found]


@pytest.mark.parametrize(
    ("width", "theme", "scheme"),
    [
        (360, "sun", "light"),
        (360, "night", "light"),
        (1280, "", "dark"),
    ],
)
def test_axe_finds_nothing(phone: Made, width: int, theme: str, scheme: str) -> None:
    device = phone(
        IN_AND_OUT, width=width, height=800, choices={"theme": theme}, color_scheme=scheme
    )
    page = device.start()
    device.record("134", "in")
    device.record("212", "in")
    device.installation.is_reachable = False
    device.record("14?", "in")
    page.get_by_role("button", name="Undo 134").click()
    device.type("181")
    assert faults(page) == []
    page.keyboard.press("Shift+T")
    page.locator(".tap").first.click()
    expect(page.locator(".entered li.next")).to_be_visible()
    assert faults(page) == []
    for shortcut in ("N", "L", "M"):
        page.keyboard.press(f"Shift+{shortcut}")
        expect(page.locator(".page")).to_be_visible()
        assert faults(page) == [], shortcut
        page.keyboard.press("Escape")
    for name in ("Note", "A time from paper", "A whole sheet", "Several at once", "Kit and water"):
        page.locator(".tools .tool").last.click()
        page.get_by_role("button", name=name).first.click()
        assert faults(page) == [], name
        page.keyboard.press("Escape")
    device.line("212").locator(".line").click()
    assert faults(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
