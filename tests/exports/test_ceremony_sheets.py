"""The ceremony's sheet and the prize list, with whom they leave out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.exports.printed import text
from timing.core.book import RaceBook
from timing.core.definition import Exclusion
from timing.core.times import parse_instant
from timing.exports.mark import Mark
from timing.exports.pdf import Imprint, to_pdf
from timing.exports.pdf_ceremony import ceremony_sheet, prize_list

AT = parse_instant("2026-08-29T18:00:00Z")
MARK = Mark(word="Official", number=3, at=AT, is_official=True)
IMPRINT = Imprint(source="definition 3, revision 812", issued=AT)


@pytest.fixture(scope="module")
def excluding(book: RaceBook) -> RaceBook:
    """The women's board leaves out the first of all."""
    boards = tuple(
        replace(c, exclude=Exclusion(board="gc", top=2)) if c.code == "gc-women" else c
        for c in book.race.classifications
    )
    race = replace(book.race, classifications=boards)
    return RaceBook(replace(book.document, race=race))


def test_each_classification_has_its_first_three_in_the_order_of_the_definition(
    book: RaceBook,
) -> None:
    data = ceremony_sheet(book, 2, imprint=IMPRINT, mark=MARK).data
    assert [len(p["rows"]) for p in data["podiums"]] == [
        sum(1 for li in book.board(c.code, 2).lines if li.rank is not None and li.rank <= 3)
        for c in book.race.classifications
    ]
    first = book.board("gc", 2).lines[0].competitor.name
    assert data["podiums"][0]["rows"][0]["name"] == first


def test_who_is_called_for_another_classification_is_left_out_and_named(
    book: RaceBook, excluding: RaceBook
) -> None:
    by_code = {c.code: n for n, c in enumerate(excluding.race.classifications)}
    best = [li for li in book.board("gc", 2).lines if li.rank is not None and li.rank <= 2]
    women = [li.competitor.name for li in best if "W" in li.categories]
    podium = ceremony_sheet(excluding, 2, imprint=IMPRINT, mark=MARK).data["podiums"]
    told = podium[by_code["gc-women"]]
    assert women
    assert told["left_out"].startswith("Without the first 2 of ")
    assert told["left_out"].endswith(", ".join(women))
    assert not set(women) & {row["name"] for row in told["rows"]}
    assert podium[by_code["gc"]]["left_out"] == ""


@pytest.mark.parametrize("make", [ceremony_sheet, prize_list])
def test_both_say_what_the_result_counts_for_and_hold_any_name_as_text(
    book: RaceBook, make: type[object]
) -> None:
    entries = tuple(
        replace(e, name='#read("/etc/passwd") *x*') if e.bib == "12" else e
        for e in book.document.entries
    )
    sheets = make(  # type: ignore[call-arg]
        RaceBook(replace(book.document, entries=entries)), 2, imprint=IMPRINT, mark=MARK
    )
    printed = text(to_pdf(sheets))  # type: ignore[arg-type]
    for wanted in ("Official 3, 20:00", "revision 812", '#read("/etc/passwd") *x*'):
        assert wanted in printed


def test_before_anybody_has_a_rank_nobody_is_called(book: RaceBook) -> None:
    bare = RaceBook(replace(book.document, passings=(), rulings=()))
    sheets = prize_list(bare, 1, imprint=IMPRINT, mark=MARK)
    assert [p["rows"] for p in sheets.data["podiums"]] == [[] for _ in sheets.data["podiums"]]
    assert "Nobody has a rank yet" in text(to_pdf(sheets))
