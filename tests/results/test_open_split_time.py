"""OpenSplitTime's fixtures: elapsed times, and planted errors that are listed and not ranked."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.results.open_split_time import Seen, Start, starts
from timing.core.book import RaceBook
from timing.core.results import Split
from timing.racefile import loads


@pytest.fixture(scope="module")
def races(shared_data: Path) -> list[tuple[Start, RaceBook]]:
    return [
        (start, RaceBook(loads(start.racefile(), name=f"{start.name}.yaml")))
        for start in starts(shared_data / "opensplittime_fixtures")
    ]


OF_PACE = ("missed-control", "too-fast", "too-slow", "likely-misread")
"""What is asked about a field so small: no contradiction between records, and nothing lost."""


def accepted(book: RaceBook) -> dict[str, Split]:
    """The splits of everybody, by the record behind each."""
    return {s.record: s for entry in book.entries() for s in book.splits(1, entry.id)}


def codes_of(book: RaceBook, seen: Seen) -> list[str]:
    """The problems that name a record."""
    return [p.code.value for p in book.problems() if seen.record in p.records]


def test_every_elapsed_time_is_that_of_the_record_less_the_start(
    races: list[tuple[Start, RaceBook]],
) -> None:
    found: Counter[str] = Counter()
    for start, book in races:
        taken = accepted(book)
        for seen in start.seen:
            if seen.elapsed is None:
                continue
            if seen.record in taken:
                assert taken[seen.record].elapsed == round(seen.elapsed * 1000), seen
                found["alike"] += 1
            else:
                # Earlier than the one before: listed, and no time is made of it.
                assert codes_of(book, seen) == ["out-of-order"], seen
                found["listed"] += 1
    assert found == {"alike": 1_000, "listed": 3}


def test_whoever_has_no_start_is_listed_and_has_no_time(
    races: list[tuple[Start, RaceBook]],
) -> None:
    without = []
    for start, book in races:
        taken = accepted(book)
        for seen in start.seen:
            if seen.elapsed is None:
                without.append(seen)
                assert seen.record not in taken or taken[seen.record].elapsed is None
                bib = book.entry(seen.effort).bib
                assert "no-start" in [p.code.value for p in book.problems() if p.bib == bib]
    assert len(without) == 6
    assert {seen.effort for seen in without} == {"hardrock_2014_without_start"}


@pytest.mark.parametrize(
    ("effort", "listed"),
    [("ggd30_50k_bad_finish", 1), ("sum_100k_drop_anvil", 2), ("hardrock_2014_without_start", 0)],
)
def test_a_planted_error_makes_nobody_ranked(
    races: list[tuple[Start, RaceBook]], effort: str, listed: int
) -> None:
    (book,) = [book for start, book in races if effort in {seen.effort for seen in start.seen}]
    line, bib = book.stage_line(1, effort), book.entry(effort).bib

    assert line is not None
    assert (line.time, line.rank) == (None, None)
    problems = [p.code.value for p in book.problems() if p.bib == bib]
    assert problems.count("out-of-order") == listed
    assert problems


def test_there_are_no_other_contradictions_than_the_planted_ones(
    races: list[tuple[Start, RaceBook]],
) -> None:
    codes = Counter(
        problem.code.value
        for _, book in races
        for problem in book.problems()
        if problem.code.value not in OF_PACE
    )
    assert codes == {"out-of-order": 3, "no-start": 1}
