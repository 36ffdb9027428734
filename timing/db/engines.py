"""Connections to SQLite and PostgreSQL, so that both keep the same promises.

A reading session sees one moment of the database for as long as it lasts, and cannot write. A
writing session is durable once committed; writers of one race wait for each other.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import psycopg
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

WRITER_WAITS_SECONDS = 10
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # or INSERT OR REPLACE would slip past the trigger on DELETE
    "busy_timeout=100",
)


class DatabaseBusy(Exception):
    """Other writers held a lock for longer than WRITER_WAITS_SECONDS; trying again is safe."""


class BadDatabaseUrl(ValueError):
    """A database address that cannot be used; the message never shows its password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database, with the two ways to use it: everything that reads or writes asks here."""

    readers: Engine
    writers: Engine

    @property
    def url(self) -> URL:
        """Where it is."""
        return self.readers.url

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database, which may not exist yet; None for PostgreSQL."""
        is_sqlite = self.url.get_backend_name() == "sqlite"
        return Path(self.url.database or "").absolute() if is_sqlite else None

    def reading(self) -> Session:
        """A session that sees one moment and cannot write; close it, or use it in a ``with``."""
        return Session(self.readers)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session in a transaction: committed at the end of the ``with``, unless it raises."""
        with Session(self.writers) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close every connection that is not in use; the next session opens new ones."""
        self.readers.dispose()


def open_database(url: str | URL) -> Database:
    """The database at ``sqlite:///path`` or ``postgresql://…``; nothing is contacted yet.

    Raises BadDatabaseUrl for anything else.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadDatabaseUrl("not a database address like sqlite:////path/to/file") from error
    match parsed.get_backend_name(), parsed.get_driver_name():
        case "sqlite", "pysqlite":
            return _open_sqlite(parsed)
        case "postgresql", "psycopg":
            return _open_postgresql(parsed)
        case name, driver:
            raise BadDatabaseUrl(f"{name} with {driver}: use sqlite:///… or postgresql://…")


def create_file(database: Database) -> None:
    """Make SQLite's file and folder where they are missing; PostgreSQL's are its server's.

    Only its owner can read it: it holds birth dates and hashes of passwords.
    """
    if database.file:
        database.file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(database.file, os.O_CREAT | os.O_RDWR, 0o600))


def _open_postgresql(url: URL) -> Database:
    # A server may restart under a race that lasts for weeks: look before each use.
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
    event.listen(engine, "connect", _set_up_postgresql)
    event.listen(engine, "handle_error", _tell_busy)
    return Database(
        readers=engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ),
        writers=engine.execution_options(isolation_level="READ COMMITTED"),
    )


def _set_up_postgresql(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{WRITER_WAITS_SECONDS}s'")
    cursor.close()
    connection.commit()


def _tell_busy(context: ExceptionContext) -> None:
    if isinstance(context.original_exception, psycopg.errors.LockNotAvailable):
        raise DatabaseBusy from context.original_exception


def _open_sqlite(url: URL) -> Database:
    if not url.database or url.database == ":memory:":
        raise BadDatabaseUrl("SQLite needs a file, as in sqlite:////path/to/file")
    # A file that is not there is a mistake, not a new database: create_file makes those.
    address = f"{Path(url.database).absolute().as_uri()}?mode=rw"

    def connect() -> sqlite3.Connection:
        # The pool sees to it that a connection is used by one thread at a time.
        return sqlite3.connect(address, uri=True, check_same_thread=False)

    engine = create_engine(url, creator=connect, hide_parameters=True)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(readers=engine, writers=engine.execution_options(writes=True))


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # sqlite3 never begins by itself: _begin_sqlite does
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        # Of processes that start together on a new file, one changes it to WAL. SQLite tells the
        # others at once that it is locked, whatever its timeout.
        _waiting_for_others(partial(cursor.execute, f"PRAGMA {pragma}"))
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    if options.get("isolation_level") == "AUTOCOMMIT":
        raw.execute("PRAGMA query_only=0")
        return
    writes = bool(options.get("writes", False))
    # A session opened for reading that writes fails each time, not only under load.
    raw.execute(f"PRAGMA query_only={int(not writes)}")
    if writes:
        _begin_immediate(raw)
    else:
        raw.execute("BEGIN")


def _begin_immediate(raw: sqlite3.Connection) -> None:
    """Begin a transaction that holds the write lock; wait for it in Python.

    SQLite's own waiting sleeps in C. In a process of greenlets that would stop the very one that
    holds the lock.
    """
    raw.execute("PRAGMA busy_timeout=0")
    try:
        _waiting_for_others(partial(raw.execute, "BEGIN IMMEDIATE"))
    finally:
        raw.execute("PRAGMA busy_timeout=100")


def _waiting_for_others(act: Callable[[], object]) -> None:
    """Do it as soon as nobody holds a lock that is in the way; DatabaseBusy after a while."""
    give_up = time.monotonic() + WRITER_WAITS_SECONDS
    while True:
        try:
            act()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() > give_up:
                raise DatabaseBusy from error
            time.sleep(random.uniform(0.0005, 0.004))  # noqa: S311 - spreads those who wait
