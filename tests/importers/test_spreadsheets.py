"""Workbooks made to do harm, or broken, are refused in words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from tests.importers.workbooks import workbook
from timing.importers import spreadsheets
from timing.importers.spreadsheets import BadWorkbook, read_sheets

SHEET = "xl/worksheets/sheet1.xml"
GOOD = workbook({"A": [("Bib",), (7,)]})


def changed(parts: Mapping[str, bytes], content: bytes = GOOD) -> bytes:
    """The workbook with some of its parts replaced, or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in dict.fromkeys((*before.namelist(), *parts)):
            after.writestr(name, parts.get(name) or before.read(name))
    return out.getvalue()


def sheet(inside: str, before: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{before}<worksheet '
        'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{inside}</sheetData></worksheet>"
    ).encode()


def refused(content: bytes) -> str:
    with pytest.raises(BadWorkbook) as caught:
        read_sheets(content)
    return str(caught.value)


def test_a_workbook_is_its_sheets_and_their_rows() -> None:
    (only,) = read_sheets(GOOD)

    assert (only.name, only.rows) == ("A", (("Bib",), (7.0,)))


def test_a_bomb_that_unpacks_to_gigabytes_is_refused() -> None:
    bomb = changed({SHEET: sheet(" " * (80 * 1024 * 1024))})

    assert len(bomb) < 200_000
    assert refused(bomb) == "the workbook unpacks to over 64 MB"


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZZZZZZZ1"><v>1</v></c></row>',
        "<row r='99999999999999999999'><c><v>1</v></c></row>",
        '<row r="1">' + "<c><v>1</v></c>" * 201 + "</row>",
        '<row r="20000"><c r="DV20000"><v>1</v></c></row>',
    ],
    ids=["the last cell there is", "no column", "no row", "many columns", "a large rectangle"],
)
def test_a_cell_far_away_takes_no_room(cells: str) -> None:
    assert "a sheet goes on to row" in refused(changed({SHEET: sheet(cells)}))


def test_a_document_type_is_refused_with_the_entities_it_could_declare() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'

    assert "declares a document type" in refused(changed({SHEET: sheet("", laughs)}))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "this is no .xlsx workbook"),
        (b"PK\x03\x04 but no more", "this is no .xlsx workbook"),
        (b"Bib,Time\n7,1:00:00\n", "this is no .xlsx workbook"),
        (GOOD[:-100], "this is no .xlsx workbook"),
        (changed({SHEET: b"<worksheet><row>"}), "a sheet is no XML"),
        (changed({SHEET: sheet('<row r="one"/>')}), "a sheet is no XML"),
        (changed({"xl/workbook.xml": b"<nothing/>", "xl/styles.xml": b"<x/>"}), "can't be read"),
        (b"x" * (spreadsheets.MAX_FILE + 1), "the workbook has over 16 MB"),
        (changed({f"xl/{n}.xml": b"<x/>" for n in range(500)}), "over 500 parts"),
    ],
    ids=[
        "nothing",
        "a torn zip",
        "text",
        "a cut end",
        "torn xml",
        "a row without number",
        "no sheets",
        "too large",
        "too many parts",
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes, told: str) -> None:
    assert told in refused(content)


def test_sheets_that_are_one_sheet_many_times_are_counted_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spreadsheets, "MAX_CELLS", 3)

    assert "cells" in refused(workbook({"A": [("x", "y")], "B": [("x", "y")]}))


def test_what_belongs_to_no_sheet_is_not_handed_on() -> None:
    other = {"content.xml": b"<office/>", "mimetype": b"application/vnd.oasis", "xl/a.bin": b"x"}

    assert [s.name for s in read_sheets(changed(other))] == ["A"]
