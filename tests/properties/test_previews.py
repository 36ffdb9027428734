"""A preview is what a rebuild with the same records would be, and leaves the book alone."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.pictures import picture
from tests.properties.races import documents
from timing.core.book import RaceBook
from timing.core.differences import differences
from timing.core.document import Document
from timing.core.preview import preview, supposing


@settings(max_examples=40)
@given(st.data())
def test_a_supposed_book_equals_a_rebuild_and_the_book_itself_stays(data: st.DataObject) -> None:
    document = data.draw(documents())
    known = data.draw(st.integers(0, len(document.rulings)))
    seen = data.draw(st.integers(0, len(document.passings)))
    held = replace(document, rulings=document.rulings[:known], passings=document.passings[:seen])
    book = RaceBook(held)
    was = picture(book)

    supposed = supposing(book, passings=document.passings[seen:], rulings=document.rulings[known:])

    assert picture(supposed) == picture(RaceBook(document))
    assert picture(book) == was
    book.add(passings=document.passings[seen:], rulings=document.rulings[known:])
    assert picture(book) == picture(supposed)


@settings(max_examples=25)
@given(documents(), documents())
def test_a_supposed_definition_equals_a_rebuild(first: Document, second: Document) -> None:
    book = RaceBook(first)
    was = picture(book)
    assert picture(supposing(book, race=second.race)) == picture(
        RaceBook(replace(first, race=second.race))
    )
    assert picture(book) == was


@settings(max_examples=25)
@given(documents())
def test_differences_are_empty_exactly_where_no_line_differs(document: Document) -> None:
    held = RaceBook(replace(document, rulings=()))
    whole = RaceBook(document)
    found = differences(held, whole, every_stage=True)

    assert preview(whole, rulings=document.rulings).is_empty
    lines = [
        {
            code: {
                (line.competitor, line.rank, line.time, line.status, line.points)
                for line in book.board(code, book.stages[-1]).lines
            }
            for code in book.board_codes()
        }
        for book in (held, whole)
    ]
    if found.is_empty and held.last_stage == whole.last_stage == held.stages[-1]:
        assert lines[0] == lines[1]
