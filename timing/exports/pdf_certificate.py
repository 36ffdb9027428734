"""A finisher's certificate: a page with the name, the time, the places, and every stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from timing.core.book import RaceBook
from timing.core.definition import Classification, Of
from timing.core.entries import Entry
from timing.core.official import is_official
from timing.core.publications import official_until, publication_of
from timing.core.results import Line
from timing.core.statuses import StageStatus
from timing.exports.pdf import Sheets
from timing.exports.pdf_letters import Legible
from timing.pages import figures, words
from timing.pages.frame import name_and_edition
from timing.pages.languages import mark, spoken, translate
from timing.pages.marks import called, name_of
from timing.pages.over import is_over
from timing.pages.result_mark import is_as_published
from timing.pages.runner_page import entry_of
from timing.pages.saying import said


class NoCertificate(LookupError):
    """Nobody of that bib has finished the race, or it is not over yet."""


def certificate(book: RaceBook, bib: str, *, revision: int) -> Sheets:
    """The certificate of whoever wears ``bib``, in the language spoken.

    Raises UnknownRunner, and NoCertificate for whoever is not ranked at the end.
    """
    entry = entry_of(book, bib)
    after = book.last_stage
    standings = list(_standings(book, entry, after)) if is_over(book) else []
    if not standings:
        raise NoCertificate(bib)
    issued = publication_of(book.publications, after)
    is_settled = (
        is_official(after, published_until=official_until(book.publications))
        and issued is not None
        and is_as_published(book, issued)
    )
    legible = Legible()
    line = standings[0][1]
    name, edition = name_and_edition(book.race)
    precision = book.race.rules.precision
    days = [stage.date for stage in book.race.stages]
    data: dict[str, Any] = {
        "lang": spoken().code,
        "dir": spoken().direction,
        "race": legible(name),
        "edition": edition,
        "days": words.days(min(days), max(days)),
        "title": translate("Certificate"),
        "name": legible(name_of(entry)),
        "bib": legible(entry.bib),
        "about": legible(_about(book, entry, line)),
        "told": legible(
            said(
                mark("has finished {race} in {time}"),
                race=name,
                time=figures.time(line.time or 0, precision),
            )
        ),
        "places": [
            {
                "rank": words.ordinal(own.rank or 0),
                "of": legible(
                    said(mark("of {number}, {name}"), number=figures.count(count), name=board)
                ),
            }
            for board, own, count in ((called(c), own, count) for c, own, count in standings[:3])
        ],
        "heads": [translate(text) for text in (mark("Stage"), mark("Time"), mark("Place"))],
        "stages": list(_stages(book, entry, legible)),
        "total": translate("Total"),
        "time": figures.time(line.time or 0, precision),
        "official": translate("Official result")
        if is_settled
        else translate("Unofficial: the result may still change."),
        "is_official": is_settled,
        "foot": said(
            mark("Revision {number}. Timed with Bivouac."), number=figures.count(revision)
        ),
    }
    return Sheets(template="certificate.typ", data=data, unprintable=tuple(legible.lost.values()))


def _foot(revision: int) -> str:
    return said(mark("Revision {number}. Timed with Bivouac."), number=figures.count(revision))


def _standings(
    book: RaceBook, entry: Entry, after: int
) -> Iterator[tuple[Classification, Line, int]]:
    """The classifications by time that the entry is ranked in, its line, and of how many."""
    for classification in book.race.classifications:
        if classification.of is not Of.SOLO:
            continue
        lines = book.board(classification.code, after).lines
        ranked = [line for line in lines if line.rank is not None and line.time is not None]
        for line in ranked:
            if isinstance(line.competitor, Entry) and line.competitor.id == entry.id:
                yield classification, line, len(ranked)


def _about(book: RaceBook, entry: Entry, line: Line) -> str:
    names = {c.code: called(c) for c in book.race.categories}
    team = book.team(entry.team) if entry.team else None
    parts = [entry.nationality, *(names.get(code, code) for code in line.categories)]
    parts.append(name_of(team) if team is not None else "")
    return " · ".join(part for part in parts if part)


def _stages(book: RaceBook, entry: Entry, legible: Legible) -> Iterator[dict[str, str]]:
    precision = book.race.rules.precision
    for number in book.stages:
        line, stage = book.stage_line(number, entry.id), book.race.stage(number)
        if line is None or stage is None or line.status is StageStatus.NOT_IN_DIVISION:
            continue
        yield {
            "number": str(number),
            "name": legible(stage.name),
            "distance": said(mark("{distance} km"), distance=figures.kilometres(stage.distance_m))
            if stage.distance_m
            else "",
            "time": words.STAGE_STATUS[line.status]
            if line.time is None
            else figures.time(line.time, precision),
            "rank": "" if line.rank is None else str(line.rank),
        }
