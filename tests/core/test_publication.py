"""Digests of what went into a result and what came out (Rules 12.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.races import documents, shuffled
from timing.core.book import RaceBook
from timing.core.compute import compute
from timing.core.document import Document
from timing.core.publication import digests_of, frozen_of, result_digest, result_of
from timing.racefile import loads

RACE = """\
race: {slug: r, timezone: UTC}
stages: [{number: 1, date: 2026-08-28, start: "08:00"}]
entries:
  - {id: e1, bib: 1, name: Ana}
  - {id: e2, bib: 2, name: Bo}
passings: |
  1 FINISH 1 12:00:00 id=p1
  1 FINISH 2 12:10:00 id=p2 note="a note"
rulings:
  - {ruling: penalty, id: r1, stage: 1, bib: 1, time: "0:01:00",
      reason: No whistle, by: jury, at: 2026-08-28T18:00:00Z}
  - {ruling: entry, id: r2, bib: 2, set: {name: Bo Lind}, reason: Married, by: jury,
      at: 2026-08-28T18:00:00Z}
"""


def book(text: str = RACE) -> RaceBook:
    return compute(loads(text, name="race.yaml"))


def test_erasing_names_and_messages_changes_no_digest() -> None:
    erased = RACE
    for text in ("Ana", "a note", "No whistle", "jury", "Married", "Bo Lind", "Bo"):
        erased = erased.replace(text, "erased")
    assert digests_of(book(erased)) == digests_of(book())


def test_a_changed_time_changes_both_digests() -> None:
    now, before = digests_of(book(RACE.replace("12:10:00", "12:10:01"))), digests_of(book())
    assert now.input != before.input
    assert now.result != before.result


def test_a_record_that_was_voided_is_as_if_it_had_never_been() -> None:
    voided = RACE + (
        "  - {ruling: penalty, id: r3, stage: 1, bib: 2, time: '0:05:00', reason: x, by: jury,"
        " at: 2026-08-28T19:00:00Z}\n"
        "  - {ruling: void, id: r4, record: r3, reason: x, by: jury, at: 2026-08-28T20:00:00Z}\n"
    )
    assert digests_of(book(voided)) == digests_of(book())


def test_what_a_station_saw_is_in_no_digest() -> None:
    seen = RACE + (
        "  - {ruling: observation, id: r3, stage: 1, bib: 2, kind: kit, reason: x, by: jury,"
        " at: 2026-08-28T19:00:00Z}\n"
    )
    assert digests_of(book(seen)) == digests_of(book())


def test_the_result_is_as_after_a_stage() -> None:
    assert digests_of(book(), 0).result != digests_of(book(), 1).result
    assert digests_of(book(), 1) == digests_of(book())


@settings(max_examples=20)
@given(st.data())
def test_the_order_of_records_and_entries_changes_no_digest(data: st.DataObject) -> None:
    document: Document = data.draw(documents())
    other = data.draw(shuffled(document))
    entries = tuple(data.draw(st.permutations(list(document.entries))))
    digests = digests_of(RaceBook(document))
    assert digests_of(RaceBook(replace(other, entries=entries))) == digests


@pytest.mark.parametrize("incomplete", ["below", "hidden", "separate"])
def test_what_is_asked_often_is_the_digest_of_what_is_signed(incomplete: str) -> None:
    """Put together of what was written of each stage and board, before and after a read more."""
    text = (
        "race: {slug: r, timezone: UTC, rules: {incomplete: " + incomplete + "}}\n"
        "stages: [{number: 1, date: 2026-08-28, start: '08:00'},"
        " {number: 2, date: 2026-08-29, start: '08:00'}]\n"
        "classifications: [{code: gc, of: solo}, {code: über, of: solo, stages: [1]}]\n"
        "entries: [{id: e1, bib: 1, name: Ana}, {id: e2, bib: 2, name: Bo}]\n"
        "passings: |\n  1 FINISH 1 12:00:00\n  1 FINISH 2 12:10:00\n  2 FINISH 1 12:00:00\n"
    )
    book = RaceBook(loads(text, name="r"))
    more = loads(text + "  2 FINISH 2 11:00:00\n", name="r").passings
    before = result_of(book, 2)
    assert before == result_digest(frozen_of(book, 2))
    first = result_of(book, 1)
    book.add(passings=more)
    assert result_of(book, 2) == result_digest(frozen_of(book, 2)) != before
    assert result_of(book, 1) == result_digest(frozen_of(book, 1)) == first
