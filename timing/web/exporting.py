"""Files to take home, as the desk and the API serve them: at once, or by a job."""

from __future__ import annotations

import subprocess
from pathlib import Path

from flask import Response, send_file

from timing import racefile
from timing.core.book import RaceBook
from timing.db.engines import Database, open_database
from timing.exports.files import FILES, Making, RaceFile
from timing.exports.finishers import NotFit
from timing.live.threads import in_background, in_thread
from timing.operations.export_jobs import (
    ExportJob,
    JobState,
    begin_job,
    fail_job,
    file_of_job,
    job_named,
    stop_job,
    throw_away,
)
from timing.operations.export_making import begin_making
from timing.web.errors import Refusal
from timing.web.installation import installation, now

_ENDED = "The process that made it was ended. Make it again."
_GONE = "There is no such file: it was stopped, or thrown away after an hour. Make it again."


def folder() -> Path:
    """Where the files are until they are thrown away."""
    return installation().settings.instance / "exports"


def made(slug: str, form: RaceFile) -> Response:
    """A file that is made while somebody waits; Refusal with the reason where it can't be."""
    here = installation()
    here.books.refresh()
    # A book of its own: while the file is made, others may ask the race.
    book, revision = here.books.race(slug).ask_whole(
        lambda whole, standing: (whole.fork(), standing.cursor.revision)
    )
    making = Making(book=book, revision=revision, at=now(), racefile=_racefile)
    try:
        content = in_thread(lambda: form.make(making))
    except NotFit as error:
        raise Refusal(409, str(error)) from error
    response = Response(content, content_type=form.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=form.name(slug))
    return response


def _racefile(book: RaceBook) -> bytes:
    return racefile.dump(book.document).encode()


def begin(slug: str, form: str, *, by: str, by_key: str) -> ExportJob:
    """Begin a job in a process of its own. Raises TooManyJobs."""
    here, where = installation(), folder()
    with here.database.writing() as session:
        job = begin_job(session, where, slug, form, by=by, by_key=by_key, at=now())
    process = begin_making(here.database, where, slug, job.id)
    # By a connection of its own: it waits for as long as the process lives.
    in_background(lambda: _see_it_end(here.database, job, process), f"export {job.form}")
    return job


def named(slug: str, job_id: str) -> ExportJob:
    """The job of that id; Refusal where there is none any more."""
    with installation().database.reading() as session:
        job = job_named(session, slug, job_id, at=now())
    if job is None:
        raise Refusal(404, _GONE)
    return job


def file_of(slug: str, job_id: str) -> Response:
    """What a job has made; Refusal while there is nothing, with what to do."""
    job = named(slug, job_id)
    if job.state is JobState.RUNNING:
        raise Refusal(409, "It is still being made.")
    if job.state is not JobState.DONE:
        raise Refusal(409, job.said or "It was stopped: there is no file.")
    form, path = FILES[job.form], file_of_job(folder(), job.id)
    if not path.is_file():
        raise Refusal(404, _GONE)
    return send_file(
        path,
        mimetype=form.content_type,
        as_attachment=True,
        download_name=form.name(slug),
        etag=False,
        max_age=0,
    )


def stop(slug: str, job_id: str) -> ExportJob:
    """Stop a job, which may have ended meanwhile; Refusal where there is none."""
    with installation().database.writing() as session:
        stop_job(session, slug, job_id, at=now())
    return named(slug, job_id)


def delete(slug: str, job_id: str) -> bool:
    """Throw a job away with its file, whatever it is at; whether it was there."""
    with installation().database.writing() as session:
        return throw_away(session, folder(), slug, job_id, at=now())


def _see_it_end(database: Database, job: ExportJob, process: subprocess.Popen[bytes]) -> None:
    """Wait for the process; if it was killed, nobody but this can say so at once."""
    process.wait()
    own = open_database(database.url)
    try:
        with own.writing() as session:
            fail_job(
                session, job.id, "The process that made it was ended. Make it again.", at=now()
            )
    finally:
        own.close()
