"""What would change, before it is decided: a ruling, or another definition (Rules 5.5, 10.3)."""

from __future__ import annotations

from collections.abc import Iterable

from timing.core.book import RaceBook
from timing.core.definition import Race
from timing.core.differences import Differences, differences
from timing.core.records import Passing, Ruling


def supposing(
    book: RaceBook,
    *,
    passings: Iterable[Passing] = (),
    rulings: Iterable[Ruling] = (),
    race: Race | None = None,
) -> RaceBook:
    """The book as it would be with these records or this definition; ``book`` stays as it is.

    What a record changes is a ruling too: a void, an assign, one that supersedes.
    """
    supposed = book.fork()
    if race is not None:
        supposed.replace(race=race)
    supposed.add(passings=passings, rulings=rulings)
    return supposed


def preview(
    book: RaceBook,
    *,
    passings: Iterable[Passing] = (),
    rulings: Iterable[Ruling] = (),
    race: Race | None = None,
) -> Differences:
    """Whose rank, time or status would differ, as after the last stage with a result."""
    return differences(book, supposing(book, passings=passings, rulings=rulings, race=race))


def altered_official(before: RaceBook, after: RaceBook, *, until: int) -> tuple[int, ...]:
    """The official stages whose results, or the standings after which, differ (Rules 12.1).

    ``until`` is the last official one, 0 for none.
    """
    if not until:
        return ()
    found = differences(before, after, every_stage=True)
    return tuple(sorted({result.number for result in found.results if 0 < result.number <= until}))
