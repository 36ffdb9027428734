"""Workbooks: pages of cells that people can filter, print and trust.

A text is a text, whatever it begins with: nothing becomes a formula or a link. Times are text too,
since a spreadsheet takes one over a day for a date. The same cells give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, TypeAlias

import xlsxwriter

from timing.core.collection import collection_paused

Cell: TypeAlias = str | int | None
Progress: TypeAlias = Callable[[int, int, str], None]
"""Told how many parts are done, of how many, and which is next."""

MAX_NAME = 31
"""Letters in the name of a page."""

LONGEST = 32_767
"""Letters that a cell can hold."""

A4 = 9
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """A column's title and how many letters wide it is."""

    title: str
    width: int = 10
    is_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a workbook: ``head`` are lines above the table, the first of them its title."""

    name: str
    columns: tuple[Width, ...]
    rows: Iterable[Sequence[Cell]]
    head: tuple[str, ...] = ()


def nothing_told(done: int, of: int, what: str) -> None:
    """A `Progress` for whoever waits without a word."""


def to_xlsx(
    pages: Sequence[Page],
    *,
    created: date,
    is_plain: bool = False,
    foot: str = "",
    progress: Progress = nothing_told,
) -> bytes:
    """The workbook, dated by the day of the race; ``is_plain`` pages begin at A1, unadorned."""
    # A hundred thousand cells are no garbage, and looking through them takes longer than writing.
    with collection_paused():
        return _written(pages, created, foot, progress, is_plain=is_plain)


def _written(
    pages: Sequence[Page], created: date, foot: str, progress: Progress, *, is_plain: bool
) -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {**_OPTIONS, "in_memory": True})
    workbook.set_properties({"created": datetime.combine(created, time(), UTC)})
    names = _names(page.name for page in pages)
    bold = workbook.add_format({"bold": True})
    end = workbook.add_format({"align": "right"})
    head = workbook.add_format({"bold": True, "bottom": 1})
    head_end = workbook.add_format({"bold": True, "bottom": 1, "align": "right"})
    for number, (page, name) in enumerate(zip(pages, names, strict=True)):
        progress(number, len(pages), page.name)
        sheet = workbook.add_worksheet(name)
        for line, text in enumerate(page.head):
            sheet.write_string(line, 0, text[:LONGEST], bold if line == 0 else None)
        top = len(page.head) + (1 if page.head else 0)
        for column, width in enumerate(page.columns):
            form = None if is_plain else (head_end if width.is_end else head)
            sheet.write_string(top, column, width.title[:LONGEST], form)
            sheet.set_column(
                column, column, width.width, end if width.is_end and not is_plain else None
            )
        last = _fill(sheet, page.rows, top + 1)
        if not is_plain:
            _for_print(sheet, page, top, last, f"{foot} · {name}")
    progress(len(pages), len(pages), "")
    workbook.close()
    return out.getvalue()


def _fill(sheet: Any, rows: Iterable[Sequence[Cell]], first: int) -> int:  # noqa: ANN401 - the library brings no types
    """Write the rows from a line on; the line after the last."""
    number, string = sheet.write_number, sheet.write_string
    line = first
    for row in rows:
        for column, cell in enumerate(row):
            if cell is None or cell == "":
                continue
            if isinstance(cell, int):
                number(line, column, cell)
            else:
                string(line, column, cell[:LONGEST])
        line += 1
    return line


def _for_print(sheet: Any, page: Page, top: int, last: int, foot: str) -> None:  # noqa: ANN401 - as above
    sheet.freeze_panes(top + 1, 0)
    if last > top + 1 and page.columns:
        sheet.autofilter(top, 0, last - 1, len(page.columns) - 1)
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    # In a foot ``&`` begins a command.
    plain = foot.replace("&", "&&")[:180]
    sheet.set_footer(f"&L{plain}&R&P / &N")


def _names(wanted: Iterable[str]) -> Iterator[str]:
    """Names that a workbook takes: short, without signs of its own, each only once."""
    taken: set[str] = set()
    for want in wanted:
        plain = " ".join(want.translate(_NOT_IN_NAMES).split())[:MAX_NAME] or "Page"
        name, n = plain, 1
        while name.casefold() in taken or name.casefold() == "history":
            n += 1
            name = f"{plain[: MAX_NAME - len(str(n)) - 1]} {n}"
        taken.add(name.casefold())
        yield name
