"""The columns and texts are those that the racefile's documentation promises."""

import csv
import io
from dataclasses import replace

import pytest

from timing.core.book import RaceBook
from timing.core.compute import compute
from timing.core.entries import Entry
from timing.exports.csv import to_csv
from timing.exports.table import (
    Table,
    board_table,
    control_boards_of,
    control_table,
    stage_boards_of,
    stage_table,
)


def board_csv(book: RaceBook, code: str, after: int | None = None) -> str:
    return to_csv(board_table(book.race, book.board(code, after))).decode()


def rows(table: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(table).decode())))


def test_a_classification_has_the_promised_columns_and_times(book: RaceBook) -> None:
    assert board_csv(book, "gc") == (
        "rank,bib,name,team,division,gender,category,nationality,status,stages,time,gap,"
        "penalty,credit,bonus\n"
        "1,9,Ana Ruiz,T1,full,F,W,ESP,finished,2,5:59:51,0:00:00,0:00:00,0:00:10,0:00:00\n"
        '2,12,"Lind, Bo",T1,full,M,M M40,,finished,2,6:00:10,0:00:19,0:01:00,0:00:00,0:00:20\n'
        ",100,'=SUM(A1),,full,M,M,NED,dnf,1,5:00:00,,0:00:00,0:00:00,0:00:00\n"
    )


def test_a_team_has_no_bib_and_its_code_beside_its_name(book: RaceBook) -> None:
    assert board_csv(book, "pairs") == (
        "rank,bib,name,team,division,gender,category,nationality,status,stages,time,gap,"
        "penalty,credit,bonus\n"
        "1,,Ibex,T1,full,,,,finished,2,6:01:20,0:00:00,0:01:00,0:00:10,0:00:00\n"
    )


def test_a_points_board_has_points_in_the_place_of_time(book: RaceBook) -> None:
    header, leader, *_ = board_csv(book, "points").splitlines()

    assert header == (
        "rank,bib,name,team,division,gender,category,nationality,status,stages,points,gap,"
        "penalty,credit,bonus"
    )
    assert leader == "1,9,Ana Ruiz,T1,full,F,W,ESP,finished,2,45,0,0:00:00,0:00:10,0:00:00"


def test_a_stage_adds_start_and_finish_and_groups_by_division_then_by_team(book: RaceBook) -> None:
    table = stage_table(book.race, book.stage_boards(1))

    assert to_csv(table).decode() == (
        "rank,bib,name,team,division,gender,category,nationality,status,stages,time,gap,"
        "penalty,credit,bonus,start,finish\n"
        "1,9,Ana Ruiz,T1,full,F,W,ESP,finished,1,4:00:01,0:00:00,0:00:00,0:00:00,0:00:00,"
        "2026-08-28T08:00:00+02:00,2026-08-28T12:00:00.400+02:00\n"
        '2,12,"Lind, Bo",T1,full,M,M M40,,finished,1,4:01:30,0:01:29,0:01:00,0:00:00,0:00:00,'
        "2026-08-28T08:00:00+02:00,2026-08-28T12:00:30+02:00\n"
        "3,100,'=SUM(A1),,full,M,M,NED,finished,1,5:00:00,0:59:59,0:00:00,0:00:00,0:00:00,"
        "2026-08-28T08:00:00+02:00,2026-08-28T13:00:00+02:00\n"
        "1,7,Cho Li,,short,F,W,,finished,1,6:00:00,0:00:00,0:00:00,0:00:00,0:00:00,"
        "2026-08-28T08:00:00+02:00,2026-08-28T14:00:00+02:00\n"
        "1,,Ibex,T1,full,,,,finished,1,4:01:30,0:00:00,0:01:00,0:00:00,0:00:00,"
        "2026-08-28T08:00:00+02:00,2026-08-28T12:00:30+02:00\n"
    )


def test_who_is_out_has_neither_rank_nor_gap_on_a_stage(book: RaceBook) -> None:
    (out,) = [r for r in rows(stage_table(book.race, book.stage_boards(2))) if r["bib"] == "100"]

    assert (out["rank"], out["status"], out["stages"]) == ("", "dnf", "0")
    assert (out["time"], out["gap"], out["finish"]) == ("", "", "")
    assert (out["penalty"], out["credit"], out["bonus"]) == ("0:00:00", "0:00:00", "0:00:00")


def test_a_board_selects_from_a_stage_and_places_stay_those_of_the_division(
    book: RaceBook,
) -> None:
    women = rows(stage_table(book.race, stage_boards_of(book, 1, "gc-women")))
    teams = rows(stage_table(book.race, stage_boards_of(book, 1, "pairs")))
    full = rows(stage_table(book.race, stage_boards_of(book, 1, "gc")))

    assert [(r["rank"], r["bib"]) for r in women] == [("1", "9")]
    assert [(r["rank"], r["bib"], r["team"]) for r in teams] == [("1", "", "T1")]
    assert [(r["rank"], r["bib"]) for r in full] == [("1", "9"), ("2", "12"), ("3", "100")]


def test_the_order_at_a_control_is_by_elapsed_time(book: RaceBook) -> None:
    table = control_table(book, book.control_boards(1, "PASS.in"))

    assert [
        (r["rank"], r["bib"], r["time"], r["gap"], r["start"], r["passed"]) for r in rows(table)
    ] == [
        ("1", "12", "1:59:00", "0:00:00", "2026-08-28T08:00:00+02:00", "2026-08-28T09:59:00+02:00"),
        ("2", "9", "2:00:00", "0:01:00", "2026-08-28T08:00:00+02:00", "2026-08-28T10:00:00+02:00"),
    ]


def test_a_board_selects_from_the_order_at_a_control(book: RaceBook) -> None:
    women = control_table(book, control_boards_of(book, 1, "PASS.in", "gc-women"))

    assert [(r["rank"], r["bib"]) for r in rows(women)] == [("2", "9")]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_what_a_spreadsheet_would_take_for_a_formula_is_text(book: RaceBook, name: str) -> None:
    table = board_table(book.race, _renamed(book, name).board("gc"))

    assert {r["bib"]: r["name"] for r in rows(table)}["9"] == f"'{name}"


@pytest.mark.parametrize("name", ["a\r=1+1", "a\n=1+1", "a\r\n=1+1"])
def test_nothing_breaks_a_line(book: RaceBook, name: str) -> None:
    table = board_table(book.race, _renamed(book, name).board("gc"))

    assert to_csv(table).splitlines()[1].startswith(b"1,9,a =1+1,T1")


def test_a_negative_time_is_no_formula(book: RaceBook) -> None:
    table = board_table(book.race, book.board("gc"))
    time = [column.name for column in table.columns].index("time")
    first = list(table.rows[0])
    first[time] = -90_000

    (row,) = rows(replace(table, rows=(tuple(first),)))

    assert row["time"] == "-0:01:30"


def test_decimals_stand_only_at_a_finer_precision(book: RaceBook) -> None:
    document = book.document
    rules = replace(document.race.rules, precision=100)
    finer = compute(replace(document, race=replace(document.race, rules=rules)))

    first, *_ = rows(board_table(finer.race, finer.board("gc", 1)))

    assert (first["time"], first["gap"], first["penalty"]) == (
        "4:00:00.4",
        "0:00:00.0",
        "0:00:00.0",
    )


def test_names_of_any_script_are_utf8_without_a_mark_before_them(book: RaceBook) -> None:
    content = to_csv(board_table(book.race, _renamed(book, "نور, أحمد").board("gc")))

    assert content.startswith(b"rank,")
    assert '1,9,"نور, أحمد",T1'.encode() in content


def _renamed(book: RaceBook, name: str) -> RaceBook:
    def renamed(entry: Entry) -> Entry:
        return replace(entry, name=name) if entry.bib == "9" else entry

    document = book.document
    return compute(replace(document, entries=tuple(map(renamed, document.entries))))
