"""All lines of a table as its script gets them; what is projected; what a document holds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.pages.markup import without_styles
from tests.pages.sample import siroua_six
from timing.core.book import RaceBook
from timing.core.document import Document
from timing.core.entries import Entry
from timing.pages.board_page import BoardPage, board_page
from timing.pages.line_data import line_data
from timing.pages.live_view import page_of_lines
from timing.pages.rendering import line_html, render
from timing.pages.selection import FIRST_LINES, BadQuery, filter_of, plain, selection_of

PAGES: tuple[Mapping[str, str], ...] = (
    {"board": "gc"},
    {"board": "gc", "show": "projected"},
    {"board": "pairs", "after": "4"},
    {"stage": "5"},
    {"stage": "5", "control": "CP4"},
)


@pytest.fixture(scope="module")
def book() -> RaceBook:
    return RaceBook(siroua_six())


def crowd(size: int) -> Document:
    """The race with as many more entries, of whom nothing is known."""
    sample = siroua_six()
    more = tuple(
        Entry(id=f"x{n}", bib=f"{1000 + n}", name=f"Runner {n}", division="full")
        for n in range(size)
    )
    return replace(sample, entries=sample.entries + more)


def put_together(line: str, shapes: list[str]) -> str:
    """A line's HTML from its shape and texts, as the script does it."""
    shape, _, bib, name, *texts = line.split("\t")
    pieces = shapes[int(shape)].split("\t")
    whole = [text.replace("\x7f\x7f", name).replace("\x7f", bib) for text in texts]
    assert len(pieces) == len(whole) + 1
    return pieces[0] + "".join(t + p for t, p in zip(whole, pieces[1:], strict=True))


def data_of(book: RaceBook, args: Mapping[str, str]) -> Any:
    return json.loads(line_data(page_of_lines(book, args), revision=7))


@pytest.mark.parametrize("args", PAGES, ids=str)
def test_a_line_put_together_again_is_the_line_that_the_server_draws(
    book: RaceBook, args: Mapping[str, str]
) -> None:
    page, data = page_of_lines(book, args), data_of(book, args)
    assert data["revision"] == 7
    assert set(data["tables"]) == set(page.tables)
    for name, rows in page.tables.items():
        drawn = [str(line_html(page.rows_template, row)) for row in rows]
        assert [put_together(line, data["shapes"]) for line in data["tables"][name]] == drawn


def test_names_that_are_markup_or_hold_tabs_stay_texts() -> None:
    sample = siroua_six()
    odd = replace(sample.entries[0], name="A\t<b> & \x7f'C'", bib='1"<')
    book = RaceBook(replace(sample, entries=(odd, *sample.entries[1:])))
    data = data_of(book, {"board": "gc"})
    lines = [line for rows in data["tables"].values() for line in rows]
    html = [put_together(line, data["shapes"]) for line in lines]
    assert sum("A &lt;b&gt; &amp; &#39;C&#39;" in text for text in html) == 1
    assert not any("<b> &" in text for text in html)


def test_a_line_brings_the_codes_that_its_filters_look_at(book: RaceBook) -> None:
    data = data_of(book, {"board": "gc"})
    keys = {
        line.split("\t")[2]: data["keys"][int(line.split("\t")[1])]
        for rows in data["tables"].values()
        for line in rows
    }
    assert keys["41"] == ["full", ["W"], "T2", "NOR"]
    assert keys["12"] == ["full", [], "", "ESP"]


def test_lines_are_of_a_board_or_of_a_stage(book: RaceBook) -> None:
    with pytest.raises(BadQuery):
        page_of_lines(book, {"page": "home"})


def test_a_document_holds_the_first_lines_and_says_how_many_there_are() -> None:
    book = RaceBook(crowd(150))
    page = board_page(book, "gc", {})
    text = render(page)
    assert len(re.findall(r'<tr id="line-', text)) == FIRST_LINES
    assert f'data-virtual="{len(page.rows)}"' in text
    assert f'aria-rowcount="{page.shown + 1}"' in text
    assert page.form.all_url in text.replace("&amp;", "&")


def test_of_an_ordinary_race_the_document_holds_every_line(book: RaceBook) -> None:
    page = board_page(book, "gc", {})
    assert page.is_complete
    assert len(re.findall(r'<tr id="line-', render(page))) == page.of


def test_the_page_of_all_lines_has_every_one_and_asks_for_none() -> None:
    page = board_page(RaceBook(crowd(150)), "gc", {"lines": "all"})
    text = without_styles(render(page))
    assert len(re.findall(r'<tr id="line-', text)) == page.shown == page.of
    assert "data-virtual" not in text
    assert "data-lines" not in text


@pytest.mark.parametrize("moment", [{"at": "2026-10-24T11:00:00Z"}, {"revision": "3"}])
def test_a_page_of_the_past_holds_every_line(moment: dict[str, str]) -> None:
    page = board_page(RaceBook(crowd(150)), "gc", moment)
    assert len(re.findall(r'<tr id="line-', render(page))) == page.of


def test_only_all_lines_can_be_asked_for(book: RaceBook) -> None:
    with pytest.raises(BadQuery):
        board_page(book, "gc", {"lines": "50"})


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("omer", "Ömer Karadağlı"),  # noqa: RUF001 - a letter of its own
        ("KARADAGLI", "Ömer Karadağlı"),  # noqa: RUF001 - a letter of its own
        ("παπαδοπουλου", "Ιωάννα Παπαδοπούλου"),
        ("strasse", "Jo Straße"),
        ("fi", "Jo ﬁn"),
    ],
)
def test_who_types_no_accents_finds_names_that_have_them(typed: str, name: str) -> None:
    assert plain(typed) in plain(name)


def test_a_name_that_is_not_shown_is_not_found_either() -> None:
    """Who has no name is called by bib: that is what is shown, and what is searched."""
    takes = filter_of(selection_of({"q": "bib 5"})).takes
    assert takes(Entry(id="e", bib="5", name=""), "", ())


# Projected -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def projected(book: RaceBook) -> BoardPage:
    return board_page(book, "gc", {"show": "projected"})


def test_what_is_projected_is_ranked_by_its_expected_totals(projected: BoardPage) -> None:
    assert projected.is_projected
    assert [int(r.rank) for r in projected.rows] == sorted(int(r.rank) for r in projected.rows)
    assert [tab.label for tab in projected.moments if tab.is_current] == ["Projected"]


def test_a_forecast_never_shows_seconds_and_has_its_range(projected: BoardPage) -> None:
    moving = [r for r in projected.rows if r.on_road]
    assert moving
    for row in moving:
        assert re.fullmatch(r"\d+:\d\d", row.total)
        assert re.fullmatch(r"\d+:\d\d(–\d+:\d\d)?", row.expected)
        assert re.fullmatch(r"\+\d+ min|\+\d+ h \d\d|Leader", row.gap)


def test_who_has_finished_keeps_the_measured_total(book: RaceBook, projected: BoardPage) -> None:
    on_road = {r.id: r for r in board_page(book, "gc", {}).rows}
    settled = [r for r in projected.rows if not r.on_road]
    assert settled
    assert [r.total for r in settled] == [on_road[r.id].total for r in settled]
    assert {r.expected for r in settled} == {""}


def test_where_nothing_runs_projected_is_the_board_as_it_stands(book: RaceBook) -> None:
    page = board_page(book, "pairs", {"show": "projected"})
    assert not page.is_projected
    assert page.rows == board_page(book, "pairs", {}).rows
