"""Times and places as other timekeepers write them."""

from __future__ import annotations

import pytest

from timing.core.times import DAY, HOUR, MINUTE, SECOND
from timing.importers.columns import read_table
from timing.importers.vendor import guess_result_columns, read_results


def read(header: str, line: str) -> tuple[int | None, int | None]:
    table = read_table(f"{header}\n{line}\n".encode())
    (one,) = read_results(table, guess_result_columns(table))
    return one.rank, one.time


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("4:05:23", 4 * HOUR + 5 * MINUTE + 23 * SECOND),
        ("05:23.4", 5 * MINUTE + 23 * SECOND + 400),
        ("125:00:07", 125 * HOUR + 7 * SECOND),
        ("4h05'23\"", 4 * HOUR + 5 * MINUTE + 23 * SECOND),
        ("4h05m23s", 4 * HOUR + 5 * MINUTE + 23 * SECOND),
        ("20:55:47 h", 20 * HOUR + 55 * MINUTE + 47 * SECOND),
        ("2d 00:10:05 h", 2 * DAY + 10 * MINUTE + 5 * SECOND),
        ("DNF", None),
        ("", None),
        ("soon", None),
        ("96944", None),
    ],
)
def test_a_time_is_read_as_it_is_written(text: str, time: int | None) -> None:
    quoted = text.replace('"', '""')
    assert read("place,bib,time", f'1,7,"{quoted}"') == (1, time)


def test_a_column_of_seconds_is_read_as_such() -> None:
    assert read("rank,bib,seconds", "1,11,96944") == (1, 96_944 * SECOND)
    assert read("rank,bib,Time (seconds)", "1,11,96944.5")[1] == 96_944_500


@pytest.mark.parametrize(
    ("text", "rank"),
    [("1", 1), ("12.", 12), ("3rd", 3), ("#4", 4), ("5 / 120", 5), ("DNF", None), ("", None)],
)
def test_a_place_is_read_as_it_is_written(text: str, rank: int | None) -> None:
    assert read("pos,bib,time", f"{text},7,1:00:00")[0] == rank
