"""Ranks, gaps and what a penalty does to them (Rules 9)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.races import LEG, at_local, documents
from timing.core.book import RaceBook
from timing.core.compute import compute
from timing.core.definition import EqualRank, Measure, Of, Scope, TeamTimeKind
from timing.core.document import Document
from timing.core.entries import Entry
from timing.core.records import Penalty
from timing.core.results import Board, Line
from timing.core.statuses import RaceStatus, StageStatus
from timing.core.times import DAY, MINUTE, SECOND


def _boards(book: RaceBook, measure: Measure | None = None) -> list[Board]:
    return [
        book.board(c.code, after)
        for c in book.race.classifications
        for after in book.stages
        if measure in (None, c.measure)
    ]


def _ranked(board: Board) -> list[Line]:
    return [line for line in board.lines if line.rank is not None]


@settings(max_examples=30)
@given(documents())
def test_a_rank_is_one_plus_the_number_better(document: Document) -> None:
    book = compute(document)
    for board in _boards(book):
        ranks = [line.rank or 0 for line in _ranked(board)]
        if document.race.rules.equal_rank is EqualRank.CONSECUTIVE:
            assert ranks == list(range(1, len(ranks) + 1))
        else:
            assert ranks == [1 + sum(1 for other in ranks if other < rank) for rank in ranks]
        assert sorted(ranks) == ranks


@settings(max_examples=30)
@given(documents())
def test_the_ranked_stand_first_and_by_their_measure(document: Document) -> None:
    for board in _boards(compute(document)):
        has_rank = [line.rank is not None for line in board.lines]
        assert has_rank == sorted(has_rank, reverse=True)
        for ahead, behind in pairwise(_ranked(board)):
            if board.measure is Measure.POINTS:
                assert (ahead.points or 0) >= (behind.points or 0)
            elif board.measure is Measure.TIME:
                assert ahead.time is not None
                assert behind.time is not None
                assert ahead.time <= behind.time
                assert ahead.time == behind.time or (ahead.rank or 0) < (behind.rank or 0)


@settings(max_examples=30)
@given(documents())
def test_a_tie_is_named_only_between_equal_times(document: Document) -> None:
    for board in _boards(compute(document), Measure.TIME):
        times = [line.time for line in _ranked(board)]
        for line in _ranked(board):
            if line.tie is not None:
                assert times.count(line.time) > 1


@settings(max_examples=30)
@given(documents())
def test_only_who_has_a_result_in_every_stage_is_ranked_by_time(document: Document) -> None:
    for board in _boards(compute(document), Measure.TIME):
        ranked = _ranked(board)
        assert len({line.stages for line in ranked}) <= 1
        most = max((line.stages for line in board.lines), default=0)
        assert all(line.stages == most for line in ranked)
        for line in ranked:
            assert line.status in (RaceStatus.RACING, RaceStatus.FINISHED)
            assert line.time is not None


@settings(max_examples=30)
@given(documents())
def test_gaps_and_intervals_follow_from_the_times(document: Document) -> None:
    for board in _boards(compute(document), Measure.TIME):
        ranked = _ranked(board)
        ahead = ranked[0].time if ranked else None
        for line in ranked:
            assert line.time is not None
            assert line.gap == line.time - (ranked[0].time or 0)
            assert line.interval == line.time - (ahead or 0)
            ahead = line.time
        assert all(line.gap is None for line in board.lines if line.rank is None)


@settings(max_examples=40)
@given(st.data())
def test_a_penalty_never_improves_a_rank(data: st.DataObject) -> None:
    """Starts that were issued stand (Rules 3.6): none here is taken from ranks."""
    document = data.draw(documents(by_rank=False))
    bib = data.draw(st.sampled_from([e.bib for e in document.entries]))
    penalty = Penalty(
        id="the-penalty",
        by="jury",
        at=at_local(document.race.starts_on, 6 * DAY),
        stage=data.draw(st.sampled_from([s.number for s in document.race.stages])),
        time=data.draw(st.sampled_from((0, 400, SECOND, MINUTE, 3 * MINUTE, *LEG))),
        bibs=(bib,),
        scope=data.draw(st.sampled_from(tuple(Scope))),
    )
    book = compute(document)
    after = compute(replace(document, rulings=(*document.rulings, penalty)))
    found = book.entry_wearing(bib, penalty.stage)
    if found is None:
        return
    for was, now in zip(_boards(book), _boards(after), strict=True):
        if was.measure in (Measure.STAGES, Measure.SEGMENTS):
            continue
        old = _rank_of(was, found)
        new = _rank_of(now, found)
        assert old is None or new is None or new >= old, (was.code, was.after, old, new)
        if was.classification.of is Of.SOLO and was.measure is Measure.TIME:
            assert (old is None) == (new is None)
    for number in book.stages:
        was_line, line = (b.stage_line(number, found.id) for b in (book, after))
        if was_line is not None and was_line.rank is not None:
            assert line is not None
            assert line.rank is not None
            assert line.rank >= was_line.rank


def _rank_of(board: Board, entry: Entry) -> int | None:
    keys = {entry.id, entry.team}
    for line in board.lines:
        competitor = line.competitor
        if (competitor.id if isinstance(competitor, Entry) else competitor.code) in keys:
            return line.rank
    return None


@settings(max_examples=30)
@given(documents())
def test_whoever_is_ranked_on_a_stage_finished_it(document: Document) -> None:
    book = compute(document)
    for number in book.stages:
        for board in book.stage_boards(number):
            for line in board.lines:
                if line.rank is not None:
                    assert line.status is StageStatus.FINISHED
                if line.status in (StageStatus.DNS, StageStatus.DNF, StageStatus.DSQ):
                    assert line.time is None


@settings(max_examples=30)
@given(documents())
def test_a_team_is_never_faster_than_its_last_member(document: Document) -> None:
    kind = document.race.team_kinds[0]
    if kind.time.kind is not TeamTimeKind.LAST:
        return
    book = compute(document)
    for number in book.stages:
        for team in document.teams:
            line = book.team_stage_line(number, team.code)
            if line is None or line.time is None or line.status is not StageStatus.FINISHED:
                continue
            own = [book.stage_line(number, m.id) for m in book.members(team.code, number)]
            times = [o.time for o in own if o is not None]
            assert None not in times
            given_to_team = book.stage_book(number).teams.rows[team.code]
            slowest = max(t for t in times if t is not None)
            assert line.time >= slowest + given_to_team.adjustment.on_stage
