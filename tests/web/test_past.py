"""Pages and answers of another moment, marked as such."""

import pytest
from flask.testing import FlaskClient

from tests.serving import SLUG, json_of
from timing.db import reading
from timing.db.engines import Database

RACE = f"/races/{SLUG}"
API = f"/api/v1/races/{SLUG}"


def revision_of(database: Database) -> int:
    with database.reading() as session:
        return reading.race_cursor(session, SLUG).revision


@pytest.mark.parametrize(
    "path", [RACE, f"{RACE}/boards/gc", f"{RACE}/stages/1", f"{RACE}/entries/7", f"{RACE}/live"]
)
def test_a_page_of_the_past_says_so_and_leads_to_the_present(
    client: FlaskClient, filled: Database, path: str
) -> None:
    page = client.get(f"{path}?at=2026-03-28T09:00:00Z&revision={revision_of(filled)}&q=x")
    assert page.status_code == 200
    assert "Not the present." in page.text
    assert "As it stood on Saturday 28 March 2026 at" in page.text
    assert f"As known here at revision {revision_of(filled)}" in page.text
    assert f'href="{path}?q=x"' in page.text
    assert "js/live" not in page.text
    assert "Not the present." not in client.get(path).text


def test_a_board_at_an_instant_has_what_was_seen_by_then(client: FlaskClient) -> None:
    then = json_of(client.get(f"{API}/boards/gc?at=2026-03-20T00:00:00Z"))
    now = json_of(client.get(f"{API}/boards/gc"))
    assert {line["rank"] for line in then["lines"]} == {None}
    assert now["lines"][0]["rank"] == 1
    assert then["revision"] == now["revision"]


def test_an_answer_of_a_revision_names_it(client: FlaskClient, filled: Database) -> None:
    revision = revision_of(filled) - 1
    for path in ("", "/boards/gc", "/stages/1", "/entries/7", "/problems"):
        told = json_of(client.get(f"{API}{path}?revision={revision}"))
        assert told["revision"] == revision, path


def test_an_answer_of_the_past_is_remembered(client: FlaskClient) -> None:
    path = f"{RACE}/boards/gc?at=2026-03-28T09:00:00Z"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert client.get(path).text == first.text
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("at=yesterday", 400),
        ("at=2026-03-28T09:00:00", 400),
        ("revision=x", 400),
        ("revision=-1", 400),
        ("revision=999999", 404),
        ("revision=0", 404),
    ],
)
def test_a_moment_there_is_not_is_refused(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(f"{RACE}/boards/gc?{query}").status_code == status
