"""The API of files to take home: light ones at once, long ones by a job, and what is printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from flask import Response, g
from marshmallow import Schema, fields, validate

from timing.core.book import RaceBook
from timing.core.times import format_instant
from timing.exports.files import FILES, in_the_way, why_not
from timing.exports.prints import Print, Wish
from timing.live.books import Standing
from timing.operations.export_jobs import ExportJob, JobState, TooManyJobs, jobs_of
from timing.web import exporting
from timing.web.api.bearer import director_only, key_needed
from timing.web.api.blueprint import ApiBlueprint
from timing.web.api.desk_refusals import refusals_of
from timing.web.errors import Refusal
from timing.web.installation import installation, now
from timing.web.printing import PDF, printed

Answer: TypeAlias = dict[str, Any]

_LONG = sorted(code for code, one in FILES.items() if one.is_long)
_BINARY = {"schema": {"type": "string", "format": "binary"}}

files_api = ApiBlueprint(
    "files_api",
    __name__,
    url_prefix="/api/v1",
    description="The race to take home, to send in and to print.",
)


class FileObstacleOut(Schema):
    """What stands in a file's way; without bibs it is the whole race."""

    message = fields.String()
    bibs = fields.List(fields.String())


class RaceFileOut(Schema):
    """A file of the race."""

    form = fields.String(metadata={"example": "itra"})
    title = fields.String()
    purpose = fields.String()
    ending = fields.String(metadata={"example": "xlsx"})
    content_type = fields.String()
    by_job = fields.Boolean(metadata={"description": "It is long: begin a job for it."})
    why_not = fields.String(
        metadata={"description": "Why it can't be made of this race; empty where it can."}
    )
    in_the_way = fields.List(fields.Nested(FileObstacleOut))


class RaceFilesOut(Schema):
    """Every file."""

    files = fields.List(fields.Nested(RaceFileOut))
    revision = fields.Integer()


class FileJobIn(Schema):
    """What to make."""

    form = fields.String(required=True, validate=validate.OneOf(_LONG))


class FileJobOut(Schema):
    """A job. Ask again every second or so while it is `running`."""

    id = fields.String()
    form = fields.String()
    state = fields.String(metadata={"enum": [state.value for state in JobState]})
    done = fields.Integer(metadata={"description": "So many parts are made,"})
    of = fields.Integer(metadata={"description": "of so many; 0 while that is not known."})
    by = fields.String()
    begun = fields.String(metadata={"description": "ISO instant."})
    until = fields.String(
        allow_none=True,
        metadata={"description": "When it is thrown away; null while it is made."},
    )
    size = fields.Integer(metadata={"description": "Of the file, in bytes."})
    said = fields.String(metadata={"description": "Why there is no file; empty if there is."})


class FileJobsOut(Schema):
    """Every job of the race, the newest first."""

    jobs = fields.List(fields.Nested(FileJobOut))


class FileGoneOut(Schema):
    """Whether it was there."""

    deleted = fields.Boolean()


_refusals = refusals_of(
    files_api,
    {
        404: "There is no such race, stage, file or job.",
        409: "It can't be made of this race, takes a job, or is not made yet.",
        422: "Something in the body is wrong; nothing was begun.",
        429: "So many are being made: try again in a minute.",
        503: "The database is busy; nothing was begun, send it again.",
    },
)


def _answers_with(*content_types: str) -> Mapping[str, Any]:
    content = {kind.partition(";")[0]: _BINARY for kind in content_types}
    return {"200": {"description": "The file.", "content": content}}


_ALL_KINDS = _answers_with(*(one.content_type for one in FILES.values()))


@files_api.get("/races/<slug:slug>/files")
@key_needed
@files_api.response(200, RaceFilesOut)
@_refusals
@files_api.doc(security=[{"key": []}])
def files(slug: str) -> Answer:
    """Tell every file of the race, what it is for, and what stands in its way."""
    director_only()
    here = installation()
    here.books.refresh()

    def told(book: RaceBook, standing: Standing) -> Answer:
        listed = [_file(book, code) for code in FILES]
        return {"files": listed, "revision": standing.cursor.revision}

    return here.books.race(slug).ask_whole(told)


def _file(book: RaceBook, code: str) -> Answer:
    one = FILES[code]
    return {
        "form": code,
        "title": one.title,
        "purpose": one.purpose,
        "ending": one.ending,
        "content_type": one.content_type,
        "by_job": one.is_long,
        "why_not": why_not(book, code),
        "in_the_way": [
            {"message": o.message, "bibs": list(o.bibs)} for o in in_the_way(book, code)
        ],
    }


@files_api.get("/races/<slug:slug>/files/jobs")
@key_needed
@files_api.response(200, FileJobsOut)
@_refusals
@files_api.doc(security=[{"key": []}])
def jobs(slug: str) -> Answer:
    """Tell the jobs of the last hour."""
    director_only()
    with installation().database.reading() as session:
        return {"jobs": [_job(one) for one in jobs_of(session, slug, at=now())]}


@files_api.post("/races/<slug:slug>/files/jobs")
@key_needed
@files_api.arguments(FileJobIn)
@files_api.response(201, FileJobOut)
@_refusals
@files_api.doc(security=[{"key": []}])
def begin_job(body: Mapping[str, Any], slug: str) -> Answer:
    """Begin to make a long file, in a process of its own."""
    director_only()
    here, form = installation(), body["form"]
    here.books.refresh()
    reason = here.books.race(slug).ask_whole(lambda book, _: why_not(book, form))
    if reason:
        raise Refusal(409, reason)
    try:
        job = exporting.begin(slug, form, by=g.token.label, by_key=f"key {g.token.public}")
    except TooManyJobs as error:
        raise Refusal(429, str(error), headers={"Retry-After": "60"}) from None
    return _job(job)


@files_api.get("/races/<slug:slug>/files/jobs/<string:job>")
@key_needed
@files_api.response(200, FileJobOut)
@_refusals
@files_api.doc(security=[{"key": []}])
def job(slug: str, job: str) -> Answer:
    """Tell how far a job is."""
    director_only()
    return _job(exporting.named(slug, job))


@files_api.delete("/races/<slug:slug>/files/jobs/<string:job>")
@key_needed
@files_api.response(200, FileGoneOut)
@_refusals
@files_api.doc(security=[{"key": []}])
def delete_job(slug: str, job: str) -> Answer:
    """Stop a job, and throw away what it has made."""
    director_only()
    return {"deleted": exporting.delete(slug, job)}


@files_api.get("/races/<slug:slug>/files/jobs/<string:job>/file")
@key_needed
@_refusals
@files_api.doc(security=[{"key": []}], responses=_ALL_KINDS)
def job_file(slug: str, job: str) -> Response:
    """Give what a job has made."""
    director_only()
    return exporting.file_of(slug, job)


@files_api.get("/races/<slug:slug>/files/<string:form>")
@key_needed
@_refusals
@files_api.doc(security=[{"key": []}], responses=_ALL_KINDS)
def file(slug: str, form: str) -> Response:
    """Give a file that is made at once; 409 with the reason where it can't be, or takes a job."""
    director_only()
    wanted = FILES.get(form)
    if wanted is None:
        raise Refusal(404, f"There is no such file; there are: {', '.join(FILES)}.")
    if wanted.is_long:
        raise Refusal(409, "This takes a while: begin a job for it.")
    return exporting.made(slug, wanted)


@files_api.get("/races/<slug:slug>/stages/<int:number>/print/<string:sheet>")
@key_needed
@_refusals
@files_api.doc(security=[{"key": []}], responses=_answers_with(PDF))
def print_sheets(slug: str, number: int, sheet: str) -> Response:
    """Give a sheet of a stage as PDF: bulletin, start list, checkpoint sheets, ceremony, prizes."""
    director_only()
    if sheet not in tuple(Print):
        raise Refusal(404, f"There is no such sheet; there are: {', '.join(Print)}.")
    return printed(slug, Wish(what=Print(sheet), stage=number))


def _job(job: ExportJob) -> Answer:
    return {
        "id": job.id,
        "form": job.form,
        "state": job.state.value,
        "done": job.done,
        "of": job.of,
        "by": job.by,
        "begun": format_instant(job.begun),
        "until": None if job.until is None else format_instant(job.until),
        "size": job.size,
        "said": job.said,
    }
