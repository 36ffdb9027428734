"""A race's home and the list of races: what is said at each moment of a race."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.pages.markup import Markup
from tests.pages.sample import before_the_start, instant, siroua_six
from timing.core.book import RaceBook
from timing.core.definition import Of, StageKind
from timing.core.document import Document
from timing.core.records import StageAction, StageChange
from timing.pages.board_page import board_page
from timing.pages.race_home import race_home
from timing.pages.race_list import race_list
from timing.pages.rendering import render
from timing.pages.sureness import Sureness, sureness_of_stage, sureness_of_standings


def home(document: Document) -> Markup:
    return Markup(render(race_home(RaceBook(document))))


@pytest.fixture(scope="module")
def running() -> RaceBook:
    return RaceBook(siroua_six())


def test_the_first_of_the_home_are_those_of_the_board(running: RaceBook) -> None:
    board = board_page(running, "gc", {})
    home_rows = race_home(running).top
    assert [(r.rank, r.name, r.gap, r.moved, r.on_road) for r in home_rows] == [
        (r.rank, r.name, r.gap, r.moved, r.on_road) for r in board.rows[: len(home_rows)]
    ]


def test_between_stages_the_first_are_those_of_the_settled_board() -> None:
    book = RaceBook(siroua_six("20:00:00", stage=3))
    board = board_page(book, "gc", {})
    rows = race_home(book).top
    assert len(rows) == 10
    assert [(r.rank, r.name, r.total, r.moved) for r in rows] == [
        (r.rank, r.name, r.total, r.moved) for r in board.rows[:10]
    ]


def test_every_classification_is_shown_with_the_leader_of_its_board(running: RaceBook) -> None:
    for item, classification in zip(
        race_home(running).boards, running.race.classifications, strict=True
    ):
        assert item.leader is not None
        assert item.leader.name == board_page(running, classification.code, {}).rows[0].name


def test_a_stage_names_its_winner_once_it_is_over(running: RaceBook) -> None:
    items = race_home(running).stages
    for item in items[:4]:
        lines = running.stage_boards(item.number)[0].lines
        assert [w.name for w in item.winners] == [
            line.competitor.name for line in lines if line.rank == 1
        ]
    assert items[4].winners == items[5].winners == ()


def test_where_only_teams_are_ranked_a_team_wins_the_stage() -> None:
    document = siroua_six("20:00:00", stage=1)
    solo = tuple(replace(entry, team="") for entry in document.entries if not entry.team)
    teams_only = replace(
        document,
        race=replace(
            document.race,
            classifications=tuple(c for c in document.race.classifications if c.of is Of.TEAM),
        ),
        entries=tuple(entry for entry in document.entries if entry not in solo and entry.team),
    )
    page = race_home(RaceBook(teams_only))
    assert {row.name for row in page.top} <= {team.name for team in document.teams}
    assert page.top


def test_results_are_live_while_a_stage_runs_and_provisional_after() -> None:
    book = RaceBook(siroua_six())
    assert [sureness_of_stage(book, number) for number in book.stages] == [
        *[Sureness.PROVISIONAL] * 4,
        Sureness.LIVE,
        Sureness.TO_COME,
    ]
    assert sureness_of_standings(book) is Sureness.LIVE
    assert sureness_of_standings(RaceBook(before_the_start())) is Sureness.TO_COME
    evening = RaceBook(siroua_six("20:00:00", stage=3))
    assert sureness_of_standings(evening) is Sureness.PROVISIONAL


def test_a_cancelled_stage_says_so_and_has_no_winner() -> None:
    document = siroua_six("20:00:00", stage=3)
    cancelled = StageChange(
        id="c", by="ana", at=instant(3, "19:00:00"), stage=2, action=StageAction.CANCEL
    )
    page = race_home(RaceBook(replace(document, rulings=(*document.rulings, cancelled))))
    assert page.stages[1].sureness == Sureness.CANCELLED
    assert page.stages[1].winners == ()


def test_before_the_race_the_next_start_is_the_first() -> None:
    page = race_home(RaceBook(before_the_start()))
    assert page.next_start is not None
    assert page.next_start.title == "Stage 1, Tizi to Aguelmous"
    assert page.next_start.at == instant(1, "07:30:00")
    assert not page.top
    assert not page.arrivals
    words = home(before_the_start()).words
    assert "Tuesday 20 October 2026" in words
    assert "Latest arrivals" not in words
    assert "Last in" not in words


def test_between_stages_the_next_start_is_that_of_the_next_stage() -> None:
    page = race_home(RaceBook(siroua_six("20:00:00", stage=4)))
    assert page.next_start is not None
    assert page.next_start.at == instant(5, "06:00:00")


def test_a_rest_day_is_in_the_programme_and_starts_nothing() -> None:
    document = siroua_six("20:00:00", stage=4)
    stages = list(document.race.stages)
    stages[4] = replace(
        stages[4], kind=StageKind.REST, start=None, controls=(), distance_m=0, profile=()
    )
    race = replace(document.race, stages=tuple(stages))
    page = race_home(RaceBook(replace(document, race=race)))
    assert page.stages[4].is_rest
    assert page.next_start is not None
    assert page.next_start.title.startswith("Stage 6")


def test_while_a_stage_runs_its_field_is_shown_and_the_stage_after_it(running: RaceBook) -> None:
    page = race_home(running)
    assert page.field is not None
    assert page.next_start is not None
    assert page.next_start.title.startswith("Stage 6")
    assert page.tally is not None
    assert page.tally.on_course == page.field.on_course


def test_after_the_race_its_winners_are_named() -> None:
    page = race_home(RaceBook(siroua_six("22:00:00", stage=6)))
    assert page.is_over
    assert page.next_start is None
    assert all(board.leader is not None for board in page.boards)
    assert "Winners" in Markup(render(page)).words


def test_a_race_of_one_stage_is_over_after_it() -> None:
    document = siroua_six("20:00:00", stage=1)
    race = replace(document.race, stages=document.race.stages[:1])
    assert race_home(RaceBook(replace(document, race=race))).is_over


def test_races_stand_by_what_they_are_doing_the_soonest_to_come_first() -> None:
    def named(document: Document, slug: str, days: int = 0) -> RaceBook:
        race = document.race
        return RaceBook(
            replace(
                document,
                race=replace(
                    race, slug=slug, name=slug, starts_on=race.starts_on + timedelta(days)
                ),
            )
        )

    page = race_list(
        [
            named(before_the_start(), "later", 9),
            named(siroua_six("22:00:00", 6), "done"),
            named(siroua_six("20:00:00", 3), "asleep"),
            named(before_the_start(), "soon"),
            named(siroua_six(), "running", 3),
        ]
    )
    assert [[race.name for race in group.races] for group in page.groups] == [
        ["running", "asleep"],
        ["soon", "later"],
        ["done"],
    ]


def test_a_race_that_is_over_says_who_won_it_and_one_to_come_when_it_starts() -> None:
    over = race_list([RaceBook(siroua_six("22:00:00", 6))]).groups[0].races[0]
    winner = board_page(RaceBook(siroua_six("22:00:00", 6)), "gc", {}).rows[0].name
    assert over.state == f"Won by {winner}"
    coming = race_list([RaceBook(before_the_start())]).groups[0].races[0]
    assert coming.at == instant(1, "07:30:00")
