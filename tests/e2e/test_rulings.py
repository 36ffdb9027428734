"""Rulings in a real browser: previewed while they are typed, given, kept, reversed, lifted."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.serving import BEFORE, DIRECTOR, PASSWORD, RACE
from timing import racefile
from timing.core.book import RaceBook
from timing.core.records import Observation
from timing.core.results import Line
from timing.db.engines import Database
from timing.operations.races import add_race, export_document

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
TABLE = """  rules:
    penalties:
      - {code: SHORT, name: Left the marked course, article: "5.2", time: "0:15:00"}
      - {code: KIT, name: Kit missing, article: "7.4", time: ["0:05:00", "0:10:00"]}
"""
_numbers = count(1)


@pytest.fixture
def run(database: Database) -> str:
    """A race of which a stage was run, with a penalty table and something a station saw."""
    text = RACE.read_text().replace(
        "  starts_on: 2026-03-28\n", f"  starts_on: 2026-03-28\n{TABLE}"
    )
    document = racefile.loads(text, name="run")
    slug = f"ruled-{next(_numbers)}"
    seen = Observation(
        id="seen-1",
        by="Hut",
        at=BEFORE + 1,
        reason="No whistle",
        kind="kit",
        bibs=("12",),
        stage=1,
        control="HUT",
    )
    with database.writing() as session:
        race = replace(document.race, slug=slug)
        add_race(session, replace(document, race=race, rulings=(seen,)), at=BEFORE, by="tests")
    return slug


def standings(database: Database, slug: str) -> tuple[Line, ...]:
    with database.reading() as session:
        return RaceBook(export_document(session, slug).document).board("gc").lines


def faults(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async () => (await axe.run()).violations"
        ".map(v => v.id + ' ' + v.nodes.map(n => n.target).join(' '))"
    )
    return list(found)


def fits(page: Page) -> bool:
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))


def sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Name").fill(DIRECTOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Reported by stations")).to_be_visible()


def rule(page: Page, kind: str, act: str, **fields: str) -> None:
    """Fill in the form of a kind and give it from there, once what it changes is shown."""
    page.get_by_role("link", name=kind).click()
    form = page.locator("form.ruling_form")
    for label, text in fields.items():
        form.get_by_label(label).fill(text)
    form.get_by_role("button", name=act).click()


def test_a_penalty_is_seen_while_it_is_typed_kept_and_given(
    page: Page, database: Database, run: str
) -> None:
    sign_in(page, f"/desk/{run}/rulings")
    assert faults(page) == []
    before = standings(database, run)

    # An article fills in its time and reason, and what it would change is there by itself.
    page.get_by_role("link", name="Give a penalty").click()
    form = page.locator("form.ruling_form")
    form.get_by_label("Bibs").fill("7")
    form.get_by_label("Article").select_option("SHORT")
    expect(form.get_by_label("Time", exact=True)).to_have_value("15:00")
    expect(form.get_by_label("Reason")).to_have_value("Left the marked course")
    would = form.locator(".would")
    # 007 finished 2:00 behind 7, and 8:30 before 12, who is then the next.
    expect(would).to_contain_text("Ana Ruiz loses the lead; Bo Lind leads by 8:30.")
    expect(would.locator(".would_named")).to_contain_text("Ana Ruiz")
    assert faults(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert fits(page)
    page.set_viewport_size({"width": 1280, "height": 900})

    form.get_by_role("button", name="Keep as draft").click()
    expect(page.get_by_text("Kept as a draft.")).to_be_visible()
    assert faults(page) == []
    assert standings(database, run) == before
    page.get_by_role("link", name="Open it").click()
    form.get_by_role("button", name="Give the penalty").click()
    expect(page.locator("p.message")).to_contain_text("Penalty 15:00 given to 7 Ana Ruiz")
    expect(page.get_by_role("heading", name="Drafts")).to_have_count(0)
    assert standings(database, run)[0].competitor.name == "Bo Lind"


def test_a_stage_is_cancelled_and_run_after_all_and_a_disqualification_lifted(
    page: Page, database: Database, run: str
) -> None:
    sign_in(page, f"/desk/{run}/rulings")
    before = standings(database, run)
    rule(page, "Cancel a stage", "Cancel the stage", Reason="Storm")
    expect(page.locator("p.message")).to_contain_text("Stage")
    assert standings(database, run) != before
    last = page.locator(".rulings_list li").first
    last.locator("summary").first.click()
    last.get_by_label("Why").fill("It was run after all")
    last.get_by_role("button", name="See what it changes").click()
    expect(page.get_by_text("Nothing is recorded yet.")).to_be_visible()
    assert faults(page) == []
    page.locator(".supposed .btn.main").click()
    expect(page.locator(".rulings_list li").first).to_contain_text("Reversed by")
    assert standings(database, run) == before

    rule(page, "Disqualify", "Disqualify", Bibs="7", Reason="Took a lift")
    expect(page.locator("p.message")).to_contain_text("7 Ana Ruiz")
    assert standings(database, run)[0].competitor.name == "Bo Lind"
    rule(page, "Lift a disq", "Let them go on", Bibs="7", Reason="It was another")
    expect(page.locator("p.message")).to_contain_text("7 Ana Ruiz")
    assert standings(database, run) == before


def test_what_a_station_reports_is_decided_as_it_proposes_and_noted_by_the_jury(
    page: Page, database: Database, run: str
) -> None:
    sign_in(page, f"/desk/{run}/rulings")
    page.get_by_role("button", name="As proposed").click()
    expect(page.get_by_text("Nothing is recorded yet.")).to_be_visible()
    page.locator(".supposed .btn.main").click()
    expect(page.locator("p.message")).to_contain_text("Penalty 5:00")
    expect(page.get_by_role("heading", name="Reported by stations")).to_have_count(0)
    penalties = {line.competitor.name: line.penalty for line in standings(database, run)}
    assert penalties["مريم العلوي"] == 5 * 60_000

    last = page.locator(".rulings_list li").first
    last.get_by_text("Add a note").click()
    last.get_by_label("Note, never public").fill("Photograph by the sweep")
    last.get_by_label("PDF or picture").set_input_files(
        {"name": "sheet.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 scan"}
    )
    last.get_by_role("button", name="Attach it").click()
    expect(page.locator(".rulings_notes").first).to_contain_text("Photograph by the sweep")
    assert faults(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert fits(page)
