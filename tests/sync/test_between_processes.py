"""Separate processes: a served installation, and the command that exchanges with it."""

from __future__ import annotations

import json
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
from tests.served import PROJECT, Server, free_port, serving
from tests.sync.camps import SLUG, Camp, camps
from timing.db.engines import Database, open_database
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
        assert follows(server, office)


def follows(server: Server, camp: Camp) -> bool:
    """Whether a server comes to where its database is, within half a minute."""
    with camp.database.reading() as session:
        top = read_page(session, SLUG, 0).top
    for _ in range(300):
        with urlopen(f"{server.url}/api/v1/races/{SLUG}") as answer:
            if json.load(answer)["revision"] == top:
                return True
        time.sleep(0.1)
    return False


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


def test_a_server_that_is_gone_is_told(camp: Camp) -> None:
    camp.found()
    gone = timing(
        camp.database, "sync", f"http://127.0.0.1:{free_port()}", "--race", SLUG, stdin="node-1.x"
    )
    assert gone.returncode == 1
    assert "can't be reached" in gone.stderr
    assert "What was exchanged stays" in gone.stderr


@pytest.fixture(scope="module")
def office(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Camp, Server, str]]:
    """An office that is served, for several tests."""
    folder = tmp_path_factory.mktemp("office")
    shutil.copy(migrated_file, folder / "race.sqlite")
    database = open_database(f"sqlite:///{folder / 'race.sqlite'}")
    with office_served(database, folder) as served:
        yield served
    database.close()


def test_only_a_node_key_of_the_race_opens_it(camp: Camp, office: tuple[Camp, Server, str]) -> None:
    made, server, key = office
    with made.database.writing() as session:
        revoked = make_node_key(session, SLUG, label="Lost", at=1)
        revoke_node_key(session, int(revoked.partition(".")[0].removeprefix("node-")), at=2)
    for wrong in ("", "Bearer", "Bearer node-1.guessed", f"Bearer {revoked}", f"Basic {key}"):
        request = Request(
            f"{server.url}/api/v1/sync/{SLUG}/summary", headers={"Authorization": wrong}
        )
        with pytest.raises(OSError, match="401"):
            urlopen(request)
    refused = sync(camp, server, "node-1.guessed")
    assert refused.returncode == 2
    assert "needs a node key of this race" in refused.stderr
    assert camp.records() == set()


def test_a_body_that_is_no_parcel_is_refused(office: tuple[Camp, Server, str]) -> None:
    _, server, key = office
    for path, body in (("meeting", b"{}"), ("records", b"\x78\x9c"), ("frame", b"")):
        request = Request(
            f"{server.url}/api/v1/sync/{SLUG}/{path}",
            data=body,
            headers={"Authorization": f"Bearer {key}"},
        )
        with pytest.raises(OSError, match="400"):
            urlopen(request)


def test_every_so_often_until_it_is_told_to_stop(
    camp: Camp, office: tuple[Camp, Server, str]
) -> None:
    made, server, key = office
    call, environ = command(camp.database, "sync", server.url, "--race", SLUG, "--every", "1s")
    with subprocess.Popen(
        call, env=environ, cwd=PROJECT, stdin=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            assert process.stdin is not None
            process.stdin.write(key.encode() + b"\n")
            process.stdin.close()
            wait_until(camp, 6)
            made.write(passing(50))
            wait_until(camp, 7)
        finally:
            process.terminate()
    assert camp.records() == made.records()


def wait_until(camp: Camp, number: int) -> None:
    for _ in range(600):
        if len(camp.records()) == number:
            return
        time.sleep(0.05)
    raise AssertionError(f"{len(camp.records())} records, not {number}")


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
