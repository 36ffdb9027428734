"""Jerseys, ceremonies and histories of classifications (Rules 9.9-9.11)."""

from __future__ import annotations

import pytest

from timing.core.book import RaceBook, UnknownBoard, UnknownStage
from timing.core.ceremony import ceremony_of
from timing.core.compute import compute
from timing.core.entries import Competitor, Entry
from timing.core.history import history_of
from timing.core.jerseys import Worn, jerseys_after, jerseys_on
from timing.racefile import loads

RACE = """\
race: {slug: r, timezone: UTC}
divisions: [{code: full}]
categories: [{code: W, gender: F}]
team_kinds: [{code: pair, size: 2}]
stages:
  - {number: 1, date: 2026-08-28, start: "08:00"}
  - {number: 2, date: 2026-08-29, start: "08:00"}
  - {number: 3, date: 2026-08-30, kind: rest}
  - {number: 4, date: 2026-08-31, start: "08:00"}
classifications:
  - {code: gc}
  - {code: women, category: W}
  - {code: prize, category: W, exclude: {board: gc, top: 1}}
  - {code: pairs, of: team, kind: pair}
jerseys:
  - {code: yellow, board: gc, colour: "#ffd400"}
  - {code: purple, board: women}
  - {code: ibex, board: pairs, from: 4}
entries:
  - {bib: 1, name: Ana, gender: F, team: T1}
  - {bib: 2, name: Bo, gender: M, team: T1}
  - {bib: 3, name: Cho, gender: F, team: T2}
  - {bib: 4, name: Dag, gender: M, team: T2}
teams: [{code: T1}, {code: T2}]
passings: |
"""
FIRST = """\
  1 FINISH 1 12:00:00
  1 FINISH 2 12:10:00
  1 FINISH 3 12:20:00
  1 FINISH 4 12:30:00
"""
SECOND = """\
  2 FINISH 1 12:30:00
  2 FINISH 2 12:00:00
  2 FINISH 3 12:10:00
  2 FINISH 4 12:10:00
"""
WITHDRAWN = """\
rulings:
  - {ruling: status, stage: 1, bib: 1, status: withdrawn, reason: x,
      by: d, at: 2026-08-28T18:00:00Z}
"""


def book(text: str = FIRST + SECOND) -> RaceBook:
    return compute(loads(RACE + text, name="race.yaml"))


def names(who: tuple[Competitor, ...]) -> list[str]:
    return [one.bib if isinstance(one, Entry) else one.code for one in who]


def worn(found: tuple[Worn, ...]) -> dict[str, list[str]]:
    return {one.jersey.code: names(one.wearers) for one in found}


def test_before_the_first_stage_nobody_wears_a_jersey() -> None:
    assert jerseys_on(book(), 1) == ()


def test_the_holder_of_several_wears_the_first_and_the_next_in_line_the_others() -> None:
    found = jerseys_on(book(), 2)
    assert worn(found) == {"yellow": ["1"], "purple": ["3"]}
    assert [names(one.leaders) for one in found] == [["1"], ["1"]]
    assert [one.rank for one in found] == [1, 2]


def test_a_stage_under_way_gives_no_jersey_away() -> None:
    running = book(FIRST + "  2 FINISH 4 10:00:00\n")
    assert worn(jerseys_on(running, 4)) == {"yellow": ["1"], "purple": ["3"], "ibex": ["T1"]}


def test_a_jersey_is_worn_from_its_first_stage_on() -> None:
    assert "ibex" not in worn(jerseys_on(book(), 2))
    assert worn(jerseys_on(book(), 4))["ibex"] == ["T2"]


def test_on_a_rest_day_the_jerseys_are_those_of_the_day_before() -> None:
    assert [one.after for one in jerseys_after(book(), 3)] == [3, 3, 3]
    assert worn(jerseys_after(book(), 3))["yellow"] == ["2"]


def test_who_shares_the_lead_shares_the_jersey() -> None:
    tied = book(FIRST.replace("12:10:00", "12:00:00"))
    assert worn(jerseys_on(tied, 2)) == {"yellow": ["1", "2"], "purple": ["3"]}


def test_who_withdrew_after_leading_wears_nothing() -> None:
    found = jerseys_on(book(FIRST + WITHDRAWN), 2)
    assert worn(found) == {"yellow": ["2"], "purple": ["3"]}
    assert names(found[0].leaders) == ["1"]


def test_a_stage_that_is_not_there_has_no_jerseys() -> None:
    with pytest.raises(UnknownStage):
        jerseys_on(book(), 9)


def test_the_ceremony_calls_the_first_of_each_and_nobody_twice() -> None:
    found = ceremony_of(book(), top=2)
    called = {
        podium.classification.code: names(tuple(line.competitor for line in podium.lines))
        for podium in found.podiums
    }
    assert found.after == 2
    assert called == {
        "gc": ["2", "1"],
        "women": ["1", "3"],
        "prize": ["1", "3"],
        "pairs": ["T2", "T1"],
    }


def test_before_anything_is_closed_nobody_is_called() -> None:
    found = ceremony_of(book("  1 FINISH 1 12:00:00\n"))
    assert found.after == 0
    assert found.jerseys == ()
    assert all(not podium.lines for podium in found.podiums)


def test_the_history_has_places_gained_the_lead_and_stage_wins() -> None:
    found = {h.competitor.name: h for h in history_of(book(), "gc")}
    assert next(iter(found)) == "Bo"
    assert [s.line.rank for s in found["Bo"].steps] == [2, 1]
    assert [s.gained for s in found["Bo"].steps] == [None, 1]
    assert [s.gained for s in found["Ana"].steps] == [None, -1]
    assert (found["Ana"].stages_in_lead, found["Ana"].stage_wins) == (1, 1)
    assert (found["Bo"].stages_in_lead, found["Bo"].stage_wins) == (1, 1)


def test_a_category_has_winners_of_its_own() -> None:
    found = {h.competitor.name: h.stage_wins for h in history_of(book(), "women")}
    assert found == {"Ana": 1, "Cho": 1}


def test_teams_have_a_history_too() -> None:
    first, second = history_of(book(), "pairs")
    assert names((first.competitor, second.competitor)) == ["T2", "T1"]
    assert (first.stages_in_lead, first.stage_wins, second.stage_wins) == (1, 1, 1)
    assert [len(h.steps) for h in history_of(book(), "pairs", 1)] == [1, 1]


def test_a_board_that_is_not_there_has_no_history() -> None:
    with pytest.raises(UnknownBoard):
        history_of(book(), "nothing")
