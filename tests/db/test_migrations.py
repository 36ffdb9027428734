import hashlib
import stat
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError

from timing.db import people_tables  # noqa: F401 - its tables are part of the metadata
from timing.db.engines import Database, open_database
from timing.db.tables import Table
from timing.operations import schema
from timing.operations.tokens import (
    Role,
    Token,
    TokenScope,
    find_key,
    find_token,
    make_token,
    revoke_token,
    token_called,
)

TRIGGERS = {
    "sqlite": {
        "journal_refuses_delete",
        "journal_refuses_replace",
        "journal_refuses_update",
        "publications_refuse_delete",
        "publications_refuse_replace",
        "publications_refuse_update",
    },
    "postgresql": {
        "journal_refuses_change",
        "publications_refuse_change",
        "races_announce_revision",
    },
}


def tables(database: Database) -> set[str]:
    with database.readers.connect() as connection:
        return set(inspect(connection).get_table_names())


def triggers(database: Database) -> set[str]:
    of_kind = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with database.readers.connect() as connection:
        return set(connection.scalars(text(of_kind[connection.dialect.name])))


def differences(connection: Connection) -> list[object]:
    """What `alembic check` would report."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, Table.metadata))


def checks(connection: Connection) -> dict[str, set[object]]:
    """Names of the check constraints by table: Alembic doesn't compare them."""
    found = inspect(connection)
    return {
        name: {check["name"] for check in found.get_check_constraints(name)}
        for name in Table.metadata.tables
    }


def test_the_migrations_make_exactly_the_tables_that_are_mapped(empty_database: Database) -> None:
    schema.upgrade(empty_database)

    assert tables(empty_database) == {*Table.metadata.tables, "alembic_version"}
    assert schema.current(empty_database) == schema.newest()
    with empty_database.readers.connect() as connection:
        assert differences(connection) == []


def test_the_migrations_make_every_check_by_its_name(empty_database: Database) -> None:
    schema.upgrade(empty_database)
    by_hand = tables_made_without_migrations(empty_database)

    with empty_database.readers.connect() as connection:
        assert checks(connection) == by_hand
    assert by_hand["journal"] == {"ck_journal_ruling_has_body", "ck_journal_passing_is_whole"}


def tables_made_without_migrations(database: Database) -> dict[str, set[object]]:
    """The names that the mapped classes themselves give, read back in a transaction undone."""
    with database.writers.connect() as connection:
        Table.metadata.drop_all(connection)
        Table.metadata.create_all(connection)
        found = checks(connection)
        connection.rollback()
    return found


def test_every_constraint_has_a_name_of_its_own() -> None:
    names = [
        (constraint.name, table.name)
        for table in Table.metadata.tables.values()
        for constraint in table.constraints
    ]

    assert all(name and table in str(name) for name, table in names)
    assert len(set(names)) == len(names)


def test_what_was_migrated_can_be_undone_and_done_again(empty_database: Database) -> None:
    schema.upgrade(empty_database)
    schema.downgrade(empty_database, "base")

    assert tables(empty_database) == {"alembic_version"}
    assert triggers(empty_database) == set()
    assert schema.current(empty_database) is None

    schema.upgrade(empty_database)
    assert schema.is_current(empty_database)
    assert triggers(empty_database) == TRIGGERS[empty_database.url.get_backend_name()]


def test_the_journal_is_guarded_after_an_upgrade(empty_database: Database) -> None:
    schema.upgrade(empty_database)

    assert triggers(empty_database) == TRIGGERS[empty_database.url.get_backend_name()]


def test_an_empty_database_is_told_from_a_current_one(empty_database: Database) -> None:
    assert schema.current(empty_database) is None
    assert not schema.is_current(empty_database)


def test_upgrading_again_changes_nothing(database: Database) -> None:
    with database.reading() as session:
        before = session.execute(text("SELECT node_id, epoch FROM node")).all()

    schema.upgrade(database)

    with database.reading() as session:
        assert session.execute(text("SELECT node_id, epoch FROM node")).all() == before


def test_keys_that_were_made_before_still_open_their_race(empty_database: Database) -> None:
    schema.upgrade(empty_database, "2026_11_21_races_and_journal")
    secret = "a secret as they were made then"
    kept = hashlib.sha256(secret.encode()).hexdigest()
    with empty_database.writers.begin() as connection:
        connection.execute(
            text("INSERT INTO races (id, slug, revision, created) VALUES (1, 'old', 0, 1000)")
        )
        for number, label, controls, revoked in (
            (3, "Hut", '["HUT"]', None),
            (12, "Lost", "[]", 2000),
        ):
            connection.execute(
                text(
                    "INSERT INTO tokens (id, race_id, scope, label, stage, controls, secret_hash,"
                    " created, revoked) VALUES (:id, 1, 'station', :label, 1, :controls, :kept,"
                    " 1000, :revoked)"
                ),
                {
                    "id": number,
                    "label": label,
                    "controls": controls,
                    "kept": kept,
                    "revoked": revoked,
                },
            )

    schema.upgrade(empty_database)

    with empty_database.reading() as session:
        assert find_token(session, f"3.{secret}") == Token(
            id=3,
            public="3",
            slug="old",
            scope=TokenScope.STATION,
            label="Hut",
            stage=1,
            controls=("HUT",),
            role=Role.MAIN,
            created=1000,
        )
        assert find_token(session, "3.another secret") is None
        assert find_token(session, f"12.{secret}") is None
        lost = find_key(session, f"12.{secret}")
        assert lost is not None
        assert (lost.label, lost.revoked) == ("Lost", 2000)
    with empty_database.writing() as session:
        revoke_token(session, token_called(session, "3"), at=3000)
        made = make_token(session, "old", scope=TokenScope.STATION, label="New", at=3000)
    with empty_database.reading() as session:
        assert find_token(session, f"3.{secret}") is None
        assert find_token(session, made.plain) == made.token


def test_a_migration_that_fails_leaves_nothing_behind(empty_database: Database) -> None:
    schema.upgrade(empty_database)
    schema.downgrade(empty_database, "base")
    with empty_database.writers.begin() as connection:
        connection.execute(text("CREATE TABLE sign_ins (id integer)"))

    with pytest.raises(DatabaseError, match="sign_ins"):
        schema.upgrade(empty_database)

    assert tables(empty_database) == {"alembic_version", "sign_ins"}
    assert schema.current(empty_database) is None


def test_processes_that_start_together_upgrade_once(empty_database: Database) -> None:
    together = threading.Barrier(3)
    failures: list[BaseException] = []

    def start() -> None:
        database = open_database(empty_database.url)
        together.wait()
        try:
            schema.upgrade(database)
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)
        database.close()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert schema.is_current(empty_database)
    with empty_database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM node")) == 1


def test_the_file_of_a_new_database_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "race.sqlite"
    database = open_database(f"sqlite:///{path}")
    schema.upgrade(database)
    with database.writing() as session:
        session.execute(text("UPDATE node SET epoch = 'other'"))
        logs = [path.with_name(path.name + end) for end in ("", "-wal", "-shm")]
        assert [stat.S_IMODE(log.stat().st_mode) for log in logs] == [0o600] * 3
    database.close()
