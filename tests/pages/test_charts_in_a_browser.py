"""Charts in Chromium: drawn under the site's policy, told apart without colour, by the keyboard."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from playwright.sync_api import Page, Route, expect

from tests.pages.sample import siroua_six
from tests.pages.test_in_a_browser import open_page
from timing.core.book import RaceBook
from timing.pages.charts_page import ChartsPage, charts_page
from timing.pages.fragments import changes, fragments
from timing.pages.line_charts import ChartLine
from timing.pages.race_home import race_home
from timing.pages.rendering import Page as Shown

__all__ = ["open_page"]

Open = Callable[..., Page]

# What each line is drawn with, of every chart that the page's modules have made.
STROKES = """
async () => {
  const { MARKS } = await import("/static/js/charts/line_chart.js");
  return MARKS.slice(1).map(({ width, dash }) => JSON.stringify([width, dash]));
}
"""
INKED = """
canvas => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  let inked = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) inked += 1;
  return inked / (width * height);
}
"""


@pytest.fixture(scope="module")
def charts() -> Shown:
    return charts_page(RaceBook(siroua_six()), {"bibs": "41,64"}, revision=7)


def test_every_chart_is_drawn_and_names_each_line_at_its_end(
    charts: Shown, open_page: Open
) -> None:
    said: list[str] = []
    page = open_page(charts, said=said)
    figures = page.locator("figure[data-chart]")
    expect(figures).to_have_count(4)
    for nth in range(4):
        figure = figures.nth(nth)
        expect(figure.locator("canvas")).to_have_count(1)
        assert figure.locator("canvas").evaluate(INKED) > 0.002
        section = page.locator("section.chart").nth(nth)
        section.locator("summary").click()
        names = section.locator("tbody th")
        expect(figure.locator(".name")).to_have_count(names.count())
    assert [text for text in said if "404" not in text] == []


@pytest.mark.parametrize("width", [360, 1280])
def test_names_at_the_ends_of_lines_do_not_meet_and_stay_in_sight(
    width: int, charts: Shown, open_page: Open
) -> None:
    page = open_page(charts, width=width)
    expect(page.locator("figure .name").first).to_be_visible()
    for figure in page.locator("figure[data-chart]").all():
        boxes = [name.bounding_box() for name in figure.locator(".name").all()]
        tops = sorted(box["y"] for box in boxes if box is not None)
        assert len(tops) == len(boxes)
        assert all(after - before >= 17 for before, after in pairwise(tops))
        assert all(box["x"] + box["width"] <= width for box in boxes if box is not None)


def test_lines_that_stand_out_differ_by_weight_or_dash(charts: Shown, open_page: Open) -> None:
    strokes = open_page(charts).evaluate(STROKES)
    assert len(set(strokes)) == len(strokes) == 8


def test_a_line_is_reached_by_the_keyboard_and_leads_to_its_runner(
    charts: Shown, open_page: Open
) -> None:
    page = open_page(charts)
    name = page.locator('[data-chart="places"] .name').first
    name.focus()
    expect(name).to_have_class("name mark-0 is-lit")
    assert "/races/siroua-six/entries/" in (name.get_attribute("href") or "")


def test_new_figures_are_drawn_in_the_chart_that_stands(open_page: Open) -> None:
    query = {"bibs": "41"}
    before = charts_page(RaceBook(siroua_six("11:40:00")), query, revision=7)
    after = charts_page(RaceBook(siroua_six()), query, revision=8)
    change = changes(fragments(before), fragments(after), revision=8)

    def stream(route: Route) -> None:
        body = f"retry: 60000\n\nevent: board\ndata: {json.dumps(change)}\n\n"
        route.fulfill(body=body, content_type="text/event-stream")

    page = open_page(before, answers={"/races/siroua-six/events**": stream})
    expected = [line.end for line in sorted_lines(after)]
    ends = page.locator('[data-chart="stagegaps"] .name b')
    expect(ends).to_have_text(expected)
    expect(page.locator('[data-chart="stagegaps"] canvas')).to_have_count(1)


def sorted_lines(page: ChartsPage) -> list[ChartLine]:
    chart = page.stage_gaps
    assert chart is not None
    height = {line.bib: [y for y in line.y if y is not None][-1] for line in chart.lines}
    return sorted(chart.lines, key=lambda line: height[line.bib])


def test_without_scripts_the_tables_are_there_and_nothing_empty_stands_above_them(
    charts: Shown, open_page: Open
) -> None:
    page = open_page(charts, scripts=False)
    expect(page.locator("figure[data-chart]").first).to_be_hidden()
    page.locator("summary").first.click()
    expect(page.locator("section.chart table").first).to_be_visible()


def test_a_start_to_come_is_counted_down_in_the_language_of_the_page(open_page: Open) -> None:
    book = RaceBook(replace(siroua_six(), passings=(), rulings=()))
    made = race_home(book, revision=7)
    assert made.next_start is not None
    assert made.next_start.at is not None
    soon = replace(made, next_start=replace(made.next_start, at=4_102_444_800_000))
    expect(open_page(soon).locator(".until")).to_contain_text("days")
    past = replace(made, next_start=replace(made.next_start, at=1))
    expect(open_page(past).locator(".until")).to_contain_text("nobody has been seen yet")
