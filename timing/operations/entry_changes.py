"""An entry as it should be, once the race has started: the rulings that make it so.

Before the race has started entries are rows that change; after that whatever affects a result
goes by a ruling with a reason and a stage from which on it holds (architecture, decision 4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields

from timing.core.entries import Entry
from timing.core.records import (
    BibChange,
    ChipChange,
    EntryChange,
    Ruling,
    TeamAction,
    TeamChange,
    Transfer,
)
from timing.core.times import Instant

_BY_ENTRY = ("gender", "born", "nationality", "residence", "club", "tags")
"""What an ``entry`` ruling sets; the others have rulings of their own."""

FREE = ("name", "name_hidden")
"""What affects no result, and is simply corrected."""


def affects_results(before: Entry, after: Entry) -> bool:
    """Whether anything but the name differs."""
    return any(
        getattr(before, one.name) != getattr(after, one.name)
        for one in fields(Entry)
        if one.name not in (*FREE, "id")
    )


def rulings_for(
    before: Entry,
    after: Entry,
    *,
    stage: int,
    by: str,
    at: Instant,
    reason: str,
    new_id: Callable[[str], str],
) -> tuple[Ruling, ...]:
    """What makes ``before`` be ``after`` from ``stage`` on, the bib last.

    ``new_id`` makes the id of a ruling from its kind, so that a form sent twice is one set. Rulings
    of one moment are ordered by id, and each is about the bib worn before the last of them.
    """

    def made() -> Iterator[Ruling]:
        bib = before.bib
        changes = tuple(
            (key, _text_of(getattr(after, key)))
            for key in sorted(_BY_ENTRY)
            if getattr(before, key) != getattr(after, key)
        )
        added = [chip for chip in after.chips if chip not in before.chips]
        is_lost = any(chip not in after.chips for chip in before.chips)
        if is_lost:
            changes = tuple(sorted((*changes, ("chips", after.chips))))
        if changes:
            yield EntryChange(
                id=new_id("1-entry"),
                at=at,
                bib=bib,
                changes=changes,
                stage=stage,
                by=by,
                reason=reason,
            )
        for number, chip in enumerate(() if is_lost else added):
            yield ChipChange(
                id=new_id(f"2-chip-{number}"),
                at=at,
                bib=bib,
                chip=chip,
                stage=stage,
                by=by,
                reason=reason,
            )
        if before.team != after.team and before.team:
            yield TeamChange(
                id=new_id("3-leave"),
                at=at,
                team=before.team,
                action=TeamAction.LEAVE,
                stage=stage,
                bibs=(bib,),
                by=by,
                reason=reason,
            )
        if before.team != after.team and after.team:
            yield TeamChange(
                id=new_id("4-join"),
                at=at,
                team=after.team,
                action=TeamAction.JOIN,
                stage=stage,
                bibs=(bib,),
                by=by,
                reason=reason,
            )
        if before.division != after.division:
            yield Transfer(
                id=new_id("5-transfer"),
                at=at,
                bibs=(bib,),
                division=after.division,
                stage=stage,
                by=by,
                reason=reason,
            )
        if before.bib != after.bib:
            # A moment later: those before it name the bib that was worn until then.
            yield BibChange(
                id=new_id("6-bib"),
                at=at + 1,
                bib=bib,
                new_bib=after.bib,
                stage=stage,
                by=by,
                reason=reason,
            )

    return tuple(made())


def late_entry(
    entry: Entry, *, stage: int | None, by: str, at: Instant, reason: str, ruling_id: str
) -> EntryChange:
    """The ruling that lets somebody in after the start; its id is the new entry's."""
    changes = tuple(
        (one.name, _text_of(getattr(entry, one.name)))
        for one in sorted(fields(Entry), key=lambda field: field.name)
        if one.name not in ("id", "bib") and getattr(entry, one.name) != one.default
    )
    return EntryChange(
        id=ruling_id,
        by=by,
        at=at,
        reason=reason,
        bib=entry.bib,
        new=True,
        changes=changes or (("bib", entry.bib),),
        stage=stage,
    )


def _text_of(value: object) -> str | tuple[str, ...]:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return value
    return "" if value is None else str(value)
