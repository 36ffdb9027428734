"""What is behind a figure: records, rules and additions."""

from __future__ import annotations

from tests.core.small_races import DAY_1, EVENING, document
from timing.core.book import RaceBook
from timing.core.explain import explain
from timing.core.reasons import Because, Reason
from timing.core.records import Bonus, Credit, Penalty, StageTime, Status
from timing.core.statuses import RulingStatus
from timing.core.times import HOUR, MINUTE


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
