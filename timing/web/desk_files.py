"""The desk's page of files: those made while somebody waits, and those that a job makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Blueprint, flash, get_flashed_messages
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.exports.files import FILES, RaceFile, in_the_way, why_not
from timing.exports.submissions import Obstacle
from timing.live.books import Standing
from timing.operations.directors import Director
from timing.operations.export_jobs import ExportJob, TooManyJobs, jobs_of
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.files_page import BIBS_SHOWN, FileItem, InTheWay, files_page
from timing.pages.rendering import render
from timing.web import exporting, forms
from timing.web.errors import Refusal
from timing.web.forms import field, form_token, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now
from timing.web.made_files import made_file

desk_files = Blueprint("desk_files", __name__)


@desk_files.get("/desk/<slug:slug>/files")
@allowed(Right.EXPORT)
def files(who: Director, slug: str) -> AnyResponse:
    """Every file, what it is for, what stands in its way, and those that are made or ready."""
    here, token = installation(), form_token()
    here.books.refresh()
    with here.database.reading() as session:
        jobs = jobs_of(session, slug, at=now())
    said = [str(message) for message in get_flashed_messages()]

    def made(book: RaceBook, _: Standing) -> str:
        page = files_page(
            book,
            files=tuple(_items(book, jobs)),
            made=tuple(made_file(book.race, job, at=now()) for job in jobs),
            form_token=token,
            signed_in_as=who.name,
            messages=said,
        )
        return render(page, notice=here.settings.notice)

    return private(here.books.race(slug).ask_whole(made))


@desk_files.get("/desk/<slug:slug>/files/<form>")
@allowed(Right.EXPORT)
def file(_: Director, slug: str, form: str) -> AnyResponse:
    """The file in that form; 409 with the reason where the race does not fit it."""
    wanted = _form_named(form)
    if wanted.is_long:
        flash(f"{wanted.title}: this takes a while. Begin it here.")
        return forms.to(addresses.desk_files(slug))
    return exporting.made(slug, wanted)


@desk_files.post("/desk/<slug:slug>/files/jobs")
@allowed(Right.EXPORT)
def begin(who: Director, slug: str) -> AnyResponse:
    """Begin to make a long file."""
    wanted = _form_named(field("form"))
    if not wanted.is_long:
        return forms.to(f"{addresses.desk_files(slug)}/{wanted.code}")
    here = installation()
    here.books.refresh()
    reason = here.books.race(slug).ask_whole(lambda book, _: why_not(book, wanted.code))
    if reason:
        raise Refusal(409, reason)
    try:
        exporting.begin(slug, wanted.code, by=who.name, by_key=f"account {who.id}")
    except TooManyJobs as error:
        flash(str(error))
    return forms.to(addresses.desk_files(slug))


@desk_files.get("/desk/<slug:slug>/files/jobs/<job>")
@allowed(Right.EXPORT)
def download(_: Director, slug: str, job: str) -> AnyResponse:
    """The file that a job has made."""
    return exporting.file_of(slug, job)


@desk_files.post("/desk/<slug:slug>/files/jobs/<job>/stop")
@allowed(Right.EXPORT)
def stop(_: Director, slug: str, job: str) -> AnyResponse:
    """Stop a job; what it has made so far is thrown away."""
    exporting.stop(slug, job)
    return forms.to(addresses.desk_files(slug))


@desk_files.post("/desk/<slug:slug>/files/jobs/<job>/delete")
@allowed(Right.EXPORT)
def delete(_: Director, slug: str, job: str) -> AnyResponse:
    """Throw away what a job has made, or what it says."""
    exporting.delete(slug, job)
    return forms.to(addresses.desk_files(slug))


def _form_named(code: str) -> RaceFile:
    wanted = FILES.get(code)
    if wanted is None:
        raise Refusal(404, "There is no such file.")
    return wanted


def _items(book: RaceBook, jobs: Sequence[ExportJob]) -> Iterator[FileItem]:
    slug = book.race.slug
    running = {job.form for job in jobs if job.ended is None}
    for code, form in FILES.items():
        refused = why_not(book, code)
        if refused:
            yield FileItem(
                code=code,
                title=form.title,
                purpose=form.purpose,
                ending=form.ending.upper(),
                in_the_way=(InTheWay(message=refused),),
            )
            continue
        yield FileItem(
            code=code,
            title=form.title,
            purpose=form.purpose,
            ending=form.ending.upper(),
            url="" if form.is_long else f"{addresses.desk_files(slug)}/{code}",
            is_long=form.is_long,
            is_made=code in running,
            in_the_way=tuple(_told(book, one) for one in in_the_way(book, code)),
        )


def _told(book: RaceBook, one: Obstacle) -> InTheWay:
    shown = one.bibs[:BIBS_SHOWN]
    slug = book.race.slug
    return InTheWay(
        message=one.message,
        bibs=tuple((bib, addresses.runner(slug, bib)) for bib in shown),
        more=len(one.bibs) - len(shown),
    )
