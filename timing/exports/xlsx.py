"""Workbooks: pages of cells that people can filter, print and trust.

A text is a text, whatever it begins with: nothing becomes a formula or a link. Times are text too,
since a spreadsheet takes one over a day for a date. The same cells give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import xlsxwriter

from timing.core.collection import collection_paused
from timing.exports.progress import Progress, nothing_told
from timing.exports.xlsx_rows import LONGEST, Cell, RowSheet

MAX_NAME = 31
"""Letters in the name of a page."""

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
        sheet = workbook.add_worksheet(name, RowSheet)
        for line, text in enumerate(page.head):
            sheet.write_string(line, 0, text[:LONGEST], bold if line == 0 else None)
        top = len(page.head) + (1 if page.head else 0)
        formats = [end if width.is_end and not is_plain else None for width in page.columns]
        for column, (width, form) in enumerate(zip(page.columns, formats, strict=True)):
            title = None if is_plain else head if form is None else head_end
            sheet.write_string(top, column, width.title[:LONGEST], title)
            sheet.set_column(column, column, width.width, form)
        last = sheet.fill(page.rows, top + 1, formats)
        if not is_plain:
            _for_print(sheet, page, top, last, f"{foot} · {name}")
    progress(len(pages), len(pages), "")
    workbook.close()
    return out.getvalue()


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
