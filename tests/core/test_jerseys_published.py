"""Jerseys are those of the last official standings (Rules 9.9)."""

from __future__ import annotations

import pytest

from tests.pages.sample import instant, siroua_six
from tests.pages.test_result_mark import OFFICIAL, PROVISIONAL, REOPENED, issued
from timing.core.book import RaceBook
from timing.core.jerseys import given_after


@pytest.fixture
def book() -> RaceBook:
    """The fifth stage runs."""
    return RaceBook(siroua_six())


def evening_of(stage: int) -> int:
    return instant(stage, "21:00:00")


def test_before_anything_is_published_they_are_of_the_last_closed_stage(book: RaceBook) -> None:
    assert given_after(book) == 4
    assert given_after(book, 3) == 2
    assert given_after(book, 1) == 0


def test_they_are_of_the_last_official_stage_not_of_one_that_is_provisional(
    book: RaceBook,
) -> None:
    book.publications = (
        issued(book, OFFICIAL, 1, evening_of(3), after=3),
        issued(book, PROVISIONAL, 2, evening_of(4), after=4),
    )
    assert given_after(book) == 3


def test_where_nothing_is_official_they_are_of_the_last_one_published(book: RaceBook) -> None:
    book.publications = (issued(book, PROVISIONAL, 1, evening_of(3), after=3),)
    assert given_after(book) == 3


def test_what_is_published_under_way_changes_no_jersey_that_is_worn(book: RaceBook) -> None:
    book.publications = (
        issued(book, OFFICIAL, 1, evening_of(3), after=3),
        issued(book, OFFICIAL, 2, instant(5, "11:00:00"), after=4),
    )
    assert given_after(book) == 3
    assert given_after(book, 6) == 4


def test_what_was_reopened_gives_none(book: RaceBook) -> None:
    book.publications = (
        issued(book, OFFICIAL, 1, evening_of(3), after=3),
        issued(book, OFFICIAL, 2, evening_of(4), after=4),
        issued(book, REOPENED, 3, evening_of(4) + 1, after=4),
    )
    assert given_after(book) == 3


def test_a_number_more_makes_what_was_remembered_of_a_book_old(book: RaceBook) -> None:
    before = book.version
    book.publications = ()
    assert book.version is before
    book.publications = (issued(book, OFFICIAL, 1, evening_of(3), after=3),)
    assert book.version is not before
