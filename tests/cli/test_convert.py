from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.importers.test_stageracegc import FIRST, RIDERS, SECOND
from tests.importers.workbooks import Rows, workbook
from timing import racefile

RELAY = Path(__file__).parents[2] / "config" / "races" / "three-day-relay.yaml"


@pytest.fixture
def tour(tmp_path: Path) -> Path:
    path = tmp_path / "Tour de X 2026.xlsx"
    sheets: dict[str, Rows] = {"Registration": RIDERS, "S1-RR": FIRST, "S2-ITT": SECOND}
    path.write_bytes(workbook(sheets))
    return path


def test_a_workbook_becomes_a_racefile_and_a_workbook_again(
    run: Run, tour: Path, tmp_path: Path
) -> None:
    file, back, again = tmp_path / "tour.yaml", tmp_path / "back.xlsx", tmp_path / "again.yaml"

    converted = run("convert", tour, file, "--starts-on", "2026-07-01")
    exported = run("export", file, "--format", "stageracegc", "--out", back)
    once_more = run("convert", back, again)

    assert [r.exit_code for r in (converted, exported, once_more)] == [0, 0, 0]
    race = racefile.load(file).race
    assert (race.slug, race.starts_on) == ("tour-de-x-2026", date(2026, 7, 1))
    assert run("compute", again, "--all").stdout == run("compute", file, "--all").stdout


def test_without_a_date_the_race_begins_today(run: Run, tour: Path, tmp_path: Path) -> None:
    assert run("convert", tour, tmp_path / "tour.yaml").exit_code == 0

    starts_on = racefile.load(tmp_path / "tour.yaml").race.starts_on
    written = datetime.fromtimestamp((tmp_path / "tour.yaml").stat().st_mtime, UTC).date()
    assert written - starts_on in (timedelta(0), timedelta(days=1))


def test_a_racefile_is_written_anew(run: Run, tmp_path: Path) -> None:
    assert run("convert", RELAY, tmp_path / "relay.yaml").exit_code == 0

    assert racefile.load(tmp_path / "relay.yaml") == racefile.load(RELAY)


def test_what_is_not_taken_is_told_and_the_rest_is_written(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "tour.xlsx"
    path.write_bytes(workbook({"Registration": (*RIDERS, (11, "Eva")), "S1-RR": FIRST}))
    result = run("convert", path, tmp_path / "tour.yaml")

    assert result.exit_code == 0
    assert "Registration, row 6: bib 11 is Ana Ruiz's already" in result.stderr
    assert (tmp_path / "tour.yaml").exists()


def test_what_no_racefile_may_hold_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "tour.xlsx"
    rows = (("Race", "No Slug!"), *RIDERS)
    path.write_bytes(workbook({"Registration": rows, "S1-RR": FIRST}))
    result = run("convert", path, tmp_path / "tour.yaml")

    assert result.exit_code == 2
    assert "race.slug" in result.stderr
    assert not (tmp_path / "tour.yaml").exists()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xlsx", b"no workbook", "this is no .xlsx workbook"),
        ("a.xlsx", workbook({"A": ()}), "this is no workbook of StageRaceGC"),
        ("a.yaml", b"race: {}", "race.slug: is missing"),
    ],
    ids=["no zip", "another workbook", "no racefile"],
)
def test_what_can_not_be_read_is_refused(
    run: Run, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = run("convert", path, tmp_path / "out.yaml")

    assert result.exit_code == 2
    assert told in result.stderr


def test_a_file_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    result = run("convert", tmp_path / "none.xlsx", tmp_path / "out.yaml")

    assert result.exit_code == 2
    assert "none.xlsx can't be read: No such file or directory." in result.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("convert", RELAY, "out.yaml", "--starts-on", "2026-07-01"), "is for workbooks"),
        (("export", RELAY, "--format", "stageracegc", "--stage", 1), "holds every stage"),
        (("export", RELAY, "--format", "stageracegc", "--board", "gd"), 'by time "gd"'),
    ],
    ids=["a date of a racefile", "one stage", "no such board"],
)
def test_calls_without_sense_are_told(run: Run, words: tuple[object, ...], told: str) -> None:
    result = run(*words)

    assert result.exit_code == 2
    assert told in result.stderr
