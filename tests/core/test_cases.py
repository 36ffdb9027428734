"""What is to be reviewed, as cases, and the evidence about each (Rules 4.5)."""

from __future__ import annotations

import pytest

from timing.core.book import RaceBook
from timing.core.cases import Case, UnknownCase, Weight, cases, find_case
from timing.core.compute import compute
from timing.core.evidence import evidence
from timing.core.records import Passing
from timing.racefile import load_ruling, loads

RACE = """\
race:
  slug: r
  timezone: UTC
  rules:
    penalties: [{code: KIT, time: "0:30:00"}]
stages:
  - number: 1
    date: 2026-08-28
    start: "08:00"
    distance_km: 30
    controls:
      - {code: START, km: 0}
      - {code: CP1, km: 10}
      - {code: CP2, km: 20}
      - {code: FINISH, km: 30}
classifications: [{code: gc, of: solo}]
entries:
  - {bib: 112}
  - {bib: 131}
  - {bib: 150, chips: [C150]}
  - {bib: 160}
passings: |
  1 CP1 112 09:00:00
  1 CP2 112 10:00:00
  1 FINISH 112 11:00:00
  1 CP1 131 09:05:00
  1 CP2 131 10:05:00
  1 FINISH 131 11:05:00
  1 CP1 150 09:10:00
  1 CP2 150 10:10:00
  1 FINISH 150 11:10:00
  1 CP1 160 09:15:00
  1 CP2 160 10:15:00
  1 FINISH 160 11:15:00
"""
AT = "2026-08-28T12:00:00Z"


def book_with(passings: str = "", rulings: str = "", race: str = RACE) -> RaceBook:
    lines = "".join(f"  {line}\n" for line in passings.splitlines())
    given = "".join(f"  - {{{line}, by: x, at: {AT}}}\n" for line in rulings.splitlines())
    tail = f"rulings:\n{given}" if given else ""
    return compute(loads(race + lines + tail, name="race.yaml"))


def only(book: RaceBook) -> Case:
    (case,) = cases(book)
    return case


def without(line: str) -> str:
    assert line in RACE
    return RACE.replace(line, "")


def costly(race: str) -> str:
    """The race, with missed controls that cost it (Rules 4.4)."""
    assert "  rules:\n" in race
    return race.replace("  rules:\n", "  rules:\n    missed_control: dnf\n", 1)


def decide(book: RaceBook, **row: object) -> None:
    book.add(rulings=[load_ruling({"id": "r9", "by": "x", "at": AT, **row})])


MISREAD = without("  1 CP1 112 09:00:00\n")
"""112 is missing at CP1; its read there was typed 113, which nobody wears."""


def test_clean_records_make_no_case() -> None:
    assert cases(book_with()) == ()


def test_a_read_and_the_split_that_it_may_have_been_are_one_case() -> None:
    case = only(book_with("1 CP1 113 09:00:00 id=m", race=MISREAD))
    assert (case.stage, case.control, case.bib) == (1, "CP1", "113")
    assert set(case.kinds) == {"unknown-bib", "likely-misread", "missed-control"}
    assert case.likely == ("112",)


def test_assigning_the_read_settles_the_whole_case() -> None:
    book = book_with("1 CP1 113 09:00:00 id=m", race=MISREAD)
    decide(book, ruling="assign", record="m", bib="112", reason="Misread")
    assert cases(book) == ()


def test_voiding_the_read_leaves_the_missing_split_as_a_case_of_its_own() -> None:
    book = book_with("1 CP1 113 09:00:00 id=m", race=MISREAD)
    decide(book, ruling="void", record="m", reason="Nobody")
    case = only(book)
    assert (case.bib, case.kinds) == ("112", ("missed-control",))


def test_a_control_that_was_confirmed_as_missed_is_not_asked_for_again() -> None:
    book = book_with(race=MISREAD)
    assert only(book).kinds == ("missed-control",)
    decide(book, ruling="confirm", stage=1, control="CP1", bib="112", reason="Asked")
    assert cases(book) == ()


def test_a_missed_control_decides_nothing_unless_the_race_has_it_cost() -> None:
    """Rules 4.4: a control without a split is a query, not a sin."""
    assert only(book_with(race=MISREAD)).weight is Weight.TIME
    assert only(book_with(race=costly(MISREAD))).weight is Weight.DECISION


def test_a_read_that_was_confirmed_is_not_asked_about_again() -> None:
    book = book_with("1 CP1 112 08:30:00 id=early")
    (case,) = cases(book)
    assert case.kinds == ("repeated-entry",)
    decide(book, ruling="confirm", record="early", reason="Seen")
    assert cases(book) == ()


def test_two_times_that_nobody_could_read_are_two_cases() -> None:
    book = book_with("1 CP1 - 09:20:00 id=a\n1 CP1 - 09:21:00 id=b\n")
    found = cases(book)
    assert sorted(case.records for case in found) == [("a",), ("b",)]
    assert len({case.key for case in found}) == 2


def test_one_bib_that_nobody_wears_is_one_case_however_often_it_was_read() -> None:
    book = book_with("1 CP1 999 09:20:00 id=a\n1 CP1 999 09:21:00 id=b\n")
    assert set(only(book).records) == {"a", "b"}


def test_a_result_comes_before_a_read_and_a_read_before_what_is_harmless() -> None:
    book = book_with(
        "1 CP1 112 09:03:00 id=again\n1 CP2 999 10:20:00 id=who\n",
        race=without("  1 CP2 160 10:15:00\n").replace(
            "  rules:\n", "  rules:\n    missed_control: dnf\n"
        ),
    )
    assert [(c.weight, c.bib) for c in cases(book)] == [
        (Weight.DECISION, "160"),
        (Weight.WHO, "999"),
        (Weight.NOTE, "112"),
    ]


def test_of_equal_weight_the_podium_comes_first() -> None:
    race = without("  1 CP2 160 10:15:00\n").replace("  1 CP2 150 10:10:00\n", "")
    # 150 was third and 160 fourth; both miss a control.
    assert [c.bib for c in cases(book_with(race=race))] == ["150", "160"]
    swapped = race.replace("FINISH 160 11:15:00", "FINISH 160 11:06:00")
    assert [c.bib for c in cases(book_with(race=swapped))] == ["160", "150"]


def test_what_a_station_reported_is_in_the_case_of_the_runner_there() -> None:
    seen = "id: o, ruling: observation, kind: kit, stage: 1, control: CP1, bib: 112, reason: Kit"
    case = only(book_with(rulings=seen, race=MISREAD))
    assert case.kinds == ("missed-control", "reported")
    assert case.proposals[0].observation.id == "o"


def test_a_report_is_closed_by_a_ruling_that_changes_nothing() -> None:
    seen = "id: o, ruling: observation, kind: weather, stage: 1, control: CP1, reason: Storm"
    book = book_with(rulings=seen)
    assert only(book).weight is Weight.NOTE
    decide(book, ruling="ack", alert="report", stage=1, settles=["o"], reason="Noted")
    assert cases(book) == ()


def test_the_key_stays_while_evidence_comes_and_the_digest_tells_that_it_came() -> None:
    book = book_with("1 CP1 999 09:20:00 id=a\n")
    before = only(book)
    book.add(passings=[Passing(id="b", stage=1, control="CP1", bib="999", time=1787908860000)])
    after = only(book)
    assert before.key == after.key
    assert before.digest != after.digest


def test_a_ruling_about_the_runner_changes_the_digest_and_one_about_another_does_not() -> None:
    book = book_with(race=MISREAD)
    before = only(book).digest
    decide(book, ruling="penalty", stage=1, bib="131", time="1:00", reason="x")
    assert only(book).digest == before
    decide(book, id="r10", ruling="penalty", stage=1, bib="112", time="1:00", reason="x")
    assert only(book).digest != before


def test_a_read_of_the_runner_that_may_have_been_changes_the_digest() -> None:
    book = book_with("1 CP1 113 09:00:00 id=m", race=MISREAD)
    before = only(book).digest
    # A second clock at the finish, the same time: no problem of its own.
    again = Passing(id="f2", stage=1, control="FINISH", bib="112", time=1787914800000, device="b")
    book.add(passings=[again])
    assert only(book).digest != before


def test_a_case_that_is_settled_is_unknown() -> None:
    with pytest.raises(UnknownCase):
        find_case(cases(book_with()), "gone")


# Evidence ------------------------------------------------------------------------------


def test_the_evidence_has_the_whole_course_with_what_counts_and_why() -> None:
    book = book_with("1 CP1 112 09:03:00 id=again")
    shown = evidence(book, only(book))
    assert [at.point for at in shown.along] == ["START", "CP1", "CP2", "FINISH"]
    there = shown.along[1]
    assert there.is_asked
    assert [(r.is_taken, r.reason and r.reason.value) for r in there.reads] == [
        (True, None),
        (False, "later_read"),
    ]


def test_a_read_by_chip_counts_for_its_wearer() -> None:
    line = "  1 CP2 150 10:10:00\n"
    book = book_with(
        "1 CP2 - 10:10:00 id=chip chip=C150\n",
        race=without("  1 CP1 150 09:10:00\n").replace(line, ""),
    )
    shown = evidence(book, only(book))
    (read,) = next(at.reads for at in shown.along if at.point == "CP2")
    assert (read.passing.id, read.is_taken) == ("chip", True)


def test_the_reads_around_the_one_in_question_are_shown() -> None:
    book = book_with("1 FINISH 999 11:07:00 id=who")
    shown = evidence(book, only(book))
    assert [(n.bib, n.is_asked) for n in shown.neighbours] == [
        ("112", False),
        ("131", False),
        ("999", True),
        ("150", False),
        ("160", False),
    ]


def test_whom_the_engine_suggests_comes_first_among_those_it_may_have_been() -> None:
    book = book_with("1 CP1 113 09:00:00 id=m", race=MISREAD)
    shown = evidence(book, only(book))
    assert [(c.entry.bib, c.is_suggested) for c in shown.candidates] == [("112", True)]
