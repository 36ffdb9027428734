"""The words of pages: each in one place, whole sentences, so that they can be translated whole.

A template holds the words that always stand on it; what depends on the race is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from timing.core.definition import Measure, Scope, Source, StartMode
from timing.core.results import TieBreak, UnusedReason
from timing.core.statuses import RaceStatus, RulingStatus, StageStatus
from timing.pages.languages import (
    Words,
    day_by,
    decimal,
    mark,
    mark_many,
    spoken,
    translate,
    translate_many,
)

# The letters are the same everywhere; what they stand for is told beside them.
STAGE_STATUS: Mapping[StageStatus, str] = Words(
    {
        StageStatus.NOT_STARTED: mark("Not started yet"),
        StageStatus.DNS: "DNS",
        StageStatus.ON_COURSE: mark("On course"),
        StageStatus.FINISHED: mark("Finished"),
        StageStatus.DNF: "DNF",
        StageStatus.OTL: "OTL",
        StageStatus.DSQ: "DSQ",
        StageStatus.NEUTRALISED: mark("Cancelled"),
        StageStatus.NOT_IN_DIVISION: mark("Not in this division"),
    }
)

RACE_STATUS: Mapping[RaceStatus, str] = Words(
    {
        RaceStatus.REGISTERED: mark("Not started yet"),
        RaceStatus.RACING: mark("Racing"),
        RaceStatus.FINISHED: mark("Finished"),
        RaceStatus.UNRANKED: mark("Unranked"),
        RaceStatus.WITHDRAWN: mark("Withdrawn"),
        RaceStatus.DNF: "DNF",
        RaceStatus.OTL: "OTL",
        RaceStatus.DSQ: "DSQ",
        RaceStatus.TRANSFERRED: mark("Changed division"),
    }
)

LETTERS: Mapping[str, str] = Words(
    {
        "DNS": mark("did not start"),
        "DNF": mark("did not finish"),
        "OTL": mark("over the time limit"),
        "DSQ": mark("disqualified"),
    }
)
"""What the letters stand for, for those who listen and for the title of a mark."""

RULING_STATUS: Mapping[RulingStatus, str] = Words(
    {
        RulingStatus.DNS: mark("DNS, did not start"),
        RulingStatus.DNF: mark("DNF, did not finish"),
        RulingStatus.OTL: mark("OTL, over the time limit"),
        RulingStatus.DSQ: mark("DSQ, disqualified"),
        RulingStatus.WITHDRAWN: mark("Withdrawn from the race"),
        RulingStatus.UNRANKED: mark("Goes on unranked"),
        RulingStatus.REINSTATED: mark("Reinstated"),
    }
)

TIE_BREAK: Mapping[TieBreak, str] = Words(
    {
        TieBreak.FINISH_ORDER: mark("by the line judge’s order"),
        TieBreak.PLACE_SUM: mark("by the sum of stage places"),
        TieBreak.BEST_PLACE: mark("by the best stage place"),
        TieBreak.LAST_STAGE_PLACE: mark("by the place on the last stage"),
        TieBreak.FIRST_STAGE_TIME: mark("by the time of the first stage"),
        TieBreak.LINE_ORDER: mark("by the order over the line"),
        TieBreak.FRACTIONS: mark("by fractions of a second"),
        TieBreak.COUNT_BACK: mark("by the better places"),
        TieBreak.GC: mark("by the general classification"),
    }
)

SOURCE: Mapping[Source, str] = Words(
    {
        Source.DIRECTOR: mark("director"),
        Source.PHOTO: mark("photo finish"),
        Source.CHIP: mark("chip"),
        Source.LINE_CREW: mark("line crew"),
        Source.CHECKPOINT: mark("checkpoint"),
        Source.RADIO: mark("radio"),
        Source.PAPER: mark("paper"),
        Source.GPS: mark("GPS"),
        Source.ESTIMATE: mark("estimate"),
    }
)

MEASURE_COLUMN: Mapping[Measure, str] = Words(
    {
        Measure.TIME: mark("Total"),
        Measure.POINTS: mark("Points"),
        Measure.PLACES: mark("Places"),
        Measure.STAGES: mark("Stages"),
        Measure.BEST: mark("Total"),
        Measure.SEGMENTS: mark("Total"),
    }
)

SHOWN_COLUMN: Mapping[str, str] = Words({"gap": mark("Gap"), "interval": mark("Interval")})

START_MODE: Mapping[StartMode, str] = Words(
    {
        StartMode.MASS: mark("mass start"),
        StartMode.WAVES: mark("start in waves"),
        StartMode.WINDOW: mark("free start"),
        StartMode.INTERVAL: mark("interval start"),
        StartMode.CHASE: mark("chase start"),
    }
)

SCOPE: Mapping[Scope, str] = Words(
    {
        Scope.STAGE: mark("The stage and the classification"),
        Scope.GC: mark("The classification only"),
    }
)

UNUSED_REASON: Mapping[UnusedReason, str] = Words(
    {
        UnusedReason.LOWER_PRIORITY: mark("another source comes first"),
        UnusedReason.LATER_READ: mark("an earlier read counts"),
        UnusedReason.EARLIER_START_READ: mark("a later read at the start counts"),
        UnusedReason.AFTER_START_TOLERANCE: mark("too long after the start"),
        UnusedReason.SECOND_DEPARTURE: mark("the first departure counts"),
        UnusedReason.OUT_OF_ORDER: mark("out of order"),
        UnusedReason.BEFORE_START: mark("before the start"),
        UnusedReason.NOT_ON_COURSE: mark("not on this division’s course"),
        UnusedReason.NO_SUCH_TIME: mark("no such time on that day"),
        UnusedReason.FAR_AWAY: mark("too far from the stage’s date"),
        UnusedReason.AT_LATEST: mark("passed by then: for safety only"),
        UnusedReason.BACKUP_STANDS: mark("the main read is too late: the backup counts"),
        UnusedReason.AFTER_OUT: mark("out before that"),
        UnusedReason.BEYOND_RESULT: mark("beyond the control that the result is taken from"),
        UnusedReason.NO_OPEN_CONTROL: mark("every control of this place was passed already"),
    }
)

GENDER: Mapping[str, str] = Words({"F": mark("Women"), "M": mark("Men"), "X": mark("Open")})

SENTENCES: Mapping[str, str] = {
    # How the race stands: one of these under the headline.
    "before": mark("The race starts on {day} with stage {stage}."),
    "before-named": mark("The race starts on {day} with stage {stage}, {name}."),
    "nothing-ranked": mark("Nobody is ranked yet."),
    "merged": mark("Too few started: merged into {into}."),
    "no-match": mark("Nobody here is in that selection."),
    "before-the-race": mark("Before the first stage"),
    "after-stage": mark("After stage {stage}"),
    "as-after-stage": mark("after stage {stage}"),
    "road-starts": mark("{leader} leads {second} by {gap} as stage {stage} sets off."),
    "road-starts-alone": mark("{leader} leads as stage {stage} sets off."),
    "road-starts-tied": mark("{number} runners share the lead as stage {stage} sets off."),
    "road-starts-level": mark("Stage {stage} has set off: everyone starts level."),
    "road-takes": mark("{leader} takes the lead from {loser} on the road, {gap} ahead."),
    "road-keeps": mark("{leader} leads {second} by {gap} on the road."),
    "road-alone": mark("{leader} leads on the road."),
    "road-level": mark("{leader} and {second} are level on the road."),
    "day-best-too": mark("The leader is fastest of the day so far too, in {time}."),
    "day-best": mark("{name} is fastest of the day so far in {time}."),
    "after-takes": mark(
        "{leader} takes the lead from {loser} on stage {stage}, {gap} ahead of {second}."
    ),
    "after-takes-second": mark("{leader} takes the lead from {loser} on stage {stage}, by {gap}."),
    "after-keeps": mark("{leader} keeps the lead after stage {stage}, {gap} ahead of {second}."),
    "after-leads": mark("{leader} leads after stage {stage}, {gap} ahead of {second}."),
    "after-leads-alone": mark("{leader} leads after stage {stage}."),
    "after-shared": mark("{leader} and {second} share the lead after stage {stage}."),
    "after-points": mark("{leader} leads after stage {stage} with {points} points."),
    "stage-won-too": mark("The leader wins the stage too, in {time}."),
    "stage-won": mark("{name} wins the stage in {time}."),
    "stage-won-by": mark("{name} wins in {time}, {gap} ahead of {second}."),
    "stage-shared": mark("{name} and {second} share the stage in {time}."),
    "final": mark("{leader} wins in {time}, {gap} ahead of {second}."),
    "final-alone": mark("{leader} wins in {time}."),
    "final-shared": mark("{leader} and {second} share the victory in {time}."),
    "final-points": mark("{leader} wins with {points} points."),
    "control-first": mark("{name} is first at {place} in {time}."),
    "leader": mark("Leader"),
    "first": mark("First"),
    "winner": mark("Winner"),
    "finished": mark("Finished"),
    "on-the-road": mark("On the road"),
    "leads-on-road": mark("Leads on the road"),
    "leads-unworn": mark("Leads, and does not wear it yet"),
    "stage-column": mark("Stage {stage}"),
    "stage-live": mark("Stage {stage}, live"),
    "stages-done": mark("{done} of {of} stages done"),
    "nothing-runs": mark("Nothing is running now"),
    "race-over": mark("All stages are done."),
    "next-stage": mark("Next: {title}, {day}"),
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
    "total": mark("Total"),
    "of-team": mark("team {team}"),
    "on-the-road-of": mark("{name}, on the road"),
    "after-stage-of": mark("{name}, after stage {stage}"),
    "behind": mark("{gap} on {leader}"),
    "nth-of-stage": mark("{nth} of the stage"),
    "finished-at": mark("finished {time}"),
    "last-seen": mark("last seen {place}, {time}"),
    "penalty-in": mark("{time} penalty included"),
    "raw": mark("raw {time}"),
    "plus-penalty": mark("+ penalty {time}"),
    "minus-credit": mark("− credit {time}"),
    "bonus-in-total": mark("bonus {time} in the total"),
    "given-penalty": mark("Penalty on stage {stage}"),
    "given-credit": mark("Credit on stage {stage}"),
    "given-bonus": mark("Bonus on stage {stage}"),
    "given-article": mark("Article {code}"),
    "bump": mark("Place in the general classification after each stage: {places}"),
    "incomplete-of": mark("{name}, incomplete"),
    "stages-run": mark("{done} stages"),
    "tie": mark("tie parted {how}"),
    "order-at": mark("Order at {place}"),
    "all-runners": mark("All runners"),
    "not-ranked": mark("not ranked"),
    "credit-in": mark("{time} credited"),
    "nobody-passed": mark("Nobody has passed {place} yet."),
    "nobody-finished": mark("Nobody has finished yet."),
    # A leader's line.
    "ahead-of": mark("{gap} ahead of {second}"),
    "level-with": mark("level with {second}"),
    "leads-alone": mark("leads"),
    # What is announced to those who listen while a board changes.
    "summary-leads": mark("{leader} leads."),
    "summary-changed": mark("{lines} changed."),
    # How a stage stands, in the strip of stages.
    "stage-rest": mark("Rest"),
    "stage-is-live": mark("Live"),
    "stage-done": mark("Done"),
    "stage-cancelled": mark("Cancelled"),
    # How a race stands, in a list of races.
    "state-live": mark("Stage {stage} is under way"),
    "state-to-come": mark("To come"),
    "state-over": mark("Over"),
    "state-between": mark("{stage} stages done"),
    # Where something happened.
    "stage-place": mark("stage {stage}, {place}"),
    "stage-only": mark("stage {stage}"),
    "last-passing": mark("{time}, {place}"),
    # Days from one to another.
    "days": mark("{first} to {last}"),
}


def sentence(key: str, /, **parts: str | int) -> str:
    """The sentence of that key with its parts filled in; a stage keeps its number on its line."""
    text = translate(SENTENCES[key])
    return text.replace(" {stage}", "\N{NO-BREAK SPACE}{stage}").format(**parts)


COUNTED: Mapping[str, tuple[str, str]] = {
    "stage": mark_many("{number} stage", "{number} stages"),
    "runner": mark_many("{number} runner", "{number} runners"),
    "team": mark_many("{number} team", "{number} teams"),
    "record": ("{number} record", "{number} records"),
    "line": mark_many("{number} line", "{number} lines"),
    "gained": mark_many("gained {number} place", "gained {number} places"),
    "lost": mark_many("lost {number} place", "lost {number} places"),
    "point": mark_many("{number} point", "{number} points"),
    "place": mark_many("{number} place", "{number} places"),
    "read": ("{number} read", "{number} reads"),
    "passing": mark_many("{number} passing", "{number} passings"),
}
"""One of them, and many; those of the desk alone are in English only."""


def counted(what: str, number: int) -> str:
    """``1 stage``, ``46 runners``."""
    return translate_many(*COUNTED[what], number).format(number=decimal(number))


def long_day(day: date) -> str:
    """``Friday 28 August 2026``."""
    return day_by(mark("EEEE d MMMM y"), day)


def short_day(day: date) -> str:
    """``Fri 28 Aug``."""
    return day_by(mark("EEE d MMM"), day)


def day_and_month(day: date) -> str:
    """``28 Aug``."""
    return day_by(mark("d MMM"), day)


def weekday(day: date) -> str:
    """``Fri``."""
    return day_by(mark("EEE"), day)


def days(first: date, last: date) -> str:
    """``28 August to 2 September 2026``, leaving out what is the same."""
    end = day_by(mark("d MMMM y"), last)
    if first == last:
        return end
    if first.year != last.year:
        begin = day_by(mark("d MMMM y"), first)
    elif first.month != last.month:
        begin = day_by(mark("d MMMM"), first)
    else:
        begin = day_by(mark("d"), first)
    return sentence("days", first=begin, last=end)


def ordinal(place: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``11th``; ``1er`` and ``2e`` in French, ``1.`` in German."""
    match spoken().code:
        case "en":
            suffix = "th" if place % 100 in {11, 12, 13} else _ENGLISH.get(place % 10, "th")
            return f"{place}{suffix}"
        case "fr":
            return f"{place}{'er' if place == 1 else 'e'}"
        case "de":
            return f"{place}."
        case "es" | "it":
            return f"{place}.º" if spoken().code == "es" else f"{place}º"
        case _:
            return str(place)


_ENGLISH: Mapping[int, str] = {1: "st", 2: "nd", 3: "rd"}
