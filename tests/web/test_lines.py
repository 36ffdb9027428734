"""The address of all lines, that the script of a board asks."""

import pytest
from flask.testing import FlaskClient

from tests.serving import SLUG, json_of

LINES = f"/races/{SLUG}/lines"


def test_all_lines_come_as_data_that_is_kept_as_the_board_is(client: FlaskClient) -> None:
    answer = client.get(f"{LINES}?board=gc")
    board = client.get(f"/races/{SLUG}/boards/gc")
    assert answer.content_type == "application/json"
    assert answer.headers["ETag"] == board.headers["ETag"]
    assert set(json_of(answer)["tables"]) == {"ranked", "unranked"}
    again = client.get(f"{LINES}?board=gc", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_lines_come_in_the_language_of_the_address(client: FlaskClient) -> None:
    told = client.get(f"/fr{LINES}?board=gc").get_data(as_text=True)
    assert f"/fr/races/{SLUG}/entries/" in told


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("page=home", 400), ("board=none", 404), ("stage=9", 404)],
)
def test_lines_of_nothing_there_is_are_refused(
    client: FlaskClient, query: str, status: int
) -> None:
    assert client.get(f"{LINES}?{query}").status_code == status


def test_scripts_that_call_each_other_by_name_are_asked_for_again(client: FlaskClient) -> None:
    for query, keeping in (
        ("", "public, no-cache"),
        ("?v=1", "public, max-age=31536000, immutable"),
    ):
        with client.get(f"/static/js/lines.js{query}") as answer:
            assert answer.headers["Cache-Control"] == keeping
