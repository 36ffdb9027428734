"""``timing print``: what it writes, what it says, and what it refuses."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.exports.printed import pages, text
from timing import racefile
from timing.core.compute import compute
from timing.core.publication import digests_of
from timing.db.engines import Database
from timing.operations.races import add_race

SLUG = "two-days"


def test_checkpoint_sheets_are_written_to_a_file(run: Run, two_days: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheets" / "stage-1.pdf"
    result = run("print", "checkpoint-sheets", two_days, "--stage", 1, "--out", out)

    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == f"Wrote {out}\n"
    assert "9 Ana Ruiz" in text(out.read_bytes())


def test_one_control_has_its_sheet_alone(run: Run, two_days: Path, tmp_path: Path) -> None:
    out = tmp_path / "finish.pdf"
    run("print", "checkpoint-sheets", two_days, "--stage", 1, "--control", "FINISH", "--out", out)

    assert {page.splitlines()[1].split()[0] for page in pages(out.read_bytes())} == {"Finish"}


@pytest.mark.parametrize("sheet", ["ceremony", "prizes"])
def test_ceremony_and_prizes_are_written_to_a_file(
    run: Run, two_days: Path, tmp_path: Path, sheet: str
) -> None:
    out = tmp_path / "sheet.pdf"
    result = run("print", sheet, two_days, "--stage", 1, "--top", 1, "--out", out)

    assert result.exit_code == 0
    printed = text(out.read_bytes())
    assert "Not published" in printed
    assert "Ana Ruiz" in printed
    assert "Bo Lind" not in printed


@pytest.mark.parametrize("order", ["start", "bib"])
def test_a_start_list_is_written_to_a_file(
    run: Run, two_days: Path, tmp_path: Path, order: str
) -> None:
    out = tmp_path / "starts.pdf"
    result = run("print", "start-list", two_days, "--stage", 2, "--order", order, "--out", out)

    assert result.exit_code == 0
    assert ("All, by bib" in text(out.read_bytes())) == (order == "bib")


def test_a_sheet_of_a_file_names_it_and_the_digest_of_what_is_in_it(
    run: Run, two_days: Path, tmp_path: Path
) -> None:
    out = tmp_path / "starts.pdf"
    run("print", "start-list", two_days, "--stage", 1, "--out", out)

    digest = digests_of(compute(racefile.load(two_days))).input
    assert f"two-days.yaml, input {digest[:12]}" in text(out.read_bytes())


def test_a_race_of_the_database_is_printed_with_its_revision(
    run: Run, kept: Database, two_days: Path, tmp_path: Path
) -> None:
    document = racefile.load(two_days)
    with kept.writing() as session:
        cursor = add_race(session, document, at=1_774_000_000_000, by="tests")
    out = tmp_path / "starts.pdf"
    slug = document.race.slug

    result = run("print", "start-list", "--race", slug, "--stage", 1, "--out", out)

    assert result.exit_code == 0
    assert f"definition 1, revision {cursor.revision}" in text(out.read_bytes())


def test_names_that_lose_letters_are_told(run: Run, two_days: Path, tmp_path: Path) -> None:
    race = tmp_path / "race.yaml"
    race.write_text(two_days.read_text().replace("Ana Ruiz", "Ana 李"))

    result = run("print", "start-list", race, "--stage", 1, "--out", tmp_path / "starts.pdf")

    assert result.exit_code == 0
    assert 'no font has 李 of "Ana 李": printed as "Ana …"' in result.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["checkpoint-sheets", "--stage", "1", "--control", "FINSH"], 'did you mean "FINISH"?'),
        (["checkpoint-sheets", "--stage", "9"], "There is no stage 9."),
        (["start-list", "--stage", "9"], "There is no stage 9."),
    ],
)
def test_what_is_not_there_is_refused_and_nothing_written(
    run: Run, two_days: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    out = tmp_path / "none.pdf"
    result = run("print", *words, two_days, "--out", out)

    assert result.exit_code == 2
    assert told in result.stderr
    assert not out.exists()
