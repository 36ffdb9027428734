"""The time of a race that is played, in a file that all processes read."""

from pathlib import Path

import pytest

from timing.live.played_clock import clock_of_races, read_clock, write_clock

NOON = 1_787_918_400_000
"""2026-08-28T12:00:00Z."""


def test_the_time_is_what_the_file_says_at_the_moment(tmp_path: Path) -> None:
    clock = clock_of_races(tmp_path / "clock.txt", lambda: 7)
    write_clock(tmp_path / "clock.txt", NOON)
    assert clock() == NOON
    assert (tmp_path / "clock.txt").read_text() == "2026-08-28T12:00:00Z\n"
    write_clock(tmp_path / "clock.txt", NOON + 1)
    assert clock() == NOON + 1
    assert [path.name for path in tmp_path.iterdir()] == ["clock.txt"]


@pytest.mark.parametrize("text", ["", "half past nine", "2026-08-28T12:00:00"])
def test_a_file_that_says_no_time_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "clock.txt"
    assert read_clock(file) is None
    file.write_text(text)
    assert read_clock(file) is None
    assert clock_of_races(file, lambda: 7)() == 7


def test_where_nothing_is_played_the_clock_is_that_of_the_machine() -> None:
    assert clock_of_races(None, lambda: 7)() == 7
