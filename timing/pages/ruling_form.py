"""The form of a ruling: what its kind asks for, what was typed into it, and what it may choose."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from timing.core.book import RaceBook
from timing.core.proposals import Proposal, proposals
from timing.core.records import Ruling
from timing.pages import addresses, figures
from timing.pages.board_page import board_name
from timing.pages.desk_words import penalty_rule_words, ruling_words
from timing.pages.ruling_kinds import KINDS, WRITTEN, Input, RulingField, RulingKind, kind_of
from timing.pages.selection import Option

PlainOf: TypeAlias = Callable[[Ruling], Mapping[str, Any]]
"""A ruling as the mapping that a racefile has of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article of the race's penalty table, and what choosing it fills in.

    ``time`` is empty where it escalates: what it comes to is then shown beforehand.
    """

    code: str
    label: str
    time: str
    reason: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """A field of the form, with what stands in it and what may be chosen."""

    key: str
    label: str
    input: str
    hint: str
    is_needed: bool
    value: str
    options: tuple[Option, ...]
    articles: tuple[Article, ...]
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingForm:
    """The form of one kind; ``corrects`` is the id of the ruling that it is to supersede.

    ``id`` goes with it, so that a form sent twice is one ruling. ``draft`` is the id it is kept
    under as a draft, ``settles`` the observations that it answers, ``seen`` what they say.
    ``rare`` are the fields that are seldom needed. ``message`` says what is wrong.
    """

    kind: RulingKind
    fields: tuple[FieldShown, ...]
    rare: tuple[FieldShown, ...]
    is_rare_open: bool
    reason: str
    reason_fault: str
    needs_reason: bool
    corrects: str
    correcting: str
    settles: str
    seen: str
    draft: str
    is_kept: bool
    id: str
    action: str
    preview_url: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was typed into a form: of a kind, with faults by field where it was refused.

    ``kept`` is the id of the draft that it was opened from, if it was kept as one.
    """

    kind: str = ""
    values: Mapping[str, str] | None = None
    faults: Mapping[str, str] | None = None
    corrects: str = ""
    settles: str = ""
    kept: str = ""
    message: str = ""


def ruling_form(book: RaceBook, draft: Draft, new_id: Callable[[], str]) -> RulingForm | None:
    """The form of the draft's kind; None where there is no such kind."""
    kind = KINDS.get(draft.kind)
    if kind is None:
        return None
    values, faults = draft.values or {}, draft.faults or {}
    corrected = book.ruling(draft.corrects) if draft.corrects else None
    seen = [book.ruling(record) for record in draft.settles.split()]
    slug = book.race.slug
    has_table = kind.ruling == "penalty" and bool(book.race.rules.penalties)
    fields = [(one, _shown(book, one, values, faults)) for one in kind.fields]
    rare = tuple(shown for one, shown in fields if one.is_rare)
    return RulingForm(
        kind=kind,
        fields=tuple(shown for one, shown in fields if not one.is_rare),
        rare=rare,
        is_rare_open=any(one.value or one.fault for one in rare),
        reason=values.get("reason", ""),
        reason_fault=faults.get("reason", ""),
        needs_reason=not has_table and kind.ruling != "stage_time" and kind is not WRITTEN,
        corrects=draft.corrects,
        correcting=ruling_words(book, corrected) if corrected is not None else "",
        settles=draft.settles,
        seen="; ".join(ruling_words(book, one) for one in seen if one is not None),
        draft=draft.kept or new_id(),
        is_kept=bool(draft.kept),
        # Two who give the same draft give one ruling.
        id=draft.kept or new_id(),
        action=addresses.desk_rulings_new(slug),
        preview_url=addresses.desk_rulings_preview(slug),
        message=draft.message,
    )


def _shown(
    book: RaceBook, one: RulingField, values: Mapping[str, str], faults: Mapping[str, str]
) -> FieldShown:
    value = values.get(one.key, "")
    is_article = one.input is Input.ARTICLE and bool(book.race.rules.penalties)
    return FieldShown(
        key=one.key,
        label=one.label,
        input=one.input,
        hint=one.hint,
        is_needed=one.is_needed,
        value=value,
        options=_options(book, one, value),
        articles=articles_of(book, value) if is_article else (),
        fault=faults.get(one.key, faults.get("bib", "") if one.key == "bibs" else ""),
    )


def draft_correcting(record: str, plain: Mapping[str, Any]) -> Draft | None:
    """The form filled in with a ruling, as a racefile has it; None where no form says all of it."""
    kind = kind_of(plain)
    if kind is WRITTEN:
        return None
    return Draft(kind=kind.key, values=_values(kind, plain), corrects=record)


def draft_answering(book: RaceBook, record: str, plain_of: PlainOf, kind: str = "") -> Draft | None:
    """The form filled in with what an observation suggests, or of ``kind`` with whom it is about.

    None where the observation is settled or there is none such.
    """
    found = next(
        (p for p in proposals(book.race, book.rulings) if p.observation.id == record), None
    )
    if found is None:
        return None
    if not kind and (made := draft_of(found, plain_of)) is not None:
        return made
    seen = found.observation
    values = {"bibs": ", ".join(seen.bibs), "reason": seen.reason, "control": seen.control}
    values |= {} if seen.stage is None else {"stage": str(seen.stage)}
    return Draft(kind=kind or "penalty", values=values, settles=seen.id)


def draft_of(proposal: Proposal, plain_of: PlainOf) -> Draft | None:
    """The form of the ruling that a proposal suggests; None where it suggests none."""
    if proposal.ruling is None:
        return None
    plain = plain_of(proposal.ruling)
    kind = kind_of(plain)
    values = _values(kind, plain)
    if values.get("time") == "0:00":  # how long somebody helped is for the director to measure
        del values["time"]
    return Draft(kind=kind.key, values=values, settles=proposal.observation.id)


def _values(kind: RulingKind, plain: Mapping[str, Any]) -> dict[str, str]:
    values = {key: _typed(value) for key, value in plain.items()}
    if "bib" in values and any(one.key == "bibs" for one in kind.fields):
        values["bibs"] = values.pop("bib")
    if isinstance(releases := plain.get("releases"), Mapping):
        values["releases"] = ", ".join(f"{bib} {time}" for bib, time in releases.items())
    return values


def _typed(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else ""
        case Mapping():
            return json.dumps(value, ensure_ascii=False, default=str)
        case list() | tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def articles_of(book: RaceBook, chosen: str = "") -> tuple[Article, ...]:
    """The race's penalty table to choose from, with what was ``chosen`` even if it is not in it."""
    found = [
        Article(
            code=rule.code,
            label=f"{rule.article} {penalty_rule_words(rule) or rule.code}".strip(),
            time=figures.short(rule.times[0]) if len(rule.times) == 1 and not rule.then_dsq else "",
            reason=rule.name,
            is_chosen=rule.code == chosen,
        )
        for rule in book.race.rules.penalties
    ]
    if chosen and not any(one.is_chosen for one in found):
        found.append(Article(code=chosen, label=chosen, time="", reason="", is_chosen=True))
    return tuple(found)


def _options(book: RaceBook, one: RulingField, value: str) -> tuple[Option, ...]:
    race = book.race
    match one.input:
        case Input.STAGE | Input.ANY_STAGE:
            chosen = value or (
                str(book.running_stage or book.last_stage or next(iter(book.stages), 0))
            )
            pairs = [(str(n), str(n)) for n in book.stages]
            if one.input is Input.ANY_STAGE:
                pairs, chosen = [("", "the whole race"), *pairs], value
        case Input.CONTROL:
            codes = {c.code: c.name for stage in race.stages for c in stage.controls}
            pairs = [("", "–"), *((c, f"{c} {name}".strip()) for c, name in codes.items())]
            chosen = value
        case Input.WAVE:
            waves = {w.code for s in race.stages if s.start is not None for w in s.start.waves}
            pairs, chosen = [("", "–"), *((w, w) for w in sorted(waves))], value
        case Input.DIVISION:
            pairs = [("", "–"), *((d.code, d.name or d.code) for d in race.divisions)]
            chosen = value
        case Input.TEAM:
            teams = [(t.code, t.name or t.code) for t in book.document.teams]
            pairs, chosen = [("", "–"), *teams], value
        case Input.BOARD:
            pairs = [(code, board_name(book, code)) for code in book.board_codes()]
            chosen = value
        case Input.CHOICE:
            pairs, chosen = list(one.choices), value
        case _:
            return ()
    return tuple(Option(value=v, label=label, is_chosen=v == chosen) for v, label in pairs)
