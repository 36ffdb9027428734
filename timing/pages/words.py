"""The words of pages: each in one place, whole sentences, so that they can be translated whole.

A template holds the words that always stand on it; what depends on the race is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from timing.core.definition import Measure, Scope, Source, StartMode
from timing.core.results import TieBreak, UnusedReason
from timing.core.statuses import RaceStatus, RulingStatus, StageStatus

STAGE_STATUS: Mapping[StageStatus, str] = {
    StageStatus.NOT_STARTED: "Not started yet",
    StageStatus.DNS: "DNS",
    StageStatus.ON_COURSE: "On course",
    StageStatus.FINISHED: "Finished",
    StageStatus.DNF: "DNF",
    StageStatus.OTL: "OTL",
    StageStatus.DSQ: "DSQ",
    StageStatus.NEUTRALISED: "Cancelled",
    StageStatus.NOT_IN_DIVISION: "Not in this division",
}

RACE_STATUS: Mapping[RaceStatus, str] = {
    RaceStatus.REGISTERED: "Not started yet",
    RaceStatus.RACING: "Racing",
    RaceStatus.FINISHED: "Finished",
    RaceStatus.UNRANKED: "Unranked",
    RaceStatus.WITHDRAWN: "Withdrawn",
    RaceStatus.DNF: "DNF",
    RaceStatus.OTL: "OTL",
    RaceStatus.DSQ: "DSQ",
    RaceStatus.TRANSFERRED: "Changed division",
}

LETTERS: Mapping[str, str] = {
    "DNS": "did not start",
    "DNF": "did not finish",
    "OTL": "over the time limit",
    "DSQ": "disqualified",
}
"""What the letters stand for, for those who listen and for the title of a mark."""

RULING_STATUS: Mapping[RulingStatus, str] = {
    RulingStatus.DNS: "DNS, did not start",
    RulingStatus.DNF: "DNF, did not finish",
    RulingStatus.OTL: "OTL, over the time limit",
    RulingStatus.DSQ: "DSQ, disqualified",
    RulingStatus.WITHDRAWN: "Withdrawn from the race",
    RulingStatus.UNRANKED: "Goes on unranked",
    RulingStatus.REINSTATED: "Reinstated",
}

TIE_BREAK: Mapping[TieBreak, str] = {
    TieBreak.FINISH_ORDER: "by the line judge’s order",
    TieBreak.PLACE_SUM: "by the sum of stage places",
    TieBreak.BEST_PLACE: "by the best stage place",
    TieBreak.LAST_STAGE_PLACE: "by the place on the last stage",
    TieBreak.FIRST_STAGE_TIME: "by the time of the first stage",
    TieBreak.LINE_ORDER: "by the order over the line",
    TieBreak.FRACTIONS: "by fractions of a second",
    TieBreak.COUNT_BACK: "by the better places",
    TieBreak.GC: "by the general classification",
}

SOURCE: Mapping[Source, str] = {
    Source.DIRECTOR: "director",
    Source.PHOTO: "photo finish",
    Source.CHIP: "chip",
    Source.LINE_CREW: "line crew",
    Source.CHECKPOINT: "checkpoint",
    Source.RADIO: "radio",
    Source.PAPER: "paper",
    Source.GPS: "GPS",
    Source.ESTIMATE: "estimate",
}

MEASURE_COLUMN: Mapping[Measure, str] = {
    Measure.TIME: "Total",
    Measure.POINTS: "Points",
    Measure.PLACES: "Places",
    Measure.STAGES: "Stages",
    Measure.BEST: "Total",
    Measure.SEGMENTS: "Total",
}

SHOWN_COLUMN: Mapping[str, str] = {"gap": "Gap", "interval": "Interval"}

START_MODE: Mapping[StartMode, str] = {
    StartMode.MASS: "mass start",
    StartMode.WAVES: "start in waves",
    StartMode.WINDOW: "free start",
    StartMode.INTERVAL: "interval start",
    StartMode.CHASE: "chase start",
}

SCOPE: Mapping[Scope, str] = {
    Scope.STAGE: "The stage and the classification",
    Scope.GC: "The classification only",
}

UNUSED_REASON: Mapping[UnusedReason, str] = {
    UnusedReason.LOWER_PRIORITY: "another source comes first",
    UnusedReason.LATER_READ: "an earlier read counts",
    UnusedReason.EARLIER_START_READ: "a later read at the start counts",
    UnusedReason.AFTER_START_TOLERANCE: "too long after the start",
    UnusedReason.SECOND_DEPARTURE: "the first departure counts",
    UnusedReason.OUT_OF_ORDER: "out of order",
    UnusedReason.BEFORE_START: "before the start",
    UnusedReason.NOT_ON_COURSE: "not on this division’s course",
    UnusedReason.NO_SUCH_TIME: "no such time on that day",
    UnusedReason.FAR_AWAY: "too far from the stage’s date",
    UnusedReason.AT_LATEST: "passed by then: for safety only",
    UnusedReason.BACKUP_STANDS: "the main read is too late: the backup counts",
    UnusedReason.AFTER_OUT: "out before that",
    UnusedReason.BEYOND_RESULT: "beyond the control that the result is taken from",
    UnusedReason.NO_OPEN_CONTROL: "every control of this place was passed already",
}

GENDER: Mapping[str, str] = {"F": "Women", "M": "Men", "X": "Open"}

SENTENCES: Mapping[str, str] = {
    # How the race stands: one of these under the headline.
    "before": "The race starts on {day} with stage {stage}.",
    "before-named": "The race starts on {day} with stage {stage}, {name}.",
    "nothing-ranked": "Nobody is ranked yet.",
    "merged": "Too few started: merged into {into}.",
    "no-match": "Nobody here is in that selection.",
    "before-the-race": "Before the first stage",
    "after-stage": "After stage {stage}",
    "as-after-stage": "after stage {stage}",
    "road-starts": "{leader} leads {second} by {gap} as stage {stage} sets off.",
    "road-starts-alone": "{leader} leads as stage {stage} sets off.",
    "road-starts-tied": "{number} runners share the lead as stage {stage} sets off.",
    "road-starts-level": "Stage {stage} has set off: everyone starts level.",
    "road-takes": "{leader} takes the lead from {loser} on the road, {gap} ahead.",
    "road-keeps": "{leader} leads {second} by {gap} on the road.",
    "road-alone": "{leader} leads on the road.",
    "road-level": "{leader} and {second} are level on the road.",
    "day-best-too": "The leader is fastest of the day so far too, in {time}.",
    "day-best": "{name} is fastest of the day so far in {time}.",
    "after-takes": (
        "{leader} takes the lead from {loser} on stage {stage}, {gap} ahead of {second}."
    ),
    "after-takes-second": "{leader} takes the lead from {loser} on stage {stage}, by {gap}.",
    "after-keeps": "{leader} keeps the lead after stage {stage}, {gap} ahead of {second}.",
    "after-leads": "{leader} leads after stage {stage}, {gap} ahead of {second}.",
    "after-leads-alone": "{leader} leads after stage {stage}.",
    "after-shared": "{leader} and {second} share the lead after stage {stage}.",
    "after-points": "{leader} leads after stage {stage} with {points} points.",
    "stage-won-too": "The leader wins the stage too, in {time}.",
    "stage-won": "{name} wins the stage in {time}.",
    "stage-won-by": "{name} wins in {time}, {gap} ahead of {second}.",
    "stage-shared": "{name} and {second} share the stage in {time}.",
    "final": "{leader} wins in {time}, {gap} ahead of {second}.",
    "final-alone": "{leader} wins in {time}.",
    "final-shared": "{leader} and {second} share the victory in {time}.",
    "final-points": "{leader} wins with {points} points.",
    "control-first": "{name} is first at {place} in {time}.",
    "leader": "Leader",
    "first": "First",
    "winner": "Winner",
    "finished": "Finished",
    "on-the-road": "On the road",
    "leads-on-road": "Leads on the road",
    "leads-unworn": "Leads, and does not wear it yet",
    "stage-column": "Stage {stage}",
    "stage-live": "Stage {stage}, live",
    "stages-done": "{done} of {of} stages done",
    "nothing-runs": "Nothing is running now",
    "race-over": "All stages are done.",
    "next-stage": "Next: {title}, {day}",
    # At a station.
    "way-in": "In",
    "way-out": "Out",
    "stage-km": "Stage {stage}, km {km}",
    "closes": "closes {time}",
    "withdrawn-here": "withdrawn here",
    "time-only": "Time only, choose the bib later",
    "not-read": "Not read, choose later",
    "seen-at": "{place} {time}",
    "expected-at": "expected at {place} {time}, by {latest} at the latest",
    "not-in-list": "Not in the start list",
    "wave": "wave {wave}",
    # At the desk.
    "not-begun": "Not begun",
    "last-passing-is": "last passing {passing}",
    "ruled": "{by}, {time}",
    "ruled-penalty": "Penalty {time}",
    "ruled-credit": "Credit {time}",
    "ruled-points": "{points} points, {board}",
    "ruled-bonus": "Bonus {time}, stage {stage}",
    "ruled-time": "Declared time {time}, stage {stage}",
    "ruled-observation": "Seen at a station: {kind}",
    "ruled-clock": "Clock of {device} put right by {moved}",
    "ruled-gun": "Gun {time}",
    "ruled-start": "Start {time}",
    "ruled-clock-from": "from {time}",
    "ruled-clock-until": "until {time}",
    "ruled-void": "Voided: {what}",
    "void-of": "the void of {what}",
    "a-record": "a record",
    "passing-at": "passing {time}, {place}",
    "with-stage": "{what}, stage {stage}",
    "done-given": "{what} given to {who}",
    "done-status": "{what} set for {who}",
    "done-assigned": "{what} assigned to {who}",
    "gun-while-running": "stage {stage} still has {runners} on course",
    "gun-of-another-day": "it is planned for {day}",
    "gun-refused": "Not started: {doubts}. Tick the box to start it all the same.",
    "gun-although": "Start it although {doubts}",
    "nobody-wears": "Nobody wears bib {bibs}.",
    "article": "article {code}",
    "ruled-disqualification": "Disqualification",
    "then-disqualified": "{amounts}, then disqualification",
    "as-the-table-says": "as the penalty table says",
    "no-such-penalty": "Not done: the penalty table has no code {code}. Give a time.",
    "total": "Total",
    "of-team": "team {team}",
    "on-the-road-of": "{name}, on the road",
    "after-stage-of": "{name}, after stage {stage}",
    "behind": "{gap} on {leader}",
    "nth-of-stage": "{nth} of the stage",
    "finished-at": "finished {time}",
    "last-seen": "last seen {place}, {time}",
    "penalty-in": "{time} penalty included",
    "raw": "raw {time}",
    "plus-penalty": "+ penalty {time}",
    "minus-credit": "− credit {time}",
    "bonus-in-total": "bonus {time} in the total",
    "given-penalty": "Penalty on stage {stage}",
    "given-credit": "Credit on stage {stage}",
    "given-bonus": "Bonus on stage {stage}",
    "given-article": "Article {code}",
    "bump": "Place in the general classification after each stage: {places}",
    "incomplete-of": "{name}, incomplete",
    "stages-run": "{done} stages",
    "tie": "tie parted {how}",
    "order-at": "Order at {place}",
    "all-runners": "All runners",
    "not-ranked": "not ranked",
    "credit-in": "{time} credited",
    "nobody-passed": "Nobody has passed {place} yet.",
    "nobody-finished": "Nobody has finished yet.",
    # A leader's line.
    "ahead-of": "{gap} ahead of {second}",
    "level-with": "level with {second}",
    "leads-alone": "leads",
    # What is announced to those who listen while a board changes.
    "summary-leads": "{leader} leads.",
    "summary-changed": "{lines} changed.",
    # How a stage stands, in the strip of stages.
    "stage-rest": "Rest",
    "stage-is-live": "Live",
    "stage-done": "Done",
    "stage-cancelled": "Cancelled",
    # How a race stands, in a list of races.
    "state-live": "Stage {stage} is under way",
    "state-to-come": "To come",
    "state-over": "Over",
    "state-between": "{stage} stages done",
    # Where something happened.
    "stage-place": "stage {stage}, {place}",
    "stage-only": "stage {stage}",
    "last-passing": "{time}, {place}",
}


_KEPT_TOGETHER = {
    key: text.replace(" {stage}", "\N{NO-BREAK SPACE}{stage}") for key, text in SENTENCES.items()
}


def sentence(key: str, /, **parts: str | int) -> str:
    """The sentence of that key with its parts filled in; a stage keeps its number on its line."""
    return _KEPT_TOGETHER[key].format(**parts)


COUNTED: Mapping[str, tuple[str, str]] = {
    "stage": ("stage", "stages"),
    "runner": ("runner", "runners"),
    "team": ("team", "teams"),
    "record": ("record", "records"),
    "line": ("line", "lines"),
    "point": ("point", "points"),
    "place": ("place", "places"),
    "read": ("read", "reads"),
    "passing": ("passing", "passings"),
}
"""One of them, and many."""


def counted(what: str, number: int) -> str:
    """``1 stage``, ``46 runners``."""
    one, many = COUNTED[what]
    return f"{number:,} {one if number == 1 else many}"


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def long_day(day: date) -> str:
    """``Friday 28 August 2026``."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """``Fri 28 Aug``."""
    return f"{weekday(day)} {day.day} {_MONTHS[day.month - 1][:3]}"


def day_and_month(day: date) -> str:
    """``28 Aug``."""
    return f"{day.day} {_MONTHS[day.month - 1][:3]}"


def weekday(day: date) -> str:
    """``Fri``."""
    return _WEEKDAYS[day.weekday()][:3]


def days(first: date, last: date) -> str:
    """``28 August to 2 September 2026``, leaving out what is the same."""
    if first == last:
        return f"{first.day} {_MONTHS[first.month - 1]} {first.year}"
    end = f"{last.day} {_MONTHS[last.month - 1]} {last.year}"
    if first.year != last.year:
        return f"{first.day} {_MONTHS[first.month - 1]} {first.year} to {end}"
    if first.month != last.month:
        return f"{first.day} {_MONTHS[first.month - 1]} to {end}"
    return f"{first.day} to {end}"


def ordinal(place: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``11th``."""
    if place % 100 in {11, 12, 13}:
        return f"{place}th"
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{suffix}"
