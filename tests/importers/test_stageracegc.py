"""Workbooks of StageRaceGC as races, and the mistakes of that tool that are not repeated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from tests.importers.workbooks import LONG, SHORT, Rows, hours, workbook
from timing.core.book import RaceBook
from timing.core.document import Document
from timing.core.entries import Entry
from timing.importers.spreadsheets import BadWorkbook
from timing.importers.stageracegc import Conversion, read_stageracegc
from timing.racefile import dump, loads

HEADER = ("Bib", "First Name", "Last Name", "Team", "UCI ID", "License")
RIDERS: Rows = (
    HEADER,
    (11, "Ana", "Ruiz", "Ibex", 10012345678, "ABC"),
    ("007", "Bo", "Lind", "Ibex", None, None),
    ("12a", "Chu", "Wei", "Ibex", None, None),
    (14, "Dag", "Moe", "Yeti & Sons", None, None),
)
FIRST: Rows = (
    ("Bib", "Time", "Place", "Bonus", "Penalty", "KOM 1", "Sprint 1"),
    (11, hours(4), 1, 10, None, 5, None),
    ("007", hours(4, 0, 30), 2, 6, "0:00:20", 3, 6),
    ("12a", hours(4, 1), 3, None, None, None, 4),
    (14, hours(4, 2), 4),
)
SECOND: Rows = (
    ("Bib", "Time", "Place"),
    ("007", hours(1), 1),
    (11, hours(1, 0, 10.4), 2),
    ("12a", hours(1, 0, 20), 3),
    (14, None, "AB"),
)


def converted(sheets: Mapping[str, Rows], time_format: str = SHORT) -> Conversion:
    content = workbook(sheets, time_format)
    return read_stageracegc(content, slug="tour", starts_on=date(2026, 8, 1))


def tour(**stages: Rows) -> dict[str, Rows]:
    return {"Registration": RIDERS, **{n.replace("_", "-"): rows for n, rows in stages.items()}}


def lines(document: Document, board: str) -> list[tuple[int | None, str, int | None]]:
    return [
        (line.rank, line.competitor.name, line.time if line.points is None else line.points)
        for line in RaceBook(document).board(board).lines
    ]


def test_times_bonuses_and_penalties_make_the_general_classification() -> None:
    conversion = converted(tour(S1_RR=FIRST, S2_ITT=SECOND))

    assert conversion.problems == ()
    assert lines(conversion.document, "gc") == [
        (1, "Ana Ruiz", 18_000_000),  # 4:00:00 + 1:00:10 - 10 s: the time trial's .4 is cut off
        (2, "Bo Lind", 18_044_000),  # 4:00:30 + 1:00:00 - 6 s + 20 s
        (3, "Chu Wei", 18_080_000),
        (None, "Dag Moe", 14_520_000),
    ]


def test_what_is_made_is_a_racefile_that_reads_back_the_same() -> None:
    document = converted(tour(S1_RR=FIRST, S2_ITT=SECOND)).document

    assert loads(dump(document), name="tour.yaml") == document


def test_bibs_are_text_and_numbers_are_whole() -> None:
    document = converted(tour(S1_RR=FIRST)).document

    assert [entry.bib for entry in document.entries] == ["11", "007", "12a", "14"]
    assert document.entries[0].tags == ("uci:10012345678", "license:ABC")


def test_the_best_three_of_a_team_are_added_without_bonuses() -> None:
    document = converted(tour(S1_RR=FIRST, S2_ITT=SECOND)).document

    first, second = lines(document, "teams")
    # 4:00:00 + 4:00:30 + 4:01:00, and 1:00:00 + 1:00:10 + 1:00:20.
    assert first == (1, "Ibex", 43_290_000 + 10_830_000)
    assert second[:2] == (None, "Yeti & Sons")


def test_the_fastest_three_count_wherever_their_lines_stand() -> None:
    riders = (HEADER, *((n, "R", str(n), "Ibex") for n in range(1, 6)))
    stage = (("Bib", "Time"), *((n, hours(5 - n)) for n in range(1, 5)), (5, hours(5)))
    document = converted({"Registration": riders, "1-RR": stage}).document

    assert lines(document, "teams") == [(1, "Ibex", (1 + 2 + 3) * 3_600_000)]


def test_points_of_climbs_and_sprints_have_classifications_of_their_own() -> None:
    document = converted(tour(S1_RR=FIRST, S2_ITT=SECOND)).document

    assert lines(document, "kom")[:2] == [(1, "Ana Ruiz", 5), (2, "Bo Lind", 3)]
    assert lines(document, "sprint")[:2] == [(1, "Bo Lind", 6), (2, "Chu Wei", 4)]


def test_points_may_be_given_to_another_bib() -> None:
    stage = (("Bib", "Time", "KOM 1"), (11, hours(4), "007, 5"), ("007", hours(5), "x"))
    conversion = converted(tour(S1_RR=stage))

    assert lines(conversion.document, "kom")[0] == (1, "Bo Lind", 5)
    assert [str(p) for p in conversion.problems] == ['S1-RR, row 3: "x" are no points']


def test_a_blank_time_with_a_place_is_unknown_and_not_nothing() -> None:
    stage = (("Bib", "Time", "Place"), (11, hours(4), 1), ("007", None, 2), (14, 0, 3))
    conversion = converted(tour(S1_RR=stage))

    ranked = [line for line in lines(conversion.document, "gc") if line[0]]
    assert ranked == [(1, "Ana Ruiz", 14_400_000)]
    assert [str(p) for p in conversion.problems] == [
        "S1-RR, row 4: a time of 0 is none: without a result"
    ]


def test_a_rider_without_a_line_on_a_stage_does_not_lead() -> None:
    conversion = converted(tour(S1_RR=FIRST, S2_RR=SECOND[:3]))

    assert [line[:2] for line in lines(conversion.document, "gc")] == [
        (1, "Ana Ruiz"),
        (2, "Bo Lind"),
        (None, "Chu Wei"),
        (None, "Dag Moe"),
    ]


@pytest.mark.parametrize("time_format", [SHORT, LONG])
def test_a_stage_of_over_a_day_is_as_long_as_it_was(time_format: str) -> None:
    stage = (("Bib", "Time"), (11, hours(25, 0, 1)), ("007", "49:30:00"))
    document = converted(tour(S1_RR=stage), time_format).document

    assert [line[2] for line in lines(document, "gc")[:2]] == [90_001_000, 178_200_000]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("3:59:59.6", 14_399_000),
        ("1:02", 62_000),
        ("1'02\"", 62_000),
        ("91", 91_000),
        (90, 90_000),
        ("soon", None),
        (0.5, None),
        (True, None),
        ("400:00:00", None),
        ("9" * 40, None),
    ],
)
def test_times_are_read_as_the_tool_reads_them(cell: object, expected: int | None) -> None:
    conversion = converted(tour(S1_RR=(("Bib", "Time"), (11, cell))))

    (line,) = [line for line in lines(conversion.document, "gc") if line[1] == "Ana Ruiz"]
    assert (line[2] or None) == expected
    assert bool(conversion.problems) == (expected is None)


def test_the_words_for_a_place_say_what_became_of_a_rider() -> None:
    words = (("Bib", "Time", "Place"), (11, None, "DNS"), ("007", None, "HD"), (14, None, "DQ"))
    document = converted(tour(S1_RR=FIRST, S2_RR=(*words, ("12a", hours(4), "AB")))).document

    statuses = {
        line.competitor.name: line.status.value
        for board in RaceBook(document).stage_boards(2)
        for line in board.lines
        if isinstance(line.competitor, Entry)
    }
    assert statuses == {"Ana Ruiz": "dns", "Bo Lind": "otl", "Dag Moe": "dsq", "Chu Wei": "dnf"}


def test_what_can_not_be_taken_is_told_with_its_row() -> None:
    riders = (*RIDERS, (11, "Eva", "Roy"), (None, "Fay"), ("1 2", "Gus"))
    stage = (*FIRST, (11, hours(5), 5), (99, hours(5), 6), (None, hours(5), 7))
    conversion = converted({"Registration": riders, "S1-RR": stage})

    assert [str(problem) for problem in conversion.problems] == [
        "Registration, row 6: bib 11 is Ana Ruiz's already",
        "Registration, row 7: no bib",
        'Registration, row 8: "1 2" is no bib',
        "S1-RR, row 6: bib 11 stands in row 2 already",
        "S1-RR, row 7: nobody has bib 99",
        "S1-RR, row 8: no bib",
    ]


def test_lines_in_another_order_than_that_of_times_are_no_places() -> None:
    stage = (("Bib", "Time"), (11, hours(5)), ("007", hours(4)))
    document = converted(tour(S1_RR=stage)).document

    assert [line[:2] for line in lines(document, "gc")[:2]] == [(1, "Bo Lind"), (2, "Ana Ruiz")]


def test_headers_are_found_under_other_lines_and_other_names() -> None:
    riders = (("Tour of somewhere",), (), ("BibNum", "FName", "LName"), (7, "Ana", "Ruiz"))
    stage = (("Num", "Time", "Pos"), (7, "1:00:00", 1))
    document = converted({"registration": riders, "1-RR": stage}).document

    assert lines(document, "gc") == [(1, "Ana Ruiz", 3_600_000)]


@pytest.mark.parametrize("sheets", [{"Registration": RIDERS}, {"1-RR": FIRST}, {"A": ()}])
def test_another_workbook_is_refused(sheets: Mapping[str, Rows]) -> None:
    with pytest.raises(BadWorkbook, match="no workbook of StageRaceGC"):
        converted(sheets)
