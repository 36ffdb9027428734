"""The big screen's addresses: shared like every public page, and the pulse that is not."""

import pytest
from flask.testing import FlaskClient

from tests.serving import SLUG, json_of
from timing.web import public

SCREEN = f"/races/{SLUG}/screen"


@pytest.mark.parametrize("path", [SCREEN, f"{SCREEN}/setup", f"/fr{SCREEN}", f"/ar{SCREEN}/setup"])
def test_a_screen_is_public_and_depends_on_nobody(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "public, no-cache"
    assert client.get(path, headers={"If-None-Match": page.headers["ETag"]}).status_code == 304


def test_the_pulse_is_the_server_s_clock_in_the_race_s_zone_and_kept_by_nobody(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at, offset in ((1_774_000_000_000, 3_600_000), (1_780_000_000_000, 7_200_000)):
        monkeypatch.setattr(public, "now", lambda at=at: at)
        pulse = client.get(f"{SCREEN}/pulse")
        assert pulse.headers["Cache-Control"] == "no-store"
        # Zurich: an hour ahead of UTC in March, two in May.
        assert (json_of(pulse)["now"], json_of(pulse)["offset_ms"]) == (at, offset)


def test_a_screen_is_of_the_life_that_its_pulse_tells(client: FlaskClient) -> None:
    life = json_of(client.get(f"{SCREEN}/pulse"))["life"]
    assert f'data-life="{life}"' in client.get(SCREEN).text


def test_boards_ticked_one_by_one_are_a_list(client: FlaskClient) -> None:
    ticked = client.get(f"{SCREEN}?boards=pairs&boards=gc").text
    listed = client.get(f"{SCREEN}?boards=pairs,gc").text
    assert ticked == listed
    assert ticked.index('data-part="pairs') < ticked.index('data-part="gc')


@pytest.mark.parametrize(
    ("query", "status"),
    [("?boards=nope", 404), ("?stage=9", 404), ("?seconds=1", 400), ("?theme=sun", 400)],
)
def test_a_screen_of_nothing_there_is_is_refused(
    client: FlaskClient, query: str, status: int
) -> None:
    assert client.get(SCREEN + query).status_code == status


def test_a_pulse_of_no_race_is_refused(client: FlaskClient) -> None:
    assert client.get("/races/nowhere/screen/pulse").status_code == 404
