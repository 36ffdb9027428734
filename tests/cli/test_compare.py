"""Our results beside another timekeeper's."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run

RACE = Path(__file__).parents[1] / "exports" / "two-days.yaml"


def compared(run: Run, tmp_path: Path, text: str, *words: object) -> tuple[int, list[str]]:
    theirs = tmp_path / "vendor.csv"
    theirs.write_text(text)
    result = run("compare", RACE, theirs, *words)
    return result.exit_code, result.stdout.splitlines()


def test_equal_results_differ_in_nothing(run: Run, tmp_path: Path) -> None:
    text = "Place;Bib;Total time\n1;9;05:59:51\n2;12;6:00:10\nDNF;100;\n"
    assert compared(run, tmp_path, text) == (0, ["3 same"])


def test_a_penalty_and_rounding_explain_what_is_off(run: Run, tmp_path: Path) -> None:
    text = "rank,bib,time\n1,9,4:00:00\n2,12,4:00:30\n3,100,5:00:00\n1,7,6:00:00\n5,77,7:00:00\n"
    status, lines = compared(run, tmp_path, text, "--stage", 1)
    assert status == 1
    assert lines == [
        "9  time  1  1  4:00:01  4:00:00  -0:00:01  rounding",
        "12  time  2  2  4:01:30  4:00:30  -0:01:00  our penalty",
        "77  only theirs  5  7:00:00",
        "2 same, 2 time, 1 only theirs",
    ]


def test_a_rank_and_a_missing_time_are_told(run: Run, tmp_path: Path) -> None:
    text = "rank,bib,time\n2,9,5:59:51\n,12,DNF\n3,100,9:00:00\n"
    _, lines = compared(run, tmp_path, text)
    assert [line.split("  ")[:2] for line in lines[:-1]] == [
        ["9", "rank"], ["12", "status"], ["100", "status"],
    ]  # fmt: skip


def test_a_file_without_a_time_is_refused(run: Run, tmp_path: Path) -> None:
    status, _ = compared(run, tmp_path, "bib,name\n9,Ana\n")
    assert status == 2
