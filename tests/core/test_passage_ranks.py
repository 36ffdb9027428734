"""Ranks at points and on legs: by the clock, overall and in parts of the field (Rules 4, 2.4)."""

from __future__ import annotations

import pytest

from tests.core.test_rerouting import book as rerouted_book
from tests.core.test_rerouting import rerouted
from timing.core.book import RaceBook
from timing.core.passage_ranks import PassageRank, passage_ranks
from timing.core.times import HOUR, MINUTE, SECOND
from timing.racefile import loads

RACE = """
format: 1
race: {slug: s, timezone: Europe/Zurich, starts_on: 2026-08-28}
divisions: [{code: full}, {code: mini}]
stages:
  - number: 1
    date: 2026-08-28
    start: {mode: mass, at: "08:00"}
    controls:
      - {code: START, km: 0}
      - {code: CP, km: 10, ascent_m: 400}
      - {code: PASS, km: 15, ascent_m: 1100}
      - {code: FINISH, km: 20}
    courses: {mini: [START, CP]}
entries:
  - {id: a, bib: "11", division: full, gender: F}
  - {id: b, bib: "12", division: full, gender: M}
  - {id: c, bib: "13", division: full, gender: F}
  - {id: d, bib: "14", division: full, gender: M}
  - {id: m, bib: "15", division: mini, gender: F}
passings: |
  1 CP 11 09:00:00
  1 CP 12 09:00:00
  1 CP 13 09:10:00
  1 CP 15 08:30:00
  1 PASS 11 09:50:00
  1 PASS 12 09:40:00
  1 PASS 13 09:45:00
  1 FINISH 11 10:30:00
  1 FINISH 13 10:40:00
"""

GROUPS = (frozenset({"a", "c", "m"}), frozenset({"b", "d"}))


@pytest.fixture(scope="module")
def book() -> RaceBook:
    return RaceBook(loads(RACE, name="race.yaml"))


def ranks(book: RaceBook, entry: str) -> dict[str, PassageRank]:
    return {r.point.code: r for r in passage_ranks(book.stage_book(1), entry, GROUPS)}


def test_equals_share_a_rank_and_other_divisions_do_not_count(book: RaceBook) -> None:
    first, second, third = (ranks(book, entry)["CP"].at for entry in "abc")
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first.rank, second.rank, third.rank) == (1, 1, 3)
    assert first.of == 3
    assert (first.within, second.within, third.within) == ((1, None), (None, 1), (2, None))


def test_a_rank_at_a_point_is_that_of_the_order_there(book: RaceBook) -> None:
    """Racefile, Who is ranked."""
    for code in ("CP", "PASS", "FINISH"):
        for line in book.control_boards(1, code)[0].lines:
            at = ranks(book, line.entry.id)[code].at
            assert at is not None
            assert at.rank == line.rank


def test_a_leg_is_ranked_by_what_it_took(book: RaceBook) -> None:
    own = ranks(book, "c")
    took = [own[code].leg_time for code in ("CP", "PASS", "FINISH")]
    assert took == [HOUR + 10 * MINUTE, 35 * MINUTE, 55 * MINUTE]
    leg = own["PASS"].leg
    assert leg is not None
    assert (leg.rank, leg.of, leg.within) == (1, 3, (1, None))
    assert sum(t for t in took if t is not None) == own["FINISH"].elapsed


def test_a_leg_has_its_length_and_the_climb_where_both_ends_tell_it(book: RaceBook) -> None:
    own = ranks(book, "a")
    assert [own[c].leg_m for c in ("CP", "PASS", "FINISH")] == [10_000, 5_000, 5_000]
    assert [own[c].climb_m for c in ("CP", "PASS", "FINISH")] == [400, 700, None]


def test_where_a_split_is_missing_there_is_no_rank(book: RaceBook) -> None:
    own = ranks(book, "b")
    assert (own["FINISH"].elapsed, own["FINISH"].at, own["FINISH"].leg) == (None, None, None)


def test_who_was_not_seen_has_points_without_ranks(book: RaceBook) -> None:
    assert [(r.elapsed, r.at, r.leg_time) for r in ranks(book, "d").values()] == [
        (None, None, None)
    ] * 3


def test_who_does_not_run_the_stage_has_none(book: RaceBook) -> None:
    assert passage_ranks(book.stage_book(1), "nobody") == ()
    second = (
        "  - {number: 2, date: 2026-08-29, controls: [{code: START, km: 0}, {code: FINISH, km: 9}]}"
    )
    only = RACE.replace("{code: mini}", "{code: mini, stages: [2]}").replace(
        "    courses: {mini: [START, CP]}\n", f"{second}\n"
    )
    assert passage_ranks(RaceBook(loads(only, name="r")).stage_book(1), "m") == ()


def test_legs_over_another_way_are_not_compared() -> None:
    """Rules 2.4: a re-routed stage has two courses; who came the other way is on another leg."""
    book = rerouted_book(rerouted())
    old, new = (
        {r.point.code: r for r in passage_ranks(book.stage_book(1), entry)} for entry in "ab"
    )
    assert list(old) == ["CP", "RIDGE", "FINISH"]
    assert list(new) == ["CP", "VALLEY", "FINISH"]
    assert old["CP"].at is not None
    assert new["CP"].at is not None
    assert (old["CP"].at.rank, new["CP"].at.rank) == (1, 2)
    assert new["CP"].at.of == 2
    assert new["VALLEY"].leg is not None
    assert new["VALLEY"].leg.of == 1
    assert new["VALLEY"].leg_time == 30 * MINUTE
    assert old["CP"].elapsed == HOUR - SECOND
