"""All lines of a page's tables for its script, which draws those in sight and finds in the rest.

One source of the markup: a line's HTML is taken apart into its shape, which many lines share, and
the texts that it alone has. The script puts the same HTML together again (static/js/lines.js).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

from markupsafe import escape

from timing.pages.fragments import LivePage
from timing.pages.marks import Bib
from timing.pages.rendering import line_html
from timing.pages.selection import Keys

GAP = "\t"
"""Where a text stands in a shape, and what parts the texts of a line."""

SAME_BIB, SAME_NAME = "\x7f", "\x7f\x7f"
"""In a text, in place of the line's bib and its whole name: what comes again costs little."""

_TEXT = re.compile(r'(?<=>)[^<>]+(?=<)|(?<= id=")[^"]*|(?<= href=")[^"]*|(?<= title=")[^"]*')


class SoughtLine(Protocol):
    """A line that can be found by name or bib and by its keys."""

    @property
    def keys(self) -> Keys:
        """What the filters look at."""

    @property
    def bib(self) -> Bib:
        """What is worn."""

    @property
    def name(self) -> str:
        """The name as shown."""

    def __hash__(self) -> int: ...


class SoughtPage(LivePage, Protocol):
    """A page whose tables can be searched."""

    rows_template: ClassVar[str]

    @property
    def tables(self) -> Mapping[str, Sequence[SoughtLine]]:  # type: ignore[override]
        """The lines of each table body, by its id."""


def line_data(page: SoughtPage, *, revision: int) -> str:
    """The lines as JSON: ``revision``, ``shapes``, ``keys`` and, by table body, ``tables``.

    A line is its shape's number, its keys' number, its bib, its name and its texts, in that order
    and parted by tabs. Shapes have a tab for each text. Texts, bib and name are HTML.
    """
    shapes: dict[str, int] = {}
    keys: dict[Keys, int] = {}
    tables = {
        name: [_line(page.rows_template, row, shapes, keys) for row in rows]
        for name, rows in page.tables.items()
    }
    said = {
        "revision": revision,
        "shapes": list(shapes),
        "keys": [[k.division, list(k.categories), k.team, k.nation] for k in keys],
        "tables": tables,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _line(kind: str, row: SoughtLine, shapes: dict[str, int], keys: dict[Keys, int]) -> str:
    html = _clean(str(line_html(kind, row)))
    shape = shapes.setdefault(_TEXT.sub(GAP, html), len(shapes))
    key = keys.setdefault(row.keys, len(keys))
    bib, name = (_clean(str(escape(text))) for text in (row.bib.text, row.name))
    texts = (_short(text, bib, name) for text in _TEXT.findall(html))
    return GAP.join([str(shape), str(key), bib, name, *texts])


def _clean(text: str) -> str:
    return text.replace(GAP, " ").replace(SAME_BIB, "")


def _short(text: str, bib: str, name: str) -> str:
    if not bib:
        return text
    if name and text == name:
        return SAME_NAME
    if text in (bib, f"{bib} · "):
        return text.replace(bib, SAME_BIB)
    if text.endswith((f"/{bib}", f"-{bib}", f"-e{bib}")):
        return text.removesuffix(bib) + SAME_BIB
    return text
