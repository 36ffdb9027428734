"""The workbook, the bulletin and IOF XML, opened by their own readers."""

from __future__ import annotations

import importlib.util
import io
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xmlschema

from tests.exports.printed import text
from timing.core.book import RaceBook
from timing.core.times import Instant, format_duration, parse_instant
from timing.exports.iof import NAMESPACE, to_iof
from timing.exports.mark import Mark, mark_of
from timing.exports.pdf import Imprint, to_pdf
from timing.exports.pdf_bulletin import bulletin
from timing.exports.workbook import to_workbook
from timing.exports.xlsx import Page, Width, to_xlsx

AT: Instant = parse_instant("2026-08-29T18:00:00Z")
MARK = Mark(word="Provisional", number=2, at=AT, still_out=12)
IN = f"{{{NAMESPACE}}}"


@pytest.fixture(scope="module")
def workbook(book: RaceBook) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(to_workbook(book, mark=MARK)))


def rows(workbook: openpyxl.Workbook, name: str) -> list[dict[str, object]]:
    lines = [list(row) for row in workbook[name].values][3:]
    return [dict(zip(map(str, lines[0]), line, strict=True)) for line in lines[1:]]


def test_it_has_a_page_of_everything(workbook: openpyxl.Workbook) -> None:
    assert workbook.sheetnames == [
        "About", "gc", "gc-women", "pairs", "points", "gc after 1", "pairs after 1",
        "Stage 1", "Stage 2", "Splits 1", "Splits 2", "Penalties", "Statuses",
    ]  # fmt: skip


def test_a_page_is_the_board(book: RaceBook, workbook: openpyxl.Workbook) -> None:
    lines = book.board("gc").lines
    assert [(r["rank"], r["name"], r["time"]) for r in rows(workbook, "gc")] == [
        (li.rank, li.competitor.name, format_duration(li.time or 0)) for li in lines
    ]


def test_every_page_says_what_it_counts_for(workbook: openpyxl.Workbook) -> None:
    for name in workbook.sheetnames:
        assert workbook[name]["A2"].value == "Provisional 2, 20:00, 12 still out"


def test_names_are_texts_whatever_they_begin_with(workbook: openpyxl.Workbook) -> None:
    cells = [c for sheet in workbook for row in sheet.iter_rows() for c in row]
    assert any(cell.value == "=SUM(A1)" for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)


def test_what_was_ruled_has_its_reason(workbook: openpyxl.Workbook) -> None:
    first = rows(workbook, "Penalties")[0]
    assert (first["bib"], first["time"], first["reason"]) == ("12", "0:01:00", "No whistle")
    (out,) = rows(workbook, "Statuses")
    assert (out["bib"], out["control"], out["reason"]) == ("100", "LAKE", "Ankle")


def test_pages_print_on_a4_with_their_header_on_each(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["gc"]
    assert sheet.page_setup.paperSize == 9
    assert sheet.freeze_panes == "A5"
    assert sheet.print_title_rows == "$4:$4"


def test_names_of_pages_are_such_as_a_workbook_takes() -> None:
    page = Page(name="a/b[1]*" + "x" * 40, columns=(Width(title="t"),), rows=[["1"]])
    content = to_xlsx((page, page), created=date(2026, 8, 28), is_plain=True)
    names = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    assert len(set(names)) == 2
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_a_mark_without_a_number_is_not_published(book: RaceBook) -> None:
    assert mark_of(book, AT).word == "Not published"


def test_the_bulletin_says_all_that_a_jury_asks(book: RaceBook) -> None:
    imprint = Imprint(source="definition 3, revision 812", issued=AT)
    printed = text(to_pdf(bulletin(book, 2, imprint=imprint, mark=MARK)))
    for wanted in (
        "Provisional 2, 20:00, 12 still out",
        "revision 812",
        "Ana Ruiz",
        "5:59:51",
        "Gave first aid",
        "LAKE",
        "Ankle",
        "=SUM(A1)",
        "Did not finish 1",
        "Jury",
    ):
        assert wanted in printed


def test_the_first_bulletin_says_how_the_next_stage_starts(book: RaceBook) -> None:
    sheets = bulletin(book, 1, imprint=Imprint(source="x", issued=AT), mark=MARK)
    assert sheets.data["next"]["lines"] == ["Gun 08:00"]
    assert sheets.data["adjustments"][0]["article"] == "KIT"


def test_iof_has_a_race_for_each_stage_and_the_overall_result_after_it(book: RaceBook) -> None:
    root = ET.fromstring(to_iof(book, mark=MARK))  # noqa: S314 - our own
    assert root.get("status") == "Snapshot"
    assert [e.text for e in root.iter(f"{IN}RaceNumber")] == ["1", "2"]
    first = next(root.iter(f"{IN}PersonResult"))
    overall = [r.find(f"{IN}OverallResult/{IN}Time") for r in first.iter(f"{IN}Result")]
    assert [None if e is None else e.text for e in overall] == ["14401", "21591"]


def test_iof_follows_the_schema_of_the_federation(book: RaceBook) -> None:
    """The schema comes with a package of which nothing is run (requirements-schemas.txt)."""
    found = importlib.util.find_spec("ooresults")
    assert found is not None
    assert found.origin is not None
    schema = xmlschema.XMLSchema(Path(found.origin).with_name("schema") / "IOF.xsd")
    for codes in ((), ("gc-women",)):
        schema.validate(io.BytesIO(to_iof(book, codes, mark=MARK)))
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema.validate(io.BytesIO(to_iof(book, mark=MARK).replace(b"Position", b"Place")))


def test_iof_holds_no_letter_that_xml_cannot(book: RaceBook) -> None:
    entries = tuple(replace(e, name="A\x00<b>&\ufffe B") for e in book.document.entries)
    content = to_iof(RaceBook(replace(book.document, entries=entries)), mark=MARK)
    root = ET.fromstring(content)  # noqa: S314 - our own
    assert next(root.iter(f"{IN}Given")).text == "A<b>&"
