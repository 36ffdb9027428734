"""Separate processes: a served installation, and the command that exchanges with it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.race_samples import passing
from tests.served import PROJECT, Server, serving
from tests.sync.camps import SLUG, Camp, camps
from timing.db.engines import Database, open_database
from timing.operations import schema
from timing.operations.node_keys import make_node_key, revoke_node_key
from timing.operations.sync.pages import read_page

TIMING = Path(sys.executable).with_name("timing")
MANY = 12_000


def command(database: Database, *words: str) -> tuple[list[str], dict[str, str]]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("BIVOUAC_")}
    environ["BIVOUAC_DATABASE_URL"] = database.url.render_as_string(hide_password=False)
    environ["BIVOUAC_NODE_NAME"] = "Camp"
    return [str(TIMING), *words], environ


def timing(database: Database, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    call, environ = command(database, *words)
    return subprocess.run(
        call, env=environ, cwd=PROJECT, input=stdin, capture_output=True, text=True, check=False
    )


@contextmanager
def office_served(
    database: Database, folder: Path, number: int = 0
) -> Iterator[tuple[Camp, Server, str]]:
    office = Camp("Office", database)
    office.found()
    office.write(*(passing(n) for n in range(1_000, 1_000 + number)))
    with database.writing() as session:
        key = make_node_key(session, SLUG, label="Camp", at=office.now())
    with serving(database, folder, workers=1) as server:
        yield office, server, key


@pytest.fixture
def camp(migrated_file: Path, tmp_path: Path) -> Iterator[Camp]:
    with camps(migrated_file, tmp_path, "Camp") as (made,):
        yield made


def sync(camp: Camp, server: Server, key: str, *more: str) -> subprocess.CompletedProcess[str]:
    return timing(camp.database, "sync", server.url, "--race", SLUG, *more, stdin=key)


def test_over_http_on_either_engine_both_come_to_the_same(
    database: Database, camp: Camp, tmp_path: Path
) -> None:
    with office_served(database, tmp_path) as (office, server, key):
        first = sync(camp, server, key)
        assert first.stderr == ""
        assert "6 records fetched, 0 sent; definition and entries followed" in first.stdout
        assert "both hold the same 6" in first.stdout
        camp.write(passing(50))
        office.write(passing(51), passing(50, bib="7"))
        assert "2 records fetched, 1 sent" in sync(camp, server, key).stdout
        assert camp.records() == office.records()
        assert camp.digests() == office.digests()
        # The office's server follows what came, as if it had been recorded there.
        with urlopen(f"{server.url}/api/v1/races/{SLUG}") as answer:
            assert f'"revision":{revision(office)}' in answer.read().decode().replace(" ", "")


def revision(camp: Camp) -> int:
    with camp.database.reading() as session:
        return read_page(session, SLUG, 0).top


def test_killed_in_the_midst_it_goes_on_from_there(
    camp: Camp, sqlite_database: Database, tmp_path: Path
) -> None:
    with office_served(sqlite_database, tmp_path, MANY) as (office, server, key):
        kills = 0
        for _ in range(3):
            before = len(camp.records()) if kills else 0
            call, environ = command(camp.database, "sync", server.url, "--race", SLUG)
            with subprocess.Popen(
                call, env=environ, cwd=PROJECT, stdin=subprocess.PIPE, start_new_session=True
            ) as process:
                assert process.stdin is not None
                process.stdin.write(key.encode() + b"\n")
                process.stdin.close()
                while process.poll() is None and len(camp.records()) <= before:
                    time.sleep(0.002)
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    kills += 1
        assert kills
        held = len(camp.records())
        assert 0 < held < MANY + 6
        last = sync(camp, server, key)
        fetched = int(re.findall(r"([\d,]+) records fetched", last.stdout)[0].replace(",", ""))
        assert fetched == MANY + 6 - held
        assert camp.records() == office.records()


def test_a_server_that_is_gone_is_told_and_what_was_exchanged_stays(
    camp: Camp, sqlite_database: Database, tmp_path: Path
) -> None:
    with office_served(sqlite_database, tmp_path) as (_, server, key):
        sync(camp, server, key)
        server.kill()
        gone = sync(camp, server, key)
    assert gone.returncode == 1
    assert "can't be reached" in gone.stderr
    assert len(camp.records()) == 6


def test_only_a_node_key_of_the_race_opens_it(
    camp: Camp, sqlite_database: Database, tmp_path: Path
) -> None:
    with office_served(sqlite_database, tmp_path) as (office, server, key):
        wrong = sync(camp, server, "node-1.guessed")
        assert wrong.returncode == 2
        assert "needs a node key of this race" in wrong.stderr
        with office.database.writing() as session:
            revoke_node_key(session, 1, at=1)
        assert sync(camp, server, key).returncode == 2
    assert camp.records() == set()


def test_every_so_often_until_it_is_told_to_stop(
    camp: Camp, sqlite_database: Database, tmp_path: Path
) -> None:
    with office_served(sqlite_database, tmp_path) as (office, server, key):
        call, environ = command(camp.database, "sync", server.url, "--race", SLUG, "--every", "1s")
        with subprocess.Popen(
            call, env=environ, cwd=PROJECT, stdin=subprocess.PIPE, start_new_session=True
        ) as process:
            try:
                assert process.stdin is not None
                process.stdin.write(key.encode() + b"\n")
                process.stdin.close()
                wait_until(camp, 6)
                office.write(passing(50))
                wait_until(camp, 7)
            finally:
                process.terminate()
    assert camp.records() == office.records()


def wait_until(camp: Camp, number: int) -> None:
    for _ in range(600):
        if len(camp.records()) == number:
            return
        time.sleep(0.05)
    raise AssertionError(f"{len(camp.records())} records, not {number}")


def test_a_stick_between_two_commands_and_a_promotion(
    migrated_file: Path, tmp_path: Path, camp: Camp
) -> None:
    with camps(migrated_file, tmp_path, "Office") as (office,):
        office.found()
        stick = tmp_path / "stick.bivouac"
        out = timing(office.database, "sync", "--out", str(stick), "--race", SLUG)
        assert out.stdout.startswith(f"{stick}: 6 records, ")
        read = timing(camp.database, "sync", "--in", str(stick))
        assert "new records 6" in read.stdout
        stick.write_bytes(stick.read_bytes()[:-30])
        cut = timing(camp.database, "sync", "--in", str(stick))
        assert cut.returncode == 1
        assert "what was whole of it was taken" in cut.stderr
        shown = timing(camp.database, "home", "show", SLUG)
        assert "are kept at Camp" in shown.stdout  # as the office's commands call it here
        promoted = timing(camp.database, "promote", SLUG, "--yes")
        assert "from now on (term 2)" in promoted.stdout
        assert camp.digests().result in promoted.stdout
        assert "kept here" in timing(camp.database, "home", "show", SLUG).stdout


def test_a_body_that_is_no_parcel_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    with office_served(sqlite_database, tmp_path) as (_, server, key):
        for path, body in (("meeting", b"{}"), ("records", b"\x78\x9c"), ("frame", b"")):
            request = Request(
                f"{server.url}/api/v1/sync/{SLUG}/{path}",
                data=body,
                headers={"Authorization": f"Bearer {key}"},
            )
            with pytest.raises(OSError, match="400"):
                urlopen(request)


NAMESPACES = ("bivouac-office", "bivouac-camp")


def can_make_namespaces() -> bool:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    tried = subprocess.run(["ip", "netns", "add", "bivouac-try"], capture_output=True, check=False)
    if tried.returncode == 0:
        subprocess.run(["ip", "netns", "del", "bivouac-try"], check=True)
    return tried.returncode == 0


@pytest.fixture
def cable() -> Iterator[None]:
    """Two machines' networks, with a cable between them."""

    def ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True)

    for name in NAMESPACES:
        ip("netns", "add", name)
    try:
        ip("link", "add", "bv0", "netns", NAMESPACES[0], "type", "veth",
           "peer", "name", "bv1", "netns", NAMESPACES[1])  # fmt: skip
        for number, name in enumerate(NAMESPACES):
            device = f"bv{number}"
            ip("-n", name, "addr", "add", f"10.231.7.{number + 1}/24", "dev", device)
            ip("-n", name, "link", "set", device, "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield
    finally:
        for name in NAMESPACES:
            subprocess.run(["ip", "netns", "del", name], check=False)


if can_make_namespaces():

    @pytest.mark.usefixtures("cable")
    def test_between_two_networks_whose_cable_is_pulled_and_put_back(
        camp: Camp, sqlite_database: Database, tmp_path: Path
    ) -> None:
        office = Camp("Office", sqlite_database)
        office.found()
        with sqlite_database.writing() as session:
            key = make_node_key(session, SLUG, label="Camp", at=office.now())
        environ = {k: v for k, v in os.environ.items() if not k.startswith("BIVOUAC_")} | {
            "BIVOUAC_ENVIRONMENT": "development",
            "BIVOUAC_SECRET_KEY": "a key of tests, of more than thirty-two characters",
            "BIVOUAC_DATABASE_URL": sqlite_database.url.render_as_string(hide_password=False),
            "BIVOUAC_INSTANCE": str(tmp_path),
            "BIVOUAC_HOST": "10.231.7.1",
            "BIVOUAC_WORKERS": "1",
            "PORT": "8000",
        }
        inside = ["ip", "netns", "exec"]
        server = subprocess.Popen(
            [*inside, NAMESPACES[0], str(TIMING), "serve"],
            cwd=PROJECT, env=environ, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        call, environ = command(
            camp.database, "sync", "http://10.231.7.1:8000", "--race", SLUG, "--every", "1s"
        )
        exchanging = subprocess.Popen(
            [*inside, NAMESPACES[1], *call], cwd=PROJECT, env=environ,
            stdin=subprocess.PIPE, start_new_session=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert exchanging.stdin is not None
            exchanging.stdin.write(key.encode() + b"\n")
            exchanging.stdin.close()
            wait_until(camp, 6)
            pull = ["ip", "-n", NAMESPACES[1], "link", "set", "bv1"]
            subprocess.run([*pull, "down"], check=True)
            camp.write(passing(50))
            office.write(passing(51))
            time.sleep(1.5)
            assert camp.records() != office.records()
            subprocess.run([*pull, "up"], check=True)
            wait_until(camp, 8)
            wait_until(office, 8)
        finally:
            for process in (exchanging, server):
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        assert camp.records() == office.records()
        assert camp.digests() == office.digests()


def test_a_database_that_is_not_there_yet_is_made(tmp_path: Path, migrated_file: Path) -> None:
    new = open_database(f"sqlite:///{tmp_path / 'new.sqlite'}")
    with camps(migrated_file, tmp_path, "Office") as (office,):
        office.found()
        stick = tmp_path / "stick.bivouac"
        stick.write_bytes(office.file())
        assert timing(new, "sync", "--in", str(stick)).returncode == 0
    assert schema.is_current(new)
    new.close()
