"""Explanations in words: every `Reason` of the core becomes one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from timing.core.definition import Race, Source, TeamTimeKind
from timing.core.explain import Explanation, StageExplanation, TotalExplanation
from timing.core.measures import FINISH
from timing.core.reasons import Because, Reason
from timing.core.results import TieBreak, UnusedReason
from timing.core.statuses import RaceStatus, RulingStatus, StageStatus
from timing.core.times import SECOND, Rounding, format_duration, format_exact_duration, zone_named
from timing.pages.clock_words import clock_kind, clock_params
from timing.pages.figures import clock, kilometres
from timing.pages.languages import mark, translate
from timing.pages.marks import called
from timing.pages.words import (
    RACE_STATUS,
    RULING_STATUS,
    SOURCE,
    STAGE_STATUS,
    TIE_BREAK,
    UNUSED_REASON,
    counted,
    ordinal,
)

SENTENCES: Mapping[Because, str] = {
    Because.NOT_IN_DIVISION: mark("This division does not run the stage."),
    Because.CANCELLED: mark("The stage was cancelled: it counts as 0:00:00 for everyone."),
    Because.START_GUN: mark("The clock started with the gun at {start_at}."),
    Because.START_WAVE: mark("The clock started with the gun of wave {wave} at {start_at}."),
    Because.START_OWN: mark("The clock started with the own start read at {start_at}."),
    Because.START_AT_OPENING: mark(
        "Left before the window opened: the clock started at {start_at}."
    ),
    Because.START_AT_CLOSING: mark(
        "Left after the window closed: the clock started at {start_at}."
    ),
    Because.START_ALLOCATED: mark("The clock started at the allocated start, {start_at}."),
    Because.START_RULED: mark("The clock started at {start_at}, by a ruling."),
    Because.START_UNKNOWN: mark("No start is known, so that there is no time."),
    Because.TAKEN: mark("{point}: {time_at}, from {source}."),
    Because.CLOCK_MEASURED: mark("{point}: the clock of {device} was right, {unsure}."),
    Because.CLOCK_UNMEASURED: mark(
        "{point}: the clock of {device} was never measured, so the time is only good to {unsure}."
    ),
    Because.CLOCK_RULED: mark("{point}: the clock of {device} was put right by {moved}."),
    Because.NO_SPLIT: mark("{point}: no passing is known."),
    Because.LEFT: mark("{point}: a passing was left out, {reason}."),
    Because.LIMIT_KEPT: mark("{point}: in time, {margin_ms} before the limit."),
    Because.LIMIT_MISSED: mark("{point}: {margin_ms} after the limit."),
    Because.LIMIT_SOFT: mark(
        "{point}: {margin_ms} after the guidance time, which has no consequence."
    ),
    Because.DECLARED: mark("The time was declared as {time_ms} by {by}."),
    Because.DECLARED_PLACE: mark("Place {rank} was declared."),
    Because.RAW: mark("From {start_at} to {finish_at} is {raw_ms}."),
    Because.ROUNDED: mark("Rounded to {time_ms}."),
    Because.PENALTY: mark("Penalty {what} of {time_ms} by {by}: {reason}."),
    Because.DISQUALIFYING: mark("Penalty {what}, which disqualifies, by {by}: {reason}."),
    Because.SERVED: mark(
        "Penalty {what}, served on the way and so in the clock already: {reason}."
    ),
    Because.CREDIT: mark("Credit {code} of {time_ms} by {by}: {reason}."),
    Because.BONUS: mark("Bonus of {time_ms} by {by}: {reason}."),
    Because.BONUS_BY_PLACE: mark("Bonus of {time_ms} for place {place} at {point}."),
    Because.ASSIGNED: mark("Did not finish, stays in the race, and is given {time_ms}."),
    Because.EARLY_PENALTY: mark("Penalty of {time_ms} for leaving before the window opened."),
    Because.CUTOFF_PENALTY: mark("Penalty of {time_ms} for a missed cut-off."),
    Because.NEUTRAL: mark("From {from} to {to}, {time_ms} is not counted."),
    Because.STOPPED: mark("Stopped at {point} for {time_ms}."),
    Because.RESTED_TOO_LITTLE: mark(
        "Left {point} {early_ms} before the rest was over: {time_ms} is counted on."
    ),
    Because.COUNTED_AS_EARLIEST: mark(
        "At {point} {early_ms} before the earliest time permitted: {time_ms} is counted on."
    ),
    Because.RESTED_TOO_LITTLE_PENALTY: mark(
        "Penalty of {time_ms} for leaving {point} {early_ms} before the rest was over."
    ),
    Because.TOO_EARLY_PENALTY: mark(
        "Penalty of {time_ms} for being at {point} {early_ms} before the earliest time permitted."
    ),
    Because.HELD: mark("Held at {point} for {time_ms}, which is credited."),
    Because.VIRTUAL: mark("Stopped on the way, and given {time_ms}."),
    Because.MEMBER_TIME: mark("{bib} {name}: {time_ms}."),
    Because.MEMBER_COUNTS: mark("{bib} {name}: {time_ms}, which counts for the team."),
    Because.MEMBER_OUT: mark("{bib} {name}: {status}."),
    Because.MEMBER_LEFT: mark("{bib} {name} left the team."),
    Because.TEAM_TIME: mark("The team’s time is {time_ms}."),
    Because.SEPARATION_PENALTY: mark("Penalty of {time_ms}, since the members were too far apart."),
    Because.MISSED_PENALTY: mark("Penalty of {time_ms} for missed controls."),
    Because.DECIDED: mark("Decided by {by}: {status}. {reason}"),
    Because.STAGE_TIME: mark("The stage’s time is {time_ms}."),
    Because.STAGE_RANK: mark("Place {rank} on the stage."),
    Because.STAGE_UNRANKED: mark("No place on the stage: {status}."),
    Because.UNTIMED: mark("The stage is required, but not timed."),
    Because.STAGE_IN_TOTAL: mark("Stage {stage}: {time_ms}."),
    Because.STAGE_MISSING: mark("Stage {stage}: no result, {status}."),
    Because.STAGE_LEFT_BEHIND: mark("Stage {stage}: left behind with the change of division."),
    Because.TRANSFERRED: mark("Over from division {old} to {division}."),
    Because.COURSE_AS_PLANNED: mark(
        "Passed {point} before {since_at}, when the stage was re-routed:"
        " ran the planned course of {distance_m}."
    ),
    Because.COURSE_REROUTED: mark(
        "The stage was re-routed at {point} from {since_at} on: ran the other course of"
        " {distance_m}."
    ),
    Because.ROUNDING_OF_TOTAL: mark("The total was rounded, once."),
    Because.TOTAL: mark("The total is {time_ms}."),
    Because.RANK: mark("Rank {rank} of {of}."),
    Because.POINTS: mark("The sum is {points}."),
    Because.RANK_BY_POINTS: mark("Rank {rank} of {of}."),
    Because.TIE_BROKEN: mark("Equal times were parted: {tie}."),
    Because.RANK_SHARED: mark("Rank {rank} is shared."),
    Because.UNRANKED: mark("Not ranked: {status}."),
    Because.OUT_BEFORE: mark("Out of the race before this stage: {status}."),
    Because.POINTS_WON: mark("Stage {stage}: {points}, by a ruling."),
    Because.LEADS: mark("{by} ahead of {other}."),
    Because.HIGHER_IF_LEVEL: mark(
        "Equals would be parted {tie}, in favour of this one as things stand."
    ),
    Because.HIGHER_IF_LEVEL_SHARED: mark("Nothing would part equals, who share the place."),
    Because.HIGHER_IF_AHEAD: mark(
        "Equals would be parted {tie}, in favour of {other} as things stand."
    ),
    Because.HIGHER_IF_AHEAD_OF: "",
    Because.HIGHER_NOW_LEVEL: mark("Now they are level, and {other} is ahead {tie}."),
}
"""The usual sentence of each; `_VARIANTS` has those that depend on more, whole as well.

Of what would be one place higher it is the second one: the first says by how much.
"""


_CLOCK: Mapping[tuple[str, str], str] = {
    ("right", ""): SENTENCES[Because.CLOCK_MEASURED],
    ("right", "before"): mark(
        "{point}: the clock of {device} was right, measured {age} before, {unsure}."
    ),
    ("right", "after"): mark(
        "{point}: the clock of {device} was right, measured {age} after, {unsure}."
    ),
    ("slow", ""): mark("{point}: the clock of {device} was {off} slow, {unsure}."),
    ("slow", "before"): mark(
        "{point}: the clock of {device} was {off} slow, measured {age} before, {unsure}."
    ),
    ("slow", "after"): mark(
        "{point}: the clock of {device} was {off} slow, measured {age} after, {unsure}."
    ),
    ("fast", ""): mark("{point}: the clock of {device} was {off} fast, {unsure}."),
    ("fast", "before"): mark(
        "{point}: the clock of {device} was {off} fast, measured {age} before, {unsure}."
    ),
    ("fast", "after"): mark(
        "{point}: the clock of {device} was {off} fast, measured {age} after, {unsure}."
    ),
}
"""By which way the clock was off, and when that was measured."""

_ROUNDED: Mapping[Rounding, str] = {
    Rounding.UP: mark("Rounded up to {time_ms}."),
    Rounding.DOWN: mark("Rounded down to {time_ms}."),
    Rounding.NEAREST: mark("Rounded to the nearest, {time_ms}."),
}

_TOTAL_ROUNDED: Mapping[Rounding, str] = {
    Rounding.UP: mark("The total was rounded up, once."),
    Rounding.DOWN: mark("The total was rounded down, once."),
    Rounding.NEAREST: mark("The total was rounded to the nearest, once."),
}

_TEAM_TIME: Mapping[TeamTimeKind, str] = {
    TeamTimeKind.LAST: mark("The team’s time is that of its last member: {time_ms}."),
    TeamTimeKind.NTH: mark("The team’s time is that of the member who counts: {time_ms}."),
    TeamTimeKind.SUM: mark("The team’s time is the sum of all members’: {time_ms}."),
    TeamTimeKind.BEST: mark("The team’s time is the sum of its best members’: {time_ms}."),
    TeamTimeKind.TOGETHER: mark("The team’s time is that of its last member: {time_ms}."),
    TeamTimeKind.RELAY: mark("The team’s time is that of the member whose leg it was: {time_ms}."),
}

_BEHIND: Mapping[Because, str] = {
    Because.STAGE_RANK: mark("Place {rank} on the stage, {gap_ms} behind the first."),
    Because.RANK: mark("Rank {rank} of {of}, {gap_ms} behind the leader."),
    Because.RANK_BY_POINTS: mark("Rank {rank} of {of}, {gap} from the leader."),
}

_HIGHER: Mapping[str, str] = {
    "by_ms": mark("One place higher, {place}: {by} faster, or {other} {by} slower."),
    "by_points": mark("One place higher, {place}: {by} more, or {other} {by} fewer."),
    "by_places": mark("One place higher, {place}: {by} fewer in the sum, or {other} {by} more."),
}
"""By the unit that ranks."""

_WON_AT_THE_FINISH = mark("Stage {stage}: {points}, for place {place}.")
_WON_ON_THE_WAY = mark("Stage {stage}: {points}, for place {place} at {where}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One statement in words, with its rule, the records behind it and what it adds."""

    text: str
    rule: str
    records: tuple[str, ...] = ()
    adds: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The sentences about one stage or one classification.

    ``outlook`` is the one that says what the next place would take, or how safe the first is; in
    a classification only, and empty where there is nothing to say.
    """

    title: str
    sentences: tuple[Sentence, ...]
    outlook: str = ""


def passages(explanation: Explanation, race: Race) -> tuple[Passage, ...]:
    """An explanation in words: a passage for each stage, and for each classification.

    The stages are the entry's own, then its team's.
    """
    zone = zone_named(race.timezone)
    team = explanation.entry.team
    return (
        *(stage_passage(stage, race, zone) for stage in explanation.stages),
        *(stage_passage(stage, race, zone, team=team) for stage in explanation.team_stages),
        *(total_passage(total, race, zone) for total in explanation.totals),
    )


def stage_passage(
    stage: StageExplanation, race: Race, zone: ZoneInfo, *, team: str = ""
) -> Passage:
    """A stage in words; ``team`` is the code of the team whose it is, if that is to be said."""
    named = race.stage(stage.stage)
    name = "" if named is None else named.name
    named_so, bare = mark("Stage {stage}, {name}"), mark("Stage {stage}")
    if team:
        named_so = mark("Stage {stage}, {name}, team {team}")
        bare = mark("Stage {stage}, team {team}")
    return Passage(
        title=translate(named_so if name else bare).format(stage=stage.stage, name=name, team=team),
        sentences=tuple(sentence(reason, race, zone) for reason in stage.reasons),
    )


def total_passage(total: TotalExplanation, race: Race, zone: ZoneInfo) -> Passage:
    """A line of a classification in words."""
    name = called(total.classification)
    outlook = (r for r in total.reasons if r.because in _COMPARED)
    title = translate(mark("{name}, after stage {stage}")).format(name=name, stage=total.after)
    return Passage(
        title=title,
        sentences=tuple(sentence(reason, race, zone) for reason in total.reasons),
        outlook=" ".join(sentence(reason, race, zone).text for reason in outlook),
    )


def sentence(reason: Reason, race: Race, zone: ZoneInfo) -> Sentence:
    """One reason in words."""
    params = {name: _worded(name, value, zone) for name, value in reason.params}
    if reason.because in _PENALTIES:
        params["what"] = _penalty(params)
    if reason.because in _CLOCKS:
        params.update(clock_params(dict(reason.params)))
    if reason.because in _COMPARED:
        params.update(_compared(reason))
    texts = [translate(text) for text in _texts(reason) if text]
    text = " ".join(texts).format_map(params)
    for empty, tidy in ((" :", ":"), ("  ", " "), (": .", "."), (" .", ".")):
        text = text.replace(empty, tidy)
    adds = "" if reason.adds is None else _added(reason.adds, race)
    return Sentence(text=text.strip(), rule=reason.rule, records=reason.records, adds=adds)


def _texts(reason: Reason) -> tuple[str, ...]:
    """What a reason says, each a sentence that is translated whole."""
    params, usual = dict(reason.params), SENTENCES[reason.because]
    match reason.because:
        case Because.CLOCK_MEASURED:
            return (_CLOCK[clock_kind(params)],)
        case Because.ROUNDED:
            return (_ROUNDED[Rounding(str(params["rounding"]))],)
        case Because.ROUNDING_OF_TOTAL:
            return (_TOTAL_ROUNDED[Rounding(str(params["rounding"]))],)
        case Because.TEAM_TIME if params["measure"]:
            return (_TEAM_TIME[TeamTimeKind(str(params["measure"]))],)
        case Because.STAGE_RANK | Because.RANK | Because.RANK_BY_POINTS:
            # Nothing of a gap for whoever is level.
            is_behind = bool(params.get("gap") or params.get("gap_ms"))
            return (_BEHIND[reason.because] if is_behind else usual,)
        case Because.POINTS_WON:
            if params["place"] == 0:
                return (usual,)
            is_finish = params["where"] in ("", FINISH)
            return (_WON_AT_THE_FINISH if is_finish else _WON_ON_THE_WAY,)
        case because if because in _COMPARED and because is not Because.LEADS:
            return (next(text for unit, text in _HIGHER.items() if unit in params), usual)
        case _:
            return (usual,)


_CLOCKS = frozenset({Because.CLOCK_MEASURED, Because.CLOCK_UNMEASURED, Because.CLOCK_RULED})

_PENALTIES = frozenset({Because.PENALTY, Because.SERVED, Because.DISQUALIFYING})


def _penalty(params: Mapping[str, str]) -> str:
    """``KIT (Whistle missing, article 14.2, no. 2)``: the code and what the table says of it."""
    article, nth = params.get("article", ""), params.get("nth", "0")
    told = (
        params.get("name", ""),
        translate(mark("article {code}")).format(code=article) if article else "",
        translate(mark("no. {number}")).format(number=nth) if nth != "0" else "",
    )
    beside = ", ".join(filter(None, told))
    return f"{params['code']} ({beside})" if beside else params["code"]


_COMPARED = frozenset(
    {
        Because.LEADS,
        Because.HIGHER_IF_LEVEL,
        Because.HIGHER_IF_LEVEL_SHARED,
        Because.HIGHER_IF_AHEAD,
        Because.HIGHER_IF_AHEAD_OF,
        Because.HIGHER_NOW_LEVEL,
    }
)


def _compared(reason: Reason) -> dict[str, str]:
    """How far apart two are, in the unit of what ranks them, and the place at stake."""
    params = dict(reason.params)
    place = ordinal(int(params.get("rank", 1)))
    if "by_ms" in params:
        return {"place": place, "by": format_exact_duration(int(params["by_ms"]))}
    unit = "point" if "by_points" in params else "place"
    return {"place": place, "by": counted(unit, int(params[f"by_{unit}s"]))}


def _added(ms: int, race: Race) -> str:
    sign = "−" if ms < 0 else "+"
    exact = format_exact_duration(abs(ms))
    return sign + (exact if "." in exact else format_duration(abs(ms), race.rules.precision))


def _worded(name: str, value: str | int, zone: ZoneInfo) -> str:
    if isinstance(value, int):
        if name.endswith("_at"):
            return _clock(value, zone)
        if name == "distance_m":
            return translate(mark("{distance} km")).format(distance=kilometres(value))
        return format_exact_duration(value) if name.endswith("_ms") else str(value)
    match name:
        case "source":
            return SOURCE[Source(value)]
        case "reason" if value in set(UnusedReason):
            return UNUSED_REASON[UnusedReason(value)]
        case "tie":
            return TIE_BREAK[TieBreak(value)]
        case "status":
            return _status(value)
        case _:
            return value


def _clock(instant: int, zone: ZoneInfo) -> str:
    text = clock(instant, zone)
    return f"{text}.{instant % SECOND:03d}".rstrip("0") if instant % SECOND else text


def _status(value: str) -> str:
    if value in set(StageStatus):
        return STAGE_STATUS[StageStatus(value)]
    if value in set(RaceStatus):
        return RACE_STATUS[RaceStatus(value)]
    return RULING_STATUS[RulingStatus(value)]
