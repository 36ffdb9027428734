"""A tap dated between contacts, over breaks, and with a clock that is set (protocol, Time)."""

import json
import random
from typing import Any

import pytest

from tests.station.conftest import Run

MINUTE = 60_000
HOUR = 60 * MINUTE
UNKNOWN = HOUR


def worlds(run_: Run, seen: list[Any]) -> Any:
    return run_(
        """
        const { estimate } = await import("/static/js/station/clock.js");
        return given.map(({ taps, contacts, runs }) => (
          taps.map((tap) => estimate(tap, contacts, runs))
        ));
        """,
        seen,
    )


def world(run_: Run, *, runs: list[Any], contacts: list[Any], taps: list[Any]) -> Any:
    return worlds(run_, [{"runs": runs, "contacts": contacts, "taps": taps}])[0]


def a_run(number: int = 1, gap: int | None = None, *breaks: tuple[float, int]) -> Any:
    return {
        "number": number,
        "began": 0,
        "ended": 0,
        "gap": gap,
        "breaks": [{"mono": mono, "jump": jump} for mono, jump in breaks],
    }


def tap(mono: float, *, wall: float | None = None, run: int = 1) -> Any:
    return {"run": run, "mono": mono, "wall": mono if wall is None else wall}


def contact(
    mono: float, offset: int, *, u: int = 20, wall: float | None = None, run: int = 1
) -> Any:
    return {**tap(mono, wall=wall, run=run), "offset": offset, "uncertainty": u}


def one(run_: Run, at: Any, contacts: list[Any], *runs: Any) -> Any:
    return world(run_, runs=list(runs) or [a_run()], contacts=contacts, taps=[at])[0]


def test_without_any_contact_the_offset_is_unknown_and_the_uncertainty_an_hour(run: Run) -> None:
    assert one(run, tap(5), []) == {
        "time": 5,
        "offset": None,
        "age": None,
        "uncertainty": UNKNOWN,
        "isGuarded": False,
    }


def test_after_a_contact_a_tap_has_its_offset_and_quartz_adds_a_ten_thousandth(run: Run) -> None:
    seen = one(run, tap(1_001_000), [contact(1000, -90_000)])
    assert seen == {
        "time": 911_000,
        "offset": -90_000,
        "age": 1_000_000,
        "uncertainty": 20 + 100,
        "isGuarded": True,
    }


def test_before_a_contact_the_age_is_negative(run: Run) -> None:
    seen = one(run, tap(1000), [contact(11_000, 500)])
    assert (seen["offset"], seen["age"], seen["uncertainty"]) == (500, -10_000, 21)


def test_between_two_contacts_a_tap_is_dated_in_proportion(run: Run) -> None:
    seen = one(run, tap(750_000), [contact(0, 1000), contact(1_000_000, 1080)])
    assert seen["offset"] == 1060
    assert seen["age"] == -250_000
    # The later one allows 1080 ± 45, the earlier one no more than 1000 + 95.
    assert seen["uncertainty"] == 35


def test_a_bad_contact_nearby_does_not_spoil_a_good_one(run: Run) -> None:
    seen = one(run, tap(100_000), [contact(0, 1000, u=10), contact(101_000, 3000, u=4000)])
    assert (seen["offset"], seen["uncertainty"]) == (1000, 20)


def test_a_clock_set_back_is_seen_through_by_the_monotonic_one(run: Run) -> None:
    # It was 90 s fast, and somebody set it right at 50 s.
    back = a_run(1, None, (50_000, -90_000))
    seen = one(run, tap(60_000, wall=-30_000), [contact(10_000, -90_000)], back)
    assert seen["offset"] == 0
    assert seen["time"] == -30_000
    assert seen["isGuarded"] is True
    assert seen["uncertainty"] == 25


def test_a_jump_forward_is_added_to_the_uncertainty(run: Run) -> None:
    sleep = a_run(1, None, (50_000, 600_000))
    seen = one(run, tap(60_000, wall=660_000), [contact(10_000, -90_000)], sleep)
    assert seen["offset"] == -90_000
    assert seen["isGuarded"] is False
    assert seen["uncertainty"] == 20 + 600_000 + 65


def test_a_later_contact_tells_whether_it_was_a_sleep_or_a_clock_that_was_set(run: Run) -> None:
    jump = a_run(1, None, (50_000, 90_000))
    before, after = tap(40_000), tap(60_000, wall=150_000)
    for offset in (-90_000, 0):  # a sleep; a clock set forward by 90 s
        contacts = [contact(10_000, 0), contact(70_000, offset, wall=160_000)]
        seen = world(run, runs=[jump], contacts=contacts, taps=[before, after])
        assert [one["offset"] for one in seen] == [0, offset]
        assert [one["isGuarded"] for one in seen] == [True, True]
        assert all(one["uncertainty"] < 30 for one in seen)


def test_between_two_breaks_either_contact_may_be_right(run: Run) -> None:
    jumps = a_run(1, None, (50_000, 1000), (70_000, 1000))
    at = tap(60_000, wall=61_000)
    contacts = [contact(10_000, 0, u=10), contact(80_000, -90_000, u=10, wall=82_000)]
    seen = one(run, at, contacts, jumps)
    assert seen["isGuarded"] is False
    assert seen["uncertainty"] >= 90_000


def test_a_reload_ends_the_guarantee_and_its_gap_is_uncertain(run: Run) -> None:
    runs = [a_run(1), a_run(2, 3000)]
    seen = one(run, tap(5000, wall=25_000, run=2), [contact(10_000, 700)], *runs)
    assert seen["offset"] == 700
    assert seen["isGuarded"] is False
    assert seen["uncertainty"] == 20 + 3000 + 2


def test_after_a_reload_a_contact_of_the_same_run_counts(run: Run) -> None:
    runs = [a_run(1), a_run(2, 3000)]
    contacts = [contact(10_000, 90_000), contact(9000, 0, wall=29_000, run=2)]
    seen = world(
        run,
        runs=runs,
        contacts=contacts,
        taps=[tap(15_000), tap(5000, wall=25_000, run=2)],
    )
    assert [one["offset"] for one in seen] == [90_000, 0]


def test_a_clock_set_back_while_the_app_was_closed_leaves_it_unknown_until_a_contact(
    run: Run,
) -> None:
    runs = [a_run(1), a_run(2, -80_000)]
    seen = one(run, tap(5000, wall=-60_000, run=2), [contact(10_000, -90_000)], *runs)
    assert seen["uncertainty"] == UNKNOWN
    assert seen["offset"] == -10_000


def test_readings_apart_by_less_than_a_slewed_clock_can_be_are_no_jump(run: Run) -> None:
    jumps = run(
        """
        const { jumpBetween } = await import("/static/js/station/clock.js");
        const from = { wall: 0, mono: 0 };
        return given.map(([wall, mono]) => jumpBetween(from, { wall, mono }));
        """,
        [[1000, 1000], [1050, 1000], [1200, 1000], [100_040, 100_000], [900, 1000], [0, 1000]],
    )
    assert jumps == [0, 0, 200, 0, -100, -1000]


def test_the_shortest_round_trip_counts_and_is_off_by_half_at_most(run: Run) -> None:
    found = run(
        """
        const { measured } = await import("/static/js/station/clock.js");
        const at = (wall) => ({ wall, mono: wall });
        return [measured([
          { sent: at(0), received: at(400), now: 5000 },
          { sent: at(500), received: at(540), now: 5520 },
          { sent: at(600), received: { wall: 100_610, mono: 610 }, now: 5600 },
        ]), measured([])];
        """
    )
    assert found == [{"wall": 520, "mono": 520, "offset": 5000, "uncertainty": 21}, None]


def test_of_contacts_close_together_the_better_and_the_newest_are_kept(run: Run) -> None:
    kept = run(
        """
        const { thinned } = await import("/static/js/station/clock.js");
        return thinned(given.contacts, given.runs, 600000).map(({ mono }) => mono);
        """,
        {
            "runs": [a_run(1, None, (1_500_000, 5000))],
            "contacts": [
                contact(0, 0),
                contact(30_000, 0),
                contact(60_000, 0),
                contact(700_000, 0),
                contact(1_400_000, 0),
                contact(1_600_000, 0),
            ],
        },
    )
    assert kept == [0, 60_000, 700_000, 1_400_000, 1_600_000]


@pytest.mark.parametrize("seed", range(4))
def test_the_true_time_is_within_what_is_stated_whatever_the_clock_does(
    run: Run, seed: int
) -> None:
    """A device that drifts, sleeps, is set and started again; a contact ends each stretch."""
    draw = random.Random(seed)
    stories = [Told(draw) for _ in range(150)]
    for told in stories:
        for _ in range(draw.randint(1, 12)):
            told.step()
        told.contact()
    seen = worlds(run, [told.seen() for told in stories])
    for told, estimates in zip(stories, seen, strict=True):
        for estimated, true in zip(estimates, told.true, strict=True):
            off = abs(estimated["time"] - true)
            assert off <= estimated["uncertainty"] + 2, json.dumps(told.seen())


class Told:
    """What really happened to a device, and what it saw of it."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._drift = draw.uniform(-9e-5, 9e-5)
        self._now = 1e6
        self._mono = 0.0
        self._wall = 1e6 + draw.uniform(-1e5, 1e5)
        self.runs: list[Any] = [a_run(1)]
        self.contacts: list[Any] = []
        self.taps: list[Any] = []
        self.true: list[float] = []

    def seen(self) -> Any:
        return {"runs": self.runs, "contacts": self.contacts, "taps": self.taps}

    def step(self) -> None:
        self._pass(self._draw.uniform(0, 600_000))
        self._draw.choice(
            [self.tap, self.tap, self.tap, self.contact, self._sleep, self._set, self._reload]
        )()

    def tap(self) -> None:
        self.taps.append(tap(self._mono, wall=self._wall, run=len(self.runs)))
        self.true.append(self._now)

    def contact(self) -> None:
        u = self._draw.randint(1, 300)
        error = self._draw.uniform(-u, u)
        self.contacts.append(
            contact(
                self._mono,
                round(self._now - self._wall + error * 0.9),
                u=u,
                wall=self._wall,
                run=len(self.runs),
            )
        )

    def _pass(self, ms: float) -> None:
        self._now += ms
        self._wall += ms * (1 + self._drift)
        self._mono += ms * (1 + self._drift)

    def _sleep(self) -> None:
        ms = self._draw.uniform(1000, 3e6)
        self._now += ms
        self._wall += ms * (1 + self._drift)
        self._break(ms)

    def _set(self) -> None:
        jump = self._draw.uniform(-2e5, 2e5)
        self._wall += jump
        self._break(jump)

    def _break(self, jump: float) -> None:
        self._pass(5)
        self.runs[-1]["breaks"].append({"mono": self._mono, "jump": round(jump)})

    def _reload(self) -> None:
        ended = self._wall
        ms = self._draw.uniform(300, 60_000)
        self._now += ms
        self._wall += ms * (1 + self._drift)
        if self._draw.random() < 0.3:
            self._wall += self._draw.uniform(0, 1e5)
        self._mono = 0.0
        self.runs.append(a_run(len(self.runs) + 1, round(self._wall - ended)))
        self._pass(1)


@pytest.mark.parametrize(
    ("at", "now", "text"),
    [
        ("2026-08-28T14:27:31Z", "2026-08-28T21:59:59Z", "16:27"),
        ("2026-08-28T14:27:31Z", "2026-08-28T22:00:00Z", "Fri 16:27"),
        ("2026-08-28T22:00:00Z", "2026-09-03T23:00:00Z", "Sat 00:00"),
        ("2026-08-27T14:27:31Z", "2026-09-03T10:00:00Z", "27 Aug"),
        ("2026-08-28T22:10:00Z", "2026-08-28T21:50:00Z", "29 Aug"),
    ],
    ids=["today", "past midnight", "six days", "a week", "a clock that was set back"],
)
def test_a_last_contact_is_told_with_its_day_where_that_is_not_today(
    run: Run, at: str, now: str, text: str
) -> None:
    shown = run(
        """
        const { contactText } = await import("/static/js/station/times.js");
        const post = { race: { utc_offsets: [[0, 7200000]] } };
        return contactText(Date.parse(given[0]), Date.parse(given[1]), post);
        """,
        [at, now],
    )
    assert shown == text
