"""Rows of text as CSV, harmless to spreadsheets: for files whose columns others have laid down."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet takes a text for a formula."""


def harmless(cell: str) -> str:
    """A text that people typed, with an apostrophe before it where it would be a formula.

    A line break within a cell parts it in some readers, so that its rest would stand first.
    """
    cell = " ".join(cell.splitlines())
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def rows_to_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The rows below their header, in UTF-8, lines ended by a line feed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()
