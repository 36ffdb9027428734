"""The process that makes the file of one job: begun by whoever serves, living on without it.

What it is to do comes in as JSON. It reads the race by itself, tells how far it is, and looks twice
a second whether it is still wanted. If not, it ends with everything that it began: it leads a group
of processes of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from timing import racefile
from timing.core.book import RaceBook
from timing.core.times import Instant
from timing.db import reading
from timing.db.engines import Database, DatabaseBusy, open_database
from timing.exports.files import FILES, Making
from timing.exports.finishers import NotFit
from timing.exports.layouts import BadLayout, Layout, set_in_layout
from timing.exports.pdf import Sheets, to_pdf
from timing.operations.definitions import parse_definition
from timing.operations.export_jobs import (
    LONGEST,
    draft_of_job,
    end_job,
    fail_job,
    file_of_job,
    form_of_job,
    is_under_way,
    tell_progress,
)
from timing.operations.print_layouts import layout_in_force

_LOOK_SECONDS = 0.5
_TELL_SECONDS = 5.0
_POLITENESS = 10
"""Timing comes first on a machine that has two processors."""


def begin_making(
    database: Database, folder: Path, slug: str, job_id: str
) -> subprocess.Popen[bytes]:
    """Begin the process that makes the file of a job; the caller waits for its end or does not."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    asked = {
        "database": database.url.render_as_string(hide_password=False),
        "folder": str(folder),
        "slug": slug,
        "job": job_id,
    }
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "timing.operations.export_making"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    # By its standard input: everybody may read what a process was called with.
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError), process.stdin as written:
            written.write(json.dumps(asked).encode())
    return process


@dataclass(slots=True, kw_only=True)
class _Job:
    """The job at hand, as its two threads share it."""

    database: Database
    folder: Path
    slug: str
    id: str
    done: int = 0
    of: int = 0
    doing: str = ""
    is_over: threading.Event = field(default_factory=threading.Event)

    def progress(self, done: int, of: int, what: str) -> None:
        """Have it told the next time it is looked after."""
        self.done, self.of, self.doing = done, of, what

    def make(self) -> None:
        """Make the file, and say so, or why not."""
        with self.database.reading() as session:
            form = form_of_job(session, self.id)
            held = reading.read_race(session, self.slug)
            own = layout_in_force(session, self.slug, Layout.CERTIFICATE)
        book = RaceBook(held.document(parse_definition(held.definition)))
        book.publications = held.publications
        content = FILES[form].make(
            Making(
                book=book,
                revision=held.cursor.revision,
                at=_now(),
                racefile=_racefile,
                progress=self.progress,
                set_certificate=to_pdf if own is None else partial(_set, own.text),
            )
        )
        draft = draft_of_job(self.folder, self.id)
        draft.write_bytes(content)
        draft.replace(file_of_job(self.folder, self.id))
        with self.database.writing() as session:
            is_wanted = end_job(session, self.id, size=len(content), at=_now(), parts=self.of)
        if not is_wanted:
            file_of_job(self.folder, self.id).unlink(missing_ok=True)

    def look_after(self) -> None:
        """Tell how far it is until it is over; end everything if it is wanted no more."""
        began = told_at = time.monotonic()
        told = (0, 0, "")
        while not self.is_over.wait(_LOOK_SECONDS):
            how_far = (self.done, self.of, self.doing)
            if how_far == told and time.monotonic() - told_at < _TELL_SECONDS:
                is_wanted = self._is_wanted()
            else:
                told, told_at = how_far, time.monotonic()
                is_wanted = self._tell(how_far, is_late=(told_at - began) * 1_000 > LONGEST)
            if not is_wanted and not self.is_over.is_set():
                self._end()

    def _is_wanted(self) -> bool:
        with self.database.reading() as session:
            return is_under_way(session, self.id)

    def _tell(self, how_far: tuple[int, int, str], *, is_late: bool) -> bool:
        done, of, doing = how_far
        try:
            with self.database.writing() as session:
                if is_late:
                    fail_job(session, self.id, "It took too long and was ended.", at=_now())
                return tell_progress(session, self.id, done=done, of=of, doing=doing, at=_now())
        except DatabaseBusy:
            return True  # it is told the next time

    def _end(self) -> None:
        draft_of_job(self.folder, self.id).unlink(missing_ok=True)
        if os.getpgrp() == os.getpid():
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os._exit(1)


def main() -> None:
    """Make the file that standard input asks for."""
    os.nice(_POLITENESS)
    asked = json.load(sys.stdin.buffer)
    folder = Path(asked["folder"])
    job = _Job(
        database=open_database(asked["database"]),
        folder=folder,
        slug=asked["slug"],
        id=asked["job"],
    )
    threading.Thread(target=job.look_after, daemon=True).start()
    said = ""
    try:
        job.make()
    except NotFit as error:
        said = str(error)
    except Exception as error:
        said = f"It failed ({type(error).__name__}); the log of the server says more."
        raise
    finally:
        job.is_over.set()
        draft_of_job(folder, job.id).unlink(missing_ok=True)
        if said:
            with job.database.writing() as session:
                fail_job(session, job.id, said, at=_now())


def _set(text: str, sheets: Sheets) -> bytes:
    try:
        return set_in_layout(sheets, text)
    except BadLayout:
        return to_pdf(sheets)


def _racefile(book: RaceBook) -> bytes:
    return racefile.dump(book.document).encode()


def _now() -> Instant:
    return time.time_ns() // 1_000_000  # noqa: TID251 - it is called by nobody who has a clock


if __name__ == "__main__":
    main()
