"""Installations in one process, and lines and files between them that may fail anywhere."""

from __future__ import annotations

import io
import secrets
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from tests.race_samples import DOCUMENT, EVENING, RACE
from timing.core.compute import compute
from timing.core.entries import Entry
from timing.core.publication import Digests, digests_of
from timing.core.records import Passing, Ruling
from timing.db.engines import Database, open_database
from timing.db.reading import read_race
from timing.db.tables import JournalRow, NodeRow
from timing.operations.definitions import parse_definition
from timing.operations.homes import claims_of
from timing.operations.races import add_race, export_document
from timing.operations.record import append
from timing.operations.revisions import lock_race
from timing.operations.sync import exchange as exchanging
from timing.operations.sync.frames import frame_from_plain, take_frame
from timing.operations.sync.pages import Life, Summary, page_from_plain, summary
from timing.operations.sync.parcels import Received, take_parcel, write_parcel
from timing.operations.sync.plain import Object, packed, unpacked

SLUG = RACE.slug

PATIENCE_SECONDS = 200.0
"""How long is waited for what is sure to come, unless it is broken."""


class LineCut(OSError):
    """The line failed."""


def uncut(_: int) -> bool:
    return False


@dataclass
class Line:
    """A line to another camp, through what really travels. ``cut`` says at which uses it fails.

    A line that fails may have done its work or not.
    """

    camp: Camp
    cut: Callable[[int], bool] = uncut
    uses: int = 0
    bytes: int = 0

    def _travel(self, work: Callable[[], Object]) -> Object:
        self.uses += 1
        fails = self.cut(self.uses)
        if fails and self.uses % 2:
            raise LineCut
        answer = packed(work())
        self.bytes += len(answer)
        if fails:
            raise LineCut
        return unpacked(answer)

    def _reading(self, work: Callable[[Session], Object]) -> Object:
        def answer() -> Object:
            with self.camp.database.reading() as session:
                return work(session)

        return self._travel(answer)

    def _writing(self, work: Callable[[Session], Object]) -> Object:
        def answer() -> Object:
            with self.camp.database.writing() as session:
                return work(session)

        return self._travel(answer)

    def meet(self, told: Object) -> Object:
        told = unpacked(packed(told))
        name, at = self.camp.name, self.camp.now()
        return self._writing(
            lambda session: exchanging.answer_meeting(session, SLUG, told, name=name, at=at)
        )

    def frame(self) -> Object:
        return self._reading(lambda session: exchanging.answer_frame(session, SLUG))

    def take_frame(self, frame: Object) -> None:
        given = frame_from_plain(frame)
        self._writing(
            lambda session: {"taken": take_frame(session, SLUG, given, at=self.camp.now())}
        )

    def page(self, after: int, life: Life) -> Object:
        return self._reading(lambda session: exchanging.answer_page(session, SLUG, after, life))

    def take_page(self, page: Object) -> Object:
        self.bytes += len(packed(page))
        given = page_from_plain(page)
        return self._writing(
            lambda session: exchanging.answer_given_page(session, SLUG, given, at=self.camp.now())
        )

    def summary(self) -> Object:
        return self._reading(lambda session: exchanging.answer_summary(session, SLUG))


@dataclass
class Camp:
    """An installation with a clock that goes on by itself."""

    name: str
    database: Database
    clock: int = field(default=EVENING)

    def now(self) -> int:
        self.clock += 1
        return self.clock

    @property
    def node(self) -> str:
        with self.database.reading() as session:
            return session.scalars(select(NodeRow.node_id)).one()

    def found(self) -> None:
        with self.database.writing() as session:
            add_race(session, DOCUMENT, at=self.now(), by="tests")

    def found_empty(self) -> None:
        """Found the race before anything was seen of it."""
        before = replace(DOCUMENT, passings=(), rulings=())
        with self.database.writing() as session:
            add_race(session, before, at=self.now(), by="tests")

    def write(self, *records: Passing | Ruling) -> None:
        with self.database.writing() as session:
            append(
                session,
                SLUG,
                [r for r in records if isinstance(r, Passing)],
                [r for r in records if isinstance(r, Ruling)],
                received=self.now(),
                keep_conflicting=True,
            )

    def exchange(
        self, other: Camp, *, cut: Callable[[int], bool] = uncut, join: bool = False
    ) -> exchanging.Exchanged:
        return self.over(Line(other, cut), join=join)

    def over(self, line: Line, *, join: bool = False) -> exchanging.Exchanged:
        return exchanging.exchange(
            self.database, SLUG, line, name=self.name, now=self.now, join=join
        )

    def file(self, to: str = "") -> bytes:
        file = io.BytesIO()
        write_parcel(self.database, SLUG, file, name=self.name, at=self.now(), to=to)
        return file.getvalue()

    def read(self, data: bytes, *, join: bool = False) -> Received:
        return take_parcel(self.database, io.BytesIO(data), now=self.now, join=join)

    def records(self) -> set[tuple[str, str]]:
        with self.database.reading() as session:
            return {
                (row.record_id, row.digest)
                for row in session.execute(select(JournalRow.record_id, JournalRow.digest))
            }

    def held(self) -> int:
        """How many records."""
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(JournalRow)) or 0

    def wait_until(self, is_so: Callable[[], bool]) -> bool:
        """Whether what other processes do here comes about, however busy the machine is."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def wait_for(self, records: int) -> bool:
        """Whether it comes to hold so many records."""
        return self.wait_until(lambda: self.held() == records)

    def wait_for_more(self) -> bool:
        """Whether it comes to hold more records than now."""
        before = self.held()
        return self.wait_until(lambda: self.held() > before)

    def digests(self) -> Digests:
        with self.database.reading() as session:
            return digests_of(compute(export_document(session, SLUG).document), None)

    def summary(self) -> Summary:
        with self.database.reading() as session:
            return summary(session, SLUG)

    def entries(self) -> Sequence[Entry]:
        with self.database.reading() as session:
            return read_race(session, SLUG).entries

    def race_name(self) -> str:
        with self.database.reading() as session:
            return parse_definition(read_race(session, SLUG).definition).name

    def home(self) -> str:
        with self.database.writing() as session:
            return claims_of(session, lock_race(session, SLUG).id)[-1].node

    def begin_another_life(self) -> None:
        with self.database.writing() as session:
            session.execute(update(NodeRow).values(epoch=secrets.token_hex(8)))


@contextmanager
def camps(migrated: Path, folder: Path, *names: str) -> Iterator[tuple[Camp, ...]]:
    """Installations that know nothing of each other.

    Their files are not forced to the disk, for which nothing that is done here needs to wait.
    """
    made = []
    for name in names:
        path = folder / f"{name}-{secrets.token_hex(4)}.sqlite"
        shutil.copy(migrated, path)
        database = open_database(f"sqlite:///{path}")
        event.listen(
            database.writers, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF")
        )
        with database.writing() as session:
            session.execute(
                update(NodeRow).values(node_id=str(uuid.uuid4()), epoch=secrets.token_hex(8))
            )
        made.append(Camp(name, database))
    try:
        yield tuple(made)
    finally:
        for camp in made:
            camp.database.close()
