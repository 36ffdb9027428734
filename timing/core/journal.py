"""The set of records, and which of them count (architecture: the journal is a set).

A record's key is its id together with the digest of its content. Should different content ever
stand under one id, both are kept and the lower digest counts. Voids, superseding rulings and
assigns are read from the whole set, so that the order of arrival never matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from timing.core.plain import digest
from timing.core.problems import Problem, ProblemCode
from timing.core.records import Assign, Passing, Record, Ruling, Void


@dataclass(slots=True)
class Journal:
    """All records known, one counting per id; ``others`` holds what lost to a lower digest.

    ``conflicts`` counts them.
    """

    passings: dict[str, Passing] = field(default_factory=dict)
    rulings: dict[str, Ruling] = field(default_factory=dict)
    others: dict[str, dict[str, Record]] = field(default_factory=dict)
    conflicts: int = 0

    def add(self, record: Record) -> bool:
        """Take one more record; False where it was known, content and all."""
        known: Record | None = self.passings.get(record.id) or self.rulings.get(record.id)
        if known is None:
            self._put(record)
            return True
        if known == record:
            return False
        return self._add_conflicting(known, record)

    def load(self, passings: Sequence[Passing], rulings: Sequence[Ruling]) -> None:
        """Take a whole set into an empty journal: as `add` of each, but fast for the usual one."""
        self.passings = {p.id: p for p in passings}
        self.rulings = {r.id: r for r in rulings}
        shared = self.passings.keys() & self.rulings.keys()
        if shared or len(self.passings) < len(passings) or len(self.rulings) < len(rulings):
            self.passings, self.rulings = {}, {}
            for passing in passings:
                self.add(passing)
            for ruling in rulings:
                self.add(ruling)

    def _add_conflicting(self, known: Record, record: Record) -> bool:
        ours, theirs = digest(known), digest(record)
        held = self.others.get(record.id, {})
        if theirs == ours or theirs in held:
            return False
        held = self.others.setdefault(record.id, {})
        self.conflicts += 1
        if theirs < ours:
            held[ours] = known
            self.passings.pop(record.id, None)
            self.rulings.pop(record.id, None)
            self._put(record)
        else:
            held[theirs] = record
        return True

    def _put(self, record: Record) -> None:
        if isinstance(record, Passing):
            self.passings[record.id] = record
        else:
            self.rulings[record.id] = record

    def records(self) -> Iterable[Record]:
        """Every record held, those that lost to a lower digest among them."""
        yield from self.passings.values()
        yield from self.rulings.values()
        for held in self.others.values():
            yield from held.values()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What counts: ``rulings`` in their order, and what became of passings.

    ``voided`` holds ids of passings that count no more, ``assigned`` the bib that a passing was
    given; ``problems`` are contradictions within the set.
    """

    rulings: tuple[Ruling, ...]
    voided: frozenset[str]
    assigned: dict[str, str]
    problems: tuple[Problem, ...]


def ruling_order(ruling: Ruling) -> tuple[int, str]:
    """Rulings are ordered by the moment they were made, then by id (racefile, Rulings)."""
    return (ruling.at, ruling.id)


def effect_of(journal: Journal) -> Effect:
    """Which rulings count, and what they do to passings.

    A ruling is undone by a void or a superseding ruling that is itself not undone; of two that
    supersede the same the later counts, with a problem (racefile, Rulings).
    """
    ordered = sorted(journal.rulings.values(), key=ruling_order)
    undoers: dict[str, list[Ruling]] = {}
    for ruling in ordered:
        targets = (
            (*ruling.supersedes, ruling.record) if isinstance(ruling, Void) else (ruling.supersedes)
        )
        for target in targets:
            undoers.setdefault(target, []).append(ruling)
    problems = [
        Problem(code=ProblemCode.CONFLICTING_RECORD, records=(record_id,))
        for record_id in sorted(journal.others)
        if not _is_voided(record_id, undoers)
    ]
    standing = _Standing(undoers)
    counting = [r for r in ordered if standing.stands(r)]
    rivals = _superseding_the_same(counting)
    problems += [
        Problem(
            code=ProblemCode.SUPERSEDED_TWICE,
            records=tuple(r.id for r in rulings),
            params=(("target", target),),
        )
        for target, rulings in rivals.items()
    ]
    outdone = {r.id for rulings in rivals.values() for r in rulings[:-1]}
    counting = [r for r in counting if r.id not in outdone]
    voided: set[str] = set()
    assigned: dict[str, Assign] = {}
    for ruling in counting:
        if isinstance(ruling, Void | Assign):
            known = ruling.record in journal.passings
            if not known and ruling.record not in journal.rulings:
                problems.append(_unknown_record(ruling))
            if isinstance(ruling, Void):
                voided.add(ruling.record)
            else:
                if (before := assigned.get(ruling.record)) and before.bib != ruling.bib:
                    problems.append(_contradiction(before, ruling))
                assigned[ruling.record] = ruling
    return Effect(
        rulings=tuple(counting),
        voided=frozenset(voided),
        assigned={record: ruling.bib for record, ruling in assigned.items()},
        problems=tuple(problems),
    )


class _Standing:
    """Whether a ruling stands: nobody who stands undoes it.

    Voids and superseding rulings could name each other in a circle. So a ruling that undoes
    others is itself undone only by later ones; any other ruling, by whatever undoes it.
    """

    def __init__(self, undoers: dict[str, list[Ruling]]) -> None:
        self._undoers = undoers
        self._known: dict[str, bool] = {}

    def stands(self, ruling: Ruling) -> bool:
        # An explicit stack: a chain of voids of voids may be as long as a journal.
        stack = [ruling]
        while stack:
            top = stack[-1]
            if top.id in self._known:
                stack.pop()
                continue
            undoers = self._undoers_of(top)
            waiting = [u for u in undoers if u.id not in self._known]
            if waiting:
                stack += waiting
                continue
            self._known[top.id] = not any(self._known[u.id] for u in undoers)
            stack.pop()
        return self._known[ruling.id]

    def _undoers_of(self, ruling: Ruling) -> list[Ruling]:
        undoers = self._undoers.get(ruling.id, [])
        if isinstance(ruling, Void) or ruling.supersedes:
            return [u for u in undoers if ruling_order(u) > ruling_order(ruling)]
        return undoers


def _is_voided(record_id: str, undoers: dict[str, list[Ruling]]) -> bool:
    return any(isinstance(u, Void) for u in undoers.get(record_id, ()))


def _superseding_the_same(counting: list[Ruling]) -> dict[str, list[Ruling]]:
    by_target: dict[str, list[Ruling]] = {}
    for ruling in counting:
        for target in ruling.supersedes:
            by_target.setdefault(target, []).append(ruling)
    return {target: by_target[target] for target in sorted(by_target) if len(by_target[target]) > 1}


def _unknown_record(ruling: Void | Assign) -> Problem:
    return Problem(
        code=ProblemCode.UNKNOWN_RECORD, records=(ruling.id,), params=(("target", ruling.record),)
    )


def _contradiction(first: Ruling, second: Ruling) -> Problem:
    return Problem(code=ProblemCode.CONTRADICTING_RULINGS, records=(first.id, second.id))
