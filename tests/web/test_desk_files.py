"""The desk's files: each listed with what it is for, and served."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.serving import SLUG
from tests.web.test_desk import sign_in

PAGE = f"/desk/{SLUG}/files"


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


def test_nobody_takes_files_without_signing_in(client: FlaskClient) -> None:
    assert "ITRA" not in client.get(PAGE).text
    assert "attachment" not in str(client.get(f"{PAGE}/racefile").headers)


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("itra", b"PK"),
        ("json", b"{"),
        ("ultrasignup", b"place,time,first,last"),
        ("runsignup", b"registration_id,place"),
        ("athlinks", b"First,Last"),
        ("iof", b"<?xml"),
    ],
)
def test_each_file_is_on_the_page_and_served(
    director: FlaskClient, form: str, begins: bytes
) -> None:
    assert f'href="{PAGE}/{form}"' in director.get(PAGE).text
    answer = director.get(f"{PAGE}/{form}")
    assert answer.status_code == 200
    assert answer.data.startswith(begins)
    assert f"{SLUG}-{form}." in answer.headers["Content-Disposition"]


def test_what_can_not_be_made_says_why_and_is_no_link(director: FlaskClient) -> None:
    page = director.get(PAGE).text
    assert "No stage has 45 km or more" in page
    assert f'{PAGE}/duv"' not in page
    assert director.get(f"{PAGE}/duv").status_code == 409


def test_there_is_no_other_file(director: FlaskClient) -> None:
    assert director.get(f"{PAGE}/passwd").status_code == 404
    assert director.get(f"{PAGE}/..%2f..%2fetc").status_code == 404


def test_a_bulletin_is_printed(director: FlaskClient) -> None:
    answer = director.get(f"/desk/{SLUG}/print/bulletin/1")
    assert answer.data.startswith(b"%PDF")
