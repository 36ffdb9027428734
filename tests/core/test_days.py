"""Times of day find their date (Rules 1.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from timing.core.days import NoSuchTime, StageDay, stage_day
from timing.core.times import DAY, HOUR, MINUTE, TimeOfDay, local_clock, parse_instant

ZURICH = ZoneInfo("Europe/Zurich")

ORDINARY = stage_day(date(2026, 8, 28), ZURICH)
SPRING = stage_day(date(2026, 3, 28), ZURICH)
AUTUMN = stage_day(date(2026, 10, 24), ZURICH)

CHANGES = [
    (date(2026, 3, 28), "Europe/Zurich"),  # an hour skipped in the night that follows
    (date(2026, 3, 29), "Europe/Zurich"),
    (date(2026, 10, 24), "Europe/Zurich"),  # an hour repeated in the night that follows
    (date(2026, 10, 25), "Europe/Zurich"),
    (date(2026, 4, 4), "Australia/Lord_Howe"),  # half an hour repeated
    (date(2026, 10, 3), "Australia/Lord_Howe"),  # half an hour skipped
    (date(2018, 11, 3), "America/Sao_Paulo"),  # midnight itself skipped
    (date(2018, 2, 17), "America/Sao_Paulo"),  # the last hour of a day repeated
    (date(2011, 4, 2), "Africa/Casablanca"),  # during a Marathon des Sables
]
ORDINARY_DAYS = [
    (date(2026, 8, 28), "Europe/Zurich"),
    (date(2026, 8, 28), "America/Denver"),
    (date(2026, 1, 5), "Asia/Kathmandu"),
    (date(2026, 8, 28), "UTC"),
]
changed_days = st.sampled_from(CHANGES).map(lambda c: stage_day(c[0], ZoneInfo(c[1])))
ordinary_days = st.sampled_from(ORDINARY_DAYS).map(lambda c: stage_day(c[0], ZoneInfo(c[1])))
stage_days = st.one_of(changed_days, ordinary_days)
minutes_of_day = st.integers(0, 24 * 60 - 1)
minutes_away = st.integers(-6 * 60, 4 * 24 * 60)


def at(text: str) -> int:
    return parse_instant(text)


def time_of(hours: int, minutes: int = 0) -> int:
    return hours * HOUR + minutes * MINUTE


def shown(day: StageDay, instant: int) -> tuple[date, int]:
    """Date and minute of the day that the race's clocks show."""
    moment = local_clock(instant, day.zone)
    return moment.date(), moment.hour * 60 + moment.minute


def shows(day: StageDay, minute: int, first: int, last: int) -> list[int]:
    """All the instants from first to last at which clocks show that minute, looked at in turn.

    Every zone here is some quarters of an hour from UTC, so only each fifteenth minute can.
    """
    quarter = 15 * MINUTE
    begin = first + (minute * MINUTE - first) % quarter
    return [i for i in range(begin, last + 1, quarter) if shown(day, i)[1] == minute]


# -- the day itself ------------------------------------------------------------------------------


def test_a_day_begins_at_midnight_of_the_race_zone() -> None:
    assert ORDINARY.midnight == at("2026-08-27T22:00:00Z")
    assert stage_day(date(2026, 8, 28), ZoneInfo("America/Denver")).midnight == at(
        "2026-08-28T06:00:00Z"
    )


def test_a_day_is_regular_where_no_clock_changes_around_it() -> None:
    assert ORDINARY.is_regular
    assert not SPRING.is_regular
    assert not AUTUMN.is_regular
    # The change on 25 October is ahead of a long stage that starts on the 15th.
    assert not stage_day(date(2026, 10, 15), ZURICH).is_regular
    assert stage_day(date(2026, 10, 28), ZURICH).is_regular


# -- with a day offset ---------------------------------------------------------------------------


def test_a_day_offset_counts_from_the_stage_date() -> None:
    assert ORDINARY.at(TimeOfDay(time_of(2, 14))) == at("2026-08-28T00:14:00Z")
    assert ORDINARY.at(TimeOfDay(time_of(2, 14), 0)) == at("2026-08-28T00:14:00Z")
    assert ORDINARY.at(TimeOfDay(time_of(2, 14), 2)) == at("2026-08-30T00:14:00Z")
    assert ORDINARY.at(TimeOfDay(time_of(23, 50), -1)) == at("2026-08-27T21:50:00Z")


def test_a_day_offset_beyond_a_clock_change_means_the_clock_there() -> None:
    assert SPRING.at(TimeOfDay(time_of(4), 1)) == at("2026-03-29T02:00:00Z")
    assert AUTUMN.at(TimeOfDay(time_of(4), 1)) == at("2026-10-25T03:00:00Z")


def test_a_repeated_time_with_a_day_offset_is_the_first_of_the_two() -> None:
    assert AUTUMN.at(TimeOfDay(time_of(2, 30), 1)) == at("2026-10-25T00:30:00Z")


def test_a_skipped_time_with_a_day_offset_does_not_exist() -> None:
    with pytest.raises(NoSuchTime):
        SPRING.at(TimeOfDay(time_of(2, 30), 1))


def test_a_plan_that_the_clocks_skip_is_as_much_after_the_change() -> None:
    # 02:30 of the old time is half an hour after the change: 03:30 of the new.
    assert SPRING.scheduled(TimeOfDay(time_of(2, 30), 1)) == at("2026-03-29T01:30:00Z")
    assert SPRING.scheduled(TimeOfDay(time_of(3), 1)) == at("2026-03-29T01:00:00Z")


# -- the first at or after the previous split ----------------------------------------------------


@pytest.mark.parametrize("day", [ORDINARY, SPRING, AUTUMN], ids=["ordinary", "spring", "autumn"])
def test_up_to_thirty_minutes_before_is_that_same_day(day: StageDay) -> None:
    previous = day.at(TimeOfDay(time_of(12)))
    assert day.not_before(time_of(12), previous) == previous
    assert day.not_before(time_of(12, 1), previous) == previous + MINUTE
    assert day.not_before(time_of(11, 30), previous) == previous - 30 * MINUTE
    next_morning = day.not_before(time_of(11, 30) - 1, previous)
    assert local_clock(next_morning, day.zone).date() == day.on + timedelta(days=1)


@pytest.mark.parametrize("day", [ORDINARY, SPRING, AUTUMN], ids=["ordinary", "spring", "autumn"])
def test_around_midnight_the_date_is_the_one_at_hand(day: StageDay) -> None:
    evening = day.at(TimeOfDay(time_of(23, 40)))
    assert day.not_before(time_of(23, 45), evening) == evening + 5 * MINUTE
    assert day.not_before(time_of(0, 5), evening) == evening + 25 * MINUTE
    morning = day.at(TimeOfDay(time_of(0, 10), day=1))
    assert day.not_before(time_of(23, 45), morning) == morning - 25 * MINUTE
    assert day.not_before(time_of(0, 5), morning) == morning - 5 * MINUTE


def test_a_time_that_was_skipped_on_the_only_date_there_is_does_not_exist() -> None:
    with pytest.raises(NoSuchTime):
        SPRING.not_before(time_of(2, 30), at("2026-03-28T19:00:00Z"))


def test_after_the_skipped_hour_its_times_are_the_next_morning() -> None:
    # As the clocks went, 02:30 would have been 03:30: until 04:00 that is the time meant.
    with pytest.raises(NoSuchTime):
        SPRING.not_before(time_of(2, 30), at("2026-03-29T02:00:00Z"))
    assert SPRING.not_before(time_of(2, 30), at("2026-03-29T02:00:00.001Z")) == at(
        "2026-03-30T00:30:00Z"
    )


def test_the_repeated_hour_is_the_one_at_or_after_the_previous_split() -> None:
    half_past_two = time_of(2, 30)
    assert AUTUMN.not_before(half_past_two, at("2026-10-25T00:00:00Z")) == at(
        "2026-10-25T00:30:00Z"
    )
    assert AUTUMN.not_before(half_past_two, at("2026-10-25T00:45:00Z")) == at(
        "2026-10-25T01:30:00Z"
    )
    # 02:45 the second time: 02:30 is a quarter of an hour before, out of order.
    assert AUTUMN.not_before(half_past_two, at("2026-10-25T01:45:00Z")) == at(
        "2026-10-25T01:30:00Z"
    )


@given(stage_days, minutes_of_day, minutes_away)
@example(AUTUMN, 2 * 60 + 30, 26 * 60 + 45)
@example(SPRING, 2 * 60 + 30, 20 * 60)
def test_a_time_is_the_first_at_or_after_unless_that_would_be_a_day_too_late(
    day: StageDay, minute: int, away: int
) -> None:
    """The rule, against looking at every minute there is."""
    previous = day.midnight + away * MINUTE
    ahead = shows(day, minute, previous, previous + 3 * DAY)
    shortly_before = shows(day, minute, previous - 30 * MINUTE, previous - 1)
    try:
        found = day.not_before(minute * MINUTE, previous)
    except NoSuchTime:
        # Only where a date, from half an hour before on, has no such minute at all.
        dates = [shown(day, previous - 30 * MINUTE)[0] + timedelta(days=n) for n in range(3)]
        on_dates = {
            shown(day, i)[0] for i in shows(day, minute, previous - 2 * DAY, previous + 4 * DAY)
        }
        assert any(each not in on_dates for each in dates)
        return
    assert shown(day, found)[1] == minute
    if found >= previous:
        assert found == ahead[0]
        # Nothing shortly before was meant, but for the other of two equal times of one date.
        assert all(shown(day, i) == shown(day, found) for i in shortly_before)
    else:
        assert found == shortly_before[-1]
        assert shown(day, ahead[0])[0] != shown(day, found)[0]


# -- the nearest to the gun ----------------------------------------------------------------------


def test_the_nearest_may_be_on_the_evening_before_or_the_morning_after() -> None:
    midnight = ORDINARY.midnight
    assert ORDINARY.nearest(time_of(23, 58), midnight) == midnight - 2 * MINUTE
    assert ORDINARY.nearest(time_of(0, 2), midnight + DAY - MINUTE) == midnight + DAY + 2 * MINUTE
    assert ORDINARY.nearest(time_of(8), midnight + 8 * HOUR) == midnight + 8 * HOUR


def test_the_nearest_to_a_gun_in_the_skipped_hour_does_not_exist() -> None:
    with pytest.raises(NoSuchTime):
        SPRING.nearest(time_of(2, 30), at("2026-03-29T01:00:00Z"))


def test_of_two_equal_times_the_nearer_to_the_gun_is_meant() -> None:
    assert AUTUMN.nearest(time_of(2, 30), at("2026-10-25T00:31:00Z")) == at("2026-10-25T00:30:00Z")
    assert AUTUMN.nearest(time_of(2, 30), at("2026-10-25T01:29:00Z")) == at("2026-10-25T01:30:00Z")
    # As near to both: the first.
    assert AUTUMN.nearest(time_of(2, 30), at("2026-10-25T01:00:00Z")) == at("2026-10-25T00:30:00Z")


@given(stage_days, minutes_of_day, minutes_away)
def test_no_other_instant_with_that_time_is_nearer(day: StageDay, minute: int, away: int) -> None:
    reference = day.midnight + away * MINUTE
    try:
        found = day.nearest(minute * MINUTE, reference)
    except NoSuchTime:
        assert day.zone.key != "UTC"
        assert not shows(day, minute, reference - DAY // 2, reference + DAY // 2)
        return
    others = shows(day, minute, reference - DAY, reference + DAY)
    assert found in others
    assert abs(found - reference) == min(abs(i - reference) for i in others)


# -- what is ambiguous ---------------------------------------------------------------------------


def test_only_what_clocks_show_twice_is_ambiguous() -> None:
    twice = at("2026-10-25T00:30:00Z")
    assert AUTUMN.is_ambiguous(twice, time_of(2, 30))
    assert AUTUMN.is_ambiguous(twice + HOUR, time_of(2, 30))
    assert not AUTUMN.is_ambiguous(at("2026-10-25T02:00:00Z"), time_of(3))
    assert not AUTUMN.is_ambiguous(twice - DAY, time_of(2, 30))
    assert not ORDINARY.is_ambiguous(at("2026-08-28T00:30:00Z"), time_of(2, 30))


@given(changed_days, minutes_away)
def test_ambiguous_is_what_another_instant_of_the_same_date_shows(day: StageDay, away: int) -> None:
    instant = day.midnight + away * MINUTE
    showing = shown(day, instant)
    twins = shows(day, showing[1], instant - 2 * HOUR, instant + 2 * HOUR)
    assert day.is_ambiguous(instant, showing[1] * MINUTE) == (len(twins) > 1)


# -- the shortcut --------------------------------------------------------------------------------


@given(ordinary_days, st.integers(0, DAY - 1), st.integers(-6 * HOUR, 9 * DAY))
def test_on_regular_days_adding_up_agrees_with_looking_at_the_clock(
    day: StageDay, ms: int, away: int
) -> None:
    careful = replace(day, is_regular=False)
    instant = day.midnight + away
    assume(abs((day.midnight + ms - instant) % DAY - DAY // 2) > 1)  # as near on either side
    assert day.not_before(ms, instant) == careful.not_before(ms, instant)
    assert day.nearest(ms, instant) == careful.nearest(ms, instant)
    assert day.at(TimeOfDay(ms, 3)) == careful.at(TimeOfDay(ms, 3))
    assert day.is_ambiguous(instant, ms) == careful.is_ambiguous(instant, ms)


def test_a_date_without_any_of_its_times_is_passed_over() -> None:
    """Samoa had no 30 December 2011: it went from the 29th to the 31st."""
    day = stage_day(date(2011, 12, 29), ZoneInfo("Pacific/Apia"))
    with pytest.raises(NoSuchTime):
        day.at(TimeOfDay(time_of(8), 1))
    reference = datetime(2011, 12, 29, 20, 0, tzinfo=ZoneInfo("Pacific/Apia")).astimezone(UTC)
    with pytest.raises(NoSuchTime):
        day.not_before(time_of(8), int(reference.timestamp()) * 1000)
