"""Who runs each stage, under which bib, chip, division and team (Rules 4.6, 7, 8).

Entries are given once; rulings change them from a stage on. A roster is what holds on one
stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never

from timing.core.entries import Entry, Team, bib_order
from timing.core.problems import Problem, ProblemCode
from timing.core.records import BibChange, ChipChange, EntryChange, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Entries in the order of their bibs, and how records find them on this stage."""

    stage: int
    entries: dict[str, Entry]
    wearing: dict[str, str]
    chips: dict[str, str]
    members: dict[str, tuple[Entry, ...]]

    def entry_wearing(self, bib: str) -> Entry | None:
        """Whoever wears ``bib`` on this stage, or None."""
        found = self.wearing.get(bib)
        return None if found is None else self.entries[found]

    def ids_of(self, bibs: Iterable[str]) -> list[str]:
        """The entry ids behind those bibs that are known, each once."""
        found = (self.wearing.get(bib) for bib in bibs)
        return list(dict.fromkeys(entry_id for entry_id in found if entry_id is not None))


NO_ROSTER = Roster(stage=0, entries={}, wearing={}, chips={}, members={})
"""Of a race without stages."""


def rosters(
    stages: Sequence[int],
    entries: Sequence[Entry],
    teams: Sequence[Team],
    rulings: Sequence[Ruling],
) -> tuple[dict[int, Roster], list[Problem]]:
    """The roster of every stage, in order; and what could not be followed.

    Of two entries that ask for one bib the first by id wears it, and the other is a problem:
    they are never summed up as one (Rules 13).
    """
    problems: list[Problem] = []
    current = {entry.id: entry for entry in sorted(entries, key=lambda e: e.id)}
    changes = [r for r in rulings if isinstance(r, EntryChange | BibChange | ChipChange)]
    first = stages[0] if stages else 0
    found: dict[int, Roster] = {}
    before: Roster | None = None
    for number in stages:
        due = [r for r in changes if _stage_of(r, first) == number]
        for ruling in due:
            problem = _apply(ruling, current)
            if problem is not None:
                problems.append(problem)
        if before is not None and not due:
            before = replace(before, stage=number)
        else:
            before = _roster(number, current, teams, problems)
        found[number] = before
    known = set(stages)
    problems += [
        Problem(code=ProblemCode.RULING_UNKNOWN_STAGE, records=(r.id,), stage=r.stage)
        for r in changes
        if r.stage is not None and r.stage not in known
    ]
    return found, problems


def _stage_of(ruling: EntryChange | BibChange | ChipChange, first: int) -> int:
    return first if ruling.stage is None else ruling.stage


def _roster(
    number: int, current: dict[str, Entry], teams: Sequence[Team], problems: list[Problem]
) -> Roster:
    entries = {e.id: e for e in sorted(current.values(), key=lambda e: (bib_order(e.bib), e.id))}
    wearing: dict[str, str] = {}
    chips: dict[str, str] = {}
    members: dict[str, list[Entry]] = {team.code: [] for team in teams}
    for entry in entries.values():
        if entry.bib and wearing.setdefault(entry.bib, entry.id) != entry.id:
            problems.append(Problem(code=ProblemCode.DUPLICATE_BIB, stage=number, bib=entry.bib))
        for chip in entry.chips:
            chips.setdefault(chip, entry.id)
        if entry.team in members:
            members[entry.team].append(entry)
    return Roster(
        stage=number,
        entries=entries,
        wearing=wearing,
        chips=chips,
        members={code: tuple(those) for code, those in members.items()},
    )


def _apply(
    ruling: EntryChange | BibChange | ChipChange, current: dict[str, Entry]
) -> Problem | None:
    by_bib = {e.bib: e for e in reversed(current.values())}
    if isinstance(ruling, EntryChange) and ruling.new:
        entry = changed(Entry(id=ruling.id, bib=ruling.bib), ruling.changes)
        current.setdefault(entry.id, replace(entry, bib=entry.bib or ruling.bib))
        return None
    entry_or_none = by_bib.get(ruling.bib)
    if entry_or_none is None:
        return _unknown_bib(ruling, ruling.bib)
    entry = entry_or_none
    match ruling:
        case EntryChange():
            # An id is the identity: nobody is given another one.
            current[entry.id] = replace(changed(entry, ruling.changes), id=entry.id)
        case ChipChange():
            for other in list(current.values()):
                if ruling.chip in other.chips:
                    rest = tuple(c for c in other.chips if c != ruling.chip)
                    current[other.id] = replace(other, chips=rest)
            entry = current[entry.id]
            current[entry.id] = replace(entry, chips=(*entry.chips, ruling.chip))
        case BibChange(swap_with=swap_with) if swap_with:
            other_or_none = by_bib.get(swap_with)
            if other_or_none is None:
                return _unknown_bib(ruling, swap_with)
            current[entry.id] = replace(entry, bib=swap_with)
            current[other_or_none.id] = replace(other_or_none, bib=ruling.bib)
        case BibChange():
            current[entry.id] = replace(entry, bib=ruling.new_bib)
        case _:
            assert_never(ruling)
    return None


def _unknown_bib(ruling: EntryChange | BibChange | ChipChange, bib: str) -> Problem:
    return Problem(
        code=ProblemCode.RULING_UNKNOWN_BIB, records=(ruling.id,), stage=ruling.stage, bib=bib
    )


def changed(entry: Entry, changes: Iterable[tuple[str, str | tuple[str, ...]]]) -> Entry:
    """The entry with some attributes set anew; ``born`` is given as ISO date or empty."""
    values: dict[str, Any] = dict(changes)
    if "born" in values:
        values["born"] = date.fromisoformat(values["born"]) if values["born"] else None
    return replace(entry, **values)
