"""How sure results are: live, provisional until published (Rules 9.4, 12.1).

A page asks here, and nowhere else, so that publishing has one place to say more.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from timing.core.book import RaceBook
from timing.core.publications import PublicationKind, publication_of
from timing.pages.languages import Words, mark
from timing.pages.stages import StageState, is_cancelled, stage_states


class Sureness(StrEnum):
    """How sure the results of a stage, or the standings, are.

    TO_COME: there are none; LIVE: runners are on course; PROVISIONAL: all that will come is in,
    and may be ruled on until it is official; OFFICIAL: published so, and past the protest window;
    REOPENED: was official, and is open again. CANCELLED: a stage whose time counts for nobody.
    """

    TO_COME = "to-come"
    LIVE = "live"
    PROVISIONAL = "provisional"
    OFFICIAL = "official"
    REOPENED = "reopened"
    CANCELLED = "cancelled"


SURENESS: Mapping[Sureness, str] = Words(
    {
        Sureness.TO_COME: mark("To come"),
        Sureness.LIVE: mark("Live"),
        Sureness.PROVISIONAL: mark("Provisional"),
        Sureness.OFFICIAL: mark("Official"),
        Sureness.REOPENED: mark("Reopened"),
        Sureness.CANCELLED: mark("Cancelled"),
    }
)

MEANING: Mapping[Sureness, str] = Words(
    {
        Sureness.TO_COME: mark("There are no results yet."),
        Sureness.LIVE: mark("Runners are on the course: results change as they pass."),
        Sureness.PROVISIONAL: mark("Provisional until published: a ruling may still change it."),
        Sureness.OFFICIAL: mark("Official: the time for protests is over."),
        Sureness.REOPENED: mark("It was official, and was reopened: it may change."),
        Sureness.CANCELLED: mark("The stage was cancelled."),
    }
)


def sureness_of_stage(book: RaceBook, number: int) -> Sureness:
    """How sure the result of a stage is."""
    match stage_states(book)[number]:
        case StageState.LIVE:
            return Sureness.LIVE
        case StageState.DONE:
            cancelled = is_cancelled(book, number)
            return Sureness.CANCELLED if cancelled else _as_published(book, number)
        case StageState.TO_COME | StageState.REST:
            return Sureness.TO_COME


def sureness_of_standings(book: RaceBook) -> Sureness:
    """How sure the standings are that are shown now."""
    if book.running_stage is not None:
        return Sureness.LIVE
    return _as_published(book, book.last_stage) if book.last_stage else Sureness.TO_COME


def _as_published(book: RaceBook, number: int) -> Sureness:
    """How sure a stage is that nobody is on any more."""
    issued = publication_of(book.publications, number)
    if issued is None:
        return Sureness.PROVISIONAL
    match issued.kind:
        case PublicationKind.PROVISIONAL:
            return Sureness.PROVISIONAL
        case PublicationKind.OFFICIAL:
            return Sureness.OFFICIAL
        case PublicationKind.REOPENED:
            return Sureness.REOPENED
