"""The books of a process: read once, moved on by what is new, rebuilt after a restore."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from tests.serving import BEFORE, SLUG, fill
from timing import racefile
from timing.core.book import RaceBook
from timing.core.definition import Source
from timing.core.problems import Problem
from timing.core.records import Passing, Void
from timing.core.times import parse_instant
from timing.db.engines import Database
from timing.db.reading import UnknownRace
from timing.db.tables import NodeRow
from timing.live.books import Books
from timing.operations.entries import correct_name
from timing.operations.races import add_race, change_definition, export_document
from timing.operations.record import append


def finish(bib: str, time: str, record: str) -> Passing:
    return Passing(
        id=record,
        stage=1,
        control="FINISH",
        bib=bib,
        time=parse_instant(f"2026-03-28T{time}+01:00"),
        source=Source.CHIP,
    )


def write(database: Database, *passings: Passing) -> None:
    with database.writing() as session:
        append(session, SLUG, passings, received=BEFORE)


def order(books: Books) -> list[str]:
    """The bibs of the general classification, best first."""
    return books.race(SLUG).ask(
        lambda book, _: [line.competitor.bib for line in book.board("gc", 1).lines]  # type: ignore[union-attr]
    )


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)


def test_a_race_is_read_when_it_is_asked_for(books: Books) -> None:
    assert order(books) == ["7", "007", "12", "15a"]


def test_an_unknown_race_is_unknown(books: Books) -> None:
    with pytest.raises(UnknownRace):
        books.race("nowhere")


def test_what_was_committed_since_moves_the_book_on(either_database: Database) -> None:
    fill(either_database)
    books = Books(either_database)
    before = books.race(SLUG).standing
    write(either_database, finish("12", "11:00:00", "new"))
    assert order(books) == ["12", "7", "007", "15a"]
    assert books.race(SLUG).standing.cursor.revision == before.cursor.revision + 1


def test_a_ruling_moves_the_book_on(books: Books, database: Database) -> None:
    books.race(SLUG)
    with database.writing() as session:
        void = Void(id="v", by="Dora", at=BEFORE, reason="misread", record="r-7")
        append(session, SLUG, (), (void,), received=BEFORE)
    assert order(books) == ["007", "12", "15a", "7"]


def test_a_corrected_name_is_taken(books: Books, database: Database) -> None:
    books.race(SLUG)
    with database.writing() as session:
        correct_name(session, SLUG, "7", "Ana Ruiz Pérez")
    assert books.race(SLUG).ask(lambda book, _: book.entry("7").name) == "Ana Ruiz Pérez"


def test_a_changed_definition_is_taken(books: Books, database: Database) -> None:
    books.race(SLUG)
    with database.writing() as session:
        held = export_document(session, SLUG)
        race = replace(held.document.race, name="Four Valleys")
        change_definition(session, race, based_on=held.version, at=BEFORE, by="tests")
    assert books.race(SLUG).standing.race.name == "Four Valleys"
    assert order(books) == ["7", "007", "12", "15a"]


def test_a_new_life_of_the_database_is_read_from_the_start(
    books: Books, database: Database
) -> None:
    books.race(SLUG)
    write(database, finish("12", "11:00:00", "new"))
    with database.writing() as session:
        session.execute(update(NodeRow).values(epoch="another"))
    assert order(books) == ["12", "7", "007", "15a"]
    assert books.race(SLUG).standing.cursor.epoch == "another"


def test_all_races_are_asked_at_once(books: Books, database: Database) -> None:
    with database.writing() as session:
        document = export_document(session, SLUG).document
        race = replace(document.race, slug="another")
        add_race(session, replace(document, race=race), at=BEFORE, by="tests")
    assert books.ask_all(lambda all_: [book.race.slug for book in all_]) == ["another", SLUG]


def test_a_stamp_stays_as_long_as_nothing_changes(books: Books, database: Database) -> None:
    assert books.stamp(SLUG) is None
    books.race(SLUG)
    of_race, of_all = books.stamp(SLUG), books.stamp("")
    assert (books.stamp(SLUG), books.stamp("")) == (of_race, of_all)
    assert books.stamp(SLUG) is of_race
    assert books.stamp("") is of_all
    write(database, finish("12", "11:00:00", "new"))
    assert books.stamp(SLUG) is not of_race
    assert books.stamp("") is not of_all


def test_whoever_refreshes_all_who_listen_are_told_once(books: Books, database: Database) -> None:
    told: list[frozenset[str]] = []
    books.tell(told.append)
    books.race(SLUG)
    books.refresh()
    assert told == []
    write(database, finish("12", "11:00:00", "new"))
    books.refresh()
    books.refresh()
    assert told == [{SLUG}]


def test_followed_books_do_not_look_for_news_themselves(books: Books, database: Database) -> None:
    books.race(SLUG)
    books.is_followed = True
    write(database, finish("12", "11:00:00", "new"))
    assert order(books) == ["7", "007", "12", "15a"]
    books.refresh()
    assert order(books) == ["12", "7", "007", "15a"]


def test_a_passing_is_placed_without_the_book(books: Books) -> None:
    place = books.race(SLUG).standing.place
    assert place(finish("7", "11:00:00", "new")) == "7"
    problem = place(finish("99", "11:00:00", "new"))
    assert isinstance(problem, Problem)
    assert problem.code == "unknown-bib"


def test_a_book_that_followed_equals_one_read_anew(books: Books, database: Database) -> None:
    books.race(SLUG)
    write(database, finish("12", "11:00:00", "n1"), finish("99", "11:30:00", "n2"))
    books.refresh()
    write(database, finish("007", "10:59:00", "n3"))

    def everything(book: RaceBook, _: object) -> object:
        return book.answer()

    assert books.race(SLUG).ask(everything) == Books(database).race(SLUG).ask(everything)


def test_an_error_of_a_question_is_raised_and_the_book_stays_usable(books: Books) -> None:
    with pytest.raises(ZeroDivisionError):
        books.race(SLUG).ask(lambda _, __: 1 // 0)
    assert order(books) == ["7", "007", "12", "15a"]


def test_the_race_of_the_tests_is_as_the_tests_say() -> None:
    assert racefile.load("tests/web/valleys.yaml").race.slug == SLUG
