from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.pages.markup import faults
from tests.pages.pages import closed_pages, public_pages
from tests.pages.sample import before_the_start, instant, siroua_six
from tests.scenarios.scenario import read
from timing.core.book import RaceBook
from timing.core.document import Document
from timing.pages.race_list import race_list
from timing.pages.rendering import render
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


def wrong_pages(book: RaceBook, *, runners: int = 3) -> dict[str, list[str]]:
    now = instant(5, "12:06:18")
    found = {}
    for name, page in (*public_pages(book, runners=runners), *closed_pages(book, now)):
        wrong = faults(render(page))
        if wrong:
            found[name] = wrong[:3]
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_page_is_well_formed_at_every_moment_of_a_race(moment: str) -> None:
    assert wrong_pages(RaceBook(MOMENTS[moment])) == {}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_page_of_every_scenario_is_well_formed(path: Path) -> None:
    document = loads(read(path).racefile, name=path.name, directory=path.parent)
    assert wrong_pages(RaceBook(document), runners=1) == {}


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_every_page_of_a_race_without_entries_is_well_formed(path: Path) -> None:
    document = loads(path.read_text(encoding="utf-8"), name=path.name)
    assert wrong_pages(RaceBook(document)) == {}


def test_a_race_without_stages_or_classifications_still_has_its_pages() -> None:
    race = replace(siroua_six().race, stages=(), classifications=())
    book = RaceBook(Document(race=race))
    pages = dict(public_pages(book))
    assert {name: faults(render(page)) for name, page in pages.items()} == {
        "list": [],
        "home": [],
        "live": [],
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
    for _, page in (*public_pages(book), *closed_pages(book, instant(5, "12:06:18"))):
        text = render(page)
        assert "<script>alert" not in text
        assert "<em>" not in text
        assert "<i>" not in text
        assert "<u>" not in text
