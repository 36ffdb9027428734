"""Who wears which bib and chip, and from which instant on (Rules 4.6).

A change holds from its stage on, or from an instant, for good or until another. One that ends
lends: when it is over, an entry wears what the latest change still in force gave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from timing.core.days import OUT_OF_ORDER_WINDOW, NoSuchTime, StageDay
from timing.core.entries import Entry
from timing.core.problems import Problem, ProblemCode
from timing.core.records import (
    BibChange,
    ChipChange,
    EntryChange,
    Passing,
    TeamChange,
    Transfer,
)
from timing.core.times import Instant, Reading

Outfit: TypeAlias = BibChange | ChipChange
"""A ruling on what is worn."""

Turns: TypeAlias = tuple[tuple[Instant | None, str], ...]
"""Who wears a label in turn: each from an instant on, ``None`` before all; ``""`` for nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """When a stage begins, as planned: ``gun`` is its first."""

    day: StageDay
    gun: Instant

    def instant_of(self, time: Reading, *, after: Instant | None = None) -> Instant:
        """The instant of a reading that belongs to no entry yet.

        A time of day is the first one at or after ``after``, by default the gun; up to 30
        minutes before that it is the same day (Rules 1.2). One that the clocks skip is as much
        after the change.
        """
        if isinstance(time, int):
            return time
        if time.day is not None:
            return self.day.scheduled(time)
        try:
            return self.day.not_before(time.ms, self.gun if after is None else after)
        except NoSuchTime:
            return self.day.scheduled(time)

    def instant_of_passing(self, passing: Passing, *, at_start: bool) -> Instant:
        """As `instant_of`; at the start a time of day is the one nearest to the gun."""
        time = passing.time
        if not at_start or isinstance(time, int) or time.day is not None:
            return self.instant_of(time)
        try:
            return self.day.nearest(time.ms, self.gun)
        except NoSuchTime:
            return self.day.scheduled(time)


@dataclass(slots=True, kw_only=True)
class Worn:
    """What everybody wears at a moment: for good as in ``entries``, and what is lent over it.

    ``bibs`` are by entry and ``chips`` by chip: each a pile of (ruling, bib) or (ruling, entry),
    the latest last.
    """

    entries: dict[str, Entry]
    bibs: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    chips: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def copy(self) -> Worn:
        """To go on from, without changing this one."""
        return Worn(entries=dict(self.entries), bibs=dict(self.bibs), chips=dict(self.chips))

    def bib_of(self, entry: Entry) -> str:
        """The bib an entry wears."""
        lent = self.bibs.get(entry.id)
        return lent[-1][1] if lent else entry.bib

    def wearing(self, bib: str) -> Entry | None:
        """Whoever wears that bib, or None."""
        return next((e for e in self.entries.values() if self.bib_of(e) == bib), None)

    def dressed(self) -> dict[str, Entry]:
        """The entries with what they wear, by id."""
        if not self.bibs and not self.chips:
            return self.entries
        found = {}
        for entry in self.entries.values():
            lent = tuple(chip for chip, pile in self.chips.items() if pile[-1][1] == entry.id)
            own = tuple(chip for chip in entry.chips if chip not in self.chips)
            found[entry.id] = replace(entry, bib=self.bib_of(entry), chips=(*own, *lent))
        return found

    def settle(self, entry: Entry) -> None:
        """Put an entry in the place of what it was; a bib given so ends what was lent."""
        if self.bibs and entry.bib != self.entries[entry.id].bib:
            self.bibs.pop(entry.id, None)
        self.entries[entry.id] = entry

    def change(self, ruling: Outfit) -> Problem | None:
        """Let a ruling take effect; the problem if it speaks of nobody."""
        entry = self.wearing(ruling.bib)
        if entry is None:
            return unknown_bib(ruling, ruling.bib)
        match ruling:
            case ChipChange():
                self._hand_chip(ruling, entry)
            case BibChange(swap_with=swap_with) if swap_with:
                other = self.wearing(swap_with)
                if other is None:
                    return unknown_bib(ruling, swap_with)
                self._hand_bib(ruling, entry, swap_with)
                self._hand_bib(ruling, other, ruling.bib)
            case BibChange():
                self._hand_bib(ruling, entry, ruling.new_bib)
            case _:
                assert_never(ruling)
        return None

    def _hand_bib(self, ruling: Outfit, entry: Entry, bib: str) -> None:
        if ruling.until is None:
            self.bibs.pop(entry.id, None)
            self.entries[entry.id] = replace(entry, bib=bib)
        else:
            self.bibs[entry.id] = (*self.bibs.get(entry.id, ()), (ruling.id, bib))

    def _hand_chip(self, ruling: ChipChange, entry: Entry) -> None:
        chip = ruling.chip
        if ruling.until is not None:
            self.chips[chip] = (*self.chips.get(chip, ()), (ruling.id, entry.id))
            return
        self.chips.pop(chip, None)
        for other in list(self.entries.values()):
            if chip in other.chips:
                rest = tuple(c for c in other.chips if c != chip)
                self.entries[other.id] = replace(other, chips=rest)
        entry = self.entries[entry.id]
        self.entries[entry.id] = replace(entry, chips=(*entry.chips, chip))

    def give_back(self, ruling: Outfit) -> None:
        """End what a ruling lent."""
        for piles in (self.bibs, self.chips):
            for key, pile in list(piles.items()):
                rest = tuple(lent for lent in pile if lent[0] != ruling.id)
                if rest:
                    piles[key] = rest
                else:
                    del piles[key]


def unknown_bib(ruling: Outfit | EntryChange | TeamChange | Transfer, bib: str) -> Problem:
    """A ruling that speaks of a bib which nobody wears then."""
    return Problem(
        code=ProblemCode.RULING_UNKNOWN_BIB, records=(ruling.id,), stage=ruling.stage, bib=bib
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """A ruling begins or ends at an instant; of one instant ends come first, then in order."""

    at: Instant
    order: tuple[int, int]
    ruling: Outfit

    @property
    def is_end(self) -> bool:
        """Whether what it lent is given back."""
        return self.order[0] == 0


@dataclass(slots=True)
class InTurn:
    """Who wears ``bibs`` and ``chips`` in turn; ``twins`` are bibs that two ask for."""

    bibs: dict[str, Turns] = field(default_factory=dict)
    chips: dict[str, Turns] = field(default_factory=dict)
    twins: set[str] = field(default_factory=set)


class Timeline:
    """The changes of bibs and chips that are to come, while the stages go by."""

    def __init__(self, worn: Worn) -> None:
        self.worn = worn
        self.problems: list[Problem] = []
        self._ahead: list[Moment] = []
        self._count = 0

    def take(self, ruling: Outfit, opening: Opening | None) -> None:
        """Take a ruling of the stage that opens: at once, or from its instant on.

        Without ``opening`` no ruling names an instant.
        """
        if opening is None:
            self._apply(self.worn, ruling)
            return
        since = None if ruling.since is None else opening.instant_of(ruling.since)
        until = None
        if ruling.until is not None:
            until = opening.instant_of(ruling.until, after=since)
        self._count += 1
        if since is None:
            self._apply(self.worn, ruling)
        elif until is None or since < until:
            self._ahead.append(Moment(since, (1, self._count), ruling))
        if until is not None:
            self._ahead.append(Moment(until, (0, self._count), ruling))
        self._ahead.sort(key=lambda moment: (moment.at, moment.order))

    def open(self, opening: Opening) -> None:
        """Let go by what was before a stage, up to 30 minutes before its first gun."""
        while self._ahead and self._ahead[0].at <= opening.gun - OUT_OF_ORDER_WINDOW:
            self._pass(self.worn, self._ahead.pop(0))

    def at_gun(self, opening: Opening) -> Worn:
        """What is worn at the first gun of the stage that is open."""
        if not self._ahead:
            return self.worn
        worn = self.worn.copy()
        for moment in self._ahead:
            if moment.at <= opening.gun:
                self._pass(worn, moment)
        return worn

    def in_turn(self) -> InTurn:
        """What changes hands on the open stage."""
        found = InTurn()
        if not self._ahead:
            return found
        worn = self.worn.copy()
        before = first = labels(worn.dressed().values())
        for moment in self._ahead:
            self._pass(worn, moment)
            dressed = worn.dressed().values()
            after = labels(dressed)
            parts = zip((found.bibs, found.chips), before, after, first, strict=True)
            for turns, was, now, at_first in parts:
                _note(turns, moment.at, was, now, at_first)
            found.twins.update(e.bib for e in dressed if e.bib and after[0][e.bib] != e.id)
            before = after
        return found

    def _pass(self, worn: Worn, moment: Moment) -> None:
        if moment.is_end:
            worn.give_back(moment.ruling)
        else:
            self._apply(worn, moment.ruling)

    def _apply(self, worn: Worn, ruling: Outfit) -> None:
        problem = worn.change(ruling)
        # A ruling is tried on every stage until its moment has gone by.
        if problem is not None and problem not in self.problems:
            self.problems.append(problem)


def labels(entries: Iterable[Entry]) -> tuple[dict[str, str], dict[str, str]]:
    """The entry ids by bib and by chip; of two who ask for one bib the first by id wears it."""
    bibs: dict[str, str] = {}
    chips: dict[str, str] = {}
    for entry in entries:
        if entry.bib:
            bibs[entry.bib] = min(bibs.get(entry.bib, entry.id), entry.id)
        for chip in entry.chips:
            chips.setdefault(chip, entry.id)
    return bibs, chips


def _note(
    turns: dict[str, Turns],
    at: Instant,
    was: Mapping[str, str],
    now: Mapping[str, str],
    first: Mapping[str, str],
) -> None:
    for label in was.keys() | now.keys():
        wearer = now.get(label, "")
        if was.get(label, "") != wearer:
            turns[label] = (*turns.get(label, ((None, first.get(label, "")),)), (at, wearer))


def wearer_at(turns: Sequence[tuple[Instant | None, str]], at: Instant) -> str | None:
    """Whose turn it is at an instant, from its beginning and before its end; None for nobody."""
    return [who for since, who in turns if since is None or since <= at][-1] or None
