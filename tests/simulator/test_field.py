"""Who enters: believable people, divisions and teams that the definition allows."""

import pytest

from tests.simulator.editions import CREW, MIXED, PAIR, RELAY, VETERANS, controls, race, stage
from timing.core.categories import age_on, team_gender
from timing.core.definition import (
    Classification,
    Control,
    Division,
    Of,
    Race,
    Stage,
    TeamGender,
    TeamKind,
)
from timing.core.entries import Entry
from timing.simulator.faults import Faults
from timing.simulator.field import Entrants, ImpossibleField, draw_field
from timing.simulator.simulate import simulate


def members(entrants: Entrants, code: str) -> tuple[Entry, ...]:
    return tuple(r.entry for r in entrants.runners if r.entry.team == code)


def test_bibs_count_from_one_and_every_chip_is_its_own() -> None:
    entrants = draw_field(race(kinds=(PAIR,)), entries=300, teams=40, seed=1)
    assert [r.entry.bib for r in entrants.runners] == [str(n) for n in range(1, 301)]
    assert len({chip for r in entrants.runners for chip in r.entry.chips}) == 300
    assert len({r.entry.id for r in entrants.runners}) == 300


def test_low_bibs_are_worn_by_fast_runners() -> None:
    runners = draw_field(race(), entries=400, teams=0, seed=1).runners
    seeded = sorted(r.traits.speed for r in runners[:20])
    others = sorted(r.traits.speed for r in runners[20:])
    assert seeded[10] > others[len(others) * 9 // 10]


def test_about_three_in_ten_are_women_and_everyone_is_of_age() -> None:
    definition = race()
    entries = [r.entry for r in draw_field(definition, entries=1000, teams=0, seed=1).runners]
    women = sum(1 for e in entries if e.gender == "F")
    assert 250 < women < 350
    assert {e.gender for e in entries} == {"F", "M"}
    ages = sorted(age_on(e.born, definition.starts_on) for e in entries if e.born)
    assert len(ages) == 1000
    assert ages[0] >= 18
    assert ages[-1] <= 75
    assert 38 < ages[500] < 48


@pytest.mark.parametrize(
    ("timezone", "home"), [("Europe/Zurich", "SUI"), ("America/Denver", "USA")]
)
def test_a_third_of_the_field_is_at_home_where_the_race_is(timezone: str, home: str) -> None:
    definition = race(timezone=timezone)
    entries = [r.entry for r in draw_field(definition, entries=600, teams=0, seed=1).runners]
    nations = [e.nationality for e in entries]
    assert max(set(nations), key=nations.count) == home
    assert 0.3 < nations.count(home) / 600 < 0.6
    assert len(set(nations)) > 15


def test_most_names_are_latin_and_some_are_in_other_scripts() -> None:
    entries = [r.entry for r in draw_field(race(), entries=2000, teams=0, seed=1).runners]
    assert all(e.name.strip() == e.name and len(e.name) > 1 for e in entries)
    other = [e.name for e in entries if ord(max(e.name)) > 0x024F and ord(max(e.name)) != 0x2019]
    assert 0 < len(other) < 200
    assert any("\u0600" <= c <= "\u06ff" for name in other for c in name)


def test_teams_have_the_size_of_their_kind_and_a_name_of_their_own() -> None:
    entrants = draw_field(race(kinds=(PAIR, CREW)), entries=400, teams=80, seed=1)
    sizes = {PAIR.code: {2}, CREW.code: {3, 4, 5}}
    assert len(entrants.teams) == 80
    assert len({t.name for t in entrants.teams}) == 80
    for team in entrants.teams:
        assert len(members(entrants, team.code)) in sizes[team.kind]
    assert len(entrants.runners) == 400


def test_a_mixed_kind_has_a_man_and_a_woman_in_every_team() -> None:
    entrants = draw_field(race(kinds=(MIXED,)), entries=60, teams=30, seed=1)
    for team in entrants.teams:
        assert team_gender(members(entrants, team.code)) is TeamGender.MIXED


@pytest.mark.parametrize(
    ("least", "most"), [(100, None), (None, 70), (80, 90)], ids=["old", "young", "between"]
)
def test_combined_age_holds_at_the_events_start(least: int | None, most: int | None) -> None:
    kind = TeamKind(code="aged", size=(2, 2), combined_age=(least, most))
    definition = race(kinds=(kind,))
    entrants = draw_field(definition, entries=80, teams=40, seed=1)
    for team in entrants.teams:
        total = sum(
            age_on(m.born, definition.starts_on) for m in members(entrants, team.code) if m.born
        )
        assert (least or 0) <= total <= (most or 999)


def test_a_whole_team_is_in_one_division_that_ranks_its_kind() -> None:
    definition = race(
        kinds=(VETERANS,), divisions=(Division(code="full"), Division(code="days", stages=(1, 2)))
    )
    ranked = Classification(code="teams", of=Of.TEAM, kind=VETERANS.code, division="days")
    definition = _with(definition, ranked)
    entrants = draw_field(definition, entries=100, teams=20, seed=1)
    for team in entrants.teams:
        assert {m.division for m in members(entrants, team.code)} == {"days"}


def _with(definition: Race, classification: Classification) -> Race:
    return Race(
        slug=definition.slug,
        name=definition.name,
        timezone=definition.timezone,
        starts_on=definition.starts_on,
        divisions=definition.divisions,
        team_kinds=definition.team_kinds,
        stages=definition.stages,
        classifications=(classification,),
    )


def test_most_run_the_full_race_and_every_division_has_somebody() -> None:
    divisions = (
        Division(code="first", stages=(1,)),
        Division(code="full"),
        Division(code="last", stages=(2, 3)),
    )
    entrants = draw_field(race(divisions=divisions), entries=300, teams=0, seed=1)
    of = [r.entry.division for r in entrants.runners]
    assert 0.5 < of.count("full") / 300 < 0.7
    assert set(of) == {"first", "full", "last"}


def test_a_relays_members_take_the_stages_in_turn() -> None:
    entrants = draw_field(race(kinds=(RELAY,)), entries=30, teams=10, seed=1)
    for team in entrants.teams:
        bibs = [m.bib for m in members(entrants, team.code)]
        assert team.legs == tuple(zip((1, 2, 3), bibs, strict=True))


def test_more_teams_than_the_entries_can_make_are_refused() -> None:
    with pytest.raises(ImpossibleField, match="at least 20 entries, 19 are too few"):
        draw_field(race(kinds=(PAIR,)), entries=19, teams=10, seed=1)


def test_teams_in_a_race_without_kinds_are_refused() -> None:
    with pytest.raises(ImpossibleField, match="no team kinds"):
        draw_field(race(), entries=10, teams=1, seed=1)


def test_a_sterner_cut_off_draws_a_faster_field() -> None:
    def fastest(limit: str) -> float:
        entrants = draw_field(race(_limited(limit)), entries=100, teams=0, seed=1)
        return min(r.traits.speed for r in entrants.runners)

    assert fastest("13:00") > fastest("15:00") > fastest("19:00")


def _limited(limit: str) -> Stage:
    return stage(1, course=controls(limit=limit))


def test_a_definition_without_divisions_has_a_field_too() -> None:
    definition = Race(
        slug="plain",
        name="Plain",
        timezone="Europe/Zurich",
        starts_on=race().starts_on,
        stages=(stage(1),),
    )
    document = simulate(definition, entries=20, seed=1, faults=Faults.none())
    assert {e.division for e in document.entries} == {""}
    assert len(document.passings) > 80


def test_a_stage_without_controls_is_passed_over() -> None:
    bare = Stage(number=1, date=race().starts_on, controls=())
    document = simulate(race(bare, stage(2)), entries=10, seed=1, faults=Faults.none())
    assert {p.stage for p in document.passings} == {2}
    only_start = Stage(
        number=1, date=race().starts_on, controls=(Control(code="START", distance_m=0),)
    )
    document = simulate(race(only_start), entries=10, seed=1, faults=Faults.none())
    assert {p.control for p in document.passings} == {"START"}
