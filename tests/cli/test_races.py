"""Races between files and the database, on both kinds of database."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Run, named_by_settings
from timing import racefile
from timing.core.records import Passing
from timing.core.times import parse_time_of_day
from timing.db.engines import Database

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A migrated database of either kind."""
    return named_by_settings(database, monkeypatch)


def test_export_gives_back_what_add_took(run: Run, two_days: Path, tmp_path: Path) -> None:
    added = run("race", "add", two_days)
    first = run("race", "export", "two-days").stdout
    exported = tmp_path / "exported.yaml"
    run("race", "export", "two-days", "--out", exported)

    assert added.exit_code == 0
    assert exported.read_text() == first
    before, after = racefile.load(two_days), racefile.load(exported)
    assert after.race == before.race
    assert set(after.entries) == set(before.entries)
    assert after.teams == before.teams
    assert set(after.passings) == set(before.passings)
    assert set(after.rulings) == set(before.rulings)


def test_a_race_is_added_once(run: Run, two_days: Path) -> None:
    run("race", "add", two_days)

    again = run("race", "add", two_days)

    assert again.exit_code == 2
    assert "there is already a race 'two-days'" in again.stderr


def test_import_adds_a_race_that_is_not_here(run: Run, two_days: Path) -> None:
    result = run("race", "import", two_days)

    assert result.stdout.startswith("Added two-days, revision ")
    assert "two-days  Two Days" in run("race", "list").stdout


def test_importing_again_adds_nothing(run: Run, two_days: Path) -> None:
    run("race", "import", two_days)
    before = run("race", "export", "two-days").stdout

    again = run("race", "import", two_days)

    assert "new records 0, known already 13" in again.stdout
    assert run("race", "export", "two-days").stdout == before


def test_import_takes_the_records_that_are_new(run: Run, two_days: Path, tmp_path: Path) -> None:
    run("race", "add", two_days)
    document = racefile.load(two_days)
    one_more = Passing(
        id="p1", stage=2, control="LAKE", bib="9", time=parse_time_of_day("08:50:00")
    )
    more = tmp_path / "more.yaml"
    more.write_text(racefile.dump(replace(document, passings=(*document.passings, one_more))))

    result = run("race", "import", more)

    assert "new records 1, known already 13" in result.stdout
    assert "2 LAKE 9 08:50:00 id=p1" in run("race", "export", "two-days").stdout


def test_import_leaves_definition_and_entries_unless_told(
    run: Run, two_days: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.yaml"
    bare.write_text(two_days.read_text().partition("\nentries:")[0] + "\n")
    renamed = tmp_path / "renamed.yaml"
    renamed.write_text(
        two_days.read_text().partition("\npassings:")[0].replace("name: Two Days", "name: 2 Days")
    )
    run("race", "add", bare)

    left = run("race", "import", renamed)
    still = run("race", "export", "two-days").stdout
    taken = run("race", "import", renamed, "--definition", "--entries")
    now = run("race", "export", "two-days").stdout

    assert left.exit_code == taken.exit_code == 0
    assert "The definition differs; left as it is without --definition." in left.stderr
    assert "The entries differ; left as they are without --entries." in left.stderr
    assert "Two Days" in still
    assert "Ana Ruiz" not in still
    assert taken.stderr == ""
    assert "2 Days" in now
    assert "Ana Ruiz" in now


def test_entries_of_a_race_that_started_change_by_rulings_alone(
    run: Run, two_days: Path, tmp_path: Path
) -> None:
    run("race", "add", two_days)
    other = tmp_path / "other.yaml"
    other.write_text(two_days.read_text().replace("Ana Ruiz", "Ana Roiz"))

    result = run("race", "import", other, "--entries")

    assert result.exit_code == 2
    assert "has started: entries change by rulings now" in result.stderr


def test_commands_work_on_a_race_of_the_database_as_on_a_file(run: Run, two_days: Path) -> None:
    run("race", "add", two_days)

    for words in (
        ("compute", "--board", "gc", "--format", "csv"),
        ("compute", "--stage", "1", "--format", "json"),
        ("compute", "--all", "--format", "json"),
        ("check",),
    ):
        kept = run(*words, "--race", "two-days")
        of_file = run(*words, two_days)
        assert (kept.exit_code, kept.stdout) == (of_file.exit_code, of_file.stdout)


def test_an_unknown_race_is_told_with_those_there_are(run: Run, two_days: Path) -> None:
    run("race", "add", two_days)

    result = run("compute", "--race", "tow-days", "--board", "gc")

    assert result.exit_code == 2
    assert (
        'There is no race "tow-days"; did you mean "two-days"? There are: two-days.'
        in result.stderr
    )


def test_a_race_can_be_exported_as_of_a_revision(run: Run, two_days: Path) -> None:
    run("race", "add", two_days)

    first = run("race", "export", "two-days", "--revision", "2")
    beyond = run("race", "export", "two-days", "--revision", "999")

    assert first.exit_code == 0
    assert "passings" not in first.stdout
    assert beyond.exit_code == 2
    assert "has no revision 999" in beyond.stderr


def test_the_list_counts_stages_and_revisions(run: Run, two_days: Path) -> None:
    run("race", "add", two_days)

    assert run("race", "list").stdout == (
        "slug      name      starts      stages  version  revision\n"
        "two-days  Two Days  2026-08-28       2        1        15\n"
    )
