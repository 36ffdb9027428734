"""Results as CSV: UTF-8, a header, one line a competitor."""

from __future__ import annotations

import csv
import io

from timing.exports.rows import harmless
from timing.exports.table import Kind, Table, text


def to_csv(table: Table) -> bytes:
    """The table's text, lines ended by a line feed.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    columns = [column for column in table.columns if not column.exact]
    indices = [i for i, column in enumerate(table.columns) if not column.exact]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for row in table.rows:
        cells = [text(row[i], table.columns[i], table) for i in indices]
        writer.writerow(
            harmless(cell) if column.kind is Kind.TEXT else cell
            for cell, column in zip(cells, columns, strict=True)
        )
    return out.getvalue().encode()
