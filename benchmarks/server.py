"""A server with the benchmark's race in it, on this machine, for as long as they run."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from benchmarks.fields import field
from tests.served import Server
from timing.db.engines import open_database
from timing.operations import schema
from timing.operations.races import add_race
from timing.operations.tokens import TokenScope, make_token

KEPT = Path(__file__).parent.parent / "var"
SIZE = (1_300, 6, 8)
WORKERS = 2


@cache
def running() -> tuple[Server, str]:
    """The server, which has read its race, and the key of a station."""
    # Not in the system's temporary folder, which may be memory and commit at once.
    KEPT.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="benchmark-", dir=KEPT))
    atexit.register(shutil.rmtree, folder)
    database = open_database(f"sqlite:///{folder / 'race.sqlite'}")
    schema.upgrade(database)
    document = field(*SIZE)
    with database.writing() as session:
        add_race(session, document, at=0, by="benchmark")
        made = make_token(
            session, document.race.slug, scope=TokenScope.STATION, label="benchmark", at=0
        )
    server = Server(database, folder, workers=WORKERS)
    server.start()
    atexit.register(server.kill)
    return server, made.plain
