from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from tests.pages.pages import desk_of, station_of
from tests.pages.sample import before_the_start, instant, siroua_six
from timing.core.book import RaceBook
from timing.core.records import Observation, Passing, StartCorrection, Void
from timing.core.times import TimeOfDay, parse_instant
from timing.pages.desk_page import DeskPage
from timing.pages.error_page import error_page
from timing.pages.rendering import render
from timing.pages.station_page import (
    Draft,
    Post,
    StationIdlePage,
    StationPage,
    Theme,
    station_page,
)
from timing.racefile import loads

NOW = instant(5, "12:06:18")

AID = """\
format: 1
race: {slug: aid, name: Aid, timezone: Europe/Zurich, starts_on: 2026-08-28}
stages:
  - number: 1
    date: 2026-08-28
    start:
      mode: waves
      waves: [{code: elite, at: "09:30", who: {bibs: ["1"]}}, {code: all, at: "06:30"}]
    controls:
      - {code: START, km: 0}
      - {code: HUT, name: Hut, km: 8, in_out: true, cutoff: {at: "11:30"}}
      - {code: FINISH, km: 20}
entries: [{bib: "1", name: Ana}, {bib: "2", name: Bo}]
"""


@pytest.fixture(scope="module")
def book() -> RaceBook:
    return RaceBook(siroua_six())


def at_aid(**args: str) -> StationPage:
    numbers = count(1)
    page = station_page(
        RaceBook(loads(AID, name="aid")),
        post=Post(label="Hut", controls=("HUT", "START")),
        records=(),
        new_id=lambda: f"n{next(numbers)}",
        form_token="t",
        args=args,
    )
    assert isinstance(page, StationPage)
    return page


LAPS = """\
format: 1
race: {slug: laps, name: Laps, timezone: Europe/Zurich, starts_on: 2026-08-28}
stages:
  - number: 1
    date: 2026-08-28
    start: "08:00"
    laps: 3
    controls:
      - {code: START, km: 0, place: ARENA}
      - {code: CP1, name: Bridge, km: 4}
      - {code: FINISH, km: 10, place: ARENA}
entries: [{bib: "1", name: Ana}]
"""


@pytest.mark.parametrize(
    ("controls", "offered"),
    [((), ("ARENA", "CP1")), (("CP1",), ("CP1",)), (("FINISH",), ("FINISH",))],
)
def test_a_station_names_the_place_that_is_passed_on_every_lap(
    controls: tuple[str, ...], offered: tuple[str, ...]
) -> None:
    page = station_page(
        RaceBook(loads(LAPS, name="laps")),
        post=Post(label="Station", controls=controls),
        records=(),
        new_id=lambda: "n",
        form_token="t",
        args={},
    )
    assert isinstance(page, StationPage)
    assert {page.place.code, *(way.code for way in page.others)} == set(offered)


def the_desk(book: RaceBook, **given: Any) -> DeskPage:
    page = desk_of(book, **given)
    assert isinstance(page, DeskPage)
    return page


def test_a_station_records_on_the_stage_that_runs_at_its_control(book: RaceBook) -> None:
    page = station_of(book, control="CP4")
    assert (page.stage, page.place.code) == (5, "CP4")
    assert page.place_facts.replace("\N{NO-BREAK SPACE}", " ") == "Stage 5, km 43.1"


def test_before_a_race_it_records_on_the_first_stage() -> None:
    assert station_of(RaceBook(before_the_start())).stage == 1


def test_in_and_out_stand_beside_each_other(book: RaceBook) -> None:
    """Rules 4.2."""
    page = at_aid(control="HUT.out")
    assert [(way.code, way.label, way.is_chosen) for way in page.ways] == [
        ("HUT.in", "In", False),
        ("HUT.out", "Out", True),
    ]
    assert [way.code for way in page.others] == ["START"]
    assert "closes 11:30" in page.place_facts
    assert station_of(book, control="CP4").ways == ()


def test_a_station_bound_to_controls_offers_no_others() -> None:
    page = at_aid()
    assert page.place.code == "HUT.in"
    assert at_aid(control="FINISH").place.code == "HUT.in"


def test_at_the_start_each_wave_has_its_gun() -> None:
    """Rules 3.1, 3.4."""
    page = at_aid(control="START")
    assert [(gun.wave, gun.planned, gun.started) for gun in page.guns] == [
        ("elite", "09:30", ""),
        ("all", "06:30", ""),
    ]
    assert len({gun.id for gun in page.guns}) == 2
    assert at_aid().guns == ()


def test_a_gun_that_was_given_says_when() -> None:
    document = siroua_six()
    gun = StartCorrection(
        id="g1", by="start", at=instant(5, "06:00:09"), stage=5, to=instant(5, "06:00:04")
    )
    book = RaceBook(replace(document, rulings=(*document.rulings, gun)))
    page = station_of(book, control="START")
    assert [g.started for g in page.guns] == ["06:00:04"]
    assert "Start again now" in render(page)


def test_a_station_without_anything_to_record_says_so() -> None:
    book = RaceBook(replace(before_the_start(), race=replace(siroua_six().race, stages=())))
    page = station_page(
        book,
        post=Post(label="Nowhere"),
        records=(),
        new_id=lambda: "n",
        form_token="t",
    )
    assert isinstance(page, StationIdlePage)
    assert "nothing to record" in render(page)


def test_what_was_entered_is_listed_with_who_it_was(book: RaceBook) -> None:
    records = (
        Passing(id="a", stage=5, control="CP4", bib="181", time=instant(5, "12:00:00")),
        Passing(id="b", stage=5, control="CP4", bib="999", time=TimeOfDay(43_212_000)),
        Passing(id="c", stage=5, control="CP4", bib="14*", time=instant(5, "12:01:00")),
        Passing(id="d", stage=5, control="CP4", time=instant(5, "12:02:00")),
        Observation(
            id="e",
            by="CP4",
            at=instant(5, "12:03:00"),
            kind="withdrawal",
            bibs=("205",),
            reason="knee",
        ),
    )
    numbers = count(1)
    page = station_page(
        book,
        post=Post(label="CP4"),
        records=records,
        new_id=lambda: f"n{next(numbers)}",
        form_token="t",
        args={"control": "CP4"},
    )
    assert isinstance(page, StationPage)
    assert [(e.bib, e.name, e.time, e.is_flagged) for e in page.entered] == [
        ("181", "Kofi Boadu-Mensah", "12:00:00", False),
        ("999", "Not in the start list", "12:00:12", True),
        ("14*", "Not read, choose later", "12:01:00", True),
        ("–", "Time only, choose the bib later", "12:02:00", True),
        ("205", "Radoslav Imrich", "12:03:00", False),
    ]
    assert page.entered[-1].detail == "withdrawn here · knee"
    assert page.recorded == 4
    assert len({e.undo_id for e in page.entered} | {page.record_id, page.withdrawal_id}) == 7


def test_what_was_undone_is_struck_and_counts_no_more() -> None:
    document = siroua_six()
    void = Void(id="v1", by="CP4", at=NOW, record="p-208-5-CP4", reason="Undone")
    book = RaceBook(replace(document, rulings=(*document.rulings, void)))
    before = station_of(RaceBook(document), control="CP4")
    page = station_of(book, control="CP4")
    undone = [e for e in page.entered if e.is_undone]
    assert [e.record for e in undone] == ["p-208-5-CP4"]
    assert page.recorded == before.recorded - 1


def test_an_error_keeps_what_was_typed(book: RaceBook) -> None:
    page = station_of(
        book,
        control="CP4",
        message="10:99 is not a time.",
        is_error=True,
        draft=Draft(bib="12", time="10:99"),
    )
    text = render(page)
    assert 'value="10:99"' in text
    assert "10:99 is not a time." in text


def test_the_colours_chosen_by_hand_stand_in_the_document(book: RaceBook) -> None:
    assert 'data-theme="night"' in render(station_of(book, theme=Theme.NIGHT))
    assert "data-theme" not in render(station_of(book))


def test_every_form_of_a_station_carries_its_token_and_an_id(book: RaceBook) -> None:
    text = render(station_of(book, control="START", stage=6))
    forms = text.split("<form")[1:]
    posting = [form.split("</form>")[0] for form in forms if 'method="post"' in form[:200]]
    assert posting
    assert all('name="csrf_token" value="token"' in form for form in posting)
    assert all('name="id"' in form for form in posting if "sign-out" not in form)


def test_the_desk_lists_problems_in_words_with_their_evidence(book: RaceBook) -> None:
    page = the_desk(book)
    seen = {p.seen: p.evidence.replace("\N{NO-BREAK SPACE}", " ") for p in page.problems}
    assert seen["No such bib: 412"] == "stage 5, CP3 10:58:40 checkpoint"
    assert page.problems_total == len(book.problems())


def test_a_problem_about_a_passing_can_be_mended_on_the_spot(book: RaceBook) -> None:
    problem = next(p for p in the_desk(book).problems if p.code == "unknown-bib")
    assert problem.record == "q1"
    assert problem.assign_id != problem.void_id


def test_a_gun_is_given_only_where_the_stage_has_not_begun(book: RaceBook) -> None:
    starts = the_desk(book).starts
    assert [(s.stage, s.is_under_way, s.planned) for s in starts] == [
        (5, True, "06:00"),
        (6, False, "07:30"),
    ]


def test_every_board_can_be_taken_home(book: RaceBook) -> None:
    names = [e.name.replace("\N{NO-BREAK SPACE}", " ") for e in the_desk(book).exports]
    assert names == [
        "General classification",
        "Women",
        "Masters 40+",
        "Pairs",
        "Stage 1",
        "Stage 2",
        "Stage 3",
        "Stage 4",
        "Stage 5",
    ]
    assert the_desk(book).exports[0].csv_url == (
        "/desk/siroua-six/export?board=gc&after=5&format=csv"
    )


def test_before_the_start_the_desk_is_ready() -> None:
    page = the_desk(RaceBook(before_the_start()))
    assert page.title == "Not begun"
    assert page.tally is None
    assert [s.stage for s in page.starts] == [1]


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/nothing", "/"),
        ("/races/tor/boards/x", "/races/tor"),
        ("/station/passings", "/station"),
        ("/desk/tor", "/desk"),
    ],
)
def test_an_error_leads_back_to_where_one_was(path: str, back: str) -> None:
    assert error_page(404, path=path).back_url == back


def test_an_unusual_error_has_words_too() -> None:
    assert error_page(418).title == "That did not work"


AFTER_TEN = """\
passings: |
  1 START 1 09:30:00
  1 HUT.in 2 07:30:00
"""


def instant_of_aid(clock: str) -> int:
    return parse_instant(f"2026-08-28T{clock}+02:00")
