"""The journal is a set: order, repetition and undone records change nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.pictures import picture, problems_without
from tests.properties.races import documents, shuffled
from timing.core.book import RaceBook
from timing.core.compute import compute
from timing.core.document import Document
from timing.core.records import Passing, Record, Void
from timing.core.times import parse_instant

LATEST = parse_instant("2027-01-01T00:00:00Z")


@settings(max_examples=25)
@given(st.data())
def test_order_and_repetition_of_records_change_nothing(data: st.DataObject) -> None:
    document = data.draw(documents())
    other = data.draw(shuffled(document))
    assert picture(compute(other)) == picture(compute(document))


@settings(max_examples=25)
@given(documents())
def test_the_order_of_entries_and_teams_changes_nothing(document: Document) -> None:
    turned = replace(document, entries=document.entries[::-1], teams=document.teams[::-1])
    assert picture(compute(turned)) == picture(compute(document))


@settings(max_examples=40)
@given(st.data())
def test_a_record_that_was_voided_was_never_there(data: st.DataObject) -> None:
    """Starts taken from ranks know only rulings made before them (Rules 3.6): none here is."""
    document = data.draw(documents(by_rank=False))
    records: list[Record] = [*document.passings, *document.rulings]
    if not records:
        return
    record = data.draw(st.sampled_from(records))
    void = Void(id="the-void", by="jury", at=LATEST, reason="", record=record.id)
    # All that stands under the id is gone.
    rest = replace(
        document,
        passings=tuple(p for p in document.passings if p.id != record.id),
        rulings=tuple(r for r in document.rulings if r.id != record.id),
    )
    voided = compute(replace(document, rulings=(*document.rulings, void)))
    never = compute(rest)
    about = {record.id, void.id}
    ours, theirs = picture(voided), picture(never)
    assert problems_without(ours.answer.problems, about) == problems_without(
        theirs.answer.problems, about
    )
    assert ours.answer.boards == theirs.answer.boards
    assert ours.answer.stages == theirs.answer.stages
    assert (ours.controls, ours.splits, ours.unused) == (
        theirs.controls,
        theirs.splits,
        theirs.unused,
    )


@settings(max_examples=25)
@given(st.data())
def test_a_voided_void_restores(data: st.DataObject) -> None:
    document = data.draw(documents())
    records: list[Record] = [*document.passings, *document.rulings]
    if not records:
        return
    record = data.draw(st.sampled_from(records))
    voids = (
        Void(id="void-1", by="jury", at=LATEST, reason="", record=record.id),
        Void(id="void-2", by="jury", at=LATEST + 1, reason="", record="void-1"),
    )
    restored = compute(replace(document, rulings=(*document.rulings, *voids)))
    assert picture(restored) == picture(compute(document))


@settings(max_examples=25)
@given(documents())
def test_the_document_of_a_book_makes_an_equal_book(document: Document) -> None:
    book = RaceBook(document)
    book.answer()
    assert picture(RaceBook(book.document)) == picture(book)


@settings(max_examples=25)
@given(documents())
def test_no_passing_disappears(document: Document) -> None:
    """It is a split, or unused with a reason, or listed, or it was voided."""
    book = compute(document)
    seen: set[str] = set()
    for number in book.stages:
        for entry in book.entries(number):
            seen |= {s.record for s in book.splits(number, entry.id)}
            seen |= {u.record for u in book.unused(number, entry.id)}
    for problem in book.problems():
        seen |= set(problem.records)
    for passing in book.document.passings:
        assert passing.id in seen or book.is_voided(passing.id), passing


@settings(max_examples=25)
@given(documents())
def test_problems_name_records_that_exist(document: Document) -> None:
    known = {p.id for p in document.passings} | {r.id for r in document.rulings}
    for problem in compute(document).problems():
        assert set(problem.records) <= known, problem


@settings(max_examples=25)
@given(documents())
def test_no_passing_is_taken_twice(document: Document) -> None:
    book = compute(document)
    taken = [
        split.record
        for number in book.stages
        for entry in book.entries(number)
        for split in book.splits(number, entry.id)
    ]
    assert len(taken) == len(set(taken))
    assert all(isinstance(book.passing(record), Passing) for record in taken)
