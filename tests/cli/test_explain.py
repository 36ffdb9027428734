from pathlib import Path

from tests.cli.conftest import Run


def test_what_is_told_of_a_stage_adds_up_to_its_time(run: Run, two_days: Path) -> None:
    result = run("explain", two_days, "--bib", "12", "--stage", "1")

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "12 Lind, Bo"
    assert "Stage 1, Andermatt – Disentis" in lines
    assert any("+4:00:30" in line and "Rules 1.1" in line for line in lines)
    assert any("+0:01:00" in line and "No whistle" in line and "Rules 6" in line for line in lines)
    assert any("The stage’s time is 4:01:30." in line for line in lines)


def test_each_record_behind_a_figure_is_named(run: Run, two_days: Path) -> None:
    told = run("explain", two_days, "--bib", "9").stdout
    raw = run("export", two_days, "--format", "racefile").stdout

    of_bib_9 = [line for line in raw.splitlines() if line.split()[2:3] == ["9"]]
    ids = [line.partition("id=")[2].split()[0] for line in of_bib_9]
    assert len(ids) == 4
    assert all(record in told for record in ids)


def test_a_bib_nobody_wears_is_refused(run: Run, two_days: Path) -> None:
    result = run("explain", two_days, "--bib", "10")

    assert result.exit_code == 2
    assert 'There is no bib "10"' in result.stderr
