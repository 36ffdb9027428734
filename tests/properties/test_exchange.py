"""Two camps that tell each other what they know, in any order, come to one result.

What they exchange may come whole or in part, again and again, with other contents under one id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.races import documents, one_of
from timing.core.book import RaceBook
from timing.core.compute import compute
from timing.core.document import Document
from timing.core.plain import digest
from timing.core.problems import Problem
from timing.core.publication import Digests, digests_of
from timing.core.records import Assign, Passing, Penalty, Record, Ruling, Void
from timing.core.times import MINUTE, Instant, parse_instant

LATE: Instant = parse_instant("2027-01-01T00:00:00Z")


def signed(book: RaceBook) -> tuple[tuple[Digests, ...], tuple[Problem, ...]]:
    """The digests as after every stage, and the problems: what two camps compare."""
    return tuple(digests_of(book, number) for number in book.stages), book.problems()


def known_to(book: RaceBook) -> list[Record]:
    """All that a camp holds, to be told to another."""
    return [*book.document.passings, *book.document.rulings]


def tell(book: RaceBook, told: Sequence[Record]) -> None:
    """Add records to a book in one go."""
    book.add(
        passings=[r for r in told if isinstance(r, Passing)],
        rulings=[r for r in told if isinstance(r, Ruling)],
    )


def empty(document: Document) -> RaceBook:
    """A book of the same definition and entries, before anything was seen."""
    return RaceBook(replace(document, passings=(), rulings=()))


@st.composite
def quarrelled_over(draw: st.DrawFn) -> Document:
    """A race in which records were undone, restored, replaced and written twice differently."""
    document = draw(documents())
    rulings = list(document.rulings)
    known = [*(p.id for p in document.passings), *(r.id for r in rulings), "nothing"]
    for n in range(one_of(draw, (1, 2, 4, 6))):
        about = one_of(draw, known)
        # Few moments, so that some were made at the same; and few ids, so that some are shared.
        at = LATE + one_of(draw, (0, 0, MINUTE, 2 * MINUTE))
        own = f"q{one_of(draw, (n, n, n, 0))}"
        made: Ruling
        match one_of(draw, ("void", "void", "supersede", "assign", "other content")):
            case "void":
                made = Void(id=own, by="jury", at=at, record=about)
            case "supersede":
                made = Penalty(
                    id=own,
                    by="jury",
                    at=at,
                    stage=1,
                    time=(1 + n) * MINUTE,
                    bibs=("1",),
                    supersedes=(about,),
                )
            case "assign":
                made = Assign(id=own, by="jury", at=at, record=about, bib="2")
            case _:
                made = Penalty(id=about, by="jury", at=at, stage=1, time=MINUTE, bibs=("1",))
        rulings.append(made)
        known.append(made.id)
    return replace(document, rulings=tuple(rulings))


@settings(max_examples=40)
@given(st.data())
def test_records_in_any_order_of_arrival_come_to_the_same_digests(data: st.DataObject) -> None:
    document = data.draw(quarrelled_over())
    told = data.draw(st.permutations(known_to(compute(document))))
    cut = data.draw(st.integers(0, len(told)))
    book = empty(document)
    tell(book, told[:cut])
    signed(book)  # what was settled by then is to be brought up to date
    tell(book, told[cut:])
    assert signed(book) == signed(compute(document))


@settings(max_examples=40)
@given(st.data())
def test_two_camps_that_exchange_what_they_know_sign_the_same(data: st.DataObject) -> None:
    """Rounds in which each tells some, then a last in which each tells all."""
    document = data.draw(quarrelled_over())
    everything: list[Record] = [*document.passings, *document.rulings]
    heard_by = data.draw(st.lists(st.sampled_from("ab+"), min_size=len(everything)))
    one, other = empty(document), empty(document)
    tell(one, [r for r, who in zip(everything, heard_by, strict=False) if who in "a+"])
    tell(other, [r for r, who in zip(everything, heard_by, strict=False) if who in "b+"])
    for _ in range(data.draw(st.integers(0, 2))):
        for teller, listener in ((one, other), (other, one)):
            known = data.draw(st.permutations(known_to(teller)))
            tell(listener, known[: data.draw(st.integers(0, len(known)))])
            signed(listener)
    mine, theirs = known_to(one), known_to(other)
    tell(one, data.draw(st.permutations(theirs)))
    tell(other, data.draw(st.permutations(mine)))
    assert {(r.id, digest(r)) for r in known_to(one)} == {
        (r.id, digest(r)) for r in known_to(other)
    }
    assert signed(one) == signed(other) == signed(compute(document))


@settings(max_examples=25)
@given(st.data())
def test_a_third_camp_that_hears_of_both_signs_the_same(data: st.DataObject) -> None:
    """What went through another camp is what it was; and hearing it twice changes nothing."""
    document = data.draw(quarrelled_over())
    everything: list[Record] = [*document.passings, *document.rulings]
    cut = data.draw(st.integers(0, len(everything)))
    first, second, third = empty(document), empty(document), empty(document)
    tell(first, everything[:cut])
    tell(second, everything[cut:])
    tell(third, known_to(second))
    tell(second, known_to(first))
    tell(third, known_to(first))
    tell(third, known_to(second))
    was = signed(third)
    assert was == signed(second) == signed(compute(document))
    tell(third, known_to(first))
    assert signed(third) == was


@settings(max_examples=25)
@given(st.data())
def test_with_other_texts_the_digests_stay(data: st.DataObject) -> None:
    """Erasing names and reasons after a race changes no digest (Rules 12.1)."""
    document = data.draw(documents())
    erased = replace(
        document,
        entries=tuple(replace(e, name="") for e in document.entries),
        teams=tuple(replace(t, name="") for t in document.teams),
        rulings=tuple(replace(r, reason="", by="nobody") for r in document.rulings),
    )
    ids = [r.id for r in document.rulings] + [p.id for p in document.passings]
    if len(set(ids)) == len(ids):  # of two contents under one id, the texts too tell which counts
        assert digests_of(compute(erased)) == digests_of(compute(document))
