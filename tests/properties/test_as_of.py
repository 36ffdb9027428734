"""The race as of an instant (Rules 9.4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.pictures import picture
from tests.properties.races import at_local, documents
from timing.core.compute import compute
from timing.core.document import Document
from timing.core.times import DAY, HOUR, parse_instant

FOREVER = parse_instant("2100-01-01T00:00:00Z")


@settings(max_examples=25)
@given(documents())
def test_as_of_the_end_of_time_is_now(document: Document) -> None:
    assert picture(compute(document, at=FOREVER)) == picture(compute(document))


@settings(max_examples=25)
@given(documents(), st.integers(0, 3 * 24))
def test_as_of_an_instant_is_computed_from_what_was_before_it(
    document: Document, hours: int
) -> None:
    """Where every time is an instant, that is the records up to then and nothing else."""
    at = at_local(document.race.starts_on, 0) + hours * HOUR
    ids = [p.id for p in document.passings] + [r.id for r in document.rulings]
    by_id = Counter(ids)
    instants = replace(
        document,
        # Two contents under one id could be of two sides of the instant.
        passings=tuple(
            p for p in document.passings if isinstance(p.time, int) and by_id[p.id] == 1
        ),
        rulings=tuple(r for r in document.rulings if by_id[r.id] == 1),
    )
    then = replace(
        instants,
        passings=tuple(p for p in instants.passings if isinstance(p.time, int) and p.time <= at),
        rulings=tuple(r for r in instants.rulings if r.at <= at),
    )
    assert picture(compute(instants, at=at)) == picture(compute(then))


@settings(max_examples=25)
@given(documents(), st.integers(0, 3 * 24))
def test_as_of_an_instant_nothing_later_is_seen(document: Document, hours: int) -> None:
    at = at_local(document.race.starts_on, 0) + hours * HOUR
    book = compute(document, at=at)
    assert all(r.at <= at for r in book.rulings)
    for number in book.stages:
        for entry in book.entries(number):
            for split in book.splits(number, entry.id):
                assert split.time <= at


@settings(max_examples=15)
@given(documents())
def test_before_everything_nobody_has_a_result(document: Document) -> None:
    book = compute(document, at=at_local(document.race.starts_on, 0) - 2 * DAY)
    assert book.last_stage == 0
    assert all(line.rank is None for line in book.board("everyone").lines)
