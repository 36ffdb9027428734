"""The one shape of errors: problem+json, whatever goes wrong and wherever (RFC 9457)."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.serving import SLUG, bearer, director_key, json_of, settings_for, station_key
from timing.db.engines import Database, DatabaseBusy
from timing.web.application import create_app
from timing.web.installation import installation

RACE = f"/api/v1/races/{SLUG}"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/v1/races/nowhere", 404),
        ("GET", "/api/v1/races/%00", 404),
        ("GET", "/api/v1/races/No Where", 404),
        ("GET", f"{RACE}/boards/nope", 404),
        ("GET", f"{RACE}/boards/gc?after=9", 404),
        ("GET", f"{RACE}/boards/gc?after=x", 422),
        ("GET", f"{RACE}/boards/gc?after=-1", 422),
        ("GET", f"{RACE}/boards/%3Cscript%3E", 404),
        ("GET", f"{RACE}/stages/9", 404),
        ("GET", f"{RACE}/stages/99999999999999999999999999", 404),
        ("GET", f"{RACE}/stages/x", 404),
        ("GET", f"{RACE}/stages/1?control=NOWHERE", 404),
        ("GET", f"{RACE}/entries/99", 404),
        ("GET", f"{RACE}/entries/%3Cscript%3E", 404),
        ("GET", f"{RACE}/entries/%00", 404),
        ("GET", f"{RACE}/entries/%ff", 404),
        ("DELETE", f"{RACE}/boards/gc", 405),
        ("GET", f"{RACE}/passings", 405),
        ("POST", f"{RACE}/passings", 401),
    ],
)
def test_every_error_has_the_same_shape(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    problem: dict[str, Any] = json_of(answer)
    assert problem.keys() - {"errors"} == {"type", "title", "status", "detail"}
    assert problem["type"] == "about:blank"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"passings": [', 400),
        (b"\xff\xfe", 400),
        (b"", 422),
        (b"[]", 422),
        (b"null", 422),
        (b"{}", 422),
        (b'{"passings": null}', 422),
        (b'{"passings": {}}', 422),
        (b'{"passings": [], "more": 1}', 422),
        (b'{"passings": [{"id": "\\u0000"}]}', 200),
        (b'{"passings": [{"id": "\\ud800", "stage": 1, "control": "A", "time": "1:00"}]}', 200),
        (b'{"passings": [[[[[[[[[[[[]]]]]]]]]]]]}', 200),
        (b'{"passings": [{"stage": 1e999}, {"stage": NaN}, {"stage": 1.5}, {"stage": true}]}', 200),
        (b'{"passings": ' + b"[" * 100_000, 400),
        (b'{"passings": [' + b"9" * 6_000 + b"]}", None),
    ],
)
def test_no_body_breaks_the_server(
    client: FlaskClient, filled: Database, body: bytes, status: int | None
) -> None:
    answer = client.post(
        f"{RACE}/passings",
        data=body,
        content_type="application/json",
        headers=bearer(director_key(filled)),
    )
    assert answer.status_code < 500
    assert status is None or answer.status_code == status, answer.data
    if answer.status_code == 200:
        assert json_of(answer)["accepted"] == 0


def test_another_content_type_is_refused(client: FlaskClient, filled: Database) -> None:
    answer = client.post(
        f"{RACE}/passings", data={"passings": "x"}, headers=bearer(station_key(filled))
    )
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"


def test_a_body_beyond_the_limit_is_refused_unread(client: FlaskClient, filled: Database) -> None:
    answer = client.post(
        f"{RACE}/passings",
        data=b" " * (20 * 1024 * 1024),
        content_type="application/json",
        headers=bearer(station_key(filled)),
    )
    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"


def test_the_limit_of_a_body_is_a_setting(filled: Database) -> None:
    app = create_app(settings_for(filled, BIVOUAC_MAX_BODY_BYTES="2000"))
    answer = app.test_client().post(
        f"{RACE}/passings",
        data=b" " * 2001,
        content_type="application/json",
        headers=bearer(station_key(filled)),
    )
    assert answer.status_code == 413


def test_a_busy_database_asks_to_try_again(
    app: Flask, client: FlaskClient, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise DatabaseBusy

    monkeypatch.setattr(installation(app).writer, "_commit", busy)
    answer = client.post(
        f"{RACE}/passings", json={"passings": []}, headers=bearer(station_key(filled))
    )
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Nothing was written" in json_of(answer)["detail"]


def test_a_fault_of_ours_tells_nothing_of_the_inside(
    app: Flask, client: FlaskClient, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr(installation(app).writer, "_commit", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.post(
        f"{RACE}/passings", json={"passings": []}, headers=bearer(station_key(filled))
    )
    assert answer.status_code == 500
    assert json_of(answer)["status"] == 500
    assert b"inside" not in answer.data
