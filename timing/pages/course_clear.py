"""Where runners are and what alerts say, as the desk words it (Rules 11); never public (12.2)."""

from __future__ import annotations

from collections.abc import Mapping

from timing.core.safety import AlertKind, Whereabouts

WHEREABOUTS: Mapping[Whereabouts, str] = {
    Whereabouts.OUT: "out on course",
    Whereabouts.RETIRED: "retired, not accounted for",
    Whereabouts.COLLECTED: "in a vehicle",
    Whereabouts.ACCOUNTED: "accounted for",
    Whereabouts.FINISHED: "finished",
}

ALERTS: Mapping[AlertKind, str] = {
    AlertKind.OVERDUE: "Overdue at {control} since {since}",
    AlertKind.BEHIND_SWEEP: "Seen behind the sweep at {control}, {since}",
    AlertKind.PASSED_BY_SWEEP: "The sweep came to {control} at {since} without this runner",
    AlertKind.SEEN_AFTER_ACCOUNTED: "Seen at {control}, {since}, after being accounted for",
    AlertKind.NOT_HANDED_OVER: "Collected, and not handed over by {since}",
    AlertKind.STATION_SILENT: "{control} has recorded nobody since {since}",
}
