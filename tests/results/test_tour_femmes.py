"""Tour de France Femmes 2022-2024: every official total, and the order of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.results.tour_femmes import (
    YEARS,
    official_after,
    official_of_stages,
    official_totals,
    racefile,
)
from timing.core.book import RaceBook
from timing.core.results import Board, TieBreak
from timing.exports.table import stage_boards_of
from timing.racefile import loads


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "tdff_2022_2024"


@pytest.fixture(scope="module")
def books(folder: Path) -> dict[str, RaceBook]:
    return {year: RaceBook(loads(racefile(folder, year), name=f"{year}.yaml")) for year in YEARS}


def _ranked(board: Board) -> list[tuple[str, int, int]]:
    return [
        (line.competitor.name, line.rank, (line.time or 0) // 1000)
        for line in board.lines
        if line.rank is not None
    ]


def test_every_final_total_and_rank_is_the_official_one(
    folder: Path, books: dict[str, RaceBook]
) -> None:
    compared = 0
    for year in YEARS:
        official = official_totals(folder, year)
        assert _ranked(books[year].board("gc", 8)) == official, year
        compared += len(official)
    assert compared == 342


def test_every_total_after_a_stage_is_the_official_one(
    folder: Path, books: dict[str, RaceBook]
) -> None:
    compared = 0
    for year in YEARS:
        for stage, official in official_after(folder, year).items():
            ours = {name: time for name, _, time in _ranked(books[year].board("gc", stage))}
            assert ours == {name: time for name, _, time in official}, (year, stage)
            compared += len(official)
    assert compared == 418


@pytest.mark.parametrize(("year", "stage"), [("2023", 8), ("2024", 2)])
def test_the_order_after_a_stage_is_the_official_one(
    folder: Path, books: dict[str, RaceBook], year: str, stage: int
) -> None:
    # After stage 3 of 2024, a time trial, hidden fractions decide: they are not in the data.
    official = official_after(folder, year)[stage]
    assert _ranked(books[year].board("gc", stage)) == official


def test_148_riders_who_share_17_times_are_parted_by_their_places(
    books: dict[str, RaceBook],
) -> None:
    lines = books["2024"].board("gc", 2).lines
    assert len(lines) == 148
    times = Counter(line.time for line in lines)
    assert len(times) == 17
    assert len({line.rank for line in lines}) == 148
    tied = [line for line in lines if times[line.time] > 1]
    assert {line.tie for line in tied} <= {TieBreak.PLACE_SUM, TieBreak.LAST_STAGE_PLACE}


def test_places_two_and_three_of_2023_are_decided_by_the_sum_of_places(
    books: dict[str, RaceBook],
) -> None:
    _, second, third = books["2023"].board("gc", 8).lines[:3]
    assert second.time == third.time
    assert (second.rank, third.rank) == (2, 3)
    assert second.tie == third.tie == TieBreak.PLACE_SUM


def test_without_bonuses_and_penalties_exactly_55_totals_are_wrong(folder: Path) -> None:
    wrong = 0
    for year in YEARS:
        book = RaceBook(loads(racefile(folder, year, adjustments=False), name="without.yaml"))
        ours = {name: time for name, _, time in _ranked(book.board("gc", 8))}
        wrong += sum(ours[name] != time for name, _, time in official_totals(folder, year))
    assert wrong == 55


def test_riders_ranked_below_a_slower_time_keep_their_declared_places(
    books: dict[str, RaceBook],
) -> None:
    behind_slower = 0
    for book in books.values():
        for stage in book.stages:
            slowest = 0
            board = book.stage_boards(stage)[0]
            for line in board.lines:
                if line.rank is not None and line.time is not None:
                    behind_slower += line.time < slowest
                    slowest = max(slowest, line.time)
    assert behind_slower == 21


def test_the_team_times_of_every_stage_are_those_of_the_best_three(
    folder: Path, books: dict[str, RaceBook]
) -> None:
    compared = 0
    for year in YEARS:
        for stage, official in official_of_stages(folder, year, "stage_team.csv", "team").items():
            board = books[year].stage_boards(stage)[1]
            ours = {
                line.competitor.name: (line.rank, line.time)
                for line in board.lines
                if line.time is not None
            }
            times = [seconds for _, _, seconds in official]
            # Teams of one time share a rank: the race parts them by their riders' places.
            assert ours == {
                name: (1 + sum(other < seconds for other in times), seconds * 1000)
                for name, _, seconds in official
            }, (year, stage)
            compared += len(official)
    assert compared == 530


def test_the_youth_list_of_every_stage_is_the_official_one(
    folder: Path, books: dict[str, RaceBook]
) -> None:
    compared = 0
    for year in YEARS:
        for stage, official in official_of_stages(folder, year, "stage_youth.csv", "rider").items():
            (board,) = stage_boards_of(books[year], stage, "youth")
            ours = [
                (line.competitor.name, (line.time or 0) // 1000)
                for line in board.lines
                if line.rank is not None
            ]
            assert ours == [(name, seconds) for name, _, seconds in official], (year, stage)
            compared += len(official)
    assert compared == 479
