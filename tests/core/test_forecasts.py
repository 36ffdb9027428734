"""When runners are expected ahead (Rules 11.2)."""

from __future__ import annotations

from datetime import date

import pytest

from timing.core.book import RaceBook, UnknownStage
from timing.core.definition import Basis, Control, Race, Stage, Start, StartMode
from timing.core.document import Document
from timing.core.effort import Effort, lamplight, usual_time
from timing.core.entries import Entry
from timing.core.forecasts import Expected, Forecasts, forecast, history_before
from timing.core.paces import History
from timing.core.projection import projected_finishes
from timing.core.records import Passing
from timing.core.times import HOUR, MINUTE, Instant, TimeOfDay, parse_instant

GUN: Instant = parse_instant("2026-08-28T06:00:00Z")
DAY = 24 * HOUR
CONTROLS = (
    Control(code="START", distance_m=0),
    Control(code="CP1", distance_m=10_000),
    Control(code="HUT", distance_m=20_000, in_out=True),
    Control(code="FINISH", distance_m=30_000),
)


def stage(number: int = 1) -> Stage:
    return Stage(
        number=number,
        date=date(2026, 8, 27 + number),
        start=Start(mode=StartMode.MASS, basis=Basis.GUN, at=TimeOfDay(8 * HOUR)),
        distance_m=30_000,
        controls=CONTROLS,
    )


def book(*passings: Passing, entries: int = 12, stages: int = 1) -> RaceBook:
    race = Race(
        slug="r",
        name="R",
        timezone="Europe/Zurich",
        starts_on=date(2026, 8, 28),
        stages=tuple(stage(n + 1) for n in range(stages)),
    )
    runners = tuple(Entry(id=str(n), bib=str(n)) for n in range(1, entries + 1))
    return RaceBook(Document(race=race, entries=runners, passings=passings))


def seen(entry: int, control: str, minutes: float, *, number: int = 1) -> Passing:
    return Passing(
        id=f"{number}-{control}-{entry}",
        stage=number,
        control=control,
        time=GUN + (number - 1) * DAY + round(minutes * MINUTE),
        bib=str(entry),
    )


def minutes(expected: Expected, number: int = 1) -> int:
    return round((expected.time - GUN - (number - 1) * DAY) / MINUTE)


def all_through(*, but: int, ratio: float = 1.0) -> list[Passing]:
    """Eleven take 60, 70, 8 and 80 minutes; ``but`` is at CP1 in as many times ``ratio``."""
    found = [seen(but, "CP1", 60 * ratio)]
    for n in range(1, 12):
        found += [seen(n, "CP1", 60), seen(n, "HUT.in", 130), seen(n, "HUT.out", 138)]
        found.append(seen(n, "FINISH", 218))
    return found


def test_a_runner_of_the_field_s_pace_takes_what_the_field_took() -> None:
    ahead = forecast(book(*all_through(but=12)), 1, "12")
    assert [e.point for e in ahead] == ["HUT.in", "HUT.out", "FINISH"]
    hut, out, finish = (minutes(e) for e in ahead)
    assert hut == pytest.approx(130, abs=4)
    assert out - hut == pytest.approx(8, abs=2)
    assert finish - out == pytest.approx(80, abs=5)
    assert all(e.earliest < e.time < e.latest for e in ahead)
    assert [e.seen for e in ahead] == [11, 11, 11]


def test_a_slower_one_takes_longer_but_does_not_stay_longer() -> None:
    quick = forecast(book(*all_through(but=12)), 1, "12")
    slow = forecast(book(*all_through(but=12, ratio=1.5)), 1, "12")
    assert minutes(slow[0]) - 90 > 1.25 * (minutes(quick[0]) - 60)
    stay = slow[1].time - slow[0].time
    assert stay == quick[1].time - quick[0].time


def test_without_a_field_the_ground_is_all_there_is() -> None:
    assert forecast(book(), 1, "1", GUN - 1) == ()
    assert [e.seen for e in forecast(book(), 1, "1", GUN)] == [0, 0, 0, 0]
    one = forecast(book(seen(1, "CP1", 60)), 1, "2")
    assert [e.seen for e in one] == [1, 0, 0, 0]
    assert one[-1].latest - one[-1].time > one[0].latest - one[0].time


def test_the_stages_before_tell_the_pace_and_the_ground() -> None:
    """Whoever took twice the median yesterday is expected to take almost as much more today.

    Not quite: one day may have been a bad one.
    """
    times = dict.fromkeys(range(1, 12), 218) | {12: 436}
    yesterday = [seen(n, "FINISH", m) for n, m in times.items()]
    today = book(*yesterday, seen(1, "START", 0, number=2), stages=2)
    usual, slow = forecast(today, 2, "2"), forecast(today, 2, "12")
    assert minutes(usual[0], 2) == pytest.approx(218 / 3, abs=8)
    assert 1.6 < minutes(slow[0], 2) / minutes(usual[0], 2) < 2


def test_the_first_through_do_not_make_the_others_late() -> None:
    """Those still on a leg count: three of twelve took 40 minutes, nine are out for 60."""
    early = [seen(n, "CP1", 40) for n in (1, 2, 3)]
    ahead = forecast(book(*early), 1, "12", GUN + 60 * MINUTE)
    assert minutes(ahead[0]) > 44


def test_splits_after_the_moment_asked_for_are_not_looked_at() -> None:
    whole = book(*all_through(but=12))
    then = forecast(whole, 1, "1", GUN + 65 * MINUTE)
    assert [e.point for e in then] == ["HUT.in", "HUT.out", "FINISH"]
    assert [e.seen for e in then] == [0, 0, 0]


def test_nothing_is_expected_of_who_has_finished_or_has_not_started() -> None:
    whole = book(*all_through(but=12))
    assert forecast(whole, 1, "1") == ()
    assert forecast(book(), 1, "1") == ()
    with pytest.raises(UnknownStage):
        forecast(whole, 7, "1")


def test_a_hundred_metres_up_cost_a_kilometre() -> None:
    hilly = Stage(
        number=1,
        date=date(2026, 8, 28),
        distance_m=20_000,
        ascent_m=400,
        controls=(
            Control(code="START", distance_m=0),
            Control(code="TOP", distance_m=10_000, ascent_m=300),
            Control(code="FINISH", distance_m=20_000),
        ),
    )
    points = RaceBook(
        Document(
            race=Race(
                slug="r",
                name="R",
                timezone="UTC",
                starts_on=date(2026, 8, 28),
                stages=(hilly,),
            )
        )
    ).course(1, "")
    effort = Effort(hilly)
    assert effort.between(points[0], points[1]) == 13_000
    # Where a control does not say, the stage's climb is spread evenly.
    assert effort.between(points[1], points[2]) == 12_000
    assert usual_time(7_000) == HOUR


def test_the_night_takes_longer() -> None:
    midnight = parse_instant("2026-08-28T22:00:00Z")
    assert lamplight(midnight, midnight + HOUR, midnight) == pytest.approx(1.12)
    assert lamplight(midnight + 12 * HOUR, midnight + 13 * HOUR, midnight) == 1
    assert lamplight(midnight + 5 * HOUR, midnight + 7 * HOUR, midnight) == pytest.approx(1.06)


def test_a_forecast_is_what_it_was_before_anything_later_was_recorded() -> None:
    at = GUN + 135 * MINUTE
    records = all_through(but=12, ratio=1.5)
    by_then = [p for p in records if isinstance(p.time, int) and p.time <= at]
    for entry in ("1", "12"):
        assert forecast(book(*records), 1, entry, at) == forecast(book(*by_then), 1, entry, at)


def test_who_has_not_come_by_now_is_to_come_later() -> None:
    at = GUN + 200 * MINUTE
    forecasts = Forecasts(book(*all_through(but=12)), 1, at)
    assert forecasts.of("12")[0].time < at
    ahead = forecasts.to_come("12")
    assert all(at <= e.earliest <= e.time <= e.latest for e in ahead)
    assert [e.time for e in ahead] == sorted(e.time for e in ahead)


def test_the_finishes_of_all_on_course_are_those_to_come_of_each() -> None:
    """At 200 minutes eleven are on their way in from the hut, and 12 was last seen at CP1."""
    forecasts = Forecasts(book(*all_through(but=12)), 1, GUN + 200 * MINUTE)
    finishes = forecasts.finishes()
    assert finishes.keys() == {str(n) for n in range(1, 13)}
    assert all(finishes[entry] == forecasts.to_come(entry)[-1] for entry in finishes)
    assert forecasts.last_seen("1") == (3, GUN + 138 * MINUTE)
    assert forecasts.last_seen("12") == (1, GUN + 60 * MINUTE)


def test_nothing_is_put_off_at_the_moment_somebody_was_seen_nor_where_no_moment_is_named() -> None:
    whole = book(*all_through(but=12))
    just_seen = Forecasts(whole, 1, GUN + 60 * MINUTE)
    assert just_seen.to_come("12") == just_seen.of("12")
    soon_after = Forecasts(whole, 1, GUN + 61 * MINUTE)
    assert soon_after.to_come("12") == soon_after.of("12")
    by_all = Forecasts(whole, 1)
    assert by_all.to_come("12") == by_all.of("12")
    assert by_all.last_seen("1") is None
    assert by_all.to_come("1") == ()


def test_only_the_stages_before_tell_the_form() -> None:
    """What 12 takes on the second stage says nothing of the first, whose finish it missed."""
    first = [seen(n, "FINISH", 218) for n in range(1, 12)]
    second = [seen(n, "FINISH", 218, number=2) for n in range(1, 12)]
    slow = seen(12, "FINISH", 436, number=2)
    both = book(*first, *second, slow, stages=2)
    assert history_before(both, 1) == History(form={}, ground=None)
    form = history_before(both, 2).form
    assert form.keys() == {str(n) for n in range(1, 12)}
    assert all(values == [0.0] for values in form.values())


def test_whose_stop_alone_was_missed_is_as_fast_as_before() -> None:
    """In and out of the hut of one who was not seen before them tell of a stop, not of a pace."""
    ahead = forecast(book(seen(1, "HUT.in", 130), seen(1, "HUT.out", 138)), 1, "1")
    usual = forecast(book(seen(1, "HUT.in", 130)), 1, "1")
    assert [e.point for e in ahead] == ["FINISH"]
    assert ahead[0].time - (GUN + 138 * MINUTE) == pytest.approx(
        usual[1].time - usual[0].time, rel=0.05
    )


def test_no_time_is_neither_day_nor_night() -> None:
    midnight = parse_instant("2026-08-28T22:00:00Z")
    assert lamplight(midnight, midnight, midnight) == 1


def test_the_projected_clock_counts_from_the_start() -> None:
    """Started by the gun, without anything that does not count: what is left is the clock."""
    at = GUN + 100 * MINUTE
    whole = book(*all_through(but=12))
    finishes = projected_finishes(whole, 1, at)
    assert finishes.keys() == {str(n) for n in range(1, 13)}
    for entry, made in finishes.items():
        expected = Forecasts(whole, 1, at).to_come(entry)[-1]
        assert made.finish == expected
        assert made.time == expected.time - GUN
        assert (made.earliest, made.latest) == (expected.earliest - GUN, expected.latest - GUN)
        assert at <= expected.earliest <= expected.time <= expected.latest


def test_nobody_has_a_projected_finish_before_the_gun_nor_behind_the_finish() -> None:
    whole = book(*all_through(but=12))
    assert projected_finishes(whole, 1, GUN - MINUTE) == {}
    assert projected_finishes(whole, 1, GUN + 220 * MINUTE).keys() == {"12"}
    with pytest.raises(UnknownStage):
        projected_finishes(whole, 7, GUN)
