"""Separate processes: a served installation, and the command that exchanges with it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.race_samples import passing
from tests.served import Server, free_port, serving
from tests.sync.camps import SLUG, Camp, camps
from tests.sync.processes import Way, exchanging, timing
from timing.db.engines import Database, open_database
from timing.operations.node_keys import make_node_key, revoke_node_key
from timing.operations.sync.pages import MOST_RECORDS, read_page

PAGES = 6
"""Pages of records that an exchange takes which is killed again and again."""

MANY = (PAGES - 1) * MOST_RECORDS + 500


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
    """Whether a server comes to where its database is."""
    with camp.database.reading() as session:
        top = read_page(session, SLUG, 0).top

    def told() -> bool:
        with urlopen(f"{server.url}/api/v1/races/{SLUG}") as answer:
            return bool(json.load(answer)["revision"] == top)

    return camp.wait_until(told)


def test_killed_in_the_midst_it_goes_on_from_there(
    camp: Camp, sqlite_database: Database, tmp_path: Path
) -> None:
    with office_served(sqlite_database, tmp_path, MANY) as (office, server, key):
        for _ in range(3):
            # Through a line that carries too little for it to come to its end before it is killed.
            with Way(server.port, requests=3) as line, exchanging(camp, line.url, key) as killed:
                assert camp.wait_for_more()
                os.killpg(killed.pid, signal.SIGKILL)
                assert killed.wait() == -signal.SIGKILL
        held = camp.held()
        assert held < MANY + 6
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
    with exchanging(camp, server.url, key, "--every", "1s") as process:
        assert camp.wait_for(6)
        made.write(passing(50))
        assert camp.wait_for(7)
        process.terminate()
        process.wait()
    assert camp.records() == made.records()
