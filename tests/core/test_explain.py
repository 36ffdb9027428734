"""What is behind a figure: records, rules and additions."""

from __future__ import annotations

from dataclasses import replace

from tests.core.small_races import DAY_1, ENTRIES, EVENING, document, finish, race
from timing.core.book import RaceBook
from timing.core.definition import Classification, Cutoff, EqualRank, Measure, Of, Rules, Scope
from timing.core.entries import Entry, Team
from timing.core.explain import explain
from timing.core.reasons import Because, Reason
from timing.core.records import Bonus, Credit, FinishOrder, Penalty, StageTime, Status
from timing.core.statuses import RulingStatus
from timing.core.times import HOUR, MINUTE, SECOND


def penalty(*, served: str = "") -> Penalty:
    return Penalty(
        id="p1",
        by="jury",
        at=EVENING,
        reason="Kit",
        stage=1,
        time=MINUTE,
        count=2,
        bibs=("11",),
        served=served,
    )


def reasons(book: RaceBook, entry: str = "a") -> dict[Because, Reason]:
    explanation = explain(book, entry, 1)
    return {reason.because: reason for reason in explanation.stages[0].reasons}


def test_a_stage_time_is_the_raw_clock_and_what_was_added() -> None:
    found = reasons(RaceBook(document(penalty())))
    assert found[Because.RAW].adds == 4 * HOUR
    assert found[Because.PENALTY].adds == 2 * MINUTE
    assert found[Because.PENALTY].records == ("p1",)
    assert found[Because.TAKEN].records == ("f1-11",)
    assert sum(reason.adds or 0 for reason in found.values()) == 4 * HOUR + 2 * MINUTE


def test_a_served_penalty_is_told_and_adds_nothing() -> None:
    found = reasons(RaceBook(document(penalty(served="CP"))))
    assert found[Because.SERVED].adds == 0
    assert Because.PENALTY not in found


def test_a_declared_time_names_who_declared_it() -> None:
    declared = StageTime(id="s1", by="jury", at=EVENING, stage=1, bibs=("11",), time=5 * HOUR)
    found = reasons(RaceBook(document(declared)))
    assert found[Because.DECLARED].adds == 5 * HOUR
    assert found[Because.DECLARED].records == ("s1",)
    assert Because.RAW not in found


def test_who_is_out_is_told_by_which_ruling() -> None:
    out = Status(
        id="s1", by="jury", at=EVENING, reason="Cut", status=RulingStatus.DSQ, stage=1, bibs=("11",)
    )
    found = reasons(RaceBook(document(out)))
    assert found[Because.DECIDED].records == ("s1",)
    assert dict(found[Because.STAGE_UNRANKED].params) == {"status": "dsq"}


def test_a_total_has_bonuses_that_the_stage_has_not() -> None:
    bonus = Bonus(id="b1", by="jury", at=EVENING, reason="", stage=1, time=MINUTE, bibs=("11",))
    credit = Credit(
        id="c1", by="jury", at=EVENING, reason="Help", stage=1, time=MINUTE, bibs=("11",)
    )
    explanation = explain(RaceBook(document(bonus, credit)), "a", 1)
    on_stage = sum(reason.adds or 0 for reason in explanation.stages[0].reasons)
    total = sum(reason.adds or 0 for reason in explanation.totals[0].reasons)
    assert (on_stage, total) == (4 * HOUR - MINUTE, 4 * HOUR - 2 * MINUTE)


def test_a_stage_without_result_is_told_as_missing() -> None:
    book = RaceBook(document(passings=DAY_1[:2]))
    told = [reason.because for reason in explain(book, "c", 1).totals[0].reasons]
    assert Because.STAGE_MISSING in told
    assert Because.UNRANKED in told


# One place higher ------------------------------------------------------------------------


def higher(book: RaceBook, entry: str, *, at: int = 0) -> list[tuple[Because, dict[str, object]]]:
    """What is told of the next place: in classification number ``at``, or with -1 on stage 1."""
    explanation = explain(book, entry, 1)
    part = explanation.stages[0] if at < 0 else explanation.totals[at]
    return [
        (reason.because, dict(reason.params))
        for reason in part.reasons
        if reason.because is Because.LEADS or reason.because.value.startswith("higher")
    ]


def test_the_next_place_is_as_far_as_the_one_ahead() -> None:
    book = RaceBook(document())
    asked = {"rank": 1, "other": "Ana", "label": "11", "by_ms": 10 * MINUTE}
    assert higher(book, "b", at=-1) == [(Because.HIGHER_IF_LEVEL_SHARED, asked)]
    # Level on the total the places stand as they are: Ana’s first place would count.
    lost = {**asked, "by_ms": 10 * MINUTE + SECOND, "tie": "place_sum"}
    assert higher(book, "b") == [(Because.HIGHER_IF_AHEAD, lost)]


def test_the_first_is_told_how_far_ahead() -> None:
    book = RaceBook(document())
    lead = {"other": "Bo", "label": "12", "by_ms": 10 * MINUTE}
    assert higher(book, "a") == higher(book, "a", at=-1) == [(Because.LEADS, lead)]


def test_a_tie_that_would_be_won_takes_no_more_than_being_level() -> None:
    late = Credit(
        id="c1",
        by="jury",
        at=EVENING,
        reason="",
        stage=1,
        time=15 * MINUTE,
        bibs=("12",),
        scope=Scope.GC,
    )
    book = RaceBook(document(late))
    asked = {"rank": 1, "other": "Bo", "label": "12", "by_ms": 5 * MINUTE, "tie": "place_sum"}
    assert higher(book, "a") == [(Because.HIGHER_IF_LEVEL, asked)]


def test_who_is_level_and_behind_is_told_by_what() -> None:
    level = Penalty(
        id="p2",
        by="jury",
        at=EVENING,
        reason="",
        stage=1,
        time=10 * MINUTE,
        bibs=("11",),
        scope=Scope.GC,
    )
    asked = {"rank": 1, "other": "Ana", "label": "11", "by_ms": SECOND, "tie": "place_sum"}
    assert higher(RaceBook(document(level)), "b") == [(Because.HIGHER_NOW_LEVEL, asked)]


def test_a_shared_first_place_is_no_lead() -> None:
    passings = (finish("11", 240), finish("12", 240), finish("13", 260))
    book = RaceBook(document(passings=passings))
    assert higher(book, "a", at=-1) == []
    ((because, asked),) = higher(book, "c", at=-1)
    assert (because, asked["rank"]) == (Because.HIGHER_IF_LEVEL_SHARED, 1)


def test_a_judges_order_parts_those_who_would_be_level_on_a_stage() -> None:
    order = FinishOrder(id="o1", by="line", at=EVENING, stage=1, bibs=("12", "11"))
    ((because, asked),) = higher(RaceBook(document(order)), "b", at=-1)
    assert (because, asked["tie"]) == (Because.HIGHER_IF_LEVEL, "finish_order")


def test_a_declared_place_has_no_next_one_by_time() -> None:
    declared = StageTime(id="s1", by="jury", at=EVENING, stage=1, bibs=("12",), place=2)
    assert higher(RaceBook(document(declared)), "b", at=-1) == []


def test_equals_that_are_numbered_all_the_same_are_no_reason() -> None:
    rules = Rules(ties=(), equal_rank=EqualRank.CONSECUTIVE)
    book = RaceBook(replace(document(), race=race(rules=rules)))
    assert higher(book, "b")[0][0] is Because.HIGHER_IF_AHEAD_OF


def test_a_team_is_told_too_and_which_member_counts() -> None:
    entries = (*ENTRIES, Entry(id="d", bib="14", name="Di", team="T2"))
    entries = (*entries[:2], replace(entries[2], team="T2"), entries[3])
    teams = (Team(code="T1", name="One", kind="pair"), Team(code="T2", name="Two", kind="pair"))
    book = RaceBook(
        replace(document(passings=(*DAY_1, finish("14", 300))), entries=entries, teams=teams)
    )
    explanation = explain(book, "c", 1)
    of_team = {r.because: dict(r.params) for r in explanation.team_stages[0].reasons}
    assert of_team[Because.MEMBER_COUNTS]["bib"] == "14"
    assert of_team[Because.MEMBER_TIME]["bib"] == "13"
    assert of_team[Because.HIGHER_IF_LEVEL_SHARED]["by_ms"] == 50 * MINUTE
    first = explain(book, "a", 1).team_stages[0].reasons
    assert [r.because for r in first][-1] is Because.LEADS


def test_points_are_told_stage_by_stage_and_what_is_missing() -> None:
    of_points = Classification(
        code="points", of=Of.SOLO, measure=Measure.POINTS, points=(("finish", (10, 5, 2)),)
    )
    whole = document()
    small = replace(whole.race, classifications=(of_points,))
    book = RaceBook(replace(whole, race=small))
    found = {r.because: dict(r.params) for r in explain(book, "b", 1).totals[0].reasons}
    assert found[Because.POINTS_WON] == {"stage": 1, "where": "finish", "place": 2, "points": 5}
    assert found[Because.HIGHER_IF_AHEAD] == {
        "rank": 1,
        "other": "Ana",
        "label": "11",
        "by_points": 6,
        "tie": "count_back",
    }
    places = replace(of_points, measure=Measure.PLACES, points=())
    book = RaceBook(replace(whole, race=replace(whole.race, classifications=(places,))))
    found = {r.because: dict(r.params) for r in explain(book, "b", 1).totals[0].reasons}
    assert found[Because.POINTS_WON] == {"stage": 1, "where": "", "place": 2, "points": 2}
    assert dict(explain(book, "a", 1).totals[0].reasons[-1].params)["by_places"] == 1


def test_who_is_ahead_by_stages_done_is_not_reached_by_time() -> None:
    by_stages = Classification(code="far", of=Of.SOLO, measure=Measure.STAGES)
    whole = document(passings=DAY_1[:2])
    book = RaceBook(replace(whole, race=replace(whole.race, classifications=(by_stages,))))
    assert higher(book, "c") == []


def test_who_went_as_far_is_reached_by_the_clock_there() -> None:
    by_stages = Classification(code="far", of=Of.SOLO, measure=Measure.STAGES)
    seen = tuple(
        replace(finish(bib, minutes), control="CP") for bib, minutes in (("12", 90), ("13", 92))
    )
    whole = document(passings=(*DAY_1[:1], *seen))
    book = RaceBook(replace(whole, race=replace(whole.race, classifications=(by_stages,))))
    assert higher(book, "a") == []
    ((because, params),) = higher(book, "c")
    assert because is Because.HIGHER_IF_LEVEL_SHARED
    assert (params["rank"], params["by_ms"]) == (2, 2 * MINUTE)


def test_who_is_out_before_a_stage_is_told_so() -> None:
    out = Status(id="s1", by="jury", at=EVENING, status=RulingStatus.DNF, stage=1, bibs=("11",))
    book = RaceBook(document(out, passings=(*DAY_1, finish("11", 240, number=2))))
    found = {r.because: dict(r.params) for r in explain(book, "a", 2).stages[0].reasons}
    assert found[Because.OUT_BEFORE] == {"status": "dnf", "stage": 1}


def test_a_limit_in_per_cent_is_told_against_the_winner_that_it_was_tested_against() -> None:
    """A declared time may win; who is ruled out does not (Rules 5.8)."""
    held = document(StageTime(id="s1", by="jury", at=EVENING, stage=1, bibs=("12",), time=3 * HOUR))
    first = held.race.stages[0]
    last = replace(first.controls[-1], cutoffs=(Cutoff(percent_of_winner=200),))
    stages = (replace(first, controls=(*first.controls[:-1], last)), *held.race.stages[1:])
    found = reasons(RaceBook(replace(held, race=replace(held.race, stages=stages))))
    # The raw clock is 4:00:00, the limit twice the declared 3:00:00.
    assert dict(found[Because.LIMIT_KEPT].params)["margin_ms"] == 2 * HOUR
