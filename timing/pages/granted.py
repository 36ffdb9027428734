"""What whoever asks for a page of the desk may do: links that they may not follow are not shown.

As the language is, it is a property of the work at hand, not of a page's values: a view that is
guarded makes its page ``with granting(rights)``. This hides, and guards nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Tab = TypeVar("Tab", bound=tuple[object, ...])

TAB_RIGHTS: Mapping[str, str] = {
    "desk": "see",
    "course-clear": "see",
    "alerts": "clear",
    "records": "see",
    "watch": "see",
    "stations": "stations",
    "import": "review",
    "carriage": "review",
    "review": "see",
    "rulings": "see",
    "entries": "enter",
    "start-lists": "enter",
    "registration": "enter",
    "publish": "see",
    "files": "export",
    "compare": "export",
    "outgoing": "outgoing",
    "set-up": "define",
    "set-up/rehearsal": "define",
    "people": "people",
}
"""The right by which each tab of the desk opens, as its view names it."""

ANYBODYS = frozenset({"public"})
"""Tabs that lead to what everybody may read."""

_GRANTED: ContextVar[frozenset[str] | None] = ContextVar("granted", default=None)


@contextmanager
def granting(rights: Iterable[str]) -> Iterator[None]:
    """Make pages for who has these rights until the end of the ``with``."""
    token = _GRANTED.set(frozenset(rights))
    try:
        yield
    finally:
        _GRANTED.reset(token)


def may(right: str) -> bool:
    """Whether whoever the page is made for has this right; made for nobody, it shows all."""
    granted = _GRANTED.get()
    return granted is None or right in granted


def tabs_shown(tabs: Iterable[Tab]) -> list[Tab]:
    """Those tabs that open for whoever the page is made for; the first of each is its key."""
    return [tab for tab in tabs if tab[0] in ANYBODYS or may(TAB_RIGHTS.get(str(tab[0]), "see"))]
