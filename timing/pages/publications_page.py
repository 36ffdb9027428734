"""What was published of a race: each number with what it said, and what it changed (Rules 12.1).

Of a public book: it names nobody whose name is hidden, and counts protests without a word of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook, UnknownEntry
from timing.core.definition import Stage
from timing.core.publications import (
    Publication,
    PublicationKind,
    PublishedChange,
    PublishedFigures,
    publication_of,
)
from timing.core.statuses import RaceStatus, StageStatus
from timing.pages import addresses, figures, words
from timing.pages.board_page import board_name
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import mark, mark_many, translate
from timing.pages.marks import name_of
from timing.pages.result_mark import clock_of, is_as_published, listed, numbered, still_out
from timing.pages.saying import said, said_many
from timing.pages.stages import stage_title

MOST_OPEN = 8
"""So many changes stand open; more are behind a line that says how many."""

_MEANING: Mapping[PublicationKind, str] = {
    PublicationKind.PROVISIONAL: mark("Protests until {clock}."),
    PublicationKind.OFFICIAL: mark("It stands; only reopening it can change it."),
    PublicationKind.REOPENED: mark("It was official, and may change again."),
}
_PROTESTS = mark_many("{number} protest", "{number} protests")
_UPHELD = mark_many("{number} upheld", "{number} upheld")
_CHANGES = mark_many("{number} change", "{number} changes")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeItem:
    """A line of what changed: where, who, and from what to what."""

    where: str
    who: str
    url: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedItem:
    """One number; ``is_standing`` where its stage stands by it.

    ``results`` are addresses of what it said, ``signed`` that of what was signed.
    ``is_changed`` where the result that stands by it is another by now.
    """

    number: int
    kind: str
    title: str
    stage: str
    when: str
    told: str
    meaning: str
    reason: str
    is_standing: bool
    is_changed: bool
    protests: str
    changes: tuple[ChangeItem, ...]
    changed: str
    is_open: bool
    results: tuple[tuple[str, str], ...]
    signed: str
    input: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationsPage:
    """The page; the latest number comes first."""

    template: ClassVar[str] = "publications.html"

    frame: Frame
    title: str
    home_url: str
    items: tuple[PublishedItem, ...]


def publications_page(book: RaceBook, *, revision: int = 0) -> PublicationsPage:
    """Every number of a race that was issued."""
    title = translate("Published results")
    return PublicationsPage(
        frame=race_frame(book, title, here="Race", revision=revision, styles=("publications",)),
        title=title,
        home_url=addresses.race(book.race.slug),
        items=tuple(_item(book, one) for one in reversed(book.publications)),
    )


def _item(book: RaceBook, one: Publication) -> PublishedItem:
    stage = book.race.stage(one.after)
    day = None if stage is None else stage.date
    standing = publication_of(book.publications, one.after)
    parts = [clock_of(book, one.at, None)]
    if one.still_out:
        parts.append(still_out(one.still_out))
    changes = tuple(_change(book, change) for change in one.changes)
    until = "" if one.window_ends is None else clock_of(book, one.window_ends, day)
    return PublishedItem(
        number=one.number,
        kind=one.kind.value,
        title=numbered(one),
        stage=said(mark("Stage {stage}"), stage=one.after) if stage is None else stage_title(stage),
        when=clock_of(book, one.at, None),
        told=listed(parts),
        meaning=said(_MEANING[one.kind], clock=until)
        if standing is None or standing == one
        else said(mark("Number {number} counts now."), number=figures.count(standing.number)),
        reason=one.reason,
        is_standing=standing == one,
        is_changed=standing == one and not is_as_published(book, one),
        protests=_protests(one),
        changes=changes,
        changed=said_many(_CHANGES, len(changes)) if changes else "",
        is_open=len(changes) <= MOST_OPEN,
        results=tuple(_results(book, one, stage)),
        signed=addresses.signed_result(book.race.slug, one.number),
        input=one.input,
        result=one.result,
    )


def _protests(one: Publication) -> str:
    if not one.protests:
        return ""
    told = said_many(_PROTESTS, one.protests)
    return listed([told, said_many(_UPHELD, one.upheld)]) if one.upheld else told


def _results(book: RaceBook, one: Publication, stage: Stage | None) -> Iterator[tuple[str, str]]:
    """The stage's result and the classifications as they were when the number was issued."""
    slug = book.race.slug
    if stage is not None:
        yield stage_title(stage), addresses.stage(slug, one.after, revision=one.revision)
    for classification in book.race.classifications:
        code = classification.code
        url = addresses.board(slug, code, after=one.after, revision=one.revision)
        yield board_name(book, code), url


def _change(book: RaceBook, change: PublishedChange) -> ChangeItem:
    stage = said(mark("Stage {stage}"), stage=change.stage)
    who, url = _who(book, change)
    return ChangeItem(
        where=listed([_called(book, change.board), stage]) if change.board else stage,
        who=who,
        url=url,
        before=_figures(book, change.before),
        after=_figures(book, change.after),
    )


def _called(book: RaceBook, code: str) -> str:
    return board_name(book, code) if code in book.board_codes() else code


def _who(book: RaceBook, change: PublishedChange) -> tuple[str, str]:
    """The name that the public is told today, and where there is more of them."""
    slug = book.race.slug
    if change.of_team:
        team = book.team(change.who)
        if team is not None:
            return name_of(team), addresses.team(slug, team.code)
        return change.who, ""
    try:
        entry = book.entry(change.who)
    except UnknownEntry:
        return translate("An entry that is gone"), ""
    return name_of(entry), addresses.runner(slug, entry.bib) if entry.bib else ""


def _figures(book: RaceBook, found: PublishedFigures | None) -> str:
    if found is None:
        return "–"
    parts = [words.ordinal(found.rank) if found.rank is not None else _status(found.status)]
    if found.points is not None:
        points = mark_many("{number} point", "{number} points")
        parts.append(said_many(points, found.points))
    elif found.time is not None:
        parts.append(figures.time(found.time, book.race.rules.precision))
    return listed(parts)


def _status(value: str) -> str:
    """A status in words; of a stage and of the race they are called alike."""
    if value in tuple(StageStatus):
        return words.STAGE_STATUS[StageStatus(value)]
    return words.RACE_STATUS[RaceStatus(value)] if value in tuple(RaceStatus) else value
