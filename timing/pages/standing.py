"""How the race stands, in one or two sentences composed by rule from the standings."""

from __future__ import annotations

from collections.abc import Sequence

from timing.core.book import RaceBook
from timing.core.definition import Measure, Of, StageKind
from timing.core.results import Board, Line
from timing.core.road import RoadLine
from timing.core.statuses import StageStatus
from timing.pages import figures, words
from timing.pages.marks import competitor_key, name_of
from timing.pages.running import Running
from timing.pages.words import sentence


def standing_before(book: RaceBook) -> str:
    """The race has not begun: when it does."""
    stage = next((s for s in book.race.stages if s.kind is not StageKind.REST), None)
    if stage is None:
        return ""
    day = words.long_day(stage.date)
    if stage.name:
        return sentence("before-named", day=day, stage=stage.number, name=stage.name)
    return sentence("before", day=day, stage=stage.number)


def standing_after(book: RaceBook, board: Board) -> str:
    """A settled board: who leads, from whom, by how much, and who won the stage."""
    ranked = [line for line in board.lines if line.rank is not None]
    if board.after == 0:
        return standing_before(book)
    if not ranked:
        return sentence("nothing-ranked")
    text = _leads(book, board, ranked)
    winner = _stage_winner(book, board)
    return f"{text} {winner}" if winner else text


def _leads(book: RaceBook, board: Board, ranked: Sequence[Line]) -> str:
    leader, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    name = name_of(leader.competitor)
    stage = board.after
    is_last = stage >= _last_stage(book)
    if board.measure in (Measure.POINTS, Measure.PLACES):
        points = figures.count(leader.points or 0)
        key = "final-points" if is_last else "after-points"
        return sentence(key, leader=name, points=points, stage=stage)
    precision = book.race.rules.precision
    time = figures.time(leader.time or 0, precision)
    if second is None:
        key = "final-alone" if is_last else "after-leads-alone"
        return sentence(key, leader=name, time=time, stage=stage)
    other = name_of(second.competitor)
    if second.rank == leader.rank:
        key = "final-shared" if is_last else "after-shared"
        return sentence(key, leader=name, second=other, time=time, stage=stage)
    gap = figures.short(second.gap or 0, precision)
    if is_last:
        return sentence("final", leader=name, second=other, time=time, gap=gap)
    loser = _previous_leader(book, board)
    if loser is None:
        return sentence("after-leads", leader=name, second=other, gap=gap, stage=stage)
    if competitor_key(loser.competitor) == competitor_key(leader.competitor):
        return sentence("after-keeps", leader=name, second=other, gap=gap, stage=stage)
    lost = name_of(loser.competitor)
    if competitor_key(loser.competitor) == competitor_key(second.competitor):
        return sentence("after-takes-second", leader=name, loser=lost, gap=gap, stage=stage)
    return sentence("after-takes", leader=name, loser=lost, second=other, gap=gap, stage=stage)


def _last_stage(book: RaceBook) -> int:
    return max((s.number for s in book.race.stages if s.kind is not StageKind.REST), default=0)


def _previous_leader(book: RaceBook, board: Board) -> Line | None:
    earlier = [
        s.number
        for s in book.race.stages
        if s.number < board.after and s.kind is not StageKind.REST
    ]
    if not earlier:
        return None
    lines = book.board(board.code, earlier[-1]).lines
    leaders = [line for line in lines if line.rank == 1]
    return leaders[0] if len(leaders) == 1 else None


def _stage_winner(book: RaceBook, board: Board) -> str:
    """Who of the board won the stage; nothing where a category or teams make it another race."""
    classification = board.classification
    if classification.of is Of.TEAM or classification.category:
        return ""
    winners = [
        line
        for stage_board in book.stage_boards(board.after)
        if not stage_board.team_kind and classification.division in ("", stage_board.division)
        for line in stage_board.lines
        if line.rank == 1 and line.time is not None
    ]
    if len(winners) != 1 or winners[0].time is None:
        return ""
    time = figures.time(winners[0].time, book.race.rules.precision)
    winner = winners[0].competitor
    if competitor_key(winner) == competitor_key(board.lines[0].competitor):
        return sentence("stage-won-too", time=time)
    return sentence("stage-won", name=name_of(winner), time=time)


def standing_on_road(book: RaceBook, lines: Sequence[RoadLine], now: Running) -> str:
    """A running stage: who leads on the road, and the fastest of the day so far."""
    ranked = [line for line in lines if line.rank is not None]
    if not ranked:
        return sentence("nothing-ranked")
    text = _road_leads(book, ranked, now)
    best = _day_best(book, ranked)
    return f"{text} {best}" if best else text


def _road_leads(book: RaceBook, ranked: Sequence[RoadLine], now: Running) -> str:
    leader, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    name = name_of(leader.line.competitor)
    stage = now.stage.number
    seen = any(_is_under_way(line) for line in ranked)
    level = sum(line.rank == 1 for line in ranked)
    if second is None:
        return sentence("road-alone" if seen else "road-starts-alone", leader=name, stage=stage)
    other = name_of(second.line.competitor)
    gap = figures.short(second.gap or 0, book.race.rules.precision)
    if not seen:
        if not now.closed:
            return sentence("road-starts-level", stage=stage)
        if level > 1:
            return sentence("road-starts-tied", number=level, stage=stage)
        return sentence("road-starts", leader=name, second=other, gap=gap, stage=stage)
    if level > 1:
        return sentence("road-level", leader=name, second=other)
    loser = next((line for line in ranked if line.line.rank == 1), None)
    if loser is not None and loser is not leader and now.closed:
        lost = name_of(loser.line.competitor)
        lead = figures.short(loser.gap or 0, book.race.rules.precision)
        return sentence("road-takes", leader=name, loser=lost, gap=lead)
    return sentence("road-keeps", leader=name, second=other, gap=gap)


def _is_under_way(line: RoadLine) -> bool:
    return line.split is not None and line.split.distance_m > 0


def _day_best(book: RaceBook, ranked: Sequence[RoadLine]) -> str:
    finished = [
        line.stage
        for line in ranked
        if line.stage is not None
        and line.stage.status is StageStatus.FINISHED
        and line.stage.time is not None
    ]
    if not finished:
        return ""
    best = min(finished, key=lambda line: line.time or 0)
    time = figures.time(best.time or 0, book.race.rules.precision)
    if competitor_key(best.competitor) == competitor_key(ranked[0].line.competitor):
        return sentence("day-best-too", time=time)
    return sentence("day-best", name=name_of(best.competitor), time=time)
