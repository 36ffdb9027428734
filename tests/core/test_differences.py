"""What differs between two books, and what would: previews leave the book as it is."""

from __future__ import annotations

from dataclasses import replace

from tests.core.small_races import DAY_1, EVENING, document, finish
from timing.core.book import RaceBook
from timing.core.definition import Rules
from timing.core.difference_reasons import causes
from timing.core.differences import ChangeKind, differences, tally, undecided
from timing.core.preview import preview, supposing
from timing.core.records import Penalty, Ruling, StageAction, StageChange, Status, Void
from timing.core.statuses import RulingStatus
from timing.core.times import MINUTE, Rounding

HALF_AN_HOUR = Penalty(
    id="r1", by="jury", at=EVENING, reason="Kit", stage=1, time=30 * MINUTE, bibs=("11",)
)
OUT = Status(id="r2", by="jury", at=EVENING, stage=1, status=RulingStatus.DSQ, bibs=("11",))


def told(book: RaceBook, *rulings: Ruling) -> list[tuple[str, int, list[tuple[str, str]]]]:
    """Each result that differs, with the kind of change and the label of everybody concerned."""
    return [
        (
            result.board,
            result.number,
            [(str(c.kind), getattr(c.competitor, "bib", "T1")) for c in result.changes],
        )
        for result in preview(book, rulings=rulings).results
    ]


def test_a_penalty_moves_whom_it_is_for_and_whom_it_lets_by() -> None:
    book = RaceBook(document())

    assert told(book, HALF_AN_HOUR) == [
        ("gc", 1, [("rank", "11"), ("rank", "12"), ("rank", "13")]),
        ("pairs", 1, [("time", "T1")]),
        ("", 1, [("rank", "11"), ("rank", "12"), ("rank", "13"), ("time", "T1")]),
    ]


def test_who_falls_out_comes_first() -> None:
    book = RaceBook(document())

    (_, _, gc), *_ = told(book, OUT)

    assert gc == [("falls_out", "11"), ("rank", "12"), ("rank", "13")]


def test_a_void_brings_back_whom_a_ruling_put_out() -> None:
    book = RaceBook(document(OUT))
    void = Void(id="v", by="jury", at=EVENING + 1, record="r2")

    found = preview(book, rulings=[void])

    assert found.count(ChangeKind.COMES_BACK) == 2  # the runner, and the team with them
    assert found.concerned == 4
    assert {r.before for r in found.results[0].changes if r.before} == {
        c.before for c in found.results[0].changes
    }


def test_a_preview_leaves_the_book_as_it_is() -> None:
    book = RaceBook(document())
    before = book.answer()

    supposed = supposing(book, rulings=[OUT])

    assert supposed.answer() != before
    assert book.answer() == before
    assert book.ruling("r2") is None


def test_what_a_previewed_book_learns_later_is_its_own() -> None:
    book = RaceBook(document())
    supposed = supposing(book, rulings=[OUT])

    book.add(passings=[finish("11", 230, number=2)])

    assert supposed.last_stage == 1
    assert book.last_stage == 2
    assert book.answer() == RaceBook(book.document).answer()


def test_a_cancelled_stage_concerns_everybody() -> None:
    book = RaceBook(document())
    cancel = StageChange(id="r3", by="jury", at=EVENING, stage=1, action=StageAction.CANCEL)

    assert preview(book, rulings=[cancel]).concerned == 4


def test_another_definition_is_previewed_too() -> None:
    passings = (replace(DAY_1[0], id="f", time=DAY_1[0].time, uncertainty_ms=0), *DAY_1[1:])
    book = RaceBook(document(passings=passings))
    finer = replace(book.race, rules=Rules(rounding=Rounding.DOWN, precision=2 * MINUTE))
    coarse = replace(book.race, rules=Rules(precision=15 * MINUTE))

    assert preview(book, race=finer).is_empty
    assert not preview(book, race=coarse).is_empty
    assert book.race.rules == Rules()


def test_equal_books_do_not_differ() -> None:
    found = differences(RaceBook(document()), RaceBook(document()), every_stage=True)

    assert found.is_empty
    assert found.concerned == 0


def test_boards_are_compared_after_every_stage_if_asked_to() -> None:
    both_days = (*DAY_1, *(finish(b, 240, number=2) for b in ("11", "12", "13")))
    before = RaceBook(document(passings=both_days))
    after = supposing(before, rulings=[HALF_AN_HOUR])

    found = differences(before, after, every_stage=True)

    assert [(r.board, r.number) for r in found.results] == [
        ("gc", 2),
        ("gc", 1),
        ("pairs", 2),
        ("pairs", 1),
        ("", 1),
    ]


def test_an_entry_that_only_one_book_has_joins_or_leaves() -> None:
    whole = document()
    fewer = replace(whole, entries=whole.entries[:2], passings=whole.passings[:2])

    there = differences(RaceBook(fewer), RaceBook(whole)).results[0].changes
    back = differences(RaceBook(whole), RaceBook(fewer)).results[0].changes

    assert tally(there) == {ChangeKind.JOINS: 1}
    assert tally(back) == {ChangeKind.LEAVES: 1}
    assert there[0].places == back[0].places == 0


def test_each_change_says_by_which_rule_and_record() -> None:
    book = RaceBook(document())
    supposed = supposing(book, rulings=[HALF_AN_HOUR])
    gc, pairs, stage = differences(book, supposed).results
    ana, bo, _ = gc.changes

    assert causes(book, supposed, gc, ana).rules == ("6.1",)
    assert causes(book, supposed, gc, ana).records == ("r1",)
    assert causes(book, supposed, gc, bo).rules == ()  # others moved
    assert causes(book, supposed, pairs, pairs.changes[0]).rules == ("8.3",)
    assert causes(book, supposed, stage, stage.changes[0]).rules == ("6.1",)
    assert causes(book, supposed, stage, stage.changes[-1]).rules == ("8.3",)


def test_who_comes_back_after_a_stage_they_did_not_run_is_to_be_decided() -> None:
    ran_on = (*DAY_1, finish("12", 240, number=2), finish("13", 240, number=2))
    book = RaceBook(document(OUT, passings=ran_on))
    void = Void(id="v", by="jury", at=EVENING + 1, record="r2")
    supposed = supposing(book, rulings=[void])

    found = undecided(supposed, differences(book, supposed))

    assert [(entry.bib, stage) for entry, stage in found] == [("11", 2)]
    assert undecided(book, differences(supposed, book)) == ()


def test_problems_that_come_and_go_are_told() -> None:
    book = RaceBook(document())
    nobody = replace(HALF_AN_HOUR, bibs=("99",))

    found = preview(book, rulings=[nobody])
    back = differences(supposing(book, rulings=[nobody]), book)

    assert found.is_empty
    assert [p.code for p in found.new_problems] == ["ruling-unknown-bib"]
    assert back.gone_problems == found.new_problems
