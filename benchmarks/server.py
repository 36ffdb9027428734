"""A server with the benchmark's race in it, on this machine, for as long as they run."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from benchmarks.fields import field
from tests.served import Server
from timing.db.engines import Database, open_database
from timing.operations import schema
from timing.operations.races import add_race
from timing.operations.tokens import TokenScope, make_token

KEPT = Path(__file__).parent.parent / "var"
SIZE = (1_300, 6, 8)
WORKERS = 2


def running() -> tuple[Server, str]:
    """The server, which has read its race, and the key of a station."""
    server, database = _started()
    return server, station_key(database, None)


def station_of_stage(stage: int) -> str:
    """The key of a station bound to a stage, as those at controls mostly are."""
    return station_key(_started()[1], stage)


@cache
def station_key(database: Database, stage: int | None) -> str:
    """The key of a station, made once."""
    with database.writing() as session:
        made = make_token(
            session,
            field(*SIZE).race.slug,
            scope=TokenScope.STATION,
            label="benchmark",
            at=0,
            stage=stage,
        )
    return made.plain


@cache
def _started() -> tuple[Server, Database]:
    # Not in the system's temporary folder, which may be memory and commit at once.
    KEPT.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="benchmark-", dir=KEPT))
    atexit.register(shutil.rmtree, folder)
    database = open_database(f"sqlite:///{folder / 'race.sqlite'}")
    schema.upgrade(database)
    document = field(*SIZE)
    with database.writing() as session:
        add_race(session, document, at=0, by="benchmark")
    server = Server(database, folder, workers=WORKERS)
    server.start()
    atexit.register(server.kill)
    return server, database
