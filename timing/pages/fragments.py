"""What the live stream sends: the lines and pieces of a page that differ from what a reader has.

Elements are named by their id in the document. The order of lines is told apart from their
content, so that a line which only changes place is moved, not sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

from timing.pages.rendering import line_html, piece_html
from timing.pages.words import counted, sentence

Change: TypeAlias = dict[str, int | str | dict[str, str] | dict[str, list[str]]]
"""The data of one event, ready for JSON: ``revision``, ``html``, ``order``, ``summary``."""


class Line(Protocol):
    """A line of a table; hashable, since its HTML is remembered by it."""

    @property
    def id(self) -> str:
        """The id of its element."""

    def __hash__(self) -> int: ...


NO_TABLES: Mapping[str, Sequence[Line]] = {}
"""Of a page whose live parts are pieces only."""


class LivePage(Protocol):
    """A page that a stream can keep up to date.

    ``rows_template`` is the macro of its lines, ``pieces`` the ids of its other live parts,
    ``tables`` its lines by the id of their table body; ``summary`` names who leads.
    """

    template: ClassVar[str]
    rows_template: ClassVar[str]
    pieces: ClassVar[tuple[str, ...]]

    @property
    def tables(self) -> Mapping[str, Sequence[Line]]:
        """The lines of each table body, by its id."""

    @property
    def summary(self) -> str:
        """Who leads, for what is announced."""


@dataclass(frozen=True, slots=True)
class Fragments:
    """The live parts of a page: HTML by element id, and the lines of each table in order."""

    html: Mapping[str, str]
    order: Mapping[str, tuple[str, ...]]
    leader: str


def fragments(page: LivePage) -> Fragments:
    """The live parts of ``page``."""
    html = {
        line.id: str(line_html(page.rows_template, line))
        for lines in page.tables.values()
        for line in lines
    }
    html.update({name: piece_html(page, name) for name in page.pieces})
    order = {name: tuple(line.id for line in lines) for name, lines in page.tables.items()}
    return Fragments(html=html, order=order, leader=page.summary)


def changes(before: Fragments | None, after: Fragments, *, revision: int) -> Change | None:
    """What a reader who has ``before`` needs to have ``after``, or None if it is the same.

    With ``before`` None all of it: the page's script leaves alone what it has already.
    """
    known: Mapping[str, str] = before.html if before is not None else {}
    html = {name: text for name, text in after.html.items() if known.get(name) != text}
    if before is not None and not html and before.order == after.order:
        return None
    return {
        "revision": revision,
        "html": html,
        "order": {
            name: list(ids)
            for name, ids in after.order.items()
            if before is None or before.order.get(name) != ids
        },
        "summary": _summary(html, after, is_all=before is None),
    }


def _summary(html: Mapping[str, str], after: Fragments, *, is_all: bool) -> str:
    """Who leads and how many lines changed, as far as both are known."""
    lines = {name for ids in after.order.values() for name in ids}
    said = [sentence("summary-leads", leader=after.leader)] if after.leader else []
    if not is_all and (count := sum(name in lines for name in html)):
        said.append(sentence("summary-changed", lines=counted("line", count)))
    return " ".join(said)
