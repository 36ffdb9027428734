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


@pytest.mark.parametrize(
    "ruling",
    [
        Void(id="r", by="director", at=EVENING, record=FINISH.id),
        Assign(id="r", by="director", at=EVENING, record=FINISH.id, bib="007"),
        Assign(id="r", by="director", at=EVENING, record=FINISH.id, bib="nobody's"),
    ],
)
def test_a_passing_is_corrected_though_another_that_was_awaited_comes_along(
    ruling: Ruling,
) -> None:
    awaited = replace(FINISH, id="awaited")
    book = RaceBook(
        replace(
            BARE,
            passings=(FINISH,),
            rulings=(Confirm(id="c", by="director", at=EVENING, record=awaited.id),),
        )
    )
    assert [split.record for split in book.splits(1, "e12")] == [FINISH.id]
    book.add(passings=[awaited], rulings=[ruling])
    rebuilt = RaceBook(book.document)
    assert [split.record for split in book.splits(1, "e12")] == [awaited.id]
    assert book.unused(1, "e12") == rebuilt.unused(1, "e12") == ()
    assert book.answer() == rebuilt.answer()


def test_a_passing_nobody_had_is_taken_though_another_that_was_awaited_comes_along() -> None:
    awaited = replace(FINISH, id="awaited")
    misread = replace(FINISH, id="misread", bib="nobody's")
    book = RaceBook(
        replace(
            BARE,
            passings=(misread,),
            rulings=(Void(id="v", by="director", at=EVENING, record=awaited.id),),
        )
    )
    assert ProblemCode.UNKNOWN_BIB in {p.code for p in book.problems()}
    assign = Assign(id="r", by="director", at=EVENING, record=misread.id, bib=FINISH.bib)
    book.add(passings=[awaited], rulings=[assign])
    assert [split.record for split in book.splits(1, "e12")] == [misread.id]
    assert book.answer() == RaceBook(book.document).answer()


def test_a_control_is_missed_once_its_passing_is_voided_though_an_awaited_one_comes_along() -> None:
    at_hut = passing(2, control="HUT.in", time=EVENING - 6 * HOUR)

    def missed(asked: RaceBook) -> set[str]:
        return {p.control for p in asked.problems() if p.code is ProblemCode.MISSED_CONTROL}

    book = RaceBook(
        replace(
            BARE,
            passings=(at_hut, FINISH),
            rulings=(Confirm(id="c", by="director", at=EVENING, record="awaited"),),
        )
    )
    assert missed(book) == {"HUT.out"}
    book.add(
        passings=[replace(FINISH, id="awaited")],
        rulings=[Void(id="v", by="director", at=EVENING, record=at_hut.id)],
    )
    assert missed(book) == {"HUT.in", "HUT.out"}
    assert book.problems() == RaceBook(book.document).problems()
