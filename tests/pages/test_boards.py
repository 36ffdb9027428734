from __future__ import annotations

from dataclasses import replace

import pytest

from tests.pages.sample import RACE, before_the_start, instant, siroua_six
from timing.core.book import RaceBook, UnknownBoard, UnknownStage
from timing.core.definition import Incomplete, Rules
from timing.core.records import Penalty, StageTime
from timing.core.times import HOUR, MINUTE, SECOND
from timing.pages.board_page import BoardPage, BoardRow, board_page
from timing.pages.marks import Jersey, Symbol
from timing.pages.selection import BadQuery


@pytest.fixture(scope="module")
def book() -> RaceBook:
    return RaceBook(siroua_six())


def row(page: BoardPage, bib: str) -> BoardRow:
    return next(r for r in (*page.rows, *page.unranked) if r.bib.text == bib)


def declared(*times: tuple[str, int, int], after: int = 2) -> RaceBook:
    """A book of declared stage times: (bib, stage, seconds)."""
    document = before_the_start()
    rulings = tuple(
        StageTime(
            id=f"t{nth}",
            by="director",
            at=instant(after, "20:00:00"),
            stage=stage,
            bibs=(bib,),
            time=seconds * SECOND,
        )
        for nth, (bib, stage, seconds) in enumerate(times)
    )
    bibs = {bib for bib, _, _ in times}
    entries = tuple(replace(e, team="") for e in document.entries if e.bib in bibs)
    race = replace(RACE, stages=RACE.stages[:after], rules=Rules(ties=()))
    return RaceBook(replace(document, race=race, entries=entries, teams=(), rulings=rulings))


MISSING_ONE = (("12", 1, 100), ("12", 2, 300), ("12", 3, 50), ("7", 1, 90), ("7", 3, 40))
"""Bib 7 has no result on the second stage."""


def test_a_settled_board_prints_what_the_engine_ranked(book: RaceBook) -> None:
    page = board_page(book, "gc", {"after": "4"})
    lines = [line for line in book.board("gc", 4).lines if line.rank is not None]
    assert [r.rank for r in page.rows] == [str(line.rank) for line in lines]
    assert page.rows[0].gap == "Leader"
    columns = [column.label for column in page.stage_columns]
    assert columns == [f"Stage\N{NO-BREAK SPACE}{n}" for n in (1, 2, 3, 4)]
    assert not page.live_stage


def test_printed_stage_times_add_up_to_the_printed_total(book: RaceBook) -> None:
    for shown in board_page(book, "gc", {"after": "4"}).rows:
        seconds = 0
        for cell in shown.stages:
            hours, minutes, rest = (int(part) for part in cell.text.split(":"))
            seconds += hours * 3600 + minutes * 60 + rest
        hours, minutes, rest = (int(part) for part in shown.total.split(":"))
        assert seconds == hours * 3600 + minutes * 60 + rest


def test_places_gained_are_counted_against_the_board_of_the_stage_before(book: RaceBook) -> None:
    ranks = {line.competitor.name: line.rank for line in book.board("gc", 3).lines}
    for shown in board_page(book, "gc", {"after": "4"}).rows:
        assert shown.moved == (ranks[shown.name] or 0) - int(shown.rank)


def test_before_the_second_stage_nobody_has_gained_or_lost(book: RaceBook) -> None:
    assert {r.moved for r in board_page(book, "gc", {"after": "1"}).rows} == {None}


def test_the_unranked_stand_below_with_their_status_and_where_it_happened(book: RaceBook) -> None:
    page = board_page(book, "gc", {})
    said = {r.bib.text: (r.status.letters, r.status.where) for r in page.unranked if r.status}
    nbsp = "\N{NO-BREAK SPACE}"
    assert said == {
        "62": ("DNF", f"stage{nbsp}5, CP2"),
        "44": ("DNF", f"stage{nbsp}3, CP1"),
        "117": ("OTL", f"stage{nbsp}4, CP3"),
        "190": ("DNS", f"stage{nbsp}1"),
    }
    assert {r.rank for r in page.unranked} == {""}
    assert row(page, "117").status is not None
    assert {r.status.symbol for r in page.unranked if r.status} >= {Symbol.CROSS, Symbol.HOURGLASS}


def test_a_penalty_within_a_stage_time_is_marked(book: RaceBook) -> None:
    cells = row(board_page(book, "gc", {"after": "4"}), "41").stages
    assert [cell.penalty for cell in cells] == ["", "", "+15:00", ""]


def test_the_fastest_of_each_stage_is_marked_once(book: RaceBook) -> None:
    page = board_page(book, "gc", {"after": "4"})
    for nth in range(4):
        assert sum(r.stages[nth].is_best for r in page.rows) == 1


def test_while_a_stage_runs_the_board_shows_it_on_the_road(book: RaceBook) -> None:
    """Rules 9.4, 9.8: never a board in which the first finisher leads alone."""
    page = board_page(book, "gc", {})
    assert page.live_stage.startswith("Stage 5")
    assert len(page.rows) == 42
    finished, moving = row(page, "12"), row(page, "52")
    assert finished.live is not None
    assert finished.live.place == "Finished"
    assert not finished.on_road
    assert moving.live is not None
    assert moving.live.place == "CP5"
    assert moving.on_road


def test_the_board_after_the_last_closed_stage_stays_one_link_away(book: RaceBook) -> None:
    page = board_page(book, "gc", {})
    labels = [tab.label.replace("\N{NO-BREAK SPACE}", " ") for tab in page.moments]
    ends = ["On the road", "Projected"]
    assert labels == [f"After stage {n}" for n in (1, 2, 3, 4)] + ends
    assert [tab.label for tab in page.moments if tab.is_current] == ["On the road"]


def test_a_board_of_teams_is_not_shown_on_the_road(book: RaceBook) -> None:
    page = board_page(book, "pairs", {})
    assert not page.live_stage
    assert page.rows[0].detail.count(", ") == 1
    assert page.of_teams


def test_the_leader_s_bib_is_solid_where_it_is_worn(book: RaceBook) -> None:
    """Rules 9.9: from the last closed standings; the next in line wears the others."""
    page = board_page(book, "gc", {})
    assert row(page, "12").bib.jersey is Jersey.GENERAL
    assert row(page, "64").bib.jersey is Jersey.WOMEN
    assert row(page, "33").bib.jersey is Jersey.MASTERS
    assert not row(page, "12").bib.on_road


def test_whoever_takes_the_lead_on_the_road_has_a_dashed_bib() -> None:
    document = siroua_six()
    penalty = Penalty(
        id="late",
        by="director",
        at=instant(5, "12:00:00"),
        stage=5,
        bibs=("12",),
        time=2 * HOUR,
        reason="No whistle",
    )
    book = RaceBook(replace(document, rulings=(*document.rulings, penalty)))
    page = board_page(book, "gc", {})
    assert page.rows[0].bib.text != "12"
    assert page.rows[0].bib.on_road
    assert row(page, "12").bib.jersey is Jersey.GENERAL
    assert "takes the lead from Mateo Urquiola on the road" in page.lead


def test_intervals_are_to_the_one_ahead(book: RaceBook) -> None:
    rows = board_page(book, "gc", {"after": "4"}).rows
    assert rows[1].interval == rows[1].gap
    assert rows[2].interval != rows[2].gap
    line = book.board("gc", 4).lines[2]
    assert line.interval is not None
    assert rows[2].interval == f"+{line.interval // MINUTE}:{line.interval // SECOND % 60:02d}"


def test_gap_and_interval_stand_in_the_same_lines_so_that_no_request_is_needed(
    book: RaceBook,
) -> None:
    shown = board_page(book, "gc", {"after": "4", "show": "interval"})
    assert shown.rows == board_page(book, "gc", {"after": "4"}).rows
    assert shown.by_interval


@pytest.mark.parametrize(
    ("args", "bibs"),
    [
        ({"q": "karadagli"}, {"88"}),
        ({"q": "URQUI"}, {"12"}),
        ({"q": "7"}, {"7"}),
        ({"q": "007"}, {"007"}),
        ({"nation": "SUI"}, {"64"}),
        ({"category": "W40"}, {"64", "70", "140", "007", "137"}),
        ({"team": "T2"}, {"41", "52"}),
        ({"division": "none"}, set()),
    ],
)
def test_filters_leave_the_lines_that_fit(
    book: RaceBook, args: dict[str, str], bibs: set[str]
) -> None:
    page = board_page(book, "gc", args)
    assert {r.bib.text for r in (*page.rows, *page.unranked)} == bibs
    assert page.form.is_filter


def test_a_filtered_line_keeps_its_rank_on_the_whole_board(book: RaceBook) -> None:
    whole = {r.bib.text: r.rank for r in board_page(book, "gc", {}).rows}
    assert {r.bib.text: r.rank for r in board_page(book, "gc", {"category": "W"}).rows} == {
        bib: rank
        for bib, rank in whole.items()
        if bib in {r.bib.text for r in board_page(book, "gc", {"category": "W"}).rows}
    }


def test_whatever_is_filtered_the_stream_and_the_lines_are_those_of_the_whole_board(
    book: RaceBook,
) -> None:
    page = board_page(book, "gc", {"after": "4", "nation": "MAR", "show": "interval"})
    assert page.events == "/races/siroua-six/events?board=gc&after=4"
    assert page.lines == "/races/siroua-six/lines?board=gc&after=4"
    assert page.form.all_url.endswith("?after=4&nation=MAR&show=interval&lines=all")


@pytest.mark.parametrize(
    "args", [{"after": "four"}, {"after": "-1"}, {"q": "x" * 81}, {"show": "both"}]
)
def test_a_query_that_makes_no_sense_is_refused(book: RaceBook, args: dict[str, str]) -> None:
    with pytest.raises(BadQuery):
        board_page(book, "gc", args)


def test_what_there_is_not_is_refused(book: RaceBook) -> None:
    with pytest.raises(UnknownBoard):
        board_page(book, "nothing", {})
    with pytest.raises(UnknownStage):
        board_page(book, "gc", {"after": "9"})


def test_a_broken_tie_says_by_what() -> None:
    """Rules 9.5."""
    times = (
        ("12", 1, 100),
        ("12", 2, 300),
        ("7", 1, 200),
        ("7", 2, 200),
        ("3", 1, 90),
        ("3", 2, 350),
    )
    document = declared(*times)
    race = replace(document.race, rules=Rules())
    page = board_page(RaceBook(replace(document.document, race=race)), "gc", {})
    assert page.rows[0].total == page.rows[1].total
    assert "tie parted by" in page.rows[0].note + page.rows[1].note


def test_a_shared_rank_is_printed_twice() -> None:
    """Rules 9.5: 1, 1, 3."""
    book = declared(
        ("12", 1, 100), ("12", 2, 300), ("7", 1, 200), ("7", 2, 200), ("3", 1, 300), ("3", 2, 300)
    )
    page = board_page(book, "gc", {})
    assert [r.rank for r in page.rows] == ["1", "1", "3"]
    assert "share the victory" in page.lead


def test_an_incomplete_entry_is_unranked_and_says_how_much_is_done() -> None:
    """Rules 9.2: an absent stage makes an entry incomplete, never faster."""
    page = board_page(declared(*MISSING_ONE, after=3), "gc", {})
    assert [r.bib.text for r in page.rows] == ["12"]
    assert page.unranked[0].status is not None
    assert page.unranked[0].status.where == "2 of 3 stages done"


def test_the_incomplete_have_a_board_of_their_own_where_the_race_says_so() -> None:
    """Rules 9.3."""
    book = declared(*MISSING_ONE, after=3)
    race = replace(book.race, rules=Rules(incomplete=Incomplete.SEPARATE))
    page = board_page(RaceBook(replace(book.document, race=race)), "gc-incomplete", {})
    assert page.title == "General classification, incomplete"
    assert [r.bib.text for r in page.unranked] == ["7"]


def test_before_the_start_the_board_says_when_it_begins() -> None:
    page = board_page(RaceBook(before_the_start()), "gc", {})
    assert page.lead.startswith("The race starts on Tuesday 20 October 2026 with stage")
    assert page.moment == "Before the first stage"


def test_on_the_road_a_declared_time_counts_like_a_read_one() -> None:
    book = declared(("12", 1, 100), ("12", 2, 300), ("7", 1, 90))
    page = board_page(book, "gc", {})
    assert page.live_stage
    finished = row(page, "12")
    assert (finished.total, finished.on_road) == ("0:06:40", False)
    assert row(page, "7").on_road


def test_the_last_board_names_the_winner() -> None:
    page = board_page(
        declared(("12", 1, 100), ("12", 2, 300), ("7", 1, 200), ("7", 2, 260)), "gc", {}
    )
    assert page.lead == (
        "Mateo Urquiola wins in 0:06:40, 1:00 ahead of Idir Tazarine. "
        "Idir Tazarine wins the stage in 0:04:20."
    )
