"""People by the API: a key gives and takes parts in its own race, and touches no owner."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import DIRECTOR, SLUG, bearer, director_key, json_of, station_key
from tests.web.people import account, signed_in
from timing.db.engines import Database
from timing.operations.directors import director_called
from timing.operations.invitations import invite
from timing.operations.people import members
from timing.operations.roles import Part
from timing.web.installation import now

PEOPLE = f"/api/v1/races/{SLUG}/people"
HUGE = 10**30


@pytest.fixture
def key(filled: Database) -> dict[str, str]:
    return bearer(director_key(filled))


def owner_of(filled: Database) -> int:
    with filled.reading() as session:
        return director_called(session, DIRECTOR).id


def parts(filled: Database) -> dict[str, Part]:
    with filled.reading() as session:
        return {member.name: member.part for member in members(session, SLUG)}


def ask(
    client: FlaskClient, key: dict[str, str], method: str, path: str = "", **body: str
) -> TestResponse:
    json = body or None
    return client.open(f"{PEOPLE}{path}", method=method, headers=key, json=json)


def test_a_part_is_given_and_taken_away_and_counts_at_once(
    app: Flask, client: FlaskClient, filled: Database, key: dict[str, str]
) -> None:
    kim = account(filled, "kim", Part.TIMEKEEPER)
    desk = signed_in(app, filled, kim)
    assert desk.get(f"/desk/{SLUG}/entries").status_code == 200
    assert ask(client, key, "PUT", f"/{kim.id}", part="reader").status_code == 200
    assert desk.get(f"/desk/{SLUG}/entries").status_code == 403
    assert ask(client, key, "DELETE", f"/{kim.id}").status_code == 200
    assert desk.get(f"/desk/{SLUG}").status_code == 404
    assert ask(client, key, "DELETE", f"/{kim.id}").status_code == 404


ABOUT_SOMEBODY: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("PUT", "", {"part": "reader"}),
    ("DELETE", "", {}),
    ("GET", "/sessions", {}),
    ("DELETE", "/sessions", {}),
    ("DELETE", "/sessions/1", {}),
)


def test_no_key_touches_an_owner(
    app: Flask, client: FlaskClient, filled: Database, key: dict[str, str]
) -> None:
    """Not even one of two: the last one is thereby kept as well."""
    other = account(filled, "omar", Part.OWNER)
    desk = signed_in(app, filled, other)
    before = parts(filled)
    for owner in (owner_of(filled), other.id):
        for method, path, body in ABOUT_SOMEBODY:
            answer = ask(client, key, method, f"/{owner}{path}", **body)
            assert answer.status_code == 403, (method, path)
            assert "at the desk only" in json_of(answer)["detail"]
    assert parts(filled) == before
    assert desk.get(f"/desk/{SLUG}/people").status_code == 200


def test_no_key_makes_an_owner_or_invites_one(
    client: FlaskClient, filled: Database, key: dict[str, str]
) -> None:
    kim = account(filled, "kim", Part.DIRECTOR)
    assert ask(client, key, "PUT", f"/{kim.id}", part="owner").status_code == 422
    assert ask(client, key, "POST", "/invitations", part="owner").status_code == 422
    with filled.writing() as session:
        made = invite(session, SLUG, Part.OWNER, note="", by="dora", at=now())
    assert ask(client, key, "DELETE", f"/invitations/{made.invitation.id}").status_code == 403
    assert parts(filled)["kim"] is Part.DIRECTOR
    listed = json_of(ask(client, key, "GET", "/invitations"))["invitations"]
    assert [(one["part"], one["state"]) for one in listed] == [("owner", "open")]
    assert made.key not in ask(client, key, "GET", "/invitations").text


def test_an_invitation_made_by_a_key_opens_once_and_when_withdrawn_never(
    client: FlaskClient, key: dict[str, str]
) -> None:
    made = json_of(ask(client, key, "POST", "/invitations", part="jury", note="Ada"))
    path = made["url"].removeprefix("http://localhost")
    assert "jury" in client.get(path).text.lower()
    assert ask(client, key, "DELETE", f"/invitations/{made['id']}").status_code == 200
    assert ask(client, key, "DELETE", f"/invitations/{made['id']}").status_code == 404
    assert client.get(path).status_code in (404, 410)


def test_sessions_are_listed_and_ended(
    app: Flask, client: FlaskClient, filled: Database, key: dict[str, str]
) -> None:
    kim = account(filled, "kim", Part.READER)
    one, two = (signed_in(app, filled, kim) for _ in range(2))
    listed = json_of(ask(client, key, "GET", f"/{kim.id}/sessions"))["sessions"]
    assert len(listed) == 2
    first = min(session["id"] for session in listed)
    assert ask(client, key, "DELETE", f"/{kim.id}/sessions/{first}").status_code == 200
    assert "Sign in" in one.get(f"/desk/{SLUG}").text
    assert ask(client, key, "DELETE", f"/{kim.id}/sessions/{first}").status_code == 404
    assert two.get(f"/desk/{SLUG}").status_code == 200
    assert json_of(ask(client, key, "DELETE", f"/{kim.id}/sessions")) == {"ended": 1}
    assert "Sign in" in two.get(f"/desk/{SLUG}").text


def test_a_key_reaches_nobody_outside_of_its_race(
    client: FlaskClient, filled: Database, key: dict[str, str]
) -> None:
    """An account without a part there is as one that does not exist, and so is its session."""
    stranger = account(filled, "stranger")
    for number in (stranger.id, 0, HUGE):
        for method, path in (("GET", "/sessions"), ("DELETE", "/sessions"), ("DELETE", "")):
            assert ask(client, key, method, f"/{number}{path}").status_code == 404
    kim = account(filled, "kim", Part.READER)
    assert ask(client, key, "DELETE", f"/{kim.id}/sessions/{HUGE}").status_code == 404
    assert ask(client, key, "DELETE", f"/invitations/{HUGE}").status_code == 404


def test_a_stations_key_is_told_of_nobody(client: FlaskClient, filled: Database) -> None:
    key = bearer(station_key(filled))
    for method, path, body in (
        ("GET", "", {}),
        ("GET", "/invitations", {}),
        ("POST", "/invitations", {"part": "reader"}),
        ("GET", "/1/sessions", {}),
        ("DELETE", "/1/sessions", {}),
    ):
        assert ask(client, key, method, path, **body).status_code == 403, (method, path)
