"""The desk's page of files, and the files of it that are made while somebody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response
from werkzeug.wrappers import Response as AnyResponse

from timing import racefile
from timing.core.book import RaceBook
from timing.exports.finishers import NotFit, board_to_tell
from timing.exports.iof import to_iof
from timing.exports.json import everything
from timing.exports.mark import mark_of
from timing.exports.submissions import SUBMISSIONS, XLSX, Obstacle, obstacles
from timing.exports.workbook import to_workbook
from timing.live.books import Standing
from timing.live.threads import in_thread
from timing.operations.directors import Director
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.files_page import BIBS_SHOWN, FileItem, InTheWay, files_page
from timing.pages.rendering import render
from timing.web.errors import Refusal
from timing.web.forms import form_token, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now

desk_files = Blueprint("desk_files", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """A file of the whole race."""

    title: str
    purpose: str
    ending: str
    content_type: str
    make: Callable[[RaceBook], bytes]


def _workbook(book: RaceBook) -> bytes:
    return to_workbook(book, mark=mark_of(book, now()))


def _iof(book: RaceBook) -> bytes:
    return to_iof(book, mark=mark_of(book, now()))


def _racefile(book: RaceBook) -> bytes:
    return racefile.dump(book.document).encode()


def _submission(code: str) -> Callable[[RaceBook], bytes]:
    return lambda book: SUBMISSIONS[code].make(book, board_to_tell(book))


_FORMS: Mapping[str, _Form] = {
    "workbook": _Form(
        title="Workbook",
        purpose="Everything for people: boards, stages, splits, penalties, statuses",
        ending="xlsx",
        content_type=XLSX,
        make=_workbook,
    ),
    "racefile": _Form(
        title="Racefile",
        purpose="Everything for Bivouac: definition, entries, every record; computes the same",
        ending="yaml",
        content_type="application/yaml",
        make=_racefile,
    ),
    "json": _Form(
        title="JSON",
        purpose="Every board after every stage and all problems, for programs",
        ending="json",
        content_type="application/json",
        make=everything,
    ),
    **{
        code: _Form(
            title=one.title,
            purpose=one.purpose,
            ending=one.ending,
            content_type=one.content_type,
            make=_submission(code),
        )
        for code, one in SUBMISSIONS.items()
    },
    "iof": _Form(
        title="IOF XML 3.0",
        purpose="Results for programs of orienteering, a race for each stage",
        ending="xml",
        content_type="application/xml",
        make=_iof,
    ),
}


@desk_files.get("/desk/<slug:slug>/files")
@allowed(Right.EXPORT)
def files(who: Director, slug: str) -> AnyResponse:
    """Every file, what it is for, and what stands in its way."""
    here, token = installation(), form_token()
    here.books.refresh()

    def made(book: RaceBook, _: Standing) -> str:
        page = files_page(book, files=tuple(_items(book)), form_token=token, signed_in_as=who.name)
        return render(page, notice=here.settings.notice)

    return private(here.books.race(slug).ask_whole(made))


@desk_files.get("/desk/<slug:slug>/files/<form>")
@allowed(Right.EXPORT)
def file(_: Director, slug: str, form: str) -> AnyResponse:
    """The file in that form; 409 with the reason where the race does not fit it."""
    wanted = _FORMS.get(form)
    if wanted is None:
        raise Refusal(404, "There is no such file.")
    here = installation()
    here.books.refresh()
    # A book of its own: while the file is made, others may ask the race.
    book = here.books.race(slug).ask_whole(lambda whole, _: whole.fork())
    try:
        content = in_thread(lambda: wanted.make(book))
    except NotFit as error:
        raise Refusal(409, str(error)) from error
    response = Response(content, content_type=wanted.content_type)
    name = f"{slug}-{form}.{wanted.ending}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _items(book: RaceBook) -> Iterator[FileItem]:
    for code, form in _FORMS.items():
        found: tuple[InTheWay, ...] = ()
        if code in SUBMISSIONS or code == "iof":
            try:
                board = board_to_tell(book)
                if code in SUBMISSIONS:
                    found = tuple(_in_the_way(book, o) for o in obstacles(book, board, code))
            except NotFit as error:
                yield FileItem(
                    title=form.title,
                    purpose=form.purpose,
                    ending=form.ending.upper(),
                    in_the_way=(InTheWay(message=str(error)),),
                )
                continue
        yield FileItem(
            title=form.title,
            purpose=form.purpose,
            ending=form.ending.upper(),
            url=f"{addresses.desk_files(book.race.slug)}/{code}",
            in_the_way=found,
        )


def _in_the_way(book: RaceBook, one: Obstacle) -> InTheWay:
    shown = one.bibs[:BIBS_SHOWN]
    slug = book.race.slug
    return InTheWay(
        message=one.message,
        bibs=tuple((bib, addresses.runner(slug, bib)) for bib in shown),
        more=len(one.bibs) - len(shown),
    )
