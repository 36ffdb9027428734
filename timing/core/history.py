"""How a classification came about: ranks by stage, days in the lead, stage wins (Rules 9.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from timing.core.boards import covered_stages
from timing.core.book import RaceBook
from timing.core.classifications import key_of
from timing.core.definition import Of
from timing.core.entries import Competitor
from timing.core.results import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where somebody stood after a stage.

    ``gained`` counts the places won since the stage before, negative for places lost, ``None``
    where there was no rank on either side; ``has_won`` says that nobody of the board was ahead
    of them on the stage.
    """

    stage: int
    line: Line
    gained: int | None
    has_won: bool

    @property
    def leads(self) -> bool:
        """Whether they were first, alone or together with others."""
        return self.line.rank == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One competitor's way through a classification, a step for each stage that counts."""

    competitor: Competitor
    steps: tuple[Step, ...]

    @property
    def stages_in_lead(self) -> int:
        """After how many stages they led."""
        return sum(step.leads for step in self.steps)

    @property
    def stage_wins(self) -> int:
        """How many stages they won."""
        return sum(step.has_won for step in self.steps)


def history_of(book: RaceBook, code: str, after: int | None = None) -> tuple[History, ...]:
    """Everyone's way on a board up to stage ``after`` (by default the last one with a result).

    In the order of the board then; UnknownBoard or UnknownStage where there is none. Those who
    are no more on the board, since they went over to another division, are left out.
    """
    last = book.last_stage if after is None else after
    board = book.board(code, last)
    numbers = [n for n in covered_stages(book.race, board.classification) if n <= last]
    lines = {n: {key_of(x.competitor): x for x in book.board(code, n).lines} for n in numbers}
    winners = {n: _winners(book, n, lines[n], board.classification.of) for n in numbers}
    histories = []
    for line in board.lines:
        key = key_of(line.competitor)
        steps: list[Step] = []
        for number in numbers:
            own = lines[number].get(key)
            if own is not None:
                steps.append(
                    Step(
                        stage=number,
                        line=own,
                        gained=_gained(steps[-1].line if steps else None, own),
                        has_won=key in winners[number],
                    )
                )
        histories.append(History(competitor=line.competitor, steps=tuple(steps)))
    return tuple(histories)


def _gained(before: Line | None, now: Line) -> int | None:
    if before is None or before.rank is None or now.rank is None:
        return None
    return before.rank - now.rank


def _winners(book: RaceBook, number: int, lines: Mapping[str, Line], of: Of) -> set[str]:
    """Who of the board was best on the stage, in each of its divisions and kinds of team."""
    ranks: dict[tuple[str, str], dict[str, int]] = {}
    for board in book.stage_boards(number):
        if bool(board.team_kind) != (of is Of.TEAM):
            continue
        for line in board.lines:
            if line.rank is not None and key_of(line.competitor) in lines:
                group = ranks.setdefault((line.division, board.team_kind), {})
                group[key_of(line.competitor)] = line.rank
    return {
        key
        for group in ranks.values()
        for key, rank in group.items()
        if rank == min(group.values())
    }
