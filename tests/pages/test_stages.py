from __future__ import annotations

import pytest

from tests.pages.sample import siroua_six
from timing.core.book import RaceBook, UnknownControl, UnknownStage
from timing.pages.board_page import board_page
from timing.pages.live_page import live_page
from timing.pages.race_home import race_home
from timing.pages.race_list import race_list
from timing.pages.stage_page import ControlPage, StagePage, stage_page
from timing.pages.stages import StageState, stage_tiles
from timing.racefile import loads

WAVES = """\
race: {slug: w, name: Waves, timezone: Europe/Zurich, starts_on: 2026-08-28}
divisions: [{code: long, name: Long}, {code: short, name: Short}]
stages:
  - number: 1
    date: 2026-08-28
    name: There and back
    start:
      mode: waves
      waves: [{code: early, at: "07:00", who: {division: short}}, {code: late, at: "08:00"}]
    controls:
      - {code: START, km: 0}
      - {code: HUT, name: Hut, km: 8, in_out: true}
      - {code: FINISH, km: 20}
    courses: {short: [START, HUT]}
  - {number: 2, date: 2026-08-29, kind: rest}
  - number: 3
    date: 2026-08-30
    start: {mode: window, open: "07:00", close: "09:00"}
    controls: [{code: START, km: 0}, {code: FINISH, km: 10}]
classifications:
  - {code: long, of: solo, division: long}
  - {code: short, of: solo, division: short}
entries:
  - {bib: "1", name: Ana, division: long}
  - {bib: "2", name: Bo, division: long}
  - {bib: "3", name: Cy, division: short}
passings: |
  1 HUT.in 1 09:00:00
  1 HUT.out 1 09:04:30
  1 FINISH 1 11:00:00
  1 HUT.in 2 09:10:00
  1 HUT.in 3 08:30:00
"""


@pytest.fixture(scope="module")
def book() -> RaceBook:
    return RaceBook(siroua_six())


@pytest.fixture(scope="module")
def waves() -> RaceBook:
    return RaceBook(loads("format: 1\n" + WAVES, name="waves"))


def the_stage(book: RaceBook, number: int, **args: str) -> StagePage:
    page = stage_page(book, number, args)
    assert isinstance(page, StagePage)
    return page


def the_control(book: RaceBook, number: int, control: str, **args: str) -> ControlPage:
    page = stage_page(book, number, {"control": control, **args})
    assert isinstance(page, ControlPage)
    return page


def test_finishers_are_ranked_those_on_course_follow_and_the_rest_stand_below(
    book: RaceBook,
) -> None:
    table = the_stage(book, 5).boards[0]
    finished = [line for line in book.stage_boards(5)[0].lines if line.rank is not None]
    assert [row.rank for row in table.ranked] == [str(line.rank) for line in finished]
    assert len(finished) > 5
    assert all(row.on_road for row in table.on_course)
    assert {row.bib.text for row in table.others} >= {"62"}


def test_on_course_the_furthest_comes_first_and_of_those_the_earliest(book: RaceBook) -> None:
    rows = the_stage(book, 5).boards[0].on_course
    order = ["CP5", "CP4", "CP3", "CP2", "CP1"]
    places = [(order.index(row.seen), row.clock) for row in rows if row.seen in order]
    assert places == sorted(places)


def test_a_finished_stage_names_who_won_it_by_how_much(book: RaceBook) -> None:
    page = the_stage(book, 4)
    first, second = page.boards[0].ranked[:2]
    assert page.lead == (
        f"{first.name} wins in {first.time}, {second.gap.removeprefix('+')} ahead of {second.name}."
    )
    assert first.gap == "Winner"


def test_while_it_runs_the_first_is_only_first(book: RaceBook) -> None:
    page = the_stage(book, 5)
    assert page.boards[0].ranked[0].gap == "First"
    assert page.live_stage


def test_each_division_and_each_kind_of_team_has_a_table(book: RaceBook) -> None:
    assert [table.title for table in the_stage(book, 4).boards] == ["Full race", "Pairs"]


def test_the_way_along_the_course_counts_who_is_through(book: RaceBook) -> None:
    stops = the_stage(book, 5).course
    assert [stop.place.short for stop in stops] == ["CP1", "CP2", "CP3", "CP4", "CP5", "Finish"]
    through = [stop.through for stop in stops]
    assert through == sorted(through, reverse=True)
    assert through == [len(book.control_boards(5, stop.place.code)[0].lines) for stop in stops]


def test_the_order_at_a_control_has_time_of_day_elapsed_and_gap(book: RaceBook) -> None:
    """Rules 9.7; racefile, Who is ranked: everyone who passed, by elapsed time."""
    page = the_control(book, 5, "CP1")
    rows = page.boards[0].rows
    assert page.title == "Order at Assif Imlil"
    assert rows[0].gap == "First"
    assert rows[1].gap.startswith("+")
    assert [row.elapsed for row in rows] == sorted(row.elapsed for row in rows)
    assert page.lead.startswith(rows[0].name)


def test_a_stage_s_filter_goes_on_to_its_controls(book: RaceBook) -> None:
    page = the_control(book, 5, "CP1", nation="SUI")
    assert [row.bib.text for row in page.boards[0].rows] == ["64"]
    assert page.form.kept == (("control", "CP1"),)
    assert page.events == "/races/siroua-six/events?stage=5&control=CP1"


def test_a_stage_to_come_has_its_course_and_no_result(book: RaceBook) -> None:
    page = the_stage(book, 6)
    assert page.lead == ""
    assert page.boards[0].ranked == ()
    assert page.start == "mass start 07:30"
    coming = next(part for part in page.boards[0].parts if part.rows)
    assert coming.title == "Not started yet"
    assert {row.seen for row in coming.rows} == {""}


def test_what_there_is_not_is_refused(book: RaceBook, waves: RaceBook) -> None:
    with pytest.raises(UnknownStage):
        stage_page(book, 9, {})
    with pytest.raises(UnknownStage):
        stage_page(waves, 2, {})
    with pytest.raises(UnknownControl):
        stage_page(book, 5, {"control": "CP9"})


def test_starts_are_shown_where_they_differ(waves: RaceBook) -> None:
    tables = the_stage(waves, 1).boards
    assert [row.start for table in tables for row in table.ranked] == ["08:00:00", "07:00:00"]


def test_in_and_out_are_two_stops_of_one_place(waves: RaceBook) -> None:
    """Rules 4.2."""
    stops = the_stage(waves, 1).course
    assert [stop.place.name for stop in stops] == ["Hut in", "Hut out", "Finish"]
    assert [stop.place.number for stop in stops] == [1, 1, 0]
    assert [stop.through for stop in stops] == [3, 1, 1]


def test_each_division_has_its_order_at_a_control(waves: RaceBook) -> None:
    page = the_control(waves, 1, "HUT.in")
    assert [(table.title, len(table.rows)) for table in page.boards] == [("Long", 2), ("Short", 1)]


def test_the_strip_tells_done_live_to_come_and_rest_apart(book: RaceBook, waves: RaceBook) -> None:
    states = [tile.state for tile in stage_tiles(book)]
    assert states == [StageState.DONE] * 4 + [StageState.LIVE, StageState.TO_COME]
    assert [tile.state for tile in stage_tiles(waves)][1] is StageState.REST
    assert stage_tiles(waves)[1].url == ""
    assert stage_tiles(book)[5].word == "07:30"


def test_the_home_of_a_race_has_its_leaders_arrivals_and_what_comes_next(book: RaceBook) -> None:
    page = race_home(book)
    boards = [board_page(book, code, {}) for code in ("gc", "women", "masters", "pairs")]
    assert [leader.name for leader in page.leaders] == [board.rows[0].name for board in boards]
    lines = [line for line in book.stage_boards(5)[0].lines if line.finish is not None]
    latest = max(lines, key=lambda line: line.finish or 0)
    assert page.arrivals[0].name == latest.competitor.name
    assert page.tally is not None
    assert page.tally.finished == len(lines)
    coming = page.next_start
    assert coming is not None
    assert coming.title == "Stage 6, Ifri n’Ouzrou to Taznakht"
    assert coming.start == "mass start 07:30"


def test_the_field_counts_everyone_who_runs_once(book: RaceBook) -> None:
    tally = race_home(book).tally
    assert tally is not None
    assert tally.field == tally.not_started + tally.on_course + tally.finished + tally.out


def test_the_live_page_has_the_first_at_each_control_from_the_finish_back(book: RaceBook) -> None:
    page = live_page(book)
    assert [top.place.short for top in page.tops] == ["Finish", "CP5", "CP4", "CP3", "CP2", "CP1"]
    assert all(len(top.first) <= 5 for top in page.tops)


def test_while_nothing_runs_the_live_page_says_what_comes_next() -> None:
    page = live_page(RaceBook(siroua_six("20:00:00", stage=3)))
    assert page.title == "Nothing is running now"
    assert page.moment == (
        "Next: Stage 4, Azib n’Iriri to Ighil Mellen, Friday 23 October 2026, 07:30"
    )


def test_in_the_list_live_races_come_first(book: RaceBook, waves: RaceBook) -> None:
    page = race_list([waves, RaceBook(siroua_six("20:00:00", stage=3)), book])
    first = page.groups[0].races[0]
    assert first.is_live
    assert first.state == "Stage\N{NO-BREAK SPACE}5 is under way"
    assert first.days == "20 to 25 October 2026"
    assert first.facts == "6 stages · 225.0 km · 46 runners · 5 teams"
