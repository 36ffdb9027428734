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

    def copy(self) -> Journal:
        """The same set, to which more may be added apart."""
        return Journal(
            passings=dict(self.passings),
            rulings=dict(self.rulings),
            others={record_id: dict(held) for record_id, held in self.others.items()},
            conflicts=self.conflicts,
        )

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

    A void that stands undoes its record; a superseding ruling replaces another for good, even
    if it is replaced in turn, unless it was voided itself: then what it replaced is back. Of two
    that supersede the same the later counts, with a problem (racefile, Rulings).
    """
    ordered = sorted(journal.rulings.values(), key=ruling_order)
    standing = _Standing(ordered)
    problems = [
        Problem(code=ProblemCode.CONFLICTING_RECORD, records=(record_id,))
        for record_id in sorted(journal.others)
        if not standing.is_voided(record_id)
    ]
    counting = [r for r in ordered if standing.stands(r)]
    # One that was replaced in turn has still outdone its rival.
    rivals = _superseding_the_same([r for r in ordered if not standing.is_voided(r.id)])
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
        problems += [
            _unknown_record(ruling, target)
            for target in ruling.supersedes
            if target not in journal.rulings
        ]
        if isinstance(ruling, Void | Assign):
            known = ruling.record in journal.passings
            may_be_ruling = isinstance(ruling, Void) and ruling.record in journal.rulings
            if not known and not may_be_ruling:
                problems.append(_unknown_record(ruling, ruling.record))
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
    """Which rulings stand: those that no standing void names and no other replaces.

    Voids and superseding rulings could name each other in a circle. So one that undoes others
    is itself undone only by later ones, in the order of rulings; any other, by all of them.
    """

    def __init__(self, ordered: Sequence[Ruling]) -> None:
        self._voids: dict[str, list[Void]] = {}
        self._successors: dict[str, list[Ruling]] = {}
        for ruling in ordered:
            if isinstance(ruling, Void):
                self._voids.setdefault(ruling.record, []).append(ruling)
            for target in ruling.supersedes:
                self._successors.setdefault(target, []).append(ruling)
        self._voided: set[str] = set()
        self._replaced: set[str] = set()
        undoers = [r for r in ordered if isinstance(r, Void) or r.supersedes]
        self._undoers = {r.id for r in undoers}
        # From the last: whatever may undo a ruling is known when its turn comes.
        for ruling in reversed(undoers):
            self._judge(ruling, after=ruling_order(ruling))
        for ruling in ordered:
            if not isinstance(ruling, Void) and not ruling.supersedes:
                self._judge(ruling, after=None)

    def _judge(self, ruling: Ruling, after: tuple[int, str] | None) -> None:
        voids = self._voids.get(ruling.id, [])
        if any(self.stands(v) for v in voids if after is None or ruling_order(v) > after):
            self._voided.add(ruling.id)
        successors = self._successors.get(ruling.id, [])
        if any(
            s.id not in self._voided for s in successors if after is None or ruling_order(s) > after
        ):
            self._replaced.add(ruling.id)

    def stands(self, ruling: Ruling) -> bool:
        return ruling.id not in self._voided and ruling.id not in self._replaced

    def is_voided(self, record_id: str) -> bool:
        if record_id in self._undoers:
            return record_id in self._voided
        return any(self.stands(v) for v in self._voids.get(record_id, ()))


def _superseding_the_same(counting: list[Ruling]) -> dict[str, list[Ruling]]:
    by_target: dict[str, list[Ruling]] = {}
    for ruling in counting:
        for target in ruling.supersedes:
            by_target.setdefault(target, []).append(ruling)
    return {target: by_target[target] for target in sorted(by_target) if len(by_target[target]) > 1}


def _unknown_record(ruling: Ruling, target: str) -> Problem:
    return Problem(
        code=ProblemCode.UNKNOWN_RECORD, records=(ruling.id,), params=(("target", target),)
    )


def _contradiction(first: Ruling, second: Ruling) -> Problem:
    return Problem(code=ProblemCode.CONTRADICTING_RULINGS, records=(first.id, second.id))
