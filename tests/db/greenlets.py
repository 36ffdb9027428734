"""Three greenlets of one process that write to the database at the address given.

Each gives way to the others while it holds the lock, as a view does that waits for something.
"""

import sys

from gevent import monkey

monkey.patch_all()

import gevent  # noqa: E402 - after patching, as its documentation asks
from sqlalchemy import text  # noqa: E402

from timing.db.engines import open_database  # noqa: E402

database = open_database(sys.argv[1])


def write(number: int) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE node SET epoch = epoch || :number"), {"number": f"-{number}"})
        gevent.sleep(0.05)


gevent.joinall([gevent.spawn(write, number) for number in range(3)], raise_error=True)
