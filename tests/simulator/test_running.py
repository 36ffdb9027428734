"""What the field does: along the course, in order, together, tiring, until the end or not."""

import statistics
from dataclasses import replace
from datetime import date

import pytest

from tests.simulator.editions import (
    LONG_NIGHT,
    MASS,
    PAIR,
    RELAY,
    SHORTENED,
    controls,
    race,
    stage,
)
from tests.simulator.reading import by_runner, entry_of, instant_of, stage_time, statuses
from timing.core.courses import course_of
from timing.core.days import stage_day
from timing.core.definition import (
    Apply,
    Control,
    Cutoff,
    CutoffRules,
    Division,
    Outcome,
    OutcomeKind,
    Race,
    Source,
    Stage,
    StageKind,
)
from timing.core.document import Document
from timing.core.records import Credit, Observation, Penalty, Status
from timing.core.times import HOUR, MINUTE, SECOND, TimeOfDay, parse_time_of_day, zone_named
from timing.simulator.faults import Faults
from timing.simulator.simulate import simulate


def fault_free(definition: Race, entries: int = 80, teams: int = 0, seed: int = 1) -> Document:
    return simulate(definition, entries=entries, teams=teams, seed=seed, faults=Faults.none())


def median_time(definition: Race) -> float:
    """The median time of those who finish its only stage."""
    document = fault_free(definition)
    finish = definition.stages[0].controls[-1].code
    times = [
        stage_time(document, passings)
        for passings in by_runner(document).values()
        if passings[-1].control == finish
    ]
    return statistics.median(times)


def test_every_passing_is_at_a_control_of_its_stage() -> None:
    definition = race(stage(1), stage(2, course=LONG_NIGHT))
    codes = {
        s.number: set(course_of(s, "full").index) for s in definition.stages
    }  # fmt: skip
    for passing in fault_free(definition).passings:
        assert passing.control in codes[passing.stage]


def test_times_increase_along_the_course() -> None:
    document = fault_free(race(stage(1, course=LONG_NIGHT, ascent_m=4000)))
    for passings in by_runner(document).values():
        instants = [instant_of(document, p) for p in passings]
        assert instants == sorted(instants)
        assert len(set(instants)) == len(instants)


def test_a_finisher_has_exactly_one_passing_at_every_control() -> None:
    definition = race(stage(1), stage(2, course=controls(40, in_out=True)))
    document = fault_free(definition)
    finishers = 0
    for (_, number), passings in by_runner(document).items():
        course = course_of(definition.stages[number - 1], "full")
        codes = [p.code for p in course.points]
        if passings[-1].control == "FINISH":
            finishers += 1
            assert [p.control for p in passings] == codes
        else:
            assert [p.control for p in passings] == codes[: len(passings)]
    assert finishers > 120


def test_chips_are_read_at_start_and_finish_and_people_type_elsewhere() -> None:
    for passing in fault_free(race()).passings:
        if passing.control in ("START", "FINISH"):
            assert passing.source is Source.CHIP
            assert isinstance(passing.time, int)
            assert (passing.bib, passing.chip != "") == ("", True)
        else:
            assert passing.source is Source.CHECKPOINT
            assert isinstance(passing.time, TimeOfDay)
            assert passing.time.ms % SECOND == 0
            assert passing.time.day is None
            assert (passing.bib != "", passing.chip) == (True, "")


def test_an_unmanned_control_reads_chips_and_an_official_source_is_kept() -> None:
    course = (
        Control(code="START", distance_m=0),
        Control(code="PUNCH", distance_m=9000, manned=False),
        Control(code="RADIO", distance_m=15000, source=Source.RADIO),
        Control(code="FINISH", distance_m=20000, source=Source.LINE_CREW),
    )
    sources = {p.control: p.source for p in fault_free(race(stage(1, course=course))).passings}
    assert sources == {
        "START": Source.CHIP,
        "PUNCH": Source.CHIP,
        "RADIO": Source.RADIO,
        "FINISH": Source.LINE_CREW,
    }


def test_devices_are_named_after_stage_and_control_and_shared_by_in_and_out() -> None:
    document = fault_free(race(stage(1, course=controls(between=1, in_out=True))))
    assert {p.control: p.device for p in document.passings} == {
        "START": "reader-1-start",
        "CP1.in": "phone-1-cp1",
        "CP1.out": "phone-1-cp1",
        "FINISH": "reader-1-finish",
    }


def test_the_second_day_of_a_stage_is_written_beside_the_time() -> None:
    document = fault_free(race(stage(1, course=LONG_NIGHT, ascent_m=4000)))
    typed = [p for p in document.passings if isinstance(p.time, TimeOfDay)]
    assert any(p.time.day is None for p in typed if isinstance(p.time, TimeOfDay))
    assert any(p.time.day == 1 for p in typed if isinstance(p.time, TimeOfDay))


@pytest.mark.parametrize("day", [date(2026, 10, 24), date(2026, 3, 28)], ids=["back", "forward"])
def test_a_night_in_which_the_clock_changes_leaves_no_time_ambiguous(day: date) -> None:
    night = replace(stage(1, course=LONG_NIGHT, ascent_m=4000), date=day)
    definition = race(night, starts_on=day)
    document = fault_free(definition)
    local = stage_day(day, zone_named(definition.timezone))
    for passings in by_runner(document).values():
        instants = [instant_of(document, p) for p in passings]
        assert instants == sorted(instants)
    for passing in document.passings:
        if isinstance(passing.time, TimeOfDay):
            instant = instant_of(document, passing)
            assert not local.is_ambiguous(instant, passing.time.ms)


def test_a_climb_costs_time() -> None:
    assert median_time(race(stage(1, ascent_m=2500))) > 1.2 * median_time(
        race(stage(1, ascent_m=0))
    )


def test_ascents_of_controls_say_where_the_climb_is() -> None:
    def legs(heights: tuple[int, int, int]) -> tuple[float, float]:
        course = tuple(
            Control(code=code, distance_m=10_000 * n, ascent_m=metres)
            for n, (code, metres) in enumerate(
                zip(("START", "TOP", "FINISH"), heights, strict=True)
            )
        )
        document = fault_free(race(stage(1, course=course)))
        first, second = [], []
        for passings in by_runner(document).values():
            at = [instant_of(document, p) for p in passings]
            if len(at) == 3:
                first.append(at[1] - at[0])
                second.append(at[2] - at[1])
        return statistics.median(first), statistics.median(second)

    first_up, then_level = legs((0, 1000, 1000))
    first_level, then_up = legs((0, 0, 1000))
    assert first_up > 1.7 * first_level
    assert then_up > 1.7 * then_level


def test_the_dark_slows() -> None:
    at_night = replace(MASS, at=parse_time_of_day("21:00"))
    assert median_time(race(stage(1, at_night))) > 1.05 * median_time(race(stage(1, MASS)))


def test_twice_the_distance_takes_more_than_twice_the_time() -> None:
    short = race(stage(1, course=controls(40), ascent_m=0))
    long = race(stage(1, replace(MASS, at=parse_time_of_day("01:00")), course=controls(80),
                      ascent_m=0))  # fmt: skip
    assert median_time(long) > 2.02 * median_time(short)


def test_the_field_tires_over_the_days() -> None:
    days = race(*(stage(n) for n in range(1, 9)))
    document = fault_free(days, entries=150)
    found = by_runner(document)
    slower = []
    for entry in document.entries:
        first, last = found.get((entry.id, 1)), found.get((entry.id, 8))
        if first and last and last[-1].control == "FINISH":
            slower.append(stage_time(document, last) / stage_time(document, first))
    assert len(slower) > 100
    assert 1.01 < statistics.median(slower) < 1.15


def test_aid_stations_hold_everyone_a_while() -> None:
    document = fault_free(race(stage(1, course=LONG_NIGHT, ascent_m=4000)))
    stays = []
    for passings in by_runner(document).values():
        at = {p.control: instant_of(document, p) for p in passings}
        stays += [at[c] - at[f"{c[:-4]}.in"] for c in at if c.endswith(".out")]
    assert min(stays) >= 59 * SECOND
    assert 2 * MINUTE < statistics.median(stays) < 20 * MINUTE
    assert max(stays) > 20 * MINUTE


def test_partners_are_within_the_limit_mostly_and_over_it_at_times() -> None:
    definition = race(*(stage(n) for n in range(1, 5)), kinds=(PAIR,))
    document = fault_free(definition, entries=200, teams=100)
    found = by_runner(document)
    apart = []
    for team in document.teams:
        one, other = [e.id for e in document.entries if e.team == team.code]
        for s in definition.stages:
            first = {p.control: instant_of(document, p) for p in found.get((one, s.number), [])}
            second = {p.control: instant_of(document, p) for p in found.get((other, s.number), [])}
            both = first.keys() & second.keys()
            apart += [abs(first[c] - second[c]) for c in both if c != "START"]
    over = sum(1 for gap in apart if gap > 2 * MINUTE)
    assert len(apart) > 1000
    assert 0 < over < 0.03 * len(apart)
    assert statistics.median(apart) < 20 * SECOND


def test_who_gives_up_is_seen_nowhere_later() -> None:
    definition = race(*(stage(n, course=controls(60)) for n in range(1, 6)))
    document = fault_free(definition, entries=300)
    given_up = statuses(document, "dnf")
    assert len(given_up) > 10
    found = by_runner(document)
    for bib, ruling in given_up.items():
        entry = entry_of(document, bib)
        assert ruling.stage is not None
        last = found[entry.id, ruling.stage][-1]
        assert last.control == ruling.control != "FINISH"
        assert instant_of(document, last) < ruling.at
        assert not [s for (e, s) in found if e == entry.id and s > ruling.stage]


def test_a_station_reports_who_hands_in_the_bib_before_the_director_decides() -> None:
    document = fault_free(race(*(stage(n, course=controls(60)) for n in range(1, 6))), 300)
    seen = {r.bibs[0]: r for r in document.rulings if isinstance(r, Observation)}
    decided = statuses(document, "dnf")
    assert seen
    for bib, observation in seen.items():
        assert observation.kind == "withdrawn"
        assert observation.control == decided[bib].control == observation.by
        assert observation.at < decided[bib].at
    fetched = [r for bib, r in decided.items() if bib not in seen]
    assert all(r.reason == "Fetched on the course" for r in fetched)


def test_without_a_post_on_the_way_who_gives_up_is_fetched() -> None:
    days = race(*(stage(n, course=controls(80, between=0)) for n in range(1, 8)))
    document = fault_free(days, entries=300)
    given_up = statuses(document, "dnf")
    assert given_up
    assert {r.control for r in given_up.values()} == {"START"}
    assert not [r for r in document.rulings if isinstance(r, Observation)]


def test_a_reason_never_tells_of_health() -> None:
    document = fault_free(race(*(stage(n, course=controls(60)) for n in range(1, 6))), 300)
    told = {r.reason for r in document.rulings if isinstance(r, Status)}
    assert told <= {
        "Did not come to the start",
        "Gave up at the checkpoint",
        "Fetched on the course",
        "Does not start again",
    }


def test_longer_days_make_more_give_up() -> None:
    def share(km: float) -> int:
        days = race(*(stage(n, course=controls(km)) for n in range(1, 4)))
        return len(statuses(fault_free(days, entries=300), "dnf"))

    assert share(15) < share(45) < share(120)


def test_who_withdraws_has_finished_the_stage_and_starts_no_more() -> None:
    document = fault_free(race(*(stage(n, course=controls(60)) for n in range(1, 6))), 400)
    found = by_runner(document)
    withdrawn = statuses(document, "withdrawn")
    assert withdrawn
    for bib, ruling in withdrawn.items():
        entry = entry_of(document, bib)
        assert ruling.stage is not None
        assert ruling.stage < 5
        assert found[entry.id, ruling.stage][-1].control == "FINISH"
        assert not [s for (e, s) in found if e == entry.id and s > ruling.stage]


def test_who_never_comes_has_no_passing_at_all() -> None:
    document = fault_free(race(), entries=400)
    found = {entry_id for entry_id, _ in by_runner(document)}
    absent = statuses(document, "dns")
    assert absent
    assert {entry_of(document, bib).id for bib in absent} == {
        e.id for e in document.entries if e.id not in found
    }


def test_over_a_limit_that_ends_the_race_nobody_runs_on() -> None:
    definition = race(stage(1, course=limited()), stage(2))
    document = fault_free(definition, entries=300)
    late = late_women(document)
    for entry_id in late:
        assert not [s for (e, s) in by_runner(document) if e == entry_id and s > 1]
        assert by_runner(document)[entry_id, 1][-1].control == "CP3"


def test_over_a_limit_that_only_unranks_everyone_runs_on() -> None:
    unranked = Outcome(kind=OutcomeKind.UNRANKED)
    definition = race(stage(1, course=limited(unranked)), stage(2))
    document = fault_free(definition, entries=300)
    late = late_women(document)
    ended = [by_runner(document)[e, 1][-1].control for e in late]
    assert ended.count("FINISH") > 0.8 * len(late)


def test_over_a_limit_that_ends_the_day_one_starts_again_tomorrow() -> None:
    day_only = Outcome(kind=OutcomeKind.DNF)
    definition = race(stage(1, course=limited(day_only)), stage(2))
    document = fault_free(definition, entries=300)
    found = by_runner(document)
    late = late_women(document)
    assert {found[e, 1][-1].control for e in late} == {"CP3"}
    assert all((e, 2) in found for e in late)


def test_a_guidance_time_stops_nobody() -> None:
    course = tuple(
        replace(c, cutoffs=tuple(replace(k, hard=False) for k in c.cutoffs)) for c in limited()
    )
    document = fault_free(race(stage(1, course=course)), entries=300)
    ended = [by_runner(document)[e, 1][-1].control for e in late_women(document)]
    assert ended.count("FINISH") > 0.8 * len(ended)


def test_a_limit_that_is_to_be_confirmed_is_confirmed_by_the_director() -> None:
    definition = race(stage(1, course=limited()), stage(2))
    asks = replace(definition.rules, cutoff=CutoffRules(apply=Apply.CONFIRM))
    document = fault_free(replace(definition, rules=asks), entries=300)
    confirmed = statuses(document, "otl")
    late = late_women(document)
    assert {entry_of(document, bib).id for bib in confirmed} == late
    assert {r.control for r in confirmed.values()} == {"CP3"}


def test_a_limit_in_per_cent_of_the_winner_ends_the_race_of_the_slow() -> None:
    slow = Cutoff(percent_of_winner=160)
    course = (*controls()[:-1], replace(controls()[-1], cutoffs=(slow,)))
    document = fault_free(race(stage(1, course=course), stage(2)), entries=200)
    found = by_runner(document)
    # The gun is when all clocks start; the planned one is a little before the actual one.
    gun = min(instant_of(document, p) for p in document.passings)
    raws = {e: instant_of(document, ps[-1]) - gun for (e, s), ps in found.items()
            if s == 1 and ps[-1].control == "FINISH"}  # fmt: skip
    winner = min(raws.values())
    over = {e for e, raw in raws.items() if raw > 1.61 * winner}
    within = {e for e, raw in raws.items() if raw < 1.59 * winner}
    assert over
    assert not [e for e in over if (e, 2) in found]
    assert sum(1 for e in within if (e, 2) in found) > 0.9 * len(within)


def test_over_a_limit_that_moves_to_the_short_course_one_runs_what_is_left_of_it() -> None:
    along = (
        Control(code="START", distance_m=0),
        Control(code="CP1", distance_m=30_000, cutoffs=(SHORTENED,)),
        Control(code="CP2", distance_m=33_000),
        Control(code="CP3", distance_m=38_000),
        Control(code="FINISH", distance_m=45_000),
    )
    short = (("short", ("START", "CP1", "CP3", "FINISH")),)
    definition = race(
        *(stage(n, course=along, courses=short) for n in range(1, 5)),
        divisions=(Division(code="full", moves_to="short"), Division(code="short")),
    )
    document = fault_free(definition, entries=400)
    found = by_runner(document)
    limit = parse_time_of_day("12:30").ms
    moved = 0
    for entry in document.entries:
        is_late = False
        for number in range(1, 5) if entry.division == "full" else ():
            passings = found.get((entry.id, number), [])
            times = [p.time for p in passings if p.control == "CP1"]
            was_late = is_late
            is_late |= any(isinstance(t, TimeOfDay) and t.ms > limit for t in times)
            codes = [p.control for p in passings]
            if passings and codes[-1] == "FINISH":
                assert ("CP2" in codes) is not is_late
            moved += is_late and not was_late
    assert moved > 3


def test_where_the_short_course_is_over_already_the_day_ends_there() -> None:
    limit = Cutoff(at=LIMIT, outcome=Outcome(kind=OutcomeKind.MOVE, division="short"), category="W")
    course = tuple(replace(c, cutoffs=(limit,)) if c.code == "CP3" else c for c in controls(40))
    short = (("short", ("START", "CP1", "CP2")),)
    definition = race(
        stage(1, course=course, courses=short),
        stage(2, course=course, courses=short),
        divisions=(Division(code="full", moves_to="short"), Division(code="short")),
    )
    document = fault_free(definition, entries=400)
    found = by_runner(document)
    full = {e.id for e in document.entries if e.division == "full"}
    moved = late_women(document) & full
    assert len(moved) > 10
    for entry_id in moved:
        assert found[entry_id, 1][-1].control == "CP3"
        assert {p.control for p in found.get((entry_id, 2), [])} <= {"START", "CP1", "CP2"}


LIMIT = parse_time_of_day("13:45")


def limited(outcome: Outcome | None = None) -> tuple[Control, ...]:
    """A course with a time to be met at its third checkpoint, by women.

    A field is as fast as limits for all ask for; one for some of it is missed by enough of them.
    """
    limit = Cutoff(at=LIMIT, outcome=outcome, category="W")
    return tuple(replace(c, cutoffs=(limit,)) if c.code == "CP3" else c for c in controls(40))


def late_women(document: Document) -> set[str]:
    """The women who came to the third checkpoint of the first stage after the limit."""
    women = {e.bib: e.id for e in document.entries if e.gender == "F"}
    late = {
        women[p.bib]
        for p in document.passings
        if p.stage == 1
        and p.control == "CP3"
        and p.bib in women
        and isinstance(p.time, TimeOfDay)
        and p.time.ms > LIMIT.ms
    }
    assert 10 < len(late) < len(women) - 10
    return late


def test_penalties_and_credits_name_code_and_reason_and_come_after_the_finish() -> None:
    document = fault_free(race(*(stage(n) for n in range(1, 7))), entries=400)
    found = by_runner(document)
    given = [r for r in document.rulings if isinstance(r, Penalty | Credit)]
    assert any(isinstance(r, Penalty) and r.code == "KIT" for r in given)
    assert any(isinstance(r, Credit) and r.code == "AID" for r in given)
    for ruling in given:
        finish = found[entry_of(document, ruling.bibs[0]).id, ruling.stage][-1]
        assert finish.control == "FINISH"
        assert instant_of(document, finish) < ruling.at
        assert ruling.reason
        assert ruling.time is not None
        assert MINUTE <= ruling.time <= 2 * HOUR


def test_on_a_rest_day_nothing_happens_and_an_untimed_stage_is_run() -> None:
    rest = Stage(number=2, date=stage(2).date, kind=StageKind.REST)
    charity = stage(3, kind=StageKind.UNTIMED)
    document = fault_free(race(stage(1), rest, charity))
    assert {p.stage for p in document.passings} == {1, 3}


def test_only_the_stages_of_a_division_are_run_by_it() -> None:
    divisions = (Division(code="full"), Division(code="late", stages=(2, 3)))
    document = fault_free(race(divisions=divisions), entries=100)
    of = {e.id: e.division for e in document.entries}
    ran = {(of[e], s) for e, s in by_runner(document)}
    assert ran == {("full", 1), ("full", 2), ("full", 3), ("late", 2), ("late", 3)}


def test_in_a_relay_only_the_member_of_the_day_runs() -> None:
    document = fault_free(race(kinds=(RELAY,)), entries=60, teams=20)
    named = {(bib, n) for team in document.teams for n, bib in team.legs}
    bib_of = {e.id: e.bib for e in document.entries}
    ran = {(bib_of[e], s) for e, s in by_runner(document)}
    assert ran <= named
    assert len(ran) > 50


def test_after_stage_three_nothing_is_simulated_if_asked_so() -> None:
    definition = race(*(stage(n) for n in range(1, 6)))
    whole = simulate(definition, entries=60, seed=4, faults=Faults())
    part = simulate(definition, entries=60, seed=4, faults=Faults(), through=3)
    assert part.passings == tuple(p for p in whole.passings if p.stage <= 3)
    known = {r.id for r in whole.rulings}
    assert {r.id for r in part.rulings} <= known
    assert len(part.rulings) < len(whole.rulings)
