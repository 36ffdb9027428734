"""Tokens, directors, the database itself, backups."""

from pathlib import Path

import pyotp
import pytest
from sqlalchemy import text

from tests.cli.conftest import Run
from timing.db.engines import Database
from timing.operations import schema
from timing.operations.directors import (
    director_called,
    directors,
    open_sign_in,
    password_is_right,
)
from timing.operations.people import owners
from timing.operations.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    is_asked_for_code,
)
from timing.operations.tokens import TokenScope, find_token

SLUG = "two-days"


@pytest.fixture
def race(run: Run, kept: Database, two_days: Path) -> Database:
    """A database with a race in it."""
    run("race", "add", two_days)
    return kept


# -- tokens ----------------------------------------------------------------------------------


def test_a_stations_token_is_for_its_stage_and_controls(run: Run, race: Database) -> None:
    words = ("--label", "Lake", "--stage", "2", "--control", "LAKE", "--control", "FINISH")
    result = run("token", "make", "two-days", *words)

    with race.reading() as session:
        token = find_token(session, result.stdout.strip())
    assert token is not None
    assert (token.slug, token.scope, token.label) == ("two-days", TokenScope.STATION, "Lake")
    assert (token.stage, token.controls) == (2, ("LAKE", "FINISH"))


def test_a_directors_token_is_for_all(run: Run, race: Database) -> None:
    result = run("token", "make", "two-days", "--label", "Laptop", "--director")

    with race.reading() as session:
        token = find_token(session, result.stdout.strip())
    assert token is not None
    assert token.scope is TokenScope.DIRECTOR


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("tow-days", "--label", "x"), 'There is no race "tow-days"; did you mean "two-days"?'),
        (("two-days", "--label", "x", "--stage", "3"), 'There is no stage "3"'),
        (
            ("two-days", "--label", "x", "--stage", "1", "--control", "LAKE"),
            'There is no control "LAKE"',
        ),
        (
            ("two-days", "--label", "x", "--director", "--stage", "1"),
            "A director's token is for all stages and controls.",
        ),
    ],
)
@pytest.mark.usefixtures("race")
def test_a_token_for_what_is_not_there_is_refused(
    run: Run, words: tuple[str, ...], told: str
) -> None:
    result = run("token", "make", *words)

    assert result.exit_code == 2
    assert told in result.stderr


def test_a_revoked_token_counts_no_more_and_stays_listed(run: Run, race: Database) -> None:
    plain = run("token", "make", "two-days", "--label", "Lost phone").stdout.strip()
    number = run("token", "list", "two-days").stdout.splitlines()[1].split()[0]

    revoked = run("token", "revoke", number)

    assert revoked.exit_code == 0
    with race.reading() as session:
        assert find_token(session, plain) is None
    header, line = run("token", "list", "two-days").stdout.splitlines()
    assert "revoked" in header
    assert "Lost phone" in line
    assert plain[:4] in line  # what it is called
    assert plain[5:] not in line


def test_a_token_is_revoked_by_the_name_on_its_card(run: Run, race: Database) -> None:
    lost = run("token", "make", "two-days", "--label", "Lost phone").stdout.strip()
    kept = run("token", "make", "two-days", "--label", "Kept phone").stdout.strip()

    assert run("token", "revoke", lost[:4].lower()).exit_code == 0

    with race.reading() as session:
        assert find_token(session, lost) is None
        assert find_token(session, kept) is not None


@pytest.mark.usefixtures("race")
def test_what_is_not_there_can_not_be_revoked_or_listed(run: Run) -> None:
    assert "there is no token 99" in run("token", "revoke", "99").stderr
    assert "there is no token UUUU" in run("token", "revoke", "UUUU").stderr
    assert 'There is no race "no-race"' in run("token", "list", "no-race").stderr


# -- directors -------------------------------------------------------------------------------


def test_a_director_signs_in_with_the_password_that_was_piped_in(run: Run, kept: Database) -> None:
    result = run("director", "add", "Ana", stdin="correct horse battery\n")

    assert result.exit_code == 0
    with kept.writing() as session:
        attempt = open_sign_in(session, "ana", address="127.0.0.1", at=0)
    assert password_is_right(attempt, "correct horse battery")
    assert "correct horse" not in result.output


def test_a_password_is_changed(run: Run, kept: Database) -> None:
    run("director", "add", "Ana", stdin="correct horse battery\n")

    run("director", "password", "Ana", stdin="another horse battery\n")

    with kept.writing() as session:
        attempt = open_sign_in(session, "ana", address="127.0.0.1", at=0)
    assert password_is_right(attempt, "another horse battery")
    assert run("director", "list").stdout == "ana  founder\n"


def test_an_account_is_given_a_part_in_one_race_and_another_one_later(
    run: Run, race: Database
) -> None:
    run("director", "add", "Ana", stdin="correct horse battery\n")
    made = ("director", "add", "Bo", "--in", SLUG, "--part", "timekeeper")
    assert run(*made, stdin="correct horse battery\n").exit_code == 0

    listed = f"ana  founder  {SLUG}: owner\nbo  {SLUG}: timekeeper\n"
    assert run("director", "list").stdout == listed
    assert "the only owner" in run("director", "part", "Ana", SLUG, "none").stderr
    assert run("director", "part", "Bo", SLUG, "owner").exit_code == 0
    assert run("director", "part", "Ana", SLUG, "none").exit_code == 0
    assert run("director", "founder", "Ana", "--no").exit_code == 0
    assert run("director", "list").stdout == f"ana\nbo  {SLUG}: owner\n"
    assert "no race" in run("director", "part", "Bo", "no-race", "jury").stderr
    with race.reading() as session:
        assert owners(session, SLUG) == ("bo",)


def test_who_lost_the_second_factor_signs_in_by_password_alone_again(
    run: Run, kept: Database
) -> None:
    run("director", "add", "Ana", stdin="correct horse battery\n")
    with kept.writing() as session:
        number = director_called(session, "ana").id
        code = pyotp.TOTP(begin_second_factor(session, number, key="k", at=0)).at(60)
        confirm_second_factor(session, number, code, key="k", at=60_000)
    assert "second factor" in run("director", "list").stdout

    run("director", "reset-second-factor", "Ana")

    with kept.reading() as session:
        assert not is_asked_for_code(session, number)


@pytest.mark.parametrize(
    ("words", "stdin", "told"),
    [
        (("add", "Bo"), "short\n", "a password has 10 to 1000 characters"),
        (("add", " "), "correct horse battery\n", "a director needs a name to sign in with"),
        (("add", "Ana"), "correct horse battery\n", "there is already a director 'Ana'"),
        (("password", "Bo"), "correct horse battery\n", "there is no director 'Bo'"),
    ],
)
def test_an_account_that_can_not_be_is_refused(
    run: Run, kept: Database, words: tuple[str, ...], stdin: str, told: str
) -> None:
    run("director", "add", "Ana", stdin="correct horse battery\n")

    result = run("director", *words, stdin=stdin)

    assert result.exit_code == 2
    assert told in result.stderr
    with kept.reading() as session:
        assert [director.name for director in directors(session)] == ["ana"]


# -- the database ----------------------------------------------------------------------------


def test_a_database_is_made_by_upgrade_and_not_before(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new" / "races.sqlite"
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", f"sqlite:///{path}")

    before = run("race", "list")
    assert before.exit_code == 2
    assert "make one with: timing db upgrade" in before.stderr
    assert not path.exists()

    assert run("db", "upgrade").exit_code == 0
    assert run("db", "upgrade").exit_code == 0
    assert run("race", "list").exit_code == 0


@pytest.mark.parametrize("command", ["add", "import"])
def test_the_first_race_makes_an_embedded_database(run: Run, two_days: Path, command: str) -> None:
    added = run("race", command, two_days)

    assert added.exit_code == 0
    assert run("compute", "--race", "two-days", "--board", "gc").exit_code == 0


def test_a_database_without_our_tables_is_not_touched(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "races.sqlite"
    path.touch()
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", f"sqlite:///{path}")

    result = run("race", "list")

    assert result.exit_code == 2
    assert "run: timing db upgrade" in result.stderr


def test_a_database_of_a_newer_release_is_left_alone(run: Run, kept: Database) -> None:
    with kept.writers.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of the future'"))

    result = run("db", "upgrade")

    assert result.exit_code == 2
    assert "The database is of a newer release than this one" in result.stderr


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://localhost/x", "use sqlite:///… or postgresql://…"),
        ("nonsense", "not a database address"),
    ],
)
def test_an_address_of_no_database_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", url)

    result = run("race", "list")

    assert result.exit_code == 2
    assert told in result.stderr


def test_a_misspelt_setting_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIVOUAC_DATABASE_ULR", "sqlite:////tmp/x")

    result = run("race", "list")

    assert result.exit_code == 2
    assert "BIVOUAC_DATABASE_ULR is no setting; did you mean BIVOUAC_DATABASE_URL?" in (
        result.stderr
    )


# -- backups ---------------------------------------------------------------------------------


def test_a_restored_backup_has_what_the_database_had(
    run: Run,
    sqlite_database: Database,
    two_days: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", str(sqlite_database.url))
    run("race", "add", two_days)
    exported = run("race", "export", "two-days").stdout
    backup = tmp_path / "backup"

    made = run("backup", backup)
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", f"sqlite:///{tmp_path}/other.sqlite")
    restored = run("restore", backup)

    assert made.stdout == f"{backup}: 13 records, checked\n"
    assert restored.exit_code == 0
    assert run("race", "export", "two-days").stdout == exported


def test_nothing_is_overwritten_unasked(
    run: Run,
    sqlite_database: Database,
    two_days: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", str(sqlite_database.url))
    run("race", "add", two_days)
    backup = tmp_path / "backup"
    run("backup", backup)

    again, back = run("backup", backup), run("restore", backup)

    assert (again.exit_code, back.exit_code) == (2, 2)
    assert "overwrite it with --force" in again.stderr
    assert "replace what it holds with --force" in back.stderr
    assert run("backup", backup, "--force").exit_code == 0
    assert run("restore", backup, "--force").exit_code == 0


def test_what_is_no_backup_is_refused(
    run: Run, sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", str(sqlite_database.url))
    broken = tmp_path / "broken"
    broken.write_bytes(b"no database")

    result = run("restore", broken)

    assert result.exit_code == 2
    assert "is no good backup" in result.stderr


@pytest.mark.usefixtures("kept")
def test_a_backup_without_a_path_goes_into_the_folder_of_backups(run: Run, tmp_path: Path) -> None:
    made = run("backup")

    (path,) = (tmp_path / "instance" / "backups").iterdir()
    assert made.stdout == f"{path}: 0 records, checked\n"
    assert run("backup", "--check", path).stdout == f"{path}: 0 records, whole\n"
    path.write_bytes(path.read_bytes()[:5_000])
    checked = run("backup", "--check", path)
    assert checked.exit_code == 2
    assert "is no good backup" in checked.stderr
    assert "Say which file" in run("backup", "--check").stderr


def test_before_the_tables_change_a_backup_is_made_and_said_where(
    run: Run, kept: Database, tmp_path: Path
) -> None:
    schema.downgrade(kept, "-1")
    told = run("db", "upgrade")

    (path,) = (tmp_path / "instance" / "backups").iterdir()
    assert f"What it was is kept in {path}: 0 records, checked" in told.stdout
    schema.downgrade(kept, "-1")
    assert run("db", "upgrade", "--no-backup").exit_code == 0
    assert "now" not in run("db", "upgrade").stdout
    assert len(list(path.parent.iterdir())) == 1


def test_without_room_for_a_backup_the_tables_stay_as_they_are(
    run: Run, kept: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.downgrade(kept, "-1")
    before = schema.current(kept)
    (tmp_path / "file").touch()
    monkeypatch.setenv("BIVOUAC_BACKUPS", str(tmp_path / "file" / "backups"))
    told = run("db", "upgrade")

    assert told.exit_code == 2
    assert "Nothing was changed, as no backup could be made before" in told.stderr
    assert schema.current(kept) == before
