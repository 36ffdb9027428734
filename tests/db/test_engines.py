import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Self

import pytest
from sqlalchemy import URL, text
from sqlalchemy.exc import DatabaseError

from tests.prerequisites import PROJECT
from timing.db import engines
from timing.db.engines import BadDatabaseUrl, Database, DatabaseBusy, open_database


def epoch(database: Database) -> str:
    with database.reading() as session:
        found = session.scalar(text("SELECT epoch FROM node"))
    assert isinstance(found, str)
    return found


def test_what_was_written_is_there_once_the_with_has_ended(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE node SET epoch = 'other'"))
        assert epoch(database) != "other"

    assert epoch(database) == "other"


def test_what_raises_writes_nothing(database: Database) -> None:
    before = epoch(database)

    def write_and_fail() -> None:
        with database.writing() as session:
            session.execute(text("UPDATE node SET epoch = 'other'"))
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()

    assert epoch(database) == before


def test_a_session_for_reading_cannot_write(database: Database) -> None:
    with database.reading() as session, pytest.raises(DatabaseError, match=r"read-?only"):
        session.execute(text("UPDATE node SET epoch = 'other'"))


def test_a_connection_that_read_can_be_used_for_writing_next(database: Database) -> None:
    for number in range(3):
        epoch(database)
        with database.writing() as session:
            session.execute(text("UPDATE node SET epoch = :epoch"), {"epoch": str(number)})
        assert epoch(database) == str(number)


def test_a_session_for_reading_sees_one_moment(database: Database) -> None:
    with database.reading() as session:
        before = session.scalar(text("SELECT epoch FROM node"))
        with database.writing() as other:
            other.execute(text("UPDATE node SET epoch = 'other'"))
        assert session.scalar(text("SELECT epoch FROM node")) == before

    assert epoch(database) == "other"


def test_a_file_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/mistyped.sqlite")

    with database.reading() as session, pytest.raises(DatabaseError, match="unable to open"):
        session.execute(text("SELECT epoch FROM node"))

    assert list(tmp_path.iterdir()) == []


def test_a_path_may_have_any_name(tmp_path: Path, migrated_file: Path) -> None:
    path = tmp_path / "Hütte & 50% #1" / "race.sqlite"
    path.parent.mkdir()
    shutil.copy(migrated_file, path)
    database = open_database(URL.create("sqlite", database=str(path)))

    assert epoch(database)
    database.close()


def test_sqlite_is_set_up_to_lose_nothing(sqlite_database: Database) -> None:
    with sqlite_database.reading() as session:
        found = {
            pragma: session.scalar(text(f"PRAGMA {pragma}"))
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        }

    full = 2
    assert found == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "recursive_triggers": 1,
    }


def test_a_reference_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(DatabaseError, match=r"(?i)foreign key"), database.writing() as session:
        session.execute(
            text(
                "INSERT INTO definitions"
                " (race_id, version, revision, digest, text, made_by, made_at)"
                " VALUES (99, 1, 1, '', '', '', 0)"
            )
        )


def test_a_writer_waits_for_another(database: Database) -> None:
    order: list[str] = []
    holds = threading.Event()

    def first() -> None:
        with database.writing() as session:
            session.execute(text("UPDATE node SET epoch = 'first'"))
            holds.set()
            time.sleep(0.2)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    holds.wait()
    with database.writing() as session:
        session.execute(text("UPDATE node SET epoch = 'second'"))
        order.append("second")
    thread.join()

    assert order == ["first", "second"]
    assert epoch(database) == "second"


def test_a_greenlet_that_waits_lets_the_writer_finish(database: Database) -> None:
    before = epoch(database)
    url = database.url.render_as_string(hide_password=False)

    subprocess.run(
        [sys.executable, "-m", "tests.db.greenlets", url], cwd=PROJECT, check=True, timeout=60
    )

    assert sorted(epoch(database).removeprefix(before).split("-")) == ["", "0", "1", "2"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_writer_that_waits_in_vain_says_that_the_database_is_busy(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "WRITER_WAITS_SECONDS", 0.05)
    migrated: Database = request.getfixturevalue(f"{kind}_database")
    database = open_database(migrated.url)

    with database.writing() as session:
        session.execute(text("UPDATE node SET epoch = 'first'"))
        with pytest.raises(DatabaseBusy), database.writing() as other:
            other.execute(text("UPDATE node SET epoch = 'second'"))

    assert epoch(database) == "first"
    database.close()


def test_whoever_opens_a_file_while_another_changes_its_mode_waits(
    migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite says at once, whatever its timeout, that a file on its way to WAL is locked."""
    refused: list[str] = []

    class Contested(sqlite3.Cursor):
        def execute(self, statement: str, *args: Any) -> Self:
            if "journal_mode" in statement and len(refused) < 2:
                refused.append(statement)
                error = sqlite3.OperationalError("database is locked")
                error.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise error
            return super().execute(statement, *args)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Contested) -> Any:
            return super().cursor(factory)

    real = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *args, **kw: real(*args, factory=Connection, **kw)
    )
    database = open_database(f"sqlite:///{migrated_file}")
    with database.reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
    assert len(refused) == 2
    database.close()


def test_a_damaged_file_is_not_taken_for_a_busy_one(sqlite_database: Database) -> None:
    Path(sqlite_database.url.database or "").write_bytes(b"no database at all" * 9)

    with (
        pytest.raises(DatabaseError, match="not a database"),
        sqlite_database.writing() as session,
    ):
        session.execute(text("UPDATE node SET epoch = 'other'"))


@pytest.mark.parametrize(
    "url",
    ["", "races", "sqlite://", "sqlite:///:memory:", "mysql://me:pass-word@host/races",
     "postgresql+asyncpg://me:pass-word@host/races"],
)  # fmt: skip
def test_an_address_that_cannot_serve_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadDatabaseUrl) as refused:
        open_database(url)

    assert "pass-word" not in str(refused.value)
