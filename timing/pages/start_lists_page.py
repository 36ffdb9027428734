"""The desk's start lists: drawn up from the definition, issued, frozen (Rules 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import StartMode
from timing.core.times import zone_named
from timing.pages import addresses, figures, words
from timing.pages.entries_page import desk_frame, race_name
from timing.pages.frame import Frame
from timing.pages.marks import name_of
from timing.pages.stages import stage_title
from timing.pages.starters import (
    due_stage,
    is_issuable,
    is_provisional,
    issued_list,
    starters,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageItem:
    """One stage with how its list stands."""

    number: int
    title: str
    day: str
    mode: str
    state: str
    is_due: bool
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StarterItem:
    """One line of a list."""

    bib: str
    name: str
    start: str
    wave: str
    is_ruled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StartListsPage:
    """Every stage, and the list of one; ``may_issue`` where there is something to freeze."""

    template: ClassVar[str] = "desk_start_lists.html"

    frame: Frame
    slug: str
    race: str
    form: str
    stages: tuple[StageItem, ...]
    number: int
    title: str
    told: str
    rows: tuple[StarterItem, ...]
    without: int
    may_issue: bool
    is_issued: bool
    has_begun: bool
    values: Mapping[str, str]
    public_url: str
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str


def start_lists_page(
    book: RaceBook,
    number: int,
    *,
    today: date,
    form: str,
    values: Mapping[str, str],
    signed_in_as: str,
    form_token: str,
    message: str = "",
    is_error: bool = False,
) -> StartListsPage:
    """The start lists, with that of stage ``number``, 0 where the race has none."""
    slug, due = book.race.slug, due_stage(book, today)
    found = starters(book, number) if number else ()
    zone = zone_named(book.race.timezone)
    stage = book.stage_book(number).stage if number else None
    day = None if stage is None else stage.date
    issued = issued_list(book, number) if number else None
    rows = tuple(
        StarterItem(
            bib=one.entry.bib,
            name=name_of(one.entry),
            start="" if one.at is None else figures.clock(one.at, zone, day),
            wave=one.wave,
            is_ruled=one.is_ruled,
        )
        for one in found
    )
    return StartListsPage(
        frame=desk_frame(book, "Start lists"),
        slug=slug,
        race=race_name(book),
        form=form,
        stages=tuple(_stage(book, n, due=due, shown=number) for n in book.stages),
        number=number,
        title="" if stage is None else stage_title(stage),
        told=_told(book, number) if number else "",
        rows=rows,
        without=sum(not row.start for row in rows),
        may_issue=bool(number) and is_issuable(book, number) and bool(rows),
        is_issued=issued is not None,
        has_begun=bool(number) and book.has_begun(number),
        values=values,
        public_url=addresses.start_list(slug, number) if number else "",
        message=message,
        is_error=is_error,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def _stage(book: RaceBook, number: int, *, due: int | None, shown: int) -> StageItem:
    stage = book.stage_book(number).stage
    mode = StartMode.MASS if stage.start is None else stage.start.mode
    issued = issued_list(book, number)
    if issued is not None:
        state = "issued"
    elif book.has_begun(number):
        state = "has begun"
    elif is_issuable(book, number):
        state = "provisional"
    else:
        state = "fixed by the definition"
    return StageItem(
        number=number,
        title=stage_title(stage),
        day=words.long_day(stage.date),
        mode=words.START_MODE[mode],
        state=state,
        is_due=number == due,
        is_shown=number == shown,
    )


def _told(book: RaceBook, number: int) -> str:
    """How the list of a stage stands, in a sentence or two."""
    issued = issued_list(book, number)
    zone = zone_named(book.race.timezone)
    if issued is not None:
        at = figures.clock(issued.at, zone, book.stage_book(number).stage.date)
        return (
            f"Issued by {issued.by} at {at}, and frozen: whatever results change, these starts"
            " stand (Rules 3.6). Another list takes a reason."
        )
    if not is_issuable(book, number):
        return (
            "These starts follow from the definition alone: no result moves them, so there is"
            " nothing to freeze. The list is public as it stands."
        )
    if is_provisional(book, number):
        return (
            "Provisional: it follows from the results so far. Issue it when they are settled; from"
            " then on these starts stand, whatever late times or penalties do (Rules 3.6)."
        )
    return "It has not been issued."
