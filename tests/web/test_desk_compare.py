"""A vendor's file beside our results, at the desk: matched, explained, filtered, kept nowhere."""

from __future__ import annotations

import base64
import csv
import io
import re
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import SLUG
from tests.web.forms import form
from tests.web.test_desk import sign_in, standing
from timing.core.times import SECOND, format_duration
from timing.pages import addresses
from timing.web.installation import installation

PAGE = addresses.desk_compare(SLUG)


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


@pytest.fixture
def ours(director: FlaskClient) -> list[tuple[str, int, int]]:
    """Bib, rank and time of those whom the general classification ranks."""
    lines = standing(director).values()
    ranked = [line for line in lines if line["rank"] is not None]
    assert len(ranked) > 2
    return [(line["bib"], line["rank"], line["time_ms"]) for line in ranked]


def sent(director: FlaskClient, content: bytes, name: str, **more: str) -> TestResponse:
    values = {"result": "board:gc:1", **form(director.get(PAGE), PAGE), **more}
    return director.post(PAGE, data={**values, "file": (io.BytesIO(content), name)})


def again(director: FlaskClient, page: TestResponse, **more: str) -> TestResponse:
    """The same form sent once more, as it stands, with something else chosen."""
    values = {"result": "board:gc:1", **form(page, PAGE), **more}
    return director.post(PAGE, data=values, content_type="multipart/form-data")


def lines_of(page: TestResponse) -> list[list[str]]:
    body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [re.sub(r"<[^>]*>", "", c).strip() for c in re.findall(r"<t[hd][^>]*>(.*?)</t", r)]
        for r in rows
    ]


def theirs(ours: list[tuple[str, int, int]]) -> str:
    """The first a second less, the second two ranks off, and one whom nobody knows here."""
    rows = [["Pos", "Dossard", "Temps", "Other"]]
    for n, (bib, rank, time) in enumerate(ours):
        off, moved = -SECOND * (n == 0), 2 * (n == 1)
        rows.append([str(rank + moved), bib, format_duration(time + off), "x"])
    rows.append(["99", "=1+1", "9:00:00", "x"])
    return "\n".join(";".join(row) for row in rows)


def test_differences_are_told_line_by_line_and_filtered(
    director: FlaskClient, ours: list[tuple[str, int, int]]
) -> None:
    page = sent(director, theirs(ours).encode(), "vendor.csv")
    assert page.status_code == 200
    by_bib = {line[0]: line for line in lines_of(page)}
    assert set(by_bib) == {ours[0][0], ours[1][0], "=1+1"}
    assert by_bib[ours[0][0]][2] == "Another time"
    assert by_bib[ours[0][0]][5] == "-0:00:01"
    assert by_bib[ours[1][0]][2] == "Another rank"
    assert "others before them differ" in by_bib[ours[1][0]][6]
    assert by_bib["=1+1"][2] == "Only theirs"

    only_times = again(director, page, show="time")
    assert [line[0] for line in lines_of(only_times)] == [ours[0][0]]
    assert len(lines_of(again(director, page, show="all"))) > len(ours)


def test_columns_are_matched_and_the_file_goes_with_the_form(
    director: FlaskClient, ours: list[tuple[str, int, int]]
) -> None:
    text = theirs(ours).replace("Temps", "X1").replace("Dossard", "X2")
    page = sent(director, text.encode(), "vendor.csv")
    assert page.status_code == 400
    assert "Say which columns have the bib and the time." in page.text
    matched = again(director, page, **{"column-bib": "1", "column-time": "2", "column-rank": "0"})
    assert len(lines_of(matched)) == 3


def test_every_line_is_downloaded_and_no_text_is_a_formula(
    director: FlaskClient, ours: list[tuple[str, int, int]]
) -> None:
    page = sent(director, theirs(ours).encode(), "vendor.csv")
    answer = again(director, page, do="download")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {row["verdict"] for row in rows} >= {"same", "time", "rank", "only theirs"}
    assert rows[-1]["bib"] == "'=1+1"


def test_a_spreadsheet_is_read_too(director: FlaskClient, ours: list[tuple[str, int, int]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["place", "bib", "time"])
    for bib, rank, time in ours:
        sheet.append([rank, bib, format_duration(time)])
    out = io.BytesIO()
    book.save(out)
    page = sent(director, out.getvalue(), "vendor.xlsx")
    assert lines_of(page) == []
    assert "Every line is the same" in page.text


def test_nothing_of_it_is_kept(
    app: Flask, director: FlaskClient, ours: list[tuple[str, int, int]]
) -> None:
    instance = installation(app).settings.instance
    before = files_in(instance)
    sent(director, theirs(ours).encode(), "../../vendor.csv")
    assert files_in(instance) == before


def files_in(folder: Path) -> set[str]:
    return {p.name for p in folder.rglob("*") if not p.name.endswith(("-wal", "-shm"))}


def test_whatever_a_file_says_is_text(director: FlaskClient) -> None:
    evil = "<script>alert(1)</script>"
    text = f"bib,time,status,{evil}\n{evil},1:00:00,{evil},x\n"
    page = sent(director, text.encode(), f"{evil}.csv", show="all")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def bomb() -> bytes:
    """A workbook that is small until it is unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * 64 * 1024 * 1024)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"PK\x03\x04nothing", "broken.xlsx"),
        (b"\x00\xff\x00" * 50, "noise.csv"),
        (b"%PDF-1.7 results", "results.pdf"),
        (bomb(), "bomb.xlsx"),
    ],
)
def test_what_is_no_table_is_refused_in_words(
    director: FlaskClient, content: bytes, name: str
) -> None:
    page = sent(director, content, name)
    assert page.status_code == 400
    assert 'role="alert"' in page.text


@pytest.mark.parametrize("packed", ["x", "AAAA", "é", base64.b64encode(b"no zlib").decode()])
def test_a_form_that_brings_back_another_file_is_refused(
    director: FlaskClient, packed: str
) -> None:
    values = form(director.get(PAGE), PAGE)
    page = director.post(PAGE, data={**values, "packed": packed, "result": "board:gc:1"})
    assert page.status_code == 400
    assert "once more" in page.text


def test_a_form_unpacks_to_no_more_than_a_file_may_have(director: FlaskClient) -> None:
    huge = base64.b64encode(zlib.compress(b"bib,time\n" + b"1,1:00:00\n" * 4_000_000, 9))
    values = form(director.get(PAGE), PAGE)
    answer = director.post(
        PAGE,
        data={**values, "packed": huge.decode(), "result": "board:gc:1"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("result", ["", "board:none:1", "board:gc:99", "stage:9", "stage:x", "x"])
def test_a_result_that_is_not_there_is_asked_for_again(
    director: FlaskClient, ours: list[tuple[str, int, int]], result: str
) -> None:
    page = sent(director, theirs(ours).encode(), "vendor.csv", result=result)
    assert page.status_code in (200, 400)
    assert "Traceback" not in page.text
