"""The files that a whole race is taken home in: what each is for, and what makes it.

What is long is made by a job (`timing.operations.export_jobs`), which tells how far it is; what is
not, while somebody waits.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from timing.core.book import RaceBook
from timing.core.entries import Entry
from timing.core.public import public_book
from timing.core.times import Instant
from timing.exports.finishers import NotFit, board_to_tell
from timing.exports.iof import to_iof
from timing.exports.json import everything
from timing.exports.mark import mark_of
from timing.exports.pdf import Sheets, to_pdf
from timing.exports.pdf_certificate import NoCertificate, certificate
from timing.exports.progress import Progress, nothing_told
from timing.exports.site import site_files
from timing.exports.site_origin import Origin, made_words
from timing.exports.submissions import SUBMISSIONS, XLSX, Obstacle, obstacles
from timing.exports.workbook import to_workbook
from timing.pages.languages import ENGLISH
from timing.pages.over import is_over

ZIP = "application/zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What a file is made of: a whole book, the revision it stands at, the moment of its mark.

    ``racefile`` writes the book's document; a racefile is a neighbour that this can't reach.
    ``set_certificate`` sets the pages of one, in the race's own layout where there is one.
    """

    book: RaceBook
    revision: int
    at: Instant
    racefile: Callable[[RaceBook], bytes]
    progress: Progress = nothing_told
    set_certificate: Callable[[Sheets], bytes] = to_pdf


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceFile:
    """A file of the whole race. A long one takes a job; ``make`` may raise NotFit."""

    code: str
    title: str
    purpose: str
    ending: str
    content_type: str
    make: Callable[[Making], bytes]
    is_long: bool = False

    def name(self, slug: str) -> str:
        """What the file is called."""
        return f"{slug}-{self.code}.{self.ending}"


def why_not(book: RaceBook, code: str) -> str:
    """Why the file can't be made of this race; empty where it can."""
    try:
        if code == "certificates" and not is_over(book):
            return "Certificates are there once the last stage is closed."
        if code in SUBMISSIONS or code == "iof":
            board = board_to_tell(book)
            if code in SUBMISSIONS:
                refused = next((o for o in obstacles(book, board, code) if o.is_final), None)
                return "" if refused is None else refused.message
    except NotFit as error:
        return str(error)
    return ""


def in_the_way(book: RaceBook, code: str) -> Iterator[Obstacle]:
    """What stands in the way of a file that can be made all the same."""
    if code in SUBMISSIONS and not why_not(book, code):
        yield from obstacles(book, board_to_tell(book), code)


def _workbook(making: Making) -> bytes:
    book = making.book
    mark, source = mark_of(book, making.at), f"revision {making.revision}"
    return to_workbook(book, mark=mark, source=source, progress=making.progress)


def _iof(making: Making) -> bytes:
    return to_iof(making.book, mark=mark_of(making.book, making.at))


def _racefile(making: Making) -> bytes:
    return making.racefile(making.book)


def _json(making: Making) -> bytes:
    return everything(making.book)


def _submission(code: str, making: Making) -> bytes:
    return SUBMISSIONS[code].make(making.book, board_to_tell(making.book))


def _site(making: Making) -> bytes:
    """What the public is told, in English, with its results as data."""
    book = public_book(making.book.document, whole=making.book)
    said = made_words(book.race, ENGLISH.code, making.at, Origin(revision=making.revision))
    files = site_files(
        book,
        languages=(ENGLISH.code,),
        made={ENGLISH.code: said},
        revision=making.revision,
    )
    parts = [(one.path, one.content) for one in files]
    return _zipped(parts, making.progress)


def _certificates(making: Making) -> bytes:
    """A page for everyone who may have one on the public pages, in English."""
    book = public_book(making.book.document, whole=making.book)

    def page(bib: str) -> bytes:
        return making.set_certificate(certificate(book, bib, revision=making.revision))

    bibs = [bib for bib in _bibs_by_rank(book) if _has_certificate(book, bib)]
    if not bibs:
        raise NotFit("Nobody has finished the race with a rank.")
    width = len(str(len(bibs)))
    parts = [
        (f"{n:0{width}d}-{_plain(bib)}.pdf", partial(page, bib)) for n, bib in enumerate(bibs, 1)
    ]
    return _zipped(parts, making.progress)


def _bibs_by_rank(book: RaceBook) -> Iterator[str]:
    lines = board_to_tell(book).lines
    ranked = sorted((li for li in lines if li.rank is not None), key=lambda li: li.rank or 0)
    seen = {li.competitor.id for li in ranked if isinstance(li.competitor, Entry)}
    yield from (li.competitor.bib for li in ranked if isinstance(li.competitor, Entry))
    yield from (entry.bib for entry in book.entries() if entry.id not in seen)


def _has_certificate(book: RaceBook, bib: str) -> bool:
    try:
        certificate(book, bib, revision=0)
    except NoCertificate:
        return False
    return True


def _plain(bib: str) -> str:
    """A bib as a part of a file's name: no separators, nothing a system keeps to itself."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in bib)


def _zipped(parts: Sequence[tuple[str, Callable[[], bytes]]], progress: Progress) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, (path, content) in enumerate(parts):
            progress(number, len(parts), path)
            packed.writestr(path, content())
    progress(len(parts), len(parts), "")
    return out.getvalue()


_ALL = (
    RaceFile(
        code="workbook",
        title="Workbook",
        purpose="Everything for people: boards, stages, splits, penalties, statuses",
        ending="xlsx",
        content_type=XLSX,
        make=_workbook,
        is_long=True,
    ),
    RaceFile(
        code="site",
        title="Site",
        purpose="All public pages as plain files, for a web space or a USB stick",
        ending="zip",
        content_type=ZIP,
        make=_site,
        is_long=True,
    ),
    RaceFile(
        code="certificates",
        title="Certificates",
        purpose="A page to hang on a wall for each finisher, best first",
        ending="zip",
        content_type=ZIP,
        make=_certificates,
        is_long=True,
    ),
    RaceFile(
        code="racefile",
        title="Racefile",
        purpose="Everything for Bivouac: definition, entries, every record; computes the same",
        ending="yaml",
        content_type="application/yaml",
        make=_racefile,
        is_long=True,
    ),
    RaceFile(
        code="json",
        title="JSON",
        purpose="Every board after every stage and all problems, for programs",
        ending="json",
        content_type="application/json",
        make=_json,
    ),
    *(
        RaceFile(
            code=code,
            title=one.title,
            purpose=one.purpose,
            ending=one.ending,
            content_type=one.content_type,
            make=partial(_submission, code),
        )
        for code, one in SUBMISSIONS.items()
    ),
    RaceFile(
        code="iof",
        title="IOF XML 3.0",
        purpose="Results for programs of orienteering, a race for each stage",
        ending="xml",
        content_type="application/xml",
        make=_iof,
    ),
)
FILES: Mapping[str, RaceFile] = {one.code: one for one in _ALL}
