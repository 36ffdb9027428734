from __future__ import annotations

from dataclasses import replace

import pytest

from tests.pages.sample import ZONE, instant, siroua_six
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
            f"finished {finish}, {ordinal(line.rank)} of the stage",
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
    assert (first.leg, first.pace) == ("10.4 km", f"{minutes}:{seconds:02d}")


def test_another_stage_can_be_asked_for(book: RaceBook) -> None:
    page = runner_page(book, "41", {"stage": "2"})
    assert page.stage_title.startswith("Stage 2")
    assert page.events == "/races/siroua-six/events?bib=41&stage=2"
    with pytest.raises(UnknownStage):
        runner_page(book, "41", {"stage": "12"})


def test_a_control_that_was_not_read_leaves_the_leg_unknown() -> None:
    document = siroua_six()
    passings = tuple(p for p in document.passings if p.id != "p-41-5-CP2")
    steps = runner_page(RaceBook(replace(document, passings=passings)), "41", {}).steps
    assert [step.is_passed for step in steps] == [True, True, False, True, True, True, True]
    assert (steps[2].clock, steps[3].leg, steps[4].leg) == ("", "", "10.6 km")


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
