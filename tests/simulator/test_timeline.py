"""When each record becomes known: for a demo that tells a race as it happens."""

from dataclasses import replace

import pytest

from tests.simulator.editions import LONG_NIGHT, PAIR, race, stage
from tests.simulator.reading import instant_of
from timing.core.document import Document
from timing.core.records import Passing, Record, Ruling
from timing.core.times import MINUTE, SECOND
from timing.simulator.faults import Faults
from timing.simulator.simulate import simulate
from timing.simulator.timeline import UndatedPassing, timeline

DEFINITION = race(stage(1, course=LONG_NIGHT, ascent_m=4000), stage(4), kinds=(PAIR,))


def edition(faults: Faults) -> Document:
    return simulate(DEFINITION, entries=80, teams=10, seed=3, faults=faults)


def test_every_record_is_told_once_and_in_order() -> None:
    document = edition(Faults(shuffled=True))
    told = timeline(document)
    instants = [instant for instant, _ in told]
    assert instants == sorted(instants)
    records = {record.id: record for _, record in told}
    expected: list[Record] = [*document.passings, *document.rulings]
    assert records == {record.id: record for record in expected}
    assert len(told) == len(records)


def test_a_ruling_is_known_when_it_is_made_and_a_passing_when_it_happens() -> None:
    document = edition(Faults.none())
    for instant, record in timeline(document):
        if isinstance(record, Ruling):
            assert instant == record.at
        if isinstance(record, Passing):
            assert instant == instant_of(document, record)


def test_a_late_record_is_known_when_it_is_received() -> None:
    document = edition(replace(Faults.none(), late=0.3))
    late = [(i, r) for i, r in timeline(document) if isinstance(r, Passing) and r.received]
    assert late
    for instant, record in late:
        assert instant == record.received
        assert instant - instant_of(document, record) >= 10 * MINUTE


def test_a_misread_bib_changes_nothing_about_its_moment() -> None:
    true = {r.id: i for i, r in timeline(edition(Faults.none()))}
    found = timeline(edition(replace(Faults.none(), mistyped=0.5, unread=0.5)))
    for instant, record in found:
        if isinstance(record, Passing):
            assert instant == true[record.id]


def test_nothing_is_decided_before_it_was_seen() -> None:
    told = timeline(edition(Faults.none()))
    last = max(i for i, r in told if isinstance(r, Passing) and r.stage == 1)
    first = min(i for i, r in told if isinstance(r, Passing) and r.stage == 4)
    assert last < first + SECOND


def test_a_passing_of_no_stage_cannot_be_dated() -> None:
    document = edition(Faults.none())
    typed = next(p for p in document.passings if p.bib)
    stray = replace(document, passings=(replace(typed, stage=9),))
    with pytest.raises(UndatedPassing, match="stage 9, which the race does not have"):
        timeline(stray)
