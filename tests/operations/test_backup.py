import contextlib
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.postgresql import PostgreSQL
from tests.race_samples import DOCUMENT, EVENING, PASSINGS, RACE, RULINGS, passing
from timing.core.document import Document
from timing.db import reading
from timing.db.engines import Database, open_database
from timing.db.reading import Cursor
from timing.operations import schema
from timing.operations.backup import back_up, restore
from timing.operations.backup_faults import (
    BadBackup,
    MissingProgram,
    ProgramFailed,
    TargetNotEmpty,
)
from timing.operations.races import add_race, export_document
from timing.operations.record import append

SLUG = RACE.slug
RECORDS = len(PASSINGS) + len(RULINGS)


@pytest.fixture
def raced(database: Database) -> Database:
    """A database with the sample race in it."""
    with database.writing() as session:
        add_race(session, DOCUMENT, at=EVENING, by="director")
    return database


@pytest.fixture
def elsewhere(
    database: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Database]:
    """A database of the same kind that has nothing in it yet."""
    with contextlib.ExitStack() as stack:
        if database.file:
            url = f"sqlite:///{tmp_path}/elsewhere/race.sqlite"
        else:
            server: PostgreSQL = request.getfixturevalue("postgresql_server")
            url = stack.enter_context(server.database())
        other = open_database(url)
        yield other
        other.close()


def cursor(database: Database) -> Cursor:
    with database.reading() as session:
        return reading.race_cursor(session, SLUG)


def document(database: Database) -> Document:
    with database.reading() as session:
        return export_document(session, SLUG).document


def test_a_backup_restored_elsewhere_is_the_same_race_in_a_new_epoch(
    raced: Database, elsewhere: Database, tmp_path: Path
) -> None:
    made = back_up(raced, tmp_path / "backup")
    restored = restore(elsewhere, tmp_path / "backup")

    assert made.records == restored.records == RECORDS
    assert document(elsewhere) == DOCUMENT
    assert cursor(elsewhere).revision == cursor(raced).revision
    assert cursor(elsewhere).epoch != cursor(raced).epoch
    assert schema.is_current(elsewhere)


def test_what_was_restored_goes_on(raced: Database, elsewhere: Database, tmp_path: Path) -> None:
    """Its journal grows, and is as guarded as the first."""
    back_up(raced, tmp_path / "backup")
    restore(elsewhere, tmp_path / "backup")
    before = cursor(elsewhere).revision
    with elsewhere.writing() as session:
        answer = append(session, SLUG, [*PASSINGS, passing(50)], received=EVENING)

    assert (answer.known, answer.accepted, answer.revision) == (3, 1, before + 1)
    with pytest.raises(Exception, match="append-only"), elsewhere.writing() as session:
        session.execute(text("DELETE FROM journal"))
    again = back_up(elsewhere, tmp_path / "another")
    assert again.records == RECORDS + 1


def test_each_restoring_starts_another_epoch(
    raced: Database, elsewhere: Database, tmp_path: Path
) -> None:
    back_up(raced, tmp_path / "backup")
    epochs = {cursor(raced).epoch}
    for _ in range(3):
        restore(elsewhere, tmp_path / "backup", force=True)
        epochs.add(cursor(elsewhere).epoch)

    assert len(epochs) == 4


def test_a_backup_is_for_its_owner_only(raced: Database, tmp_path: Path) -> None:
    back_up(raced, tmp_path / "backup")

    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600


def test_a_backup_does_not_overwrite_what_is_there_unless_forced(
    raced: Database, tmp_path: Path
) -> None:
    path = tmp_path / "backup"
    path.write_text("something dear")
    with pytest.raises(TargetNotEmpty):
        back_up(raced, path)
    assert path.read_text() == "something dear"

    assert back_up(raced, path, force=True).records == RECORDS


def test_a_database_with_races_is_not_overwritten_unless_forced(
    raced: Database, tmp_path: Path
) -> None:
    back_up(raced, tmp_path / "backup")
    with raced.writing() as session:
        append(session, SLUG, [passing(50)], received=EVENING)
    before = cursor(raced)
    with pytest.raises(TargetNotEmpty):
        restore(raced, tmp_path / "backup")
    assert cursor(raced) == before

    restore(raced, tmp_path / "backup", force=True)
    assert document(raced) == DOCUMENT
    assert cursor(raced).epoch != before.epoch


def test_a_database_with_tables_and_no_race_yet_may_be_restored_into(
    raced: Database, elsewhere: Database, tmp_path: Path
) -> None:
    back_up(raced, tmp_path / "backup")
    schema.upgrade(elsewhere)

    restore(elsewhere, tmp_path / "backup")

    assert document(elsewhere) == DOCUMENT


def test_a_database_of_something_else_is_not_overwritten(
    raced: Database, elsewhere: Database, tmp_path: Path
) -> None:
    back_up(raced, tmp_path / "backup")
    schema.upgrade(elsewhere)
    schema.downgrade(elsewhere, "base")
    with elsewhere.writing() as session:
        session.execute(text("CREATE TABLE accounts (id integer)"))

    with pytest.raises(TargetNotEmpty):
        restore(elsewhere, tmp_path / "backup")


def test_a_backup_made_while_records_come_in_holds_a_whole_beginning_of_them(
    raced: Database, elsewhere: Database, tmp_path: Path
) -> None:
    done = threading.Event()

    def keep_writing() -> None:
        number = 100
        while not done.is_set():
            with raced.writing() as session:
                append(session, SLUG, [passing(number)], received=EVENING)
            number += 1

    thread = threading.Thread(target=keep_writing)
    thread.start()
    made = back_up(raced, tmp_path / "backup")
    done.set()
    thread.join()
    restore(elsewhere, tmp_path / "backup")

    kept, all_of_them = document(elsewhere).passings, document(raced).passings
    assert kept == all_of_them[: len(kept)]
    assert made.records == len(kept) + len(RULINGS)


@pytest.mark.parametrize("cut", [0, 10, 2_000, -300])
def test_half_a_file_is_refused_and_the_database_left_alone(
    raced: Database, elsewhere: Database, tmp_path: Path, cut: int
) -> None:
    back_up(raced, tmp_path / "backup")
    whole = (tmp_path / "backup").read_bytes()
    (tmp_path / "half").write_bytes(whole[:cut])
    before = cursor(raced)

    with pytest.raises(BadBackup, match="half"):
        restore(raced, tmp_path / "half", force=True)

    assert cursor(raced) == before
    with pytest.raises(BadBackup):
        restore(elsewhere, tmp_path / "half")


def test_what_is_no_backup_is_refused(raced: Database, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("the key is under the stone")
    with contextlib.closing(sqlite3.connect(tmp_path / "other.sqlite")) as other:
        other.execute("CREATE TABLE notes (text)")

    for name in ("nowhere", "notes.txt", "other.sqlite"):
        with pytest.raises(BadBackup, match=name):
            restore(raced, tmp_path / name, force=True)

    assert document(raced) == DOCUMENT


def test_a_backup_that_fails_leaves_no_file(
    raced: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    monkeypatch.setattr("timing.operations.sqlite_backup.SqliteBackups.check", lambda *_: 0)
    monkeypatch.setattr("timing.operations.postgresql_backup.PostgresqlBackups.check", lambda *_: 0)

    with pytest.raises(BadBackup, match="0 records where there were 6"):
        back_up(raced, folder / "backup")

    assert list(folder.iterdir()) == []


def test_an_sqlite_backup_is_one_file_that_any_sqlite_opens(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.writing() as session:
        add_race(session, DOCUMENT, at=EVENING, by="director")
    folder = tmp_path / "stick"
    folder.mkdir()
    back_up(sqlite_database, folder / "backup.sqlite")

    with contextlib.closing(sqlite3.connect(folder / "backup.sqlite")) as opened:
        assert opened.execute("SELECT count(*) FROM journal").fetchone() == (RECORDS,)
    assert [path.name for path in folder.iterdir()] == ["backup.sqlite"]


def test_whoever_has_an_sqlite_database_open_goes_on_with_what_was_restored(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.writing() as session:
        add_race(session, DOCUMENT, at=EVENING, by="director")
    back_up(sqlite_database, tmp_path / "backup")
    server = open_database(sqlite_database.url)
    with server.writing() as session:
        append(session, SLUG, [passing(50)], received=EVENING)
    with server.reading() as session:
        held = reading.race_cursor(session, SLUG)
        restorer = open_database(sqlite_database.url)
        restore(restorer, tmp_path / "backup", force=True)
        assert reading.race_cursor(session, SLUG) == held

    assert document(server) == DOCUMENT
    assert cursor(server).epoch != held.epoch
    with server.writing() as session:
        append(session, SLUG, [passing(51)], received=EVENING)
    assert cursor(restorer) == cursor(server)
    server.close()
    restorer.close()


def test_postgresql_without_its_programs_says_what_is_missing(
    postgresql_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timing.operations.postgresql_backup._folders", lambda: iter(()))

    with pytest.raises(MissingProgram, match="pg_dump, pg_restore, psql of release"):
        back_up(postgresql_database, tmp_path / "backup")


def test_programs_older_than_the_server_are_not_used(
    postgresql_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pg_dump", "pg_restore", "psql"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    assert back_up(postgresql_database, tmp_path / "backup").records == 0


def test_what_a_program_says_when_it_fails_is_passed_on(
    postgresql_server: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql_server.database() as url:
        database = open_database(url)
        schema.upgrade(database)
        programs = tmp_path / "programs"
        programs.mkdir()
        for name in ("pg_dump", "pg_restore", "psql"):
            program = programs / name
            program.write_text(
                '#!/bin/sh\ncase $1 in --version) echo "pg_dump (PostgreSQL) 99.1";;'
                " *) echo 'the disk is full' >&2; exit 1;; esac\n"
            )
            program.chmod(0o755)
        monkeypatch.setattr(
            "timing.operations.postgresql_backup._folders", lambda: iter([programs])
        )
        with pytest.raises(ProgramFailed, match="the disk is full"):
            back_up(database, tmp_path / "backup")
        database.close()
    shutil.rmtree(programs)
    assert list(tmp_path.iterdir()) == []
