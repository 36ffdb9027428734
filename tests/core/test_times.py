"""Instants, durations and times of day (Rules 1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timing.core.times import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    BadTime,
    BadZone,
    Rounding,
    TimeOfDay,
    format_duration,
    format_exact_duration,
    format_instant,
    format_reading,
    format_time_of_day,
    is_minutes_only,
    local_clock,
    local_instants,
    parse_duration,
    parse_instant,
    parse_reading,
    parse_time_of_day,
    round_to,
    truncate,
    zone_named,
)

ZURICH = ZoneInfo("Europe/Zurich")
PRECISIONS = (1000, 100, 10, 1)
FIRST_YEARS = (datetime(1950, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))

durations = st.integers(-99_999 * HOUR, 99_999 * HOUR)
instants = st.integers(*(int(moment.timestamp()) * 1000 for moment in FIRST_YEARS))
precisions = st.sampled_from(PRECISIONS)
times_of_day = st.builds(
    TimeOfDay, st.integers(0, DAY - 1), st.one_of(st.none(), st.integers(-99, 99))
)
zones = st.sampled_from(
    [
        ZURICH,
        ZoneInfo("America/Denver"),
        ZoneInfo("Asia/Kathmandu"),
        ZoneInfo("Australia/Lord_Howe"),
        ZoneInfo("Africa/Casablanca"),
    ]
)


# -- durations -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("0:00:00", 0),
        ("00:00", 0),
        ("45:30", 45 * MINUTE + 30 * SECOND),
        ("99:59", 99 * MINUTE + 59 * SECOND),
        ("1:02:03", HOUR + 2 * MINUTE + 3 * SECOND),
        ("521:35:57", 521 * HOUR + 35 * MINUTE + 57 * SECOND),
        ("99999:59:59", 99_999 * HOUR + 59 * MINUTE + 59 * SECOND),
        ("45:30.5", 45 * MINUTE + 30_500),
        ("45:30.05", 45 * MINUTE + 30_050),
        ("45:30.005", 45 * MINUTE + 30_005),
        ("-0:00:01", -SECOND),
        ("−0:00:01", -SECOND),
        (" 1:02:03 ", HOUR + 2 * MINUTE + 3 * SECOND),
    ],
)
def test_a_duration_is_hours_minutes_seconds_or_minutes_seconds(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize(
    "text", ["", "30", "1:60", "1:60:00", "1:02:60", "1:02:03.0001", "1:2:3", "1 day", "--1:00"]
)
def test_what_is_no_duration_is_refused_with_what_was_given(text: str) -> None:
    with pytest.raises(BadTime) as caught:
        parse_duration(text)
    assert caught.value.text == text
    assert caught.value.expected == "a duration like 1:02:03 or 45:30.5"
    assert repr(text) in str(caught.value)


def test_a_duration_prints_as_many_hour_digits_as_it_needs_and_never_days() -> None:
    assert format_duration(0) == "0:00:00"
    assert format_duration(59 * SECOND) == "0:00:59"
    assert format_duration(DAY) == "24:00:00"
    assert format_duration(521 * HOUR + 35 * MINUTE + 57 * SECOND) == "521:35:57"
    assert format_duration(-SECOND) == "-0:00:01"


def test_decimals_stand_only_where_the_precision_is_finer_than_a_second() -> None:
    assert format_duration(3_600_456, 1000) == "1:00:00"
    assert format_duration(3_600_456, 100) == "1:00:00.4"
    assert format_duration(3_600_456, 10) == "1:00:00.45"
    assert format_duration(3_600_456, 1) == "1:00:00.456"
    assert format_duration(-3_600_056, 10) == "-1:00:00.05"


def test_an_exact_duration_has_decimals_only_where_there_are_some() -> None:
    assert format_exact_duration(HOUR) == "1:00:00"
    assert format_exact_duration(HOUR + 400) == "1:00:00.4"
    assert format_exact_duration(HOUR + 40) == "1:00:00.04"
    assert format_exact_duration(-HOUR - 1) == "-1:00:00.001"


@given(durations)
def test_an_exact_duration_reads_back_as_itself(ms: int) -> None:
    assert parse_duration(format_exact_duration(ms)) == ms


@given(durations, precisions)
def test_a_rounded_duration_reads_back_as_itself_at_its_precision(ms: int, precision: int) -> None:
    rounded = round_to(ms, precision, Rounding.DOWN)
    assert parse_duration(format_duration(rounded, precision)) == rounded


# -- rounding ------------------------------------------------------------------------------------


@given(durations, precisions, st.sampled_from(Rounding))
def test_a_rounded_duration_is_a_whole_number_of_units_less_than_one_away(
    ms: int, precision: int, rounding: Rounding
) -> None:
    rounded = round_to(ms, precision, rounding)
    assert rounded % precision == 0
    assert abs(rounded - ms) < precision


@given(durations, precisions, st.sampled_from(Rounding))
def test_rounding_twice_is_rounding_once(ms: int, precision: int, rounding: Rounding) -> None:
    once = round_to(ms, precision, rounding)
    assert round_to(once, precision, rounding) == once


@given(durations, durations, precisions, st.sampled_from(Rounding))
def test_rounding_never_swaps_two_times(
    one: int, other: int, precision: int, rounding: Rounding
) -> None:
    less, more = sorted((one, other))
    assert round_to(less, precision, rounding) <= round_to(more, precision, rounding)


@given(durations, precisions)
def test_up_never_falls_down_never_rises_and_nearest_is_the_nearer(ms: int, precision: int) -> None:
    up = round_to(ms, precision, Rounding.UP)
    down = round_to(ms, precision, Rounding.DOWN)
    assert down <= ms <= up
    # At a half both are as near, and up it is.
    assert round_to(ms, precision, Rounding.NEAREST) == (up if up - ms <= ms - down else down)


@pytest.mark.parametrize(
    ("rounding", "of_a_whole", "of_a_little_more", "of_a_half", "of_a_little_less"),
    [
        (Rounding.UP, 1000, 2000, 2000, 2000),
        (Rounding.DOWN, 1000, 1000, 1000, 1000),
        (Rounding.NEAREST, 1000, 1000, 2000, 2000),
    ],
)
def test_each_way_of_rounding_at_its_borders(
    rounding: Rounding,
    of_a_whole: int,
    of_a_little_more: int,
    of_a_half: int,
    of_a_little_less: int,
) -> None:
    assert round_to(1000, SECOND, rounding) == of_a_whole
    assert round_to(1001, SECOND, rounding) == of_a_little_more
    assert round_to(1500, SECOND, rounding) == of_a_half
    assert round_to(1999, SECOND, rounding) == of_a_little_less


def test_a_half_below_zero_goes_up_too() -> None:
    assert round_to(-1500, SECOND, Rounding.NEAREST) == -1000
    assert round_to(-1501, SECOND, Rounding.NEAREST) == -2000


@given(durations, precisions)
def test_truncating_is_rounding_down(ms: int, precision: int) -> None:
    assert truncate(ms, precision) == round_to(ms, precision, Rounding.DOWN)


# -- times of day --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ms", "day"),
    [
        ("08:00", 8 * HOUR, None),
        ("8:00", 8 * HOUR, None),
        ("00:00", 0, None),
        ("23:59:59.999", DAY - 1, None),
        ("10:12:33.25", 10 * HOUR + 12 * MINUTE + 33_250, None),
        ("+1 02:14:00", 2 * HOUR + 14 * MINUTE, 1),
        ("+0 02:14", 2 * HOUR + 14 * MINUTE, 0),
        ("-1 23:50:00", 23 * HOUR + 50 * MINUTE, -1),
        ("+10  02:14", 2 * HOUR + 14 * MINUTE, 10),
    ],
)
def test_a_time_of_day_may_have_seconds_decimals_and_a_day_offset(
    text: str, ms: int, day: int | None
) -> None:
    assert parse_time_of_day(text) == TimeOfDay(ms, day)
    assert parse_reading(text) == TimeOfDay(ms, day)


@pytest.mark.parametrize(
    "text", ["", "24:00", "08:60", "08:00:60", "8", "1 08:00", "+1", "+100 08:00", "08:00:00.1234"]
)
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(BadTime):
        parse_time_of_day(text)


@given(times_of_day)
def test_a_time_of_day_reads_back_as_itself(time: TimeOfDay) -> None:
    assert parse_time_of_day(format_time_of_day(time)) == time
    assert parse_reading(format_reading(time)) == time


def test_a_time_of_day_without_seconds_is_good_to_a_minute() -> None:
    assert is_minutes_only("10:12")
    assert is_minutes_only("+1 10:12")
    assert not is_minutes_only("10:12:00")


# -- instants ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2026-08-28T18:00:00Z", 1_787_940_000_000),
        ("2026-08-28T20:00:00.250+02:00", 1_787_940_000_250),
        # Finer than a millisecond is cut off.
        ("1970-01-01T00:00:00.0019Z", 1),
    ],
)
def test_an_instant_is_milliseconds_since_1970_in_utc(text: str, instant: int) -> None:
    assert parse_instant(text) == instant
    assert parse_reading(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-08-28",
        "2026-08-28T18:00:00",
        "2026-08-28T25:00:00Z",
        "2026-02-30T18:00:00Z",
        "yesterday",
        # Before the year 1 in UTC, and after the year 9999: no calendar has a name for it.
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_what_is_no_instant_with_an_offset_is_refused(text: str) -> None:
    with pytest.raises(BadTime) as caught:
        parse_instant(text)
    assert caught.value.expected == "an instant like 2026-08-28T18:00:00Z"


@given(instants)
def test_an_instant_reads_back_as_itself(instant: int) -> None:
    assert parse_instant(format_instant(instant)) == instant
    assert parse_reading(format_reading(instant)) == instant


@given(instants, zones)
def test_an_instant_reads_back_from_any_zone(instant: int, zone: ZoneInfo) -> None:
    assert parse_instant(format_instant(instant, zone)) == instant


def test_an_instant_has_milliseconds_only_where_there_are_some() -> None:
    assert format_instant(0) == "1970-01-01T00:00:00Z"
    assert format_instant(5) == "1970-01-01T00:00:00.005Z"
    assert format_instant(0, ZURICH) == "1970-01-01T01:00:00+01:00"


# -- zones ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "Europe", "Mars/Olympus", "../etc/passwd", "/etc", "a\0b"])
def test_a_name_that_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(BadZone):
        zone_named(name)


def test_a_zone_has_its_name() -> None:
    assert zone_named("America/Denver").key == "America/Denver"


def test_a_clock_shows_the_date_and_time_of_its_zone() -> None:
    shown = local_clock(parse_instant("2026-08-28T23:30:00Z"), ZURICH)
    assert shown.replace(tzinfo=None) == datetime.fromisoformat("2026-08-29T01:30:00")


def test_a_clock_shows_most_times_once_the_repeated_ones_twice_and_the_skipped_never() -> None:
    half_past_two = 2 * HOUR + 30 * MINUTE
    assert local_instants(date(2026, 8, 28), half_past_two, ZURICH) == (
        parse_instant("2026-08-28T00:30:00Z"),
    )
    assert local_instants(date(2026, 10, 25), half_past_two, ZURICH) == (
        parse_instant("2026-10-25T00:30:00Z"),
        parse_instant("2026-10-25T01:30:00Z"),
    )
    assert local_instants(date(2026, 3, 29), half_past_two, ZURICH) == ()


@given(instants, zones)
def test_every_instant_is_among_those_at_which_its_clock_shows_what_it_shows(
    instant: int, zone: ZoneInfo
) -> None:
    shown = local_clock(instant, zone)
    ms = (shown.replace(tzinfo=None) - datetime.combine(shown.date(), datetime.min.time())) // (
        timedelta(milliseconds=1)
    )
    found = local_instants(shown.date(), ms, zone)
    assert instant in found
    assert list(found) == sorted(set(found))
    assert all(
        local_clock(i, zone).replace(tzinfo=None) == shown.replace(tzinfo=None) for i in found
    )
