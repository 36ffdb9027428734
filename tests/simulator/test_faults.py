"""Each fault does what it says, as often as it says, and nothing else."""

from collections import Counter
from dataclasses import fields, replace
from itertools import pairwise

import pytest

from tests.simulator.editions import LONG_NIGHT, PAIR, WINDOW, race, stage
from tests.simulator.reading import instant_of
from timing.core.compute import compute
from timing.core.definition import Race, Source
from timing.core.document import Document
from timing.core.problems import ProblemCode
from timing.core.records import Assign, Passing
from timing.core.times import HOUR, MINUTE, SECOND, TimeOfDay
from timing.simulator.faults import BadShare, Faults
from timing.simulator.simulate import simulate

DAYS = race(stage(1), stage(2), stage(3), kinds=(PAIR,))
NONE = Faults.none()


def run(faults: Faults, definition: Race = DAYS, entries: int = 250) -> Document:
    teams = 30 if definition.team_kinds else 0
    return simulate(definition, entries=entries, teams=teams, seed=7, faults=faults)


def by_id(document: Document) -> dict[str, Passing]:
    return {p.id: p for p in document.passings}


TRUE = run(NONE)
TRULY = by_id(TRUE)


def test_a_share_is_between_nought_and_one() -> None:
    with pytest.raises(BadShare, match=r"missed is a share from 0 to 1, not 1\.5"):
        Faults(missed=1.5)
    with pytest.raises(BadShare, match="late"):
        Faults(late=-0.1)
    assert Faults(doubled=1.0).doubled == 1


def test_no_faults_means_none_of_any_kind() -> None:
    for field in fields(Faults):
        if field.name != "corrected":
            assert getattr(NONE, field.name) == 0
    assert not [r for r in TRUE.rulings if isinstance(r, Assign)]
    assert {p.received for p in TRUE.passings} == {None}
    assert {p.offset_ms for p in TRUE.passings} == {None}


KINDS = {
    "usual": Faults(),
    "missed": replace(NONE, missed=0.3),
    "doubled": replace(NONE, doubled=0.5),
    "mistyped": replace(NONE, mistyped=0.5),
    "unread": replace(NONE, unread=0.5),
    "unset clocks": replace(NONE, unset_clocks=1),
    "drifting clocks": replace(NONE, drifting_clocks=1),
    "late": replace(NONE, late=0.5),
    "shuffled": replace(NONE, shuffled=True),
}


@pytest.mark.parametrize("faults", KINDS.values(), ids=KINDS)
def test_faults_change_records_and_never_the_field_or_what_was_decided(faults: Faults) -> None:
    document = run(faults)
    assert document.entries == TRUE.entries
    assert document.teams == TRUE.teams
    decided = tuple(r for r in document.rulings if not isinstance(r, Assign))
    assert decided == TRUE.rulings
    untouched = TRULY.keys() & by_id(document).keys()
    assert len(untouched) > 0.6 * len(TRUE.passings)


def test_missed_reads_are_missing_and_nothing_else_changes() -> None:
    known = by_id(run(replace(NONE, missed=0.2)))
    missing = [p for p in TRULY.values() if p.id not in known]
    assert 0.18 < len(missing) / len(TRULY) < 0.22
    assert all(known[p.id] == p for p in TRULY.values() if p.id in known)


def test_a_missed_finish_is_on_the_line_crews_paper_within_the_second() -> None:
    document = run(replace(NONE, missed=0.2))
    known = by_id(document)
    backups = [p for p in document.passings if p.source is Source.LINE_CREW]
    missed = [p for p in TRUE.passings if p.control == "FINISH" and p.id not in known]
    assert len(backups) == len(missed) > 50
    assert {p.control for p in backups} == {"FINISH"}
    bib_of = {chip: e.bib for e in document.entries for chip in e.chips}
    true = {(p.stage, bib_of[p.chip]): instant_of(TRUE, p) for p in missed}
    for paper in backups:
        instant = instant_of(document, paper)
        assert abs(instant - true[paper.stage, paper.bib]) <= SECOND
        assert paper.received is not None
        assert 10 * MINUTE < paper.received - instant < HOUR


def test_where_own_clocks_run_a_missed_start_is_on_paper_too() -> None:
    document = run(replace(NONE, missed=0.2), race(stage(1, WINDOW)))
    controls = {p.control for p in document.passings if p.source is Source.LINE_CREW}
    assert controls == {"START", "FINISH"}
    starts = [p for p in document.passings if p.control == "START"]
    started = {p.bib or p.chip for p in starts}
    assert len(starts) == len(started) > 200


def test_a_double_read_is_one_more_at_the_same_control_within_a_minute() -> None:
    document = run(replace(NONE, doubled=0.1))
    known = by_id(document)
    assert all(known[p.id] == p for p in TRULY.values())
    more = [p for p in document.passings if p.id not in TRULY]
    assert 0.09 < len(more) / len(TRULY) < 0.11
    first = {(p.stage, p.control, p.bib, p.chip): instant_of(TRUE, p) for p in TRULY.values()}
    for again in more:
        apart = (
            instant_of(document, again) - first[again.stage, again.control, again.bib, again.chip]
        )
        assert SECOND <= (-apart if again.control == "START" else apart) <= MINUTE


def test_a_mistyped_bib_is_two_digits_swapped_or_one_key_beside() -> None:
    wrong = {
        p.id: (p.bib, TRULY[p.id].bib)
        for p in run(replace(NONE, mistyped=0.2)).passings
        if p.bib != TRULY[p.id].bib
    }
    typed = [p for p in TRUE.passings if p.bib]
    assert 0.18 < len(wrong) / len(typed) < 0.22
    for got, bib in wrong.values():
        assert got.isdecimal()
        differing = [n for n in range(len(bib)) if got[n] != bib[n]]
        assert len(got) == len(bib)
        if len(differing) == 2:
            assert sorted(got) == sorted(bib)
            assert differing[1] - differing[0] == 1
        else:
            assert len(differing) == 1


def test_an_unread_digit_is_a_star() -> None:
    document = run(replace(NONE, unread=0.2))
    starred = [p for p in document.passings if "*" in p.bib]
    typed = [p for p in TRUE.passings if p.bib]
    assert 0.18 < len(starred) / len(typed) < 0.22
    for passing in starred:
        bib = TRULY[passing.id].bib
        assert passing.bib.count("*") == 1
        assert all(a in (b, "*") for a, b in zip(passing.bib, bib, strict=True))


def test_the_director_corrects_as_many_bibs_as_said_and_each_rightly() -> None:
    document = run(replace(NONE, mistyped=0.1, unread=0.1, corrected=0.5))
    wrong = {p.id for p in document.passings if p.bib != TRULY[p.id].bib}
    assigned = {r.record: r for r in document.rulings if isinstance(r, Assign)}
    assert assigned.keys() <= wrong
    assert 0.43 < len(assigned) / len(wrong) < 0.57
    known = by_id(document)
    for record, ruling in assigned.items():
        assert ruling.bib == TRULY[record].bib
        assert ruling.at > instant_of(document, known[record])


def test_with_every_bib_corrected_the_result_is_the_true_one() -> None:
    document = run(replace(NONE, mistyped=0.2, unread=0.2, doubled=0.2, corrected=1))
    assert _times(document) == _times(TRUE)


def test_with_no_bib_corrected_the_engine_lists_what_it_could_not_place() -> None:
    codes = Counter(p.code for p in compute(run(replace(NONE, unread=0.1, corrected=0))).problems())
    assert codes[ProblemCode.UNREAD_BIB] > 100
    mistyped = compute(run(replace(NONE, mistyped=0.1, corrected=0))).problems()
    assert ProblemCode.UNKNOWN_BIB in {p.code for p in mistyped}


def test_an_unset_clock_is_measured_so_that_times_are_right() -> None:
    document = run(replace(NONE, unset_clocks=0.5))
    off: dict[str, set[int]] = {}
    for passing in document.passings:
        true = TRULY[passing.id]
        assert instant_of(document, passing) == instant_of(TRUE, true)
        if passing.offset_ms is not None:
            assert passing.device_time is not None
            assert isinstance(passing.time, int)
            assert passing.device_time + passing.offset_ms == passing.time
            off.setdefault(passing.device, set()).add(passing.offset_ms)
    devices = {p.device for p in document.passings}
    assert 0.2 * len(devices) < len(off) < 0.8 * len(devices)
    for offsets in off.values():
        (offset,) = offsets
        assert abs(offset) >= 4 * SECOND
    assert _times(document) == _times(TRUE)


def test_a_drifting_clock_is_a_little_off_and_says_nothing() -> None:
    document = run(replace(NONE, drifting_clocks=1))
    errors = [instant_of(document, p) - instant_of(TRUE, TRULY[p.id]) for p in document.passings]
    assert any(errors)
    assert max(map(abs, errors)) < 5 * SECOND
    assert {p.offset_ms for p in document.passings} == {None}


def test_a_late_record_is_the_same_and_received_hours_later() -> None:
    document = run(replace(NONE, late=0.3))
    late = [p for p in document.passings if p.received is not None]
    assert 0.27 < len(late) / len(document.passings) < 0.33
    for passing in late:
        assert replace(passing, received=None) == TRULY[passing.id]
        assert passing.received is not None
        delay = passing.received - instant_of(document, passing)
        assert 10 * MINUTE <= delay <= 11 * HOUR


def test_passings_are_in_the_order_of_their_times_unless_shuffled() -> None:
    instants = [instant_of(TRUE, p) for p in TRUE.passings]
    # A typed time may be up to a second before the true one that orders it.
    assert all(before - after < SECOND for before, after in pairwise(instants))
    shuffled = run(replace(NONE, shuffled=True))
    assert shuffled.passings != TRUE.passings
    assert sorted(shuffled.passings, key=lambda p: p.id) == sorted(
        TRUE.passings, key=lambda p: p.id
    )


def test_the_order_of_delivery_changes_no_result() -> None:
    everything = Faults()
    assert _times(run(replace(everything, shuffled=True))) == _times(run(everything))


def test_a_bib_that_was_misread_on_a_second_day_keeps_its_day() -> None:
    definition = race(stage(1, course=LONG_NIGHT, ascent_m=4000))
    document = run(replace(NONE, mistyped=0.5, corrected=1), definition, 60)
    assert any(isinstance(p.time, TimeOfDay) and p.time.day for p in document.passings)
    assert _times(document) == _times(run(NONE, definition, 60))


def _times(document: Document) -> list[tuple[object, ...]]:
    """Everybody's line in the standings."""
    return [
        (line.competitor, line.rank, line.status, line.time, line.stages)
        for line in compute(document).board("gc").lines
    ]
