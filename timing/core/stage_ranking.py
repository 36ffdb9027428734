"""Ranks and gaps within a division of a stage (Rules 9.5, 9.7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from timing.core.definition import Rules, TieLinkKind
from timing.core.ranking import TieRule, rank_by
from timing.core.records import FinishOrder
from timing.core.results import TieBreak
from timing.core.rosters import Roster
from timing.core.stage_input import StageInput
from timing.core.stage_rows import Row
from timing.core.times import Duration


def rank_rows(rows: Iterable[Row], stage: StageInput) -> list[Row]:
    """Give the rows of a division that are ranked their rank, tie and gaps; best first.

    Declared places come before times (Rules 9.5).
    """
    rows = list(rows)
    placed = sorted(
        (r for r in rows if r.place is not None),
        key=lambda r: (r.place or 0, r.time is None, r.time or 0),
    )
    timed = [r for r in rows if r.place is None]
    for row in placed:
        row.rank = row.place
    last_place = max((r.place or 0 for r in placed), default=0)
    ranked = rank_by(
        timed,
        lambda r: r.time or 0,
        stage_ties(stage.number, stage.rules, stage.orders, stage.roster),
        stage.rules.equal_rank,
        first=max(last_place, len(placed)) + 1,
    )
    for item in ranked:
        item.item.rank, item.item.tie = item.rank, item.tie
    _join(timed, stage)
    ordered = placed + [item.item for item in ranked]
    _set_gaps(ordered)
    return ordered


def stage_ties(
    number: int, rules: Rules, orders: Sequence[FinishOrder], roster: Roster
) -> list[TieRule[Row]]:
    """A line judge's order, then hidden fractions where the race lets them decide."""
    ties: list[TieRule[Row]] = []
    if orders:
        ties.append(
            TieRule(TieBreak.FINISH_ORDER, lambda rows: _judged_order(rows, orders, roster))
        )
    links = [k for k in rules.ties if k.kind is TieLinkKind.FRACTIONS]
    if any(not link.stages or number in link.stages for link in links):
        ties.append(TieRule(TieBreak.FRACTIONS, _fractions))
    return ties


def _judged_order(
    rows: Sequence[Row], orders: Sequence[FinishOrder], roster: Roster
) -> Sequence[int] | None:
    order = _order_of(rows, orders, roster)
    if order is None:
        return None
    positions = {
        entry_id: 0 if order.joint else n for n, entry_id in enumerate(roster.ids_of(order.bibs))
    }
    return [positions.get(r.entry.id, len(positions)) for r in rows]


def _order_of(
    rows: Sequence[Row], orders: Sequence[FinishOrder], roster: Roster
) -> FinishOrder | None:
    """The line judge's order for some of equal times: of several the later counts."""
    for order in reversed(orders):
        ids = set(roster.ids_of(order.bibs))
        if any(r.entry.id in ids for r in rows):
            return order
    return None


def _fractions(rows: Sequence[Row]) -> Sequence[int] | None:
    """Only between chip or photo times of one line, or declared ones (Rules 9.5)."""
    if not all(row.is_exact for row in rows):
        return None
    return [row.hidden for row in rows]


def _join(rows: Sequence[Row], stage: StageInput) -> None:
    """Hand in hand: a declared joint place is shared whatever the convention (9.5)."""
    if not any(order.joint for order in stage.orders):
        return
    for time in {r.time for r in rows}:
        equal = [r for r in rows if r.time == time]
        order = _order_of(equal, stage.orders, stage.roster)
        if order is None or not order.joint:
            continue
        ids = set(stage.roster.ids_of(order.bibs))
        together = [r for r in equal if r.entry.id in ids and r.rank is not None]
        best = min((r.rank or 0 for r in together), default=0)
        for row in together:
            row.rank, row.tie = best, TieBreak.FINISH_ORDER


def _set_gaps(ordered: Sequence[Row]) -> None:
    leader = ordered[0].time if ordered else None
    ahead: Duration | None = None
    for row in ordered:
        if row.time is None or leader is None:
            continue
        row.gap = row.time - leader
        row.interval = 0 if ahead is None else row.time - ahead
        ahead = row.time
