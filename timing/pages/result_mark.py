"""The mark of a result on public pages: its number, since when, what it counts for (Rules 12.1).

``Provisional 2, 20:00, 12 still out``: one line, in its place before there is anything to say, so
that publishing moves nothing under a reader's finger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from timing.core.book import RaceBook
from timing.core.publication import result_of
from timing.core.publications import Publication, PublicationKind, publication_of
from timing.core.times import Instant, local_clock, zone_named
from timing.pages import addresses, figures, words
from timing.pages.languages import Words, mark, mark_many, translate, translate_many
from timing.pages.saying import said

KIND: Mapping[PublicationKind, str] = Words(
    {
        PublicationKind.PROVISIONAL: mark("Provisional {number}"),
        PublicationKind.OFFICIAL: mark("Official {number}"),
        PublicationKind.REOPENED: mark("Reopened {number}"),
    }
)

_STILL_OUT = mark_many("{number} still out", "{number} still out")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultMark:
    """A result's mark. ``kind`` is that of its publication, empty where nothing was published.

    ``told`` is the line, ``reason`` what stands behind a colon: why a result was reopened.
    ``is_changed`` where the result is no more the one that was published.
    """

    kind: str
    told: str
    reason: str
    is_changed: bool
    url: str


def result_mark(book: RaceBook, number: int | None) -> ResultMark | None:
    """The mark of a stage's result, or of the standings after it; None before it has begun."""
    if not number or number not in book.stages or not book.has_begun(number):
        return None
    issued = publication_of(book.publications, number)
    url = addresses.publications(book.race.slug)
    if issued is None:
        is_live = book.running_stage == number
        told = mark("Live, not published yet") if is_live else _UNPUBLISHED
        return ResultMark(kind="", told=translate(told), reason="", is_changed=False, url=url)
    is_changed = not is_as_published(book, issued)
    return ResultMark(
        kind=issued.kind.value,
        told=_told(book, issued, is_changed=is_changed),
        reason=issued.reason if issued.kind is PublicationKind.REOPENED else "",
        is_changed=is_changed,
        url=f"{url}#n{issued.number}",
    )


_UNPUBLISHED = mark("Provisional, not published yet")


def shown_mark(book: RaceBook) -> ResultMark | None:
    """The mark of what a race's pages show now: of the stage that runs, or the last result."""
    return result_mark(book, book.running_stage or book.last_stage)


def is_as_published(book: RaceBook, issued: Publication) -> bool:
    """Whether a book still holds the result that was issued under a number."""
    return result_of(book, issued.after) == issued.result


def numbered(issued: Publication) -> str:
    """``Provisional 2``."""
    return said(KIND[issued.kind], number=figures.count(issued.number))


def clock_of(book: RaceBook, at: Instant, day: date | None) -> str:
    """``20:00`` on that day, else with its own: ``Sun 30 Aug 07:30``."""
    zone = zone_named(book.race.timezone)
    clock, own = figures.clock_minutes(at, zone), local_clock(at, zone).date()
    return clock if own == day else f"{words.short_day(own)} {clock}"


def still_out(number: int) -> str:
    """``12 still out``."""
    return translate_many(*_STILL_OUT, number).format(number=figures.count(number))


def _told(book: RaceBook, issued: Publication, *, is_changed: bool) -> str:
    stage = book.race.stage(issued.after)
    parts = [numbered(issued), clock_of(book, issued.at, None if stage is None else stage.date)]
    if is_changed:
        # How many were out then is no longer true; that, and more, is on the page of its number.
        parts.append(translate("changed since"))
    elif issued.still_out:
        parts.append(still_out(issued.still_out))
    return listed(parts)


def listed(parts: list[str]) -> str:
    """Parts behind each other, with the comma of the language spoken.

    They are words of that language and figures: none is isolated from the direction of the line,
    which a line of nothing but isolated parts would not have.
    """
    found, joined = parts[0], translate("{first}, {then}")
    for part in parts[1:]:
        found = joined.format(first=found, then=part)
    return found
