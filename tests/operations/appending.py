"""A process that appends to a journal, for the tests that run several of them or kill one.

``python -m tests.operations.appending URL MODE SEED``. In mode ``crowd`` some threads append
passings of common ids in batches, each with one of its own, and print the ids of a batch once its
transaction is committed; in mode ``single`` they come one by one.
"""

import os
import random
import sys
import threading

from tests.race_samples import EVENING, RACE, passing
from timing.db.engines import Database, open_database
from timing.operations.record import append

COMMON_IDS = 120
THREADS = 3
BATCHES = 12


def say(*ids: int) -> None:
    """Write a whole line at once: threads share the output, and the process may be killed."""
    os.write(sys.stdout.fileno(), (" ".join(map(str, ids)) + "\n").encode())


def crowd(database: Database, seed: int) -> None:
    def work(thread: int) -> None:
        chance = random.Random(seed * 100 + thread)
        for _ in range(BATCHES):
            ids = chance.choices(range(COMMON_IDS), k=8)
            own = 1_000_000 + seed * 10_000 + thread * 1_000 + chance.randrange(1_000)
            with database.writing() as session:
                append(session, RACE.slug, [passing(n) for n in (*ids, own)], received=EVENING)
            say(own, *ids)

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def single(database: Database, seed: int) -> None:
    for number in range(seed, seed + 100_000):
        with database.writing() as session:
            append(session, RACE.slug, [passing(number)], received=EVENING)
        say(number)


if __name__ == "__main__":
    url, mode, seed = sys.argv[1:]
    {"crowd": crowd, "single": single}[mode](open_database(url), int(seed))
