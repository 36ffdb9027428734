"""What stations saw, as the rulings it suggests: only the director's counts (Rules 6.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from timing.core.definition import Race
from timing.core.records import Credit, Observation, Penalty, Ruling, Status
from timing.core.statuses import RulingStatus
from timing.core.times import Instant

WITHDRAWN = frozenset({"withdrawn", "withdrawal", "retired", "dnf"})
"""Kinds of observation that say that somebody goes on no further."""

ABOUT_RECORDS = frozenset({"answer", "revoked"})
"""Kinds of observation whose items are ids: of questions and of records."""

HELPED = frozenset({"helped", "help", "assisted"})
"""Kinds of observation of a runner who stopped for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An observation that nobody has ruled on, and the ruling it suggests.

    ``ruling`` has neither id nor author, and its ``settles`` names the observation: making it
    closes the proposal. It is ``None`` where the kind of what was seen suggests nothing; a
    credit suggested has no time yet, which is the director's to measure (Rules 6.3).
    """

    observation: Observation
    ruling: Ruling | None


def proposals(race: Race, rulings: Sequence[Ruling]) -> tuple[Proposal, ...]:
    """The open ones, oldest first, of the rulings that count in their order.

    A ruling closes what it ``settles``; voiding the observation closes it too, since it then
    counts no more.
    """
    settled = {record for ruling in rulings for record in ruling.settles}
    return tuple(
        Proposal(observation=ruling, ruling=_suggested(race, ruling))
        for ruling in rulings
        if isinstance(ruling, Observation) and ruling.id not in settled
    )


def _suggested(race: Race, seen: Observation) -> Ruling | None:
    if not seen.bibs:
        return None
    kind = seen.kind.strip().lower()
    common = _Common(id="", by="", at=seen.at, reason=seen.reason, settles=(seen.id,))
    if kind in WITHDRAWN:
        return Status(
            **common,
            status=RulingStatus.WITHDRAWN,
            bibs=seen.bibs,
            stage=seen.stage,
            control=seen.control,
        )
    if seen.stage is None:
        return None
    if kind in HELPED:
        return Credit(**common, stage=seen.stage, time=0, bibs=seen.bibs)
    rule = next((r for r in race.rules.penalties if r.code.lower() == kind), None)
    if rule is None:
        return None
    return Penalty(
        **common,
        stage=seen.stage,
        bibs=seen.bibs,
        code=rule.code,
        count=max(len(seen.items), 1) if rule.per_item else 1,
    )


class _Common(TypedDict):
    """What every suggested ruling has; who makes it, and its id, are still to be said."""

    id: str
    by: str
    at: Instant
    reason: str
    settles: tuple[str, ...]
