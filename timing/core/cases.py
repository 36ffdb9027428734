"""What is to be reviewed, as cases: what concerns one runner at one station, together (Rules 4.5).

A case gathers problems, and what stations reported and nobody ruled on. Where a read may have
been another's, that runner's missing split belongs to the same case: one decision settles both.
Clean records make no case, and what a person confirmed is not asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from timing.core.book import RaceBook
from timing.core.definition import MissedKind, Rules
from timing.core.entries import bib_order
from timing.core.problems import Problem, ProblemCode
from timing.core.proposals import Proposal, proposals
from timing.core.records import Ruling

UNREAD = "*"

PODIUM = 3
"""Ranks up to this one are looked at first."""

KEY_LENGTH = 16


class Weight(IntEnum):
    """How much hangs on a case, the most first.

    DECISION: a result, a rank or a cut-off; WHO: a read whose runner is not known, or may have
    been another; TIME: a time or a place that may be wrong; NOTE: nearly always harmless.
    """

    DECISION = 1
    WHO = 2
    TIME = 3
    NOTE = 4


_DECIDES = frozenset(
    {
        ProblemCode.CONFLICTING_RECORD,
        ProblemCode.SUPERSEDED_TWICE,
        ProblemCode.CONTRADICTING_RULINGS,
        ProblemCode.RULING_UNKNOWN_BIB,
        ProblemCode.RULING_UNKNOWN_TEAM,
        ProblemCode.RULING_UNKNOWN_STAGE,
        ProblemCode.RULING_UNKNOWN_CONTROL,
        ProblemCode.RULING_UNKNOWN_PENALTY,
        ProblemCode.RULING_NOT_APPLIED,
        ProblemCode.DUPLICATE_BIB,
        ProblemCode.NOT_IN_DIVISION,
        ProblemCode.BEFORE_START,
        ProblemCode.NO_START,
        ProblemCode.EARLY_START,
        ProblemCode.SECOND_DEPARTURE,
        ProblemCode.NO_WAVE,
        ProblemCode.NO_ALLOCATED_START,
        ProblemCode.EARLY_UNSURE,
        ProblemCode.CUTOFF_UNSURE,
        ProblemCode.CUTOFF_TO_CONFIRM,
        ProblemCode.SEEN_AFTER_OUT,
        ProblemCode.FINISHED_BUT_OUT,
        ProblemCode.NEGATIVE_TIME,
        ProblemCode.TEAM_TOO_SMALL,
        ProblemCode.TEAM_TOO_LARGE,
        ProblemCode.TEAM_OF_DIVISIONS,
        ProblemCode.SEPARATED,
    }
)
"""Problems on which a result, a rank or a cut-off hangs wherever they are."""

_WHO = frozenset(
    {
        ProblemCode.UNKNOWN_BIB,
        ProblemCode.UNREAD_BIB,
        ProblemCode.NO_BIB,
        ProblemCode.UNKNOWN_CHIP,
        ProblemCode.LIKELY_MISREAD,
        ProblemCode.NOT_ON_COURSE,
        ProblemCode.NO_OPEN_CONTROL,
    }
)
"""Problems that ask whose a read was."""

_NOISE = frozenset(
    {
        ProblemCode.REPEATED_ENTRY,
        ProblemCode.SOURCES_DISAGREE,
        ProblemCode.LATE_START_READ,
        ProblemCode.TIME_AMBIGUOUS,
        ProblemCode.OTHER_WAVE,
        ProblemCode.CATEGORY_MERGED,
        ProblemCode.PROVISIONAL_STARTS,
    }
)
"""Problems that are nearly always harmless, but at the finish, where seconds count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is to be reviewed of one runner at one station.

    ``key`` is the same as long as the case is open, in every installation. ``stage`` is None and
    ``control`` empty where it is about none; ``bib`` is as it was read, empty where it was not.
    ``likely`` are the bibs of those it may have been. ``digest`` changes with every record and
    ruling that bears on the case: who decides sends back the one that was seen.
    """

    key: str
    stage: int | None
    control: str
    bib: str
    weight: Weight
    digest: str
    is_podium: bool = False
    problems: tuple[Problem, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    likely: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it is about: codes of problems, and ``reported`` where a station said something."""
        codes = dict.fromkeys(p.code.value for p in self.problems)
        return (*codes, *((REPORTED,) if self.proposals else ()))

    @property
    def records(self) -> tuple[str, ...]:
        """The records it rests on, each once."""
        return tuple(dict.fromkeys(r for p in self.problems for r in p.records))


REPORTED = "reported"
"""The kind of a case in which a station reported something."""


class UnknownCase(LookupError):
    """No open case of that key: it was settled, or never was."""


def find_case(found: Iterable[Case], key: str) -> Case:
    """The case of that key, or UnknownCase."""
    for case in found:
        if case.key == key:
            return case
    raise UnknownCase(key)


def cases(book: RaceBook) -> tuple[Case, ...]:
    """Every open case: the weightiest first, of equals the podium's, then the latest stage's."""
    gathered: dict[tuple[str, ...], _Gathering] = {}
    problems = tuple(p for p in book.problems() if not _is_answered(book, p))
    misreads = _misreads(problems)
    for problem in problems:
        place = _place(problem)
        if problem.code is ProblemCode.MISSED_CONTROL:
            place = misreads.get((problem.stage, problem.control, problem.bib), place)
        gathering = gathered.setdefault(place, _Gathering([], []))
        gathering.problems.append(problem)
    for proposal in proposals(book.race, book.rulings):
        gathered.setdefault(_place_of(proposal), _Gathering([], [])).proposals.append(proposal)
    around = _Around(
        finishes={n: points[-1] for n in book.stages if (points := book.points(n))},
        podium=_podium(book),
        bearing=_Bearing(book),
        deciding=_deciding(book.race.rules),
    )
    found = [_case(place, gathering, around) for place, gathering in gathered.items()]
    return tuple(sorted(found, key=_importance))


@dataclass(slots=True)
class _Gathering:
    problems: list[Problem]
    proposals: list[Proposal]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """What every case of a race is weighed with; ``finishes`` is by number of the stage."""

    finishes: Mapping[int, str]
    podium: frozenset[tuple[int, str]]
    bearing: _Bearing
    deciding: frozenset[ProblemCode]


def _is_answered(book: RaceBook, problem: Problem) -> bool:
    """A time near a cut-off that a person confirmed: they have looked at it (Rules 4.5)."""
    if problem.code is not ProblemCode.CUTOFF_UNSURE or problem.stage is None:
        return False
    confirmed = book.stage_book(problem.stage).confirmed
    return bool(problem.records) and all(record in confirmed for record in problem.records)


_Missing = tuple[int | None, str, str]


def _misreads(problems: Iterable[Problem]) -> dict[_Missing, tuple[str, ...]]:
    """The place of the case that a missing split belongs to, where one read may have been it."""
    found: dict[_Missing, list[tuple[str, ...]]] = {}
    for problem in problems:
        if problem.code is ProblemCode.LIKELY_MISREAD:
            key = (problem.stage, problem.control, _likely(problem))
            found.setdefault(key, []).append(_place(problem))
    return {key: places[0] for key, places in found.items() if len(set(places)) == 1}


def _likely(problem: Problem) -> str:
    return str(dict(problem.params).get("likely", ""))


def _place(problem: Problem) -> tuple[str, ...]:
    """What parts one case from another; the first three are stage, control and bib."""
    stage = "" if problem.stage is None else str(problem.stage)
    whose = (stage, problem.control, problem.bib)
    if problem.code is ProblemCode.CLOCK_OFF:
        params = dict(problem.params)
        return (*whose, str(params.get("device")), str(params.get("other")))
    if problem.bib and UNREAD not in problem.bib:
        return whose
    # Two that nobody could read are two runners.
    if problem.records:
        return (*whose, problem.records[0])
    return (*whose, problem.code.value, str(problem.params))


def _place_of(proposal: Proposal) -> tuple[str, ...]:
    seen = proposal.observation
    stage = "" if seen.stage is None else str(seen.stage)
    if len(seen.bibs) == 1:
        return (stage, seen.control, seen.bibs[0])
    return (stage, seen.control, "", seen.id)


def _case(
    place: tuple[str, ...],
    gathering: _Gathering,
    around: _Around,
) -> Case:
    stage, control, bib, *_ = place
    problems = tuple(gathering.problems)
    likely = dict.fromkeys(
        _likely(p) for p in problems if p.code is ProblemCode.LIKELY_MISREAD and _likely(p)
    )
    weights = [_weight(p, around) for p in problems]
    weights += [Weight.NOTE if p.ruling is None else Weight.DECISION for p in gathering.proposals]
    number = int(stage) if stage else None
    whose = (bib, *likely)
    return Case(
        key=_hash(place),
        stage=number,
        control=control,
        bib=bib,
        weight=min(weights),
        digest=_hash(around.bearing.on(number, whose, problems, gathering.proposals)),
        is_podium=number is not None and any((number, b) in around.podium for b in whose),
        problems=problems,
        proposals=tuple(gathering.proposals),
        likely=tuple(likely),
    )


def _deciding(rules: Rules) -> frozenset[ProblemCode]:
    """A missed control is a query; a result hangs on it where the race has it cost (Rules 4.4)."""
    if rules.missed_control.kind is MissedKind.QUERY:
        return _DECIDES
    return _DECIDES | {ProblemCode.MISSED_CONTROL}


def _weight(problem: Problem, around: _Around) -> Weight:
    if problem.code in around.deciding:
        return Weight.DECISION
    if problem.code in _WHO:
        return Weight.WHO
    is_finish = problem.stage is not None and problem.control == around.finishes.get(problem.stage)
    if problem.code is ProblemCode.TIME_UNSURE and is_finish:
        return Weight.DECISION
    # At the finish a few seconds are a rank.
    return Weight.NOTE if problem.code in _NOISE and not is_finish else Weight.TIME


class _Bearing:
    """Which records and rulings bear on a case."""

    def __init__(self, book: RaceBook) -> None:
        self._book = book
        self._about: dict[str, list[Ruling]] = {}
        for ruling in book.rulings:
            about = {getattr(ruling, "record", ""), *getattr(ruling, "items", ())}
            about.update(ruling.settles, ruling.supersedes)
            bib = getattr(ruling, "bib", "")
            about.update(
                f"bib {b}" for b in (*getattr(ruling, "bibs", ()), *((bib,) if bib else ()))
            )
            for name in about - {""}:
                self._about.setdefault(name, []).append(ruling)

    def on(
        self,
        stage: int | None,
        bibs: Iterable[str],
        problems: Sequence[Problem],
        reported: Sequence[Proposal],
    ) -> list[str]:
        """What a digest is made of: problems, reads of the runners on the stage, rulings."""
        records = {r for p in problems for r in p.records}
        records.update(p.observation.id for p in reported)
        names = {f"bib {bib}" for bib in bibs if bib}
        if stage is not None and stage in self._book.stages:
            book = self._book.stage_book(stage)
            for bib in bibs:
                entry_id = book.roster.wearing.get(bib, "")
                records.update(p.id for p in book.bucket.get(entry_id, ()))
        rulings = {
            ruling.id
            for name in (*records, *names)
            for ruling in self._about.get(name, ())
            if getattr(ruling, "stage", None) in (None, stage)
        }
        seen = sorted(repr(p.sort_key()) for p in problems)
        return [*seen, "", *sorted(records), "", *sorted(rulings)]


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:KEY_LENGTH]


def _podium(book: RaceBook) -> frozenset[tuple[int, str]]:
    """Stage and bib of everybody among the first of their division on a stage."""
    found = set()
    for number in book.stages:
        state = book.stage_book(number).state
        for row in state.rows.values() if state is not None else ():
            if row.rank is not None and row.rank <= PODIUM:
                found.add((number, row.entry.bib))
    return frozenset(found)


def _importance(case: Case) -> tuple[object, ...]:
    stage = 0 if case.stage is None else case.stage
    return (
        case.weight,
        not case.is_podium,
        -stage,
        case.control,
        bib_order(case.bib),
        case.bib,
        case.key,
    )
