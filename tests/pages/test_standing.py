"""The sentences under a headline, composed by rule from the standings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.pages.sample import RACE, before_the_start, instant, siroua_six
from timing.core.book import RaceBook
from timing.core.definition import Classification, Measure, Of, Rules
from timing.core.document import Document
from timing.core.records import Passing, StageTime
from timing.core.times import SECOND
from timing.pages.board_page import board_page


def said(document: Document, code: str = "gc", **args: str) -> str:
    lead = board_page(RaceBook(document), code, args).lead
    return lead.replace("\N{NO-BREAK SPACE}", " ")


def declared(times: Mapping[tuple[str, int], int], *, stages: int = 3) -> Document:
    """Declared times in seconds by (bib, stage), in a race of so many stages, ties unbroken."""
    document = before_the_start()
    rulings = tuple(
        StageTime(
            id=f"t{nth}",
            by="director",
            at=instant(1, "20:00:00"),
            stage=stage,
            bibs=(bib,),
            time=seconds * SECOND,
        )
        for nth, ((bib, stage), seconds) in enumerate(times.items())
    )
    bibs = {bib for bib, _ in times}
    entries = tuple(replace(e, team="") for e in document.entries if e.bib in bibs)
    race = replace(RACE, stages=RACE.stages[:stages], rules=Rules(ties=()))
    return replace(document, race=race, entries=entries, teams=(), rulings=rulings)


URQUIOLA, TAZARINE, BOUIZGAR = "12", "7", "3"


def started(document: Document, stage: int, clock: str) -> Document:
    """The same with one runner read at the start of a stage."""
    read = Passing(id="s", stage=stage, control="START", bib=URQUIOLA, time=instant(stage, clock))
    return replace(document, passings=(*document.passings, read))


def test_at_the_first_gun_everyone_is_level() -> None:
    text = said(started(before_the_start(), 1, "07:30:01"))
    assert text == "Stage 1 has set off: everyone starts level."


def test_as_a_later_stage_sets_off_the_gap_of_before_is_told() -> None:
    document = siroua_six("20:00:00", stage=4)
    first, second = board_page(RaceBook(document), "gc", {}).rows[:2]
    gap = second.gap.removeprefix("+")
    text = said(started(document, 5, "06:00:01"))
    assert text == f"{first.name} leads {second.name} by {gap} as stage 5 sets off."


@pytest.mark.parametrize(
    ("times", "text"),
    [
        (
            {(URQUIOLA, 1): 100, (TAZARINE, 1): 110},
            (
                "Mateo Urquiola leads after stage 1, 0:10 ahead of Idir Tazarine. "
                "The leader wins the stage too, in 0:01:40."
            ),
        ),
        (
            {(URQUIOLA, 1): 100},
            "Mateo Urquiola leads after stage 1. The leader wins the stage too, in 0:01:40.",
        ),
        (
            {(URQUIOLA, 1): 100, (TAZARINE, 1): 100},
            "Idir Tazarine and Mateo Urquiola share the lead after stage 1.",
        ),
        (
            {
                (URQUIOLA, 1): 100,
                (TAZARINE, 1): 110,
                (URQUIOLA, 2): 100,
                (TAZARINE, 2): 70,
            },
            (
                "Idir Tazarine takes the lead from Mateo Urquiola on stage 2, by 0:20. "
                "The leader wins the stage too, in 0:01:10."
            ),
        ),
        (
            {
                (URQUIOLA, 1): 100,
                (TAZARINE, 1): 110,
                (BOUIZGAR, 1): 120,
                (URQUIOLA, 2): 130,
                (TAZARINE, 2): 70,
                (BOUIZGAR, 2): 90,
            },
            (
                "Idir Tazarine takes the lead from Mateo Urquiola on stage 2, "
                "0:30 ahead of Lhoussaine Bouizgar. "
                "The leader wins the stage too, in 0:01:10."
            ),
        ),
        (
            {
                (URQUIOLA, 1): 100,
                (TAZARINE, 1): 130,
                (URQUIOLA, 2): 100,
                (TAZARINE, 2): 90,
            },
            (
                "Mateo Urquiola keeps the lead after stage 2, 0:20 ahead of Idir Tazarine. "
                "Idir Tazarine wins the stage in 0:01:30."
            ),
        ),
    ],
)
def test_between_stages_it_is_told_who_leads_from_whom(
    times: Mapping[tuple[str, int], int], text: str
) -> None:
    assert said(declared(times)) == text


@pytest.mark.parametrize(
    ("times", "text"),
    [
        (
            {(URQUIOLA, 1): 100},
            "Mateo Urquiola wins in 0:01:40. The leader wins the stage too, in 0:01:40.",
        ),
        (
            {(URQUIOLA, 1): 100, (TAZARINE, 1): 100},
            "Idir Tazarine and Mateo Urquiola share the victory in 0:01:40.",
        ),
    ],
)
def test_after_the_last_stage_somebody_has_won(
    times: Mapping[tuple[str, int], int], text: str
) -> None:
    assert said(declared(times, stages=1)) == text


def test_points_are_told_in_points() -> None:
    document = declared({(URQUIOLA, 1): 100, (TAZARINE, 1): 110})
    points = Classification(
        code="points", of=Of.SOLO, measure=Measure.POINTS, points=(("finish", (25, 20)),)
    )
    race = replace(document.race, classifications=(points,))
    text = said(replace(document, race=race), "points")
    assert text.startswith("Mateo Urquiola leads after stage 1 with 25 points.")


def test_a_category_does_not_tell_who_won_the_stage() -> None:
    assert said(siroua_six(), "women", after="4").count(".") == 1


def test_where_nobody_is_ranked_it_says_so() -> None:
    document = declared({(URQUIOLA, 1): 100})
    assert said(document, "women", after="1") == "Nobody is ranked yet."
