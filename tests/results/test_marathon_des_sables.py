"""Marathon des Sables: ranks at real size in each year's convention, real penalties and credits."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.results.marathon_des_sables import (
    CONSECUTIVE,
    drop_outs,
    drop_outs_racefile,
    finishers,
    finishers_racefile,
    stage_of,
)
from timing.core.book import RaceBook
from timing.core.entries import Entry
from timing.core.statuses import RaceStatus
from timing.racefile import loads

YEARS = ("2009", "2013", "2015", "2019", "2021", "2023", "2024", "2025")


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "mds"


@pytest.fixture(scope="module")
def books(folder: Path) -> dict[str, RaceBook]:
    """Of every year, ranks of equal times being shared."""
    return {
        year: RaceBook(loads(finishers_racefile(folder, year, "shared"), name=f"{year}.yaml"))
        for year in YEARS
    }


def ranks(book: RaceBook, code: str) -> dict[str, int]:
    """Ranks by bib."""
    return {
        line.competitor.bib: line.rank
        for line in book.board(code).lines
        if isinstance(line.competitor, Entry) and line.rank is not None
    }


def test_every_overall_rank_is_the_official_one_in_the_convention_of_its_year(
    folder: Path, books: dict[str, RaceBook]
) -> None:
    compared = 0
    for year in YEARS:
        lines = finishers(folder, year)
        book = books[year]
        if year in CONSECUTIVE:
            book = RaceBook(loads(finishers_racefile(folder, year, "consecutive"), name=year))
        official = {str(n): int(row["rank"]) for n, row in enumerate(lines, start=1)}
        assert ranks(book, "gc") == official, year
        compared += len(official)
    assert compared == 6_477


def test_shared_where_the_year_numbers_on_44_ranks_would_differ(
    folder: Path, books: dict[str, RaceBook]
) -> None:
    lines = finishers(folder, "2015")
    ours = ranks(books["2015"], "gc")
    assert sum(ours[str(n)] != int(row["rank"]) for n, row in enumerate(lines, start=1)) == 44


def test_every_rank_among_men_and_women_is_the_official_one(
    folder: Path, books: dict[str, RaceBook]
) -> None:
    compared = 0
    for year in YEARS:
        ours = ranks(books[year], "gc-F") | ranks(books[year], "gc-M")
        lines = finishers(folder, year)
        assert ours == {str(n): int(row["rank_gender"]) for n, row in enumerate(lines, start=1)}
        compared += len(ours)
    assert compared == 6_477


def test_every_rank_in_an_age_category_is_the_official_one(
    folder: Path, books: dict[str, RaceBook]
) -> None:
    compared = 0
    for year in YEARS:
        official: dict[str, dict[str, int]] = {}
        for n, row in enumerate(finishers(folder, year), start=1):
            # 314 lines, 312 of them of 2024, have no category.
            if row["age_cat"]:
                official.setdefault(row["age_cat"], {})[str(n)] = int(float(row["rank_cat"]))
        for category, of_category in official.items():
            assert ranks(books[year], f"gc-{category}") == of_category, (year, category)
            compared += len(of_category)
    assert compared == 6_163


def test_real_penalties_and_credits_stand_with_drop_outs_and_rank_nobody(folder: Path) -> None:
    dropped = 0
    given: Counter[int] = Counter()
    for year, lines in drop_outs(folder).items():
        book = RaceBook(loads(drop_outs_racefile(year, lines), name=f"{year}.yaml"))
        board = {
            line.competitor.bib: line
            for line in book.board("gc").lines
            if isinstance(line.competitor, Entry)
        }
        assert [bib for bib, line in board.items() if line.rank is not None] == ["0"]
        for row in lines:
            line = board[row["row_id"]]
            assert (line.status, line.out_stage) == (RaceStatus.DNF, stage_of(row))
            amount = line.penalty - line.credit
            assert amount == int(row["penality"]) * 1000
            given[amount // 60_000] += 1
            dropped += 1
    assert dropped == 922
    assert (given[30], given[120], given[60], given[90], given[375]) == (41, 26, 8, 5, 1)
    assert given[-60] == 2
