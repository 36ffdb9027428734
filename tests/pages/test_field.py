"""The field on the course: everybody counted once, and drawn where they come to next."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.pages.sample import siroua_six
from timing.core.book import RaceBook
from timing.core.definition import Control, Stage
from timing.core.document import Document
from timing.core.statuses import StageStatus
from timing.pages.field import WIDTHS, FieldPicture, field_picture
from timing.pages.profile import profile_of
from timing.pages.running import running

MOMENTS = {
    "when the first pass": siroua_six("07:10:00"),
    "spread out": siroua_six("09:30:00"),
    "when the first are in": siroua_six(),
    "when few are left": siroua_six("13:30:00"),
}


def picture(document: Document) -> tuple[RaceBook, FieldPicture]:
    book = RaceBook(document)
    now = running(book)
    assert now is not None
    made = field_picture(book, now, {})
    assert made is not None
    return book, made


@pytest.mark.parametrize("moment", MOMENTS)
def test_everybody_of_the_field_is_counted_once(moment: str) -> None:
    book, field = picture(MOMENTS[moment])
    tally = field.tally
    assert field.on_course == tally.on_course
    assert sum(gap.count for gap in field.gaps) + field.resting == field.on_course
    assert tally.field == tally.not_started + tally.on_course + tally.finished + tally.out
    number = book.running_stage
    assert number is not None
    lines = [book.stage_line(number, entry.id) for entry in book.entries(number)]
    starters = [line for line in lines if line and line.status is not StageStatus.DNS]
    assert tally.field == len(starters)


def test_a_runner_is_on_the_way_from_the_control_seen_last() -> None:
    book, field = picture(MOMENTS["spread out"])
    number = book.running_stage
    assert number is not None
    lines = [book.stage_line(number, entry.id) for entry in book.entries(number)]
    on_course = [line for line in lines if line and line.status is StageStatus.ON_COURSE]
    for gap in field.gaps:
        last = {gap.first.code} | ({""} if gap is field.gaps[0] else set())
        assert gap.count == sum(line.last_point in last for line in on_course)


@pytest.mark.parametrize("moment", MOMENTS)
def test_there_are_as_many_dots_as_runners_at_every_width(moment: str) -> None:
    _, field = picture(MOMENTS[moment])
    pitches = {"slim": 8.5, "mid": 13.5, "wide": 13.5}
    counts = [gap.count for gap in field.gaps if gap.count]
    for view in field.views:
        # A row of n dots is a line of n − 1 pitches: see field.css for its dashes.
        drawn = [
            sum(
                round(float(w) / pitches[view.width]) + 1 for w in re.findall(r"h-([\d.]+)", d.path)
            )
            for d in view.dots
        ]
        assert drawn == [-(-count // view.stands_for) for count in counts]


def test_a_crowd_is_drawn_with_dots_that_stand_for_more_and_say_so() -> None:
    document = siroua_six("06:30:00")
    many = tuple(
        replace(entry, id=f"{entry.id}-{nth}", bib=f"{nth}-{entry.bib}")
        for nth in range(30)
        for entry in document.entries
    )
    _, field = picture(replace(document, entries=document.entries + many))
    assert field.on_course > 1_300
    assert all(view.stands_for > 1 for view in field.views)
    for view in field.views:
        for dots in view.dots:
            assert dots.path.count("M") <= 9


def test_those_between_in_and_out_of_a_place_are_at_it() -> None:
    document = siroua_six("08:30:00")
    stages = tuple(
        replace(
            stage,
            controls=tuple(replace(c, in_out=c.code == "CP2") for c in stage.controls),
        )
        for stage in document.race.stages
    )
    passings = tuple(
        replace(p, control="CP2.in") if p.control == "CP2" else p for p in document.passings
    )
    race = replace(document.race, stages=stages)
    book, field = picture(replace(document, race=race, passings=passings))
    arrived = [p for p in passings if (p.stage, p.control) == (5, "CP2.in")]
    assert arrived
    assert field.resting == sum(
        (line := book.stage_line(5, f"e{p.bib}")) is not None
        and line.status is StageStatus.ON_COURSE
        for p in arrived
    )
    assert [stop.place.short for stop in field.stops if stop.resting] == ["CP2 in"]


def test_those_who_are_furthest_are_named_the_first_of_them_first() -> None:
    book, field = picture(MOMENTS["spread out"])
    splits = [book.splits(5, entry.id) for entry in book.entries(5)]
    last = [s[-1] for s in splits if s]
    furthest = max(split.distance_m for split in last)
    first = min(s.time for s in last if s.distance_m == furthest)
    zone_hour = f"{(first // 1000 // 3600 + 1) % 24:02d}:"  # Casablanca is an hour ahead
    assert field.foremost[0].clock.startswith(zone_hour)


def test_labels_that_would_meet_wait_for_more_room() -> None:
    document = siroua_six("08:30:00")
    stages = tuple(
        replace(
            stage,
            controls=(
                *stage.controls[:-1],
                Control(code="NEAR", distance_m=stage.distance_m - 200),
                stage.controls[-1],
            ),
        )
        for stage in document.race.stages
    )
    _, field = picture(replace(document, race=replace(document.race, stages=stages)))
    near = next(stop for stop in field.stops if stop.place.code == "NEAR")
    assert near.least not in WIDTHS
    assert field.stops[-1].least == "slim"


def test_without_a_length_there_is_no_picture() -> None:
    document = siroua_six()
    stages = tuple(
        replace(s, controls=tuple(replace(c, distance_m=0) for c in s.controls))
        for s in document.race.stages
    )
    book = RaceBook(replace(document, race=replace(document.race, stages=stages)))
    now = running(book)
    assert now is not None
    assert field_picture(book, now, {}) is None


def stage(*profile: tuple[int, int], laps: int = 1) -> Stage:
    found = siroua_six().race.stages[0]
    controls = (Control(code="A", distance_m=0), Control(code="B", distance_m=10_000))
    return replace(found, controls=controls, laps=laps, profile=profile)


def test_a_profile_goes_from_start_to_finish_and_from_the_lowest_to_the_highest() -> None:
    drawn = profile_of(stage((0, 1_000), (5_000, 2_000), (10_000, 1_500)))
    assert drawn is not None
    assert drawn.line == "M0.00 100.0L50.00 0.0L100.00 50.0"
    assert (drawn.lowest_m, drawn.highest_m) == (1_000, 2_000)


def test_a_profile_that_ends_elsewhere_than_its_course_is_cut_or_carried_on() -> None:
    longer = profile_of(stage((0, 1_000), (20_000, 3_000)))
    assert longer is not None
    assert longer.highest_m == 2_000
    assert longer.line.endswith("L100.00 0.0")
    shorter = profile_of(stage((1_000, 1_000), (5_000, 2_000)))
    assert shorter is not None
    assert shorter.line == "M0.00 100.0L10.00 100.0L50.00 0.0L100.00 0.0"


def test_a_profile_of_a_lap_is_drawn_on_every_lap() -> None:
    drawn = profile_of(stage((0, 1_000), (5_000, 2_000), (10_000, 1_000), laps=3))
    assert drawn is not None
    assert drawn.line.count(" 0.0") == 3


def test_a_flat_course_is_drawn_flat() -> None:
    drawn = profile_of(stage((0, 500), (5_000, 515), (10_000, 500)))
    assert drawn is not None
    assert re.findall(r" ([\d.]+)", drawn.line) == ["100.0", "95.0", "100.0"]


def test_a_stage_that_says_nothing_of_its_heights_has_no_shape() -> None:
    assert profile_of(stage()) is None
