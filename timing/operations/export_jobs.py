"""Jobs that make long files: begun, told of, stopped, thrown away after an hour.

Each is made by a process of its own (`timing.operations.export_making`), which tells here how far
it is and looks here whether it is still wanted. So it does not matter which process serves the
page, or whether that one still lives. A job that was not heard of for a while has ended, and that
is told.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from timing.core.times import HOUR, MINUTE, SECOND, Instant
from timing.db.export_tables import ExportJobRow
from timing.db.reading import UnknownRace
from timing.db.tables import NodeRow, RaceRow

MOST_AT_ONCE = 4
"""So many are made at once in an installation."""

MOST_OF_ONE = 2
"""So many at once for one account or key."""

MOST_KEPT = 30
"""So many are kept that have ended; of more the oldest is thrown away."""

KEPT = HOUR
SILENT = 30 * SECOND
LONGEST = 30 * MINUTE
"""What takes longer is ended: no race is so large."""

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_DRAFT = ".part"
_SILENT = "It ended without a word, perhaps because the machine was restarted. Make it again."


class JobState(StrEnum):
    """How a job is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class TooManyJobs(ValueError):
    """No more can be made just now; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """A job: ``done`` of ``of`` parts, 0 of 0 while the race is read; ``doing`` is the next.

    ``size`` is the file's, in bytes. ``said`` is why there is none.
    """

    id: str
    slug: str
    form: str
    by: str
    begun: Instant
    state: JobState
    done: int
    of: int
    doing: str
    ended: Instant | None
    size: int
    said: str

    @property
    def until(self) -> Instant | None:
        """When it is thrown away; None while it is made."""
        return None if self.ended is None else self.ended + KEPT


def begin_job(
    session: Session, folder: Path, slug: str, form: str, *, by: str, by_key: str, at: Instant
) -> ExportJob:
    """Note a job that is about to begin. Raises UnknownRace, TooManyJobs."""
    # One after the other, so that they are counted right.
    session.execute(select(NodeRow).with_for_update())
    throw_away_old(session, folder, at=at)
    race = session.scalars(select(RaceRow).where(RaceRow.slug == slug)).one_or_none()
    if race is None:
        raise UnknownRace(slug)
    running = [row for row in session.scalars(select(ExportJobRow)) if _is_running(row, at)]
    if sum(row.by_key == by_key for row in running) >= MOST_OF_ONE:
        raise TooManyJobs(
            f"{MOST_OF_ONE} files of yours are being made: wait for one of them, or stop it."
        )
    if len(running) >= MOST_AT_ONCE:
        raise TooManyJobs(f"{MOST_AT_ONCE} files are being made: try again in a minute.")
    row = ExportJobRow(
        id=secrets.token_hex(16),
        race_id=race.id,
        form=form,
        by=by,
        by_key=by_key,
        begun=at,
        beat=at,
        state=JobState.RUNNING,
        done=0,
        of=0,
        doing="",
        ended=None,
        size=0,
        said="",
    )
    session.add(row)
    session.flush()
    return _job(row, slug, at)


def tell_progress(
    session: Session, job_id: str, *, done: int, of: int, doing: str, at: Instant
) -> bool:
    """Note how far a job is; whether it is still wanted."""
    return _change(session, job_id, done=done, of=of, doing=doing, beat=at)


def end_job(session: Session, job_id: str, *, size: int, at: Instant, parts: int = 0) -> bool:
    """Note that the file is there, and of how many parts; whether anybody still wants it."""
    values = {"done": parts, "of": parts, "size": size, "ended": at, "beat": at, "doing": ""}
    return _change(session, job_id, state=JobState.DONE, **values)


def fail_job(session: Session, job_id: str, said: str, *, at: Instant) -> bool:
    """Note why there is no file; whether the job was still under way."""
    return _change(session, job_id, state=JobState.FAILED, ended=at, said=said, doing="")


def stop_job(session: Session, slug: str, job_id: str, *, at: Instant) -> bool:
    """Want a job no more: its process ends within a second. Whether it was under way."""
    if job_named(session, slug, job_id, at=at) is None:
        return False
    return _change(session, job_id, state=JobState.STOPPED, ended=at, doing="")


def jobs_of(session: Session, slug: str, *, at: Instant) -> tuple[ExportJob, ...]:
    """The jobs of a race that have not been thrown away, the newest first."""
    rows = session.scalars(
        select(ExportJobRow)
        .join(RaceRow, RaceRow.id == ExportJobRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(ExportJobRow.begun.desc(), ExportJobRow.id)
    )
    return tuple(_job(row, slug, at) for row in rows if not _is_old(row, at))


def job_named(session: Session, slug: str, job_id: str, *, at: Instant) -> ExportJob | None:
    """The job of that id in this race; None where there is none, or none any more."""
    return next((one for one in jobs_of(session, slug, at=at) if one.id == job_id), None)


def is_under_way(session: Session, job_id: str) -> bool:
    """Whether a job is made, as far as is noted."""
    row = session.get(ExportJobRow, job_id)
    return row is not None and row.state == JobState.RUNNING


def form_of_job(session: Session, job_id: str) -> str:
    """What a job is to make; LookupError where it was thrown away."""
    row = session.get(ExportJobRow, job_id)
    if row is None:
        raise LookupError(job_id)
    return row.form


def throw_away(session: Session, folder: Path, slug: str, job_id: str, *, at: Instant) -> bool:
    """Throw a job away with its file, stopping it first; whether it was there."""
    if job_named(session, slug, job_id, at=at) is None:
        return False
    row = session.get(ExportJobRow, job_id)
    if row is not None:
        _forget(session, folder, row)
    return True


def throw_away_old(session: Session, folder: Path, *, at: Instant) -> int:
    """Throw away what ended an hour ago, and files that belong to nothing; how many jobs."""
    rows = list(session.scalars(select(ExportJobRow).order_by(ExportJobRow.begun.desc())))
    ended = [row for row in rows if not _is_running(row, at)]
    old = [row for n, row in enumerate(ended) if n >= MOST_KEPT - 1 or _is_old(row, at)]
    for row in old:
        _forget(session, folder, row)
    _sweep(folder, {row.id for row in rows if row not in old}, before=at - KEPT)
    return len(old)


def file_of_job(folder: Path, job_id: str) -> Path:
    """Where the file of a job is; ValueError for what is no id of one."""
    if _ID.fullmatch(job_id) is None:
        raise ValueError(job_id)
    return folder / job_id


def draft_of_job(folder: Path, job_id: str) -> Path:
    """Where it is while it is made."""
    file = file_of_job(folder, job_id)
    return file.with_name(file.name + _DRAFT)


def _change(session: Session, job_id: str, **values: object) -> bool:
    """Change a job that is under way; whether it is."""
    done = session.execute(
        update(ExportJobRow)
        .where(ExportJobRow.id == job_id, ExportJobRow.state == JobState.RUNNING)
        .values(**values)
        .returning(ExportJobRow.id)
    )
    return done.first() is not None


def _forget(session: Session, folder: Path, row: ExportJobRow) -> None:
    for path in (file_of_job(folder, row.id), draft_of_job(folder, row.id)):
        path.unlink(missing_ok=True)
    session.delete(row)


def _sweep(folder: Path, known: Iterable[str], *, before: Instant) -> None:
    """Delete files of no job that are older than a moment: a process may have died writing one."""
    if not folder.is_dir():
        return
    names = set(known)
    for path in folder.iterdir():
        job_id = path.name.removesuffix(_DRAFT)
        if _ID.fullmatch(job_id) and job_id not in names:
            is_old = path.stat().st_mtime_ns // 1_000_000 < before
            if is_old:
                path.unlink(missing_ok=True)


def _is_silent(row: ExportJobRow, at: Instant) -> bool:
    return row.state == JobState.RUNNING and at - row.beat > SILENT


def _is_running(row: ExportJobRow, at: Instant) -> bool:
    return row.state == JobState.RUNNING and not _is_silent(row, at)


def _ended(row: ExportJobRow, at: Instant) -> Instant | None:
    return row.beat if _is_silent(row, at) else row.ended


def _is_old(row: ExportJobRow, at: Instant) -> bool:
    ended = _ended(row, at)
    return ended is not None and at - ended >= KEPT


def _job(row: ExportJobRow, slug: str, at: Instant) -> ExportJob:
    is_silent = _is_silent(row, at)
    return ExportJob(
        id=row.id,
        slug=slug,
        form=row.form,
        by=row.by,
        begun=row.begun,
        state=JobState.FAILED if is_silent else JobState(row.state),
        done=row.done,
        of=row.of,
        doing=row.doing,
        ended=_ended(row, at),
        size=row.size,
        said=_SILENT if is_silent else row.said,
    )
