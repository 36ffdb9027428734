"""The book's answers to single questions, and what it raises."""

from __future__ import annotations

import pytest

from tests.core.small_races import DAY_1, ENTRIES, EVENING, document, finish
from timing.core.book import RaceBook, UnknownBoard, UnknownControl, UnknownEntry, UnknownStage
from timing.core.document import Document
from timing.core.problems import ProblemCode
from timing.core.records import Assign, Passing, Penalty, Ruling, Void
from timing.core.times import HOUR, MINUTE, TimeOfDay


def void(record: str, *, id: str = "v1", at: int = EVENING) -> Void:
    return Void(id=id, by="jury", at=at, reason="Wrong", record=record)


def penalty(bib: str, *, id: str = "p1") -> Penalty:
    return Penalty(
        id=id, by="jury", at=EVENING, reason="Kit", stage=1, time=30 * MINUTE, bibs=(bib,)
    )


def codes(book: RaceBook) -> list[ProblemCode]:
    return [p.code for p in book.problems()]


def test_what_it_holds_can_be_asked_for() -> None:
    book = RaceBook(document(penalty("11"), void("f1-13")))
    assert book.race.slug == "small"
    assert book.passing("f1-11") == DAY_1[0]
    assert book.passing("nothing") is None
    assert book.ruling("p1") == penalty("11")
    assert [r.id for r in book.rulings] == ["p1", "v1"]
    assert book.is_voided("f1-13")
    assert not book.is_voided("f1-11")
    assert [t.code for t in book.teams()] == ["T1"]
    assert [m.bib for m in book.members("T1")] == ["11", "12"]
    assert book.members("T9") == ()
    team = book.team("T1")
    assert team is not None
    assert team.name == "Ibex"
    assert book.team("T9") is None


def test_entries_are_found_by_identity_and_by_bib() -> None:
    book = RaceBook(document())
    assert book.entry("a") == ENTRIES[0]
    assert book.entry_wearing("12", 2) == ENTRIES[1]
    assert book.entry_wearing("99") is None
    assert [e.bib for e in book.entries(1)] == ["11", "12", "13"]
    with pytest.raises(UnknownEntry):
        book.entry("nobody")
    with pytest.raises(UnknownStage):
        book.entries(7)


def test_an_unknown_board_stage_or_control_is_an_error() -> None:
    book = RaceBook(document())
    with pytest.raises(UnknownBoard):
        book.board("nothing")
    with pytest.raises(UnknownBoard):
        book.board("gc-incomplete")
    with pytest.raises(UnknownStage):
        book.board("gc", 7)
    with pytest.raises(UnknownStage):
        book.stage_boards(7)
    with pytest.raises(UnknownStage):
        book.course(1, "short")
    with pytest.raises(UnknownControl):
        book.control_boards(1, "HUT")


def test_without_a_stage_there_is_nothing_to_rank() -> None:
    empty = Document(race=document().race, entries=ENTRIES)
    book = RaceBook(empty)
    assert (book.last_stage, book.closed_stage, book.running_stage) == (0, 0, None)
    assert all(line.rank is None for line in book.board("gc").lines)


def test_a_stage_is_closed_once_nobody_is_on_course() -> None:
    book = RaceBook(document(passings=DAY_1[:2]))
    assert (book.last_stage, book.closed_stage, book.running_stage) == (1, 0, 1)
    book.add(passings=DAY_1[2:])
    assert (book.last_stage, book.closed_stage, book.running_stage) == (1, 1, None)


def test_a_stage_is_closed_once_a_later_one_has_begun() -> None:
    book = RaceBook(document(passings=(*DAY_1[:2], finish("11", 240, number=2))))
    assert (book.last_stage, book.closed_stage, book.running_stage) == (2, 1, 2)


def test_an_added_record_is_taken_once() -> None:
    book = RaceBook(document())
    assert book.add(rulings=[penalty("11")])
    assert not book.add(rulings=[penalty("11")], passings=DAY_1)
    line = book.stage_line(1, "a")
    assert line is not None
    assert line.time == 4 * HOUR + 30 * MINUTE


def test_a_void_that_came_before_its_passing_is_no_riddle_any_more() -> None:
    book = RaceBook(document(void("f1-13"), passings=DAY_1[:2]))
    assert codes(book).count(ProblemCode.UNKNOWN_RECORD) == 1
    book.add(passings=DAY_1[2:])
    assert ProblemCode.UNKNOWN_RECORD not in codes(book)
    assert book.splits(1, "c") == ()


def test_what_was_laid_out_once_is_so_again_only_until_something_changes_it() -> None:
    book = RaceBook(document())

    def laid_out(asked: RaceBook) -> tuple[object, ...]:
        splits = [asked.splits(1, entry.id) for entry in ENTRIES]
        return asked.stage_boards(1), asked.control_boards(1, "CP"), *splits

    before, version = laid_out(book), book.version
    assert all(now is then for now, then in zip(laid_out(book), before, strict=True))
    assert not book.add(passings=DAY_1)
    assert book.version is version
    fork = book.fork()
    at_cp = Passing(id="cp", stage=1, control="CP", bib="11", time=TimeOfDay(9 * HOUR))
    fork.add(passings=[at_cp])
    assert laid_out(book) == before
    assert laid_out(fork) != before
    news: tuple[tuple[list[Passing], list[Ruling]], ...] = (([at_cp], []), ([], [penalty("11")]))
    for passings, rulings in news:
        earlier = book.version
        book.add(passings=passings, rulings=rulings)
        assert book.version is not earlier
        assert laid_out(book) == laid_out(RaceBook(book.document))
    assert laid_out(book) != laid_out(fork)


def test_an_assignment_moves_a_passing_between_live_boards() -> None:
    book = RaceBook(document())
    assert [line.rank for line in book.board("gc", 1).lines] == [1, 2, 3]
    book.add(
        rulings=[Assign(id="a1", by="jury", at=EVENING, reason="Misread", record="f1-11", bib="13")]
    )
    assert book.splits(1, "a") == ()
    assert [s.record for s in book.splits(1, "c")] == ["f1-11"]
    assert book.bib_of(DAY_1[0]) == "13"


def test_two_contents_under_one_id_count_once_and_are_a_problem() -> None:
    book = RaceBook(document())
    other = finish("11", 300)
    assert book.add(passings=[other])
    assert codes(book).count(ProblemCode.CONFLICTING_RECORD) == 1
    assert book.splits(1, "a") == RaceBook(document(passings=(other, *DAY_1))).splits(1, "a")


def test_guns_are_told_by_wave() -> None:
    book = RaceBook(document())
    assert book.guns(1) == {"": book.gun(1)}
    assert book.gun(1, "elite") is None
