"""Rows that are written as XML at once, read back by another library."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from timing.exports.xlsx import Page, Width, to_xlsx
from timing.exports.xlsx_rows import LONGEST

TEXTS = (
    "=1+1",
    " room before and after ",
    "<b>&\"'",
    "a\nb",
    "https://example.org",
    "_x0041_",
    "007",
    "ünï 走",
)


def opened(*pages: Page, is_plain: bool = False) -> openpyxl.Workbook:
    content = to_xlsx(pages, created=date(2026, 8, 28), is_plain=is_plain)
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_back_as_it_was(text: str) -> None:
    page = Page(name="a", columns=(Width(title="t"),), rows=[[text]])
    cell = opened(page, is_plain=True)["a"]["A2"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_a_letter_that_xml_cannot_hold_is_written_as_spreadsheets_do() -> None:
    page = Page(name="a", columns=(Width(title="t"),), rows=[["\x0bA"]])
    assert opened(page)["a"]["A2"].value == "_x000B_A"


def test_numbers_stay_numbers_and_blanks_stay_away() -> None:
    columns = tuple(Width(title=t) for t in "abcd")
    sheet = opened(Page(name="a", columns=columns, rows=[[0, None, "", -7]]))["a"]
    assert [cell.value for cell in sheet[2]] == [0, None, None, -7]


def test_a_row_without_anything_leaves_its_line_empty() -> None:
    page = Page(name="a", columns=(Width(title="t"),), rows=[["1"], [None], ["3"]], head=("h",))
    sheet = opened(page)["a"]
    assert [cell.value for cell in sheet["A"]] == ["h", None, "t", "1", None, "3"]
    assert sheet.auto_filter.ref == "A3:A6"


def test_a_column_that_ends_on_the_right_does_so_in_each_row() -> None:
    columns = (Width(title="name"), Width(title="time", is_end=True))
    page = Page(name="a", columns=columns, rows=[["Ana", "1:02:03"]])
    assert opened(page)["a"]["B2"].alignment.horizontal == "right"
    assert opened(page)["a"]["A2"].alignment.horizontal is None
    assert opened(page, is_plain=True)["a"]["B2"].alignment.horizontal is None


def test_a_text_longer_than_a_cell_is_cut() -> None:
    page = Page(name="a", columns=(Width(title="t"),), rows=[["x" * (LONGEST + 1)]])
    assert len(opened(page)["a"]["A2"].value) == LONGEST


def test_texts_of_all_pages_share_one_table() -> None:
    pages = [Page(name=n, columns=(Width(title="t"),), rows=[[n], ["both"]]) for n in ("a", "b")]
    book = opened(*pages)
    assert [[c.value for c in book[n]["A"]] for n in ("a", "b")] == [
        ["t", "a", "both"],
        ["t", "b", "both"],
    ]
