"""The demo and the server, as processes of their own."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.cli.conftest import Run
from tests.keeping import Guard
from timing.core.times import HOUR

TIMING = Path(sys.executable).with_name("timing")
PATIENCE_SECONDS = 120
"""After so long a test fails; nothing is measured by it."""

Start: TypeAlias = Callable[..., "Served"]


class Served:
    """A served demo, in a process group of its own, as a terminal would start it."""

    def __init__(self, instance: Path, port: int, *words: str) -> None:
        self.here = f"http://127.0.0.1:{port}"
        self.log = instance.parent / f"log-{time.monotonic_ns()}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [TIMING, "demo", *words],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PORT": str(port), "BIVOUAC_INSTANCE": str(instance)},
                start_new_session=True,
            )
        self._guard = Guard(self.process.pid)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < give_up, self.log.read_text()
            time.sleep(0.1)

    def is_greeted(self) -> bool:
        return "Ctrl-C stops it" in self.log.read_text()

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.here + path, timeout=PATIENCE_SECONDS) as answer:
            return str(answer.read().decode())

    def revision(self) -> int:
        (race,) = json.loads(self.get("/api/v1/races"))["races"]
        assert race["slug"] == "transrockies-run"
        return int(race["revision"])

    def keys(self) -> list[str]:
        """Of the finish of the stage under way, and of the next one's start."""
        found = re.findall(r"/station#(\S+)", self.log.read_text())
        assert len(found) == 2
        return found

    def child(self, named: str) -> int:
        """The process that the demo started with this in its command."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        (found,) = [
            int(child)
            for child in children.split()
            if named in Path(f"/proc/{child}/cmdline").read_text()
        ]
        return found

    def stop(self, number: signal.Signals, *, whole_group: bool) -> None:
        """Signal it as a terminal does, the whole group, or as a supervisor does."""
        if whole_group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        self.process.wait(PATIENCE_SECONDS)
        give_up = time.monotonic() + PATIENCE_SECONDS
        while self.has_processes():
            assert time.monotonic() < give_up
            time.sleep(0.1)

    def end(self) -> None:
        """End what is left of it."""
        self._guard.dismiss()
        if self.has_processes():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def has_processes(self) -> bool:
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Served] = []

    def begin(*words: str, port: int | None = None) -> Served:
        served = Served(tmp_path / "instance", port or free_port(), *words)
        started.append(served)
        served.wait_until(served.is_greeted)
        return served

    yield begin
    for served in started:
        served.end()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_demo_moves_stops_and_goes_on(start: Start) -> None:
    first = start("--speed", "60")
    began = first.revision()
    first.wait_until(lambda: first.revision() > began)
    assert "TransRockies Run" in first.get("/races/transrockies-run")
    assert "stage 5 is under way" in first.log.read_text()

    first.stop(signal.SIGINT, whole_group=True)

    assert first.process.returncode == 0
    told = first.log.read_text()
    assert told.endswith("\nStopped. The same command goes on from here.\n")
    assert "Traceback" not in told
    assert "SIG" not in told

    again = start("--speed", "60")
    resumed = again.revision()
    assert resumed > began
    assert again.keys() == first.keys()
    again.wait_until(lambda: again.revision() > resumed)

    again.stop(signal.SIGTERM, whole_group=False)

    assert again.process.returncode == 0
    assert "Traceback" not in again.log.read_text()


def test_the_desk_of_the_demo_is_alive_at_the_hour_that_the_race_has(start: Start) -> None:
    """Whatever time it is with us: the field is on its way, and hardly anybody overdue."""
    served = start("--speed", "60")
    password = re.search(r"password: (\S+)", served.log.read_text())
    assert password is not None
    cookies = HTTPCookieProcessor()
    browser = build_opener(cookies)

    def asked(path: str, **sent: str) -> str:
        data = urlencode(sent).encode() if sent else None
        with browser.open(served.here + path, data, timeout=PATIENCE_SECONDS) as answer:
            return str(answer.read().decode())

    token = re.search(r'name="csrf_token" value="([^"]+)"', asked("/desk/sign-in"))
    assert token is not None
    asked("/desk/sign-in", csrf_token=token[1], name="director", password=password[1])

    def clock_of(page: str) -> int:
        shown = re.search(r'data-clock-from="(\d+)".*?data-at="(\d+)"', page)
        assert shown is not None
        return int(shown[2]) - int(shown[1])

    page = asked("/desk/transrockies-run")
    began = clock_of(page)
    # Two hours and a half after the first gun, and not before that.
    assert 2 * HOUR < began < 8 * HOUR
    started, finished, on_course = re.findall(r"<dd>([\d ]+)</dd>", page)[:3]
    assert int(on_course) > int(started) // 4
    assert int(finished) < int(started)
    served.wait_until(lambda: clock_of(asked("/desk/transrockies-run")) > began)


def test_the_demo_says_on_its_pages_and_when_it_begins_that_it_is_invented(start: Start) -> None:
    served = start("--speed", "60")
    notice = "Demo: an invented race. Its clock runs 60 times as fast;"

    assert notice in served.log.read_text()
    assert f'aria-label="Notice"><p>{notice}' in served.get("/races/transrockies-run")
    assert f'aria-label="Notice"><p>{notice}' in served.get("/station")


@pytest.mark.parametrize(
    ("which", "told"),
    [("timing", "The process that tells the race has ended"), ("gunicorn", "The server has ended")],
)
def test_when_half_of_the_demo_fails_all_of_it_stops_and_says_so(
    start: Start, which: str, told: str
) -> None:
    served = start()
    os.kill(served.child(which + ("\0demo" if which == "timing" else "")), signal.SIGKILL)

    assert served.process.wait(PATIENCE_SECONDS) == 1
    assert told in served.log.read_text()
    assert "The same command goes on" not in served.log.read_text()


def test_a_server_whose_demo_was_killed_does_not_show_a_race_that_stands_still(
    start: Start,
) -> None:
    served = start()

    served.stop(signal.SIGKILL, whole_group=False)

    assert not served.has_processes()


def test_it_is_prepared_once_unless_it_is_to_begin_anew(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "instance" / "demo"
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setattr("timing.cli.demo.run_together", lambda **_: None)

    def prepared(*words: str) -> tuple[bytes, str]:
        assert run("demo", *words).exit_code == 0
        monkeypatch.setenv("BIVOUAC_DATABASE_URL", f"sqlite:///{folder / 'bivouac.sqlite'}")
        return (folder / "access.json").read_bytes(), run("race", "list").stdout

    first = prepared()
    again = prepared()
    anew = prepared("--new")

    assert again == first
    assert anew[0] != first[0]
    assert anew[1].count("transrockies-run") == 1
    assert stat.S_IMODE((folder / "access.json").stat().st_mode) == 0o600


def test_a_port_that_is_taken_is_told_in_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))

        result = run("demo")

    assert result.exit_code == 2
    assert f"Can't listen at 127.0.0.1, port {port}: Address already in use." in result.stderr


def test_serving_wants_a_secret_key_and_a_database(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_key = run("serve")
    monkeypatch.setenv("BIVOUAC_ENVIRONMENT", "development")
    without_database = run("serve")

    assert without_key.exit_code == without_database.exit_code == 2
    assert "BIVOUAC_SECRET_KEY should be set" in without_key.stderr
    assert "make one with: timing db upgrade" in without_database.stderr
