"""The desk's first page: its figures, and how it looks by day and by night."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.pages.now_pages import alerts_of_page, clear_of, now_of, overdue_two, stormy
from tests.pages.sample import before_the_start, instant, siroua_six
from tests.pages.test_in_a_browser import AXE, LOOKS, open_page
from timing import racefile
from timing.core.book import RaceBook
from timing.core.definition import Cutoff
from timing.core.times import DAY, HOUR, MINUTE, TimeOfDay, parse_instant
from timing.pages.now_moment import Phase
from timing.pages.now_page import NowPage
from timing.pages.rendering import Page as MadePage
from timing.pages.rendering import render

__all__ = ["open_page"]

PAGES: dict[str, Callable[[], MadePage]] = {
    "running": lambda: now_of(RaceBook(siroua_six())),
    "two overdue": lambda: now_of(overdue_two()),
    "before": lambda: now_of(RaceBook(before_the_start()), now=instant(1, "06:00:00") - DAY),
    "between": lambda: now_of(
        RaceBook(siroua_six("23:59:00", 4)),
        now=instant(5, "05:00:00"),
        is_error=True,
        message="No.",
    ),
    "a storm": lambda: now_of(stormy()),
    "after": lambda: now_of(RaceBook(siroua_six("23:59:00", 6)), now=instant(6, "23:59:00")),
    "course": lambda: clear_of(overdue_two()),
    "told": lambda: alerts_of_page(RaceBook(siroua_six())),
    "nobody told": lambda: alerts_of_page(RaceBook(siroua_six()), is_empty=True),
}


@pytest.fixture(scope="module")
def two() -> NowPage:
    return now_of(overdue_two())


def test_the_five_figures_add_up(two: NowPage) -> None:
    counts = two.counts
    assert counts is not None
    parts = (counts.finished, counts.on_course, counts.out, counts.collected, counts.unaccounted)
    assert sum(parts) == counts.started == 44
    # 163 and 208 are overdue, 62 retired and nobody said where.
    assert counts.unaccounted == 3


def test_a_dot_is_drawn_for_everybody_but_those_who_are_missing(two: NowPage) -> None:
    assert two.picture is not None
    assert two.counts is not None
    assert two.picture.on_course == two.counts.on_course == 33
    assert [missing.count for missing in two.missing] == [1, 1]
    assert [m.percent for m in two.missing] == [two.picture.stops[n].percent for n in (1, 2)]


def test_an_alarm_says_who_left_where_when_and_is_due_where(two: NowPage) -> None:
    assert two.headline == "2 runners overdue"
    first, second = two.alarms
    assert (first.plate, first.name, first.who) == ("163", "Lorcan Devanney", "IRL, M50 MASTERS")
    assert first.seen.startswith("Left CP1 07:21, due at CP2 by ")
    assert second.seen.startswith("Left CP2 08:50, due at CP3 by ")
    assert (first.account_words, second.account_words) == ("Say where he is", "Say where she is")
    assert first.ring is not None
    assert first.ring.url == "tel:+212661234567"
    assert second.ring is not None
    assert second.ring.url.endswith("/alerts#phones")


def test_who_is_likely_late_is_who_is_expected_after_the_closing_time() -> None:
    """At noon nobody is expected after ten in the evening; if it closes at two, some are."""
    document = siroua_six()
    stage = document.race.stages[4]
    finish = stage.controls[-1]
    closes = Cutoff(at=TimeOfDay(ms=14 * HOUR))
    controls = (*stage.controls[:-1], replace(finish, cutoffs=(closes,)))
    stages = tuple(
        replace(s, controls=controls) if s.number == 5 else s for s in document.race.stages
    )
    page = now_of(RaceBook(replace(document, race=replace(document.race, stages=stages))))
    (closing,) = page.closings
    assert (closing.point, closing.closes) == ("Finish", "14:00")
    assert 0 < int(closing.late) < int(closing.to_come)
    assert closing.share == round(100 * int(closing.late) / int(closing.to_come))
    assert len(closing.who) == int(closing.late)
    # By name, with about when and by how much, those who miss it by the least first.
    first, last = closing.who[0], closing.who[-1]
    assert first.name
    assert "14:00" < first.about <= last.about


@pytest.fixture(scope="module")
def storm() -> NowPage:
    return now_of(stormy())


def test_all_alerts_of_a_runner_are_one_line_and_one_answer(storm: NowPage) -> None:
    """7a was seen behind the sweep, was passed by it, and is overdue."""
    (one,) = [alarm for alarm in storm.alarms if alarm.plate == "7a"]
    assert one.seen.startswith("Left CP1 07:33, due at CP2 by 09:34.")
    assert "behind the sweep" in one.seen
    assert "the sweep came to CP2" in one.seen
    assert set(one.ack["alert"].split()) == {"overdue", "behind-sweep", "passed-by-sweep"}
    assert (one.ack["control"], one.ack["bibs"]) == ("", "7a")
    assert storm.headline == f"{storm.open_alarms} alerts"


def test_a_silent_station_says_whom_to_call_when_it_was_heard_and_what_to_do(
    storm: NowPage,
) -> None:
    """The last time from CP4 is of 10:49; others were seen at CP5 since."""
    (silent,) = storm.silent
    assert silent.control == "CP4"
    assert silent.ring.name == "Brahim +212 661 23 45 67"
    assert silent.ring.url == "tel:+212661234567"
    assert silent.heard == "Last time from there 10:49."
    assert silent.is_sure
    assert "only its times are missing" in silent.todo
    assert silent.ack == {"alert": "station-silent", "stage": "5", "control": "CP4"}


def test_whoever_is_in_a_vehicle_stands_with_it_until_somebody_has_them(storm: NowPage) -> None:
    """205 was collected as well, and seen at a control since: no passenger any more."""
    bus, moto = storm.vehicles
    assert (bus.name, bus.where, bus.bibs) == ("Bus 2", "CP1", "62")
    assert (moto.name, moto.bibs) == ("Moto <i>1</i>", "137")
    # Collected at 09:31 and at 11:41: who is not handed over within two hours is asked after.
    assert [p.is_late for one in storm.vehicles for p in one.passengers] == [True, False]
    assert bus.passengers[0].since == "since 09:31, 2 h 34"


def test_the_sweep_is_named_with_those_behind_it_and_the_last_before_it(storm: NowPage) -> None:
    assert storm.sweep is not None
    (sweeper,) = storm.sweep.sweeps
    assert sweeper.bib == "176"
    assert sweeper.seen.endswith("10:37")
    # Seen at CP3 after the sweep, or not seen there though it came to CP2 alone.
    assert {one.bib for one in storm.sweep.behind} == {"7a", "205", "007", "210"}
    # The last who came to CP3 before it.
    assert storm.sweep.last is not None
    assert storm.sweep.last.bib == "181"


def test_those_who_wait_in_a_hold_came_since_it_began(storm: NowPage) -> None:
    """Of those seen last at CP3 six came since half past ten; the others were through before."""
    (hold,) = storm.holds
    assert (hold.control, hold.since) == ("CP3", "10:30")
    came = {"148": "10:27", "181": "10:33", "176": "10:37", "205": "10:41", "188": "10:32"}
    came |= {"007": "10:44", "210": "10:58"}
    assert int(hold.waiting) == sum(clock >= "10:30" for clock in came.values())


def test_what_is_open_beside_the_alerts_is_a_figure_that_leads_there(storm: NowPage) -> None:
    assert [(lead.what, lead.url) for lead in storm.leads][:4] == [
        ("held at CP3", "#h-hold"), ("station silent", "#h-posts"),
        ("in a vehicle", "#h-aboard"), ("to review", "/desk/siroua-six/review"),
    ]  # fmt: skip
    assert [lead.what for lead in storm.leads if lead.is_urgent] == ["station silent"]


def test_before_between_and_after_the_page_says_what_is_to_do() -> None:
    before = now_of(RaceBook(before_the_start()), now=instant(1, "06:00:00") - DAY)
    assert before.phase is Phase.BEFORE
    assert [step.is_done for step in before.steps] == [True, True, False, True, True, False]
    between = now_of(RaceBook(siroua_six("23:59:00", 4)), now=instant(5, "05:00:00"))
    assert (between.phase, between.title) == (Phase.BETWEEN, "Between stages 4 and 5")
    assert [gun.label for gun in between.guns] == ["Stage 5"]
    after = now_of(RaceBook(siroua_six("23:59:00", 6)), now=instant(6, "23:59:00"))
    assert after.phase is Phase.AFTER
    assert "Take the files home" in render(after)


def test_a_gun_of_another_day_is_not_offered_while_a_stage_runs() -> None:
    assert now_of(RaceBook(siroua_six())).guns == ()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_all_fits(name: str, open_page: Callable[..., Page]) -> None:
    page = open_page(PAGES[name](), reduced_motion="reduce")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"wider than {width}")
        found += [
            f"{width} {scheme}: {violation['id']} {violation['nodes'][0]['html'][:120]}"
            for violation in page.evaluate("axe.run()")["violations"]
        ]
    assert found == []


def test_the_page_looks_again_and_leaves_alone_what_is_typed(
    open_page: Callable[..., Page],
) -> None:
    """One more is overdue: title, box and sound say so; a reason half typed stays."""
    said: list[str] = []
    now = RaceBook(siroua_six())
    page = open_page(now_of(now), at="/desk/siroua-six", said=said)
    sound = page.get_by_role("button", name="Sound when somebody is overdue")
    sound.click()
    expect(page.get_by_role("button", name="Sound is on")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Reason, shown to the public").last.fill("Cut the switch")
    page.get_by_text("The field in numbers").click()
    later = render(now_of(overdue_two(), now=instant(5, "12:05:51") + MINUTE))
    page.context.route(
        "**/desk/siroua-six",
        lambda route: route.fulfill(body=later, content_type="text/html; charset=utf-8"),
    )
    page.evaluate("document.dispatchEvent(new Event('now:look'))")
    expect(page.locator("#h-alarm")).to_contain_text("2 runners overdue")
    expect(page).to_have_title("(2) Now · Siroua Six")
    expect(page.locator("#now-said")).to_contain_text("2 runners overdue")
    expect(page.locator("#now-sound")).to_have_attribute("data-rung", "2")
    expect(page.get_by_label("Reason, shown to the public").last).to_have_value("Cut the switch")
    expect(page.locator("#field-figures")).to_have_attribute("open", "")
    page.context.route("**/desk/siroua-six", lambda route: route.abort())
    page.evaluate("document.dispatchEvent(new Event('now:look'))")
    expect(page.locator("#now-lost")).to_contain_text("Out of reach")
    assert [line for line in said if "ERR_FAILED" not in line] == []


PARTLY = """
format: 1
race: {slug: partly, name: Partly, timezone: Europe/Zurich}
divisions:
  - {code: full, name: All days}
  - {code: first, name: First day, stages: [1]}
stages:
  - {number: 1, date: 2026-08-28, distance_km: 10, start: "08:00"}
  - number: 2
    date: 2026-08-29
    start: "08:00"
    controls:
      - {code: START, km: 0}
      - {code: HUT, name: Maighels, km: 20, cutoff: {at: "14:00"}}
      - {code: FINISH, km: 31.4, cutoff: {at: "18:00"}}
classifications: [{code: gc, of: solo, division: full}]
entries:
  - {bib: 1, name: Ana Ruiz, gender: F, division: full}
  - {bib: 2, name: Bo Lind, gender: M, division: full}
  - {bib: 3, name: Cho Li, gender: F, division: first}
passings: |
  1 FINISH 1 09:00:00
  1 FINISH 2 09:10:00
  1 FINISH 3 09:20:00
  2 HUT 1 10:00:00
"""


def test_a_stage_that_not_every_division_runs_has_its_closing_times() -> None:
    book = RaceBook(racefile.loads(PARTLY, name="partly.yaml"))
    page = now_of(book, now=parse_instant("2026-08-29T11:00:00+02:00"))
    assert [closing.point for closing in page.closings] == ["HUT Maighels", "Finish"]
    assert [closing.to_come for closing in page.closings] == ["1", "2"]
