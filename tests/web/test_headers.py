"""What every answer says to browsers, the files that pages need, and whether all is well."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from tests.serving import SLUG, settings_for
from timing.db.engines import Database, open_database
from timing.operations import schema
from timing.pages.static_files import STATIC
from timing.web.application import create_app

ANY = ["/", f"/races/{SLUG}", "/station", "/desk", "/nothing", "/healthz", "/api/v1/races"]


@pytest.mark.parametrize("path", ANY)
@pytest.mark.parametrize("again", [False, True])
def test_browsers_are_told_what_to_refuse(client: FlaskClient, path: str, again: bool) -> None:
    if again:
        client.get(path)
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_by_https_browsers_are_told_to_stay_there(filled: Database) -> None:
    client = create_app(settings_for(filled, BIVOUAC_HTTPS="yes")).test_client()
    for path in ("/", "/", "/healthz"):
        assert "max-age" in client.get(path).headers["Strict-Transport-Security"]


def test_without_https_nobody_is_told_so(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers


@pytest.mark.parametrize("path", ["/station/form", "/desk", "/healthz", "/nothing"])
def test_what_is_not_public_is_kept_by_nobody(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_by_https_cookies_travel_by_https_only(filled: Database) -> None:
    client = create_app(settings_for(filled, BIVOUAC_HTTPS="yes")).test_client()
    cookie = client.get("/desk", base_url="https://localhost").headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie


def test_a_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/desk").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


# Static files --------------------------------------------------------------------------


def test_every_file_a_page_asks_for_is_there_and_kept_for_good(client: FlaskClient) -> None:
    found = set()
    for path in ("/", f"/races/{SLUG}", f"/races/{SLUG}/boards/gc", "/station", "/desk"):
        found |= set(re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get(path).text))
    assert any(address.partition("?")[0].endswith(".css") for address in found)
    for address in found:
        with client.get(address) as file:
            assert file.status_code == 200, address
            assert ("immutable" in file.headers["Cache-Control"]) == ("?v=" in address)
            assert file.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/static/nothing.css", "/static/../wsgi.py", "/static/%2e%2e/wsgi.py", "/static/"]
)
def test_nothing_else_of_the_disk_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_script_is_served_as_one(client: FlaskClient) -> None:
    name = next(path.name for path in (STATIC / "js").glob("*.js"))
    with client.get(f"/static/js/{name}") as file:
        content_type = file.content_type
    assert content_type.startswith(("text/javascript", "application/javascript"))


# Health --------------------------------------------------------------------------------


def test_a_process_that_lives_says_so(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200


def test_it_is_ready_when_the_database_is(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ready\n")


def test_it_is_not_ready_on_a_database_of_another_release(
    client: FlaskClient, filled: Database
) -> None:
    schema.downgrade(filled, "base")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "timing db upgrade" in answer.text


def test_it_is_not_ready_without_a_database(tmp_path: Path) -> None:
    nowhere = open_database(f"sqlite:///{tmp_path}/missing/race.sqlite")
    client = create_app(settings_for(nowhere)).test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


# Proxies -------------------------------------------------------------------------------


@pytest.mark.parametrize(("trusted", "seen"), [("0", "127.0.0.1"), ("1", "203.0.113.9")])
def test_who_asks_is_read_from_trusted_proxies_only(
    filled: Database, trusted: str, seen: str
) -> None:
    app: Flask = create_app(settings_for(filled, BIVOUAC_TRUSTED_PROXIES=trusted))

    @app.get("/whoami")
    def whoami() -> str:
        return request.remote_addr or ""

    answer = app.test_client().get("/whoami", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.text == seen


def test_scripts_and_styles_come_packed_to_who_takes_them_so(client: FlaskClient) -> None:
    address = "/static/js/station/journal.js"
    with client.get(address) as plain:
        assert "Content-Encoding" not in plain.headers
        text = plain.data
    with client.get(address, headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["Vary"] == "Accept-Encoding"
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(text) / 2
        assert gzip.decompress(packed.data) == text
        etag = packed.headers["ETag"]
    asked = {"Accept-Encoding": "gzip", "If-None-Match": etag}
    with client.get(address, headers=asked) as again:
        assert (again.status_code, again.data) == (304, b"")
