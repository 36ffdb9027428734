"""What the README says is true: its commands are run, in its order, as a reader would."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.keeping import Guard

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    ((?:[A-Z_]+=\w+ )?)\.venv/bin/timing (.+)$", README, re.MULTILINE)

# A simulated race has simulated mistakes in it, and the README says so.
EXIT_STATUS = {"check": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as after a clone, for all that commands see of it."""
    (tmp_path / "config").symlink_to(ROOT / "config")
    return tmp_path


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BIVOUAC_")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {**kept, "BIVOUAC_INSTANCE": str(folder / "instance"), "PORT": str(port)}


def test_every_command_of_the_readme_does_what_it_says(
    folder: Path, environment: dict[str, str]
) -> None:
    assert len(COMMANDS) >= 10
    for assignment, command in COMMANDS:
        words = [str(Path(sys.executable).with_name("timing")), *shlex.split(command)]
        if words[1] == "serve":
            name, _, value = assignment.strip().partition("=")
            _serve(words, folder, {**environment, name: value})
            continue
        done = subprocess.run(
            words,
            cwd=folder,
            env=environment,
            input="a long enough password\n",
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        expected = EXIT_STATUS.get(words[1], 0)
        assert done.returncode == expected, f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
    assert list((folder / "results").glob("*.csv"))
    assert (folder / "backup.sqlite").stat().st_size > 0


def _serve(words: list[str], folder: Path, environment: dict[str, str]) -> None:
    address = f"http://127.0.0.1:{environment['PORT']}/races/transrockies-run"
    with subprocess.Popen(words, cwd=folder, env=environment, process_group=0) as server:
        guard = Guard(server.pid)
        try:
            assert "TransRockies Run" in _read(address)
        finally:
            server.send_signal(signal.SIGTERM)
            guard.dismiss()
            server.wait(timeout=30)


def _read(address: str) -> str:
    give_up = time.monotonic() + 60
    while True:
        try:
            with urlopen(address, timeout=10) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)


def test_the_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"^    make ([a-z]+)", README, re.MULTILINE))
    assert named >= {"run", "test"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []
