"""What many pages ask of a book, gathered once for as long as the book stands where it does.

While a stage runs, hundreds of different pages are made of the same book one after the other: the
field on the road, say, is the same in all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from timing.core.book import RaceBook
from timing.pages.languages import spoken

Given = ParamSpec("Given")
Result = TypeVar("Result")


class remembered(Generic[Given, Result]):  # noqa: N801 - a decorator
    """A function of a book and hashable arguments, whose results are never changed."""

    def __init__(self, function: Callable[Concatenate[RaceBook, Given], Result]) -> None:
        self._function = function
        self._kept: WeakKeyDictionary[RaceBook, tuple[object, dict[object, Result]]] = (
            WeakKeyDictionary()
        )
        update_wrapper(self, function)

    def __call__(self, book: RaceBook, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        """What the function says of the book as it stands, in the language spoken."""
        version, known = self._kept.get(book, (None, {}))
        if version is not book.version:
            known = {}
            self._kept[book] = book.version, known
        key = spoken().code, args, tuple(sorted(kwargs.items()))
        try:
            return known[key]
        except KeyError:
            result = known[key] = self._function(book, *args, **kwargs)
            return result
