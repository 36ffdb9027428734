"""The starts of a race, or of one runner, as an iCalendar file (RFC 5545).

Nothing in it comes from a clock: what changes with the race is told by its revision (SEQUENCE) and
by when the rulings on its starts were made, so that the same race gives the same bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from timing.core.book import RaceBook
from timing.core.definition import Stage, StageKind, StartMode
from timing.core.entries import Entry
from timing.core.records import StageChange, StartCorrection, StartList
from timing.core.stage_book import StageBook
from timing.core.starts import first_gun
from timing.core.statuses import StageStatus
from timing.core.times import Instant
from timing.pages.languages import translate
from timing.pages.marks import name_of
from timing.pages.runner_page import UnknownRunner
from timing.pages.stages import is_cancelled, stage_facts

CONTENT_TYPE = "text/calendar; charset=utf-8"

_WIDEST = 75
_LARGEST_SEQUENCE = 2**31 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPACE = uuid.UUID("3c2f7f0a-3f0e-5f0c-8f3b-0f9a5a2b7c11")
_NOT_THEIRS = frozenset({StageStatus.DNS, StageStatus.NOT_IN_DIVISION})


def race_calendar(book: RaceBook, revision: int) -> str:
    """All starts of a race: of each stage the first, or one for each wave."""
    return _calendar(book, book.race.name, _of_race(book, revision))


def runner_calendar(book: RaceBook, bib: str, revision: int) -> str:
    """The starts of whoever wears ``bib``, or once did, each at their own time; UnknownRunner.

    Stages that they do not run, or did not start, are left out.
    """
    entry = _wearing(book, bib)
    title = f"{name_of(entry)} · {book.race.name}"
    return _calendar(book, title, _of_runner(book, entry, revision))


def _wearing(book: RaceBook, bib: str) -> Entry:
    for stage in (None, *reversed(book.stages)):
        found = book.entry_wearing(bib, stage)
        if found is not None:
            return book.entry(found.id)
    raise UnknownRunner(bib)


def _of_race(book: RaceBook, revision: int) -> Iterator[str]:
    for stage in book.race.stages:
        if stage.kind is StageKind.REST:
            continue
        settled = book.stage_book(stage.number)
        guns = {wave: gun for wave, gun in book.guns(stage.number).items() if wave}
        for wave, gun in guns.items() or [("", _first_start(settled))]:
            named = translate("{stage}, wave {wave}").format(stage=_title(stage), wave=wave)
            yield from _event(
                book,
                stage,
                key=f"stage {stage.number} wave {wave}",
                title=named if wave else _title(stage),
                start=gun,
                revision=revision,
            )


def _of_runner(book: RaceBook, entry: Entry, revision: int) -> Iterator[str]:
    for stage in book.race.stages:
        line = None if stage.kind is StageKind.REST else book.stage_line(stage.number, entry.id)
        if line is None or line.status in _NOT_THEIRS:
            continue
        settled = book.stage_book(stage.number)
        start = line.start
        if start is None and settled.frame is not None:
            clock = settled.frame.clock_of(entry.id)
            start = clock.start if clock.start is not None else clock.opens
        yield from _event(
            book,
            stage,
            key=f"stage {stage.number} entry {entry.id}",
            title=_title(stage),
            start=_first_start(settled) if start is None else start,
            revision=revision,
        )


def _first_start(settled: StageBook) -> Instant:
    """The first gun, as given or as planned; a window's is when it opens."""
    guns = {} if settled.frame is None else settled.frame.guns
    return min(guns.values(), default=first_gun(settled.stage, settled.day))


def _title(stage: Stage) -> str:
    if not stage.name:
        return translate("Stage {number}").format(number=stage.number)
    return translate("Stage {number}, {name}").format(number=stage.number, name=stage.name)


def _event(
    book: RaceBook, stage: Stage, *, key: str, title: str, start: Instant, revision: int
) -> Iterator[str]:
    race = book.race
    changed = _changed(book, stage)
    yield "BEGIN:VEVENT"
    yield f"UID:{uuid.uuid5(_SPACE, f'{race.slug} {race.starts_on} {key}')}"
    yield f"DTSTAMP:{_utc(changed)}"
    yield f"LAST-MODIFIED:{_utc(changed)}"
    yield f"SEQUENCE:{min(revision, _LARGEST_SEQUENCE)}"
    yield f"DTSTART:{_utc(start)}"
    yield f"SUMMARY:{_text(f'{race.name}: {title}')}"
    facts = [stage_facts(stage)]
    if stage.start is not None and stage.start.mode is StartMode.WINDOW:
        facts.append(translate("The start opens at this time."))
    if described := "\n".join(fact for fact in facts if fact):
        yield f"DESCRIPTION:{_text(described)}"
    if stage.controls and stage.controls[0].name:
        yield f"LOCATION:{_text(stage.controls[0].name)}"
    yield f"STATUS:{'CANCELLED' if is_cancelled(book, stage.number) else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _changed(book: RaceBook, stage: Stage) -> Instant:
    """When something about the stage's start was decided last; else the race's first midnight."""
    concerned = (StartCorrection, StartList, StageChange)
    made = [r.at for r in book.rulings if isinstance(r, concerned) and r.stage == stage.number]
    first = datetime.combine(book.race.starts_on, datetime.min.time(), tzinfo=UTC)
    return max(made, default=round((first - _EPOCH).total_seconds()) * 1_000)


def _calendar(book: RaceBook, title: str, events: Iterator[str]) -> str:
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Bivouac//Stage races//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(title)}",
        f"X-WR-TIMEZONE:{book.race.timezone}",
        *events,
        "END:VCALENDAR",
    )
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _utc(instant: Instant) -> str:
    return f"{_EPOCH + timedelta(milliseconds=instant):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """A value of type TEXT: separators and line breaks escaped, no other controls."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    escaped = escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(c for c in escaped if c >= " " and c != "\x7f")


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, none of which parts a character."""
    piece, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > _WIDEST:
            yield piece
            piece, size = " ", 1
        piece, size = piece + character, size + width
    yield piece
