"""What a layout is tried with: the race as it stands, or an example where it has nothing yet."""

from __future__ import annotations

from timing.core.book import RaceBook
from timing.core.definition import StageKind
from timing.core.entries import Entry
from timing.exports.finishers import by_time
from timing.exports.layouts import Layout
from timing.exports.pdf import Imprint, Sheets
from timing.exports.pdf_certificate import NoCertificate, certificate
from timing.exports.prints import Print, Wish, sheets_of
from timing.pages.frame import name_and_edition


def preview_of(book: RaceBook, layout: Layout, imprint: Imprint) -> Sheets:
    """The sheet of the last stage with a result, or the first; of the best for a certificate."""
    if layout is Layout.CERTIFICATE:
        return _certificate(book)
    stages = [s.number for s in book.race.stages if s.kind is not StageKind.REST]
    return sheets_of(
        book, Wish(what=Print(layout.value), stage=book.last_stage or stages[0]), imprint
    )


def _certificate(book: RaceBook) -> Sheets:
    for classification in by_time(book):
        for line in book.board(classification.code).lines:
            if isinstance(line.competitor, Entry):
                try:
                    return certificate(book, line.competitor.bib, revision=0)
                except NoCertificate:
                    break
    return _example(book)


def _example(book: RaceBook) -> Sheets:
    """A certificate of nobody, for a race that is not over."""
    name, edition = name_and_edition(book.race)
    stages = [
        {
            "number": str(stage.number),
            "name": stage.name,
            "distance": f"{stage.distance_m / 1_000:.1f} km" if stage.distance_m else "",
            "time": "4:00:00",
            "rank": "1",
        }
        for stage in book.race.stages
    ]
    return Sheets(
        template="certificate.typ",
        data={
            "lang": "en",
            "dir": "ltr",
            "race": name,
            "edition": edition,
            "days": "",
            "title": "Certificate",
            "name": "Example Runner",
            "bib": "100",
            "about": "SUI · Women · Example Club",
            "told": f"has finished {name} in {4 * len(stages)}:00:00",
            "places": [{"rank": "1st", "of": "of 300, General classification"}],
            "heads": ["Stage", "Time", "Place"],
            "stages": stages,
            "total": "Total",
            "time": f"{4 * len(stages)}:00:00",
            "official": "Official result",
            "is_official": True,
            "foot": "An example: nobody has finished yet.",
        },
    )
