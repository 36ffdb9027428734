"""The one enumeration of statuses, of a stage and of a race (Rules 10.1)."""

from __future__ import annotations

from enum import StrEnum


class StageStatus(StrEnum):
    """Where an entry stands on one stage."""

    NOT_STARTED = "not_started"
    DNS = "dns"
    ON_COURSE = "on_course"
    FINISHED = "finished"
    DNF = "dnf"
    OTL = "otl"
    DSQ = "dsq"
    NEUTRALISED = "neutralised"
    NOT_IN_DIVISION = "not_in_division"


class RaceStatus(StrEnum):
    """Where a competitor stands in the race, as after a stage."""

    REGISTERED = "registered"
    RACING = "racing"
    FINISHED = "finished"
    UNRANKED = "unranked"
    WITHDRAWN = "withdrawn"
    DNF = "dnf"
    OTL = "otl"
    DSQ = "dsq"
    TRANSFERRED = "transferred"

    def is_out(self) -> bool:
        """Whether the race is over for this competitor before its end (Rules 10.1)."""
        return self in _OUT


_OUT = frozenset(
    {RaceStatus.WITHDRAWN, RaceStatus.DNF, RaceStatus.OTL, RaceStatus.DSQ, RaceStatus.TRANSFERRED}
)


class RulingStatus(StrEnum):
    """What a status ruling can say (racefile, rulings)."""

    DNS = "dns"
    DNF = "dnf"
    OTL = "otl"
    DSQ = "dsq"
    WITHDRAWN = "withdrawn"
    UNRANKED = "unranked"
    REINSTATED = "reinstated"
