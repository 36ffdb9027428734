"""Rulings that are prepared and not given: no part of the journal, and nothing rests on them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.ruling_tables import RulingDraftRow
from timing.db.tables import RaceRow
from timing.operations.revisions import lock_race

MOST_DRAFTS = 100
"""So many wait in a race at once; more have been forgotten, not prepared."""

LONGEST_FORM = 20_000
"""Characters of all that was typed into one form."""

_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)


class NotKept(ValueError):
    """A draft that can't be kept; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingDraft:
    """What was typed into a ruling's form, by the names of its fields, ``kind`` among them."""

    id: str
    form: Mapping[str, str]
    by: str
    at: Instant


def keep_draft(session: Session, slug: str, draft: RulingDraft) -> None:
    """Keep a draft, in the place of the one of the same id. Raises UnknownRace, NotKept."""
    race = lock_race(session, slug)
    if _ID.fullmatch(draft.id) is None:
        raise NotKept("The form is incomplete: open it again.")
    text = json.dumps(dict(draft.form), sort_keys=True)
    if len(text) > LONGEST_FORM:
        raise NotKept(f"A draft holds at most {LONGEST_FORM:,} characters.")
    row = session.get(RulingDraftRow, (race.id, draft.id))
    if row is None:
        kept = session.scalar(
            select(func.count())
            .select_from(RulingDraftRow)
            .where(RulingDraftRow.race_id == race.id)
        )
        if (kept or 0) >= MOST_DRAFTS:
            raise NotKept(f"{MOST_DRAFTS} drafts wait already: give or throw away some first.")
        row = RulingDraftRow(race_id=race.id, id=draft.id)
        session.add(row)
    row.form, row.by, row.at = text, draft.by, draft.at


def drafts_of(session: Session, slug: str) -> tuple[RulingDraft, ...]:
    """Every draft of a race, the newest first."""
    rows = session.scalars(
        select(RulingDraftRow)
        .join(RaceRow, RaceRow.id == RulingDraftRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(RulingDraftRow.at.desc(), RulingDraftRow.id)
    )
    return tuple(_draft(row) for row in rows)


def draft_named(session: Session, slug: str, draft_id: str) -> RulingDraft | None:
    """The draft of that id; None where there is none any more."""
    return next((one for one in drafts_of(session, slug) if one.id == draft_id), None)


def throw_away(session: Session, slug: str, draft_id: str) -> bool:
    """Throw a draft away, because it was given or is wanted no more; whether it was there."""
    race = lock_race(session, slug)
    is_one = _ID.fullmatch(draft_id) is not None
    row = session.get(RulingDraftRow, (race.id, draft_id)) if is_one else None
    if row is None:
        return False
    session.delete(row)
    return True


def _draft(row: RulingDraftRow) -> RulingDraft:
    return RulingDraft(id=row.id, form=json.loads(row.form), by=row.by, at=row.at)
