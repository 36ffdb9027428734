"""A team's page, and the lists of teams and of runners."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.pages.sample import before_the_start, instant, siroua_six
from timing.core.book import RaceBook
from timing.core.definition import Separation
from timing.core.records import Penalty
from timing.core.times import MINUTE, format_duration
from timing.pages.board_page import board_page
from timing.pages.people_page import FIRST, runners_page, teams_page
from timing.pages.rendering import render
from timing.pages.team_page import UnknownTeam, team_page
from timing.racefile import loads

RELAY = """
format: 1
race: {slug: r, timezone: Europe/Zurich, starts_on: 2026-08-28}
team_kinds: [{code: relay, size: [2, 3], time: relay}]
stages:
  - number: 1
    date: 2026-08-28
    start: "08:00"
    controls: [{code: START, km: 0}, {code: FINISH, km: 9}]
  - number: 2
    date: 2026-08-29
    start: "08:00"
    controls: [{code: START, km: 0}, {code: FINISH, km: 9}]
classifications: [{code: relay, name: Relay, of: team, kind: relay}]
entries:
  - {bib: "1", name: Ana Ruiz, team: A}
  - {bib: "2", name: Bo Lind, team: A}
teams: [{code: A, name: Aare, kind: relay, legs: {1: "1", 2: "2"}}]
passings: |
  1 FINISH 1 09:00:00
  2 FINISH 2 09:10:00
"""


@pytest.fixture(scope="module")
def book() -> RaceBook:
    return RaceBook(siroua_six())


def test_a_team_has_its_place_in_its_classification(book: RaceBook) -> None:
    line = next(li for li in book.board("pairs", 4).lines if li.competitor.name == "Fell & Fjord")
    page = team_page(book, "T2", {})
    assert page.facts[0].label.replace("\N{NO-BREAK SPACE}", " ") == "Pairs, after stage 4"
    assert page.facts[0].value == str(line.rank)
    assert page.facts[1].value == format_duration(line.time or 0)
    with pytest.raises(UnknownTeam):
        team_page(book, "T9", {})


def test_the_member_who_counts_is_marked(book: RaceBook) -> None:
    """Rules 8.3: the last member's time is the team's."""
    page = team_page(book, "T2", {})
    for nth, number in enumerate(page.columns[:4]):
        times = {m.bib.text: m.stages[nth] for m in page.members}
        slowest = max(times, key=lambda bib: book.stage_line(number, f"e{bib}").time or 0)  # type: ignore[union-attr]
        assert [bib for bib, stage in times.items() if stage.counts] == [slowest]


def test_members_further_apart_than_allowed_are_marked() -> None:
    """Rules 8.4."""
    document = siroua_six()
    kind = replace(document.race.team_kinds[0], separation=Separation(max_gap=9 * MINUTE))
    book = RaceBook(replace(document, race=replace(document.race, team_kinds=(kind,))))
    page = team_page(book, "T2", {})
    assert page.has_limit
    by_control = {row.name: row for row in page.apart}
    for code, name in (("CP1", "Assif Imlil"), ("CP2", "Tizi n’Tleta"), ("CP5", "Timzguida")):
        times = [
            next(s.time for s in book.splits(5, entry) if s.point == code)
            for entry in ("e41", "e52")
        ]
        apart = abs(times[0] - times[1]) // 1000 * 1000
        assert by_control[name].apart == format_duration(apart).removeprefix("0:").removeprefix("0")
        assert by_control[name].is_exceeded == (apart > 9 * MINUTE)
    assert page.apart[-1].apart == ""
    assert "too far" in render(page)


def test_a_relay_tells_who_ran_which_stage() -> None:
    book = RaceBook(loads(RELAY, name="relay"))
    page = team_page(book, "A", {})
    assert page.has_legs
    assert [stage.runner for stage in page.stages] == ["Ana Ruiz", "Bo Lind"]
    assert [[s.text for s in m.stages] for m in page.members] == [["1:00:00", ""], ["", "1:10:00"]]
    assert page.apart == ()


def test_a_penalty_of_the_team_is_told_on_its_page() -> None:
    document = siroua_six()
    penalty = Penalty(
        id="t1",
        by="director",
        at=instant(4, "18:00:00"),
        stage=4,
        team="T2",
        time=10 * MINUTE,
        reason="Helped over the fence",
    )
    book = RaceBook(replace(document, rulings=(*document.rulings, penalty)))
    (given,) = team_page(book, "T2", {}).given
    assert (given.amount, given.reason) == ("+10:00", "Helped over the fence")


def test_a_team_is_there_before_the_race_too() -> None:
    page = team_page(RaceBook(before_the_start()), "T2", {})
    assert [m.name for m in page.members] == ["Maren Tveitdal", "Callum Strathearn"]
    assert page.facts == ()
    assert page.reasons == ()


def test_boards_of_teams_lead_to_their_pages(book: RaceBook) -> None:
    rows = board_page(book, "pairs", {"after": "4"}).rows
    assert {row.url for row in rows} >= {"/races/siroua-six/teams/T2"}


def test_every_runner_is_listed_by_bib_before_the_race_too(book: RaceBook) -> None:
    for one in (book, RaceBook(before_the_start())):
        page = runners_page(one, {})
        assert [row.bib.text for row in page.rows] == [e.bib for e in one.entries()]
        assert page.count == "46 runners"
    assert {row.place for row in runners_page(RaceBook(before_the_start()), {}).rows} == {""}


def test_runners_are_found_by_name_bib_nation_category_and_team(book: RaceBook) -> None:
    def found(**args: str) -> list[str]:
        return [row.bib.text for row in runners_page(book, args).rows]

    assert found(q="omer") == ["88"]
    assert found(q="007") == ["007"]
    assert found(nation="NOR") == ["41", "208"]
    assert found(team="T2") == ["41", "52"]
    women = found(category="W")
    assert {e.gender for e in book.entries() if e.bib in women} == {"F"}
    assert runners_page(book, {"nation": "NOR"}).count == "2 of 46 runners"


def test_a_long_list_is_cut_and_the_whole_of_it_a_link_away() -> None:
    document = before_the_start()
    many = tuple(
        replace(document.entries[0], id=f"x{n}", bib=str(1000 + n), team="")
        for n in range(FIRST + 1)
    )
    book = RaceBook(replace(document, entries=many, teams=()))
    page = runners_page(book, {})
    assert len(page.rows) == FIRST
    assert page.more == "Show all 301 runners"
    assert len(runners_page(book, {"lines": "all"}).rows) == FIRST + 1
    assert "Teams" not in [tab.label for tab in page.frame.tabs]


def test_every_team_is_listed_with_its_members(book: RaceBook) -> None:
    page = teams_page(book, {})
    assert page.count == "5 teams"
    assert [row.bib.text for row in page.rows] == ["T1", "T2", "T3", "T4", "T5"]
    assert [name for _, name, _ in page.rows[1].members] == ["Maren Tveitdal", "Callum Strathearn"]
    assert [row.bib.text for row in teams_page(book, {"q": "fjord"}).rows] == ["T2"]
