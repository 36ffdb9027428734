"""Why a figure is what it is: the records, rules and additions behind it.

Explanations are values: a code, its parameters, the records it rests on and the section of the
rules. The words are made where pages are made. Additions add up to the figures they explain:
a stage's to its official time, the race's to the total.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.classifications import Result
from timing.core.definition import Classification, Measure, Of, RoundAt
from timing.core.entries import Entry
from timing.core.measures import points_won
from timing.core.one_higher import one_higher_in
from timing.core.penalties import Amount
from timing.core.reasons import Because, Reason, adjustment, bonus_by_place
from timing.core.records import Penalty
from timing.core.results import Line, StageLine
from timing.core.stage_book import StageBook
from timing.core.stage_reasons import StageReasons
from timing.core.stage_rows import Row
from timing.core.team_reasons import team_reasons
from timing.core.teams import TeamRow
from timing.core.times import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class StageExplanation:
    """A stage of an entry or a team: ``adds`` of its reasons sum up to ``line.time``, if any."""

    stage: int
    line: StageLine | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalExplanation:
    """A line of a classification: ``adds`` of its reasons sum up to ``line.time``."""

    classification: Classification
    after: int
    line: Line
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that is behind an entry's figures; ``team_stages`` are its team's, if it has one."""

    entry: Entry
    stages: tuple[StageExplanation, ...]
    team_stages: tuple[StageExplanation, ...]
    totals: tuple[TotalExplanation, ...]


def explain(
    book: RaceBook, entry_id: str, stage: int | None = None, *, after: int | None = None
) -> Explanation:
    """Explain every stage and classification of an entry, or those of one stage.

    Classifications are as after stage ``after``, by default ``stage`` or the last with a result.

    Raises what the book raises for an unknown entry or stage.
    """
    entry = book.entry(entry_id, stage)
    numbers = book.stages if stage is None else (stage,)
    last = after
    if last is None:
        last = book.last_stage if stage is None else stage
    totals = []
    for classification in book.race.classifications:
        wanted = entry_id if classification.of is Of.SOLO else entry.team
        lines = book.board(classification.code, last).lines
        own = [line for line in lines if _key(line) == wanted]
        totals += [_total(book, classification, last, line, lines) for line in own]
    return Explanation(
        entry=entry,
        stages=tuple(explain_stage(book, number, entry_id) for number in numbers),
        team_stages=tuple(_team_stages(book, numbers, entry.team)) if entry.team else (),
        totals=tuple(totals),
    )


def explain_stage(book: RaceBook, number: int, entry_id: str) -> StageExplanation:
    """Explain one stage of an entry; UnknownStage."""
    stage = book.stage_book(number)
    row = stage.state.rows.get(entry_id) if stage.state is not None else None
    if row is None:
        reason = Reason(because=Because.NOT_IN_DIVISION, rule="7.1")
        return StageExplanation(stage=number, line=None, reasons=(reason,))
    reasons = tuple(StageReasons(book, stage, row).all())
    return StageExplanation(stage=number, line=row.line(), reasons=reasons)


def explain_team_stage(book: RaceBook, number: int, team: str) -> StageExplanation | None:
    """Explain one stage of a team, None where it does not run it; UnknownStage."""
    stage = book.stage_book(number)
    row = stage.teams.rows.get(team)
    if row is None:
        return None
    reasons = tuple(team_reasons(book, stage, row))
    return StageExplanation(stage=number, line=row.line(), reasons=reasons)


def _team_stages(book: RaceBook, numbers: Iterable[int], team: str) -> Iterator[StageExplanation]:
    for number in numbers:
        explanation = explain_team_stage(book, number, team)
        if explanation is not None:
            yield explanation


def explain_line(book: RaceBook, code: str, after: int, key: str) -> TotalExplanation | None:
    """Explain the line of an entry (by id) or a team (by code), None where it has none.

    Raises as `RaceBook.board` does.
    """
    board = book.board(code, after)
    line = next((line for line in board.lines if _key(line) == key), None)
    if line is None:
        return None
    return _total(book, board.classification, board.after, line, board.lines)


def _points_won(
    book: RaceBook, classification: Classification, after: int, line: Line
) -> Iterator[Reason]:
    """Where the points come from, the places of each stage where they are the points."""
    key = _key(line)
    if classification.measure is Measure.POINTS:
        for won in points_won(book.unranked(classification, after), key):
            params = (
                ("stage", won.stage),
                ("where", won.where),
                ("place", won.place),
                ("points", won.points),
            )
            yield Reason(because=Because.POINTS_WON, rule="9.1", params=params)
        return
    for number, rows in book.counted(classification, after):
        row = rows.get(key)
        if row is not None and row.rank is not None:
            params = (("stage", number), ("where", ""), ("place", row.rank), ("points", row.rank))
            yield Reason(because=Because.POINTS_WON, rule="9.1", params=params)


def _points(
    book: RaceBook,
    classification: Classification,
    after: int,
    line: Line,
    lines: tuple[Line, ...],
) -> TotalExplanation:
    """A line that is ranked by points, or by places: its sum and its rank (Rules 9.1)."""
    reasons = list(_points_won(book, classification, after, line))
    reasons.append(
        Reason(because=Because.POINTS, rule="9.1", params=(("points", line.points or 0),))
    )
    ranked = sum(1 for other in lines if other.rank is not None)
    if line.rank is not None:
        params = (("rank", line.rank), ("of", ranked), ("gap", line.gap or 0))
        reasons.append(Reason(because=Because.RANK_BY_POINTS, rule="9.7", params=params))
    if line.tie is not None:
        params_of_tie = (("tie", line.tie.value),)
        reasons.append(Reason(because=Because.TIE_BROKEN, rule="9.5", params=params_of_tie))
    reasons += one_higher_in(book, classification, after, line, lines)
    return TotalExplanation(
        classification=classification, after=after, line=line, reasons=tuple(reasons)
    )


def _total(
    book: RaceBook,
    classification: Classification,
    after: int,
    line: Line,
    lines: tuple[Line, ...],
) -> TotalExplanation:
    if line.points is not None:
        return _points(book, classification, after, line, lines)
    if classification.measure not in (Measure.TIME, Measure.STAGES) and line.time is not None:
        # A sum over some stages or segments only: its parts are the stages' own matter.
        total = Reason(
            because=Because.TOTAL, rule="9.1", params=(("time_ms", line.time),), adds=line.time
        )
        return TotalExplanation(
            classification=classification,
            after=after,
            line=line,
            reasons=(
                total,
                *_standing(line, lines),
                *one_higher_in(book, classification, after, line, lines),
            ),
        )
    reasons: list[Reason] = []
    alone: list[Reason] = []
    is_rounded_once = book.race.rules.round_at is RoundAt.TOTAL
    penalties = book.penalties
    of_whom = penalties.of_entry if isinstance(line.competitor, Entry) else penalties.of_team

    def amount_of(ruling: Penalty) -> Amount:
        return of_whom(ruling, _key(line))

    summed: Duration = 0
    for number, rows in book.counted(classification, after):
        row = rows.get(_key(line))
        if row is None and _row(book.stage_book(number), line) is not None:
            params = (("stage", number),)
            reasons.append(Reason(because=Because.STAGE_LEFT_BEHIND, rule="7.2", params=params))
        elif row is None or not row.done:
            reasons.append(
                Reason(
                    because=Because.STAGE_MISSING,
                    rule="9.2",
                    params=(
                        ("stage", number),
                        ("status", "not_in_division" if row is None else row.status.value),
                    ),
                )
            )
        else:
            time = _counted(row, is_rounded_once=is_rounded_once)
            summed += time
            reasons.append(
                Reason(
                    because=Because.STAGE_IN_TOTAL,
                    rule="9.2",
                    params=(("stage", number), ("time_ms", time)),
                    adds=time,
                )
            )
        if row is not None:
            rulings = [book.ruling(record) for record in row.adjustment.rulings]
            alone += [
                reason
                for r in rulings
                if r is not None and (reason := adjustment(r, amount_of, is_total=True)).adds
            ]
            alone += [bonus_by_place(won, is_total=True) for won in row.adjustment.won]
    reasons += alone
    if line.time is not None:
        rounding = line.time - summed - sum(r.adds or 0 for r in alone)
        if rounding:
            reasons.append(
                Reason(
                    because=Because.ROUNDING_OF_TOTAL,
                    rule="1.4",
                    params=(("rounding", book.race.rules.rounding.value),),
                    adds=rounding,
                )
            )
        reasons.append(Reason(because=Because.TOTAL, rule="9.2", params=(("time_ms", line.time),)))
    reasons += _standing(line, lines)
    reasons += one_higher_in(book, classification, after, line, lines)
    return TotalExplanation(
        classification=classification, after=after, line=line, reasons=tuple(reasons)
    )


def _row(stage: StageBook, line: Line) -> Row | TeamRow | None:
    if isinstance(line.competitor, Entry):
        return None if stage.state is None else stage.state.rows.get(line.competitor.id)
    return stage.teams.rows.get(line.competitor.code)


def _key(line: Line) -> str:
    return line.competitor.id if isinstance(line.competitor, Entry) else line.competitor.code


def _counted(row: Result, *, is_rounded_once: bool) -> Duration:
    """What a stage gives to the sum: its official time, or its raw clock with adjustments."""
    if not is_rounded_once:
        return row.time or 0
    return (row.raw or 0) + row.adjusted


def _standing(line: Line, lines: tuple[Line, ...]) -> Iterator[Reason]:
    if line.rank is None:
        params: list[tuple[str, str | int]] = [("status", line.status.value)]
        if line.out_stage is not None:
            params.append(("stage", line.out_stage))
        if line.out_control:
            params.append(("point", line.out_control))
        yield Reason(because=Because.UNRANKED, rule="9.2", params=tuple(params))
        return
    ranked = sum(1 for other in lines if other.rank is not None)
    yield Reason(
        because=Because.RANK,
        rule="9.1",
        params=(("rank", line.rank), ("of", ranked), ("gap_ms", line.gap or 0)),
    )
    if line.tie is not None:
        yield Reason(because=Because.TIE_BROKEN, rule="9.5", params=(("tie", line.tie.value),))
    if sum(1 for other in lines if other.rank == line.rank) > 1:
        yield Reason(because=Because.RANK_SHARED, rule="9.5", params=(("rank", line.rank),))
