"""The rulings of a race: the form of each kind, and all that were made, with what became of them.

A ruling is never changed and never deleted. It is reversed by a void, which a void reverses in
turn, and corrected by another that supersedes it (Rules 6.1, 10.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from timing.core.book import RaceBook
from timing.core.records import (
    RULING_NAMES,
    Account,
    Acknowledgement,
    Observation,
    Release,
    Ruling,
    Void,
)
from timing.core.times import local_clock, zone_named
from timing.pages import addresses, figures, words
from timing.pages.board_page import board_name
from timing.pages.desk_words import bibs_of, penalty_rule_words, ruling_words
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import name_of
from timing.pages.ruling_kinds import (
    GROUPS,
    KINDS,
    WRITTEN,
    Input,
    RulingField,
    RulingKind,
    kind_of,
)
from timing.pages.selection import Option

SHOWN = 100
"""How many rulings are listed at once."""

ELSEWHERE = (Observation, Account, Acknowledgement, Release, Void)
"""What is not listed: reports, the course register, releases, and reversals, which are told
beside what they reverse."""


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
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingForm:
    """The form of one kind; ``corrects`` is the id of the ruling that it is to supersede.

    ``id`` goes with it, so that a form sent twice is one ruling. ``message`` says what is wrong.
    """

    kind: RulingKind
    fields: tuple[FieldShown, ...]
    reason: str
    reason_fault: str
    corrects: str
    correcting: str
    id: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingLine:
    """A ruling that was made: what it says, who made it, and what became of it.

    ``state`` is ``stands``, ``reversed`` or ``superseded``; ``fate`` says by whom, when and why.
    ``reversal`` is the record to void for the opposite of what holds now.
    """

    record: str
    when: str
    day: str
    who: str
    what: str
    reason: str
    by: str
    state: str
    fate: str
    reversal: str
    reversal_id: str
    correct_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the list is narrowed to; empty texts narrow nothing."""

    stage: str = ""
    ruling: str = ""
    bib: str = ""
    by: str = ""
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.stage or self.ruling or self.bib or self.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingsPage:
    """The page."""

    template: ClassVar[str] = "desk_rulings.html"

    frame: Frame
    slug: str
    race: str
    groups: tuple[tuple[str, tuple[RulingKind, ...]], ...]
    form: RulingForm | None
    lines: tuple[RulingLine, ...]
    total: int
    made: int
    filters: Filters
    stages: tuple[Option, ...]
    rulings: tuple[Option, ...]
    authors: tuple[Option, ...]
    newer_url: str
    older_url: str
    message: str
    may_rule: bool
    signed_in_as: str
    form_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was typed into a form: of a kind, with faults by field where it was refused."""

    kind: str = ""
    values: Mapping[str, str] | None = None
    faults: Mapping[str, str] | None = None
    corrects: str = ""
    message: str = ""


def rulings_page(
    book: RaceBook,
    *,
    draft: Draft,
    filters: Filters,
    new_id: Callable[[], str],
    form_token: str,
    signed_in_as: str,
    may_rule: bool = True,
    message: str = "",
) -> RulingsPage:
    """The form of the draft's kind, if it has one, and the rulings that pass the filters.

    ``new_id`` makes the ids that the forms will send.
    """
    told = _Told(book, new_id)
    listed = [one for one in told.newest_first() if _passes(book, one, filters)]
    first = (filters.page - 1) * SHOWN
    shown = listed[first : first + SHOWN]
    made = tuple(told.newest_first())
    slug = book.race.slug
    query = {
        "stage": filters.stage or None,
        "ruling": filters.ruling or None,
        "bib": filters.bib or None,
        "by": filters.by or None,
    }
    return RulingsPage(
        frame=Frame(title=f"Rulings · {book.race.name}", styles=("board", "desk", "rulings")),
        slug=slug,
        race=name_and_edition(book.race)[0],
        groups=GROUPS,
        form=_form(book, draft, new_id) if may_rule else None,
        lines=tuple(told.line(one) for one in shown),
        total=len(listed),
        made=len(made),
        filters=filters,
        stages=tuple(
            Option(value=str(n), label=f"Stage {n}", is_chosen=filters.stage == str(n))
            for n in book.stages
        ),
        rulings=tuple(
            Option(value=name, label=_ruling_label(name), is_chosen=filters.ruling == name)
            for name in sorted({RULING_NAMES[type(one)] for one in made})
        ),
        authors=tuple(
            Option(value=by, label=by, is_chosen=filters.by == by)
            for by in sorted({one.by for one in made})
        ),
        newer_url=addresses.desk_rulings(slug, **query, page=filters.page - 1)
        if filters.page > 1
        else "",
        older_url=addresses.desk_rulings(slug, **query, page=filters.page + 1)
        if first + SHOWN < len(listed)
        else "",
        message=message,
        may_rule=may_rule,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def _ruling_label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _passes(book: RaceBook, ruling: Ruling, filters: Filters) -> bool:
    return (
        (not filters.stage or str(getattr(ruling, "stage", None)) == filters.stage)
        and (not filters.ruling or RULING_NAMES[type(ruling)] == filters.ruling)
        and (not filters.by or ruling.by == filters.by)
        and (not filters.bib or filters.bib in bibs_of(book, ruling))
    )


class _Told:
    """Every ruling with what became of it."""

    def __init__(self, book: RaceBook, new_id: Callable[[], str]) -> None:
        self._book = book
        self._new_id = new_id
        self._zone = zone_named(book.race.timezone)
        self._all = book.document.rulings
        self._standing = {one.id for one in book.rulings}
        self._voids = {one.record: one for one in self._in_order() if isinstance(one, Void)}
        self._superseding = {id_: one for one in self._in_order() for id_ in one.supersedes}

    def _in_order(self) -> Iterator[Ruling]:
        yield from sorted(self._all, key=lambda one: (one.at, one.id))

    def newest_first(self) -> Iterator[Ruling]:
        for one in sorted(self._all, key=lambda one: (one.at, one.id), reverse=True):
            if not isinstance(one, ELSEWHERE):
                yield one

    def line(self, ruling: Ruling) -> RulingLine:
        book = self._book
        bibs = bibs_of(book, ruling)
        named = [(bib, book.entry_wearing(bib)) for bib in bibs[:3]]
        who = ", ".join(bib if one is None else f"{bib} {name_of(one)}" for bib, one in named)
        if len(bibs) > len(named):
            who = f"{who} and {words.counted('runner', len(bibs) - len(named))} more"
        state, fate, reversal = self._fate(ruling)
        return RulingLine(
            record=ruling.id,
            when=figures.clock_minutes(ruling.at, self._zone),
            day=words.day_and_month(self._day(ruling)),
            who=who,
            what=ruling_words(book, ruling),
            reason=ruling.reason,
            by=ruling.by,
            state=state,
            fate=fate,
            reversal=reversal,
            reversal_id=self._new_id(),
            correct_url=addresses.desk_rulings(book.race.slug, correct=ruling.id)
            if state == "stands"
            else "",
        )

    def _day(self, ruling: Ruling) -> date:
        return local_clock(ruling.at, self._zone).date()

    def _fate(self, ruling: Ruling) -> tuple[str, str, str]:
        """``stands``, how it came to, and the record whose void changes it; else what undid it."""
        if ruling.id in self._standing:
            void = self._voids.get(ruling.id)
            back = f"Reversed and restored, {self._by(self._last(void))}" if void else ""
            return "stands", back, ruling.id if void is None else self._to_void(ruling.id)
        if (later := self._superseding.get(ruling.id)) is not None and (
            later.id in self._standing or ruling.id not in self._voids
        ):
            return "superseded", f"Corrected {self._by(later)}", ""
        void = self._voids.get(ruling.id)
        if void is None:
            return "superseded", "Another ruling replaced it", ""
        return "reversed", f"Reversed {self._by(void)}", self._to_void(ruling.id)

    def _last(self, void: Void) -> Ruling:
        while (later := self._voids.get(void.id)) is not None:
            void = later
        return void

    def _to_void(self, record: str) -> str:
        """The end of the chain of voids: voiding it turns around what holds."""
        while (void := self._voids.get(record)) is not None:
            record = void.id
        return record

    def _by(self, ruling: Ruling) -> str:
        day = words.day_and_month(self._day(ruling))
        said = f"by {ruling.by}, {day} {figures.clock_minutes(ruling.at, self._zone)}"
        return f"{said}: {ruling.reason}" if ruling.reason else said


def ruling_to_correct(book: RaceBook, record: str) -> Ruling | None:
    """The ruling of that id, where it stands and is listed."""
    ruling = next((one for one in book.rulings if one.id == record), None)
    return None if isinstance(ruling, ELSEWHERE) else ruling


def draft_correcting(record: str, plain: Mapping[str, Any]) -> Draft | None:
    """The form filled in with a ruling, as a racefile has it; None where no form says all of it."""
    kind = kind_of(plain)
    if kind is WRITTEN:
        return None
    values = {key: _typed(value) for key, value in plain.items()}
    if "bib" in values and any(one.key == "bibs" for one in kind.fields):
        values["bibs"] = values.pop("bib")
    return Draft(kind=kind.key, values=values, corrects=record)


def _typed(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else ""
        case list() | tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _form(book: RaceBook, draft: Draft, new_id: Callable[[], str]) -> RulingForm | None:
    kind = KINDS.get(draft.kind)
    if kind is None:
        return None
    values, faults = draft.values or {}, draft.faults or {}
    corrected = book.ruling(draft.corrects) if draft.corrects else None
    return RulingForm(
        kind=kind,
        fields=tuple(
            FieldShown(
                key=one.key,
                label=one.label,
                input=one.input,
                hint=one.hint,
                is_needed=one.is_needed,
                value=values.get(one.key, ""),
                options=_options(book, one, values.get(one.key, "")),
                fault=faults.get(one.key, faults.get("bib", "") if one.key == "bibs" else ""),
            )
            for one in kind.fields
        ),
        reason=values.get("reason", ""),
        reason_fault=faults.get("reason", ""),
        corrects=draft.corrects,
        correcting=ruling_words(book, corrected) if corrected is not None else "",
        id=new_id(),
        message=draft.message,
    )


def _options(book: RaceBook, one: RulingField, value: str) -> tuple[Option, ...]:
    race = book.race
    match one.input:
        case Input.STAGE | Input.ANY_STAGE:
            chosen = value or (str(book.running_stage or book.last_stage or book.stages[0]))
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
        case Input.ARTICLE:
            pairs = [(rule.code, penalty_rule_words(rule)) for rule in race.rules.penalties]
            chosen = value
        case Input.CHOICE:
            pairs, chosen = list(one.choices), value
        case _:
            return ()
    return tuple(Option(value=v, label=label, is_chosen=v == chosen) for v, label in pairs)
