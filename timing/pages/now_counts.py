"""Where those are who started a stage, in figures."""

from __future__ import annotations

from dataclasses import dataclass

from timing.core.alerts import is_unaccounted
from timing.core.safety import Register, Whereabouts


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Where those are who started a stage; the five of the page add up to ``started``."""

    started: int
    finished: int
    on_course: int
    out: int
    collected: int
    unaccounted: int

    @property
    def away(self) -> int:
        """How many are not home."""
        return self.on_course + self.collected + self.unaccounted


def counts_of(found: Register) -> Counts:
    """The register in figures."""
    unaccounted = sum(is_unaccounted(line) for line in found.lines)
    collected = found.count(Whereabouts.COLLECTED)
    home = found.count(Whereabouts.FINISHED) + found.count(Whereabouts.ACCOUNTED)
    return Counts(
        started=len(found.lines),
        finished=found.count(Whereabouts.FINISHED),
        on_course=len(found.lines) - home - collected - unaccounted,
        out=found.count(Whereabouts.ACCOUNTED),
        collected=collected,
        unaccounted=unaccounted,
    )
