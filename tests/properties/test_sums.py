"""Printed columns add up, and explanations add up to what they explain (Rules 1.4, 9.2)."""

from __future__ import annotations

from hypothesis import given, settings

from tests.properties.races import documents
from timing.core.boards import covered_stages
from timing.core.book import RaceBook
from timing.core.compute import compute
from timing.core.definition import Measure, Of, RoundAt, Rules
from timing.core.document import Document
from timing.core.entries import Entry
from timing.core.explain import TotalExplanation, explain
from timing.core.reasons import Because
from timing.core.results import Line
from timing.core.statuses import StageStatus
from timing.core.times import round_to


def _solo_lines(book: RaceBook) -> list[tuple[list[int], Line]]:
    return [
        ([n for n in covered_stages(book.race, c) if n <= after], line)
        for c in book.race.classifications
        if c.of is Of.SOLO and c.measure is Measure.TIME
        for after in book.stages
        for line in book.board(c.code, after).lines
        if line.rank is not None
    ]


@settings(max_examples=40)
@given(documents())
def test_stage_times_and_columns_add_up_to_the_printed_total(document: Document) -> None:
    book = compute(document)
    rules = document.race.rules
    for stages, line in _solo_lines(book):
        assert isinstance(line.competitor, Entry)
        rows = [book.stage_line(n, line.competitor.id) for n in stages]
        raws = [r.raw_time or 0 for r in rows if r is not None]
        assert len(raws) == len(stages)
        if rules.round_at is RoundAt.STAGE:
            rounded = sum(round_to(raw, rules.precision, rules.rounding) for raw in raws)
        else:
            rounded = round_to(sum(raws), rules.precision, rules.rounding)
        assert line.time == rounded + line.penalty - line.credit - line.bonus
        assert line.penalty == sum(r.penalty for r in rows if r is not None)
        assert line.credit == sum(r.credit for r in rows if r is not None)
        assert line.bonus == sum(r.bonus for r in rows if r is not None)


@settings(max_examples=40)
@given(documents())
def test_explanations_add_up_to_every_figure(document: Document) -> None:
    book = compute(document)
    for number in (None, *book.stages):
        for entry in book.entries(number):
            explanation = explain(book, entry.id, number)
            for stage in (*explanation.stages, *explanation.team_stages):
                if stage.line is not None and stage.line.time is not None:
                    assert sum(r.adds or 0 for r in stage.reasons) == stage.line.time
            for total in explanation.totals:
                if total.line.time is not None and total.line.points is None:
                    assert sum(r.adds or 0 for r in total.reasons) == total.line.time
                    assert _rounding(total) < _most_rounding(document.race.rules)


def _rounding(total: TotalExplanation) -> int:
    return sum(abs(r.adds or 0) for r in total.reasons if r.because is Because.ROUNDING_OF_TOTAL)


def _most_rounding(rules: Rules) -> int:
    """Rounding explains less than the precision, and nothing where stages are rounded."""
    return rules.precision if rules.round_at is RoundAt.TOTAL else 1


@settings(max_examples=25)
@given(documents())
def test_explanations_name_every_record_that_counts(document: Document) -> None:
    book = compute(document)
    for number in book.stages:
        for entry in book.entries(number):
            line = book.stage_line(number, entry.id)
            if line is None or line.status is StageStatus.NEUTRALISED:
                continue
            explanation = explain(book, entry.id, number)
            named = {r for s in explanation.stages for why in s.reasons for r in why.records}
            assert {s.record for s in book.splits(number, entry.id)} <= named
            assert {u.record for u in book.unused(number, entry.id)} <= named
