"""From a file of entries to who does not start, in a real browser."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.serving import BEFORE, DIRECTOR, PASSWORD, RACE
from timing import racefile
from timing.core.records import StartList, Status
from timing.db.engines import Database
from timing.db.reading import read_race
from timing.operations.races import add_race

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
FILE = """Dossard;Prénom;Nom;Sexe;Né le;Pays;Puce
1;Ada;Noir;F;03/04/1984;Suisse;A1
2;Bea;Blanc;Femme;25/12/1990;FRA;A2
3;Cem;Gris;H;01/02/1980;TUR;A3
3;Dan;Rouge;H;01/02/1981;TUR;
"""
_numbers = count(1)


@pytest.fixture
def coming(database: Database) -> str:
    """A race that nobody has entered, whose first stage starts one after the other by bib."""
    allocated = '{mode: interval, first: "08:00", every: "1:00", order: bibs}'
    document = racefile.loads(
        RACE.read_text().replace('{mode: mass, at: "08:00"}', allocated), name="coming"
    )
    slug = f"coming-{next(_numbers)}"
    with database.writing() as session:
        race = replace(document.race, slug=slug)
        add_race(
            session,
            replace(document, race=race, entries=(), teams=(), passings=()),
            at=BEFORE,
            by="tests",
        )
    return slug


def faults(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async () => (await axe.run()).violations"
        ".map(v => v.id + ' ' + v.nodes.map(n => n.target).join(' '))"
    )
    return list(found)


def test_from_a_file_to_who_does_not_start(
    page: Page, database: Database, coming: str, tmp_path: Path
) -> None:
    file = tmp_path / "entries.csv"
    file.write_text(FILE, encoding="utf-8")
    desk = f"/desk/{coming}"
    page.goto(f"{desk}/entries")
    page.get_by_label("Name").fill(DIRECTOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Nobody is entered yet.")).to_be_visible()
    assert faults(page) == []

    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("The file").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    page.locator("#c-5").select_option("born")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("bib 3 is that of line 4")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Take 3").click()
    expect(page.get_by_text("Took 3 entries.")).to_be_visible()
    assert faults(page) == []

    page.goto(f"{desk}/start-lists?stage=1")
    expect(page.get_by_text("Provisional: it follows")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Issue the list").click()
    expect(page.get_by_text("is issued and frozen.")).to_be_visible()

    page.goto(f"{desk}/registration?q=A1")
    page.get_by_role("button", name="Done Kit checked").click()
    expect(page.get_by_role("button", name="Undo Kit checked")).to_be_visible()
    assert faults(page) == []

    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{desk}/registration/check-in?stage=1")
    page.keyboard.type("A1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 3 are here")).to_be_visible()
    page.get_by_role("button", name="Here 2").click()
    expect(page.get_by_text("2 of 3 are here")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    page.get_by_text("The rest do not start").click()
    assert faults(page) == []
    page.get_by_role("button", name="Show what that changes").click()
    expect(page.get_by_text("DNS on stage 1: 3")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Record 1 DNS").click()
    expect(page.get_by_text("Ruled not to start")).to_be_visible()

    with database.reading() as session:
        rulings = read_race(session, coming).rulings
    assert [type(ruling) for ruling in rulings] == [StartList, Status]
    assert isinstance(rulings[1], Status)
    assert rulings[1].bibs == ("3",)
