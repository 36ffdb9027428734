"""Rehearsing a race at the desk: seen by those who have a part in it, and by nobody else."""

from __future__ import annotations

import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.serving import BEFORE, PASSWORD, SLUG, json_of
from tests.web.forms import form, submit
from tests.web.test_desk import sign_in
from tests.web.test_desk_setup import send, text_on
from timing.db.engines import Database
from timing.operations.directors import add_account
from timing.pages import addresses

PAGE = f"/desk/{SLUG}/set-up/rehearsal"
MARK = "Nobody here is real"


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


def rehearse(client: FlaskClient, **typed: str) -> str:
    """Rehearse, wait until it is ready, and return the slug of the rehearsal."""
    answer = submit(client, PAGE, PAGE, {"entries": "12", "teams": "2", "stage": "0"} | typed)
    assert answer.status_code == 303, answer.text
    for _ in range(200):
        page = client.get(PAGE).text
        if 'data-rehearsal="ready"' in page:
            found = re.search(r'href="/races/(rehearsal-[a-z0-9-]+)"', page)
            assert found is not None
            return found[1]
        assert 'data-rehearsal="failed"' not in page
        time.sleep(0.05)
    raise AssertionError("it was not ready in time")


def test_a_rehearsal_is_for_those_who_have_a_part_in_the_race(
    director: FlaskClient, app: Flask, filled: Database
) -> None:
    slug = rehearse(director)
    shown = [
        addresses.desk(slug),
        addresses.race(slug),
        f"/races/{slug}/live",
        f"/races/{slug}/stages/1",
        f"/desk/{slug}/files",
        f"/desk/{slug}/publish",
    ]
    for path in shown:
        page = director.get(path, follow_redirects=True)
        assert page.status_code == 200, path
        assert MARK in page.text, path
        assert "Rehearsal" in page.text
        assert "no-store" in page.headers["Cache-Control"], path
    assert json_of(director.get(f"/api/v1/races/{slug}/boards/gc"))["lines"]

    with filled.writing() as session:
        add_account(session, "stranger", PASSWORD, at=BEFORE)
    stranger = app.test_client()
    sign_in(stranger, "stranger")
    for visitor in (app.test_client(), stranger):
        for path in (*shown[1:4], f"/fr/races/{slug}", f"/api/v1/races/{slug}/boards/gc",
                     f"/races/{slug}/feed.json", f"/races/{slug}/events"):  # fmt: skip
            assert visitor.get(path).status_code == 404, path
        assert slug not in visitor.get("/").text
        assert slug not in visitor.get("/api/v1/races").text
    assert MARK not in app.test_client().get(addresses.race(SLUG)).text


def test_one_button_throws_it_away(director: FlaskClient) -> None:
    slug = rehearse(director)
    answer = director.post(PAGE, data=form(director.get(PAGE), PAGE) | {"throw": "away"})
    assert answer.status_code == 303
    page = director.get(PAGE).text
    assert "The rehearsal is thrown away." in page
    assert slug not in page
    assert director.get(addresses.race(slug)).status_code == 404
    assert director.get(addresses.race(SLUG)).status_code == 200


def test_a_draft_is_rehearsed_before_it_is_taken(director: FlaskClient) -> None:
    setup = f"/desk/{SLUG}/set-up"
    send(director, text_on(director.get(setup)).replace("08:00", "07:00"))
    assert "What is rehearsed is the draft" in director.get(PAGE).text
    slug = rehearse(director)
    assert "07:00" in text_on(director.get(f"/desk/{slug}/set-up"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"entries": "many"}, "whole numbers"), ({"entries": "4"}, "5 to 300"),
     ({"stage": "99"}, "a stage that the race has"), ({"teams": "99"}, "teams"),
     ({"teams": "8"}, "8 teams need at least 16")],
)  # fmt: skip
def test_what_cannot_be_rehearsed_is_said(
    director: FlaskClient, typed: dict[str, str], said: str
) -> None:
    page = submit(director, PAGE, PAGE, {"entries": "12", "stage": "0"} | typed)
    assert page.status_code == 400
    assert said in page.text
