"""``diff``: whose rank, time or status differs, and by which rule."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

RACE = """\
format: 1
race: {slug: small, timezone: Europe/Zurich}
stages:
  - number: 1
    date: 2026-08-28
    start: "08:00"
    controls: [{code: START, km: 0}, {code: PASS, km: 10}, {code: FINISH, km: 20}]
classifications: [{code: gc, of: solo}]
entries: [{bib: "1", name: Ana}, {bib: "2", name: Bo}]
passings: |
  1 PASS 1 10:10:00
  1 PASS 2 10:20:00
  1 FINISH 1 12:00:00
  1 FINISH 2 12:00:30
"""


@pytest.fixture
def race(tmp_path: Path) -> Path:
    path = tmp_path / "race.yaml"
    path.write_text(RACE)
    return path


def other(race: Path, before: str, after: str) -> Path:
    assert before in RACE
    path = race.with_name("other.yaml")
    path.write_text(RACE.replace(before, after))
    return path


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_equal_races_do_not_differ_and_exit_with_0(run: Run, race: Path) -> None:
    result = run("diff", race, race)

    assert (result.exit_code, result.stdout) == (0, "Nobody’s rank, time or status differs.\n")


def test_another_cutoff_is_told_with_who_falls_out_and_the_rule(run: Run, race: Path) -> None:
    strict = other(race, "{code: PASS, km: 10}", "{code: PASS, km: 10, cutoff: {at: '10:15'}}")

    result = run("diff", race, strict)

    assert result.exit_code == 1
    assert result.stdout.startswith('+ stages[1].controls[PASS].cutoff: {at: "10:15:00"}\n')
    assert "It concerns one runner or team: one falls out." in result.stdout
    line = next(line for line in result.stdout.splitlines() if line.startswith("2 "))
    assert "falls out, OTL" in line
    assert line.endswith("Rules 5.1")


def test_the_file_has_figures_before_and_after(run: Run, race: Path) -> None:
    later = other(race, "12:00:00", "12:01:00")

    gc = [row for row in rows(run("diff", race, later, "--format", "csv").stdout) if row["board"]]

    assert [(r["bib"], r["rank_before"], r["rank_after"], r["rules"]) for r in gc] == [
        ("1", "1", "2", "4.3"),
        ("2", "2", "1", ""),
    ]
    assert (gc[0]["time_before"], gc[0]["time_after"]) == ("4:00:00", "4:01:00")


def test_json_tells_what_was_different_to_begin_with(run: Run, race: Path) -> None:
    later = other(race, "12:00:00", "12:01:00")

    told = json.loads(run("diff", race, later, "--format", "json").stdout)

    assert len(told["passings_before"]) == len(told["passings_after"]) == 1
    assert told["keys"] == told["rulings_after"] == []
    assert {line["time_after_ms"] for line in told["changes"]} == {14_460_000, 14_430_000}


def test_what_if_a_ruling_were_made(run: Run, race: Path) -> None:
    penalty = '{ruling: penalty, stage: 1, bib: 1, time: "1:00"}'

    result = run("diff", race, "--ruling", penalty, "--format", "csv")

    assert result.exit_code == 1
    assert [row["rank_after"] for row in rows(result.stdout) if row["board"]] == ["2", "1"]


def test_what_if_the_definition_were_another(run: Run, race: Path) -> None:
    strict = other(race, "{code: PASS, km: 10}", "{code: PASS, km: 10, cutoff: {at: '10:15'}}")
    strict.write_text(strict.read_text().split("entries:")[0])

    result = run("diff", race, "--definition", strict, "--format", "csv")

    assert result.exit_code == 1
    assert {row["bib"] for row in rows(result.stdout) if row["change"] == "falls_out"} == {"2"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{ruling: penlty}", 'did you mean "penalty"'),
        ("[1]", "no mapping"),
        ("{a: &b c}", "anchor"),
        ("{ruling: penalty, stage: x, bib: 1, time: '1:00'}", "whole number"),
    ],
)
def test_a_ruling_that_is_none_is_refused(run: Run, race: Path, written: str, said: str) -> None:
    result = run("diff", race, "--ruling", written)

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_ruling_about_nobody_shows_as_a_problem(run: Run, race: Path) -> None:
    result = run("diff", race, "--ruling", "{ruling: status, status: dsq, stage: 1, bib: 9}")

    assert result.exit_code == 0
    assert "New problems: 1\n  ruling-unknown-bib: stage 1" in result.stdout


@pytest.mark.parametrize(
    "words", [(), ("race.yaml",), ("a", "b", "c"), ("a", "--revision", "1"), ("--race", "small")]
)
def test_a_call_that_names_no_two_races_is_refused(run: Run, words: tuple[str, ...]) -> None:
    assert run("diff", *words).exit_code == 2


@pytest.mark.usefixtures("kept")
def test_a_race_of_the_database_differs_from_what_it_was(run: Run, race: Path) -> None:
    run("race", "import", race)
    # The definition, the entries, then four passings: before the last nobody had finished second.
    now = run("diff", "--race", "small", race)
    then = run("diff", "--race", "small", "--revision", "5", "--format", "csv")
    supposed = run("diff", "--race", "small", "--ruling", "{ruling: status, status: dsq, bib: 1}")

    assert now.exit_code == 0
    assert then.exit_code == supposed.exit_code == 1
    assert {row["bib"] for row in rows(then.stdout)} == {"2"}
