"""What federations and result sites are sent: each opened by its own reader."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import openpyxl
import pytest

from timing.core.book import RaceBook
from timing.core.document import Document
from timing.core.entries import Entry
from timing.core.records import Status
from timing.core.statuses import RulingStatus
from timing.exports import itra
from timing.exports.athlinks import to_athlinks
from timing.exports.duv import to_duv
from timing.exports.finishers import NotFit, board_to_tell
from timing.exports.itra import to_itra
from timing.exports.latin import LatinName, latin_name
from timing.exports.nations import ioc_code
from timing.exports.runsignup import to_runsignup
from timing.exports.submissions import SUBMISSIONS, obstacles
from timing.exports.ultrasignup import to_ultrasignup

NAMES = {"9": "نور الهدى", "12": "山本 隆", "100": "=HYPERLINK(1) X"}


def changed(book: RaceBook, **changes: object) -> RaceBook:
    """The race with these fields of every entry; ``name`` by bib."""
    document: Document = book.document
    entries = tuple(
        replace(e, **{k: v[e.bib] if isinstance(v, dict) and e.bib in v else getattr(e, k)
                      if isinstance(v, dict) else v for k, v in changes.items()})  # type: ignore[arg-type]
        for e in document.entries
    )  # fmt: skip
    return RaceBook(replace(document, entries=entries))


def sheet(content: bytes) -> list[list[object]]:
    (only,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return [list(row) for row in only.values]


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_itra_has_its_header_at_a1_and_everybody_in_order(book: RaceBook) -> None:
    header, *rows = sheet(to_itra(book, board_to_tell(book)))
    assert header == [
        "Ranking", "Time", "Family name", "First name", "Gender", "Birthdate", "Nationality",
        "Bib number", "City",
    ]  # fmt: skip
    assert [row[:2] for row in rows] == [[1, "05:59:51"], [2, "06:00:10"], ["DNF", None]]
    assert all(row[4] in ("M", "F") for row in rows)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", str(row[5])) for row in rows)


def test_itra_leaves_out_who_did_not_start_or_was_disqualified(book: RaceBook) -> None:
    document = book.document
    others = tuple(p for p in document.passings if p.bib != "100")
    (out,) = (r for r in document.rulings if isinstance(r, Status))
    for ruled, stage in ((RulingStatus.DNS, 1), (RulingStatus.DSQ, 2)):
        rulings = (*(r for r in document.rulings if r is not out), replace(
            out, status=ruled, stage=stage, control=""
        ))  # fmt: skip
        gone = RaceBook(replace(document, passings=others, rulings=rulings))
        rows = sheet(to_itra(gone, board_to_tell(gone)))[1:]
        assert [row[7] for row in rows] == ["9", "12"]


def test_names_become_latin_and_nations_those_of_the_olympic_committee(book: RaceBook) -> None:
    other = changed(book, name=NAMES, nationality="CHE")
    rows = sheet(to_itra(other, board_to_tell(other)))[1:]
    assert all(str(cell).isascii() for row in rows for cell in row)
    assert {row[6] for row in rows} == {"SUI"}


@pytest.mark.parametrize(
    ("name", "family", "first"),
    [
        ("Ana Ruiz", "Ruiz", "Ana"),
        ("Lind, Bo", "Lind", "Bo"),
        ("RUIZ GARCIA Ana", "RUIZ GARCIA", "Ana"),
        ("Jeroen van der Berg", "van der Berg", "Jeroen"),
        ("José Núñez", "Núñez", "José"),
        ("Иван Петров", "Petrov", "Ivan"),
        ("王小明", "Wang", "Xiaoming"),
        ("Cher", "Cher", ""),
        ("", "", ""),
    ],
)
def test_a_name_is_parted(name: str, family: str, first: str) -> None:
    assert latin_name(name) == LatinName(family=family, first=first)


def test_nations() -> None:
    assert [ioc_code(code) for code in ("DEU", "GER", "FRA", "NLD", "")] == [
        "GER", "GER", "FRA", "NED", "",
    ]  # fmt: skip


def test_ultrasignup_has_its_columns_and_no_line_without_a_gender(book: RaceBook) -> None:
    rows = table(to_ultrasignup(book, board_to_tell(book)))
    assert list(rows[0]) == [
        "place", "time", "first", "last", "age", "gender", "dob", "bib", "status",
    ]  # fmt: skip
    assert [(r["place"], r["status"]) for r in rows] == [("1", "1"), ("2", "1"), ("", "2")]
    nobody = changed(book, gender="")
    assert table(to_ultrasignup(nobody, board_to_tell(nobody))) == []


def test_runsignup_knows_registrations_by_a_tag(book: RaceBook) -> None:
    tagged = changed(book, tags=("runsignup:77",))
    (first, _) = table(to_runsignup(tagged, board_to_tell(tagged)))
    assert first == {
        "registration_id": "77", "place": "1", "bib_num": "9", "clock_time": "05:59:51.000",
    }  # fmt: skip


def test_athlinks_has_the_stages_for_splits(book: RaceBook) -> None:
    (first, second) = table(to_athlinks(book, board_to_tell(book)))
    assert list(first)[:8] == [
        "First", "Last", "Age", "Gender", "Rank", "Bracket", "Bib", "Finish Time",
    ]  # fmt: skip
    assert list(first.values())[8:] == ["04:00:01", "01:59:50"]
    assert second["Bracket"] == "Men 40-49"


def test_duv_wants_a_stage_of_45_km(book: RaceBook) -> None:
    with pytest.raises(NotFit, match="45 km"):
        to_duv(book, board_to_tell(book))
    race = book.race
    long = replace(race, stages=(replace(race.stages[0], distance_m=45_000), race.stages[1]))
    enough = RaceBook(replace(book.document, race=long))
    (first, _) = table(to_duv(enough, board_to_tell(enough)))
    assert first == {
        "place": "1", "name": "Ruiz, Ana", "club": "", "nation": "ESP", "year of birth": "1984",
        "gender": "F", "time": "05:59:51",
    }  # fmt: skip


@pytest.mark.parametrize("code", ["ultrasignup", "runsignup", "athlinks"])
def test_no_cell_of_a_csv_is_a_formula(book: RaceBook, code: str) -> None:
    evil: dict[str, str] = dict.fromkeys(("9", "12", "100"), "=cmd|' /C calc'!A0 @SUM(1)")
    other = changed(book, name=evil, tags=("runsignup:+1",))
    content = SUBMISSIONS[code].make(other, board_to_tell(other)).decode()
    for row in csv.reader(io.StringIO(content)):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_who_asked_that_their_name_is_not_told_is_left_out(book: RaceBook) -> None:
    hidden = changed(book, name_hidden={"9": True})
    rows = sheet(to_itra(hidden, board_to_tell(hidden)))[1:]
    assert [row[7] for row in rows] == ["12", "100"]
    told = [one for one in obstacles(hidden, board_to_tell(hidden), "itra") if one.bibs == ("9",)]
    assert len(told) == 1


def test_what_stands_in_the_way_names_bibs(book: RaceBook) -> None:
    found = {o.message: o.bibs for o in obstacles(book, board_to_tell(book), "itra")}
    assert found == {"no nationality": ("12",), "no first name": ("100",)}


def test_only_boards_of_runners_by_time_can_be_told(book: RaceBook) -> None:
    with pytest.raises(NotFit):
        board_to_tell(book, "pairs")
    with pytest.raises(NotFit):
        board_to_tell(book, "points")


def test_hours_have_two_digits_and_more() -> None:
    assert itra.clock(3_600_000 * 9) == "09:00:00"
    assert itra.clock(3_600_000 * 125 + 1_999) == "125:00:01"
    assert Entry(id="x", bib="1").name == ""
