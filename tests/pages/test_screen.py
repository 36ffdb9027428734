"""The big screen: which boards take turns, who came in, who comes next, what an evening shows."""

from dataclasses import replace

import pytest

from tests.pages.sample import before_the_start, siroua_six
from timing.core.book import RaceBook, UnknownBoard, UnknownStage
from timing.core.forecasts import forecast
from timing.pages.screen_options import ScreenOptions, screen_options
from timing.pages.screen_page import ScreenPage, screen_page
from timing.pages.screen_setup import screen_setup
from timing.pages.selection import BadQuery
from timing.pages.shown_boards import ShownBoards

NOON = "12:15:00"


@pytest.fixture(scope="module")
def live() -> RaceBook:
    return RaceBook(siroua_six(NOON))


@pytest.fixture(scope="module")
def evening() -> RaceBook:
    return RaceBook(siroua_six("23:00:00", 4))


def codes(page: ScreenPage) -> list[str]:
    return list(dict.fromkeys(part.code for part in page.parts))


def test_the_boards_with_a_colour_take_turns_ten_lines_at_a_time(live: RaceBook) -> None:
    page = screen_page(live, {})
    assert codes(page) == ["gc", "women", "masters", "pairs"]
    first, second, third = (part for part in page.parts if part.code == "gc")
    assert [line.rank for line in first.lines] == list(range(1, 11))
    assert [line.rank for line in third.lines] == list(range(21, 31))
    assert (first.range, second.range) == ("1–10", "11–20")
    assert len({part.id for part in page.parts}) == len(page.parts)


def test_a_screen_shows_the_boards_asked_for_in_that_order(live: RaceBook) -> None:
    page = screen_page(live, {"boards": "pairs, stage,gc", "top": "5"})
    assert [(part.code, len(part.lines), part.range) for part in page.parts] == [
        ("pairs", 5, ""),
        ("stage-0", 5, ""),
        ("gc", 5, ""),
    ]


def test_lines_say_what_the_standings_on_the_road_say(live: RaceBook) -> None:
    boards = ShownBoards(live)
    road = boards.road("gc")
    shown = boards.board("gc", 40)
    assert (
        [(line.key, line.rank, line.gap) for line in shown.lines]
        == [
            (line.line.competitor.id, line.rank, line.gap)  # type: ignore[union-attr]
            for line in road
            if line.rank is not None
        ][:40]
    )
    assert shown.lines[0].figure == shown.lines[0].total_text
    assert shown.lines[1].figure == shown.lines[1].gap_text


def test_who_came_in_last_stands_first_with_the_place_of_the_day_and_overall(
    live: RaceBook,
) -> None:
    page = screen_page(live, {})
    finishes = {
        e.id: line.finish
        for e in live.entries(5)
        if (line := live.stage_line(5, e.id)) is not None and line.finish is not None
    }
    newest = max(finishes, key=lambda entry_id: finishes[entry_id] or 0)
    first = page.arrivals[0]
    assert first.arrival.id == f"arrival-{newest}"
    line = live.stage_line(5, newest)
    assert line is not None
    assert first.place.startswith(str(line.rank))
    assert first.overall == f"GC {ShownBoards(live).overall_ranks()[newest]}"
    assert len(page.arrivals) == 4
    assert len(screen_page(live, {"what": "finish"}).arrivals) == 7


def test_next_are_those_whom_the_forecast_expects_first(live: RaceBook) -> None:
    expected = sorted(
        (ahead[-1].time, entry.id)
        for entry in live.entries(5)
        if (ahead := forecast(live, 5, entry.id))
    )
    assert [(n.at, n.key) for n in screen_page(live, {}).next_in] == expected[:12]


def test_between_stages_it_shows_the_day_s_result_the_leaders_and_the_next_start(
    evening: RaceBook,
) -> None:
    page = screen_page(evening, {})
    assert codes(page) == ["stage-0", "gc", "women", "masters", "pairs"]
    assert page.now_title == ""
    assert page.arrivals == ()
    assert page.next_in == ()
    assert page.field is None
    assert [leader.bib.text for leader in page.leaders][:1] == [
        evening.board("gc", 4).lines[0].competitor.bib  # type: ignore[union-attr]
    ]
    assert page.coming_start == "06:00"
    assert page.coming == "Stage\u00a05, Ighil Mellen to Ifri n’Ouzrou"


def test_a_stage_that_is_fixed_is_shown_while_another_runs(live: RaceBook) -> None:
    page = screen_page(live, {"stage": "3"})
    assert page.now_title == ""
    assert page.parts[0].title == "Stage\u00a03"
    gc = next(part for part in page.parts if part.code == "gc")
    assert (
        [line.key for line in gc.lines]
        == [
            line.competitor.id  # type: ignore[union-attr]
            for line in live.board("gc", 3).lines[:10]
        ]
    )
    assert screen_page(live, {"stage": "5"}).now_title != ""


def test_before_the_race_it_says_when_it_starts() -> None:
    page = screen_page(RaceBook(before_the_start()), {})
    assert page.parts == ()
    assert "20 October" in page.nothing
    assert page.coming_start == "07:30"


def test_a_race_without_classifications_has_a_screen() -> None:
    document = siroua_six(NOON)
    book = RaceBook(replace(document, race=replace(document.race, classifications=())))
    assert codes(screen_page(book, {"boards": "stage"})) == ["stage-0"]
    assert screen_page(book, {}).parts == ()


@pytest.mark.parametrize(
    ("args", "name"),
    [
        ({"seconds": "4"}, "seconds"),
        ({"seconds": "301"}, "seconds"),
        ({"seconds": "x"}, "seconds"),
        ({"top": "0"}, "top"),
        ({"theme": "sun"}, "theme"),
        ({"what": "start"}, "what"),
        ({"stage": "x"}, "stage"),
        ({"boards": ",".join(f"b{n}" for n in range(13))}, "boards"),
    ],
)
def test_an_option_that_cannot_be_is_refused_by_name(args: dict[str, str], name: str) -> None:
    with pytest.raises(BadQuery) as refused:
        screen_options(args)
    assert refused.value.name == name


def test_what_there_is_not_is_not_shown(live: RaceBook) -> None:
    with pytest.raises(UnknownBoard):
        screen_page(live, {"boards": "nope"})
    with pytest.raises(UnknownStage):
        screen_page(live, {"stage": "9"})


def test_options_survive_their_own_address() -> None:
    options = screen_options(
        {"boards": "gc,women", "seconds": "12", "stage": "5", "theme": "light", "what": "finish"}
    )
    assert screen_options(options.query()) == options
    assert ScreenOptions().query() == {}


def test_the_set_up_page_makes_the_address_it_is_filled_in_for(live: RaceBook) -> None:
    args = {"boards": "gc,women", "theme": "light", "seconds": "30"}
    page = screen_setup(live, args, origin="https://live.example.org")
    assert page.address == (
        "https://live.example.org/races/siroua-six/screen?boards=gc%2Cwomen&seconds=30&theme=light"
    )
    assert [b.value for b in page.boards if b.is_chosen] == ["gc", "women"]
