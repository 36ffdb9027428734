"""What pages share of a book is gathered once, until the book moves on; and in each language."""

from tests.pages.sample import siroua_six
from timing.core.book import RaceBook
from timing.core.records import Penalty
from timing.pages.languages import speaking
from timing.pages.remembering import remembered


def test_a_function_is_asked_once_for_a_book_as_it_stands() -> None:
    asked: list[object] = []

    @remembered
    def told(book: RaceBook, code: str, *, most: int = 3) -> tuple[str, int]:
        """What is told."""
        asked.append(book)
        return code, most

    book, other = RaceBook(siroua_six()), RaceBook(siroua_six())
    assert [told(book, "gc"), told(book, "gc")] == [("gc", 3)] * 2
    assert len(asked) == 1
    assert told(book, "gc", most=5) == ("gc", 5)
    assert told(other, "gc") == ("gc", 3)
    with speaking("fr"):
        told(book, "gc")
    assert len(asked) == 4
    fork = book.fork()
    told(fork, "gc")
    fork.add(rulings=[Penalty(id="p", by="jury", at=0, reason="", bibs=("41",), stage=5, time=1)])
    told(fork, "gc")
    assert len(asked) == 6
    told(book, "gc")
    assert len(asked) == 6
    assert told.__doc__ == "What is told."
