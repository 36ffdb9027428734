"""What would have to change to be one place higher, and how safe the first is (Rules 9.5, 9.7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from timing.core.book import RaceBook
from timing.core.classifications import key_of
from timing.core.definition import Classification, EqualRank, Measure
from timing.core.entries import Competitor, Entry
from timing.core.measures import behind_as_far, would_part
from timing.core.ranking import Parting, first_parting
from timing.core.reasons import Because, Reason
from timing.core.records import FinishOrder
from timing.core.results import Line
from timing.core.stage_book import StageBook
from timing.core.stage_ranking import stage_ties
from timing.core.stage_rows import Row
from timing.core.teams import TeamRow
from timing.core.times import Duration


def one_higher_in(
    book: RaceBook, classification: Classification, after: int, line: Line, lines: Sequence[Line]
) -> Iterator[Reason]:
    """What is missing for the next rank of a classification, or the lead of the first.

    Nothing for the unranked, and none where the next one is ahead by stages or distance.
    """
    if line.rank is None:
        return
    ranked = [other for other in lines if other.rank is not None]
    better = [other for other in ranked if (other.rank or 0) < line.rank]
    unit = _UNITS.get(classification.measure, "ms")

    def apart(one: Line, other: Line) -> int | None:
        if classification.measure is not Measure.STAGES:
            return _between(one, other, unit)
        board = book.unranked(classification, after)
        return behind_as_far(board, key_of(one.competitor), key_of(other.competitor))

    if not better:
        next_ones = [other for other in ranked if (other.rank or 0) > line.rank]
        shares = sum(1 for other in ranked if other.rank == line.rank) > 1
        margin = apart(next_ones[0], line) if next_ones and not shares else None
        if margin is not None:
            yield _lead(next_ones[0].competitor, margin, unit, "9.7")
        return
    ahead = better[-1]
    behind = apart(line, ahead)
    if behind is None:
        return
    one, other = key_of(line.competitor), key_of(ahead.competitor)
    parting = would_part(book.unranked(classification, after), one, other)
    yield _higher(
        rank=ahead.rank or 0,
        other=ahead.competitor,
        behind=behind,
        unit=unit,
        least=book.race.rules.precision if unit == "ms" else 1,
        parting=parting,
        is_numbered=book.race.rules.equal_rank is EqualRank.CONSECUTIVE,
    )


_UNITS = {Measure.POINTS: "points", Measure.PLACES: "places"}


def _between(line: Line, ahead: Line, unit: str) -> int | None:
    """How far one is behind another in what ranks them, None where that is no figure."""
    if unit != "ms":
        if line.points is None or ahead.points is None:
            return None
        return abs(line.points - ahead.points)
    if line.time is None or ahead.time is None:
        return None
    by = line.time - ahead.time
    return None if by < 0 else by


def one_higher_on(book: RaceBook, stage: StageBook, row: Row) -> Iterator[Reason]:
    """What is missing for the next place of a stage, by time; none where places were declared."""
    ranked = stage.state.ranked.get(row.entry.division, []) if stage.state is not None else []
    others = [r for r in ranked if r.place is None and r.rank is not None and r.time is not None]
    if row.place is not None or row.rank is None or row.time is None:
        return
    better = [r for r in others if (r.rank or 0) < (row.rank or 0)]
    if better:
        ahead = better[-1]
        orders = [r for r in book.rulings if isinstance(r, FinishOrder) and r.stage == stage.number]
        rules = book.race.rules
        ties = stage_ties(stage.number, rules, orders, stage.roster)
        yield from _on_stage(book, row, ahead, ahead.entry, first_parting((row, ahead), ties))
    elif row.rank == 1:
        yield from _first_on_stage(row, [(r, r.entry) for r in others])


def team_one_higher_on(book: RaceBook, stage: StageBook, row: TeamRow) -> Iterator[Reason]:
    """What is missing for a team's next place of a stage; nothing parts equal teams there."""
    if row.rank is None or row.time is None:
        return
    others = sorted(
        (
            r
            for r in stage.teams.rows.values()
            if r.rank is not None and r.team.kind == row.team.kind and r.division == row.division
        ),
        key=lambda r: r.rank or 0,
    )
    better = [r for r in others if (r.rank or 0) < row.rank]
    if better:
        yield from _on_stage(book, row, better[-1], better[-1].team, None)
    else:
        yield from _first_on_stage(row, [(r, r.team) for r in others])


def _on_stage(
    book: RaceBook,
    row: Row | TeamRow,
    ahead: Row | TeamRow,
    other: Competitor,
    parting: Parting | None,
) -> Iterator[Reason]:
    behind = (row.time or 0) - (ahead.time or 0)
    if behind < 0:
        return
    rules = book.race.rules
    yield _higher(
        rank=ahead.rank or 0,
        other=other,
        behind=behind,
        unit="ms",
        least=rules.precision,
        parting=parting,
        is_numbered=rules.equal_rank is EqualRank.CONSECUTIVE,
    )


def _first_on_stage(
    row: Row | TeamRow, others: Sequence[tuple[Row | TeamRow, Competitor]]
) -> Iterator[Reason]:
    shares = sum(1 for other, _ in others if other.rank == row.rank) > 1
    behind = [(other, who) for other, who in others if (other.rank or 0) > (row.rank or 0)]
    if behind and not shares:
        other, who = behind[0]
        yield _lead(who, (other.time or 0) - (row.time or 0), "ms", "9.7")


def _lead(other: Competitor, margin: int, unit: str, rule: str) -> Reason:
    return Reason(because=Because.LEADS, rule=rule, params=(*_named(other), (f"by_{unit}", margin)))


def _higher(
    *,
    rank: int,
    other: Competitor,
    behind: Duration | int,
    unit: str,
    least: Duration | int,
    parting: Parting | None,
    is_numbered: bool,
) -> Reason:
    """``behind`` makes level, ``least`` more puts ahead for sure."""
    more = behind + least
    tie = () if parting is None else (("tie", parting.by.value),)
    is_lost = parting is not None and not parting.is_first_better
    if not behind and is_lost:
        because, by = Because.HIGHER_NOW_LEVEL, more
    elif not behind or (parting is None and is_numbered):
        # What numbers equals is the bib: that is no reason to be ahead.
        because, by, tie = Because.HIGHER_IF_AHEAD_OF, more, ()
    elif parting is None:
        because, by = Because.HIGHER_IF_LEVEL_SHARED, behind
    elif is_lost:
        because, by = Because.HIGHER_IF_AHEAD, more
    else:
        because, by = Because.HIGHER_IF_LEVEL, behind
    return Reason(
        because=because,
        rule="9.5" if tie else "9.7",
        params=(("rank", rank), *_named(other), (f"by_{unit}", by), *tie),
    )


def _named(other: Competitor) -> tuple[tuple[str, str], ...]:
    label = other.bib if isinstance(other, Entry) else other.code
    return ("other", other.name or label), ("label", label)
