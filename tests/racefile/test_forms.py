"""What a racefile means: its forms, and what is left out."""

import os
from datetime import date
from pathlib import Path

import pytest

from timing.core.definition import (
    DEFAULT_TIES,
    AfterOut,
    Basis,
    Classification,
    Cutoff,
    EarlyKind,
    IntervalOrder,
    Measure,
    MissedControl,
    MissedKind,
    Of,
    Outcome,
    OutcomeKind,
    Race,
    Rules,
    Selection,
    Source,
    Start,
    StartMode,
    TeamTime,
    TeamTimeKind,
    TieLink,
    TieLinkKind,
)
from timing.core.document import Document
from timing.core.entries import Entry, Team
from timing.core.plain import derived_id
from timing.core.records import (
    EntryChange,
    Hold,
    Passing,
    Penalty,
    StageChange,
    StageTime,
    StartList,
    Void,
)
from timing.core.times import HOUR, MINUTE, SECOND, TimeOfDay, parse_instant
from timing.racefile import RacefileErrors, load, loads

HERE = Path(__file__).parent
RACES = HERE.parents[1] / "config" / "races"
SMALL = """\
race: {slug: small, timezone: Europe/Zurich}
stages:
  - {number: 1, date: 2026-08-28, start: "08:00", distance_km: 30}
"""
BY = "by: director, at: 2026-08-28T18:00:00Z, reason: seen"


def read(text: str) -> Document:
    return loads(text, name="race.yaml")


def race_with(parts: str) -> Race:
    return read(SMALL + parts).race


def start_of(start: str) -> Start:
    text = (
        "race: {slug: x, timezone: UTC}\nstages:\n"
        f"  - {{number: 1, date: 2026-08-27}}\n  - {{number: 2, date: 2026-08-28, {start}}}"
    )
    found = read(text + "\n").race.stages[-1].start
    assert found is not None
    return found


def clock(hours: int, minutes: int = 0, day: int | None = None) -> TimeOfDay:
    return TimeOfDay(hours * HOUR + minutes * MINUTE, day)


# The example ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example() -> Document:
    return load(HERE / "three-valleys.yaml")


def test_the_example_of_the_format_loads_unchanged(example: Document) -> None:
    assert (example.race.slug, example.race.name) == (
        "three-valleys",
        "Three Valleys Stage Race",
    )
    assert [stage.number for stage in example.race.stages] == [1, 2, 3, 4]
    assert [c.code for c in example.race.classifications] == ["gc", "gc-women", "pairs", "points"]
    assert len(example.passings) == 6
    assert len(example.rulings) == 1


def test_kilometres_are_whole_metres(example: Document) -> None:
    stage = example.race.stages[0]
    assert stage.distance_m == 31_400
    assert [c.distance_m for c in stage.controls] == [0, 14_000, 31_400]


def test_a_cut_off_is_a_time_of_day_or_elapsed_with_its_outcome(example: Document) -> None:
    _, at_pass, at_finish = example.race.stages[0].controls
    assert at_pass.cutoffs == (Cutoff(at=clock(11, 30)),)
    assert at_finish.cutoffs == (
        Cutoff(elapsed=9 * HOUR, outcome=Outcome(kind=OutcomeKind.UNRANKED)),
    )


def test_a_cut_off_may_be_on_the_next_day(example: Document) -> None:
    assert example.race.stages[1].controls[-1].cutoffs[0].at == clock(2, day=1)


def test_a_wave_of_ranks_has_a_selection(example: Document) -> None:
    start = example.race.stages[1].start
    assert start is not None
    assert start.waves[0].who == (Selection(rank=(1, 50)),)
    assert start.waves[1].who == ()


def test_an_entrys_identity_is_its_bib_unless_it_has_another(example: Document) -> None:
    assert [(e.id, e.bib) for e in example.entries] == [("e12", "12"), ("15a", "15a")]


def test_a_passing_may_carry_a_day_offset(example: Document) -> None:
    assert example.passings[-1].time == TimeOfDay(14 * MINUTE + 5 * SECOND, 1)


# What is left out ----------------------------------------------------------------------


def test_the_rules_left_out_are_the_rulebooks() -> None:
    rules = race_with("").rules
    assert rules == Rules()
    assert rules.precision == SECOND
    assert rules.ties == DEFAULT_TIES
    assert rules.start_tolerance == 10 * MINUTE
    assert rules.after_out is AfterOut.UNRANKED
    assert rules.missed_control == MissedControl(kind=MissedKind.QUERY)
    assert rules.cutoff.inclusive
    assert rules.cutoff.outcome == Outcome(kind=OutcomeKind.OUT)
    assert rules.limit is None


def test_a_name_left_out_is_the_slug_and_the_first_day_that_of_the_first_stage() -> None:
    race = race_with("")
    assert (race.name, race.starts_on) == ("small", date(2026, 8, 28))


def test_a_stage_without_controls_has_a_start_and_a_finish() -> None:
    controls = race_with("").stages[0].controls
    assert [(c.code, c.distance_m) for c in controls] == [("START", 0), ("FINISH", 30_000)]


def test_a_stage_without_its_distance_has_that_of_its_last_control() -> None:
    race = read(
        "race: {slug: x, timezone: UTC}\nstages:\n  - {number: 1, date: 2026-08-28,"
        " controls: [{code: A, km: 0}, {code: B, km: 12.345}]}\n"
    ).race
    assert race.stages[0].distance_m == 12_345


def test_a_rest_day_has_no_controls() -> None:
    race = read(
        "race: {slug: x, timezone: UTC}\nstages:\n  - {number: 1, date: 2026-08-28, kind: rest}\n"
    ).race
    assert race.stages[0].controls == ()


def test_stages_stand_in_the_order_of_their_numbers() -> None:
    race = read(
        "race: {slug: x, timezone: UTC}\nstages:\n"
        "  - {number: 2, date: 2026-08-29}\n  - {number: 1, date: 2026-08-28}\n"
    ).race
    assert [stage.number for stage in race.stages] == [1, 2]


def test_a_race_without_divisions_is_for_everyone() -> None:
    document = read(SMALL + "entries: [{bib: 7}]\n")
    assert document.race.divisions == ()
    assert document.entries[0].division == ""


def test_the_only_division_is_everyones() -> None:
    document = read(SMALL + "divisions: [{code: full}]\nentries: [{bib: 7}]\n")
    assert document.entries[0].division == "full"


def test_without_classifications_there_is_one_general_classification() -> None:
    assert race_with("").classifications == (
        Classification(code="gc", name="General classification", of=Of.SOLO),
    )


def test_without_classifications_the_only_division_has_the_general_one() -> None:
    (gc,) = race_with("divisions: [{code: full}]\n").classifications
    assert (gc.code, gc.division) == ("gc", "full")


def test_without_classifications_each_division_and_kind_of_team_has_its_own() -> None:
    race = race_with(
        "divisions: [{code: full, name: Full}, {code: short, name: Short}]\n"
        "team_kinds: [{code: pair, name: Pairs, size: 2}]\n"
    )
    assert [(c.code, c.name, c.of, c.division, c.kind) for c in race.classifications] == [
        ("gc-full", "Full", Of.SOLO, "full", ""),
        ("gc-short", "Short", Of.SOLO, "short", ""),
        ("pair-full", "Pairs · Full", Of.TEAM, "full", "pair"),
        ("pair-short", "Pairs · Short", Of.TEAM, "short", "pair"),
    ]


def test_an_empty_list_of_classifications_is_meant() -> None:
    assert race_with("classifications: []\n").classifications == ()


def test_the_only_kind_of_team_is_every_teams_and_every_team_boards() -> None:
    document = read(
        SMALL + "team_kinds: [{code: pair, size: 2}]\nclassifications: [{code: t, of: team}]\n"
        "teams: [{code: T1}]\n"
    )
    assert document.teams == (Team(code="T1", kind="pair"),)
    assert document.race.classifications[0].kind == "pair"


def test_a_list_with_nothing_behind_it_is_empty() -> None:
    document = read(SMALL + "entries:\npassings:\nrulings:\nteams:\n")
    assert document == read(SMALL)


def test_the_smallest_definition_is_ten_lines_with_its_comment_apart() -> None:
    path = RACES / "three-day-relay.yaml"
    lines = [x for x in path.read_text(encoding="utf-8").splitlines() if not x.startswith("#")]
    assert len(lines) <= 10
    race = load(path).race
    assert [stage.number for stage in race.stages] == [1, 2, 3]
    assert race.team_kinds[0].time == TeamTime(kind=TeamTimeKind.RELAY)


# Forms of the definition ---------------------------------------------------------------


def test_a_start_may_be_just_its_time() -> None:
    assert start_of('start: "08:00"') == start_of('start: {mode: mass, at: "08:00"}')
    assert start_of('start: "08:00"') == Start(mode=StartMode.MASS, basis=Basis.GUN, at=clock(8))


@pytest.mark.parametrize(
    ("start", "basis"),
    [
        ('{mode: mass, at: "08:00"}', Basis.GUN),
        ('{mode: waves, waves: [{code: a, at: "08:00"}]}', Basis.GUN),
        ('{mode: window, open: "07:00"}', Basis.OWN),
        ('{mode: interval, first: "08:00", every: "1:00"}', Basis.ALLOCATED),
        ('{mode: chase, first: "08:00"}', Basis.ALLOCATED),
        ('{mode: mass, at: "08:00", basis: own}', Basis.OWN),
    ],
)
def test_the_basis_left_out_is_the_modes(start: str, basis: Basis) -> None:
    assert start_of(f"start: {start}").basis is basis


def test_a_window_may_close_reset_refuse_or_penalise() -> None:
    text = 'start: {mode: window, open: "07:00", close: "09:00", early: %s}'
    assert start_of(text % "refuse").early is EarlyKind.REFUSE
    assert start_of(text % "reset").closes == clock(9)
    penalised = start_of(text % '{penalty: "0:10:00"}')
    assert (penalised.early, penalised.early_penalty) == (EarlyKind.PENALTY, 10 * MINUTE)


@pytest.mark.parametrize(
    "form",
    [
        'first: "08:00", every: "0:02:00", order: gc_reversed',
        'interval: {first: "08:00", every: "0:02:00", order: gc_reversed}',
    ],
)
def test_an_interval_start_may_have_its_keys_in_a_mapping_of_its_own(form: str) -> None:
    start = start_of(f"start: {{mode: interval, {form}}}")
    assert (start.at, start.every, start.order) == (
        clock(8),
        2 * MINUTE,
        IntervalOrder.GC_REVERSED,
    )


@pytest.mark.parametrize(
    "form",
    [
        'first: "08:00", cap: "0:30:00", rest: {every: "0:00:30"}',
        'chase: {first: "08:00", cap: "0:30:00", rest: {every: "0:00:30"}}',
    ],
)
def test_a_chase_start_may_have_its_keys_in_a_mapping_of_its_own(form: str) -> None:
    start = start_of(f"start: {{mode: chase, {form}}}")
    assert (start.at, start.cap, start.rest_every) == (clock(8), 30 * MINUTE, 30 * SECOND)


def test_the_rest_of_a_chase_may_start_together() -> None:
    start = start_of('start: {mode: chase, first: "08:00", cap: "10:00", rest: {at: "08:15"}}')
    assert start.rest_at == clock(8, 15)


def test_a_control_may_have_several_cut_offs() -> None:
    race = read(
        "race: {slug: x, timezone: UTC}\ndivisions: [{code: short}]\nstages:\n"
        "  - number: 1\n    date: 2026-08-28\n    controls:\n      - {code: A, km: 0}\n"
        "      - {code: B, km: 9, in_out: true, cutoff_out: {min_speed_kmh: 4.5}, cutoff:\n"
        '          [{at: "12:00", division: short}, {percent_of_winner: 150, hard: false}]}\n'
    ).race
    control = race.stages[0].controls[1]
    assert control.cutoffs == (
        Cutoff(at=clock(12), division="short"),
        Cutoff(percent_of_winner=150, hard=False),
    )
    assert control.cutoffs_out == (Cutoff(min_speed=4_500),)


@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        ("out", Outcome(kind=OutcomeKind.OUT)),
        ("dnf", Outcome(kind=OutcomeKind.DNF)),
        ("unranked", Outcome(kind=OutcomeKind.UNRANKED)),
        ("{move: short}", Outcome(kind=OutcomeKind.MOVE, division="short")),
        ('{penalty: "0:30:00"}', Outcome(kind=OutcomeKind.PENALTY, penalty=30 * MINUTE)),
        ("{strikes: 2}", Outcome(kind=OutcomeKind.STRIKES, strikes=2)),
    ],
)
def test_a_cut_off_has_one_of_six_outcomes(written: str, outcome: Outcome) -> None:
    race = read(
        f"race:\n  slug: x\n  timezone: UTC\n  rules: {{cutoff: {{outcome: {written}}}}}\n"
        "divisions: [{code: short}]\nstages: [{number: 1, date: 2026-08-28}]\n"
    ).race
    assert race.rules.cutoff.outcome == outcome


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("last", TeamTime(kind=TeamTimeKind.LAST)),
        ("sum", TeamTime(kind=TeamTimeKind.SUM)),
        ("together", TeamTime(kind=TeamTimeKind.TOGETHER)),
        ("relay", TeamTime(kind=TeamTimeKind.RELAY)),
        ("{nth: 3}", TeamTime(kind=TeamTimeKind.NTH, n=3)),
        ("{best: 3}", TeamTime(kind=TeamTimeKind.BEST, n=3)),
    ],
)
def test_a_teams_time_is_made_in_one_of_six_ways(written: str, time: TeamTime) -> None:
    race = race_with(f"team_kinds: [{{code: four, size: 4, time: {written}}}]\n")
    assert race.team_kinds[0].time == time


def test_a_size_is_one_number_or_two() -> None:
    kinds = race_with("team_kinds: [{code: a, size: 2}, {code: b, size: [3, 5]}]\n").team_kinds
    assert [kind.size for kind in kinds] == [(2, 2), (3, 5)]


def test_an_age_may_be_open_at_one_end() -> None:
    categories = race_with(
        "categories: [{code: a, age: [60, null]}, {code: b, age: [~, 39]}]\n"
    ).categories
    assert [category.age for category in categories] == [(60, None), (None, 39)]


def test_what_a_category_asks_for_may_be_one_or_several() -> None:
    one, several = race_with(
        "categories:\n  - {code: a, nationality: ESP, club: SAC Bern, tags: local}\n"
        "  - {code: b, nationality: [ESP, FRA], club: [SAC Bern, CAF], tags: [local, first]}\n"
    ).categories
    assert (one.nationality, one.club, one.tags) == (("ESP",), ("SAC Bern",), ("local",))
    assert several.club == ("SAC Bern", "CAF")
    assert several.tags == ("local", "first")


def test_a_tie_chain_may_be_empty_and_fractions_may_name_stages() -> None:
    race = race_with(
        "classifications:\n  - {code: a, ties: []}\n  - {code: b, ties: [{fractions: [1]}]}\n"
        "  - {code: c}\n"
    )
    assert [c.ties for c in race.classifications] == [
        (),
        (TieLink(kind=TieLinkKind.FRACTIONS, stages=(1,)),),
        None,
    ]


def test_every_measure_has_its_key() -> None:
    points, best, hill = race_with(
        "classifications:\n"
        "  - {code: p, measure: points, points: {finish: [25, 20], START: [1]}}\n"
        "  - {code: b, measure: best, best_of: 3}\n"
        "  - {code: h, measure: segments, segments: [{stage: 1, from: START, to: FINISH}]}\n"
    ).classifications
    assert points.points == (("finish", (25, 20)), ("START", (1,)))
    assert (best.measure, best.best_of) == (Measure.BEST, 3)
    assert hill.segments == ((1, "START", "FINISH"),)


def test_teams_may_be_left_out_of_a_solo_classification() -> None:
    race = race_with("classifications: [{code: a, teams: exclude}, {code: b}]\n")
    assert [c.teams_excluded for c in race.classifications] == [True, False]


# Text stays text -----------------------------------------------------------------------


def test_bibs_that_look_like_numbers_times_or_flags_are_text() -> None:
    document = read(
        SMALL
        + "entries:\n"
        + "".join(
            f"  - {{bib: {bib}}}\n" for bib in ("007", "7", "0x1F", "1e3", "no", "08:30", "1_000")
        )
    )
    assert [e.bib for e in document.entries] == ["007", "7", "0x1F", "1e3", "no", "08:30", "1_000"]


def test_names_in_any_script_are_kept() -> None:
    document = read(
        SMALL + 'entries:\n  - {bib: 1, name: "أحمد السنوسي"}\n  - {bib: 2, name: 王芳}\n'
    )
    assert [e.name for e in document.entries] == ["أحمد السنوسي", "王芳"]


def test_a_file_may_begin_with_a_byte_order_mark_and_break_lines_as_windows_does(
    tmp_path: Path,
) -> None:
    path = tmp_path / "race.yaml"
    text = SMALL + "passings: |\n  1 START 7 08:00:00\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert load(path) == read(text)


# Passings ------------------------------------------------------------------------------


def passings_of(lines: str) -> tuple[Passing, ...]:
    return read(SMALL + "passings: |\n" + "".join(f"  {x}\n" for x in lines.split("\n"))).passings


def test_a_line_of_passings_may_carry_everything_a_passing_has() -> None:
    (passing,) = passings_of(
        "1 FINISH 7 10:12:33.25 source=chip id=p1 chip=A1 device=Gate-2 "
        "device_time=2026-08-28T08:12:34Z offset_ms=-750 offset_age_ms=-90 uncertainty_ms=5 "
        'received=2026-08-28T08:15:00Z note="two words"'
    )
    assert passing == Passing(
        id="p1",
        stage=1,
        control="FINISH",
        bib="7",
        time=TimeOfDay(10 * HOUR + 12 * MINUTE + 33 * SECOND + 250),
        source=Source.CHIP,
        chip="A1",
        device="Gate-2",
        device_time=parse_instant("2026-08-28T08:12:34Z"),
        offset_ms=-750,
        offset_age_ms=-90,
        uncertainty_ms=5,
        received=parse_instant("2026-08-28T08:15:00Z"),
        note="two words",
    )


def test_a_passings_time_may_be_an_instant() -> None:
    (passing,) = passings_of("1 START 7 2026-08-28T08:00:02+02:00")
    assert passing.time == parse_instant("2026-08-28T06:00:02Z")


def test_a_time_without_seconds_is_good_to_a_minute_unless_it_says_so() -> None:
    typed, exact, told = passings_of(
        "1 START 7 08:00\n1 START 7 08:00:00\n1 START 7 08:00 uncertainty_ms=1000"
    )
    assert [p.uncertainty_ms for p in (typed, exact, told)] == [60_000, 0, 1_000]


def test_a_sign_before_the_time_says_passed_by_then() -> None:
    today, tomorrow = passings_of("1 START 7 <10:40\n1 START 7 <+1 00:10:00")
    assert (today.at_latest, today.time) == (True, clock(10, 40))
    assert (tomorrow.at_latest, tomorrow.time) == (True, clock(0, 10, day=1))


def test_no_bib_is_a_dash_and_an_unread_digit_a_star() -> None:
    assert [p.bib for p in passings_of("1 START - 08:00:00\n1 START 1*2 08:00:00")] == ["", "1*2"]


def test_quotes_inside_of_a_note_are_escaped() -> None:
    (passing,) = passings_of(r'1 START 7 08:00:00 note="said \"ok\" \\ left"')
    assert passing.note == 'said "ok" \\ left'


def test_lines_of_passings_may_be_blank_or_comments_and_end_in_one() -> None:
    assert len(passings_of("# stage control bib time\n\n1 START 7 08:00:00  # by hand\n")) == 1


def test_a_station_may_name_the_place() -> None:
    document = read(
        "race: {slug: x, timezone: UTC}\nstages:\n  - number: 1\n    date: 2026-08-28\n"
        "    controls: [{code: START, km: 0, place: CAMP}, {code: FINISH, km: 9, place: CAMP}]\n"
        "passings: |\n  1 CAMP 7 09:00:00\n"
    )
    assert document.passings[0].control == "CAMP"


def test_passings_may_be_lines_columns_or_mappings() -> None:
    lines = read(SMALL + 'passings: |\n  1 START 7 +1 08:00:02 source=chip note="a b"\n')
    columns = read(
        SMALL
        + "passings: |\n  stage,control,bib,time,source,note\n  1,START,7,+1 08:00:02,chip,a b\n"
    )
    mappings = read(
        SMALL + 'passings:\n  - {stage: 1, control: START, bib: 7, time: "+1 08:00:02",'
        " source: chip, note: a b}\n"
    )
    assert lines.passings == columns.passings == mappings.passings
    assert lines.passings[0].note == "a b"


def test_a_bib_that_nobody_wears_is_no_error() -> None:
    assert passings_of("1 START 99 08:00:00")[0].bib == "99"


# Ids -----------------------------------------------------------------------------------


def test_an_id_left_out_comes_from_the_content_and_the_number_of_its_like_before() -> None:
    first, other, second = passings_of("1 START 7 08:00:00\n1 START 8 08:00:00\n1 START 7 08:00:00")
    assert first.id == derived_id(first, 0)
    assert other.id == derived_id(other, 0)
    assert second.id == derived_id(second, 1)
    assert first.id != second.id


def test_loading_again_gives_the_same_ids() -> None:
    lines = "1 START 7 08:00:00\n1 START 7 08:00:00"
    assert passings_of(lines) == passings_of(lines)


def test_a_like_with_an_id_of_its_own_is_counted_too() -> None:
    first, second = passings_of("1 START 7 08:00:00\n1 START 7 08:00:00 id=mine")
    (_, appended) = passings_of(f"1 START 7 08:00:00 id={first.id}\n1 START 7 08:00:00")
    assert second.id == "mine"
    assert appended.id != first.id


def test_when_it_was_received_is_no_part_of_what_it_says() -> None:
    first, second = passings_of(
        "1 START 7 08:00:00 received=2026-08-28T08:15:00Z\n1 START 7 08:00:00"
    )
    assert first.id != second.id
    assert passings_of("1 START 7 08:00:00")[0].id == first.id


def test_rulings_have_derived_ids_too() -> None:
    text = SMALL + f"rulings:\n  - {{ruling: void, record: p1, {BY}}}\n"
    first, second = read(text + f"  - {{ruling: void, record: p1, {BY}}}\n").rulings
    assert (first.id, second.id) == (derived_id(first, 0), derived_id(second, 1))


# Entries, teams and rulings in columns ---------------------------------------------------


def test_entries_may_be_columns_in_a_text_block() -> None:
    document = read(
        SMALL + 'team_kinds: [{code: pair, size: 2}]\nteams: |\n  code,name\n  T1,"Ibex, the"\n'
        "entries: |\n  bib,name,gender,born,chips,tags,team\n"
        '  007,"Ruiz, Ana",F,1984-05-02,A1 A2,local,T1\n  8,,,,,,\n'
    )
    assert document.entries == (
        Entry(
            id="007",
            bib="007",
            name="Ruiz, Ana",
            gender="F",
            born=date(1984, 5, 2),
            chips=("A1", "A2"),
            tags=("local",),
            team="T1",
        ),
        Entry(id="8", bib="8"),
    )
    assert document.teams == (Team(code="T1", name="Ibex, the", kind="pair"),)


def test_legs_say_who_runs_which_stage() -> None:
    text = SMALL + "team_kinds: [{code: r, size: 1, time: relay}]\nentries: [{bib: 7, team: T}]\n"
    as_mapping = read(text + "teams: [{code: T, legs: {1: 7}}]\n")
    as_column = read(text + "teams: |\n  code,legs\n  T,{1: 7}\n")
    assert as_mapping.teams == as_column.teams
    assert as_mapping.teams[0].legs == ((1, "7"),)


def test_rulings_may_be_columns_whose_mappings_stand_in_braces() -> None:
    document = read(
        SMALL + "rulings: |\n"
        "  ruling,stage,bibs,time,starts,by,at,reason\n"
        "  penalty,1,7 8,0:30:00,,director,2026-08-28T18:00:00Z,No whistle\n"
        '  start_list,1,,,"{7: ""08:00:00"", 8: 2026-08-28T06:01:00Z}",director,'
        "2026-08-28T05:00:00Z,posted\n"
    )
    penalty, issued = document.rulings
    assert isinstance(penalty, Penalty)
    assert (penalty.bibs, penalty.time) == (("7", "8"), 30 * MINUTE)
    assert isinstance(issued, StartList)
    assert issued.starts == (("7", clock(8)), ("8", parse_instant("2026-08-28T06:01:00Z")))


# Rulings -------------------------------------------------------------------------------


def ruling_of(text: str) -> object:
    (ruling,) = read(SMALL + f"rulings:\n  - {{{text}}}\n").rulings
    return ruling


def test_one_bib_and_several_are_the_same_key_in_the_core() -> None:
    one = ruling_of(f'ruling: penalty, stage: 1, bib: 7, time: "30:00", {BY}')
    many = ruling_of(f'ruling: penalty, stage: 1, bibs: [7, 8], time: "30:00", {BY}')
    assert isinstance(one, Penalty)
    assert isinstance(many, Penalty)
    assert (one.bibs, many.bibs) == (("7",), ("7", "8"))


def test_a_declared_time_may_come_without_reason_or_time() -> None:
    ruling = ruling_of(
        "ruling: stage_time, stage: 1, bib: 7, place: 3, by: jury, at: 2026-08-28T18:00:00Z"
    )
    assert isinstance(ruling, StageTime)
    assert (ruling.reason, ruling.time, ruling.place) == ("", None, 3)


def test_starts_in_another_order_are_the_same_ruling() -> None:
    forth = ruling_of(f'ruling: start_list, stage: 1, starts: {{7: "08:00", 8: "08:01"}}, {BY}')
    back = ruling_of(f'ruling: start_list, stage: 1, starts: {{8: "08:01", 7: "08:00"}}, {BY}')
    assert forth == back


def test_a_hold_has_a_from_and_may_have_releases() -> None:
    ruling = ruling_of(
        f'ruling: hold, stage: 1, control: FINISH, from: "10:00", until: "10:30",'
        f' releases: {{7: "10:31"}}, {BY}'
    )
    assert isinstance(ruling, Hold)
    assert (ruling.since, ruling.until) == (clock(10), clock(10, 30))
    assert ruling.releases == (("7", clock(10, 31)),)


def test_a_replaced_stage_carries_the_new_one_under_its_number() -> None:
    ruling = ruling_of(
        f"ruling: stage, stage: 1, action: replace, {BY}, "
        'with: {date: 2026-08-28, distance_km: 33, start: "19:00"}'
    )
    assert isinstance(ruling, StageChange)
    assert ruling.replacement is not None
    assert (ruling.replacement.number, ruling.replacement.distance_m) == (1, 33_000)


def test_a_change_of_an_entry_is_read_as_the_entry_is() -> None:
    ruling = ruling_of(
        f"ruling: entry, bib: 7, set: {{name: Bo Lind, tags: local, born: 1984-05-02}}, {BY}"
    )
    assert isinstance(ruling, EntryChange)
    assert ruling.changes == (("born", "1984-05-02"), ("name", "Bo Lind"), ("tags", ("local",)))


def test_a_ruling_may_supersede_one_or_several() -> None:
    one = ruling_of(f"ruling: void, record: p, supersedes: r1, {BY}")
    two = ruling_of(f"ruling: void, record: p, supersedes: [r1, r2], {BY}")
    assert isinstance(one, Void)
    assert isinstance(two, Void)
    assert (one.supersedes, two.supersedes) == (("r1",), ("r1", "r2"))


# Files beside the document ---------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "camp").mkdir()
    (tmp_path / "secret.csv").write_text("bib\n99\n")
    return tmp_path / "camp"


def load_naming(folder: Path, **names: str) -> Document:
    path = folder / "race.yaml"
    path.write_text(SMALL + "".join(f"{key}: '{name}'\n" for key, name in names.items()))
    return load(path)


def test_entries_passings_and_rulings_may_stand_in_files_beside_the_document(folder: Path) -> None:
    (folder / "runners.csv").write_bytes(b"\xef\xbb\xbfbib,name\r\n7,Ana Ruiz\r\n")
    (folder / "times").mkdir()
    (folder / "times" / "1.csv").write_text("stage,control,bib,time\n1,START,7,08:00:01\n")
    (folder / "rulings.csv").write_text(
        "ruling,record,by,at,reason\nvoid,p1,director,2026-08-28T18:00:00Z,seen\n"
    )
    document = load_naming(
        folder,
        entries_file="runners.csv",
        passings_file="times/1.csv",
        rulings_file="rulings.csv",
    )
    assert document.entries == (Entry(id="7", bib="7", name="Ana Ruiz"),)
    assert document.passings[0].time == TimeOfDay(8 * HOUR + SECOND)
    assert isinstance(document.rulings[0], Void)


def test_a_mistake_in_a_file_names_that_file_and_its_line(folder: Path) -> None:
    (folder / "runners.csv").write_text("bib,born\n7,1984-05-02\n8,1984\n")
    (folder / "times.csv").write_text("stage,control,bib,time\n\n1,STRAT,7,08:00:01\n")
    with pytest.raises(RacefileErrors) as caught:
        load_naming(folder, entries_file="runners.csv", passings_file="times.csv")
    assert [(Path(e.file).name, e.line, e.path) for e in caught.value.errors] == [
        ("runners.csv", 3, "entries[1].born"),
        ("times.csv", 3, "passings[0].control"),
    ]


@pytest.mark.parametrize(
    "name", ["../secret.csv", "{root}/secret.csv", "link.csv", "", "a/../../secret.csv"]
)
def test_a_file_elsewhere_is_not_read(folder: Path, name: str) -> None:
    (folder / "link.csv").symlink_to(folder.parent / "secret.csv")
    with pytest.raises(RacefileErrors) as caught:
        load_naming(folder, entries_file=name.format(root=folder.parent))
    (error,) = caught.value.errors
    assert error.path == "entries_file"
    assert "is not beside the document; name a file in its folder" in str(error)


@pytest.mark.parametrize("name", ["runners.csv", "loop.csv", "王" * 100, "."])
def test_a_file_that_is_not_there_is_told(folder: Path, name: str) -> None:
    (folder / "loop.csv").symlink_to(folder / "loop.csv")
    with pytest.raises(RacefileErrors) as caught:
        load_naming(folder, entries_file=name)
    (error,) = caught.value.errors
    assert error.path == "entries_file"
    assert error.message.startswith("there is no file")


def test_a_file_name_with_a_control_character_is_told() -> None:
    with pytest.raises(RacefileErrors) as caught:
        loads(SMALL + 'entries_file: "a\\0b"\n', name="race.yaml", directory=HERE)
    assert [e.path for e in caught.value.errors] == ["entries_file"]


def test_a_document_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RacefileErrors) as caught:
        load(tmp_path / "none.yaml")
    (error,) = caught.value.errors
    assert (
        str(error) == f"{tmp_path / 'none.yaml'}: can't be read: {os.strerror(2)}; check its "
        "name and place"
    )


def test_a_document_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "race.yaml"
    path.write_bytes(b"race:\n  name: Z\xfcrich\n")
    with pytest.raises(RacefileErrors) as caught:
        load(path)
    assert [(e.line, e.remedy) for e in caught.value.errors] == [(2, "save the file as UTF-8")]


def test_a_document_too_large_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("timing.racefile.sources.MAX_BYTES", 20)
    path = tmp_path / "race.yaml"
    path.write_text(SMALL)
    with pytest.raises(RacefileErrors, match="is larger than"):
        load(path)
    with pytest.raises(RacefileErrors, match="split it"):
        loads(SMALL, name="race.yaml")


def test_too_many_values_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("timing.racefile.nodes.MAX_NODES", 10)
    with pytest.raises(RacefileErrors, match="more than 10 values"):
        read(SMALL)
