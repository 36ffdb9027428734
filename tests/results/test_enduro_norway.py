"""Norwegian enduro: totals, ranks in both conventions, and times from starts and finishes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.results.enduro_norway import (
    CLEAN,
    clock,
    duration,
    eqtiming,
    eqtiming_racefile,
    racefile,
    sportident,
    sportident_racefile,
    stage_of,
    totals,
)
from timing.core.book import RaceBook
from timing.core.entries import Entry
from timing.core.times import Duration
from timing.racefile import loads


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "enduro_norway"


def final(folder: Path, event: str, equal_rank: str) -> dict[str, tuple[Duration | None, int]]:
    """By bib: the total and the rank within the class; 0 where there is none."""
    book = RaceBook(loads(racefile(folder, event, equal_rank=equal_rank), name=event))
    return {
        line.competitor.bib: (line.time, line.rank or 0)
        for classification in book.race.classifications
        for line in book.board(classification.code).lines
        if isinstance(line.competitor, Entry)
    }


def test_every_total_of_a_clean_event_is_the_sum_of_its_stages(folder: Path) -> None:
    compared = 0
    for event in CLEAN:
        ours = final(folder, event, "shared")
        official = totals(folder, event)
        assert {bib: ours[bib][0] for bib in official} == {b: t[0] for b, t in official.items()}
        assert all(ours[bib][1] for bib in official), event
        compared += len(official)
    assert compared == 946


def test_every_rank_is_the_official_one_but_for_ties_numbered_on(folder: Path) -> None:
    alike = tied = 0
    for event in CLEAN:
        ours = final(folder, event, "shared")
        official = totals(folder, event)
        sizes = Counter((total, name) for total, _, name in official.values())
        for bib, (total, position, name) in official.items():
            if ours[bib][1] == position:
                alike += 1
                continue
            assert ours[bib][1] < position < ours[bib][1] + sizes[total, name]
            tied += 1
    assert (alike, tied) == (931, 15)


def test_numbered_consecutively_the_ranks_of_ties_are_the_official_ones_too(folder: Path) -> None:
    compared = 0
    for event in CLEAN:
        ours = final(folder, event, "consecutive")
        official = totals(folder, event)
        # Who of a tie comes first nobody decided: the ranks that a time has are compared.
        theirs = Counter(official.values())
        assert Counter((*ours[bib], official[bib][2]) for bib in official) == theirs, event
        compared += len(official)
    assert compared == 946


def test_stage_and_cumulative_times_and_positions_are_those_of_sportident(folder: Path) -> None:
    book = RaceBook(loads(sportident_racefile(folder), name="hakadal.yaml"))
    stages = cumulative = numbered_on = 0
    for number in book.stages:
        boards = {
            line.competitor.bib: line
            for classification in book.race.classifications
            for line in book.board(classification.code, number).lines
            if isinstance(line.competitor, Entry)
        }
        for rider in sportident(folder):
            bib = rider["athlete"]["bib"]
            for stage in (rider["stages"] or ())[number - 1 : number]:
                ours = book.stage_line(number, bib)
                assert ours is not None
                result, sums = stage["result"], stage["cumulativeResult"]
                assert ours.time == clock(result["time"]).total_seconds() * 1000
                assert ours.rank == result["position"]["class"]
                stages += 1
                assert boards[bib].time == clock(sums["time"]).total_seconds() * 1000
                line = boards[bib]
                beyond = sums["position"]["class"] - (line.rank or 0)
                # Stages share a position there, sums do not.
                same = [
                    o for o in boards.values() if (o.division, o.time) == (line.division, line.time)
                ]
                assert 0 <= beyond < len(same)
                numbered_on += beyond > 0
                cumulative += 1
    assert (stages, cumulative, numbered_on) == (164, 164, 13)


@pytest.mark.parametrize(("rounding", "alike"), [("down", 332), ("nearest", 142)])
def test_a_time_of_eq_timing_is_finish_less_start_with_the_rest_cut_off(
    folder: Path, rounding: str, alike: int
) -> None:
    book = RaceBook(loads(eqtiming_racefile(folder, rounding), name="harstad.yaml"))
    lines = eqtiming(folder)
    found = 0
    for line in lines:
        ours = book.stage_line(stage_of(line), line["bib"])
        assert ours is not None
        found += ours.time == duration(line["time_formatted"]) == int(line["accumulated_ms"])
    assert (len(lines), found) == (332, alike)
