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
from timing.core.times import SECOND, format_duration, format_exact_duration, zone_named
from timing.pages.clock_words import clock_params
from timing.pages.figures import clock, kilometres
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
    Because.NOT_IN_DIVISION: "This division does not run the stage.",
    Because.CANCELLED: "The stage was cancelled: it counts as 0:00:00 for everyone.",
    Because.START_GUN: "The clock started with the gun at {start_at}.",
    Because.START_WAVE: "The clock started with the gun of wave {wave} at {start_at}.",
    Because.START_OWN: "The clock started with the own start read at {start_at}.",
    Because.START_AT_OPENING: "Left before the window opened: the clock started at {start_at}.",
    Because.START_AT_CLOSING: "Left after the window closed: the clock started at {start_at}.",
    Because.START_ALLOCATED: "The clock started at the allocated start, {start_at}.",
    Because.START_RULED: "The clock started at {start_at}, by a ruling.",
    Because.START_UNKNOWN: "No start is known, so that there is no time.",
    Because.TAKEN: "{point}: {time_at}, from {source}.",
    Because.CLOCK_MEASURED: "{point}: the clock of {device} was {off}{measured}, {unsure}.",
    Because.CLOCK_UNMEASURED: (
        "{point}: the clock of {device} was never measured, so the time is only good to {unsure}."
    ),
    Because.CLOCK_RULED: "{point}: the clock of {device} was put right by {moved}.",
    Because.NO_SPLIT: "{point}: no passing is known.",
    Because.LEFT: "{point}: a passing was left out, {reason}.",
    Because.LIMIT_KEPT: "{point}: in time, {margin_ms} before the limit.",
    Because.LIMIT_MISSED: "{point}: {margin_ms} after the limit.",
    Because.LIMIT_SOFT: "{point}: {margin_ms} after the guidance time, which has no consequence.",
    Because.DECLARED: "The time was declared as {time_ms} by {by}.",
    Because.DECLARED_PLACE: "Place {rank} was declared.",
    Because.RAW: "From {start_at} to {finish_at} is {raw_ms}.",
    Because.ROUNDED: "Rounded {rounding} to {time_ms}.",
    Because.PENALTY: "Penalty {what} of {time_ms} by {by}: {reason}.",
    Because.DISQUALIFYING: "Penalty {what}, which disqualifies, by {by}: {reason}.",
    Because.SERVED: "Penalty {what}, served on the way and so in the clock already: {reason}.",
    Because.CREDIT: "Credit {code} of {time_ms} by {by}: {reason}.",
    Because.BONUS: "Bonus of {time_ms} by {by}: {reason}.",
    Because.BONUS_BY_PLACE: "Bonus of {time_ms} for place {place} at {point}.",
    Because.ASSIGNED: "Did not finish, stays in the race, and is given {time_ms}.",
    Because.EARLY_PENALTY: "Penalty of {time_ms} for leaving before the window opened.",
    Because.CUTOFF_PENALTY: "Penalty of {time_ms} for a missed cut-off.",
    Because.NEUTRAL: "From {from} to {to}, {time_ms} is not counted.",
    Because.STOPPED: "Stopped at {point} for {time_ms}.",
    Because.RESTED_TOO_LITTLE: (
        "Left {point} {early_ms} before the rest was over: {time_ms} is counted on."
    ),
    Because.COUNTED_AS_EARLIEST: (
        "At {point} {early_ms} before the earliest time permitted: {time_ms} is counted on."
    ),
    Because.RESTED_TOO_LITTLE_PENALTY: (
        "Penalty of {time_ms} for leaving {point} {early_ms} before the rest was over."
    ),
    Because.TOO_EARLY_PENALTY: (
        "Penalty of {time_ms} for being at {point} {early_ms} before the earliest time permitted."
    ),
    Because.HELD: "Held at {point} for {time_ms}, which is credited.",
    Because.VIRTUAL: "Stopped on the way, and given {time_ms}.",
    Because.MEMBER_TIME: "{bib} {name}: {time_ms}.",
    Because.MEMBER_COUNTS: "{bib} {name}: {time_ms}, which counts for the team.",
    Because.MEMBER_OUT: "{bib} {name}: {status}.",
    Because.MEMBER_LEFT: "{bib} {name} left the team.",
    Because.TEAM_TIME: "The team’s time is {measure}: {time_ms}.",
    Because.SEPARATION_PENALTY: "Penalty of {time_ms}, since the members were too far apart.",
    Because.MISSED_PENALTY: "Penalty of {time_ms} for missed controls.",
    Because.DECIDED: "Decided by {by}: {status}. {reason}",
    Because.STAGE_TIME: "The stage’s time is {time_ms}.",
    Because.STAGE_RANK: "Place {rank} on the stage{behind}.",
    Because.STAGE_UNRANKED: "No place on the stage: {status}.",
    Because.UNTIMED: "The stage is required, but not timed.",
    Because.STAGE_IN_TOTAL: "Stage {stage}: {time_ms}.",
    Because.STAGE_MISSING: "Stage {stage}: no result, {status}.",
    Because.STAGE_LEFT_BEHIND: "Stage {stage}: left behind with the change of division.",
    Because.TRANSFERRED: "Over from division {old} to {division}.",
    Because.COURSE_AS_PLANNED: (
        "Passed {point} before {since_at}, when the stage was re-routed:"
        " ran the planned course of {distance_m}."
    ),
    Because.COURSE_REROUTED: (
        "The stage was re-routed at {point} from {since_at} on: ran the other course of"
        " {distance_m}."
    ),
    Because.ROUNDING_OF_TOTAL: "The total was rounded {rounding}, once.",
    Because.TOTAL: "The total is {time_ms}.",
    Because.RANK: "Rank {rank} of {of}{behind}.",
    Because.POINTS: "The sum is {points}.",
    Because.RANK_BY_POINTS: "Rank {rank} of {of}{behind}.",
    Because.TIE_BROKEN: "Equal times were parted: {tie}.",
    Because.RANK_SHARED: "Rank {rank} is shared.",
    Because.UNRANKED: "Not ranked: {status}.",
    Because.OUT_BEFORE: "Out of the race before this stage: {status}.",
    Because.POINTS_WON: "Stage {stage}: {points}{won}.",
    Because.LEADS: "{by} ahead of {other}.",
    Because.HIGHER_IF_LEVEL: (
        "One place higher, {place}: {gained}, or {other} {lost}."
        " Equals would be parted {tie}, in favour of this one as things stand."
    ),
    Because.HIGHER_IF_LEVEL_SHARED: (
        "One place higher, {place}: {gained}, or {other} {lost}. Nothing would part equals,"
        " who share the place."
    ),
    Because.HIGHER_IF_AHEAD: (
        "One place higher, {place}: {gained}, or {other} {lost}."
        " Equals would be parted {tie}, in favour of {other} as things stand."
    ),
    Because.HIGHER_IF_AHEAD_OF: "One place higher, {place}: {gained}, or {other} {lost}.",
    Because.HIGHER_NOW_LEVEL: (
        "One place higher, {place}: {gained}, or {other} {lost}."
        " Now they are level, and {other} is ahead {tie}."
    ),
}


TEAM_MEASURE: Mapping[TeamTimeKind, str] = {
    TeamTimeKind.LAST: "that of its last member",
    TeamTimeKind.NTH: "that of the member who counts",
    TeamTimeKind.SUM: "the sum of all members’",
    TeamTimeKind.BEST: "the sum of its best members’",
    TeamTimeKind.TOGETHER: "that of its last member",
    TeamTimeKind.RELAY: "that of the member whose leg it was",
}


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
        *(_stage(stage, race, zone) for stage in explanation.stages),
        *(_stage(stage, race, zone, f", team {team}") for stage in explanation.team_stages),
        *(_total(total, race, zone) for total in explanation.totals),
    )


def _stage(stage: StageExplanation, race: Race, zone: ZoneInfo, of: str = "") -> Passage:
    named = race.stage(stage.stage)
    name = "" if named is None or not named.name else f", {named.name}"
    return Passage(
        title=f"Stage {stage.stage}{name}{of}",
        sentences=tuple(sentence(reason, race, zone) for reason in stage.reasons),
    )


def _total(total: TotalExplanation, race: Race, zone: ZoneInfo) -> Passage:
    name = total.classification.name or total.classification.code
    outlook = (r for r in total.reasons if r.because in _COMPARED)
    return Passage(
        title=f"{name}, after stage {total.after}",
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
    if reason.because in _BEHIND:
        params["behind"] = _behind(reason, params)
    if reason.because in _COMPARED:
        params.update(_compared(reason))
    if reason.because is Because.POINTS_WON:
        params["won"] = _won(params)
    text = SENTENCES[reason.because].format_map(params)
    for empty, tidy in ((" :", ":"), ("  ", " "), (": .", "."), (" .", ".")):
        text = text.replace(empty, tidy)
    adds = "" if reason.adds is None else _added(reason.adds, race)
    return Sentence(text=text.strip(), rule=reason.rule, records=reason.records, adds=adds)


_CLOCKS = frozenset({Because.CLOCK_MEASURED, Because.CLOCK_UNMEASURED, Because.CLOCK_RULED})

_PENALTIES = frozenset({Because.PENALTY, Because.SERVED, Because.DISQUALIFYING})


def _penalty(params: Mapping[str, str]) -> str:
    """``KIT (Whistle missing, article 14.2, no. 2)``: the code and what the table says of it."""
    told = (
        params.get("name", ""),
        f"article {article}" if (article := params.get("article")) else "",
        f"no. {nth}" if (nth := params.get("nth", "0")) != "0" else "",
    )
    beside = ", ".join(filter(None, told))
    return f"{params['code']} ({beside})" if beside else params["code"]


_BEHIND: Mapping[Because, str] = {
    Because.STAGE_RANK: ", {gap_ms} behind the first",
    Because.RANK: ", {gap_ms} behind the leader",
    Because.RANK_BY_POINTS: ", {gap} from the leader",
}


def _behind(reason: Reason, params: Mapping[str, str]) -> str:
    """How far behind the first; nothing for whoever is level."""
    is_level = not any(value for name, value in reason.params if name in ("gap", "gap_ms"))
    return "" if is_level else _BEHIND[reason.because].format_map(params)


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
    """How far apart two are, in the unit of what ranks them: ``by``, ``gained``, ``lost``."""
    params = dict(reason.params)
    place = {"place": ordinal(int(params.get("rank", 1)))}
    if "by_ms" in params:
        time = format_exact_duration(int(params["by_ms"]))
        return {**place, "by": time, "gained": f"{time} faster", "lost": f"{time} slower"}
    if "by_points" in params:
        by = counted("point", int(params["by_points"]))
        return {**place, "by": by, "gained": f"{by} more", "lost": f"{by} fewer"}
    by = counted("place", int(params["by_places"]))
    return {**place, "by": by, "gained": f"{by} fewer in the sum", "lost": f"{by} more"}


def _won(params: Mapping[str, str]) -> str:
    """``, for place 3 at COL``: what points were given for, by the table or by a ruling."""
    place, where = params["place"], params["where"]
    if place == "0":
        return ", by a ruling"
    if where in ("", FINISH):
        return f", for place {place}"
    return f", for place {place} at {where}"


def _added(ms: int, race: Race) -> str:
    sign = "−" if ms < 0 else "+"
    exact = format_exact_duration(abs(ms))
    return sign + (exact if "." in exact else format_duration(abs(ms), race.rules.precision))


def _worded(name: str, value: str | int, zone: ZoneInfo) -> str:
    if isinstance(value, int):
        if name.endswith("_at"):
            return _clock(value, zone)
        if name == "distance_m":
            return f"{kilometres(value)} km"
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
        case "measure":
            return TEAM_MEASURE[TeamTimeKind(value)]
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
