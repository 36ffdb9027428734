"""Two installations on networks of their own, with a cable between them that is pulled.

The system has to let the tests make network namespaces: root may, unless it is root of a container
without that right. Where ``CI`` is set, ``ip`` must be there (``.ci/run`` installs it); what
the system itself refuses is skipped there too, with what it said, as no installation mends it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.prerequisites import missing
from tests.race_samples import passing
from tests.sync.camps import SLUG, Camp, camps
from tests.sync.processes import TIMING, exchanging, running
from timing.db.engines import Database
from timing.operations.node_keys import make_node_key

PREFIX = "bivouac-test-"
PORT = 8000
OFFICE, CAMP = "10.231.7.1", "10.231.7.2"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def remove_left_overs() -> None:
    """Remove the namespaces of test runs that were killed: their names say whose they are."""
    told = subprocess.run(["ip", "netns", "list"], check=True, capture_output=True, text=True)
    for line in told.stdout.splitlines():
        name = line.partition(" ")[0]
        process = name.removeprefix(PREFIX).partition("-")[0]
        if name.startswith(PREFIX) and not Path("/proc", process).exists():
            with suppress(subprocess.CalledProcessError):  # another run removed it
                ip("netns", "del", name)


@pytest.fixture
def networks() -> Iterator[tuple[str, str]]:
    """The names of two networks, the office's and the camp's, with a cable between them."""
    if shutil.which("ip") is None:
        missing("no network namespaces: there is no command ip (iproute2)")
    if os.geteuid() != 0:
        pytest.skip("no network namespaces: only root makes them")
    remove_left_overs()
    office, camp = (f"{PREFIX}{os.getpid()}-{name}" for name in ("office", "camp"))
    try:
        try:
            ip("netns", "add", office)
            ip("netns", "add", camp)
            ip("link", "add", "bv", "netns", office, "type", "veth",
               "peer", "name", "bv", "netns", camp)  # fmt: skip
        except subprocess.CalledProcessError as refused:
            said = refused.stderr.decode(errors="replace").strip()
            pytest.skip(f"no network namespaces: the system refuses them: {said}")
        for name, address in ((office, OFFICE), (camp, CAMP)):
            ip("-n", name, "addr", "add", f"{address}/24", "dev", "bv")
            ip("-n", name, "link", "set", "bv", "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield office, camp
    finally:
        for name in (office, camp):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def listens(process: int) -> bool:
    """Whether somebody listens at PORT in the network of a process."""
    rows = Path(f"/proc/{process}/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    return any(row.split()[1].endswith(f":{PORT:04X}") and row.split()[3] == "0A" for row in rows)


def test_between_two_networks_whose_cable_is_pulled_and_put_back(
    networks: tuple[str, str], migrated_file: Path, sqlite_database: Database, tmp_path: Path
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
        "BIVOUAC_HOST": OFFICE,
        "BIVOUAC_WORKERS": "1",
        "PORT": str(PORT),
    }
    within = [("ip", "netns", "exec", name) for name in networks]
    url = f"http://{OFFICE}:{PORT}"
    with (
        camps(migrated_file, tmp_path, "Camp") as (camp,),
        running([*within[0], str(TIMING), "serve"], environ) as server,
    ):
        assert office.wait_until(lambda: listens(server.pid))
        with exchanging(camp, url, key, "--every", "1s", within=within[1]):
            assert camp.wait_for(6)
            ip("-n", networks[1], "link", "set", "bv", "down")
            camp.write(passing(50))
            office.write(passing(51))
            time.sleep(1.5)  # in which it tries
            assert (camp.held(), office.held()) == (7, 7)
            ip("-n", networks[1], "link", "set", "bv", "up")
            assert camp.wait_for(8)
            assert office.wait_for(8)
        assert camp.records() == office.records()
        assert camp.digests() == office.digests()
