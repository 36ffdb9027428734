"""Who runs each stage, under which bib, chip, division and team (Rules 4.6, 7, 8).

Entries are given once; rulings change them from a stage on. A roster is what holds on one
stage.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeAlias

from timing.core.entries import Entry, Team, bib_order
from timing.core.problems import Problem, ProblemCode
from timing.core.records import (
    BibChange,
    ChipChange,
    EntryChange,
    Ruling,
    TeamAction,
    TeamChange,
    Transfer,
)
from timing.core.wearing import Opening, Timeline, Turns, Worn, labels, unknown_bib

Change: TypeAlias = EntryChange | BibChange | ChipChange | TeamChange
"""A ruling on who runs, under which bib and chip, and with whom."""

_CHANGES = (EntryChange, BibChange, ChipChange, TeamChange)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Entries in the order of their bibs, and how records find them on this stage.

    ``wearing`` and ``chips`` are as at the stage's first gun: whom a ruling on the stage means.
    ``bibs_in_turn`` and ``chips_in_turn`` hold those that change hands on the stage (Rules 4.6).
    """

    stage: int
    entries: dict[str, Entry]
    wearing: dict[str, str]
    chips: dict[str, str]
    members: dict[str, tuple[Entry, ...]]
    bibs_in_turn: dict[str, Turns] = field(default_factory=dict)
    chips_in_turn: dict[str, Turns] = field(default_factory=dict)

    def entry_wearing(self, bib: str) -> Entry | None:
        """Whoever wears ``bib`` on this stage, or None."""
        found = self.wearing.get(bib)
        return None if found is None else self.entries[found]

    def ids_of(self, bibs: Iterable[str]) -> list[str]:
        """The entry ids behind those bibs that are known, each once."""
        found = (self.wearing.get(bib) for bib in bibs)
        return list(dict.fromkeys(entry_id for entry_id in found if entry_id is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """What the public is not told of the entries with those ids: ``fields`` of `Entry`, texts."""

    ids: frozenset[str]
    fields: tuple[str, ...] = ("name",)

    def of(self, entry: Entry) -> Entry:
        """The entry as the public is told of it."""
        if entry.id not in self.ids:
            return entry
        blank: dict[str, Any] = dict.fromkeys(self.fields, "")
        return replace(entry, name_hidden=True, **blank)


NO_ROSTER = Roster(stage=0, entries={}, wearing={}, chips={}, members={})
"""Of a race without stages."""


def rosters(
    stages: Sequence[int],
    entries: Sequence[Entry],
    teams: Sequence[Team],
    rulings: Sequence[Ruling],
    opening: Callable[[int], Opening],
    *,
    divisions: Collection[str] | None = None,
    untold: Untold | None = None,
) -> tuple[dict[int, Roster], list[Problem]]:
    """The roster of every stage, in order; and what could not be followed.

    Nobody goes over to a division that is not among ``divisions``, if they are given. ``untold``
    says whose name, and what else of theirs, is left out.

    Of two entries that ask for one bib the first by id wears it, and the other is a problem:
    they are never summed up as one (Rules 13.8). ``opening`` says when a stage begins; it is
    asked only where bibs or chips change hands at an instant.
    """
    problems: list[Problem] = []
    timeline = Timeline(Worn(entries={e.id: e for e in sorted(entries, key=lambda e: e.id)}))
    changes: list[Change] = [r for r in rulings if isinstance(r, _CHANGES) and not _is_break(r)]
    is_timed = any(isinstance(r, BibChange | ChipChange) and is_timed_change(r) for r in changes)
    transfers = [
        r
        for r in rulings
        if isinstance(r, Transfer) and (divisions is None or r.division in divisions)
    ]
    first = stages[0] if stages else 0
    codes = {team.code for team in teams}
    found: dict[int, Roster] = {}
    before: Roster | None = None
    for number in stages:
        due = [r for r in changes if _stage_of(r, first) == number]
        opens = opening(number) if is_timed else None
        if opens is not None:
            timeline.open(opens)
        for ruling in due:
            _apply(ruling, timeline, opens, codes)
        over = [r for r in transfers if r.stage == number]
        for transfer in over:
            _take_over(transfer, timeline)
        if before is not None and not due and not over and opens is None:
            before = replace(before, stage=number)
        else:
            before = _roster(number, timeline, opens, teams, problems, untold=untold)
        found[number] = before
    problems = [*timeline.problems, *dict.fromkeys(problems)]
    known = set(stages)
    problems += [
        Problem(code=ProblemCode.RULING_UNKNOWN_STAGE, records=(r.id,), stage=r.stage)
        for r in changes
        if r.stage is not None and r.stage not in known
    ]
    return found, problems


def _is_break(ruling: Change) -> bool:
    """A team that is broken keeps its members: they stand apart in its name."""
    return isinstance(ruling, TeamChange) and ruling.action is TeamAction.BREAK


def _stage_of(ruling: Change, first: int) -> int:
    return first if ruling.stage is None else ruling.stage


def is_timed_change(ruling: BibChange | ChipChange) -> bool:
    """Whether a change begins or ends at an instant, not with a stage."""
    return ruling.since is not None or ruling.until is not None


def _roster(
    number: int,
    timeline: Timeline,
    opens: Opening | None,
    teams: Sequence[Team],
    problems: list[Problem],
    *,
    untold: Untold | None,
) -> Roster:
    worn = timeline.worn if opens is None else timeline.at_gun(opens)
    dressed = sorted(worn.dressed().values(), key=lambda e: (bib_order(e.bib), e.id))
    if untold is not None:
        dressed = [untold.of(entry) for entry in dressed]
    entries = {e.id: e for e in dressed}
    wearing, chips = labels(dressed)
    members: dict[str, list[Entry]] = {team.code: [] for team in teams}
    for entry in dressed:
        if entry.bib and wearing[entry.bib] != entry.id:
            problems.append(Problem(code=ProblemCode.DUPLICATE_BIB, stage=number, bib=entry.bib))
        if entry.team in members:
            members[entry.team].append(entry)
    in_turn = timeline.in_turn()
    problems += [
        Problem(code=ProblemCode.DUPLICATE_BIB, stage=number, bib=bib)
        for bib in sorted(in_turn.twins)
    ]
    for bib, turns in in_turn.bibs.items():
        # A bib that was nobody's at the gun is whose it became first.
        later = next((who for since, who in turns if since is not None and who), None)
        if later is not None:
            wearing.setdefault(bib, later)
    return Roster(
        stage=number,
        entries=entries,
        wearing=wearing,
        chips=chips,
        members={code: tuple(those) for code, those in members.items()},
        bibs_in_turn=in_turn.bibs,
        chips_in_turn=in_turn.chips,
    )


def _apply(
    ruling: Change, timeline: Timeline, opens: Opening | None, teams: Container[str]
) -> None:
    worn = timeline.worn
    if isinstance(ruling, TeamChange):
        timeline.problems += _regroup(ruling, worn, teams)
    elif not isinstance(ruling, EntryChange):
        timeline.take(ruling, opens)
    elif ruling.new:
        entry = changed(Entry(id=ruling.id, bib=ruling.bib), ruling.changes)
        worn.entries.setdefault(entry.id, replace(entry, bib=entry.bib or ruling.bib))
    elif (known := worn.wearing(ruling.bib)) is None:
        timeline.problems.append(unknown_bib(ruling, ruling.bib))
    else:
        # An id is the identity: nobody is given another one.
        worn.settle(replace(changed(known, ruling.changes), id=known.id))


def _take_over(transfer: Transfer, timeline: Timeline) -> None:
    """From this stage on they run for the other division (Rules 7.2)."""
    for bib in transfer.bibs:
        entry = timeline.worn.wearing(bib)
        if entry is None:
            timeline.problems.append(unknown_bib(transfer, bib))
        else:
            timeline.worn.settle(replace(entry, division=transfer.division))


def _regroup(ruling: TeamChange, worn: Worn, teams: Container[str]) -> list[Problem]:
    """Members join a team or leave it (Rules 8.5); what could not be followed."""
    if ruling.team not in teams:
        return [
            Problem(
                code=ProblemCode.RULING_UNKNOWN_TEAM,
                stage=ruling.stage,
                records=(ruling.id,),
                params=(("team", ruling.team),),
            )
        ]
    problems = []
    for bib in ruling.bibs:
        entry = worn.wearing(bib)
        if entry is None:
            problems.append(unknown_bib(ruling, bib))
        elif ruling.action is TeamAction.JOIN:
            worn.settle(replace(entry, team=ruling.team))
        elif entry.team == ruling.team:
            worn.settle(replace(entry, team=""))
        else:
            problems.append(
                Problem(
                    code=ProblemCode.NOT_A_MEMBER,
                    stage=ruling.stage,
                    bib=bib,
                    records=(ruling.id,),
                    params=(("team", ruling.team),),
                )
            )
    return problems


def changed(entry: Entry, changes: Iterable[tuple[str, str | tuple[str, ...]]]) -> Entry:
    """The entry with some attributes set anew.

    ``born`` is given as ISO date or empty, ``name_hidden`` as ``true`` or ``false``.
    """
    values: dict[str, Any] = dict(changes)
    if "born" in values:
        values["born"] = date.fromisoformat(values["born"]) if values["born"] else None
    if "name_hidden" in values:
        values["name_hidden"] = values["name_hidden"] == "true"
    return replace(entry, **values)
