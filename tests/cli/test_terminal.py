"""What a terminal shows: seen through a real one, since pipes get plain text."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

TIMING = Path(sys.executable).with_name("timing")
CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def shown(*words: object, columns: int = 40) -> str:
    """What a terminal that is ``columns`` wide would show."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [TIMING, *map(str, words)],
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": str(columns), "TERM": "xterm"},
    )
    os.close(theirs)
    told = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # how Linux says that nobody writes any more
            break
        if not part:
            break
        told += part
    process.wait()
    os.close(ours)
    return CODES.sub("", told.decode()).replace("\r\n", "\n")


def test_a_narrow_terminal_cuts_no_time(two_days: Path) -> None:
    told = " ".join(shown("compute", two_days, "--board", "gc").split())

    assert "1 9 Ana Ruiz T1 W finished 2 5:59:51 0:00:00 0:00:00 0:00:10 0:00:00" in told


def test_a_table_has_its_title(two_days: Path) -> None:
    told = shown("compute", two_days, "--board", "gc")

    assert "General classification, after stage 2" in told


def test_a_name_is_never_taken_for_markup(two_days: Path, tmp_path: Path) -> None:
    race = tmp_path / "race.yaml"
    race.write_text(two_days.read_text().replace("Ana Ruiz", "'[red]Ana[/]'"))

    assert "[red]Ana[/]" in shown("compute", race, "--board", "gc")


def test_many_problems_are_counted_not_listed(two_days: Path, tmp_path: Path) -> None:
    race = tmp_path / "race.yaml"
    strangers = "".join(f"  1 FINISH {bib} 15:00:00\n" for bib in range(200, 230))
    race.write_text(two_days.read_text().replace("rulings:", f"{strangers}rulings:"))

    told = shown("compute", race, "--board", "gc")

    assert "37 problems; timing check lists them" in told
    assert "unknown-bib" not in told
    assert shown("check", race).count("unknown-bib") == 30
