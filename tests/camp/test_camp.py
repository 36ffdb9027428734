"""``timing camp``, as phones meet it."""

from __future__ import annotations

import base64
import hashlib
import os
import plistlib
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser

from tests.camp.certificates import NAME, obtained
from tests.conftest import BROWSER_SWITCHES
from tests.keeping import Guard
from tests.pages.markup import faults
from tests.prerequisites import chromium_executable
from tests.served import PROJECT, free_port
from timing.db.engines import Database, open_database
from timing.pages.camp_page import camp_page
from timing.pages.rendering import render

TIMING = Path(sys.executable).with_name("timing")


def environ(database: Database, instance: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BIVOUAC_")}
    return kept | {
        "BIVOUAC_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "BIVOUAC_INSTANCE": str(instance),
        "BIVOUAC_HOST": "127.0.0.1",
        "BIVOUAC_NODE_NAME": "Camp",
        "BIVOUAC_WORKERS": "1",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    https: str
    page: str
    instance: Path

    def get(self, path: str) -> tuple[str, bytes]:
        with urlopen(f"{self.page}{path}", timeout=10) as answer:
            return answer.headers["Content-Type"], answer.read()


@contextmanager
def serving_camp(command: Sequence[str], database: Database, folder: Path) -> Iterator[Served]:
    """``timing camp`` on the instance folder, until the end of the ``with``."""
    port, page_port = free_port(), free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "camp", "--port", str(port), "--page-port", str(page_port)],
            cwd=PROJECT,
            env=environ(database, folder),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    guard = Guard(process.pid)
    served = Served(
        https=f"https://localhost:{port}", page=f"http://127.0.0.1:{page_port}", instance=folder
    )
    try:
        for _ in range(1_200):
            try:
                trusting(served, "/healthz")
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield served
    finally:
        guard.dismiss()
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


@pytest.fixture(scope="module")
def camp(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("camp")
    file = folder / "race.sqlite"
    file.write_bytes(migrated_file.read_bytes())
    database = open_database(f"sqlite:///{file}")
    with serving_camp([str(TIMING)], database, folder) as served:
        yield served
    database.close()


def trusting(camp: Served, path: str) -> bytes:
    """What it answers to one who trusts its authority and nobody else."""
    authority = camp.instance / "camp" / "authority.crt"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not authority.exists():
        raise FileNotFoundError
    context.load_verify_locations(authority)
    with urlopen(f"{camp.https}{path}", timeout=10, context=context) as answer:
        body: bytes = answer.read()
    return body


def test_who_installed_the_authority_is_served_by_https(camp: Served) -> None:
    assert trusting(camp, "/healthz") == b"alive\n"


def test_who_did_not_is_warned(camp: Served) -> None:
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        urlopen(f"{camp.https}/healthz", timeout=10)


def test_the_page_gives_the_authority_in_each_form_with_its_fingerprint(camp: Served) -> None:
    kind, der = camp.get("/bivouac-camp.crt")
    assert kind == "application/x-x509-ca-cert"
    kind, profile = camp.get("/bivouac-camp.mobileconfig")
    assert kind == "application/x-apple-aspen-config"
    assert plistlib.loads(profile)["PayloadContent"][0]["PayloadContent"] == der
    fingerprint = colons(der)
    _, page = camp.get("/")
    assert fingerprint in page.decode()
    assert fingerprint in (camp.instance / "log").read_text()
    assert faults(page.decode()) == []


def colons(der: bytes) -> str:
    digest = hashlib.sha256(der).hexdigest().upper()
    return ":".join(digest[n : n + 2] for n in range(0, len(digest), 2))


def test_its_styles_are_there_and_nothing_else_of_the_machine(camp: Served) -> None:
    assert camp.get("/static/css/camp.css")[0] == "text/css"
    for path in ("/static/../wsgi.py", "/static/%2e%2e/wsgi.py", "/camp/authority.key"):
        with pytest.raises(OSError, match="404"):
            camp.get(path)


def test_chromium_takes_it_for_a_secure_context(camp: Served, browser: Browser) -> None:
    """As on a phone that has installed the authority: its key is named to the browser."""
    chain = (camp.instance / "camp" / "server.crt").read_bytes()
    keys = [
        base64.b64encode(
            hashlib.sha256(
                one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            ).digest()
        ).decode()
        for one in x509.load_pem_x509_certificates(chain)
    ]
    switch = f"--ignore-certificate-errors-spki-list={','.join(keys)}"
    trusting_it = browser.browser_type.launch(
        executable_path=chromium_executable(), args=[*BROWSER_SWITCHES, switch]
    )
    page = trusting_it.new_page()
    page.goto(camp.https)
    assert page.evaluate("isSecureContext && 'serviceWorker' in navigator")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(camp.page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    trusting_it.close()


# The command on a machine whose addresses stand in a file: a test can't plug cables.
PLUGGED = """
import sys
from pathlib import Path
from timing.cli import machine, main
file = Path(sys.argv.pop(1))
machine.addresses = lambda: tuple(file.read_text().split())
main()
"""


def leaf_for(camp: Served, address: str) -> bytes:
    """The certificate it shows to a phone that opens this address and trusts its authority."""
    context = ssl.create_default_context(cafile=camp.instance / "camp" / "authority.crt")
    port = int(camp.https.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=address) as line,
    ):
        return line.getpeercert(binary_form=True) or b""


def waited(ask: Callable[[], bytes]) -> bytes:
    """What it answers when it comes to be without fault, however busy the machine is."""
    for _ in range(1_200):
        with suppress(OSError, pytest.fail.Exception):
            return ask()
        time.sleep(0.1)
    return b""


def test_a_camp_that_gets_another_address_goes_on_by_a_new_certificate_of_the_same_authority(
    sqlite_database: Database, tmp_path: Path
) -> None:
    addresses = tmp_path / "addresses"
    addresses.write_text("10.20.30.1")
    command = [sys.executable, "-c", PLUGGED, str(addresses)]
    with serving_camp(command, sqlite_database, tmp_path) as camp:
        before, authority = leaf_for(camp, "10.20.30.1"), camp.get("/bivouac-camp.crt")
        with pytest.raises(ssl.SSLCertVerificationError):
            leaf_for(camp, "10.20.30.2")
        addresses.write_text("10.20.30.2")
        after = waited(lambda: leaf_for(camp, "10.20.30.2"))
        assert after not in (b"", before)

        def refused() -> bytes:
            """The new one again, once nobody answers by the old address any more."""
            with pytest.raises(ssl.SSLCertVerificationError):
                leaf_for(camp, "10.20.30.1")
            return after

        assert waited(refused) == after
        assert camp.get("/bivouac-camp.crt") == authority
        assert "https://10.20.30.2:" in camp.get("/")[1].decode()
        assert trusting(camp, "/healthz") == b"alive\n"


def test_a_page_by_a_real_certificate_asks_nobody_to_install_anything() -> None:
    page = render(
        camp_page(called="Camp", addresses=(f"https://{NAME}",), fingerprint="", ends="2026-10-01")
    )
    assert "Certificate Trust" not in page
    assert f'href="https://{NAME}/station"' in page


def call(database: Database, instance: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(TIMING), "camp", *words],
        cwd=PROJECT,
        env=environ(database, instance),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_certificate_is_checked_before_leaving(sqlite_database: Database, tmp_path: Path) -> None:
    given = obtained(begins=datetime(2026, 1, 1, tzinfo=UTC), days=3_650)
    files = {"--cert": given.chain, "--key": given.key}
    files["--ca"] = given.root.public_bytes(Encoding.PEM)
    words = ["--name", NAME]
    for option, content in files.items():
        path = tmp_path / f"{option.strip('-')}.pem"
        path.write_bytes(content)
        words += [option, str(path)]
    good = call(sqlite_database, tmp_path, *words, "--check")
    assert good.returncode == 0, good.stderr
    assert f"The certificate is for {NAME}, whole, and valid until" in good.stdout
    late = call(sqlite_database, tmp_path, *words, "--check", "--until", "2099-01-01")
    assert late.returncode == 2
    assert "before the race does (2099-01-02)" in late.stderr


def test_the_name_servers_lines_are_printed(sqlite_database: Database, tmp_path: Path) -> None:
    told = call(
        sqlite_database, tmp_path, "--dns-config", "--name", NAME, "--address", "192.168.8.2"
    )
    assert f"address=/{NAME}/192.168.8.2" in told.stdout.splitlines()
