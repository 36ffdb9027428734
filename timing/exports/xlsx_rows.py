"""A sheet whose rows are written as they come, a line of XML for each: no cell is kept.

Half of what a workbook of a large race took was the library's own record of every cell. It is told
of the titles alone; what stands below them is put in where it writes its rows. How it writes them
is not for others to know, so the version is pinned and the tests open what comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

Cell: TypeAlias = str | int | None

LONGEST = 32_767
"""Letters that a cell can hold."""


class RowSheet(Worksheet):  # type: ignore[misc]  # the library brings no types
    """A sheet that is given rows at once, after all that is written cell by cell."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self.dim_colmax: int | None

    def fill(
        self, rows: Iterable[Sequence[Cell]], first: int, formats: Sequence[Format | None]
    ) -> int:
        """Write the rows from a line on, a column in its format; the line after the last."""
        styles = ["" if form is None else f' s="{form._get_xf_index()}"' for form in formats]  # noqa: SLF001 - said above
        names = [xl_col_to_name(column) for column in range(len(formats))]
        number_of = self.str_table._get_shared_string_index  # noqa: SLF001 - said above
        line = first
        for row in rows:
            line += 1
            cells = [
                f'<c r="{name}{line}"{style}><v>{cell}</v></c>'
                if isinstance(cell, int)
                else f'<c r="{name}{line}"{style} t="s"><v>{number_of(cell[:LONGEST])}</v></c>'
                for cell, name, style in zip(row, names, styles, strict=True)
                if cell is not None and cell != ""
            ]
            if cells:
                self._lines.append(f'<row r="{line}">{"".join(cells)}</row>')
        if line > first:
            self.dim_rowmax, self.dim_colmax = line - 1, max(self.dim_colmax or 0, len(names) - 1)
        return line

    def _write_rows(self) -> Any:  # noqa: ANN401 - as the library's
        super()._write_rows()
        self.fh.write("".join(self._lines))
