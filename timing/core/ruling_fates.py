"""What became of every ruling: it stands, was reversed, or another took its place (racefile).

A void of a ruling reverses it, a void of that void restores it, and so on: the end of that chain
is what to void for the opposite of what holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from timing.core.records import Ruling, Void


class RulingState(StrEnum):
    """Whether a ruling counts."""

    STANDS = "stands"
    REVERSED = "reversed"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingFate:
    """What became of a ruling, and by what.

    ``by`` is the last void of its chain, also where it stands again, or what superseded it; None
    where nothing was done to it, or where of two that contradict the other counts. ``to_void`` is
    the record whose void turns around what holds; empty where none does.
    """

    ruling: Ruling
    state: RulingState
    by: Ruling | None = None
    to_void: str = ""


def ruling_fates(rulings: Iterable[Ruling], standing: Collection[str]) -> Mapping[str, RulingFate]:
    """By id, of all ``rulings`` of a race; ``standing`` are the ids of those that count."""
    ordered = sorted(rulings, key=lambda one: (one.at, one.id))
    voids: dict[str, Void] = {}
    for one in ordered:
        # Of several voids of a record one that counts is told of; else the last that was made.
        if isinstance(one, Void) and (
            one.record not in voids or one.id in standing or voids[one.record].id not in standing
        ):
            voids[one.record] = one
    superseding = {record: one for one in ordered for record in one.supersedes}
    return {one.id: _fate(one, voids, superseding.get(one.id), standing) for one in ordered}


def _fate(
    ruling: Ruling, voids: Mapping[str, Void], later: Ruling | None, standing: Collection[str]
) -> RulingFate:
    last: Void | None = None
    seen = {ruling.id}
    record = ruling.id
    # Voids may name each other in a circle: whoever wrote them by hand meant nothing by it.
    while (void := voids.get(record)) is not None and void.id not in seen:
        last, record = void, void.id
        seen.add(record)
    if ruling.id in standing:
        return RulingFate(ruling=ruling, state=RulingState.STANDS, by=last, to_void=record)
    if later is not None and (last is None or later.id in standing):
        return RulingFate(ruling=ruling, state=RulingState.SUPERSEDED, by=later)
    if last is None:
        return RulingFate(ruling=ruling, state=RulingState.SUPERSEDED)
    return RulingFate(ruling=ruling, state=RulingState.REVERSED, by=last, to_void=record)
