"""Setting a race up at the desk: a new one, and its definition as text."""

from __future__ import annotations

import html
import io
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.importers.courses import gpx
from tests.serving import BEFORE, PASSWORD, SLUG, json_of
from tests.web.forms import form, submit
from tests.web.test_desk import sign_in, standing
from timing import racefile
from timing.db.engines import Database
from timing.operations.directors import add_account
from timing.racefile.beginning import first_racefile
from timing.racefile.library import slugs

SETUP = f"/desk/{SLUG}/set-up"
NEW = "/desk/new"
FIRST = {"name": "Our Race", "slug": "our-race", "starts_on": "2027-06-05", "like": ""}


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


def text_on(page: TestResponse) -> str:
    """What stands in the page's text area."""
    found = re.search(r'<textarea id="text"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def holding(client: FlaskClient) -> str:
    """The text of the definition that holds, whatever is drafted."""
    latest = re.search(r"<b>(\d+)</b>", client.get(SETUP).text.partition("h-versions")[2])
    assert latest is not None
    return text_on(client.get(f"{SETUP}?version={latest[1]}"))


def send(client: FlaskClient, text: str, **fields: str) -> TestResponse:
    """Send the text from the page as it stands."""
    return client.post(SETUP, data=form(client.get(SETUP), SETUP) | {"text": text} | fields)


# A new race ----------------------------------------------------------------------------


def test_a_race_from_nothing_has_its_days_and_its_founder_as_owner(director: FlaskClient) -> None:
    answer = submit(director, NEW, NEW, FIRST | {"stages": "4", "timezone": "Europe/Zurich"})
    assert answer.location == "/desk/our-race/set-up/race"
    page = director.get("/desk/our-race/set-up")
    race = racefile.loads(text_on(page), name="shown").race
    assert [str(stage.date) for stage in race.stages] == [
        "2027-06-05",
        "2027-06-06",
        "2027-06-07",
        "2027-06-08",
    ]
    assert director.get("/desk/our-race/people").status_code == 200


@pytest.mark.parametrize("like", slugs())
def test_a_race_begins_like_any_of_the_library(director: FlaskClient, like: str) -> None:
    answer = submit(director, NEW, NEW, FIRST | {"like": like})
    assert answer.location == "/desk/our-race/set-up/race"
    page = director.get("/desk/our-race/set-up")
    assert racefile.loads(text_on(page), name="x").race.name == "Our Race"


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"name": ""}, "name", "Give the race a name"),
        ({"slug": SLUG}, "slug", "choose another"),
        ({"slug": "Our Race"}, "slug", ""),
        ({"slug": "../our"}, "slug", ""),
        ({"starts_on": "soon"}, "starts_on", "2027-08-28"),
        ({"stages": "0"}, "stages", "from 1 to 64"),
        ({"stages": "65"}, "stages", "from 1 to 64"),
        ({"timezone": "Europe/Zürich"}, "timezone", ""),
        ({"like": "no-such-race"}, "like", "no race"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    director: FlaskClient, changes: dict[str, str], field: str, said: str
) -> None:
    typed = FIRST | {"stages": "3", "timezone": "Europe/Zurich"} | changes
    page = submit(director, NEW, NEW, typed)
    assert page.status_code == 400
    fault = re.search(rf'id="w-{field}">([^<]+)', page.text)
    assert fault is not None or (field == "like" and "no race" in page.text)
    assert said in page.text
    assert f'value="{html.escape(typed["starts_on"])}"' in page.text


def test_who_may_not_found_races_makes_none(client: FlaskClient, filled: Database) -> None:
    with filled.writing() as session:
        add_account(session, "Reader", PASSWORD, at=BEFORE)
    sign_in(client, "Reader")
    page = submit(client, NEW, NEW, FIRST | {"stages": "1", "timezone": "Europe/Zurich"})
    assert page.status_code == 400
    assert "may not set up races" in page.text


def test_a_name_with_signs_of_yaml_in_it_stays_a_name() -> None:
    from datetime import date  # noqa: PLC0415 - of this test alone

    name = 'A: "b" {c} #d'
    text = first_racefile(
        slug="a", name=name, timezone="Europe/Zurich", starts_on=date(2027, 1, 1), stages=1
    )
    assert racefile.loads(text, name="a").race.name == name


# The definition ------------------------------------------------------------------------


def test_the_text_shown_is_the_definition(director: FlaskClient) -> None:
    text = text_on(director.get(SETUP))
    assert racefile.loads(text, name="shown").race.slug == SLUG
    page = send(director, text)
    assert "it says the same as the definition that there is" in page.text
    assert "Take it as version" not in page.text


def test_what_a_change_does_is_shown_before_it_is_taken(director: FlaskClient) -> None:
    before = standing(director)
    changed = text_on(director.get(SETUP)).replace("08:00", "07:00")
    page = send(director, changed)
    assert page.status_code == 200
    assert "Take it as version 2" in page.text
    assert "07:00" in page.text
    assert "4:10:00" in page.text  # who came in at 11:10 would have been out an hour longer
    assert standing(director) == before

    taken = director.post(SETUP, data=form(page, SETUP) | {"text": changed, "take": "yes"})
    assert taken.location == SETUP
    assert standing(director)["7"]["time_ms"] == before["7"]["time_ms"] + 3_600_000
    assert "Version 2 is the definition now." in director.get(SETUP).text


def test_every_mistake_is_told_at_its_line(director: FlaskClient) -> None:
    text = text_on(director.get(SETUP)).replace("timezone", "timezon").replace("08:00", "8 o'clock")
    page = send(director, text)
    assert page.status_code == 400
    lines = text.split("\n")
    for word in ("timezon", "8 o&#39;clock"):
        number = next(n for n, line in enumerate(lines, 1) if html.unescape(word) in line)
        assert f'data-line="{number}"' in page.text, word
    assert "did you mean" in page.text
    assert text_on(page).strip() == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a: &a [*a, *a]",
        "format: 1\nrace: {slug: another, name: x, timezone: Europe/Zurich}\nstages: []",
        "<script>alert(1)</script>",
        "!!python/object:os.system x",
        "[" * 2_000,
        "\x00",
    ],
)
def test_what_is_no_definition_of_this_race_is_refused(director: FlaskClient, text: str) -> None:
    page = send(director, text, take="yes")
    assert page.status_code == 400
    assert "<script>alert" not in page.text
    assert standing(director)


def test_entries_and_records_are_not_taken_here(director: FlaskClient) -> None:
    text = text_on(director.get(SETUP)) + '\nentries: [{bib: "9", name: X, gender: F}]\n'
    page = send(director, text, take="yes")
    assert page.status_code == 400
    assert "have pages of their own" in page.text


def test_a_definition_that_somebody_else_changed_meanwhile_is_not_overwritten(
    director: FlaskClient,
) -> None:
    text = text_on(director.get(SETUP))
    mine = form(director.get(SETUP), SETUP)
    send(director, text.replace("08:00", "07:00"), take="yes")
    page = director.post(SETUP, data=mine | {"text": text.replace("08:00", "06:00"), "take": "yes"})
    assert page.status_code == 400
    assert "version 2 was made meanwhile" in page.text
    assert "06:00" in text_on(page)


def test_one_goes_back_to_a_version_as_to_any_change(director: FlaskClient) -> None:
    before = standing(director)
    text = text_on(director.get(SETUP))
    send(director, text.replace("08:00", "07:00"), take="yes")
    old = text_on(director.get(f"{SETUP}?version=1"))
    assert old == text
    assert send(director, old, take="yes").status_code == 303
    assert standing(director) == before
    assert director.get(f"{SETUP}?version=99").status_code == 400


def test_a_version_that_alters_what_is_official_waits_for_it_to_be_reopened(
    director: FlaskClient,
) -> None:
    publish = f"/desk/{SLUG}/publish"
    for kind in ("provisional", "official"):
        fields = form(director.get(publish), publish, stage="1")
        page = director.post(publish, data=fields | {"kind": kind, "reason": "Prizes"})
        answer = director.post(publish, data=form(page, publish) | {"sure": "yes"})
        assert answer.status_code == 303, answer.text
    changed = text_on(director.get(SETUP)).replace("08:00", "07:00")
    page = send(director, changed, take="yes")
    assert "is official, and would be another" in page.text
    assert "Take it as version" not in page.text
    assert json_of(director.get(f"/api/v1/races/{SLUG}/boards/gc"))["lines"]
    assert holding(director) == text_on(director.get(f"{SETUP}?version=1"))


def test_a_text_that_is_too_long_is_refused_and_not_lost(director: FlaskClient) -> None:
    text = text_on(director.get(SETUP)) + "\n#" * 130_000
    page = send(director, text)
    assert page.status_code == 400
    assert "at most 250,000 characters" in page.text
    assert text_on(page).strip() == text.strip()


# The course of a stage -----------------------------------------------------------------


def send_course(
    client: FlaskClient, content: bytes, *, stage: str = "1", text: str | None = None
) -> TestResponse:
    """Send a GPX file beside the text of the page."""
    page = client.get(SETUP)
    fields = form(page, SETUP) | {"text": text_on(page) if text is None else text, "stage": stage}
    upload = {"file": (io.BytesIO(content), "../../<b>course.gpx")}
    return client.post(f"{SETUP}/course", data=fields | upload)


def test_a_course_is_put_into_the_text_and_nothing_is_taken(director: FlaskClient) -> None:
    before = text_on(director.get(SETUP))
    was = racefile.loads(before, name="x").race.stages[0]
    whole = was.controls[-1].distance_m + 1_000
    page = send_course(director, gpx([(0, 1000), (whole / 2, 1800), (whole, 1100)]))
    assert page.status_code == 200
    stage = racefile.loads(text_on(page), name="x").race.stages[0]
    assert stage.controls[-1].distance_m == whole
    assert stage.controls[:-1] == was.controls[:-1]
    assert stage.ascent_m == 800
    assert stage.profile == ((0, 1000), (whole // 2, 1800), (whole, 1100))
    assert "Take it as version 2" in page.text
    assert "Nothing is taken yet" in page.text
    assert holding(director) == before
    taken = director.post(SETUP, data=form(page, SETUP) | {"text": text_on(page), "take": "yes"})
    assert taken.status_code == 303
    assert "1800" in text_on(director.get(SETUP))


def test_what_was_typed_before_the_file_was_sent_is_kept(director: FlaskClient) -> None:
    typed = text_on(director.get(SETUP)).replace("08:00", "07:00")
    page = send_course(director, gpx([(0, 5), (90_000, 9)]), text=typed)
    assert page.status_code == 200
    assert "07:00" in text_on(page)
    refused = send_course(director, b"<gpx>", text=typed)
    assert refused.status_code == 400
    assert text_on(refused).strip() == typed.strip()


def test_a_course_that_ends_before_a_control_says_which(director: FlaskClient) -> None:
    page = send_course(director, gpx([(0, 5), (100, 9)]))
    assert page.status_code == 400
    stage = racefile.loads(text_on(page), name="x").race.stages[0]
    assert stage.controls[1].code in page.text
    assert "send the whole course" in page.text


@pytest.mark.parametrize("stage", ["", "99", "x"])
def test_a_course_of_no_stage_is_refused(director: FlaskClient, stage: str) -> None:
    page = send_course(director, gpx([(0, 5), (90_000, 9)]), stage=stage)
    assert page.status_code == 400
    assert "choose a stage" in page.text
