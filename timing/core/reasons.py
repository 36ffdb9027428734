"""The statements that explanations are made of (see `timing.core.explain`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from timing.core.adjustments import Won
from timing.core.definition import Scope
from timing.core.penalties import Amount
from timing.core.records import Bonus, Credit, Penalty, Ruling
from timing.core.times import Duration


class Because(StrEnum):
    """Everything an explanation can state. Each has its words in the pages."""

    NOT_IN_DIVISION = "not_in_division"
    CANCELLED = "cancelled"
    START_GUN = "start_gun"
    START_WAVE = "start_wave"
    START_OWN = "start_own"
    START_AT_OPENING = "start_at_opening"
    START_AT_CLOSING = "start_at_closing"
    START_ALLOCATED = "start_allocated"
    START_RULED = "start_ruled"
    START_UNKNOWN = "start_unknown"
    TAKEN = "taken"
    CLOCK_MEASURED = "clock_measured"
    CLOCK_UNMEASURED = "clock_unmeasured"
    CLOCK_RULED = "clock_ruled"
    NO_SPLIT = "no_split"
    LEFT = "left"
    LIMIT_KEPT = "limit_kept"
    LIMIT_MISSED = "limit_missed"
    LIMIT_SOFT = "limit_soft"
    DECLARED = "declared"
    DECLARED_PLACE = "declared_place"
    RAW = "raw"
    NEUTRAL = "neutral"
    STOPPED = "stopped"
    RESTED_TOO_LITTLE = "rested_too_little"
    COUNTED_AS_EARLIEST = "counted_as_earliest"
    RESTED_TOO_LITTLE_PENALTY = "rested_too_little_penalty"
    TOO_EARLY_PENALTY = "too_early_penalty"
    ROUNDED = "rounded"
    PENALTY = "penalty"
    SERVED = "served"
    DISQUALIFYING = "disqualifying"
    CREDIT = "credit"
    BONUS = "bonus"
    BONUS_BY_PLACE = "bonus_by_place"
    ASSIGNED = "assigned"
    EARLY_PENALTY = "early_penalty"
    CUTOFF_PENALTY = "cutoff_penalty"
    MISSED_PENALTY = "missed_penalty"
    HELD = "held"
    MEMBER_TIME = "member_time"
    MEMBER_OUT = "member_out"
    MEMBER_LEFT = "member_left"
    TEAM_TIME = "team_time"
    SEPARATION_PENALTY = "separation_penalty"
    VIRTUAL = "virtual"
    DECIDED = "decided"
    STAGE_TIME = "stage_time"
    STAGE_RANK = "stage_rank"
    STAGE_UNRANKED = "stage_unranked"
    UNTIMED = "untimed"
    STAGE_IN_TOTAL = "stage_in_total"
    STAGE_MISSING = "stage_missing"
    STAGE_LEFT_BEHIND = "stage_left_behind"
    TRANSFERRED = "transferred"
    COURSE_AS_PLANNED = "course_as_planned"
    COURSE_REROUTED = "course_rerouted"
    ROUNDING_OF_TOTAL = "rounding_of_total"
    TOTAL = "total"
    RANK = "rank"
    POINTS = "points"
    RANK_BY_POINTS = "rank_by_points"
    TIE_BROKEN = "tie_broken"
    RANK_SHARED = "rank_shared"
    UNRANKED = "unranked"
    OUT_BEFORE = "out_before"
    POINTS_WON = "points_won"
    MEMBER_COUNTS = "member_counts"
    LEADS = "leads"
    HIGHER_IF_LEVEL = "higher_if_level"
    HIGHER_IF_LEVEL_SHARED = "higher_if_level_shared"
    HIGHER_IF_AHEAD = "higher_if_ahead"
    HIGHER_IF_AHEAD_OF = "higher_if_ahead_of"
    HIGHER_NOW_LEVEL = "higher_now_level"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One statement. ``adds`` is what it contributes to the figure explained, if anything.

    ``params`` pairs names with texts, numbers, durations (names ending in ``_ms``) or instants
    (``_at``); ``rule`` is the section of the rules, ``records`` are ids.
    """

    because: Because
    rule: str
    params: tuple[tuple[str, str | int], ...] = ()
    records: tuple[str, ...] = ()
    adds: Duration | None = None


def penalty_by_rule(because: Because, rule: str, penalty: Duration) -> Reason:
    """A penalty that nobody had to give: it follows from the rule."""
    return Reason(because=because, rule=rule, params=(("time_ms", penalty),), adds=penalty)


def bonus_by_place(won: Won, *, is_total: bool) -> Reason:
    """A bonus that a place was worth: it counts in the total alone (Rules 6.4)."""
    return Reason(
        because=Because.BONUS_BY_PLACE,
        rule="6.4",
        params=(("point", won.point), ("place", won.place), ("time_ms", won.time)),
        adds=-won.time if is_total else 0,
    )


def adjustment(ruling: Ruling, amount_of: Callable[[Penalty], Amount], *, is_total: bool) -> Reason:
    """A ruling of the ledger; what it adds on the stage, or in the total alone (Rules 6.2).

    ``amount_of`` says what a penalty costs whom it is explained to.
    """
    told: tuple[tuple[str, str | int], ...] = ()
    match ruling:
        case Penalty():
            cost = amount_of(ruling)
            amount, because, rule = cost.time * ruling.count, Because.PENALTY, "6.1"
            if ruling.served:
                amount, because, rule = 0, Because.SERVED, "6.5"
            elif cost.disqualifies:
                because = Because.DISQUALIFYING
            scope, code = cost.scope, ruling.code
            if cost.rule is not None:
                told = (("article", cost.rule.article), ("name", cost.rule.name))
                if len(cost.rule.times) > 1 or cost.rule.then_dsq:
                    told = (*told, ("nth", cost.nth))
        case Credit():
            amount, because = -ruling.time * ruling.count, Because.CREDIT
            scope, rule, code = ruling.scope, "6.3", ruling.code
        case Bonus():
            amount, because = -ruling.time, Because.BONUS
            scope, rule, code = Scope.GC, "6.4", ""
        case _:
            raise TypeError(type(ruling).__name__)
    return Reason(
        because=because,
        rule=rule,
        params=(
            ("time_ms", abs(amount)),
            ("scope", scope.value),
            ("code", code),
            *told,
            ("by", ruling.by),
            ("reason", ruling.reason),
        ),
        records=(ruling.id,),
        adds=amount if (scope is Scope.GC) is is_total else 0,
    )
