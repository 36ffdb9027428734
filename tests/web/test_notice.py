"""What an installation says at the top of every page, whoever looks at it."""

import pytest
from flask.testing import FlaskClient

from tests.serving import DIRECTOR, PASSWORD, SLUG, settings_for, station_key
from tests.web.forms import submit
from timing.db.engines import Database
from timing.web.application import create_app

NOTICE = "A rehearsal of <b>Monday</b> & Tuesday."
SHOWN = '<aside class="notice" aria-label="Notice"><p>A rehearsal of &lt;b&gt;Monday&lt;/b&gt;'
RACE = f"/races/{SLUG}"
PUBLIC = (
    "/",
    RACE,
    f"{RACE}/boards/gc",
    f"{RACE}/stages/1",
    f"{RACE}/entries/7",
    f"{RACE}/live",
    "/station",
    "/desk",
    "/api",
    "/nothing-here",
)


def visitor(database: Database, notice: str = NOTICE) -> FlaskClient:
    return create_app(settings_for(database, BIVOUAC_NOTICE=notice)).test_client()


@pytest.mark.parametrize("path", PUBLIC)
def test_the_notice_stands_above_every_page_as_plain_text(filled: Database, path: str) -> None:
    text = visitor(filled).get(path, follow_redirects=True).text

    assert text.count(SHOWN) == 1
    assert "<header" not in text[: text.index(SHOWN)]
    assert "<main" not in text[: text.index(SHOWN)]


def test_a_volunteer_and_the_director_see_it_too(filled: Database) -> None:
    key = station_key(filled, "FINISH")
    volunteer, director = visitor(filled), visitor(filled)
    submit(volunteer, "/station/form", "/station/sign-in", {"token": key})
    submit(director, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})

    station = volunteer.get("/station/form").text
    desk = director.get(f"/desk/{SLUG}").text

    assert 'action="/station/passings"' in station
    assert "Sign out" in desk
    assert [page.count(SHOWN) for page in (station, desk)] == [1, 1]


@pytest.mark.parametrize("path", PUBLIC)
def test_without_a_notice_there_is_none(client: FlaskClient, path: str) -> None:
    assert 'class="notice' not in client.get(path, follow_redirects=True).text


@pytest.mark.parametrize("path", ["/", RACE])
def test_a_page_kept_from_before_a_notice_is_sent_again(filled: Database, path: str) -> None:
    kept = visitor(filled, "").get(path).headers["ETag"]

    again = visitor(filled).get(path, headers={"If-None-Match": kept})

    assert again.status_code == 200
    assert SHOWN in again.text
