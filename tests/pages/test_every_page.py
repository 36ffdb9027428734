from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pages.markup import faults, without_styles
from tests.pages.pages import closed_pages, desk_of, public_pages
from tests.pages.sample import before_the_start, siroua_six
from tests.scenarios.scenario import read
from timing.core.book import RaceBook
from timing.core.document import Document
from timing.pages.board_page import board_page
from timing.pages.embed_page import embed_page
from timing.pages.race_home import race_home
from timing.pages.race_list import race_list
from timing.pages.rendering import Page, render
from timing.pages.runner_page import runner_page
from timing.pages.screen_page import screen_page
from timing.pages.stage_page import stage_page
from timing.pages.team_page import team_page
from timing.racefile import loads

PROJECT = Path(__file__).parents[2]
SCENARIOS = sorted((PROJECT / "tests" / "scenarios").rglob("*.yaml"))
DEFINITIONS = sorted((PROJECT / "config" / "races").glob("*.yaml"))

MOMENTS = {
    "before the start": before_the_start(),
    "at the first gun": siroua_six("07:30:01", stage=1),
    "on the first stage": siroua_six("09:30:00", stage=1),
    "between stages": siroua_six("20:00:00", stage=3),
    "on the fifth stage": siroua_six(),
    "after the last stage": siroua_six("22:00:00", stage=6),
}


FOR_SCRIPTS = re.compile(r' data-[\w-]+="[^"]*"')


def wrong(pages: Iterable[tuple[str, Page]]) -> dict[str, list[str]]:
    found = {name: faults(render(page))[:3] for name, page in pages}
    return {name: what for name, what in found.items() if what}


def every_page(book: RaceBook) -> Iterator[tuple[str, Page]]:
    yield from public_pages(book)
    yield from closed_pages(book)


def telling_pages(book: RaceBook) -> Iterator[tuple[str, Page]]:
    """Those that print most of what the engine can answer."""
    yield "home", race_home(book)
    yield "screen", screen_page(book, {})
    yield "embed", embed_page(book, {})
    for number in book.stages:
        yield f"stage {number}", stage_page(book, number, {})
    for code in book.board_codes():
        yield f"board {code}", board_page(book, code, {})
    for entry in [e for e in book.entries() if e.bib][:2]:
        yield f"runner {entry.bib}", runner_page(book, entry.bib, {})
    for team in book.teams()[:2]:
        yield f"team {team.code}", team_page(book, team.code, {})
    yield "desk", desk_of(book)


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_page_is_well_formed_at_every_moment_of_a_race(moment: str) -> None:
    assert wrong(every_page(RaceBook(MOMENTS[moment]))) == {}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_every_scenario_says_can_be_shown(path: Path) -> None:
    document = loads(read(path).racefile, name=path.name, directory=path.parent)
    for name, page in telling_pages(RaceBook(document)):
        text = render(page)
        assert ">None<" not in text, name
        # A sentence whose parts were not filled in; scripts fill in those in their attributes.
        assert "{" not in FOR_SCRIPTS.sub("", without_styles(text)), name


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_every_page_of_a_race_without_entries_is_well_formed(path: Path) -> None:
    document = loads(path.read_text(encoding="utf-8"), name=path.name)
    assert wrong(every_page(RaceBook(document))) == {}


def test_a_race_without_stages_or_classifications_still_has_its_pages() -> None:
    race = replace(siroua_six().race, stages=(), classifications=())
    book = RaceBook(Document(race=race))
    pages = dict(public_pages(book))
    assert {name: faults(render(page)) for name, page in pages.items()} == {
        "list": [],
        "home": [],
        "live": [],
        "publications": [],
    }


def test_without_races_the_first_page_says_what_to_do() -> None:
    text = render(race_list([]))
    assert faults(text) == []
    assert "timing race add" in text


def test_what_people_write_is_never_markup() -> None:
    document = siroua_six()
    name = '<script>alert("1")</script>'
    entries = tuple(
        replace(e, name=name, bib=f"<em>{e.bib}", nationality="<i>", club="<u>")
        for e in document.entries
    )
    race = replace(document.race, name=name)
    passings = tuple(replace(p, bib=f"<em>{p.bib}", note="<s>") for p in document.passings)
    book = RaceBook(replace(document, race=race, entries=entries, passings=passings))
    for _, page in (*public_pages(book), *closed_pages(book)):
        text = render(page)
        assert "<script>alert" not in text
        assert "<em>" not in text
        assert "<i>" not in text
        assert "<u>" not in text
