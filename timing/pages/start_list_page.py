"""The public start list of a stage: who starts when, as it was issued or as it would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.times import zone_named
from timing.pages import addresses, figures, words
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import mark, translate
from timing.pages.marks import Bib, bib_of, name_of, worn_bibs
from timing.pages.saying import said
from timing.pages.stages import stage_facts, stage_title
from timing.pages.starters import is_each_their_own, is_provisional, issued_list, starters


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRow:
    """One who starts."""

    bib: Bib
    name: str
    url: str
    nation: str
    wave: str
    start: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartListPage:
    """The list; ``note`` says how sure it is."""

    template: ClassVar[str] = "start_list.html"

    frame: Frame
    title: str
    facts: str
    day: str
    note: str
    rows: tuple[StartRow, ...]
    has_waves: bool
    stage_url: str


def start_list_page(book: RaceBook, number: int, *, revision: int = 0) -> StartListPage:
    """Who starts a stage, in the order of their starts; UnknownStage where there is none such."""
    stage = book.stage_book(number).stage
    slug, zone = book.race.slug, zone_named(book.race.timezone)
    worn = worn_bibs(book, number)
    rows = []
    for one in starters(book, number):
        told = "" if one.at is None else figures.clock(one.at, zone, stage.date)
        rows.append(
            StartRow(
                bib=bib_of(one.entry, worn),
                name=name_of(one.entry),
                url=addresses.runner(slug, one.entry.bib),
                nation=one.entry.nationality,
                wave=one.wave,
                start=told if is_each_their_own(book, number) else told.removesuffix(":00"),
            )
        )
    title = said(mark("Start list: {stage}"), stage=stage_title(stage))
    return StartListPage(
        frame=race_frame(book, title, here="Stages", revision=revision, styles=("people",)),
        title=title,
        facts=stage_facts(stage),
        day=words.long_day(stage.date),
        note=_note(book, number),
        rows=tuple(rows),
        has_waves=any(row.wave for row in rows),
        stage_url=addresses.stage(slug, number),
    )


def _note(book: RaceBook, number: int) -> str:
    if issued_list(book, number) is not None:
        return translate("Issued: these starts stand.")
    if is_provisional(book, number):
        return translate("Provisional: it follows from the results so far.")
    return ""
