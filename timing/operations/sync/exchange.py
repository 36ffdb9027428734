"""An exchange over a line: meet, take or give the frame, fetch what is new, send what is new.

Each step is a transaction of its own on either side, and each page moves a cursor together with
its records. So an exchange may break off anywhere, and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.engines import Database
from timing.operations.sync.faults import MadeApart
from timing.operations.sync.frames import (
    Frame,
    frame_from_plain,
    frame_to_plain,
    read_frame,
    take_frame,
)
from timing.operations.sync.pages import (
    Life,
    Page,
    Summary,
    page_from_plain,
    page_to_plain,
    read_page,
    summary,
    take_page,
)
from timing.operations.sync.plain import Object, take
from timing.operations.sync.telling import (
    Told,
    agree,
    check_may_meet,
    take_told,
    tell,
    told_from_plain,
    told_to_plain,
)


class Far(Protocol):
    """The other installation: it is asked in plain values, and may fail at any of them."""

    def meet(self, told: Object) -> Object:
        """Tell how this one stands, be told the same."""

    def frame(self) -> Object:
        """Its frame."""

    def take_frame(self, frame: Object) -> None:
        """Give it a frame."""

    def page(self, after: int, life: Life) -> Object:
        """Its next page for ``life`` after one of its revisions."""

    def take_page(self, page: Object) -> Object:
        """Give it a page; what became of it."""

    def summary(self) -> Object:
        """What its journal holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """What an exchange came to. ``name`` is the other's, ``lives`` as told at the meeting.

    ``fetched`` and ``sent`` count what was new there, ``frame`` says which way a frame went:
    ``taken``, ``given`` or empty. ``agrees`` is whether both then held the same records.
    """

    node: str
    name: str
    fetched: int
    sent: int
    frame: str
    agrees: bool
    records: int


Progress = Callable[[str, int, int], None]
"""Called with ``fetched`` or ``sent``, how far it has come, and how far it is to come."""


def exchange(
    database: Database,
    slug: str,
    far: Far,
    *,
    name: str,
    now: Callable[[], Instant],
    join: bool = False,
    progress: Progress = lambda *_: None,
) -> Exchanged:
    """Exchange a race with another installation; one that is not here is made.

    Raises SameNode, MadeApart, BadParcel, UnknownRace where neither has it, and whatever the
    other's line raises.
    """
    with database.reading() as session:
        mine = tell(session, slug, name=name, at=now())
    theirs = told_from_plain(far.meet({**told_to_plain(mine), "join": join}))
    with database.reading() as session:
        check_may_meet(session, slug, theirs, join=join)
    frame = _exchange_frames(database, slug, far, mine, theirs, at=now())
    with database.writing() as session:
        take_told(session, slug, theirs, at=now())
    fetched = _fetch(database, slug, far, mine, theirs, now=now, progress=progress)
    sent = _send(database, slug, far, mine, theirs, progress=progress)
    here, there = _summaries(database, slug, far)
    if here == there:
        with database.writing() as session:
            agree(session, slug, theirs.life[0], at=now(), records=here.records)
    return Exchanged(
        node=theirs.life[0],
        name=theirs.name,
        fetched=fetched,
        sent=sent,
        frame=frame,
        agrees=here == there,
        records=here.records,
    )


def _exchange_frames(
    database: Database, slug: str, far: Far, mine: Told, theirs: Told, *, at: Instant
) -> str:
    if theirs.stamp is not None and (mine.stamp is None or theirs.stamp.weight > mine.stamp.weight):
        frame: Frame = frame_from_plain(far.frame())
        with database.writing() as session:
            taken = follow(session, slug, frame, theirs, is_here=mine.stamp is not None, at=at)
        return "taken" if taken else ""
    if mine.stamp is not None and (theirs.stamp is None or mine.stamp.weight > theirs.stamp.weight):
        with database.reading() as session:
            given = frame_to_plain(read_frame(session, slug))
        far.take_frame(given)
        return "given"
    return ""


def follow(
    session: Session, slug: str, frame: Frame, theirs: Told, *, is_here: bool, at: Instant
) -> bool:
    """Take a frame together with the claims it was made under; whether it was newer."""
    if is_here:
        take_told(session, slug, theirs, at=at)
    taken = take_frame(session, slug, frame, at=at)
    take_told(session, slug, theirs, at=at)
    return taken


def _fetch(
    database: Database,
    slug: str,
    far: Far,
    mine: Told,
    theirs: Told,
    *,
    now: Callable[[], Instant],
    progress: Progress,
) -> int:
    have, fetched = mine.has_of(theirs.life), 0
    top = theirs.revision
    while have < top:
        page = page_from_plain(far.page(have, mine.life))
        if page.life != theirs.life or page.after != have or page.to <= have:
            break  # it began another life meanwhile: the next exchange starts from that
        with database.writing() as session:
            taken = take_page(session, slug, page, received=now())
        fetched += taken.accepted
        have, top = page.to, page.top
        progress("fetched", have, top)
    return fetched


def _send(
    database: Database, slug: str, far: Far, mine: Told, theirs: Told, *, progress: Progress
) -> int:
    have, sent = theirs.has_of(mine.life), 0
    while True:
        with database.reading() as session:
            page = read_page(session, slug, have, left_out=theirs.life)
        if page.to <= have:
            return sent
        answer = far.take_page(page_to_plain(page))
        sent += take(answer, "accepted", int)
        have = page.to
        progress("sent", have, page.top)


def _summaries(database: Database, slug: str, far: Far) -> tuple[Summary, Summary]:
    with database.reading() as session:
        here = summary(session, slug)
    told = far.summary()
    return here, Summary(records=take(told, "records", int), digest=take(told, "digest", str))


# The other side of it ------------------------------------------------------------------


def answer_meeting(session: Session, slug: str, plain: Object, *, name: str, at: Instant) -> Object:
    """Take what another told, tell how this one stands. The race is here: UnknownRace.

    Of one whose race was made apart from this nothing is taken unless it says that they are one:
    whoever called is told, and asks its director.
    """
    told = told_from_plain(plain)
    answer = tell(session, slug, name=name, at=at)
    try:
        check_may_meet(session, slug, told, join=plain.get("join") is True)
    except MadeApart:
        return told_to_plain(answer)
    take_told(session, slug, told, at=at)
    return told_to_plain(answer)


def answer_frame(session: Session, slug: str) -> Object:
    """The frame that stands here."""
    return frame_to_plain(read_frame(session, slug))


def answer_page(session: Session, slug: str, after: int, life: Life) -> Object:
    """The next page for a life of another node."""
    return page_to_plain(read_page(session, slug, after, left_out=life))


def answer_given_page(session: Session, slug: str, page: Page, *, at: Instant) -> Object:
    """Take a page; what became of it."""
    taken = take_page(session, slug, page, received=at)
    return {"accepted": taken.accepted, "known": taken.known, "have": taken.have}


def answer_summary(session: Session, slug: str) -> Object:
    """What the journal here holds."""
    found = summary(session, slug)
    return {"records": found.records, "digest": found.digest}
