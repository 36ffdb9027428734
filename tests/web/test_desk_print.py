"""Sheets to print, from the desk."""

import pytest
from flask.testing import FlaskClient

from tests.exports.printed import text
from tests.serving import SLUG, json_of
from tests.web.test_desk import DESK, RECORDS, director, sign_in
from timing.db.engines import Database
from timing.operations.entries import correct_name
from timing.operations.races import export_document

__all__ = ["director"]

PRINT = f"{DESK}/print"
SHEET = f"{PRINT}/checkpoint-sheets/1?control=PASS"


def test_every_sheet_on_the_desk_can_be_opened(director: FlaskClient) -> None:
    page = director.get(RECORDS).text
    addresses = [part.split('"')[0] for part in page.split('href="')[1:] if "/print/" in part]

    assert len(addresses) == 4  # two of each stage
    for address in addresses:
        answer = director.get(address)
        assert answer.status_code == 200
        assert answer.content_type == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("inline; filename=valleys-stage-")
        assert "15a Zoë <b>Bold</b>" in text(answer.data)


def test_a_sheet_says_from_which_definition_and_revision_it_is(
    director: FlaskClient, filled: Database
) -> None:
    def told_and_revision() -> tuple[str, int]:
        revision = json_of(director.get(f"/api/v1/races/{SLUG}"))["revision"]
        return text(director.get(SHEET).data), revision

    before, first = told_and_revision()
    with filled.writing() as session:
        (entry,) = (
            e for e in export_document(session, SLUG).document.entries if e.name == "Bo Lind"
        )
        correct_name(session, SLUG, entry.id, "Bo Lindh")
    after, second = told_and_revision()

    assert second > first
    assert f"· definition 1, revision {first}" in before
    assert f"· definition 1, revision {second}" in after
    assert "007 Bo Lindh" in after


def test_only_directors_print_and_nobody_keeps_it(client: FlaskClient) -> None:
    asked = client.get(SHEET)
    assert asked.content_type.startswith("text/html")
    assert "Ana Ruiz" not in asked.text

    assert sign_in(client).status_code == 303
    assert client.get(SHEET).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("/checkpoint-sheets/9", 404),
        ("/checkpoint-sheets/1?control=NOPE", 404),
        ("/start-list/9", 404),
        ("/start-list/1?order=name", 400),
        ("/posters/1", 400),
        ("/start-list/one", 404),
    ],
)
def test_what_is_no_sheet_is_said(director: FlaskClient, query: str, status: int) -> None:
    assert director.get(PRINT + query).status_code == status
