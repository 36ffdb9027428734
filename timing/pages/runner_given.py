"""What a runner was given: penalties, credits and bonuses, with their reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from timing.core.explain import explain_stage
from timing.core.reasons import Because
from timing.core.records import Bonus, Credit, Penalty
from timing.core.times import Duration
from timing.pages import figures
from timing.pages.desk_words import article_of
from timing.pages.explanations import sentence as reason_words
from timing.pages.runner_view import RunnerView
from timing.pages.saying import sentence

Given: TypeAlias = Penalty | Credit | Bonus


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenItem:
    """A penalty, credit or bonus, with its reason."""

    amount: str
    title: str
    reason: str
    note: str
    is_penalty: bool = False


def given(view: RunnerView) -> tuple[GivenItem, ...]:
    """What rulings gave, then what followed from the rules by itself, stage by stage."""
    return tuple(_given(view))


def _given(view: RunnerView) -> Iterator[GivenItem]:
    for number, line in view.lines.items():
        if not (line.penalty or line.credit or line.bonus):
            continue
        for ruling in view.book.rulings:
            if isinstance(ruling, Given) and ruling.stage == number and _is_for(view, ruling):
                yield _given_item(view, ruling)
        yield from _by_rule(view, number)


_BY_RULE = frozenset(
    {
        Because.BONUS_BY_PLACE,
        Because.EARLY_PENALTY,
        Because.CUTOFF_PENALTY,
        Because.MISSED_PENALTY,
        Because.RESTED_TOO_LITTLE_PENALTY,
        Because.TOO_EARLY_PENALTY,
        Because.HELD,
    }
)
"""What nobody had to give."""


def _by_rule(view: RunnerView, number: int) -> Iterator[GivenItem]:
    for reason in explain_stage(view.book, number, view.entry.id).reasons:
        if reason.because not in _BY_RULE:
            continue
        told = reason_words(reason, view.book.race, view.zone)
        time = dict(reason.params).get("time_ms")
        if not isinstance(time, int) or not time:
            continue
        is_penalty = reason.adds is not None and reason.adds > 0
        amount = figures.short(time, view.precision)
        key = "penalty" if is_penalty else "credit" if reason.because is Because.HELD else "bonus"
        yield GivenItem(
            is_penalty=is_penalty,
            amount=f"+{amount}" if is_penalty else f"{figures.MINUS}{amount}",
            title=sentence(f"given-{key}", stage=number),
            reason=told.text,
            note="",
        )


def _is_for(view: RunnerView, ruling: Given) -> bool:
    entry = view.book.entry(view.entry.id, ruling.stage)
    if entry.bib in ruling.bibs:
        return True
    if isinstance(ruling, Bonus):
        return False
    return bool(
        (ruling.team and ruling.team == entry.team)
        or (ruling.division and ruling.division == entry.division and not ruling.wave)
    )


def _given_item(view: RunnerView, ruling: Given) -> GivenItem:
    time = _given_time(view, ruling)
    amount = figures.short(time, view.precision)
    is_penalty = isinstance(ruling, Penalty)
    key = "penalty" if is_penalty else "credit" if isinstance(ruling, Credit) else "bonus"
    article = "" if isinstance(ruling, Bonus) else article_of(view.book.race, ruling.code)
    return GivenItem(
        is_penalty=is_penalty,
        amount=f"+{amount}" if is_penalty else f"{figures.MINUS}{amount}",
        title=sentence(f"given-{key}", stage=ruling.stage),
        reason=ruling.reason,
        note=sentence("given-article", code=article) if article else "",
    )


def _given_time(view: RunnerView, ruling: Given) -> Duration:
    match ruling:
        case Penalty() if ruling.team:
            return view.book.penalties.of_team(ruling, ruling.team).time * ruling.count
        case Penalty():
            return view.book.penalties.of_entry(ruling, view.entry.id).time * ruling.count
        case Credit():
            return ruling.time * ruling.count
        case Bonus():
            return ruling.time
