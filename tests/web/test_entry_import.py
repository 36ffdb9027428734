"""Files of entries taken in at the desk."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.importers.workbooks import workbook
from tests.serving import BEFORE, DIRECTOR, PASSWORD, RACE, SLUG, settings_for
from tests.web.forms import form, submit
from timing import racefile
from timing.core.entries import Entry
from timing.db.engines import Database
from timing.db.entries_tables import ContactRow
from timing.db.reading import read_race
from timing.operations.races import add_race
from timing.web.application import create_app

FRESH = "fresh"
IMPORT = f"/desk/{FRESH}/entries/import"
FRENCH = """Dossard;Prénom;Nom;Sexe;Date de naissance;Pays;Équipe;Puce;Téléphone
21;Zoé;<b>Noir</b>;Femme;03/04/1984;Suisse;Ibex;A1;+41 79 1
22;Jean;Blanc;H;25/12/1990;FRA;;A2;
12;مريم;العلوي;F;;Maroc;;;
22;Paul;Gris;H;01/01/1980;FRA;;;
23;Eva;Rot;Q;32/01/1980;Atlantis;;;
"""


@pytest.fixture
def app(filled: Database, tmp_path: Path) -> Flask:
    document = racefile.load(RACE)
    with filled.writing() as session:
        race = replace(document.race, slug=FRESH)
        add_race(session, replace(document, race=race, passings=()), at=BEFORE, by="tests")
    return create_app(settings_for(filled, BIVOUAC_INSTANCE=str(tmp_path / "instance")))


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    submit(client, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})
    return client


def send(client: FlaskClient, content: bytes | str, slug: str = FRESH) -> TestResponse:
    where = f"/desk/{slug}/entries/import"
    data = content.encode() if isinstance(content, str) else content
    values = form(client.get(where), where)
    return client.post(where, data={**values, "file": (io.BytesIO(data), "entries.csv")})


def again(client: FlaskClient, page: TestResponse, where: str = "", **more: str) -> TestResponse:
    here = f"/desk/{FRESH}/entries/import"
    chosen: dict[str, str] = {}
    for number in range(1, 10):
        _, found, rest = page.text.partition(f'name="column-{number}"')
        if found:
            before = rest.partition("</select>")[0].partition('" selected')[0]
            chosen[f"column-{number}"] = before.rpartition('value="')[2]
    return client.post(where or here, data={**form(page, here), **chosen, **more})


def entries(database: Database) -> dict[str, Entry]:
    with database.reading() as session:
        return {e.bib: e for e in read_race(session, FRESH).entries}


def test_a_french_file_is_understood_and_every_row_has_its_verdict(
    director: FlaskClient, filled: Database
) -> None:
    page = send(director, FRENCH)
    for about in ("bib", "first name", "last name", "gender", "born", "nationality", "phone"):
        assert f'<option value="{about}" selected>' in page.text
    assert "<b>Noir</b>" not in page.text
    assert "bib 22 is that of line 3" in page.text
    assert "write M, F or X" in page.text
    assert "is no nation known here" in page.text
    assert "Take 2" in page.text
    assert "4 April" not in page.text
    assert len(entries(filled)) == 4

    took = again(director, page, do="take")
    assert took.status_code == 303
    after = entries(filled)
    assert after["21"].born == date(1984, 4, 3)
    assert after["21"].nationality == "SUI"
    assert after["21"].team == "T1"
    assert after["21"].chips == ("A1",)
    assert after["22"].gender == "M"
    assert "23" not in after
    told = director.get(f"/desk/{FRESH}/entries").text
    assert "2 rows were not taken" in told


def test_it_is_undone_by_going_back(director: FlaskClient, filled: Database) -> None:
    again(director, send(director, "bib,name\n31,Ada\n"), do="take")
    assert "31" in entries(filled)
    where = f"/desk/{FRESH}/entries/back"
    director.post(where, data=form(director.get(f"/desk/{FRESH}/entries"), where))
    assert sorted(entries(filled)) == ["007", "12", "15a", "7"]


def test_a_date_that_may_be_read_two_ways_is_asked_about(
    director: FlaskClient, filled: Database
) -> None:
    page = send(director, "bib,name,dob\n31,Ada,3/4/1984\n")
    assert "3/4/1984 is read as <b>3 April 1984</b>" in page.text
    other = again(director, page, order="month first")
    assert "3/4/1984 is read as <b>4 March 1984</b>" in other.text
    again(director, other, order="month first", do="take")
    assert entries(filled)["31"].born == date(1984, 3, 4)


def test_those_without_a_bib_get_one_of_the_range_beside_their_team(
    director: FlaskClient, filled: Database
) -> None:
    rows = "name,team\nAda,Fox\nBea,\nCleo,Fox\n"
    page = send(director, rows)
    assert "give a range of bibs" in page.text
    page = again(director, page, **{"range-full": "100-102"})
    again(director, page, **{"range-full": "100-102", "do": "take"})
    after = {e.name: bib for bib, e in entries(filled).items()}
    assert (after["Ada"], after["Cleo"], after["Bea"]) == ("100", "101", "102")


def test_contacts_are_kept_apart_and_only_where_asked_for(
    director: FlaskClient, filled: Database
) -> None:
    page = send(director, FRENCH)
    again(director, page, where=f"{IMPORT}/contacts", do="take")
    with filled.reading() as session:
        (row,) = session.query(ContactRow).all()
        race = read_race(session, FRESH)
    assert row.phone == "+41 79 1"
    assert "79" not in repr(race.entries)


def test_a_spreadsheet_is_read_and_taken_again_changes_nothing(
    director: FlaskClient, filled: Database
) -> None:
    rows: list[list[object]] = [
        ["Startnummer", "Vorname", "Nachname", "Geschlecht"],
        [41, "Ida", "Grün", "weiblich"],
    ]
    content = workbook({"Meldungen": rows})
    again(director, send(director, content), do="take")
    assert entries(filled)["41"].name == "Ida Grün"
    assert (
        "Take"
        not in send(director, content)
        .text.partition("Row by row")[0]
        .partition("Look again")[2]
        .partition("Another file")[0]
    )


def test_another_sheet_of_a_workbook_is_read_with_columns_of_its_own(
    director: FlaskClient, filled: Database
) -> None:
    first: list[list[object]] = [["Notes", "Bib"], ["Call the hut", 1]]
    second: list[list[object]] = [["Bib", "Name", "Gender"], [41, "Ida Grün", "F"]]
    page = send(director, workbook({"Read me": first, "Empty": [], "Start list": second}))
    assert "Sheet of the workbook" in page.text
    assert '<option value="Read me" selected>' in page.text
    assert "Empty" not in page.text
    # Whoever takes at once, without having seen the other sheet, is shown it first.
    for chosen in (page, again(director, page, sheet="Start list", do="take")):
        assert "41" not in entries(filled)
        page = again(director, chosen, sheet="Start list")
    assert '<option value="Start list" selected>' in page.text
    again(director, page, sheet="Start list", do="take")
    assert entries(filled)["41"].name == "Ida Grün"


def test_bombs_and_what_is_no_table_are_refused_in_words(director: FlaskClient) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<x/>")
        archive.writestr("xl/workbook.xml", b" " * (80 * 1024 * 1024))
    entities = io.BytesIO()
    with zipfile.ZipFile(entities, "w") as archive:
        archive.writestr("[Content_Types].xml", b"<x/>")
        archive.writestr("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    many = "bib\n" + "".join(f"{n}\n" for n in range(10_002))
    for content in (bomb.getvalue(), entities.getvalue(), b"\x00\x01", b"PK\x03\x04", many, ""):
        answer = send(director, content)
        assert answer.status_code == 400
        assert "message attention" in answer.text


def test_once_the_race_has_started_a_file_only_corrects_names(director: FlaskClient) -> None:
    page = send(director, "bib,name,gender\n7,Ana Ruíz,F\n12,Other,M\n99,New,F\n", SLUG)
    assert "the race has started: enter this by a ruling" in page.text
    assert "Take 1<" in page.text
