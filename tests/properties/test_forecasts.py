"""What holds of forecasts whatever was recorded (Rules 11.2)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.test_forecasts import GUN, book, seen
from timing.core.forecasts import Forecasts
from timing.core.records import Passing, Void
from timing.core.times import MINUTE

ENTRIES = 6
POINTS = ("CP1", "HUT.in", "HUT.out", "FINISH")


@st.composite
def fields(draw: st.DrawFn) -> list[Passing]:
    """Some runners, each seen in running order at some of the points."""
    found = []
    for entry in range(1, ENTRIES + 1):
        minutes = 0
        for point in POINTS[: draw(st.integers(0, len(POINTS)))]:
            minutes += draw(st.integers(2, 150))
            if draw(st.integers(0, 5)):
                found.append(seen(entry, point, minutes))
    return found


AT = st.integers(0, 500).map(lambda minutes: GUN + minutes * MINUTE)


def by_then(passings: list[Passing], at: int) -> list[Passing]:
    return [p for p in passings if isinstance(p.time, int) and p.time <= at]


@settings(max_examples=40)
@given(passings=fields(), at=AT)
def test_the_range_holds_the_time_and_all_three_only_grow_along_the_course(
    passings: list[Passing], at: int
) -> None:
    forecasts = Forecasts(book(*passings, entries=ENTRIES), 1, at)
    for entry in range(1, ENTRIES + 1):
        for ahead in (forecasts.of(str(entry)), forecasts.to_come(str(entry))):
            assert all(e.earliest <= e.time <= e.latest for e in ahead)
            for values in (
                [e.earliest for e in ahead],
                [e.time for e in ahead],
                [e.latest for e in ahead],
                [e.ordinal for e in ahead],
            ):
                assert values == sorted(values)
        assert all(e.earliest >= at for e in forecasts.to_come(str(entry)))


@settings(max_examples=25)
@given(passings=fields(), at=AT)
def test_nothing_that_was_seen_later_changes_a_forecast(passings: list[Passing], at: int) -> None:
    whole = Forecasts(book(*passings, entries=ENTRIES), 1, at)
    then = Forecasts(book(*by_then(passings, at), entries=ENTRIES), 1, at)
    for entry in range(1, ENTRIES + 1):
        assert whole.of(str(entry)) == then.of(str(entry))


@settings(max_examples=25)
@given(passings=fields(), at=AT, entry=st.integers(1, ENTRIES), minutes=st.integers(1, 400))
def test_recording_a_passing_and_voiding_it_leaves_forecasts_as_they_were(
    passings: list[Passing], at: int, entry: int, minutes: int
) -> None:
    live = book(*passings, entries=ENTRIES)
    everyone = [str(n) for n in range(1, ENTRIES + 1)]
    before = [Forecasts(live, 1, at).to_come(one) for one in everyone]
    wrong = replace(seen(entry, "CP1", minutes), id="wrong")
    assert live.add(passings=[wrong])
    assert live.add(rulings=[Void(id="void", by="desk", at=GUN, record="wrong")])
    assert [Forecasts(live, 1, at).to_come(one) for one in everyone] == before
