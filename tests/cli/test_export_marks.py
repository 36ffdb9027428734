"""``timing export`` titles what it makes with the publication that it shows (Rules 12.1)."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli.conftest import Run
from tests.exports.printed import text
from tests.operations.test_publications import (
    NOON,
    OFFICIAL,
    PROVISIONAL,
    penalise,
    put_number,
    race,
)
from timing.core.times import HOUR
from timing.db.engines import Database

__all__ = ["race"]


@pytest.fixture
def published(race: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    url = race.url.render_as_string(hide_password=False)
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", url)
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
        put_number(session, OFFICIAL, 2, NOON + HOUR)
    return race


def heads(run: Run, out: Path, *words: object) -> set[str]:
    run("export", "--race", "r", "--format", "xlsx", "--out", out, *words)
    book = load_workbook(out)
    return {
        str(cell.value)
        for page in book.worksheets
        for row in page.iter_rows(max_row=3)
        for cell in row
    }


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("words", [(), ("--stage", 1), ("--board", "gc", "--after", 1)])
def test_a_workbook_of_an_official_race_says_so(
    run: Run, tmp_path: Path, words: tuple[object, ...]
) -> None:
    assert "Official 2, 21:00" in heads(run, tmp_path / "r.xlsx", *words)


@pytest.mark.usefixtures("published")
def test_a_bulletin_and_iof_of_an_official_race_say_so(run: Run, tmp_path: Path) -> None:
    pdf, xml = tmp_path / "r.pdf", tmp_path / "r.xml"
    run("export", "--race", "r", "--format", "pdf", "--out", pdf)
    run("export", "--race", "r", "--format", "iof", "--out", xml)
    assert "Official 2, 21:00" in text(pdf.read_bytes())
    assert 'status="Complete"' in xml.read_text()


@pytest.mark.usefixtures("published")
def test_a_file_of_an_earlier_moment_has_the_mark_that_stood_then(run: Run, tmp_path: Path) -> None:
    then = heads(run, tmp_path / "r.xlsx", "--at", "2026-08-28T20:30:00Z")
    assert "Provisional 1, 20:00" in then


def test_what_changed_since_has_not_the_mark_of_what_was_published(
    run: Run, tmp_path: Path, published: Database
) -> None:
    with published.writing() as session:
        penalise(session)
    assert not {h for h in heads(run, tmp_path / "r.xlsx") if h.startswith("Official")}


@pytest.mark.usefixtures("published")
def test_a_site_of_an_official_race_says_so(run: Run, tmp_path: Path) -> None:
    run("export", "--race", "r", "--format", "site", "--out", tmp_path / "site")
    assert "Official" in (tmp_path / "site" / "index.html").read_text()


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("sheet", ["ceremony", "prizes"])
def test_sheets_of_honours_of_an_official_race_say_so(run: Run, tmp_path: Path, sheet: str) -> None:
    pdf = tmp_path / "r.pdf"
    run("print", sheet, "--race", "r", "--stage", 1, "--out", pdf)
    assert "Official 2, 21:00" in text(pdf.read_bytes())
