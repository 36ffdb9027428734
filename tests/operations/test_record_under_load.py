"""Many writers at once, and writers that die: what was acknowledged is there, once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from sqlalchemy import select

from tests.prerequisites import PROJECT
from tests.race_samples import EVENING, RACE, passing
from timing.core.document import Document
from timing.db import reading
from timing.db.engines import Database
from timing.db.tables import JournalRow
from timing.operations.races import add_race
from timing.operations.record import append

SLUG = RACE.slug
BEFORE_RECORDS = 1  # the definition's own revision


@pytest.fixture(autouse=True)
def _a_race(database: Database) -> None:
    with database.writing() as session:
        add_race(session, Document(race=RACE), at=EVENING, by="director")


def writer(database: Database, mode: str, seed: int) -> subprocess.Popen[str]:
    url = database.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.operations.appending", url, mode, str(seed)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )


def journal(database: Database) -> list[tuple[int, str]]:
    with database.reading() as session:
        rows = session.execute(
            select(JournalRow.revision, JournalRow.record_id).order_by(JournalRow.revision)
        )
        return [(row.revision, row.record_id) for row in rows]


def test_writers_at_once_write_each_record_once_with_no_revision_missing(
    database: Database,
) -> None:
    """And whoever follows the journal meanwhile sees each record once, in order."""
    writers = [writer(database, "crowd", seed) for seed in range(3)]
    followed: list[str] = []
    cursor = BEFORE_RECORDS
    while any(process.poll() is None for process in writers):
        with database.reading() as session:
            news = reading.news_since(session, SLUG, cursor)
        assert len(news.passings) == news.cursor.revision - cursor
        followed += [one.id for one in news.passings]
        cursor = news.cursor.revision
        time.sleep(0.005)
    said = [process.communicate()[0] for process in writers]
    acknowledged = {f"p{number}" for output in said for number in output.split()}
    assert [process.returncode for process in writers] == [0] * 3

    rows = journal(database)
    ids = [record_id for _, record_id in rows]
    first = BEFORE_RECORDS + 1
    assert [revision for revision, _ in rows] == list(range(first, first + len(rows)))
    assert len(set(ids)) == len(ids)
    assert set(ids) == acknowledged
    assert len(ids) > 3 * 3 * 12
    assert followed == ids[: len(followed)]
    with database.reading() as session:
        assert reading.race_cursor(session, SLUG).revision == rows[-1][0]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_a_killed_writer_acknowledged_is_there_once(database: Database, seed: int) -> None:
    process = writer(database, "single", seed * 1_000)
    assert process.stdout
    enough = random.Random(seed).randrange(5, 60)
    acknowledged = [process.stdout.readline().strip() for _ in range(enough)]
    os.kill(process.pid, signal.SIGKILL)
    # It may have said more before it died; its last line may be torn.
    acknowledged += process.communicate()[0].rpartition("\n")[0].split()
    assert process.returncode == -signal.SIGKILL

    ids = Counter(record_id for _, record_id in journal(database))
    assert set(ids.values()) == {1}
    assert set(ids) >= {f"p{number}" for number in acknowledged}
    assert len(ids) <= len(acknowledged) + 1  # one may have been committed and not yet said

    with database.writing() as session:
        again = append(
            session, SLUG, [passing(int(number)) for number in acknowledged], received=EVENING
        )
    assert (again.accepted, again.known) == (0, len(acknowledged))
