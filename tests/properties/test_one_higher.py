"""What an explanation says would be enough for the next place is enough, and less is not."""

from __future__ import annotations

from hypothesis import given, settings

from tests.properties.races import documents
from timing.core.boards import covered_stages
from timing.core.book import RaceBook
from timing.core.definition import EqualRank, Measure, Scope
from timing.core.document import Document
from timing.core.entries import Entry
from timing.core.explain import explain_line
from timing.core.preview import supposing
from timing.core.reasons import Because, Reason
from timing.core.records import Credit
from timing.core.results import Line
from timing.core.times import DAY

ENOUGH = {
    Because.HIGHER_IF_LEVEL,
    Because.HIGHER_IF_LEVEL_SHARED,
    Because.HIGHER_IF_AHEAD,
    Because.HIGHER_IF_AHEAD_OF,
    Because.HIGHER_NOW_LEVEL,
}
_BY_TOTAL = (Measure.TIME, Measure.BEST, Measure.STAGES)


def rank_with(book: RaceBook, code: str, line: Line, credit: int) -> int | None:
    """The rank with a credit in the total alone, which leaves the places of all stages."""
    assert isinstance(line.competitor, Entry)
    last = book.last_stage
    classification = book.race.classification(code)
    assert classification is not None
    counting = [n for n in covered_stages(book.race, classification) if n <= last][-1]
    given_late = 10 * DAY + max((r.at for r in book.rulings), default=2_000_000_000_000)
    worn = book.entry(line.competitor.id, counting).bib
    ruling = Credit(
        id="enough",
        by="t",
        at=given_late,
        stage=counting,
        time=credit,
        bibs=(worn,),
        scope=Scope.GC,
    )
    lines = supposing(book, rulings=[ruling]).board(code, last).lines
    return next(other.rank for other in lines if other.competitor == line.competitor)


def told(book: RaceBook, code: str, line: Line) -> Reason | None:
    assert isinstance(line.competitor, Entry)
    explanation = explain_line(book, code, book.last_stage, line.competitor.id)
    assert explanation is not None
    return next((r for r in explanation.reasons if r.because in ENOUGH), None)


@settings(max_examples=60)
@given(documents())
def test_what_is_told_to_be_enough_for_the_next_place_is(document: Document) -> None:
    book = RaceBook(document)
    last = book.last_stage
    for classification in book.race.classifications if last else ():
        code, measure = classification.code, classification.measure
        if measure not in _BY_TOTAL or classification.stages:
            continue
        for line in book.board(code, last).lines:
            entry = line.competitor
            if line.rank is None or not isinstance(entry, Entry) or not entry.bib:
                continue
            if any(
                not (worn := book.entry(entry.id, number).bib)
                or (found := book.entry_wearing(worn, number)) is None
                or found.id != entry.id
                for number in book.stages
            ):
                continue  # of two who ask for one bib only one wears it
            reason = told(book, code, line)
            if reason is None:
                continue
            params = dict(reason.params)
            wanted, by = int(params["rank"]), int(params["by_ms"])
            reached = rank_with(book, code, line, by)
            assert reached is not None
            assert reached <= wanted, (code, entry.bib, reason)
            precision = book.race.rules.precision
            if by < precision or by % precision or measure is not Measure.TIME:
                continue
            if book.race.rules.equal_rank is EqualRank.SHARED:
                less = rank_with(book, code, line, by - precision)
                assert less is not None
                assert less > wanted, (code, entry.bib, reason)
