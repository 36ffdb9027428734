"""deploy/nginx.conf, as a real nginx reads it: what comes from files, what from the application."""

import gzip
import http.client
import json
import re
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from tests.nginx import TEMPLATE, Nginx, proxying
from tests.serving import settings_for
from timing.db.engines import Database
from timing.live.kept_files import Folder, file_name, packed
from timing.pages.public_pages import Media
from timing.settings import SETTINGS
from timing.web.headers import security_headers

NOW = 1_774_700_000_000
MOMENT_SECONDS = 0.2

Headers = dict[str, str]


class Application(ThreadingHTTPServer):
    """Stands for the application: says what it was asked, and how often."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.asked: Counter[str] = Counter()
        self.go_on = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Who leaves early is nothing to tell."""


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Application

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        if self.path.endswith("/events"):
            self._stream()
            return
        is_public = self.path.startswith(("/races/", "/api/v1/races/"))
        missing = self.path.endswith("/nothing")
        said = {
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
        }
        body = json.dumps(said).encode()
        self.send_response(404 if missing else 200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.send_header(
            "Cache-Control", "public, no-cache" if is_public and not missing else "no-store"
        )
        self.send_header("ETag", 'W/"e-7-r"')
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("X-Ours", "yes")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"data: 1\n\n")
        self.wfile.flush()
        if self.server.go_on.wait(10):
            self.wfile.write(b"data: 2\n\n")

    def log_message(self, *_: object) -> None:
        """Nothing to log."""


@pytest.fixture(scope="module")
def application() -> Iterator[Application]:
    made = Application()
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    made = Folder(tmp_path_factory.mktemp("kept") / "snapshots")
    made.show()
    yield made
    made.close()


@pytest.fixture(scope="module")
def nginx(
    application: Application, folder: Folder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nginx]:
    place = tmp_path_factory.mktemp("nginx")
    port = application.server_address[1]
    with proxying(place, snapshots=folder.path, application=port) as running:
        yield running


class Answer:
    """An answer, read whole; header names are in small letters."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.body = answer.read()

    @property
    def came(self) -> Headers:
        """The headers with which the application was asked."""
        headers: Headers = json.loads(self.body)["headers"]
        return headers

    @property
    def is_of_application(self) -> bool:
        return self.headers.get("x-ours") == "yes"


def ask(nginx: Nginx, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", nginx.port, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body or None, named)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def keep(folder: Folder, address: str, text: str, media: Media = Media.HTML) -> None:
    name = file_name(address, media)
    assert name is not None
    folder.put(name, text.encode(), packed(text.encode()), at=NOW)


def but_for_styles(headers: Headers) -> Headers:
    """The headers without which styles are taken: a page says that itself, by its digests."""
    policy = re.sub(r" style-src [^;]*;", "", headers["Content-Security-Policy"])
    return {**headers, "Content-Security-Policy": policy}


def test_nothing_in_it_is_wrong(nginx: Nginx) -> None:
    assert nginx.complaints() == ""


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/fr/",
        "/races/x",
        "/ar/races/x",
        "/races/x/boards/gc",
        "/races/x/boards/gc?after=4",
        "/races/x/stages/1?control=HUT.in",
        "/races/x/entries/7.5",
    ],
)
def test_a_page_that_is_kept_comes_from_its_file(
    nginx: Nginx, folder: Folder, address: str
) -> None:
    keep(folder, address, f"kept: {address}")
    answer = ask(nginx, address)
    assert (answer.status, answer.body.decode()) == (200, f"kept: {address}")
    assert answer.headers["content-type"] == Media.HTML.value
    zipped = ask(nginx, address, Accept_Encoding="gzip, br")
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(zipped.body) == answer.body
    assert ask(nginx, address, "HEAD").headers["content-length"] == str(len(answer.body))


def test_data_that_is_kept_comes_as_the_application_would_send_it(
    nginx: Nginx, folder: Folder
) -> None:
    keep(folder, "/api/v1/races/x/boards/gc", '{"board":"gc"}', Media.JSON)
    answer = ask(nginx, "/api/v1/races/x/boards/gc")
    assert answer.headers["content-type"] == Media.JSON.value
    assert json.loads(answer.body) == {"board": "gc"}


@pytest.mark.parametrize(
    "address",
    [
        "/races/x/",
        "/races/x/+.html",
        "/races/x/boards/gc?after=4&q=ana",
        "/races/x/boards/gc?q=ana",
        "/races/x?at=2026-08-28T18:00:00Z",
        "/races/x/entries/7%2F..%2F..",
        "/races/y",
        "/manifest.json",
    ],
)
def test_whatever_is_not_kept_the_application_answers(
    nginx: Nginx, folder: Folder, address: str
) -> None:
    keep(folder, "/races/x", "kept")
    keep(folder, "/races/x/boards/gc", "kept")
    folder.put_manifest("{}")
    assert ask(nginx, address).is_of_application


def test_what_is_sent_to_a_kept_address_reaches_the_application(
    nginx: Nginx, folder: Folder
) -> None:
    keep(folder, "/races/x", "kept")
    assert ask(nginx, "/races/x", "POST", b"x").is_of_application


def test_who_has_a_page_is_told_that_it_holds_until_there_is_another(
    nginx: Nginx, folder: Folder
) -> None:
    keep(folder, "/races/x/live", "one")
    first = ask(nginx, "/races/x/live")
    again = ask(nginx, "/races/x/live", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    keep(folder, "/races/x/live", "two")  # as long, and of the same second
    newer = ask(nginx, "/races/x/live", If_None_Match=first.headers["etag"])
    assert (newer.status, newer.body) == (200, b"two")
    assert "last-modified" not in newer.headers


def test_when_the_folder_is_taken_away_the_application_answers(
    nginx: Nginx, folder: Folder
) -> None:
    keep(folder, "/races/x/boards/away", "kept")
    assert not ask(nginx, "/races/x/boards/away").is_of_application
    folder.hide()
    try:
        assert ask(nginx, "/races/x/boards/away").is_of_application
    finally:
        folder.show()


@pytest.mark.parametrize("path", ["/races/x", "/static/css/site.css?v=1", "/static/nothing.css"])
def test_what_nginx_sends_itself_has_the_headers_of_the_application(
    nginx: Nginx, folder: Folder, filled: Database, path: str
) -> None:
    keep(folder, "/races/x", "kept")
    ours = security_headers(settings_for(filled))
    headers = ask(nginx, path).headers
    assert but_for_styles({name: headers[name.lower()] for name, _ in ours}) == but_for_styles(
        dict(ours)
    )
    assert "strict-transport-security" not in headers


def test_a_kept_page_may_be_kept_by_anybody_who_asks_each_time(
    nginx: Nginx, folder: Folder
) -> None:
    keep(folder, "/races/x", "kept")
    assert ask(nginx, "/races/x").headers["cache-control"] == "public, no-cache"


def test_static_files_are_kept_for_good_by_their_digest_and_packed(nginx: Nginx) -> None:
    known = ask(nginx, "/static/css/site.css?v=3f9a", Accept_Encoding="gzip")
    assert known.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert known.headers["content-encoding"] == "gzip"
    assert ask(nginx, "/static/css/site.css").headers["cache-control"] == "public, max-age=86400"
    kinds = {
        "js/live.js": "text/javascript; charset=utf-8",
        "css/site.css": "text/css; charset=utf-8",
        "img/icon.svg": "image/svg+xml",
    }
    for name, kind in kinds.items():
        assert ask(nginx, f"/static/{name}").headers["content-type"] == kind
    assert ask(nginx, "/static/../wsgi.py").is_of_application
    assert ask(nginx, "/static/css/").status in {403, 404}


def test_an_answer_is_shared_for_a_moment_and_no_longer(
    nginx: Nginx, application: Application
) -> None:
    path = "/races/x/shared"
    with ThreadPoolExecutor(40) as many:
        answers = list(many.map(lambda _: ask(nginx, path), range(40)))
    assert all(answer.is_of_application for answer in answers)
    before = application.asked[path]
    assert before < 40
    time.sleep(2 * MOMENT_SECONDS)
    ask(nginx, path)
    assert application.asked[path] == before + 1


def test_packed_and_plain_are_not_taken_for_each_other(nginx: Nginx) -> None:
    for _ in range(3):
        assert ask(nginx, "/races/x/both", Accept_Encoding="gzip").came["accept-encoding"] == "gzip"
        assert "accept-encoding" not in ask(nginx, "/races/x/both").came
        refusing = ask(nginx, "/races/x/both", Accept_Encoding="br, gzip;q=0")
        assert "accept-encoding" not in refusing.came


@pytest.mark.parametrize("path", ["/desk/x", "/station/form", "/races/x/nothing", "/healthz"])
def test_what_is_not_public_is_asked_for_each_time(
    nginx: Nginx, application: Application, path: str
) -> None:
    for _ in range(5):
        ask(nginx, path)
    assert application.asked[path] == 5


def test_who_shows_a_key_is_answered_alone(nginx: Nginx, application: Application) -> None:
    path = "/api/v1/races/x/mine"
    for key in ("one", "two", "three"):
        assert ask(nginx, path, Authorization=f"Bearer {key}").came["authorization"].endswith(key)
    assert application.asked[path] == 3
    assert "authorization" not in ask(nginx, path).came


def test_public_pages_are_asked_for_without_anybody_s_cookies(nginx: Nginx) -> None:
    assert "cookie" not in ask(nginx, "/races/x/cookies", Cookie="bivouac=mine").came
    assert ask(nginx, "/desk/x", Cookie="bivouac=mine").came["cookie"] == "bivouac=mine"


@pytest.mark.parametrize("path", ["/desk/x", "/races/x/who", "/desk/sign-in"])
def test_the_application_learns_who_asks_and_not_who_they_say_they_are(
    nginx: Nginx, path: str
) -> None:
    came = ask(nginx, path, X_Forwarded_For="203.0.113.9", Host="times.example.org:8443").came
    assert came["x-forwarded-for"] == "127.0.0.1"
    assert came["x-forwarded-proto"] == "http"
    assert came["host"] == came["x-forwarded-host"] == "times.example.org:8443"


@pytest.mark.parametrize("path", ["/races/x/events", "/fr/races/x/events"])
def test_a_stream_comes_through_event_by_event(
    nginx: Nginx, application: Application, path: str
) -> None:
    application.go_on.clear()
    connection = http.client.HTTPConnection("127.0.0.1", nginx.port, timeout=20)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    assert answer.readline() == b"data: 1\n"  # while the application still waits
    application.go_on.set()
    assert answer.read() == b"\ndata: 2\n\n"
    connection.close()


def test_the_longest_body_is_the_application_s(nginx: Nginx) -> None:
    (longest,) = [int(s.default) for s in SETTINGS if s.variable == "BIVOUAC_MAX_BODY_BYTES"]
    assert ask(nginx, "/desk/x", "POST", b"x" * longest).status == 200
    assert ask(nginx, "/desk/x", "POST", b"x" * (longest + 1)).status == 413


def test_whoever_tries_to_sign_in_again_and_again_is_slowed_down(nginx: Nginx) -> None:
    with ThreadPoolExecutor(16) as many:
        tried = many.map(lambda _: ask(nginx, "/desk/sign-in", "POST", b"x").status, range(120))
        assert 429 in set(tried)
    assert ask(nginx, "/desk/x").status == 200


def test_without_the_application_what_is_kept_is_sent_and_the_rest_asks_for_patience(
    folder: Folder, tmp_path: Path
) -> None:
    keep(folder, "/races/x", "kept")
    with proxying(tmp_path, snapshots=folder.path, application=9) as alone:
        assert ask(alone, "/races/x").body == b"kept"
        for path in ("/races/x/entries/7", "/desk/x"):
            answer = ask(alone, path)
            assert (answer.status, answer.headers["retry-after"]) == (503, "5")
            assert answer.headers["cache-control"] == "no-store"
            assert b"try again" in answer.body


def test_by_https_browsers_are_told_to_stay_there(
    folder: Folder, application: Application, filled: Database, tmp_path: Path
) -> None:
    keep(folder, "/races/x", "kept")
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    made.private_key_pem.write_to_path(tmp_path / "key.pem")
    made.cert_chain_pems[0].write_to_path(tmp_path / "chain.pem")
    changes = {
        "#tls listen 443 ssl http2;": "",
        "#tls listen [::]:443 ssl http2;": "",
        "#tls ": "",
        "/etc/letsencrypt/live/times.example.org/fullchain.pem": f"{tmp_path}/chain.pem",
        "/etc/letsencrypt/live/times.example.org/privkey.pem": f"{tmp_path}/key.pem",
    }
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    port = application.server_address[1]
    place = tmp_path / "nginx"
    made_nginx = Nginx(place, snapshots=folder.path, application=port, changes=changes)
    text = made_nginx.conf.read_text()
    listening = f"listen 127.0.0.1:{made_nginx.port};"
    made_nginx.conf.write_text(text.replace(listening, listening.replace(";", " ssl http2;")))
    try:
        made_nginx.start()
        connection = http.client.HTTPSConnection(
            "127.0.0.1", made_nginx.port, context=trusting, timeout=20
        )
        connection.request("GET", "/races/x")
        answer = Answer(connection.getresponse())
        connection.close()
    finally:
        made_nginx.stop()
    ours = security_headers(settings_for(filled, BIVOUAC_HTTPS="yes"))
    assert but_for_styles({name: answer.headers[name.lower()] for name, _ in ours}) == (
        but_for_styles(dict(ours))
    )


def test_every_line_marked_for_https_is_one_of_https() -> None:
    marked = [line.strip() for line in TEMPLATE.read_text().splitlines() if "#tls" in line]
    assert all(line.startswith(("#tls listen ", "#tls ssl_")) for line in marked)
