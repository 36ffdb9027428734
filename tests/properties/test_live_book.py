"""A book that grew record by record equals one built at once, at every moment."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.pictures import picture
from tests.properties.races import documents
from timing.core.book import RaceBook
from timing.core.document import Document
from timing.core.records import Passing, Record, Ruling


def _with(document: Document, records: list[Record]) -> Document:
    return replace(
        document,
        passings=tuple(r for r in records if isinstance(r, Passing)),
        rulings=tuple(r for r in records if isinstance(r, Ruling)),
    )


@settings(max_examples=60)
@given(st.data())
def test_the_live_book_equals_a_rebuild_at_every_cut(data: st.DataObject) -> None:
    document = data.draw(documents())
    records: list[Record] = [*document.passings, *document.rulings]
    arriving = data.draw(st.permutations(records))
    cuts = data.draw(st.lists(st.integers(0, len(arriving)), max_size=4).map(sorted))
    book = RaceBook(replace(document, passings=(), rulings=()))
    before = 0
    for cut in [*cuts, len(arriving)]:
        batch = _with(document, arriving[before:cut])
        book.add(passings=batch.passings, rulings=batch.rulings)
        before = cut
        assert picture(book) == picture(RaceBook(_with(document, arriving[:cut])))


@settings(max_examples=25)
@given(st.data())
def test_records_that_are_known_change_nothing(data: st.DataObject) -> None:
    document = data.draw(documents())
    book = RaceBook(document)
    was = picture(book)
    assert not book.add(passings=document.passings, rulings=document.rulings)
    assert picture(book) == was


@settings(max_examples=25)
@given(documents(), documents())
def test_a_replaced_definition_equals_a_book_of_it(first: Document, second: Document) -> None:
    book = RaceBook(first)
    picture(book)
    book.replace(race=second.race, entries=second.entries, teams=second.teams)
    rebuilt = RaceBook(replace(first, race=second.race, entries=second.entries, teams=second.teams))
    assert picture(book) == picture(rebuilt)


@settings(max_examples=40)
@given(st.data())
def test_passings_that_come_one_by_one_lead_to_the_same(data: st.DataObject) -> None:
    """What a book remembers is brought up to date, not only thrown away."""
    document = data.draw(documents(faults=data.draw(st.booleans())))
    late = data.draw(st.lists(st.sampled_from(range(len(document.passings) or 1)), max_size=5))
    held_back = [p for n, p in enumerate(document.passings) if n in late]
    known = [p for n, p in enumerate(document.passings) if n not in late]
    book = RaceBook(replace(document, passings=tuple(known)))
    picture(book)
    for passing in held_back:
        book.add(passings=(passing,))
        known.append(passing)
        assert picture(book) == picture(RaceBook(replace(document, passings=tuple(known))))
