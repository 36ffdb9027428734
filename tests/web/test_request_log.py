"""What is logged of requests, and what never is."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.serving import SLUG, bearer, director_key, settings_for, station_key
from timing.db.engines import Database
from timing.live.logs import configure_logs, json_formatter
from timing.web.application import create_app

HEADER = "X-Request-Id"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, filled: Database) -> Iterator[io.StringIO]:
    """What is written where a race is served."""
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logs(settings_for(filled, BIVOUAC_ENVIRONMENT="production"))
        yield written
    finally:
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)


def written(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_every_answer_of_a_view_has_an_id_of_its_own(client: FlaskClient) -> None:
    ids = [client.get(path).headers[HEADER] for path in ("/healthz", "/desk", "/nowhere")]
    assert len(set(ids)) == 3


def test_an_id_is_taken_from_a_trusted_proxy_only(filled: Database, client: FlaskClient) -> None:
    given = {HEADER: "from-the-proxy-1"}
    assert client.get("/healthz", headers=given).headers[HEADER] != "from-the-proxy-1"
    behind = create_app(settings_for(filled, BIVOUAC_TRUSTED_PROXIES="1")).test_client()
    assert behind.get("/healthz", headers=given).headers[HEADER] == "from-the-proxy-1"
    for bad in ("short", "x" * 65, "with blank in it", 'quote"quote'):
        assert behind.get("/healthz", headers={HEADER: bad}).headers[HEADER] != bad


def test_what_writes_is_logged_and_what_reads_is_not(client: FlaskClient, filled: Database) -> None:
    row = {"id": "1", "stage": 1, "control": "PASS", "bib": "12", "time": "09:20:00"}
    with capture_logs() as logged:
        client.get(f"/races/{SLUG}")
        answer = client.post(
            f"/api/v1/races/{SLUG}/passings",
            json={"passings": [row]},
            headers=bearer(station_key(filled)),
        )
    assert answer.status_code == 200
    (line,) = [one for one in logged if one["event"] == "request"]
    assert (line["view"], line["race"]) == ("records.passings", SLUG)
    assert (line["method"], line["status"]) == ("POST", 200)


def test_neither_key_nor_name_nor_body_is_logged(
    client: FlaskClient, filled: Database, lines: io.StringIO
) -> None:
    key = director_key(filled)
    client.post(f"/api/v1/races/{SLUG}/race-result/{key}?control=PASS&stage=1", json=[{"Bib": "x"}])
    client.post(
        f"/api/v1/races/{SLUG}/rulings", json={"rulings": [{"by": "Dora"}]}, headers=bearer(key)
    )
    client.post("/desk/sign-in", data={"name": "Dora", "password": "a long enough password"})
    shown = lines.getvalue()
    assert shown.count('"event": "request"') == 3
    for secret in (key, "Dora", "password", "Bib"):
        assert secret not in shown


def test_what_fails_is_logged_with_its_id_and_without_values(
    app: Flask, filled: Database, lines: io.StringIO
) -> None:
    def failing() -> str:
        secret = "hunter2-hunter2"
        with filled.reading() as session:
            session.execute(text("SELECT * FROM nowhere WHERE x = :x"), {"x": secret})
        return ""

    app.add_url_rule("/failing/<key>", view_func=lambda key: failing() + key)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get("/failing/a-key-in-the-address")

    assert answer.status_code == 500
    failed = [one for one in written(lines) if one["event"] == "a request failed"]
    assert failed[0]["request"] == answer.headers[HEADER]
    assert failed[0]["exception"][0]["exc_type"] == "OperationalError"
    assert "hunter2" not in lines.getvalue()
    assert "a-key-in-the-address" not in lines.getvalue()


def test_what_libraries_log_is_a_line_of_json_too() -> None:
    record = logging.LogRecord("gunicorn.error", logging.WARNING, "", 1, "%s died", ("7",), None)
    line = json.loads(json_formatter().format(record))
    assert (line["event"], line["level"], line["logger"]) == ("7 died", "warning", "gunicorn.error")
