import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from timing import racefile

DEFINITION = Path(__file__).parents[2] / "config" / "races" / "three-day-relay.yaml"
SIX_DAYS = DEFINITION.with_name("transrockies-run.yaml")


# -- simulate --------------------------------------------------------------------------------


def simulated(run: Run, *words: object) -> str:
    result = run("simulate", SIX_DAYS, "--entries", 30, "--teams", 5, *words)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_the_same_seed_gives_the_same_file_and_another_one_another(run: Run) -> None:
    first = simulated(run, "--seed", 7)

    assert simulated(run, "--seed", 7) == first
    assert simulated(run, "--seed", 8) != first


def test_what_is_simulated_is_a_racefile_that_can_be_computed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "race.yaml"
    path.write_text(simulated(run, "--seed", 7, "--through", 2))

    document = racefile.load(path)
    board = run("compute", path, "--board", "gc", "--format", "csv")

    assert len(document.entries) == 30
    assert len(document.teams) == 5
    assert {passing.stage for passing in document.passings} == {1, 2}
    assert board.exit_code == 0
    assert any(row["rank"] == "1" for row in csv.DictReader(board.stdout.splitlines()))


def test_out_names_a_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "race.yaml"

    assert simulated(run, "--seed", 7, "--through", 1, "--out", path) == ""
    assert path.read_text() == simulated(run, "--seed", 7, "--through", 1)


def test_without_faults_there_is_nothing_to_query(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "race.yaml"
    path.write_text(simulated(run, "--seed", 7, "--through", 1, "--faults", "none"))
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text(simulated(run, "--seed", 7, "--through", 1, "--faults", "missed=0.3"))

    assert "missed-control" not in run("check", path).stdout
    assert "missed-control" in run("check", faulty).stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--faults", "mised=0.1"), 'There is no fault "mised=0.1"; did you mean "missed"?'),
        (("--faults", "missed=2"), "missed is a share from 0 to 1, not 2.0"),
        (("--faults", "missed=lots"), 'missed is a share from 0 to 1, not "lots"'),
        (("--through", "9"), "There is no stage 9. There are: 1, 2, 3, 4, 5, 6."),
        (("--teams", "40"), ""),
    ],
)
def test_an_impossible_race_is_told_in_words(run: Run, words: tuple[str, ...], told: str) -> None:
    result = run("simulate", SIX_DAYS, "--entries", 30, "--seed", 1, *words)

    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert told in result.stderr


# -- export ----------------------------------------------------------------------------------


def test_one_board_is_one_file(run: Run, two_days: Path, tmp_path: Path) -> None:
    path = tmp_path / "results" / "gc.csv"

    result = run("export", two_days, "--format", "csv", "--board", "gc", "--out", path)

    assert result.exit_code == 0
    computed = run("compute", two_days, "--board", "gc", "--format", "csv")
    assert path.read_text() == computed.stdout


def test_every_board_and_stage_goes_into_a_folder(run: Run, two_days: Path, tmp_path: Path) -> None:
    run("export", two_days, "--format", "csv", "--out", tmp_path / "all")

    files = {str(p.relative_to(tmp_path / "all")) for p in tmp_path.rglob("*") if p.is_file()}
    assert files == {
        "gc.csv",
        "gc-women.csv",
        "pairs.csv",
        "points.csv",
        "stages/1.csv",
        "stages/2.csv",
    }


def test_everything_as_json_fits_into_one_file(run: Run, two_days: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.json"

    run("export", two_days, "--format", "json", "--out", path)

    assert path.read_text() == run("compute", two_days, "--all").stdout
    assert sorted(json.loads(path.read_text())) == ["boards", "problems", "stages"]


def test_a_racefile_that_is_exported_reads_back_as_the_same_race(
    run: Run, two_days: Path, tmp_path: Path
) -> None:
    path = tmp_path / "copy.yaml"

    run("export", two_days, "--format", "racefile", "--out", path)

    assert racefile.load(path) == racefile.load(two_days)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--format", "csv"), "give --out a folder, or --board"),
        (("--format", "csv", "--out", "all.csv"), "give --out a folder, or --board"),
        (("--format", "racefile", "--board", "gc"), "A racefile holds the whole race"),
        (("--format", "csv", "--board", "gcs"), 'There is no board "gcs"; did you mean "gc"?'),
        (("--format", "csv", "--after", "1"), "--after goes with --board"),
        (("--format", "doc"), "is not one of"),
        (("--board", "gc"), "--format"),
    ],
)
def test_what_can_not_be_exported_is_told(
    run: Run, two_days: Path, words: tuple[str, ...], told: str
) -> None:
    result = run("export", two_days, *words)

    assert result.exit_code == 2
    assert told in result.stderr


def test_a_place_that_can_not_be_written_is_told(run: Run, two_days: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = run(
        "export", two_days, "--format", "csv", "--board", "gc", "--out", tmp_path / "file" / "x.csv"
    )

    assert result.exit_code == 2
    assert "can't be written" in result.stderr


def test_an_export_for_the_public_has_no_hidden_name_and_nothing_that_is_held_back(
    run: Run, tmp_path: Path
) -> None:
    """Rules 12.2."""
    race = tmp_path / "race.yaml"
    race.write_text(
        "race: {slug: r, timezone: UTC}\n"
        'stages: [{number: 1, date: 2026-08-28, start: "08:00",'
        " controls: [{code: START, km: 0}, {code: PASS, km: 9}, {code: FINISH, km: 20}]}]\n"
        "entries:\n"
        "  - {bib: 1, name: Ana Ruiz, name_hidden: true}\n"
        "  - {bib: 2, name: Bo Lind}\n"
        "  - {bib: 3, name: Cho Li}\n"
        "passings: |\n  1 FINISH 1 12:00:00\n  1 PASS 2 11:00:00\n"
        "rulings:\n"
        "  - {ruling: status, stage: 1, bib: 2, status: dnf, reason: x, by: d,"
        " at: 2026-08-28T11:10:00Z}\n",
        encoding="utf-8",
    )
    asked = ("export", race, "--format", "csv", "--stage", "1")
    whole, public = run(*asked).stdout, run(*asked, "--public").stdout
    assert "Ana Ruiz" in whole
    assert ",dnf," in whole
    assert "Ana Ruiz" not in public
    assert "Runner 1" in public
    assert ",dnf," not in public
    assert run("export", race, "--format", "racefile", "--public").exit_code == 2
