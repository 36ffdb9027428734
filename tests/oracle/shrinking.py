"""The smallest race that still differs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from tests.oracle.journal import Plain


def shrunk(document: Plain, still_differs: Callable[[Plain], bool]) -> Plain:
    """Leave out one part after the other for as long as a difference stays."""
    document = copy.deepcopy(document)
    found = True
    while found:
        found = False
        for smaller in _smaller(document):
            if still_differs(smaller):
                document, found = smaller, True
                break
    return document


def _smaller(document: Plain) -> Iterator[Plain]:
    """Every document with one part less, the large parts first."""
    for key in ("rulings", "entries", "stages", "classifications", "divisions", "categories"):
        for n in range(len(document.get(key, []))):
            smaller = copy.deepcopy(document)
            del smaller[key][n]
            if not smaller[key]:
                del smaller[key]
            yield smaller
    lines = document.get("passings", "").splitlines(keepends=True)
    for n in range(len(lines)):
        rest = "".join(lines[:n] + lines[n + 1 :])
        yield {k: v for k, v in (document | {"passings": rest}).items() if v}
    for path in _keys(document, ()):
        if path[-1] in ("start", "basis", "mode"):
            continue
        smaller = copy.deepcopy(document)
        inner: Any = smaller
        for step in path[:-1]:
            inner = inner[step]
        del inner[path[-1]]
        yield smaller


def _keys(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The way to every key, and to every item of a list."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        if path:
            yield (*path, key)
        if isinstance(inner, dict | list):
            yield from _keys(inner, (*path, key))
