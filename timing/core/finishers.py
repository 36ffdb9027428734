"""The raw clocks of those who finish a stage: what is measured against the winner's."""

from __future__ import annotations

from timing.core.definition import AfterOut
from timing.core.stage_input import StageInput
from timing.core.stage_rows import FRESH
from timing.core.status_rulings import DECIDED_STATUS
from timing.core.statuses import RaceStatus, RulingStatus
from timing.core.times import Duration


class Finishers:
    """The finishers of one stage who are not disqualified, by division (Rules 5.8)."""

    def __init__(self, stage: StageInput) -> None:
        self._in = stage
        self._clocks: dict[str, list[Duration]] = {}

    def winner(self, division: str) -> Duration | None:
        """The lowest raw clock, or declared time; None before anybody finished."""
        return min(self._raw_clocks(division), default=None)

    def _raw_clocks(self, division: str) -> list[Duration]:
        found = self._clocks.get(division)
        if found is None:
            stage = self._in
            found = self._clocks[division] = [
                raw
                for entry_id, entry in stage.roster.entries.items()
                if entry.division == division
                and (raw := _raw(stage, entry_id)) is not None
                and not _is_none(stage, entry_id)
            ]
        return found


def _raw(stage: StageInput, entry_id: str) -> Duration | None:
    """What was declared stands before any clock (Rules 4.3, 9.6)."""
    declared = stage.declared.get(entry_id)
    if declared is not None and declared.time is not None:
        return declared.time
    facts = stage.facts.get(entry_id)
    return None if facts is None else facts.raw


def _is_none(stage: StageInput, entry_id: str) -> bool:
    """Whether someone who came in is no finisher: disqualified, ruled out, or refused."""
    before = stage.before.get(entry_id, FRESH)
    if before.ended is not None and stage.rules.after_out is AfterOut.REFUSE:
        return True
    ruling = stage.decisions.of_entry(stage.number, entry_id)
    whole = stage.decisions.of_whole_race(entry_id)
    return (
        before.ended is RaceStatus.DSQ
        or (ruling is not None and ruling.status in DECIDED_STATUS)
        or (whole is not None and whole.status is RulingStatus.DSQ)
    )
