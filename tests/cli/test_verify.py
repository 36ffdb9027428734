"""``timing verify``: a published result comes out again, or it is told what does not."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from tests.operations.test_publications import RACE
from timing.cli import main
from timing.core.compute import compute
from timing.core.publication import digests_of
from timing.racefile import loads


def verified(path: Path, text: str) -> tuple[int, str]:
    file = path / "race.yaml"
    file.write_text(text)
    signed = digests_of(compute(loads(RACE, name="r")), 1)
    command = ["verify", str(file), "--after", "1"]
    command += ["--input", signed.input, "--result", signed.result]
    done = CliRunner().invoke(main, command)
    return done.exit_code, done.output


def test_a_corrected_name_and_another_order_of_records_verify(tmp_path: Path) -> None:
    lines = ["  1 FINISH 1 12:00:00 id=p1\n", "  1 FINISH 2 12:10:00 id=p2\n"]
    other = RACE.replace("".join(lines), "".join(reversed(lines))).replace("Ana", "Anna")
    assert other != RACE
    assert verified(tmp_path, other)[0] == 0


def test_a_tampered_racefile_is_found_out(tmp_path: Path) -> None:
    status, told = verified(tmp_path, RACE.replace("12:10:00", "11:59:00"))
    assert status == 1
    assert "The result is not what was published." in told
