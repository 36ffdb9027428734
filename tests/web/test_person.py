"""Contacts for the desk alone, and a person's data taken out at the desk."""

import pytest
from flask.testing import FlaskClient

from tests.serving import DIRECTOR, PASSWORD, SLUG
from tests.web.forms import form, submit
from timing.db.engines import Database
from timing.db.reading import read_race

ENTRIES = f"/desk/{SLUG}/entries"
CONTACTS = f"{ENTRIES}/contacts"
PERSON = f"{ENTRIES}/person"
ERASE = f"{ENTRIES}/erase"
NASTY = "<script>alert(1)</script>"


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    submit(client, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})
    return client


def test_contacts_are_kept_and_every_look_is_noted(director: FlaskClient) -> None:
    said = {"phone": NASTY, "kin": NASTY, "medical": NASTY, "note": NASTY}
    submit(director, f"{CONTACTS}?id=12", CONTACTS, said)
    page = director.get(f"{CONTACTS}?id=12").text
    assert NASTY not in page
    assert page.count("&lt;script&gt;") == 4
    assert page.count("looked") >= 2
    assert "changed" in page


def test_contacts_are_in_no_page_of_the_public_and_in_no_export(director: FlaskClient) -> None:
    submit(director, f"{CONTACTS}?id=12", CONTACTS, {"phone": "+41 555", "medical": "bees"})
    for path in (f"/races/{SLUG}/entries/12", f"/races/{SLUG}/runners", f"{ENTRIES}/file.csv"):
        assert "bees" not in director.get(path).text
        assert "555" not in director.get(path).text


def test_all_that_is_held_is_given_out_and_that_is_noted(director: FlaskClient) -> None:
    data = director.get(f"{PERSON}.json?id=12").json
    assert data is not None
    assert data["entry"]["bib"] == "12"
    assert data["contacts_seen"][0]["what"] == "exported"


def test_erasing_asks_for_the_bib_and_is_final(director: FlaskClient, filled: Database) -> None:
    page = director.get(f"{PERSON}?id=12")
    assert "be undone" in page.text
    wrong = director.post(ERASE, data={**form(page, ERASE), "bib": "13"})
    assert wrong.status_code == 400
    assert director.post(ERASE, data={**form(page, ERASE), "bib": "12"}).status_code == 303
    with filled.reading() as session:
        (erased,) = [e for e in read_race(session, SLUG).entries if e.id == "12"]
    assert erased.name == ""
    assert "العلوي" not in director.get(f"/races/{SLUG}/boards/gc").text
    assert "were erased" in director.get(f"{PERSON}?id=12").text


def test_nobody_who_is_not_signed_in_sees_any_of_it(client: FlaskClient) -> None:
    for path in (CONTACTS, PERSON, f"{PERSON}.json"):
        assert "Sign in" in client.get(f"{path}?id=12").text
