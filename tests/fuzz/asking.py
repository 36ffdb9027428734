"""Everything that may be asked of a racefile, and of the book that it makes."""

from __future__ import annotations

from timing.core.book import RaceBook
from timing.core.ceremony import ceremony_of
from timing.core.compute import compute
from timing.core.course_clear import register
from timing.core.document import Document
from timing.core.explain import explain
from timing.core.history import history_of
from timing.core.jerseys import jerseys_after, jerseys_on
from timing.core.preview import preview
from timing.core.proposals import proposals
from timing.core.publication import digests_of
from timing.core.times import HOUR, Instant
from timing.exports.csv import to_csv
from timing.exports.json import everything
from timing.exports.safety import register_json
from timing.exports.table import board_table, control_table, stage_table
from timing.pages.explanations import passages
from timing.pages.problem_words import problem_remedy
from timing.pages.running import has_road, projection, running
from timing.racefile import RacefileError, RacefileErrors, dump, loads


def ask_all_of_text(text: str) -> bool:
    """Whether it is a racefile: one that is stays itself and answers everything.

    Any other is refused with something to say.
    """
    document = document_of(text)
    if document is None:
        return False
    ask_all(document)
    return True


def document_of(text: str) -> Document | None:
    """The document, which was written and read again; None where it is refused in words."""
    refused: tuple[RacefileError, ...] = ()
    try:
        document = loads(text, name="race.yaml")
    except RacefileErrors as errors:
        refused = errors.errors
    else:
        assert loads(dump(document), name="again.yaml") == document
        return document
    assert refused
    assert all(error.message and "\n" not in str(error) for error in refused)
    return None


def ask_all(document: Document) -> None:
    """Ask everything there is to ask, in values and in words; raises what the answer raises."""
    book = compute(document)
    assert everything(book)
    for problem in book.problems():
        assert problem_remedy(problem)
    _ask_results(book)
    _ask_entries(book)
    moments = _moments(book)
    for number in book.stages:
        for moment in moments:
            assert register_json(book.race, register(book, number, moment))
    _ask_what_would_change(book)
    _ask_as_of(document, moments)


def _ask_results(book: RaceBook) -> None:
    for code in book.board_codes():
        assert to_csv(board_table(book.race, book.board(code)))
    for number in book.stages:
        assert to_csv(stage_table(book.race, book.stage_boards(number)))
        jerseys_on(book, number)
        points = {p.code for c in book.stage_book(number).courses.values() for p in c.points}
        for point in sorted(points):
            if book.stage_book(number).state is not None:
                assert to_csv(control_table(book, book.control_boards(number, point)))
    for classification in book.race.classifications:
        history_of(book, classification.code)
    jerseys_after(book, book.last_stage)
    ceremony_of(book)
    digests_of(book)
    proposals(book.race, book.rulings)


def _ask_entries(book: RaceBook) -> None:
    for entry in book.entries():
        assert passages(explain(book, entry.id), book.race)


def _moments(book: RaceBook) -> list[Instant]:
    """Before the first record, in the midst of them, and long after the last."""
    dated = sorted(book.dated_records().values())
    return [dated[0] - 1, dated[len(dated) // 2], dated[-1] + 6 * HOUR] if dated else [0]


def _ask_what_would_change(book: RaceBook) -> None:
    """What each of some records does: without the last of them the book is told it anew."""
    document = book.document
    preview(book, rulings=document.rulings[:1], passings=document.passings[:1])
    now = running(book)
    if now is not None:
        for classification in filter(has_road, book.race.classifications):
            projection(book, classification.code, now)


def _ask_as_of(document: Document, moments: list[Instant]) -> None:
    """The race as it stood in its midst, and what came after told as news (Rules 9.4, 5.5)."""
    before = compute(document, at=moments[len(moments) // 2])
    before.problems()
    preview(before, passings=document.passings, rulings=document.rulings)
    _ask_what_would_change(before)
