"""`timing carriage` takes what devices gave out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.importers.carriage_samples import passing
from tests.importers.test_carriage import crowd
from tests.serving import SLUG, fill
from timing.db.engines import Database
from timing.importers.carriage_files import write_file
from timing.importers.carriage_messages import write_messages
from timing.importers.carriage_stream import Carried, race_tag


@pytest.fixture
def race(kept: Database) -> Database:
    fill(kept)
    return kept


def records(count: int) -> list[Carried]:
    return [Carried(record=one, race=race_tag(SLUG)) for one in crowd(count)]


@pytest.mark.usefixtures("race")
def test_a_file_is_taken_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "device.json"
    file.write_bytes(write_file(SLUG, "A7F2KQ", 0, records(5)))

    assert run("carriage", SLUG, file, "--look").stdout.endswith(
        "5 read: 5 new; nothing is recorded yet\n"
    )
    assert run("carriage", SLUG, file).stdout == "5 read: 5 new\n"
    assert run("carriage", SLUG, file).stdout == "5 read: 5 known\n"


@pytest.mark.usefixtures("race")
def test_messages_come_in_several_goes(run: Run, tmp_path: Path) -> None:
    first, *others = write_messages(records(40))
    file = tmp_path / "messages.txt"
    file.write_text("\n".join(["Good evening", *others]), encoding="utf-8")

    result = run("carriage", SLUG, file)
    assert f"message 1 of {len(others) + 1} has not come" in result.stderr
    assert "passed over: Good evening" in result.stderr
    result = run("carriage", SLUG, "-", stdin=first)
    assert result.stderr == ""
    assert result.stdout.startswith("40 read: ")


@pytest.mark.usefixtures("race")
def test_what_is_not_taken_is_listed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "device.json"
    other = Carried(record=passing(1, "12", 0), race=race_tag("other"))
    file.write_bytes(write_file("other", "A7F2KQ", 0, [other]))

    result = run("carriage", SLUG, file)

    assert "It is of another race." in result.stdout
    assert result.stdout.endswith("1 read: 1 refused\n")
