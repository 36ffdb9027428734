"""The raw clocks of those who finish a stage: what is measured against the winner's."""

from __future__ import annotations

from timing.core.stage_input import StageInput
from timing.core.stage_rows import FRESH
from timing.core.statuses import RaceStatus, RulingStatus
from timing.core.times import Duration


class Finishers:
    """The finishers of one stage who are not disqualified, by division (Rules 5.8)."""

    def __init__(self, stage: StageInput) -> None:
        self._in = stage
        self._clocks: dict[str, list[Duration]] = {}

    def winner(self, division: str) -> Duration | None:
        """The lowest raw clock; None before anybody finished."""
        return min(self._raw_clocks(division), default=None)

    def last(self, division: str) -> Duration | None:
        """The highest raw clock; None before anybody finished."""
        return max(self._raw_clocks(division), default=None)

    def _raw_clocks(self, division: str) -> list[Duration]:
        found = self._clocks.get(division)
        if found is None:
            stage = self._in
            found = self._clocks[division] = [
                facts.raw
                for entry_id, facts in stage.facts.items()
                if facts.raw is not None
                and stage.roster.entries[entry_id].division == division
                and not _is_disqualified(stage, entry_id)
            ]
        return found


def _is_disqualified(stage: StageInput, entry_id: str) -> bool:
    rulings = (
        stage.decisions.of_entry(stage.number, entry_id),
        stage.decisions.of_whole_race(entry_id),
    )
    before = stage.before.get(entry_id, FRESH)
    return before.ended is RaceStatus.DSQ or any(
        r is not None and r.status is RulingStatus.DSQ for r in rulings
    )
