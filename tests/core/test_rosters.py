"""Who runs each stage, under which bib, chip, division and team (Rules 4.6, 7, 8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from timing.core.days import stage_day
from timing.core.entries import Entry, Team
from timing.core.problems import Problem, ProblemCode
from timing.core.records import (
    BibChange,
    ChipChange,
    EntryChange,
    Penalty,
    Ruling,
    TeamAction,
    TeamChange,
)
from timing.core.rosters import NO_ROSTER, Roster, changed, rosters
from timing.core.times import HOUR, Reading, TimeOfDay
from timing.core.wearing import Opening, wearer_at

ANA = Entry(id="ana", bib="12", name="Ana", chips=("A1",), team="T1")
BO = Entry(id="bo", bib="9", name="Bo", team="T1")
STAGES = (1, 3, 4)


def rule(
    *rulings: Ruling, entries: Sequence[Entry] = (ANA, BO), teams: Sequence[Team] = ()
) -> tuple[dict[int, Roster], list[Problem]]:
    return rosters(STAGES, entries, teams, rulings, opening)


def opening(number: int) -> Opening:
    """At 08:00 of the day of that number."""
    day = stage_day(date(2026, 8, number), ZoneInfo("UTC"))
    return Opening(day=day, gun=day.midnight + 8 * HOUR)


def bib(id: str, stage: int, bib: str, **more: str) -> BibChange:
    return BibChange(id=id, by="director", at=1, stage=stage, bib=bib, **more)  # type: ignore[arg-type]


def set_(
    id: str, stage: int | None, bib: str, /, *, new: bool = False, **to: object
) -> EntryChange:
    changes = tuple(to.items())
    return EntryChange(
        id=id,
        by="director",
        at=1,
        stage=stage,
        bib=bib,
        new=new,
        changes=changes,  # type: ignore[arg-type]
    )


def chip(id: str, stage: int | None, bib: str, chip: str) -> ChipChange:
    return ChipChange(id=id, by="director", at=1, stage=stage, bib=bib, chip=chip)


def wearers(found: dict[int, Roster], bib: str) -> list[str | None]:
    """Who wears the bib on each stage."""
    worn = [roster.entry_wearing(bib) for roster in found.values()]
    return [None if entry is None else entry.id for entry in worn]


# -- one stage -----------------------------------------------------------------------------------


def test_a_roster_is_in_the_natural_order_of_its_bibs() -> None:
    found, problems = rule()
    assert [roster.stage for roster in found.values()] == list(STAGES)
    for roster in found.values():
        assert list(roster.entries) == ["bo", "ana"]
    assert problems == []


def test_a_roster_finds_entries_by_bib_by_chip_and_by_team() -> None:
    roster = rule(teams=[Team(code="T1"), Team(code="T2")])[0][1]
    assert roster.entry_wearing("12") == ANA
    assert roster.entry_wearing("13") is None
    assert roster.chips == {"A1": "ana"}
    assert roster.members == {"T1": (BO, ANA), "T2": ()}


def test_entries_of_a_team_that_does_not_exist_are_of_none() -> None:
    assert rule(teams=[Team(code="T2")])[0][1].members == {"T2": ()}


def test_bibs_stand_for_their_entries_each_once_and_the_unknown_for_none() -> None:
    assert rule()[0][1].ids_of(["12", "99", "9", "12"]) == ["ana", "bo"]


def test_entries_without_a_bib_are_on_the_roster_and_nobody_wears_it() -> None:
    found, problems = rule(entries=[Entry(id="x", bib=""), Entry(id="y", bib="")])
    assert list(found[1].entries) == ["x", "y"]
    assert found[1].wearing == {}
    assert problems == []


def test_of_two_who_ask_for_one_bib_the_first_by_id_wears_it_and_that_is_a_problem() -> None:
    twin = Entry(id="aaa", bib="12")
    found, problems = rule(entries=[ANA, twin])
    assert wearers(found, "12") == ["aaa", "aaa", "aaa"]
    assert list(found[1].entries) == ["aaa", "ana"]
    assert problems == [Problem(code=ProblemCode.DUPLICATE_BIB, stage=1, bib="12")]


def test_a_race_without_stages_has_no_rosters() -> None:
    assert rosters((), (ANA,), (), (), opening) == ({}, [])
    assert NO_ROSTER.entry_wearing("12") is None


# -- bibs ----------------------------------------------------------------------------------------


def test_a_new_bib_is_worn_from_its_stage_on() -> None:
    found, problems = rule(bib("r", 3, "12", new_bib="99"))
    assert wearers(found, "12") == ["ana", None, None]
    assert wearers(found, "99") == [None, "ana", "ana"]
    assert problems == []


def test_swapped_bibs_are_worn_the_other_way_round_from_their_stage_on() -> None:
    found, problems = rule(bib("r", 3, "12", swap_with="9"))
    assert wearers(found, "12") == ["ana", "bo", "bo"]
    assert wearers(found, "9") == ["bo", "ana", "ana"]
    assert problems == []


def test_swapping_back_restores() -> None:
    found, _ = rule(bib("r", 1, "12", swap_with="9"), bib("s", 3, "12", swap_with="9"))
    assert wearers(found, "12") == ["bo", "ana", "ana"]


@pytest.mark.parametrize(
    ("ruling", "unknown"),
    [
        (bib("r", 3, "77", new_bib="99"), "77"),
        (bib("r", 3, "12", swap_with="78"), "78"),
        (set_("r", 3, "79", name="X"), "79"),
        (chip("r", 3, "80", "C"), "80"),
    ],
)
def test_a_change_for_a_bib_that_nobody_wears_changes_nothing_and_is_a_problem(
    ruling: Ruling, unknown: str
) -> None:
    found, problems = rule(ruling)
    assert found[4].entries == {"bo": BO, "ana": ANA}
    assert problems == [
        Problem(code=ProblemCode.RULING_UNKNOWN_BIB, stage=3, bib=unknown, records=("r",))
    ]


def test_a_new_bib_that_another_wears_is_a_duplicate_from_then_on() -> None:
    _, problems = rule(bib("r", 3, "12", new_bib="9"))
    assert problems == [Problem(code=ProblemCode.DUPLICATE_BIB, stage=3, bib="9")]


def test_a_change_from_a_stage_that_does_not_exist_is_a_problem() -> None:
    _, problems = rule(bib("r", 2, "12", new_bib="99"))
    assert problems == [Problem(code=ProblemCode.RULING_UNKNOWN_STAGE, stage=2, records=("r",))]


# -- entries -------------------------------------------------------------------------------------


def test_a_late_entry_runs_from_its_stage_on_under_the_id_of_its_ruling() -> None:
    found, problems = rule(set_("late", 3, "50", new=True, name="Cy"))
    assert wearers(found, "50") == [None, "late", "late"]
    assert found[3].entries["late"] == Entry(id="late", bib="50", name="Cy")
    assert problems == []


def test_a_late_entry_may_have_its_bib_among_its_attributes() -> None:
    found, _ = rule(set_("late", None, "", new=True, bib="50"))
    assert wearers(found, "50") == ["late", "late", "late"]


def test_changed_attributes_hold_from_their_stage_on_or_from_the_first() -> None:
    found, _ = rule(set_("a", 3, "12", division="short"), set_("b", None, "9", gender="M"))
    assert [roster.entries["ana"].division for roster in found.values()] == ["", "short", "short"]
    assert [roster.entries["bo"].gender for roster in found.values()] == ["M", "M", "M"]


def test_later_changes_of_one_stage_build_on_earlier_ones() -> None:
    found, problems = rule(bib("a", 3, "12", new_bib="50"), set_("b", 3, "50", name="Ana María"))
    assert found[3].entries["ana"] == Entry(
        id="ana", bib="50", name="Ana María", chips=("A1",), team="T1"
    )
    assert problems == []


def test_other_rulings_change_nobody() -> None:
    penalty = Penalty(id="p", by="jury", at=1, stage=1, time=1, bibs=("12",))
    assert rule(penalty) == rule()


def test_a_birth_date_is_set_as_text_and_emptied_by_an_empty_one() -> None:
    born = changed(ANA, [("born", "1984-05-02"), ("tags", ("first",))])
    assert born.born == date(1984, 5, 2)
    assert born.tags == ("first",)
    assert changed(born, [("born", "")]).born is None


# -- chips ---------------------------------------------------------------------------------------


def test_a_chip_is_worn_beside_others_from_its_stage_on() -> None:
    found, _ = rule(chip("r", 3, "12", "B1"))
    assert [roster.chips for roster in found.values()] == [
        {"A1": "ana"},
        {"A1": "ana", "B1": "ana"},
        {"A1": "ana", "B1": "ana"},
    ]


def test_a_chip_handed_on_is_its_new_wearers_alone() -> None:
    found, _ = rule(chip("r", 3, "9", "A1"))
    assert [roster.chips.get("A1") for roster in found.values()] == ["ana", "bo", "bo"]
    assert found[3].entries["ana"].chips == ()
    assert found[3].entries["bo"].chips == ("A1",)


def test_a_chip_given_to_who_has_it_stays_single() -> None:
    found, _ = rule(chip("r", None, "12", "A1"))
    assert found[1].entries["ana"].chips == ("A1",)


# -- at an instant -------------------------------------------------------------------------------


def moment(day: int, hour: int) -> int:
    """An instant in August."""
    return stage_day(date(2026, 8, day), ZoneInfo("UTC")).midnight + hour * HOUR


def timed(
    id: str,
    stage: int,
    bib: str,
    since: Reading | None = None,
    until: Reading | None = None,
    **more: str,
) -> BibChange:
    return BibChange(
        id=id,
        by="director",
        at=1,
        stage=stage,
        bib=bib,
        since=since,
        until=until,
        **more,  # type: ignore[arg-type]
    )


def worn(found: dict[int, Roster], stage: int, bib: str, *hours: int) -> list[str | None]:
    """Who wears the bib at those hours of the stage."""
    turns = found[stage].bibs_in_turn.get(bib)
    if turns is None:
        return [found[stage].wearing.get(bib)] * len(hours)
    return [wearer_at(turns, moment(stage, hour)) for hour in hours]


def test_a_swap_from_an_instant_on_leaves_the_roster_of_its_stage_and_changes_the_next() -> None:
    found, problems = rule(timed("r", 1, "12", TimeOfDay(10 * HOUR), swap_with="9"))
    assert wearers(found, "12") == ["ana", "bo", "bo"]
    assert worn(found, 1, "12", 8, 9, 10, 11) == ["ana", "ana", "bo", "bo"]
    assert worn(found, 1, "9", 9, 10) == ["bo", "ana"]
    assert found[3].bibs_in_turn == {}
    assert problems == []


def test_a_change_until_an_instant_holds_from_its_stage_on_and_is_given_back() -> None:
    found, _ = rule(timed("r", 1, "12", until=moment(3, 10), new_bib="99"))
    assert wearers(found, "99") == ["ana", "ana", None]
    assert found[1].bibs_in_turn.keys() == {"12", "99"}
    assert worn(found, 3, "99", 8, 10) == ["ana", None]
    assert worn(found, 3, "12", 8, 10) == [None, "ana"]
    assert worn(found, 4, "12", 8) == ["ana"]


def test_what_ends_between_stages_is_over_on_the_next() -> None:
    found, _ = rule(timed("r", 1, "12", until=moment(1, 20), new_bib="99"))
    assert worn(found, 3, "12", 8) == ["ana"]
    assert found[3].bibs_in_turn == {}
    assert found[3].entries["ana"].bib == "12"


def test_a_bib_that_was_nobodys_at_the_gun_is_in_rulings_whose_it_became() -> None:
    found, _ = rule(timed("r", 1, "12", TimeOfDay(10 * HOUR), new_bib="99"))
    assert found[1].wearing == {"9": "bo", "12": "ana", "99": "ana"}
    assert worn(found, 1, "99", 9, 10) == [None, "ana"]


def test_of_two_changes_in_force_the_later_holds_and_the_earlier_is_under_it() -> None:
    found, _ = rule(
        timed("r", 1, "12", TimeOfDay(9 * HOUR), TimeOfDay(12 * HOUR), new_bib="98"),
        timed("s", 1, "98", TimeOfDay(10 * HOUR), TimeOfDay(11 * HOUR), new_bib="97"),
    )
    assert worn(found, 1, "12", 8, 9, 10, 11, 12) == ["ana", None, None, None, "ana"]
    assert worn(found, 1, "98", 8, 9, 10, 11, 12) == [None, "ana", None, "ana", None]
    assert worn(found, 1, "97", 9, 10, 11) == [None, "ana", None]


def test_of_two_changes_in_force_the_one_that_outlives_the_other_stays() -> None:
    found, _ = rule(
        timed("r", 1, "12", TimeOfDay(9 * HOUR), TimeOfDay(11 * HOUR), new_bib="98"),
        timed("s", 1, "98", TimeOfDay(10 * HOUR), TimeOfDay(12 * HOUR), new_bib="97"),
    )
    assert worn(found, 1, "97", 9, 10, 11, 12) == [None, "ana", "ana", None]
    assert worn(found, 1, "12", 8, 9, 11, 12) == ["ana", None, None, "ana"]


def test_what_ends_as_it_begins_never_holds() -> None:
    at = moment(1, 10)
    found, problems = rule(timed("r", 1, "12", at, at, new_bib="99"))
    assert worn(found, 1, "12", 9, 10, 11) == ["ana", "ana", "ana"]
    assert problems == []


def test_a_time_of_day_is_the_first_after_the_gun_and_an_end_the_first_after_its_beginning() -> (
    None
):
    found, _ = rule(timed("r", 3, "12", TimeOfDay(2 * HOUR), TimeOfDay(1 * HOUR), new_bib="99"))
    turns = found[3].bibs_in_turn["99"]
    assert turns == ((None, ""), (moment(4, 2), "ana"), (moment(5, 1), ""))


def test_a_bib_that_two_wear_at_some_moment_of_a_stage_is_a_problem() -> None:
    found, problems = rule(timed("r", 3, "12", TimeOfDay(10 * HOUR), new_bib="9"))
    assert worn(found, 3, "9", 9, 10) == ["bo", "ana"]
    assert problems == [
        Problem(code=ProblemCode.DUPLICATE_BIB, stage=3, bib="9"),
        Problem(code=ProblemCode.DUPLICATE_BIB, stage=4, bib="9"),
    ]


def test_a_change_at_an_instant_for_nobody_is_one_problem() -> None:
    _, problems = rule(timed("r", 1, "77", moment(4, 10), new_bib="99"))
    assert problems == [
        Problem(code=ProblemCode.RULING_UNKNOWN_BIB, stage=1, bib="77", records=("r",))
    ]


def test_a_bib_set_for_good_ends_what_was_lent() -> None:
    found, _ = rule(
        timed("r", 1, "12", until=moment(4, 10), new_bib="99"), set_("s", 3, "99", bib="55")
    )
    assert wearers(found, "55") == [None, "ana", "ana"]
    assert worn(found, 4, "12", 12) == [None]


def test_a_chip_worn_until_an_instant_goes_back() -> None:
    ruling = ChipChange(
        id="r", by="director", at=1, stage=1, bib="9", chip="A1",
        since=moment(1, 10), until=moment(3, 10),
    )  # fmt: skip
    found, _ = rule(ruling)
    assert [roster.chips["A1"] for roster in found.values()] == ["ana", "bo", "ana"]
    assert found[3].entries["bo"].chips == ("A1",)
    assert found[3].chips_in_turn["A1"] == ((None, "bo"), (moment(3, 10), "ana"))


def test_a_chip_handed_over_for_good_at_an_instant() -> None:
    ruling = ChipChange(
        id="r", by="director", at=1, stage=1, bib="9", chip="A1", since=moment(1, 9)
    )
    found, _ = rule(ruling)
    assert found[1].entries["ana"].chips == ("A1",)
    assert found[3].entries["ana"].chips == ()
    assert found[3].entries["bo"].chips == ("A1",)


# -- teams ---------------------------------------------------------------------------------------


def team_change(id: str, stage: int, team: str, action: TeamAction, *bibs: str) -> TeamChange:
    return TeamChange(id=id, by="director", at=1, stage=stage, team=team, action=action, bibs=bibs)


TEAMS = (Team(code="T1"), Team(code="T2"))


def test_who_leaves_one_team_and_joins_another_is_a_member_from_that_stage_on() -> None:
    found, problems = rule(
        team_change("r", 3, "T1", TeamAction.LEAVE, "12"),
        team_change("s", 4, "T2", TeamAction.JOIN, "12"),
        teams=TEAMS,
    )
    members = [
        {code: [m.id for m in those] for code, those in roster.members.items()}
        for roster in found.values()
    ]
    assert members == [
        {"T1": ["bo", "ana"], "T2": []},
        {"T1": ["bo"], "T2": []},
        {"T1": ["bo"], "T2": ["ana"]},
    ]
    assert problems == []


def test_a_team_that_is_broken_keeps_its_members() -> None:
    found, _ = rule(team_change("r", 1, "T1", TeamAction.BREAK), teams=TEAMS)
    assert [m.id for m in found[1].members["T1"]] == ["bo", "ana"]


def test_joining_a_team_that_does_not_exist_or_leaving_another_is_a_problem() -> None:
    found, problems = rule(
        team_change("r", 3, "T9", TeamAction.JOIN, "12"),
        team_change("s", 3, "T2", TeamAction.LEAVE, "12"),
        teams=TEAMS,
    )
    assert found[4].entries["ana"].team == "T1"
    assert [(p.code, p.bib, p.params) for p in problems] == [
        (ProblemCode.RULING_UNKNOWN_TEAM, "", (("team", "T9"),)),
        (ProblemCode.NOT_A_MEMBER, "12", (("team", "T2"),)),
    ]
