"""A race's draft of its next definition: kept while it is typed, and nothing rests on it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db import reading
from timing.db.setup_tables import SetupDraftRow
from timing.db.tables import RaceRow
from timing.operations.revisions import lock_race

LONGEST_DRAFT = 250_000
"""Characters of a draft."""


class DraftMoved(ValueError):
    """The draft is another than the one that was seen; ``by`` and ``at`` say whose, since when."""

    def __init__(self, by: str, at: Instant) -> None:
        super().__init__(f"{by} has changed the draft meanwhile")
        self.by = by
        self.at = at


class DraftTooLong(ValueError):
    """A draft of more than LONGEST_DRAFT characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupDraft:
    """What was typed, from which version on, by whom, when last.

    Of a race without a draft it is the definition as it stands: ``by`` is empty then.
    """

    text: str
    based_on: int
    by: str = ""
    at: Instant = 0

    @property
    def is_kept(self) -> bool:
        """Whether anything was typed that is not taken yet."""
        return bool(self.by)

    @property
    def mark(self) -> str:
        """What tells it from any other text: a form says it to change what it was made of."""
        return mark_of(self.text)


def mark_of(text: str) -> str:
    """The mark of a draft's text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def draft_of(session: Session, slug: str) -> SetupDraft:
    """A race's draft, or its definition where nothing is drafted; UnknownRace."""
    row = session.scalar(
        select(SetupDraftRow)
        .join(RaceRow, RaceRow.id == SetupDraftRow.race_id)
        .where(RaceRow.slug == slug)
    )
    if row is not None:
        return SetupDraft(text=row.text, based_on=row.based_on, by=row.by, at=row.at)
    held = reading.read_race(session, slug, journal=False)
    return SetupDraft(text=held.definition, based_on=held.version)


def keep_draft(
    session: Session, slug: str, draft: SetupDraft, *, seen: str | None = None
) -> SetupDraft:
    """Keep what was typed; a text that is the definition's own is no draft, and ends one.

    ``seen`` is the mark of the draft that it was made from: raises DraftMoved where that is not
    the one any more, else UnknownRace and DraftTooLong.
    """
    if len(draft.text) > LONGEST_DRAFT:
        raise DraftTooLong(f"a definition has at most {LONGEST_DRAFT:,} characters here")
    race = lock_race(session, slug)
    before = draft_of(session, slug)
    if seen is not None and seen != before.mark and before.text != draft.text:
        raise DraftMoved(before.by or "Somebody", before.at)
    if before.text == draft.text and before.based_on == draft.based_on:
        return before
    row = session.get(SetupDraftRow, race.id)
    held = reading.read_race(session, slug, journal=False)
    if draft.text == held.definition:
        if row is not None:
            session.delete(row)
            session.flush()
        return draft_of(session, slug)
    if row is None:
        row = SetupDraftRow(race_id=race.id)
        session.add(row)
    row.text, row.based_on, row.by, row.at = draft.text, draft.based_on, draft.by, draft.at
    session.flush()
    return draft


def throw_draft_away(session: Session, slug: str) -> bool:
    """Throw the draft away, because it was taken or is wanted no more; whether there was one."""
    race = lock_race(session, slug)
    row = session.get(SetupDraftRow, race.id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True
