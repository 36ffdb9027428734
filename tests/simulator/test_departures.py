"""Starts of every mode, and the rulings that they rest on (Rules 3)."""

import statistics
from dataclasses import replace
from itertools import pairwise

from tests.simulator.editions import (
    BY_GENDER,
    CHASE,
    ELITE_LATER,
    FIRST_DAY,
    MASS,
    MIXED,
    PAIR,
    REVERSED,
    WINDOW,
    race,
    stage,
)
from tests.simulator.reading import by_runner, entry_of, instant_of
from timing.core.compute import compute
from timing.core.days import stage_day
from timing.core.definition import Basis, IntervalOrder, Race
from timing.core.document import Document
from timing.core.entries import bib_order
from timing.core.records import StartCorrection, StartList
from timing.core.times import (
    HOUR,
    MINUTE,
    SECOND,
    Instant,
    local_instants,
    parse_time_of_day,
    zone_named,
)
from timing.simulator.faults import Faults
from timing.simulator.simulate import simulate

ZONE = zone_named("Europe/Zurich")


def fault_free(definition: Race, entries: int = 80, teams: int = 0, seed: int = 1) -> Document:
    return simulate(definition, entries=entries, teams=teams, seed=seed, faults=Faults.none())


def clock(text: str, number: int = 1) -> Instant:
    """A time of day on the date of that stage."""
    return local_instants(stage(number).date, parse_time_of_day(text).ms, ZONE)[0]


def start_reads(document: Document, number: int) -> dict[str, Instant]:
    """When each bib crossed the start of a stage."""
    bibs = {e.id: e.bib for e in document.entries}
    return {
        bibs[entry_id]: instant_of(document, passings[0])
        for (entry_id, stage_number), passings in by_runner(document).items()
        if stage_number == number
    }


def issued(document: Document, number: int) -> dict[str, Instant]:
    """The one start list of a stage."""
    (posted,) = [r for r in document.rulings if isinstance(r, StartList) and r.stage == number]
    assert posted.at < min(t for _, t in posted.starts if isinstance(t, int))
    return {bib: at for bib, at in posted.starts if isinstance(at, int)}


def test_nobody_crosses_before_the_gun_and_all_within_the_tolerance() -> None:
    definition = race(*(stage(n) for n in range(1, 6)))
    document = fault_free(definition, entries=150)
    guns = {r.stage: r.to for r in document.rulings if isinstance(r, StartCorrection)}
    for number in range(1, 6):
        gun = guns.get(number, clock("08:00", number))
        assert isinstance(gun, int)
        reads = start_reads(document, number).values()
        assert gun < min(reads)
        assert max(reads) <= gun + definition.rules.start_tolerance + 2 * SECOND
        assert statistics.median(reads) < gun + MINUTE


def test_at_some_stages_the_gun_goes_a_few_seconds_late_and_is_ruled_so() -> None:
    document = fault_free(race(*(stage(n) for n in range(1, 21))), entries=5)
    late = [r for r in document.rulings if isinstance(r, StartCorrection)]
    assert 2 <= len(late) <= 12
    for ruling in late:
        assert isinstance(ruling.to, int)
        assert 0 < ruling.to - clock("08:00", ruling.stage) <= MINUTE
        assert ruling.to < ruling.at < ruling.to + MINUTE


def test_in_a_window_everyone_leaves_while_it_is_open_the_slow_ones_first() -> None:
    document = fault_free(race(stage(1, WINDOW)), entries=200)
    reads = start_reads(document, 1)
    assert clock("07:00") <= min(reads.values())
    assert max(reads.values()) <= clock("09:00")
    assert not [r for r in document.rulings if isinstance(r, StartList | StartCorrection)]
    seeded = [at for bib, at in reads.items() if int(bib) <= 10]
    assert statistics.median(seeded) > statistics.median(reads.values())


def test_allocated_starts_are_posted_and_the_slowest_of_the_standings_start_first() -> None:
    definition = race(stage(1), stage(2, REVERSED))
    document = fault_free(definition)
    starts = issued(document, 2)
    ranks = {
        getattr(line.competitor, "bib", ""): line.rank
        for line in compute(document).board("gc", after=1).lines
        if line.rank is not None
    }
    order = [ranks[bib] for bib in sorted(starts, key=starts.__getitem__) if bib in ranks]
    assert len(order) > 60
    assert order == sorted(order, reverse=True)
    times = sorted(starts.values())
    assert times[0] == clock("07:00", 2)
    assert {later - earlier for earlier, later in pairwise(times)} == {MINUTE}


def test_on_the_first_day_intervals_go_by_bib() -> None:
    for order in (IntervalOrder.BIBS, IntervalOrder.GC):
        document = fault_free(race(stage(1, replace(REVERSED, order=order))), entries=40)
        starts = issued(document, 1)
        posted = sorted(starts, key=starts.__getitem__)
        assert posted == sorted(posted, key=bib_order)


def test_everyone_crosses_a_moment_after_the_start_that_was_posted() -> None:
    document = fault_free(race(stage(1), stage(2, REVERSED)), entries=150)
    starts, reads = issued(document, 2), start_reads(document, 2)
    assert set(reads) == set(starts)
    delays = [reads[bib] - starts[bib] for bib in reads]
    assert min(delays) > 0
    assert statistics.median(delays) < 10 * SECOND


def test_in_a_chase_one_starts_by_the_gap_up_to_the_cap_and_the_rest_together() -> None:
    document = fault_free(race(stage(1), stage(2, CHASE)), entries=150)
    starts = issued(document, 2)
    lines = compute(document).board("gc", after=1).lines
    checked = 0
    for line in lines:
        bib = getattr(line.competitor, "bib", "")
        if line.rank is None or line.gap is None or bib not in starts:
            continue
        expected = clock("07:00", 2) + line.gap if line.gap <= HOUR else clock("08:15", 2)
        assert starts[bib] == expected
        checked += 1
    assert checked > 100
    assert list(starts.values()).count(clock("08:15", 2)) > 10


def test_a_wave_by_rank_is_posted_and_the_elite_start_later() -> None:
    document = fault_free(race(stage(1), stage(2, ELITE_LATER)), entries=100)
    starts = issued(document, 2)
    lines = compute(document).board("gc", after=1).lines
    first_ten = {getattr(x.competitor, "bib", "") for x in lines if x.rank and x.rank <= 10}
    elite = {bib for bib, at in starts.items() if at == clock("10:00", 2)}
    assert elite == first_ten & set(starts)
    assert {at for bib, at in starts.items() if bib not in elite} == {clock("07:00", 2)}


def test_ranks_are_those_of_a_board_that_leaves_teams_out() -> None:
    definition = race(stage(1), stage(2, ELITE_LATER), kinds=(MIXED,))
    alone = tuple(replace(c, teams_excluded=True) for c in definition.classifications)
    document = fault_free(replace(definition, classifications=alone), 100, teams=30)
    elite = [bib for bib, at in issued(document, 2).items() if at == clock("10:00", 2)]
    assert 8 <= len(elite) <= 10
    assert not any(entry_of(document, bib).team for bib in elite)


def test_waves_that_are_plain_to_compute_are_not_posted() -> None:
    document = fault_free(race(stage(1, BY_GENDER)), entries=100)
    assert not [r for r in document.rulings if isinstance(r, StartList)]
    for bib, at in start_reads(document, 1).items():
        gun = clock("07:00") if entry_of(document, bib).gender == "F" else clock("07:30")
        assert gun < at < gun + 12 * MINUTE


def test_a_late_gun_of_a_wave_names_the_wave() -> None:
    document = fault_free(race(*(stage(n, BY_GENDER) for n in range(1, 11))), entries=10)
    late = [r for r in document.rulings if isinstance(r, StartCorrection)]
    assert {r.wave for r in late} == {"women", "men"}


def test_partners_start_together_unless_waves_part_them() -> None:
    document = fault_free(race(stage(1), stage(2, REVERSED), kinds=(PAIR,)), 100, teams=30)
    starts, reads = issued(document, 2), start_reads(document, 2)
    together = 0
    for team in document.teams:
        bibs = [e.bib for e in document.entries if e.team == team.code and e.bib in starts]
        assert len({starts[bib] for bib in bibs}) <= 1
        if len(bibs) == 2:
            together += 1
            assert abs(reads[bibs[0]] - reads[bibs[1]]) < 5 * SECOND
    assert together > 20
    parted = fault_free(race(stage(1, BY_GENDER), kinds=(MIXED,)), 40, teams=20)
    reads = start_reads(parted, 1)
    for team in parted.teams:
        present = [e for e in parted.entries if e.team == team.code and e.bib in reads]
        for entry in present:
            gun = clock("07:00") if entry.gender == "F" else clock("07:30")
            assert gun < reads[entry.bib] < gun + 12 * MINUTE


def test_a_mass_start_with_own_clocks_needs_no_ruling_about_the_gun() -> None:
    own = replace(MASS, basis=Basis.OWN)
    document = fault_free(race(*(stage(n, own) for n in range(1, 11))), entries=10)
    assert not [r for r in document.rulings if isinstance(r, StartCorrection)]


def test_the_start_list_of_the_first_day_is_posted_the_evening_before() -> None:
    document = fault_free(race(stage(1, REVERSED)), entries=10)
    (posted,) = [r for r in document.rulings if isinstance(r, StartList)]
    midnight = stage_day(FIRST_DAY, ZONE).midnight
    assert midnight - 6 * HOUR < posted.at < midnight
