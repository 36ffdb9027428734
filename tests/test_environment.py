"""The conditions the other tests rely on."""

import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Error
from sqlalchemy import create_engine, text

from tests.databases import migrated_file
from tests.network import ReachesBeyondThisMachine
from tests.postgresql import PostgreSQL
from tests.prerequisites import PROJECT, chromium_executable, missing, shared_data_directory

__all__ = ["migrated_file"]

ELSEWHERE = "192.0.2.1"  # reserved for documentation: belongs to nobody (RFC 5737)

KILLED_SESSION = """
import sys, time
from pathlib import Path
from tests.postgresql import running_postgresql

with running_postgresql(Path(sys.argv[1])) as server:
    print(server.socket_directory, flush=True)
    time.sleep(600)
"""

KILLED_WHILE_SERVING = """
import sys, time
from pathlib import Path
from tests.served import serving
from timing.db.engines import open_database

with serving(open_database(sys.argv[1]), Path(sys.argv[2]), workers=1) as server:
    print(server.port, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def loopback_server() -> Iterator[str]:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Camp</title>")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("family", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_no_connection_leaves_this_machine(family: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, family) as one, pytest.raises(ReachesBeyondThisMachine):
        one.connect((ELSEWHERE, 9))


def test_no_datagram_leaves_this_machine() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        pytest.raises(ReachesBeyondThisMachine),
    ):
        one.sendto(b"hello", (ELSEWHERE, 9))


def test_no_name_is_asked_of_another_machine() -> None:
    with pytest.raises(ReachesBeyondThisMachine):
        socket.getaddrinfo("timing.invalid", 80)


def test_loopback_can_be_reached(loopback_server: str) -> None:
    host, _, port = loopback_server.removeprefix("http://").strip("/").partition(":")
    with socket.create_connection((host, int(port))) as one:
        assert one.getpeername() == ("127.0.0.1", int(port))


def test_what_is_missing_skips_on_a_developers_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no such thing"):
        missing("no such thing")


def test_what_is_missing_fails_in_a_trusted_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no such thing"):
        missing("no such thing")


def test_a_browser_named_but_absent_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    with pytest.raises(pytest.fail.Exception, match="no-such-browser"):
        chromium_executable()


def test_real_results_are_looked_for_beside_the_project(shared_data: Path) -> None:
    assert shared_data == shared_data_directory()
    assert PROJECT not in shared_data.parents


def test_each_test_has_an_empty_postgresql_of_its_own(postgresql_server: PostgreSQL) -> None:
    with postgresql_server.database() as one, postgresql_server.database() as other:
        for url in (one, other):
            engine = create_engine(url)
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE passings (bib text)"))
            engine.dispose()
        assert one != other


def test_a_database_can_be_copied_from_a_prepared_one(postgresql_server: PostgreSQL) -> None:
    with postgresql_server.database() as prepared:
        name = prepared.partition("?")[0].rpartition("/")[2]
        engine = create_engine(prepared)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE passings AS SELECT '21' AS bib"))
        engine.dispose()
        with postgresql_server.database(template=name) as copy:
            engine = create_engine(copy)
            with engine.connect() as connection:
                assert connection.execute(text("SELECT bib FROM passings")).scalar() == "21"
            engine.dispose()


def test_postgresql_listens_on_no_network_address(postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW listen_addresses")).scalar() == ""
    engine.dispose()


def test_postgresql_brings_the_programs_that_save_and_restore(
    postgresql_server: PostgreSQL,
) -> None:
    for program in ("pg_dump", "pg_restore"):
        answer = subprocess.run(
            [postgresql_server.programs / program, "--version"],
            check=True,
            capture_output=True,
            text=True,
        )
        assert "PostgreSQL" in answer.stdout


def test_postgresql_ends_when_the_session_that_started_it_is_killed(
    postgresql_server: PostgreSQL,
) -> None:
    session = subprocess.Popen(
        [
            sys.executable,
            "-c",
            KILLED_SESSION,
            postgresql_server.programs,
        ],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert session.stdout is not None
    directory = Path(session.stdout.readline().strip())
    psycopg.connect(host=str(directory), user="postgres", dbname="postgres").close()

    os.kill(session.pid, signal.SIGKILL)
    session.communicate()

    give_up = time.monotonic() + 30
    while directory.exists() and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not directory.exists()


def test_a_server_ends_when_the_session_that_started_it_is_killed(
    migrated_file: Path, tmp_path: Path
) -> None:
    session = subprocess.Popen(
        [sys.executable, "-c", KILLED_WHILE_SERVING, f"sqlite:///{migrated_file}", tmp_path],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert session.stdout is not None
    port = int(session.stdout.readline())
    assert _answers(port)

    os.kill(session.pid, signal.SIGKILL)
    session.communicate()

    give_up = time.monotonic() + 30
    while _answers(port) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not _answers(port)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def test_the_browser_shows_a_page_of_this_machine(browser: Browser, loopback_server: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(loopback_server)
        assert page.title() == "Camp"


def test_the_browser_asks_no_other_machine(browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
            page.goto("http://timing.invalid/")
