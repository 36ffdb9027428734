"""Real files of other timekeepers laid beside what we compute of the same races."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.results import enduro_norway, tour_femmes
from timing.core.book import RaceBook
from timing.importers.columns import read_table
from timing.importers.vendor import (
    Compared,
    Verdict,
    compare_results,
    guess_result_columns,
    read_results,
    tendency,
)
from timing.operations.comparing import our_lines
from timing.racefile import loads


def beside(
    book: RaceBook, rows: Iterable[Mapping[str, str]], *, board: str = "", stage: int | None = None
) -> tuple[Compared, ...]:
    """Our result beside rows of theirs, as a file of its own under their header."""
    lines = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    table = read_table(out.getvalue().encode())
    theirs = read_results(table, guess_result_columns(table))
    ours = our_lines(book, board=board, stage=stage)
    return compare_results(ours, theirs, book.race.rules.precision)


@pytest.fixture(scope="module")
def tour(shared_data: Path) -> Path:
    return shared_data / "tdff_2022_2024"


@pytest.fixture(scope="module")
def enduro(shared_data: Path) -> Path:
    return shared_data / "enduro_norway"


def test_the_official_final_lists_of_a_tour_are_ours_line_by_line(tour: Path) -> None:
    """Times in seconds alone; who did not finish is in ours only, without a rank."""
    compared = 0
    for year in tour_femmes.YEARS:
        book = RaceBook(loads(tour_femmes.racefile(tour, year), name=year))
        rows = tour_femmes.rows(tour, "gc_final.csv", year)
        found = beside(book, rows, board="gc")
        assert {one.verdict for one in found} == {Verdict.SAME}, year
        compared += sum(one.theirs is not None for one in found)
    assert compared == 342


def test_without_our_bonuses_and_penalties_exactly_55_of_their_times_are_others(
    tour: Path,
) -> None:
    times = 0
    for year in tour_femmes.YEARS:
        bare = tour_femmes.racefile(tour, year, adjustments=False)
        rows = tour_femmes.rows(tour, "gc_final.csv", year)
        found = beside(RaceBook(loads(bare, name=year)), rows, board="gc")
        times += sum(one.verdict is Verdict.TIME for one in found)
    assert times == 55


def test_what_a_list_without_bonuses_lacks_is_said_to_be_ours(tour: Path) -> None:
    """Their final times as they would be without the bonuses and penalties that they had."""
    explained = 0
    for year in tour_femmes.YEARS:
        book = RaceBook(loads(tour_femmes.racefile(tour, year), name=year))
        rows = [
            {
                "bib": row["bib"],
                "seconds": str(
                    int(row["seconds"]) + int(row["bonus_total_s"]) - int(row["penalty_total_s"])
                ),
            }
            for row in tour_femmes.rows(tour, "gc_final.csv", year)
        ]
        found = beside(book, rows, board="gc")
        off = [one for one in found if one.verdict is Verdict.TIME]
        assert all(one.because.startswith("our ") for one in off), year
        explained += len(off)
    assert explained == 55


def test_15_ranks_of_an_enduro_series_are_ties_that_they_number_on(enduro: Path) -> None:
    reasons: Counter[tuple[Verdict, str]] = Counter()
    for event in enduro_norway.CLEAN:
        book = RaceBook(
            loads(enduro_norway.racefile(enduro, event, equal_rank="shared"), name=event)
        )
        official = enduro_norway.totals(enduro, event)
        rows = [
            row
            for row in enduro_norway.results(enduro, event)
            if row["kind"] == "total" and row["bib"] in official
        ]
        for classification in book.race.classifications:
            of_class = {e.bib for e in book.entries() if e.division == classification.division}
            theirs = [row for row in rows if row["bib"] in of_class]
            if theirs:
                found = beside(book, theirs, board=classification.code)
                reasons.update((one.verdict, one.because) for one in found if one.theirs)
    assert reasons == {
        (Verdict.SAME, ""): 931,
        (Verdict.RANK, "a tie, which they number on"): 15,
    }


def test_a_timer_that_cuts_its_times_is_seen_to_round_down(enduro: Path) -> None:
    """EQ Timing cuts to a tenth; rounded to the nearest, ours are the same or a tenth more."""
    book = RaceBook(loads(enduro_norway.eqtiming_racefile(enduro, "nearest"), name="harstad"))
    cut = RaceBook(loads(enduro_norway.eqtiming_racefile(enduro, "down"), name="harstad"))
    total = off = 0
    for stage in book.stages:
        rows = [
            {"bib": line["bib"], "time_formatted": line["time_formatted"]}
            for line in enduro_norway.eqtiming(enduro)
            if enduro_norway.stage_of(line) == stage
        ]
        found = beside(book, rows, stage=stage)
        theirs = [one for one in found if one.theirs is not None]
        assert {one.verdict for one in theirs} <= {Verdict.SAME, Verdict.TIME}
        differing = [one for one in theirs if one.verdict is Verdict.TIME]
        assert {(one.off, one.because) for one in differing} == {(-100, "rounding")}
        assert "round down" in tendency(found)
        exact = beside(cut, rows, stage=stage)
        assert {one.verdict for one in exact if one.theirs is not None} == {Verdict.SAME}
        total += len(theirs)
        off += len(differing)
    assert (total, total - off) == (332, 142)
