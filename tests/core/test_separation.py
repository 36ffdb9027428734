"""How far apart the members of a team are at each point, and whether a result is official."""

from __future__ import annotations

from timing.core.book import RaceBook
from timing.core.official import is_official
from timing.core.separation import separation
from timing.core.times import MINUTE, SECOND
from timing.racefile import loads

RACE = """
format: 1
race: {slug: s, timezone: Europe/Zurich, starts_on: 2026-08-28}
team_kinds:
  - {code: pair, size: 2, separation: {max: "2:00", outcome: {penalty: "1:00:00"}}}
stages:
  - number: 1
    date: 2026-08-28
    start: {mode: mass, at: "08:00"}
    controls: [{code: START, km: 0}, {code: CP, km: 5}, {code: FINISH, km: 20}]
entries:
  - {id: a, bib: "11", team: T1}
  - {id: b, bib: "12", team: T1}
teams: [{code: T1, kind: pair}]
passings: |
  1 CP 11 09:00:00
  1 CP 12 09:02:01
  1 FINISH 11 12:00:00
"""


def book(text: str = RACE) -> RaceBook:
    return RaceBook(loads(text, name="race.yaml"))


def test_a_second_more_than_allowed_is_exceeded() -> None:
    """Rules 8.4."""
    there, finish = separation(book().stage_book(1), "T1")
    assert (there.apart, there.allowed) == (2 * MINUTE + SECOND, 2 * MINUTE)
    assert there.is_exceeded
    exact, _ = separation(book(RACE.replace("09:02:01", "09:02:00")).stage_book(1), "T1")
    assert not exact.is_exceeded
    # One of them may still come.
    assert (finish.apart, finish.is_exceeded) == (None, False)
    assert [time is None for time in finish.times] == [False, True]


def test_without_a_rule_the_distance_is_told_all_the_same() -> None:
    free = RACE.replace(', separation: {max: "2:00", outcome: {penalty: "1:00:00"}}', "")
    there, _ = separation(book(free).stage_book(1), "T1")
    assert (there.apart, there.allowed, there.is_exceeded) == (2 * MINUTE + SECOND, None, False)


def test_a_relay_and_a_team_that_is_not_there_have_none() -> None:
    relay = RACE.replace("size: 2,", "size: 2, time: relay,").replace(
        ', separation: {max: "2:00", outcome: {penalty: "1:00:00"}}', ""
    )
    assert separation(book(relay).stage_book(1), "T1") == ()
    assert separation(book().stage_book(1), "T9") == ()


def test_who_passed_nothing_has_no_time() -> None:
    alone = RACE.replace("  1 CP 12 09:02:01\n", "")
    there, _ = separation(book(alone).stage_book(1), "T1")
    assert there.times[1] is None
    assert there.apart is None


def test_a_result_is_official_up_to_the_last_stage_that_was_published_so() -> None:
    """Rules 12.1."""
    assert not is_official(3)
    assert is_official(3, published_until=3)
    assert not is_official(4, published_until=3)
    assert not is_official(0, published_until=3)
