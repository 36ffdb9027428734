"""The registration desk: what each entry has handed in and got, and who is at the start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.entries_tables import CheckInRow, RegistrationItemRow, RegistrationTickRow
from timing.operations.revisions import lock_race

MOST_ITEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of the checklist: who lacks one that ``blocks`` is not to start.

    ``is_back`` lines are of what comes back after the race.
    """

    code: str
    label: str
    blocks: bool = False
    is_back: bool = False


USUAL_ITEMS = (
    Item(code="papers", label="Papers seen"),
    Item(code="medical", label="Medical certificate", blocks=True),
    Item(code="kit", label="Kit checked", blocks=True),
    Item(code="bib-out", label="Bib given out", blocks=True),
    Item(code="chip-out", label="Chip given out"),
    Item(code="bib-back", label="Bib back", is_back=True),
    Item(code="chip-back", label="Chip back", is_back=True),
)
"""The checklist of a race that has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """That a line was done or undone: by whom, and when."""

    is_done: bool
    by: str
    at: Instant


class BadItems(ValueError):
    """A checklist that is none; the message says what would be right."""


def items_of(session: Session, race_id: int) -> tuple[Item, ...]:
    """The race's checklist, or the usual one."""
    rows = session.scalars(
        select(RegistrationItemRow)
        .where(RegistrationItemRow.race_id == race_id)
        .order_by(RegistrationItemRow.position)
    )
    own = tuple(
        Item(code=row.code, label=row.label, blocks=row.blocks, is_back=row.is_back) for row in rows
    )
    return own or USUAL_ITEMS


def write_items(session: Session, slug: str, items: Sequence[Item]) -> None:
    """Make these the race's checklist; without any it is the usual one again.

    Ticks of a line that goes stay, and count again if it comes back. Raises UnknownRace, BadItems.
    """
    race = lock_race(session, slug)
    if len(items) > MOST_ITEMS:
        raise BadItems(f"a checklist has at most {MOST_ITEMS} lines")
    if len({item.code for item in items}) < len(items):
        raise BadItems("two lines are called the same; give each a name of its own")
    if any(not item.label or len(item.label) > 60 for item in items):
        raise BadItems("a line has 1 to 60 characters")
    session.execute(delete(RegistrationItemRow).where(RegistrationItemRow.race_id == race.id))
    session.add_all(
        RegistrationItemRow(
            race_id=race.id,
            code=item.code,
            position=position,
            label=item.label,
            blocks=item.blocks,
            is_back=item.is_back,
        )
        for position, item in enumerate(items)
    )
    session.flush()


def item_code(label: str) -> str:
    """A code for a line, from what it says."""
    return re.sub(r"[^\w]+", "-", label.casefold()).strip("-")[:40] or "item"


def ticks_of(
    session: Session, race_id: int, entry_ids: Iterable[str] | None = None
) -> Mapping[str, Mapping[str, Tick]]:
    """The last word on every line, by entry id and item; of all entries, or of those named."""
    query = select(RegistrationTickRow).where(RegistrationTickRow.race_id == race_id)
    if entry_ids is not None:
        query = query.where(RegistrationTickRow.entry_id.in_(list(entry_ids)))
    found: dict[str, dict[str, Tick]] = {}
    for row in session.scalars(query.order_by(RegistrationTickRow.id)):
        found.setdefault(row.entry_id, {})[row.item] = Tick(
            is_done=row.is_done, by=row.by, at=row.at
        )
    return found


def tick(
    session: Session,
    slug: str,
    entry_id: str,
    item: str,
    *,
    is_done: bool,
    by: str,
    at: Instant,
) -> bool:
    """Note that a line was done, or undo that; whether it changed anything. UnknownRace."""
    race = lock_race(session, slug)
    last = ticks_of(session, race.id, (entry_id,)).get(entry_id, {}).get(item)
    if (last is not None and last.is_done) == is_done:
        return False
    session.add(
        RegistrationTickRow(
            race_id=race.id, entry_id=entry_id, item=item, is_done=is_done, by=by, at=at
        )
    )
    session.flush()
    return True


def missing_to_start(items: Iterable[Item], ticks: Mapping[str, Tick]) -> tuple[Item, ...]:
    """What an entry lacks that keeps it from starting."""
    return tuple(
        item
        for item in items
        if item.blocks
        and not item.is_back
        and not (item.code in ticks and ticks[item.code].is_done)
    )


def checked_in(session: Session, race_id: int, stage: int) -> Mapping[str, Tick]:
    """The last word on who is at the start of a stage, by entry id."""
    rows = session.scalars(
        select(CheckInRow)
        .where(CheckInRow.race_id == race_id, CheckInRow.stage == stage)
        .order_by(CheckInRow.id)
    )
    return {row.entry_id: Tick(is_done=row.is_here, by=row.by, at=row.at) for row in rows}


def check_in(
    session: Session,
    slug: str,
    stage: int,
    entry_ids: Iterable[str],
    *,
    is_here: bool,
    by: str,
    at: Instant,
) -> int:
    """Note that those are at the start of a stage, or are not after all; how many are new."""
    race = lock_race(session, slug)
    standing = checked_in(session, race.id, stage)
    new = [
        entry_id
        for entry_id in entry_ids
        if (entry_id in standing and standing[entry_id].is_done) != is_here
    ]
    session.add_all(
        CheckInRow(race_id=race.id, stage=stage, entry_id=i, is_here=is_here, by=by, at=at)
        for i in new
    )
    session.flush()
    return len(new)
