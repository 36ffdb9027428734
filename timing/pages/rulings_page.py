"""The rulings of a race: the form of each kind, and all that were made, with what became of them.

A ruling is never changed and never deleted. It is reversed by a void, which a void reverses in
turn, and corrected by another that supersedes it (Rules 6.1, 10.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.proposals import ABOUT_RECORDS, proposals
from timing.core.records import (
    RULING_NAMES,
    Account,
    Acknowledgement,
    Observation,
    Release,
    Ruling,
    Void,
)
from timing.core.ruling_fates import RulingFate, RulingState, ruling_fates
from timing.core.times import Instant, local_clock, zone_named
from timing.pages import addresses, figures, words
from timing.pages.desk_words import bibs_of, done_words, ruling_words
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import name_of
from timing.pages.ruling_form import Draft, PlainOf, RulingForm, draft_of, ruling_form
from timing.pages.ruling_kinds import GROUPS, KINDS, WRITTEN, RulingKind
from timing.pages.selection import Option

SHOWN = 100
"""How many rulings are listed at once."""

ELSEWHERE = (Observation, Account, Acknowledgement, Release, Void)
"""What is not listed: reports, the course register, releases, and reversals, which are told
beside what they reverse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteShown:
    """A jury's note; ``file_url`` is empty where there is no file, ``deleted`` where it stands."""

    id: str
    text: str
    by: str
    file_name: str
    file_url: str
    deleted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note as it is kept: ``deleted_by`` is empty where it was not deleted."""

    id: str
    ruling_id: str
    text: str
    file_name: str
    by: str
    at: Instant
    deleted_by: str
    deleted_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A ruling that was prepared and not given, as it is kept."""

    id: str
    form: Mapping[str, str]
    by: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """The same as it is listed."""

    id: str
    what: str
    who: str
    reason: str
    by: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationLine:
    """What a station saw and nobody has decided; ``fields`` are those of the ruling it suggests.

    ``act`` says what that ruling is, empty where there is none that only needs accepting.
    """

    record: str
    what: str
    who: str
    said: str
    detail: str
    act: str
    fields: tuple[tuple[str, str], ...]
    reason: str
    accept_id: str
    decline_id: str
    change_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingLine:
    """A ruling that was made: what it says, who made it, and what became of it.

    ``state`` is ``stands``, ``reversed`` or ``superseded``; ``fate`` says by whom, when and why.
    ``reversal`` is the record to void for the opposite of what holds now; ``together`` are those
    of all that were given with it at once, where there are more.
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
    together: tuple[str, ...]
    together_id: str
    notes: tuple[NoteShown, ...]
    note_id: str


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
    observations: tuple[ObservationLine, ...]
    kept: tuple[KeptLine, ...]
    message: str
    may_rule: bool
    may_judge: bool
    signed_in_as: str
    form_token: str


def rulings_page(
    book: RaceBook,
    *,
    draft: Draft,
    filters: Filters,
    new_id: Callable[[], str],
    plain_of: PlainOf,
    form_token: str,
    signed_in_as: str,
    kept: Sequence[Kept] = (),
    notes: Sequence[Note] = (),
    may_rule: bool = True,
    may_judge: bool = True,
    message: str = "",
) -> RulingsPage:
    """The form of the draft's kind, if it has one, and the rulings that pass the filters.

    ``new_id`` makes the ids that the forms will send. Notes are shown to who may judge only.
    """
    told = _Told(book, new_id, notes if may_judge else ())
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
        frame=Frame(
            title=f"Rulings · {book.race.name}",
            styles=("board", "desk", "rulings"),
            scripts=("rulings",),
        ),
        slug=slug,
        race=name_and_edition(book.race)[0],
        groups=GROUPS,
        form=ruling_form(book, draft, new_id) if may_rule else None,
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
        observations=tuple(_observations(book, new_id, plain_of)),
        kept=tuple(_kept(book, one) for one in kept),
        message=message,
        may_rule=may_rule,
        may_judge=may_judge,
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

    def __init__(self, book: RaceBook, new_id: Callable[[], str], notes: Sequence[Note]) -> None:
        self._book = book
        self._new_id = new_id
        self._zone = zone_named(book.race.timezone)
        self._all = book.document.rulings
        self._fates = ruling_fates(self._all, {one.id for one in book.rulings})
        self._notes: dict[str, list[Note]] = {}
        for note in notes:
            self._notes.setdefault(note.ruling_id, []).append(note)
        self._at_once: dict[tuple[str, Instant], list[Ruling]] = {}
        for one in self.newest_first():
            if self._fates[one.id].state is RulingState.STANDS:
                self._at_once.setdefault((one.by, one.at), []).append(one)

    def newest_first(self) -> Iterator[Ruling]:
        for one in sorted(self._all, key=lambda one: (one.at, one.id), reverse=True):
            if not isinstance(one, ELSEWHERE):
                yield one

    def line(self, ruling: Ruling) -> RulingLine:
        book, fate = self._book, self._fates[ruling.id]
        together = self._at_once.get((ruling.by, ruling.at), [])
        is_first = len(together) > 1 and together[0] is ruling
        stands = fate.state is RulingState.STANDS
        return RulingLine(
            record=ruling.id,
            when=figures.clock_minutes(ruling.at, self._zone),
            day=words.day_and_month(self._day(ruling.at)),
            who=who_words(book, bibs_of(book, ruling)),
            what=ruling_words(book, ruling),
            reason=ruling.reason,
            by=ruling.by,
            state=fate.state,
            fate=self._told(fate),
            reversal=fate.to_void,
            reversal_id=self._new_id(),
            correct_url=addresses.desk_rulings(book.race.slug, correct=ruling.id) if stands else "",
            together=tuple(self._fates[one.id].to_void for one in together) if is_first else (),
            together_id=self._new_id(),
            notes=tuple(self._note(note) for note in self._notes.get(ruling.id, ())),
            note_id=self._new_id(),
        )

    def _note(self, note: Note) -> NoteShown:
        gone = note.deleted_at
        slug = self._book.race.slug
        return NoteShown(
            id=note.id,
            text=note.text,
            by=self._by(note.by, note.at),
            file_name=note.file_name,
            file_url=addresses.desk_ruling_note_file(slug, note.id) if note.file_name else "",
            deleted="" if gone is None else f"Deleted {self._by(note.deleted_by, gone)}",
        )

    def _day(self, at: Instant) -> date:
        return local_clock(at, self._zone).date()

    def _told(self, fate: RulingFate) -> str:
        """What was done to a ruling, by whom, when and why."""
        by = fate.by
        match fate.state:
            case RulingState.STANDS:
                return f"Reversed and restored, {self._by_ruling(by)}" if by is not None else ""
            case RulingState.SUPERSEDED:
                done = by and f"Corrected {self._by_ruling(by)}"
                return done or "Another ruling replaced it"
            case RulingState.REVERSED:
                return f"Reversed {self._by_ruling(by)}" if by is not None else ""

    def _by_ruling(self, ruling: Ruling) -> str:
        said = self._by(ruling.by, ruling.at)
        return f"{said}: {ruling.reason}" if ruling.reason else said

    def _by(self, who: str, at: Instant) -> str:
        day = words.day_and_month(self._day(at))
        return f"by {who}, {day} {figures.clock_minutes(at, self._zone)}"


def who_words(book: RaceBook, bibs: Sequence[str], most: int = 3) -> str:
    """``12 Ana Ruiz, 15a Bo Lind and 4 runners more``: bibs with who wears them."""
    named = [(bib, book.entry_wearing(bib)) for bib in bibs[:most]]
    who = ", ".join(bib if one is None else f"{bib} {name_of(one)}" for bib, one in named)
    if len(bibs) > len(named):
        return f"{who} and {words.counted('runner', len(bibs) - len(named))} more"
    return who


def _kept(book: RaceBook, kept: Kept) -> KeptLine:
    kind = KINDS.get(kept.form.get("kind", ""))
    form, zone = kept.form, zone_named(book.race.timezone)
    about = (("stage", "stage"), ("team", "team"), ("wave", "wave"), ("division", "division"))
    said = [form.get("bibs", "") or form.get("bib", "")]
    said += [f"{label} {form[key]}" for key, label in about if form.get(key)]
    day = words.day_and_month(local_clock(kept.at, zone).date())
    return KeptLine(
        id=kept.id,
        what=kind.title if kind is not None else "A ruling",
        who=", ".join(part for part in said if part),
        reason=form.get("reason", ""),
        by=f"Prepared by {kept.by}, {day} {figures.clock_minutes(kept.at, zone)}",
        url=f"{addresses.desk_rulings(book.race.slug, draft=kept.id)}#new",
    )


def _observations(
    book: RaceBook, new_id: Callable[[], str], plain_of: PlainOf
) -> Iterator[ObservationLine]:
    """What stations saw and nobody has ruled on; answers to questions are the review's."""
    zone = zone_named(book.race.timezone)
    for proposal in proposals(book.race, book.rulings):
        seen = proposal.observation
        if seen.kind in ABOUT_RECORDS:
            continue
        draft = draft_of(proposal, plain_of)
        kind = KINDS[draft.kind] if draft is not None else None
        values = dict(draft.values or {}) if draft is not None else {}
        lacks = (
            kind is None or kind is WRITTEN or (kind.ruling == "credit" and "time" not in values)
        )
        own = () if kind is None else kind.fields
        suggested = None if proposal.ruling is None else done_words(book, proposal.ruling)
        day = words.day_and_month(local_clock(seen.at, zone).date())
        yield ObservationLine(
            record=seen.id,
            what=ruling_words(book, seen),
            who=who_words(book, seen.bibs),
            said=seen.reason,
            detail=", ".join(
                part
                for part in (
                    f"stage {seen.stage}" if seen.stage is not None else "",
                    seen.control,
                    f"{day} {figures.clock_minutes(seen.at, zone)}",
                    seen.by,
                )
                if part
            ),
            act="" if lacks or suggested is None else suggested,
            fields=()
            if lacks or kind is None
            else (
                ("kind", kind.key),
                ("settles", seen.id),
                *((one.key, values[one.key]) for one in own if values.get(one.key)),
            ),
            reason=values.get("reason", "") or (seen.kind.replace("_", " ").capitalize()),
            accept_id=new_id(),
            decline_id=new_id(),
            change_url=f"{addresses.desk_rulings(book.race.slug, observation=seen.id)}#new",
        )


def ruling_to_correct(book: RaceBook, record: str) -> Ruling | None:
    """The ruling of that id, where it stands and is listed."""
    ruling = next((one for one in book.rulings if one.id == record), None)
    return None if isinstance(ruling, ELSEWHERE) else ruling
