"""The mark of a result: what it counts for, since when, and who may still change it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from timing.core.book import RaceBook
from timing.core.publication import result_of
from timing.core.publications import PublicationKind, publication_of
from timing.core.statuses import StageStatus
from timing.core.times import Instant, local_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """``Provisional 2, 20:00, 12 still out``: as it stands over every sheet of results.

    ``number`` is that of the publication, 0 for a result that is none; ``at`` the moment it holds
    for; ``still_out`` counts those who may still come in.
    """

    word: str = "Not published"
    number: int = 0
    at: Instant
    still_out: int = 0
    is_official: bool = False

    def words(self, zone: ZoneInfo) -> str:
        """The mark as it is printed, with the race's time of day."""
        first = f"{self.word} {self.number}" if self.number else self.word
        out = f", {self.still_out} still out" if self.still_out else ""
        return f"{first}, {local_clock(self.at, zone):%H:%M}{out}"


def mark_of(book: RaceBook, at: Instant, stage: int | None = None) -> Mark:
    """The mark of the publication a stage stands by, the last stage where none is given.

    A book that does not hold the published result (any more) is as good as unpublished.
    """
    number = stage or book.last_stage
    issued = publication_of(book.publications, number) if number else None
    if issued is None or result_of(book, issued.after) != issued.result:
        out = still_out(book, number) if number in book.stages else 0
        return Mark(at=at, still_out=out)
    return Mark(
        word=issued.kind.value.capitalize(),
        number=issued.number,
        at=issued.at,
        still_out=still_out(book, number),
        is_official=issued.kind is PublicationKind.OFFICIAL,
    )


def still_out(book: RaceBook, stage: int) -> int:
    """How many entries are on the course of a stage."""
    state = book.stage_book(stage).state
    rows = () if state is None else state.rows.values()
    return sum(row.status is StageStatus.ON_COURSE for row in rows)
