"""Records may arrive in any order: a ruling before the passing that it speaks of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.race_samples import DOCUMENT, EVENING, passing
from timing.core.book import RaceBook
from timing.core.problems import ProblemCode
from timing.core.records import Assign, Confirm, Ruling, Void
from timing.core.times import HOUR

BARE = replace(DOCUMENT, passings=(), rulings=())
FINISH = passing(1)
BEFORE_THE_GUN = passing(1, time=EVENING - 13 * HOUR)


def asked_in_between(ruling: Ruling) -> RaceBook:
    book = RaceBook(BARE)
    book.add(rulings=[ruling])
    book.problems()
    return book


@pytest.mark.parametrize(
    "ruling",
    [
        Void(id="r", by="director", at=EVENING, record=FINISH.id),
        Assign(id="r", by="director", at=EVENING, record=FINISH.id, bib="007"),
    ],
)
def test_a_correction_of_nothing_is_asked_about_until_its_passing_arrives(
    ruling: Ruling,
) -> None:
    book = asked_in_between(ruling)
    assert [p.code for p in book.problems()] == [ProblemCode.UNKNOWN_RECORD]
    book.add(passings=[FINISH])
    assert ProblemCode.UNKNOWN_RECORD not in {p.code for p in book.problems()}
    assert book.splits(1, "e12") == ()


def test_a_passing_confirmed_before_it_arrived_is_taken() -> None:
    unconfirmed = RaceBook(replace(BARE, passings=(BEFORE_THE_GUN,)))
    assert unconfirmed.splits(1, "e12") == ()
    book = asked_in_between(Confirm(id="r", by="director", at=EVENING, record=BEFORE_THE_GUN.id))
    book.add(passings=[BEFORE_THE_GUN])
    assert [split.record for split in book.splits(1, "e12")] == [BEFORE_THE_GUN.id]
