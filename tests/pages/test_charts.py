"""Charts: the figures of the boards, drawn and in tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from statistics import quantiles

import pytest

from tests.pages.sample import before_the_start, siroua_six
from timing.core.book import RaceBook, UnknownBoard, UnknownStage
from timing.core.entries import Entry
from timing.core.results import Board
from timing.pages.board_page import board_page
from timing.pages.charts_page import ChartsPage, charts_page
from timing.pages.line_charts import LineChart, in_order_shown
from timing.pages.live_view import page_of_events
from timing.pages.rendering import render
from timing.pages.selection import BadQuery
from timing.pages.stage_page import stage_page


@pytest.fixture(scope="module")
def book() -> RaceBook:
    return RaceBook(siroua_six())


class Tables(HTMLParser):
    """The cells of every table of a page, and what its data blocks hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.blocks: dict[str, str] = {}
        self._block = ""
        self._is_in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append("")
            self._is_in_cell = True
        elif tag == "script" and given.get("data-of"):
            self._block = str(given["data-of"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._block = ""
        elif tag in {"td", "th"}:
            self._is_in_cell = False

    def handle_data(self, data: str) -> None:
        if self._block:
            self.blocks[self._block] = data
        elif self._is_in_cell:
            self.tables[-1][-1][-1] += data


def drawn(chart: LineChart | None) -> LineChart:
    assert chart is not None
    return chart


def bibs_of(board: Board) -> Mapping[str, int]:
    return {
        line.competitor.bib: line.rank
        for line in board.lines
        if line.rank is not None and isinstance(line.competitor, Entry)
    }


def in_milliseconds(text: str) -> int:
    """``+1:02:03`` or ``+5:39``, as it is read."""
    seconds = 0
    for part in text.removeprefix("+").split(":"):
        seconds = 60 * seconds + int(part)
    return 1_000 * seconds


def test_places_are_those_of_the_boards_after_each_stage(book: RaceBook) -> None:
    chart = drawn(charts_page(book, {}).places)
    for nth, number in enumerate((1, 2, 3, 4)):
        ranks = bibs_of(book.board("gc", number))
        for line in chart.lines:
            assert line.texts[nth] == str(ranks[line.bib])
    on_the_road = {row.bib.text: row.rank for row in board_page(book, "gc", {}).rows}
    for line in chart.lines:
        assert line.texts[4] == on_the_road[line.bib]


def test_gaps_are_those_of_the_boards_after_each_stage(book: RaceBook) -> None:
    chart = drawn(charts_page(book, {"of": "women"}).gaps)
    for nth, number in enumerate((1, 2, 3, 4)):
        gaps = {
            line.competitor.bib: line.gap
            for line in book.board("women", number).lines
            if isinstance(line.competitor, Entry)
        }
        for line in chart.lines:
            assert line.y[nth] == gaps[line.bib]
            assert in_milliseconds(line.texts[nth]) == gaps[line.bib]


def test_a_chart_of_teams_names_teams(book: RaceBook) -> None:
    chart = drawn(charts_page(book, {"of": "pairs"}).places)
    ranked = [line for line in book.board("pairs", 4).lines if line.rank is not None]
    assert [line.name for line in chart.lines] == [line.competitor.name for line in ranked]
    assert not any(line.url for line in chart.lines)


def test_gaps_along_a_stage_are_those_of_the_orders_at_its_controls(book: RaceBook) -> None:
    chart = drawn(charts_page(book, {"on": "5"}).stage_gaps)
    for nth, column in enumerate(chart.columns[1:], start=1):
        code = {"Finish": "FINISH"}.get(column.label, column.label)
        rows = stage_page(book, 5, {"control": code}).tables
        told = {row.bib.text: row.gap for those in rows.values() for row in those}
        for line in chart.lines:
            shown = line.texts[nth]
            if shown and shown != "+0:00":
                assert shown == told[line.bib]
            elif not shown:
                assert line.bib not in told


def test_chosen_runners_are_shown_however_far_back_and_stand_out_in_their_order(
    book: RaceBook,
) -> None:
    last = [line for line in book.board("gc", 4).lines if line.rank is not None][-1]
    assert isinstance(last.competitor, Entry)
    page = charts_page(book, {"bibs": f"{last.competitor.bib}, 41"})
    for chart in (page.places, page.gaps):
        marks = {line.bib: line.mark for line in drawn(chart).lines}
        assert marks[last.competitor.bib] == 1
        assert marks["41"] == 2
        assert sorted(marks.values()) == [*[0] * (len(marks) - 2), 1, 2]


def test_without_a_choice_the_first_three_stand_out(book: RaceBook) -> None:
    chart = drawn(charts_page(book, {}).places)
    assert [line.mark for line in chart.lines[:4]] == [1, 2, 3, 0]


def test_a_runner_far_behind_takes_one_row_of_the_drawing() -> None:
    assert in_order_shown([[1, 2], [2, 1], [140, None], [7, 90]]) == [
        (1, 2),
        (2, 1),
        (4, None),
        (3, 3),
    ]


def test_a_pace_is_the_time_of_a_leg_over_its_length(book: RaceBook) -> None:
    chart = drawn(charts_page(book, {"bibs": "41", "on": "5"}).paces)
    elapsed = {s.point: s.elapsed for s in book.splits(5, "e41")}
    first, second = elapsed["CP1"], elapsed["CP2"]
    assert first is not None
    assert second is not None
    own = chart.lines[-1]
    assert own.bib == "41"
    assert own.y[1] == first * 1_000 // 10_400
    assert own.y[2] == (second - first) * 1_000 // (21_800 - 10_400)


def test_quarters_are_of_everybody_who_has_run_the_leg(book: RaceBook) -> None:
    chart = drawn(charts_page(book, {"bibs": "41", "on": "5"}).paces)
    paces = []
    for entry in book.entries(5):
        elapsed = {s.point: s.elapsed for s in book.splits(5, entry.id)}
        first, second = elapsed.get("CP1"), elapsed.get("CP2")
        if first is not None and second is not None:
            paces.append((second - first) * 1_000 // 11_400)
    want = [round(q) for q in quantiles(paces, n=4, method="inclusive")]
    assert [line.y[2] for line in chart.lines[:3]] == want


@pytest.mark.parametrize("args", [{}, {"of": "women", "on": "3"}, {"bibs": "208,41"}])
def test_every_table_says_what_its_chart_draws(book: RaceBook, args: dict[str, str]) -> None:
    page = charts_page(book, args)
    read = Tables(render(page))
    charts = [c for c in (page.places, page.gaps, page.stage_gaps, page.paces) if c]
    assert len(read.tables) == len(read.blocks) == len(charts)
    for chart, table in zip(charts, read.tables, strict=True):
        data = json.loads(read.blocks[chart.id])
        headless = sum(not column.head for column in chart.columns)
        assert [row[1:] for row in table[1:]] == [
            line["texts"][headless:] for line in data["lines"]
        ]
        assert [row[0].split()[0] for row in table[1:]] == [
            line["name"].split()[0] for line in data["lines"]
        ]
        assert [len(line["y"]) for line in data["lines"]] == [len(data["x"])] * len(data["lines"])


def test_a_name_cannot_end_the_data_that_it_stands_in() -> None:
    document = siroua_six()
    name = "</script><script>alert(1)</script>\u2028"
    entries = tuple(replace(entry, name=name) for entry in document.entries)
    text = render(charts_page(RaceBook(replace(document, entries=entries)), {}))
    assert "<script>alert" not in text
    block = Tables(text).blocks["places"]
    assert json.loads(block)["lines"][0]["name"] == name


def test_before_anything_is_seen_there_is_nothing_to_draw_and_the_page_says_so() -> None:
    page = charts_page(RaceBook(before_the_start()), {})
    assert (page.places, page.gaps, page.stage_gaps, page.paces) == (None, None, None, None)
    assert "There is something to draw once" in page.lead


def test_what_there_is_not_is_refused(book: RaceBook) -> None:
    with pytest.raises(UnknownBoard):
        charts_page(book, {"of": "nothing"})
    with pytest.raises(UnknownStage):
        charts_page(book, {"on": "9"})
    with pytest.raises(BadQuery):
        charts_page(book, {"bibs": "1," * 200})


def test_the_stream_of_a_charts_page_keeps_that_page_up_to_date(book: RaceBook) -> None:
    page = charts_page(book, {"of": "women", "on": "3", "bibs": "41"})
    query = dict(part.split("=") for part in page.events.partition("?")[2].split("&"))
    again = page_of_events(book, query)
    assert isinstance(again, ChartsPage)
    assert (again.places, again.gaps, again.paces) == (page.places, page.gaps, page.paces)
