"""What was issued of a race's results, and how sure a stage is by it (Rules 12.1).

A publication is a document that was issued, numbered through the race: provisional, official, or
the reopening of what was official. It goes up to a stage: that one's result, those before it, and
the classifications after it. People are named by the ids of entries only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from timing.core.times import Duration, Instant


class PublicationKind(StrEnum):
    """What was said: may still be protested, stands, or is open again."""

    PROVISIONAL = "provisional"
    OFFICIAL = "official"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigures:
    """What was published of somebody; ``time`` is in milliseconds."""

    rank: int | None = None
    time: Duration | None = None
    points: int | None = None
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedChange:
    """What became different for an entry or a team on a board, or with an empty one on a stage."""

    board: str
    stage: int
    who: str
    of_team: bool
    kind: str
    before: PublishedFigures | None
    after: PublishedFigures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One number. ``after`` is the stage it goes up to, ``version`` the definition's.

    ``window_ends`` is when protests against a provisional one are no longer taken. ``input`` and
    ``result`` are digests (timing.core.publication). ``still_out`` counts who was on the course.
    """

    number: int
    kind: PublicationKind
    after: int
    revision: int
    version: int
    at: Instant
    by: str
    window_ends: Instant | None
    reason: str
    input: str
    result: str
    engine: str
    still_out: int = 0
    protests: int = 0
    upheld: int = 0
    changes: tuple[PublishedChange, ...] = ()


def official_until(publications: Iterable[Publication]) -> int:
    """The last stage whose result is official, 0 for none; reopening one reopens all after it."""
    until = 0
    for one in publications:
        match one.kind:
            case PublicationKind.OFFICIAL:
                until = max(until, one.after)
            case PublicationKind.REOPENED:
                until = min(until, one.after - 1)
            case PublicationKind.PROVISIONAL:
                pass
    return until


def publication_of(publications: Sequence[Publication], stage: int) -> Publication | None:
    """The publication that a stage stands by, None for one that was never published.

    Of an official stage it is the one that made it so.
    """
    since: list[Publication] = []
    for one in publications:
        if one.kind is PublicationKind.REOPENED:
            if one.after <= stage:
                since = [one]
        elif one.after >= stage:
            since.append(one)
    official = [one for one in since if one.kind is PublicationKind.OFFICIAL]
    if official:
        return official[0]
    own = [one for one in since if one.after == stage or one.kind is PublicationKind.REOPENED]
    found = own or since
    return found[-1] if found else None
