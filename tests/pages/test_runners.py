from __future__ import annotations

from dataclasses import replace

import pytest

from tests.pages.sample import ZONE, before_the_start, instant, siroua_six
from timing.core.book import RaceBook, UnknownStage
from timing.core.entries import Entry
from timing.core.records import BibChange, Bonus, Status
from timing.core.statuses import RulingStatus
from timing.core.times import MINUTE, SECOND, Rounding, format_duration, local_clock, round_to
from timing.pages.board_page import board_page
from timing.pages.rendering import render
from timing.pages.runner_page import RunnerPage, UnknownRunner, runner_page
from timing.pages.words import ordinal


@pytest.fixture(scope="module")
def book() -> RaceBook:
    return RaceBook(siroua_six())


def facts(page: RunnerPage) -> dict[str, tuple[str, str]]:
    return {f.label.replace("\N{NO-BREAK SPACE}", " "): (f.value, f.note) for f in page.facts}


def on_the_road(book: RaceBook, code: str, bib: str) -> tuple[str, str, str]:
    """Rank and gap as on the board, and who leads."""
    rows = board_page(book, code, {}).rows
    own = next(row for row in rows if row.bib.text == bib)
    return own.rank, own.gap, rows[0].name


def test_the_headline_has_rank_category_stage_and_total(book: RaceBook) -> None:
    line = book.stage_line(5, "e41")
    assert line is not None
    assert line.time is not None
    assert line.finish is not None
    assert line.rank is not None
    general, women = on_the_road(book, "gc", "41"), on_the_road(book, "women", "41")
    finish = f"{local_clock(line.finish, ZONE):%H:%M:%S}"
    total = next(row.total for row in board_page(book, "gc", {}).rows if row.bib.text == "41")
    assert facts(runner_page(book, "41", {})) == {
        "General classification, on the road": (general[0], f"{general[1]} on {general[2]}"),
        "Women, on the road": (women[0], f"{women[1]} on {women[2]}"),
        "Stage 5": (
            format_duration(line.time),
            f"finished {finish}, {ordinal(line.rank)} of the stage, 2nd of Women",
        ),
        "Total": (total, "15:00 penalty included"),
    }


def test_somebody_on_course_is_where_last_seen(book: RaceBook) -> None:
    page = runner_page(book, "52", {})
    last = book.splits(5, "e52")[-1]
    assert last.elapsed is not None
    value, note = facts(page)["Stage 5"]
    assert value == format_duration(round_to(last.elapsed, SECOND, Rounding.UP))
    assert note == f"last seen Timzguida, {local_clock(last.time, ZONE):%H:%M}"
    assert facts(page)["Total"][1].replace("\N{NO-BREAK SPACE}", " ") == "after stage 4"


def test_who_is_out_says_so_and_keeps_the_rank_of_before(book: RaceBook) -> None:
    page = runner_page(book, "62", {})
    assert page.status is not None
    assert (page.status.letters, page.status.meaning) == ("DNF", "did not finish")
    assert "General classification, after stage 4" in facts(page)
    assert facts(page)["Stage 5"] == ("DNF", "did not finish")


def test_the_way_along_a_stage_has_time_elapsed_place_and_pace(book: RaceBook) -> None:
    steps = runner_page(book, "41", {}).steps
    assert steps[0].place.symbol == "start"
    first = steps[1]
    split = book.splits(5, "e41")[0]
    assert split.elapsed is not None
    assert first.clock == f"{local_clock(split.time, ZONE):%H:%M:%S}"
    assert first.elapsed == format_duration(round_to(split.elapsed, SECOND, Rounding.UP))
    assert first.rank == next(
        str(line.rank) for line in book.control_boards(5, "CP1")[0].lines if line.entry.bib == "41"
    )
    minutes, seconds = divmod(split.elapsed * 1000 // 10_400 // SECOND, 60)
    assert (first.leg.told, first.leg.pace) == (("10.4 km",), f"{minutes}:{seconds:02d}/km")
    assert first.leg.time == first.elapsed


def test_another_stage_can_be_asked_for(book: RaceBook) -> None:
    page = runner_page(book, "41", {"stage": "2"})
    assert page.stage_title.startswith("Stage 2")
    assert page.events == "/races/siroua-six/events?bib=41&stage=2"
    with pytest.raises(UnknownStage):
        runner_page(book, "41", {"stage": "12"})


def test_who_did_not_start_has_no_time_at_the_start(book: RaceBook) -> None:
    page = runner_page(book, "190", {"stage": "1"})
    assert [step.clock for step in page.steps if step.is_passed] == []


def test_a_control_that_was_not_read_leaves_the_leg_unknown() -> None:
    document = siroua_six()
    passings = tuple(p for p in document.passings if p.id != "p-41-5-CP2")
    steps = runner_page(RaceBook(replace(document, passings=passings)), "41", {}).steps
    assert [step.is_passed for step in steps] == [True, True, False, True, True, True, True]
    assert [step.leg.time != "" for step in steps] == [False, True, False, False, True, True, True]
    assert [step.is_missing for step in steps] == [False, False, True, False, False, False, False]
    assert (steps[2].clock, steps[3].leg.rank) == ("", "")


def test_the_table_of_stages_shows_what_a_time_is_made_of(book: RaceBook) -> None:
    page = runner_page(book, "41", {})
    line = book.stage_line(3, "e41")
    assert line is not None
    assert line.time is not None
    raw = format_duration(line.time - 15 * MINUTE)
    assert [item.sums for item in page.stages] == [
        "",
        "",
        f"raw {raw} + penalty 15:00",
        "",
        "",
        "",
    ]
    credited = runner_page(book, "126", {})
    assert "− credit 6:00" in credited.stages[1].sums


def test_a_penalty_is_told_with_its_reason(book: RaceBook) -> None:
    """Rules 6.1."""
    (given,) = runner_page(book, "41", {}).given
    assert given.amount == "+15:00"
    assert given.reason == "Survival blanket missing at the kit check"
    assert given.note == "Article 7.4"


def test_a_bonus_is_in_the_total_alone() -> None:
    """Rules 6.4."""
    document = siroua_six()
    bonus = Bonus(
        id="b1",
        by="director",
        at=instant(4, "18:00:00"),
        stage=4,
        bibs=("41",),
        time=10 * SECOND,
        reason="First woman over the pass",
    )
    book = RaceBook(replace(document, rulings=(*document.rulings, bonus)))
    page = runner_page(book, "41", {})
    assert page.stages[3].sums == "bonus 0:10 in the total"
    assert [given.amount for given in page.given] == ["+15:00", "−0:10"]


def test_why_somebody_is_out_is_nobody_s_business() -> None:
    """Rules 12.2: medical reasons are never public."""
    document = siroua_six()
    status = Status(
        id="s1",
        by="director",
        at=instant(5, "11:00:00"),
        status=RulingStatus.DNF,
        bibs=("88",),
        stage=5,
        control="CP3",
        reason="Broken ankle",
    )
    book = RaceBook(replace(document, rulings=(*document.rulings, status)))
    text = render(runner_page(book, "88", {}))
    assert "DNF" in text
    assert "ankle" not in text


def test_the_additions_of_a_passage_are_printed(book: RaceBook) -> None:
    page = runner_page(book, "41", {})
    third = next(p for p in page.reasons if p.title.startswith("Stage 3"))
    assert "+0:15:00" in {sentence.adds for sentence in third.sentences}


def test_the_chart_shows_the_places_of_the_table(book: RaceBook) -> None:
    page = runner_page(book, "41", {})
    assert page.chart is not None
    for view in page.chart.views:
        own = view.lines[-1]
        assert own.is_own
        assert [str(place) for _, _, place in own.points] == [
            item.overall for item in page.stages[:5]
        ]
        places = ", ".join(str(place) for _, _, place in own.points)
        assert page.chart.description.endswith(places)


def test_the_chart_of_who_is_out_ends_where_the_places_do(book: RaceBook) -> None:
    page = runner_page(book, "62", {})
    assert page.chart is not None
    assert len(page.chart.views[0].axes) == 4
    assert [str(place) for *_, place in page.chart.views[0].lines[-1].points] == [
        item.overall for item in page.stages[:4]
    ]


def test_a_chart_of_one_place_is_none() -> None:
    page = runner_page(RaceBook(siroua_six("20:00:00", stage=1)), "41", {})
    assert page.chart is None


def test_a_runner_is_found_by_an_earlier_bib() -> None:
    """Rules 4.6."""
    document = siroua_six()
    change = BibChange(
        id="c1", by="director", at=instant(3, "20:00:00"), bib="41", new_bib="541", stage=4
    )
    book = RaceBook(replace(document, rulings=(*document.rulings, change)))
    assert runner_page(book, "541", {}).name == "Maren Tveitdal"
    assert runner_page(book, "41", {}).bib.text == "541"


def test_a_bib_that_nobody_wears_is_refused(book: RaceBook) -> None:
    with pytest.raises(UnknownRunner):
        runner_page(book, "4711", {})


def test_leading_zeros_are_another_bib(book: RaceBook) -> None:
    """Rules 13.19: 007 is never 7."""
    assert runner_page(book, "007", {}).name == "Ιωάννα Παπαδοπούλου"
    assert runner_page(book, "7", {}).name == "Idir Tazarine"


def test_what_the_next_place_would_take_is_told_for_each_classification(book: RaceBook) -> None:
    page = runner_page(book, "41", {})
    told = {p.title: p.outlook for p in page.reasons if p.outlook}
    # While stage 5 runs, of the last stage that is over (Rules 9.4).
    assert list(told) == [
        "General classification, after stage 4",
        "Women, after stage 4",
        "Pairs, after stage 4",
    ]
    assert told["Women, after stage 4"].startswith("One place higher, ")
    assert "The next place" in render(page)


def test_the_leader_is_told_how_safe_the_lead_is(book: RaceBook) -> None:
    leader, second = (line.competitor for line in book.board("gc", 4).lines[:2])
    assert isinstance(leader, Entry)
    page = runner_page(book, leader.bib, {})
    assert page.reasons[0].outlook.endswith(f" ahead of {second.name}.")


# -- ranks along the stage


def test_places_at_controls_are_those_of_the_order_there(book: RaceBook) -> None:
    """Racefile, Who is ranked: by the clock, overall and in each part of the field."""
    steps = runner_page(book, "52", {}).steps
    for step in steps[1:6]:
        (board,) = book.control_boards(5, step.place.code)
        own = next(line for line in board.lines if line.entry.bib == "52")
        men = [line for line in board.lines if line.entry.gender == "M"]
        assert step.rank == str(own.rank)
        assert [(r.rank, r.short) for r in step.ranks_in] == [(men.index(own) + 1, "M")]


def test_legs_add_up_to_the_time_at_the_finish(book: RaceBook) -> None:
    def seconds(text: str) -> int:
        hours, minutes, rest = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + int(rest)

    for bib in ("12", "41", "163"):
        steps = runner_page(book, bib, {"stage": "4"}).steps
        assert sum(seconds(step.leg.time) for step in steps[1:]) == seconds(steps[-1].elapsed)


def test_a_leg_tells_its_climb_where_the_race_says_it() -> None:
    document = siroua_six()
    stages = tuple(
        replace(
            stage,
            controls=tuple(replace(c, ascent_m=c.distance_m // 20) for c in stage.controls),
        )
        for stage in document.race.stages
    )
    book = RaceBook(replace(document, race=replace(document.race, stages=stages)))
    assert runner_page(book, "41", {}).steps[2].leg.told == ("11.4 km", "570 m up")


# -- the race in a sentence


def test_the_race_is_told_by_where_it_turned(book: RaceBook) -> None:
    page = runner_page(book, "41", {})
    first, third, last = page.stages[0].overall, page.stages[2].overall, page.stages[4].overall
    assert page.story.replace("\N{NO-BREAK SPACE}", " ") == (
        f"{ordinal(int(first))} after stage 1, {ordinal(int(third))} after a penalty on stage 3,"
        f" {ordinal(int(last))} on the road."
    )


def test_who_is_out_is_told_where_the_race_ended(book: RaceBook) -> None:
    for bib, told in (
        ("62", "The race ended on stage 5, CP2: did not finish."),
        ("44", "The race ended on stage 3, CP1: did not finish."),
        ("117", "The race ended on stage 4, CP3: over the time limit."),
        ("190", "The race ended before stage 1: did not start."),
    ):
        text = runner_page(book, bib, {}).story.replace("\N{NO-BREAK SPACE}", " ")
        assert text.endswith(told)


def test_places_are_in_words_where_all_of_them_can_be() -> None:
    book = RaceBook(siroua_six("20:00:00", stage=2))
    page = runner_page(book, "12", {})
    assert page.story.replace("\N{NO-BREAK SPACE}", " ") in {
        "In the lead since stage 1.",
        "Second after stage 1, first after stage 2.",
        "Third after stage 1, first after stage 2.",
    }


# -- rivals


def test_rivals_stand_beside_control_by_control_and_stage_by_stage(book: RaceBook) -> None:
    page = runner_page(book, "41", {"rivals": "12, 64"})
    assert page.comparison is not None
    assert [rival.bib.text for rival in page.comparison.rivals] == ["12", "64"]
    own, other = book.stage_line(2, "e41"), book.stage_line(2, "e12")
    assert own is not None
    assert other is not None
    assert own.time is not None
    assert other.time is not None
    second = page.comparison.stages[1]
    assert second.own == format_duration(own.time)
    assert second.cells[0].gap == "−" + format_duration(own.time - other.time).removeprefix("0:")
    # The gap at a control is the one before, and what the leg made of it.
    mine, theirs = ({s.point: s.elapsed or 0 for s in book.splits(5, e)} for e in ("e41", "e12"))
    here = abs(theirs["CP2"] - mine["CP2"]) // SECOND * SECOND
    assert page.comparison.controls[1].cells[0].gap == "−" + format_duration(here).removeprefix(
        "0:"
    )


def test_most_of_the_difference_is_marked_once_for_each_rival(book: RaceBook) -> None:
    page = runner_page(book, "41", {"rivals": "12,64"})
    assert page.comparison is not None
    for rows in (page.comparison.stages, page.comparison.controls):
        for nth in range(2):
            assert sum(row.cells[nth].is_most for row in rows) == 1
    lost = [row.cells[0] for row in page.comparison.stages if row.cells[0].is_most]
    assert any(lost[0].gap.removeprefix("−") in told for told in page.comparison.told_of_stages)


def test_rivals_are_found_by_bib_or_identity_and_never_oneself(book: RaceBook) -> None:
    page = runner_page(book, "41", {"rivals": "e12 41,nobody,12"})
    assert page.comparison is not None
    assert [rival.bib.text for rival in page.comparison.rivals] == ["12"]
    assert page.comparison.unknown == "nobody"
    assert page.events == "/races/siroua-six/events?bib=41&rivals=12"


def test_five_rivals_are_compared_at_the_most(book: RaceBook) -> None:
    page = runner_page(book, "41", {"rivals": "12,18,3,7,21,26"})
    assert page.comparison is not None
    assert len(page.comparison.rivals) == 5
    assert page.comparison.is_too_many


def test_chosen_rivals_have_heavy_lines_however_far_away(book: RaceBook) -> None:
    page = runner_page(book, "41", {"rivals": "12,210"})
    assert page.chart is not None
    heavy = [line.name for line in page.chart.views[1].lines if line.is_rival]
    assert heavy == ["Mateo Urquiola", "محمد العلوي"]


def test_the_leaders_and_those_around_are_suggested(book: RaceBook) -> None:
    rows = board_page(book, "gc", {}).rows
    page = runner_page(book, "52", {})
    assert page.comparison is not None
    suggested = [s.bib for s in page.comparison.suggestions]
    nth = next(n for n, row in enumerate(rows) if row.bib.text == "52")
    assert suggested[0] == rows[0].bib.text
    assert {rows[nth + by].bib.text for by in (-2, -1, 1, 2)} <= set(suggested)


# -- what is to come


def test_what_is_expected_has_a_range_and_no_seconds(book: RaceBook) -> None:
    page = runner_page(book, "210", {})
    assert page.outlook is not None
    assert page.outlook.seen.startswith("Last seen at ")
    ahead = [step for step in page.steps if not step.is_passed]
    assert [p.title for p in page.outlook.points] == [ahead[0].place.name, ahead[-1].place.name]
    for step in ahead:
        assert step.expected is not None
        assert step.expected.earliest < step.expected.time < step.expected.latest
        assert len(step.expected.time) == len("12:40")


def test_nothing_is_expected_of_who_has_finished_or_is_out(book: RaceBook) -> None:
    for bib in ("41", "62"):
        page = runner_page(book, bib, {})
        assert page.outlook is None
        assert not any(step.expected for step in page.steps)


def test_before_the_race_a_runner_sees_the_start() -> None:
    page = runner_page(RaceBook(before_the_start()), "41", {})
    assert page.next_start is not None
    assert (page.next_start.clock, page.next_start.how) == ("07:30", "Mass start")
    assert page.next_start.day == "Tuesday 20 October 2026"
    assert page.calendar == "/races/siroua-six/entries/41/calendar.ics"
    assert page.comparison is None
    assert page.story == ""


def test_a_certificate_is_offered_to_who_finished_once_the_race_is_over(book: RaceBook) -> None:
    assert runner_page(book, "41", {}).certificate == ""
    over = RaceBook(siroua_six("22:00:00", stage=6))
    assert runner_page(over, "41", {}).certificate.endswith("/entries/41/certificate.pdf")
    assert runner_page(over, "62", {}).certificate == ""
