"""``timing take``, ``timing chips`` and ``timing reader`` on a race of the database."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.readers.test_lines_that_break import CROSSINGS
from timing.simulator.readers.emulators import RaceResultDecoder

TABLE = "bib,time,control,stage\n9,08:50:00,LAKE,2\n99,08:51:00,LAKE,2\n9,noon,LAKE,2\n"


pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def times(tmp_path: Path, run: Run, two_days: Path) -> Path:
    """A file of times, of a race that is in the database."""
    run("race", "add", two_days)
    path = tmp_path / "times.csv"
    path.write_text(TABLE)
    return path


def test_a_file_is_told_line_by_line_and_taken_once(run: Run, times: Path) -> None:
    looked = run("take", times, "--race", "two-days", "--dry-run")
    assert looked.exit_code == 0
    assert "new 2, known already 0, conflicting 0, passed over 0, rejected 1" in looked.stdout
    assert "line 4, rejected: the time can't be read" in looked.stderr
    assert "Nothing was written." in looked.stdout

    assert "Took 2 passings." in run("take", times, "--race", "two-days").stdout
    again = run("take", times, "--race", "two-days")
    assert "new 0, known already 2" in again.stdout
    assert "2 LAKE 9 08:50:00" in run("race", "export", "two-days").stdout


def test_a_column_may_be_named_by_header_or_number(run: Run, times: Path) -> None:
    times.write_text("who;when\n9;08:50:00\n")
    words = ("take", times, "--race", "two-days", "--stage", 2, "--control", "LAKE")
    assert "say which column has the time" in run(*words).stderr
    taken = run(*words, "--column", "bib=who", "--column", "time=2")
    assert "Took 1 passings." in taken.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--stage", "7"), "no stage 7"),
        (("--stage", "2", "--control", "SEA"), "no control SEA"),
        (("--zone", "Nowhere"), "no time zone Nowhere"),
        (("--source", "hearsay"), "no source hearsay"),
        (("--column", "colour=1"), "colour is no meaning"),
    ],
)
def test_a_call_that_can_t_be_followed_says_why(
    run: Run, times: Path, words: tuple[str, ...], told: str
) -> None:
    refused = run("take", times, "--race", "two-days", *words)
    assert refused.exit_code == 2
    assert told in refused.stderr


def test_a_chip_map_is_previewed_and_taken(run: Run, times: Path) -> None:
    times.write_text("BIB,CHIP\n9,A1\n98,A2\n")
    looked = run("chips", times, "--race", "two-days", "--dry-run")
    assert "new 1, known already 0, not taken 1. Nothing was written." in looked.stdout
    assert "line 3: nobody wears bib 98" in looked.stderr
    run("chips", times, "--race", "two-days")
    assert "new 0, known already 1" in run("chips", times, "--race", "two-days").stdout


@pytest.mark.usefixtures("kept", "times")
def test_a_reader_is_listened_to_until_it_is_interrupted(run: Run) -> None:
    decoder = RaceResultDecoder(CROSSINGS[:3])
    decoder.start()
    words = ["reader", "connect", "race-result", f"127.0.0.1:{decoder.port}"]
    place = ["--race", "two-days", "--stage", "2", "--control", "LAKE", "--name", "Arch"]
    with subprocess.Popen(
        [sys.executable, "-c", "from timing.cli import main; main()", *words, *place],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        said, new = [], 0
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"(\d+) new", line):
                new += int(found[1])
                if new == 3:
                    process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    decoder.stop()

    assert "Arch: stopped; everything that came is in the database" in said[-1]
    listed = run("reader", "list", "two-days").stdout
    assert "Arch" in listed
    assert "stopped" in listed
