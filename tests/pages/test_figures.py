from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from timing.core.definition import Rules
from timing.core.times import Rounding, parse_instant
from timing.pages import figures

ZURICH = ZoneInfo("Europe/Zurich")


@pytest.mark.parametrize(
    ("ms", "printed"),
    [(0, "0:00:00"), (5_746_000, "1:35:46"), (-60_000, "−0:01:00"), (1_877_757_000, "521:35:57")],
)
def test_times_have_all_their_hours_and_a_true_minus(ms: int, printed: str) -> None:
    assert figures.time(ms) == printed


@pytest.mark.parametrize(
    ("ms", "printed"),
    [
        (0, "0:00"),
        (34_000, "0:34"),
        (549_000, "9:09"),
        (900_000, "15:00"),
        (4_126_000, "1:08:46"),
        (-34_000, "−0:34"),
    ],
)
def test_gaps_leave_out_hours_that_are_not_there(ms: int, printed: str) -> None:
    assert figures.short(ms) == printed


def test_a_gap_has_its_sign() -> None:
    assert figures.behind(34_000) == "+0:34"
    assert figures.behind(-34_000) == "−0:34"
    assert figures.behind(34_500, 100) == "+0:34.5"


def test_time_since_the_start_is_rounded_as_stage_times_are() -> None:
    """Rules 1.4."""
    assert figures.elapsed(3_600_001, Rules(rounding=Rounding.UP)) == "1:00:01"
    assert figures.elapsed(3_600_999, Rules(rounding=Rounding.DOWN)) == "1:00:00"


def test_a_clock_says_on_which_day() -> None:
    """Rules 1.2: a time of day belongs to its stage."""
    night = parse_instant("2026-08-29T00:14:05Z")
    assert figures.clock(night, ZURICH) == "02:14:05"
    assert figures.clock(night, ZURICH, date(2026, 8, 28)) == "+1 02:14:05"
    assert figures.clock(night, ZURICH, date(2026, 8, 30)) == "−1 02:14:05"
    assert figures.clock_minutes(night, ZURICH, date(2026, 8, 28)) == "+1 02:14"


@pytest.mark.parametrize(
    ("metres", "printed"), [(0, "0.0"), (34_249, "34.2"), (34_250, "34.3"), (1_042_500, "1,042.5")]
)
def test_kilometres_have_one_decimal(metres: int, printed: str) -> None:
    assert figures.kilometres(metres) == printed


def test_pace_is_cut_to_the_second_and_empty_over_no_distance() -> None:
    assert figures.pace(3_527_000, 10_400) == "5:39"
    assert figures.pace(60_000, 0) == ""


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Zurich", "UTC+2"),
        ("Asia/Kathmandu", "UTC+5:45"),
        ("America/Denver", "UTC−6"),
        ("UTC", "UTC+0"),
    ],
)
def test_the_race_s_clock_is_said_against_utc(zone: str, said: str) -> None:
    assert figures.utc_offset(parse_instant("2026-08-28T12:00:00Z"), ZoneInfo(zone)) == said
