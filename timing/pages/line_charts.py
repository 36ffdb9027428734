"""Charts as plain values: lines over stages or distance, with the table of the same figures.

The page's script draws them; without it the table is the chart. Lines differ by weight and dash
and are named at their end, so that nothing rests on colour (look, Marks).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from markupsafe import Markup

Values: TypeAlias = tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartColumn:
    """One position along: ``x`` in metres, or a number that counts; ``head`` in the table."""

    x: int
    label: str
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartLine:
    """One line. ``y`` is where it is drawn and ``texts`` what the table says, for each column.

    ``mark`` is 0 for the many, and counts those that stand out, each by its own weight and dash;
    ``end`` stands beside the name at the line's end. The last part of a line ``on_road`` is not
    settled. ``url`` is empty where nobody's page belongs to it.
    """

    bib: str
    name: str
    url: str
    end: str
    mark: int
    y: Values
    texts: tuple[str, ...]
    on_road: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """A chart. ``kind`` is how it is drawn: ``places``, ``gaps`` or ``paces`` (charts.js).

    ``note`` says how to read it, ``empty`` why there is nothing to draw where there are no lines.
    """

    id: str
    kind: str
    title: str
    note: str
    columns: tuple[ChartColumn, ...]
    lines: tuple[ChartLine, ...]
    empty: str = ""

    @property
    def is_drawn(self) -> bool:
        """Whether there is any line to draw."""
        return len(self.columns) > 1 and bool(self.lines)

    @property
    def data(self) -> Markup:
        """The chart as JSON, safe within a script element: nothing in it can end that."""
        plain = {
            "kind": self.kind,
            "x": [column.x for column in self.columns],
            "labels": [column.label for column in self.columns],
            "heads": [column.head or column.label for column in self.columns],
            "lines": [
                {
                    "bib": line.bib,
                    "name": line.name,
                    "url": line.url,
                    "end": line.end,
                    "mark": line.mark,
                    "y": line.y,
                    "texts": line.texts,
                    "road": line.on_road,
                }
                for line in self.lines
            ],
        }
        text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
        for letter in "<>&\u2028\u2029":
            text = text.replace(letter, f"\\u{ord(letter):04x}")
        return Markup(text)  # noqa: S704 - no letter is left that means something in HTML


def in_order_shown(ranks: Sequence[Sequence[int | None]]) -> list[Values]:
    """For each line its row in each column: 1 for the best of those that are drawn.

    So that whoever is ranked far behind takes one row, not a hundred.
    """
    columns = list(zip(*ranks, strict=True))
    rows: list[list[int | None]] = []
    for column in columns:
        order = sorted((rank, nth) for nth, rank in enumerate(column) if rank is not None)
        by_line = {nth: row for row, (_, nth) in enumerate(order, start=1)}
        rows.append([by_line.get(nth) for nth in range(len(column))])
    return [tuple(line) for line in zip(*rows, strict=True)]
