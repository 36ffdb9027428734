"""``timing race new``."""

from pathlib import Path

from tests.cli.conftest import Run
from timing import racefile


def test_a_new_race_can_be_checked_and_simulated(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "ours.yaml"

    made = run(
        *("race", "new", "--like", "dragons-back", "--slug", "ours", "--name", "Ours"),
        *("--starts-on", "2028-05-01", "--out", out),
    )

    assert made.exit_code == 0
    assert run("check", out).exit_code == 0
    race = racefile.load(out).race
    assert (race.slug, race.name, race.starts_on.isoformat()) == ("ours", "Ours", "2028-05-01")
    assert "# controls close: hard." in out.read_text()
    assert run("simulate", out, "--entries", "20", "--seed", "1").exit_code == 0


def test_a_file_that_is_there_is_left_alone(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "ours.yaml"
    out.write_text("mine")

    result = run("race", "new", "--like", "three-day-relay", "--out", out)

    assert result.exit_code == 2
    assert "is there already, and stays as it is" in result.stderr
    assert out.read_text() == "mine"


def test_the_library_is_listed(run: Run) -> None:
    told = run("race", "new", "--list").stdout

    assert "trans-america-1992   Trans America Footrace 1992              64    64  4725" in told
    assert len(told.splitlines()) == 16


def test_without_a_race_to_be_like_it_says_which_there_are(run: Run) -> None:
    result = run("race", "new")

    assert result.exit_code == 2
    assert "Which race is it like? --like one of: atacama-crossing, " in result.stderr


def test_an_unknown_race_says_which_was_meant(run: Run) -> None:
    result = run("race", "new", "--like", "dragon-back")

    assert result.exit_code == 2
    assert 'did you mean "dragons-back"?' in result.stderr


def test_a_first_day_that_is_none_is_refused(run: Run) -> None:
    result = run("race", "new", "--like", "three-day-relay", "--starts-on", "soon")

    assert result.exit_code == 2
    assert "soon" in result.stderr
