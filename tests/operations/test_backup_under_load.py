"""A backup that is made while a server takes passings, restored elsewhere, is the race it was."""

from __future__ import annotations

import contextlib
import json
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import ColumnElement, select

from tests.postgresql import PostgreSQL
from tests.race_samples import DOCUMENT, EVENING, RACE
from tests.served import Server, serving
from timing.cli import main
from timing.core.book import RaceBook
from timing.core.plain import digest
from timing.core.publication import Digests, digests_of
from timing.core.records import Record
from timing.db.engines import Database, open_database
from timing.db.reading import race_cursor
from timing.db.tables import JournalRow, RaceRow
from timing.operations.races import add_race, export_document
from timing.operations.tokens import TokenScope, make_token

SLUGS = (RACE.slug, "the-other")
ENOUGH_BACKUPS = 3
"""Made while records were acknowledged."""
MOST_BACKUPS = 25
BATCH = 5
MOST_BATCHES = 1_000
PAUSE_SECONDS = 0.02
"""Between two batches: some hundred passings a second come in."""


@pytest.fixture
def raced(database: Database) -> Database:
    """A database with two races."""
    with database.writing() as session:
        for slug in SLUGS:
            race = replace(DOCUMENT.race, slug=slug)
            add_race(session, replace(DOCUMENT, race=race), at=EVENING, by="director")
    return database


@dataclass(slots=True)
class Recorder(threading.Thread):
    """A program that sends passings of a race, and knows which were acknowledged."""

    server: Server
    slug: str
    key: str
    acknowledged: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        threading.Thread.__init__(self)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        for batch in count():
            if self.done.wait(PAUSE_SECONDS) or batch >= MOST_BATCHES:
                return
            ids = [f"{self.slug}-{batch}-{n}" for n in range(BATCH)]
            try:
                self._send(ids)
            except OSError as error:
                self.failed.append(str(error))
                return
            self.acknowledged += ids

    def _send(self, ids: list[str]) -> None:
        passings = [
            {"id": one, "stage": 1, "control": "FINISH", "bib": bib, "time": f"11:{n:02}:00"}
            for n, (one, bib) in enumerate(
                zip(ids, ["12", "15a", "007", "7"] * BATCH, strict=False)
            )
        ]
        asked = urllib.request.Request(
            f"{self.server.url}/api/v1/races/{self.slug}/passings",
            data=json.dumps({"passings": passings}).encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert json.load(answer)["accepted"] == len(ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A backup, and which records had been acknowledged before it was begun."""

    path: Path
    before: frozenset[str]


def told(*words: str | Path) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


@contextlib.contextmanager
def recording(server: Server, database: Database) -> Iterator[list[Recorder]]:
    """Programs that send passings of both races until the end of the ``with``."""
    recorders = []
    for slug in SLUGS:
        with database.writing() as session:
            made = make_token(session, slug, scope=TokenScope.DIRECTOR, label="Program", at=EVENING)
        recorders.append(Recorder(server=server, slug=slug, key=made.plain))
    for recorder in recorders:
        recorder.start()
    try:
        yield recorders
    finally:
        for recorder in recorders:
            recorder.done.set()
        for recorder in recorders:
            recorder.join(60)


def copies(recorders: list[Recorder], folder: Path) -> list[Copy]:
    """Backups during each of which something was acknowledged."""
    made: list[Copy] = []
    for number in range(MOST_BACKUPS):
        before = frozenset(one for r in recorders for one in tuple(r.acknowledged))
        path = folder / f"copy-{number}"
        told("backup", path)
        during = sum(len(r.acknowledged) for r in recorders) - len(before)
        if before and during:
            made.append(Copy(path=path, before=before))
        if len(made) >= ENOUGH_BACKUPS:
            break
    return made


@pytest.fixture
def place(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Another database of the same kind, with nothing in it."""
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/elsewhere/race.sqlite"
        if not database.file:
            server: PostgreSQL = request.getfixturevalue("postgresql_server")
            url = stack.enter_context(server.database())
        other = open_database(url)
        yield other
        other.close()


def journal(database: Database, slug: str, until: int | None = None) -> list[tuple[int, str, str]]:
    """Revision, id and digest of each record up to a revision, once its content was looked at."""
    asked = (
        select(JournalRow)
        .join(RaceRow, RaceRow.id == JournalRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(JournalRow.revision)
    )
    with database.reading() as session:
        document = export_document(session, slug, until).document
        rows = list(session.scalars(asked if until is None else asked.where(_up_to(until))))
    written: tuple[Record, ...] = (*document.passings, *document.rulings)
    said = {one.id: digest(one) for one in written}
    assert {row.record_id: row.digest for row in rows} == said
    return [(row.revision, row.record_id, row.digest) for row in rows]


def _up_to(revision: int) -> ColumnElement[bool]:
    return JournalRow.revision <= revision


def digests(database: Database, slug: str, revision: int | None = None) -> Digests:
    with database.reading() as session:
        return digests_of(RaceBook(export_document(session, slug, revision).document), 1)


def revision_of(database: Database, slug: str) -> int:
    with database.reading() as session:
        return race_cursor(session, slug).revision


def test_each_backup_restored_equals_the_race_as_of_its_revision(
    raced: Database, place: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = raced.url.render_as_string(hide_password=False)
    target = place.url.render_as_string(hide_password=False)
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", source)
    with serving(raced, tmp_path, workers=1) as server, recording(server, raced) as recorders:
        made = copies(recorders, tmp_path)
    assert [failure for recorder in recorders for failure in recorder.failed] == []
    assert len(made) == ENOUGH_BACKUPS

    monkeypatch.setenv("BIVOUAC_DATABASE_URL", target)
    revisions: list[int] = []
    for copy in made:
        told("restore", "--force", copy.path)
        held: set[str] = set()
        for slug in SLUGS:
            until = revision_of(place, slug)
            revisions.append(until)
            records = journal(place, slug)
            assert records == journal(raced, slug, until)
            assert records[-1][0] == until
            assert digests(place, slug) == digests(raced, slug, until)
            held |= {record for _, record, _ in records}
        assert copy.before - held == frozenset()
    # They were of different moments, and none of the end: records went on coming in.
    first = revisions[:: len(SLUGS)]
    assert first == sorted(set(first))
    assert all(revision_of(raced, slug) > revisions[0] for slug in SLUGS)
