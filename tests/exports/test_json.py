"""The names and units are those that the racefile's documentation promises."""

import json

from timing.core.book import RaceBook
from timing.exports.json import everything, lines, to_json
from timing.exports.table import board_table, control_table, stage_table


def test_a_line_has_durations_in_milliseconds_and_its_rank_as_a_number(book: RaceBook) -> None:
    first, second, out = json.loads(to_json(board_table(book.race, book.board("gc"))))

    assert second == {
        "rank": 2,
        "bib": "12",
        "name": "Lind, Bo",
        "team": "T1",
        "division": "full",
        "gender": "M",
        "category": "M M40",
        "nationality": "",
        "status": "finished",
        "stages": 2,
        "time_ms": 21_610_000,
        "gap_ms": 19_000,
        "penalty_ms": 60_000,
        "credit_ms": 0,
        "bonus_ms": 20_000,
        "raw_time_ms": 21_570_000,
    }
    assert first["raw_time_ms"] == 21_600_400
    assert (out["rank"], out["gap_ms"], out["time_ms"]) == (None, None, 18_000_000)


def test_a_formula_is_a_name_like_any_other(book: RaceBook) -> None:
    assert lines(board_table(book.race, book.board("gc")))[2]["name"] == "=SUM(A1)"


def test_a_stage_has_instants_in_utc(book: RaceBook) -> None:
    first, *_ = lines(stage_table(book.race, book.stage_boards(1)))

    assert (first["start"], first["finish"]) == (
        "2026-08-28T06:00:00Z",
        "2026-08-28T10:00:00.400Z",
    )
    assert (first["time_ms"], first["raw_time_ms"]) == (14_401_000, 14_400_400)


def test_a_points_board_has_points_and_a_gap_in_points(book: RaceBook) -> None:
    first, *_ = lines(board_table(book.race, book.board("points")))

    assert (first["points"], first["gap"]) == (45, 0)
    assert "time_ms" not in first


def test_the_order_at_a_control_has_printed_and_exact_times(book: RaceBook) -> None:
    first, *_ = lines(control_table(book, book.control_boards(1, "FINISH")))

    assert (first["time_ms"], first["raw_time_ms"]) == (14_401_000, 14_400_400)
    assert first["passed"] == "2026-08-28T10:00:00.400Z"


def test_everything_is_boards_after_each_stage_stages_and_problems(book: RaceBook) -> None:
    told = json.loads(everything(book))

    assert sorted(told) == ["boards", "problems", "stages"]
    assert list(told["boards"]) == ["gc", "gc-women", "pairs", "points"]
    assert all(list(by_stage) == ["1", "2"] for by_stage in told["boards"].values())
    assert [line["bib"] for line in told["boards"]["gc"]["1"]] == ["9", "12", "100"]
    assert told["boards"]["gc"]["2"] == lines(board_table(book.race, book.board("gc", 2)))
    assert [line["bib"] for line in told["stages"]["1"]] == ["9", "12", "100", "7", ""]
    assert {
        "code": "missed-control",
        "message": "9 was not seen at LAKE, but later",
        "records": [],
        "stage": 2,
        "bib": "9",
    } in told["problems"]
