"""Workbooks written for a test, as another program would write them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import xlsxwriter

Rows = Sequence[Sequence[object]]

SHORT, LONG = "hh:mm:ss", "[h]:mm:ss.000"


def workbook(sheets: Mapping[str, Rows], time_format: str = SHORT) -> bytes:
    """A workbook; a duration becomes a spreadsheet's time in that format."""
    out = io.BytesIO()
    book: Any = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    times = book.add_format({"num_format": time_format})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, timedelta):
                    sheet.write_number(number, column, cell / timedelta(days=1), times)
                elif cell is not None:
                    sheet.write(number, column, cell)
    book.close()
    return out.getvalue()


def hours(whole: int, minutes: int = 0, seconds: float = 0) -> timedelta:
    """A time as a spreadsheet's cell."""
    return timedelta(hours=whole, minutes=minutes, seconds=seconds)
