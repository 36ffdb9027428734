"""What happened in a race as an Atom feed (RFC 4287): results, who leads, what was cancelled.

Nothing in it comes from a clock: an entry was updated when the last record that it rests on was
made. Ids are made of the race and of what an entry is about, so that they outlast addresses.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from timing.core.book import RaceBook
from timing.core.classifications import key_of
from timing.core.definition import Classification, Measure, Of, Stage
from timing.core.entries import Competitor, Entry
from timing.core.records import Assign, Confirm, StageAction, StageChange, Void
from timing.core.results import Line, StageBoard, StageLine
from timing.core.times import Instant, format_instant
from timing.pages import addresses, figures
from timing.pages.languages import spoken, translate
from timing.pages.marks import name_of
from timing.pages.result_mark import numbered

CONTENT_TYPE = "application/atom+xml; charset=utf-8"

MOST_ENTRIES = 60
LISTED = 10
"""Lines of a result in its entry; the page has them all."""

_SPACE = uuid.UUID("b1a8a3e4-5c55-5d0c-9a57-1d6c1d0f5a22")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry: ``about`` is what it is about and never changes, ``content`` is HTML."""

    about: str
    title: str
    updated: Instant
    url: str
    content: str


def race_feed(book: RaceBook) -> str:
    """The feed of a race in the language spoken, of a public book."""
    found = sorted(feed_entries(book), key=lambda e: (-e.updated, e.about))[:MOST_ENTRIES]
    race = book.race
    updated = max((entry.updated for entry in found), default=_first_midnight(book))
    title = translate("{race}: results").format(race=race.name)
    own, page = addresses.feed(race.slug), addresses.race(race.slug)
    head = (
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{spoken().code}">',
        f"<id>{_id(book, f'feed {spoken().code}')}</id>",
        f"<title>{_xml(title)}</title>",
        f"<updated>{format_instant(updated)}</updated>",
        f'<link rel="self" type="application/atom+xml" href="{_xml(own)}"/>',
        f'<link rel="alternate" type="text/html" href="{_xml(page)}"/>',
        f"<author><name>{_xml(race.name)}</name></author>",
        "<generator>Bivouac</generator>",
    )
    entries = (text for entry in found for text in _entry(book, entry))
    return "\n".join((*head, *entries, "</feed>", ""))


def _entry(book: RaceBook, entry: FeedEntry) -> Iterator[str]:
    yield "<entry>"
    yield f"<id>{_id(book, f'{entry.about} {spoken().code}')}</id>"
    yield f"<title>{_xml(entry.title)}</title>"
    yield f"<updated>{format_instant(entry.updated)}</updated>"
    yield f'<link rel="alternate" type="text/html" href="{_xml(entry.url)}"/>'
    yield f'<content type="html">{_xml(entry.content)}</content>'
    yield "</entry>"


def feed_entries(book: RaceBook) -> Iterator[FeedEntry]:
    """Everything there is to tell, in the order of the stages.

    A stage's result is told when it is settled: nobody is on course, or a later one has begun.
    """
    moments = _moments(book)
    leaders: dict[str, str] = {}
    latest = _first_midnight(book)
    for number in book.stages:
        stage = book.stage_book(number).stage
        cancelled = _cancelled(book, number)
        if cancelled is not None:
            latest = max(latest, cancelled)
            yield _of_cancelled(book, stage, cancelled)
        elif number <= book.closed_stage:
            latest = max(latest, moments.get(number, latest))
            yield from _of_result(book, stage, moments.get(number, latest))
            yield from _of_leaders(book, stage, latest, leaders)
    yield from _of_publications(book)


def _of_publications(book: RaceBook) -> Iterator[FeedEntry]:
    """An entry for each number, which never changes."""
    for one in book.publications:
        stage = book.race.stage(one.after)
        where = "" if stage is None else _title(stage)
        told = translate("{stage}: {publication}").format(stage=where, publication=numbered(one))
        reason = f"<p>{escape(one.reason)}</p>" if one.reason else ""
        yield FeedEntry(
            about=f"publication {one.number}",
            title=told,
            updated=one.at,
            url=f"{addresses.publications(book.race.slug)}#n{one.number}",
            content=f"<p>{escape(told)}.</p>{reason}<p><code>{escape(one.result)}</code></p>",
        )


def _of_cancelled(book: RaceBook, stage: Stage, at: Instant) -> FeedEntry:
    title = translate("{stage} is cancelled").format(stage=_title(stage))
    return FeedEntry(
        about=f"stage {stage.number} cancelled",
        title=title,
        updated=at,
        url=addresses.stage(book.race.slug, stage.number),
        content=f"<p>{escape(title)}.</p>",
    )


def _of_result(book: RaceBook, stage: Stage, at: Instant) -> Iterator[FeedEntry]:
    boards = [b for b in book.stage_boards(stage.number) if not b.team_kind]
    winners = [board.lines[0] for board in boards if board.lines and board.lines[0].rank]
    if not winners:
        return
    first = winners[0]
    if first.time is None:
        said = translate("{stage}: {name} wins").format(
            stage=_title(stage), name=name_of(first.competitor)
        )
    else:
        said = translate("{stage}: {name} wins in {time}").format(
            stage=_title(stage),
            name=name_of(first.competitor),
            time=figures.time(first.time, book.race.rules.precision),
        )
    yield FeedEntry(
        about=f"stage {stage.number} result",
        title=said,
        updated=at,
        url=addresses.stage(book.race.slug, stage.number),
        content="".join(_list_of_stage(book, board, is_named=len(boards) > 1) for board in boards),
    )


def _list_of_stage(book: RaceBook, board: StageBoard, *, is_named: bool) -> str:
    divisions = {d.code: d.name or d.code for d in book.race.divisions}
    head = f"<h2>{escape(divisions.get(board.division, board.division))}</h2>" if is_named else ""
    return head + _list(book, [line for line in board.lines[:LISTED] if line.rank is not None])


def _of_leaders(
    book: RaceBook, stage: Stage, at: Instant, leaders: dict[str, str]
) -> Iterator[FeedEntry]:
    """Who leads now and did not lead before; ``leaders`` are those before, by board."""
    for classification in book.race.classifications:
        if classification.of is Of.TEAM or classification.measure is not Measure.TIME:
            continue
        lines = book.board(classification.code, stage.number).lines
        if not lines or lines[0].rank is None:
            continue
        leader = lines[0].competitor
        if leaders.get(classification.code) == key_of(leader):
            continue
        leaders[classification.code] = key_of(leader)
        yield FeedEntry(
            about=f"stage {stage.number} leader {classification.code}",
            title=_leads(classification, stage, leader),
            updated=at,
            url=addresses.board(book.race.slug, classification.code, after=stage.number),
            content=_list(book, [line for line in lines[:LISTED] if line.rank is not None]),
        )


def _leads(classification: Classification, stage: Stage, leader: Competitor) -> str:
    return translate("{board}: {name} leads after stage {number}").format(
        board=classification.name or classification.code,
        name=name_of(leader),
        number=stage.number,
    )


def _list(book: RaceBook, lines: Iterable[Line | StageLine]) -> str:
    precision = book.race.rules.precision
    rows = []
    for line in lines:
        who = line.competitor
        bib = who.bib if isinstance(who, Entry) else who.code
        time = "" if line.time is None else f", {figures.time(line.time, precision)}"
        rows.append(f"<li>{escape(f'{line.rank}. {bib} {name_of(who)}{time}')}</li>")
    return f"<ul>{''.join(rows)}</ul>"


def _title(stage: Stage) -> str:
    if not stage.name:
        return translate("Stage {number}").format(number=stage.number)
    return translate("Stage {number}, {name}").format(number=stage.number, name=stage.name)


def _cancelled(book: RaceBook, number: int) -> Instant | None:
    made = [
        r.at
        for r in book.rulings
        if isinstance(r, StageChange) and r.stage == number and r.action is StageAction.CANCEL
    ]
    return max(made, default=None)


def _moments(book: RaceBook) -> dict[int, Instant]:
    """When the last record of each stage was made that its result rests on."""
    found: dict[int, Instant] = {}

    def take(stage: int | None, at: Instant) -> None:
        for number in book.stages if stage is None else (stage,):
            found[number] = max(found.get(number, at), at)

    for number in book.stages:
        for board in book.stage_boards(number):
            for line in board.lines:
                if line.finish is not None:
                    take(number, line.finish)
    for ruling in book.rulings:
        if isinstance(ruling, Void | Assign | Confirm) and ruling.record:
            passing, undone = book.passing(ruling.record), book.ruling(ruling.record)
            about = passing if passing is not None else undone
            take(getattr(about, "stage", None), ruling.at)
        else:
            take(getattr(ruling, "stage", None), ruling.at)
    return found


def _first_midnight(book: RaceBook) -> Instant:
    first = datetime.combine(book.race.starts_on, datetime.min.time(), tzinfo=UTC)
    return round(first.timestamp()) * 1_000


def _id(book: RaceBook, about: str) -> str:
    race = book.race
    return f"urn:uuid:{uuid.uuid5(_SPACE, f'{race.slug} {race.starts_on} {about}')}"


def _xml(text: str) -> str:
    """Text as it may stand in XML, in content and in attributes."""
    return escape(_NOT_XML.sub("", text))
