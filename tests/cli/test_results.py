"""``check`` and ``compute``, as racefile.md promises them."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run

CLEAN = """\
format: 1
race: {slug: clean, timezone: Europe/Zurich}
stages:
  - number: 1
    date: 2026-08-28
    start: {mode: mass, at: "08:00"}
    controls: [{code: START, km: 0}, {code: FINISH, km: 20}]
classifications: [{code: gc, of: solo}]
entries: [{bib: "1", name: Ana}, {bib: "2", name: Bo}]
passings: |
  1 FINISH 1 12:00:00
  1 FINISH 2 12:00:30
"""


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "clean.yaml"
    path.write_text(CLEAN)
    return path


def bibs(text: str) -> list[tuple[str, str]]:
    return [(row["rank"], row["bib"]) for row in csv.DictReader(io.StringIO(text))]


# -- check -----------------------------------------------------------------------------------


def test_check_finds_nothing_in_a_clean_race(run: Run, clean: Path) -> None:
    result = run("check", clean)

    assert (result.exit_code, result.output) == (0, "")


def test_check_lists_problems_and_exits_with_1(run: Run, clean: Path) -> None:
    clean.write_text(CLEAN + "  1 FINISH 3 12:01:00\n")

    result = run("check", clean)

    assert result.exit_code == 1
    assert result.stdout == "unknown-bib: stage 1, FINISH: No such bib: 3\n"


def test_check_tells_every_error_with_its_line_and_exits_with_2(run: Run, clean: Path) -> None:
    broken = CLEAN.replace("mode: mass", "mode: mas").replace("timezone:", "timezne:")
    clean.write_text(broken)

    result = run("check", clean)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"{clean}:2: race" in result.stderr
    assert f"{clean}:6: stages[0].start.mode" in result.stderr
    assert 'did you mean "mass"' in result.stderr


def test_a_file_that_is_not_there_is_an_error_without_a_traceback(run: Run) -> None:
    result = run("check", "nowhere.yaml")

    assert result.exit_code == 2
    assert "nowhere.yaml" in result.stderr
    assert "Traceback" not in result.stderr


# -- compute ---------------------------------------------------------------------------------


def test_a_board_is_as_after_the_last_stage_with_a_result(run: Run, two_days: Path) -> None:
    result = run("compute", two_days, "--board", "gc", "--format", "csv")

    assert result.exit_code == 0
    assert bibs(result.stdout) == [("1", "9"), ("2", "12"), ("", "100")]
    assert "1,9,Ana Ruiz,T1,full,F,W,ESP,finished,2,5:59:51," in result.stdout


def test_a_board_can_be_as_after_an_earlier_stage(run: Run, two_days: Path) -> None:
    result = run("compute", two_days, "--board", "gc", "--after", 1, "--format", "csv")

    assert bibs(result.stdout) == [("1", "9"), ("2", "12"), ("3", "100")]
    assert "1,9,Ana Ruiz,T1,full,F,W,ESP,racing,1,4:00:01," in result.stdout


def test_before_the_first_stage_nobody_is_ranked(run: Run, two_days: Path) -> None:
    result = run("compute", two_days, "--board", "gc", "--after", 0, "--format", "csv")

    assert result.exit_code == 0
    assert bibs(result.stdout) == [("", "9"), ("", "12"), ("", "100")]


def test_at_an_instant_only_what_was_known_by_then_counts(run: Run, two_days: Path) -> None:
    # At 13:00 local all have finished stage 1, and the penalty of 20:00 is still to come.
    result = run(
        "compute", two_days, "--board", "gc", "--at", "2026-08-28T13:00:00+02:00", "--format", "csv"
    )

    assert bibs(result.stdout) == [("1", "9"), ("2", "12"), ("3", "100")]
    assert ",racing,1,4:00:30,0:00:29,0:00:00,0:00:00," in result.stdout


def test_problems_go_to_standard_error_and_leave_the_exit_status_0(
    run: Run, two_days: Path
) -> None:
    result = run("compute", two_days, "--board", "gc", "--format", "csv")

    assert result.exit_code == 0
    assert "missed-control: stage 2, LAKE: 9 was not seen at LAKE, but later\n" in result.stderr
    assert "missed-control" not in result.stdout


def test_a_stage_is_grouped_by_division_with_ranks_within_each(run: Run, two_days: Path) -> None:
    result = run("compute", two_days, "--stage", 1, "--format", "csv")

    assert bibs(result.stdout) == [("1", "9"), ("2", "12"), ("3", "100"), ("1", "7"), ("1", "")]


def test_a_board_beside_a_stage_selects(run: Run, two_days: Path) -> None:
    result = run("compute", two_days, "--stage", 1, "--board", "gc", "--format", "csv")

    assert bibs(result.stdout) == [("1", "9"), ("2", "12"), ("3", "100")]


def test_a_control_is_in_the_order_of_elapsed_times(run: Run, two_days: Path) -> None:
    by_point = run("compute", two_days, "--stage", 1, "--control", "PASS.in", "--format", "csv")
    by_place = run("compute", two_days, "--stage", 1, "--control", "PASS", "--format", "csv")

    assert bibs(by_point.stdout) == [("1", "12"), ("2", "9")]
    assert by_place.stdout == by_point.stdout


def test_json_is_a_list_of_lines(run: Run, two_days: Path) -> None:
    result = run("compute", two_days, "--board", "gc", "--format", "json")
    lines = json.loads(result.stdout)

    assert [(line["rank"], line["bib"]) for line in lines] == [(1, "9"), (2, "12"), (None, "100")]
    assert lines[1]["gap_ms"] == 19_000


def test_all_is_one_object_with_boards_stages_and_problems(run: Run, two_days: Path) -> None:
    result = run("compute", two_days, "--all", "--format", "json")
    told = json.loads(result.stdout)

    assert sorted(told) == ["boards", "problems", "stages"]
    assert told["boards"]["gc"]["2"][0]["time_ms"] == 21_591_000
    assert told["stages"]["2"][0]["bib"] == "12"
    assert {problem["code"] for problem in told["problems"]} == {"missed-control"}


def test_as_plain_text_columns_are_aligned_and_blank_ones_left_out(run: Run, clean: Path) -> None:
    result = run("compute", clean, "--board", "gc")

    assert result.stdout == (
        "rank  bib  name  status    stages     time      gap\n"
        "   1  1    Ana   finished       1  4:00:00  0:00:00\n"
        "   2  2    Bo    finished       1  4:00:30  0:00:30\n"
    )


def test_several_tables_have_their_titles(run: Run, two_days: Path) -> None:
    result = run("compute", two_days, "--stage", 1)

    assert [line for line in result.stdout.splitlines() if line.startswith("Stage")] == [
        "Stage 1, Andermatt – Disentis, Full race",
        "Stage 1, Andermatt – Disentis, First day",
        "Stage 1, Andermatt – Disentis, Full race, Pairs",
    ]
    assert "   2  12   Lind, Bo  T1    M M40     finished       1  4:01:30  0:01:29  0:01:00\n" in (
        result.stdout
    )


def test_the_incomplete_have_a_board_of_their_own_where_the_race_says_so(
    run: Run, two_days: Path, tmp_path: Path
) -> None:
    race = tmp_path / "race.yaml"
    race.write_text(
        two_days.read_text().replace("starts_on:", "rules: {incomplete: separate}, starts_on:")
    )

    complete = run("compute", race, "--board", "gc", "--format", "csv")
    incomplete = run("compute", race, "--board", "gc-incomplete", "--format", "csv")
    everything = run("compute", race, "--all")

    assert bibs(complete.stdout) == [("1", "9"), ("2", "12")]
    assert bibs(incomplete.stdout) == [("", "100")]
    assert "gc-incomplete" in json.loads(everything.stdout)["boards"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[1, 2]", b"format: 1\n", b"{", b"\0"])
def test_what_is_no_racefile_is_told_without_a_traceback(
    run: Run, tmp_path: Path, content: bytes
) -> None:
    race = tmp_path / "race.yaml"
    race.write_bytes(content)

    result = run("compute", race, "--board", "gc")

    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {race}")


def test_a_folder_is_no_racefile(run: Run, tmp_path: Path) -> None:
    assert run("check", tmp_path).exit_code == 2


# -- mistaken calls --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--board", "gcc"), 'There is no board "gcc"; did you mean "gc"? There are: gc, gc-women'),
        (("--board", "gc", "--after", "7"), "There is no stage 7. There are: 1, 2."),
        (("--stage", "3"), "There is no stage 3. There are: 1, 2."),
        (("--stage", "1", "--board", "gcs"), 'There is no board "gcs"; did you mean "gc"?'),
        (
            ("--stage", "2", "--control", "LAKES"),
            'stage 2 "LAKES"; did you mean "LAKE"? There are: START, LAKE, FINISH.',
        ),
        (("--board", "gc", "--at", "yesterday"), "is not an instant like 2026-08-28T18:00:00Z"),
        (("--board", "gc", "--at", "2026-08-28T18:00:00"), "is not an instant"),
        (("--board", "gc", "--format", "xml"), "'xml' is not one of 'table', 'csv', 'json'"),
        ((), "Say what: --board CODE, --stage N"),
        (("--control", "LAKE"), "Say what: --board CODE, --stage N"),
        (("--stage", "1", "--after", "1"), "--after is for classifications"),
        (("--all", "--format", "csv"), "--all goes with --format json"),
        (("--all", "--board", "gc"), "--all goes with --format json"),
    ],
)
def test_a_mistaken_call_is_told_in_words_and_exits_with_2(
    run: Run, two_days: Path, words: tuple[str, ...], told: str
) -> None:
    result = run("compute", two_days, *words)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr


def test_a_day_of_rest_has_no_result_but_a_standing(run: Run, clean: Path) -> None:
    clean.write_text(
        CLEAN.replace(
            "classifications:", "  - {number: 2, date: 2026-08-29, kind: rest}\nclassifications:"
        )
    )

    stage = run("compute", clean, "--stage", 2)
    board = run("compute", clean, "--board", "gc", "--after", 2, "--format", "csv")

    assert stage.exit_code == 2
    assert "Stage 2 is a day of rest" in stage.stderr
    assert bibs(board.stdout) == [("1", "1"), ("2", "2")]


def test_either_a_file_or_a_race_of_the_database_is_given(run: Run, two_days: Path) -> None:
    neither = run("compute", "--board", "gc")
    both = run("compute", two_days, "--race", "two-days", "--board", "gc")

    for result in (neither, both):
        assert result.exit_code == 2
        assert "Give a racefile, or --race with the slug of a race." in result.stderr


def test_a_reader_who_has_seen_enough_ends_it_quietly(two_days: Path) -> None:
    timing = Path(sys.executable).with_name("timing")
    command = f"'{timing}' compute '{two_days}' --all 2>/dev/null | head -c 10"
    result = subprocess.run(
        ["bash", "-c", f"({command}) 2>&1"], capture_output=True, check=True, timeout=60
    )

    assert result.stdout == b'{"boards":'


@pytest.mark.usefixtures("kept")
def test_a_race_of_the_database_is_computed_as_of_a_revision(run: Run, clean: Path) -> None:
    run("race", "import", clean)
    words = ("compute", "--race", "clean", "--board", "gc", "--format", "csv", "--revision")

    ranks = [bibs(run(*words, number).stdout) for number in (2, 3, 4)]

    assert ranks == [
        [("", "1"), ("", "2")],
        [("1", "1"), ("", "2")],
        [("1", "1"), ("2", "2")],
    ]
    assert run(*words, "99").exit_code == 2
    assert run("check", clean, "--revision", "1").exit_code == 2


def test_a_board_is_projected_while_a_stage_runs(run: Run, two_days: Path) -> None:
    """Rules 9.8."""
    under_way = ("--board", "gc", "--projected", "--at", "2026-08-28T11:00:00+02:00")
    projected = run("compute", two_days, *under_way, "--format", "csv")
    assert projected.exit_code == 0
    header = projected.stdout.splitlines()[0]
    assert header.startswith("projected_rank,bib,name,division,road_rank,last_point,projected_time")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--board", "gc", "--projected", "--at", "2026-08-20T11:00:00Z"), "Only entries by time"),
        (("--board", "nobody", "--projected"), 'There is no board "nobody"'),
        (("--projected", "--stage", "1"), "--projected goes with --board"),
        (("--board", "gc", "--projected", "--after", "1"), "--projected goes with --board"),
    ],
)
def test_a_projection_that_cannot_be_says_why(
    run: Run, two_days: Path, words: tuple[str, ...], said: str
) -> None:
    refused = run("compute", two_days, *words)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_the_safety_register_of_a_file(run: Run, two_days: Path) -> None:
    """Rules 11.1."""
    table = run("safety", two_days, "--stage", "1", "--at", "2026-08-28T10:30:00+02:00")
    assert table.exit_code == 0
    assert "course not clear" in table.stdout
    assert "whereabouts" in table.stdout
    found = json.loads(run("safety", two_days, "--stage", "1", "--format", "json").stdout)
    assert (found["stage"], found["at"].endswith("Z")) == (1, True)
    assert {"bib", "whereabouts", "alert", "handed_to"} <= set(found["runners"][0])
    assert found["controls"]
    listed = run("safety", two_days, "--format", "csv").stdout
    assert listed.startswith("bib,name,division,whereabouts")


def test_there_is_no_register_before_a_stage_begins(run: Run, two_days: Path) -> None:
    refused = run("safety", two_days, "--at", "2026-08-01T00:00:00Z")
    assert refused.exit_code == 2
    assert "No stage has begun yet" in refused.stderr
