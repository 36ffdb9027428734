"""Entries at the desk: rows before the start, rulings after it."""

import re

import pytest
from flask.testing import FlaskClient

from tests.serving import BEFORE, DIRECTOR, PASSWORD, RACE, SLUG
from tests.web.forms import form, submit
from timing import racefile
from timing.core.records import BibChange, EntryChange, TeamChange
from timing.db.engines import Database
from timing.db.reading import Held, read_race
from timing.operations.races import add_race

LIST = f"/desk/{SLUG}/entries"
ONE = f"{LIST}/one"
RULE = f"{LIST}/rule"
FRESH = "fresh"
NASTY = '"><script>alert(1)</script>'


@pytest.fixture
def director(client: FlaskClient, filled: Database) -> FlaskClient:
    """Signed in, with a race beside the started one that has not begun."""
    from dataclasses import replace  # noqa: PLC0415

    document = racefile.load(RACE)
    with filled.writing() as session:
        race = replace(document.race, slug=FRESH)
        add_race(session, replace(document, race=race, passings=()), at=BEFORE, by="tests")
    submit(client, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})
    return client


def held(database: Database, slug: str = FRESH) -> Held:
    with database.reading() as session:
        return read_race(session, slug)


def fresh(part: str = "") -> str:
    return f"/desk/{FRESH}/entries{part}"


def test_before_the_start_an_entry_is_written_and_the_change_undone(
    director: FlaskClient, filled: Database
) -> None:
    answer = submit(
        director, fresh("/one"), fresh("/one"), {"bib": "21", "name": NASTY, "division": "full"}
    )
    assert answer.status_code == 303
    assert [e.name for e in held(filled).entries if e.bib == "21"] == [NASTY]

    page = director.get(fresh())
    assert NASTY not in page.text
    assert "is entered" in page.text

    revisions = re.findall(r'name="revision" value="(\d+)"', page.text)
    director.post(fresh("/back"), data=form(page, fresh("/back"), revision=revisions[0]))
    assert [e.bib for e in held(filled).entries] == ["7", "007", "12", "15a"]


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    director: FlaskClient, filled: Database
) -> None:
    answer = submit(
        director, fresh("/one"), fresh("/one"), {"bib": "2 1", "name": "Ada", "born": "1984"}
    )
    assert answer.status_code == 400
    assert "is not a bib; write a bib like 12 or 15a" in answer.text
    assert "is not a date; write a date like" in answer.text
    assert 'value="Ada"' in answer.text
    assert len(held(filled).entries) == 4


def test_a_bib_worn_twice_is_refused(director: FlaskClient, filled: Database) -> None:
    answer = submit(director, fresh("/one"), fresh("/one"), {"bib": "12", "division": "full"})
    assert answer.status_code == 400
    assert "Not taken" in answer.text
    assert len(held(filled).entries) == 4


def test_after_the_start_a_name_is_simply_corrected(
    director: FlaskClient, filled: Database
) -> None:
    answer = submit(director, f"{ONE}?id=7", ONE, {"name": "Ana Ruíz", "gender": "F", **STAYS})
    assert answer.status_code == 303
    race = held(filled, SLUG)
    assert [e.name for e in race.entries if e.id == "7"] == ["Ana Ruíz"]
    assert race.rulings == ()


STAYS = {"division": "full", "team": "T1"}


def test_after_the_start_what_affects_a_result_is_shown_then_ruled(
    director: FlaskClient, filled: Database
) -> None:
    fields = {"gender": "M", "club": "Alpina", "division": "full", "stage": "2", "reason": "Papers"}
    shown = submit(director, f"{ONE}?id=7", ONE, fields)
    assert "Nothing is recorded yet" in shown.text
    assert "gender: F → M" in shown.text
    assert held(filled, SLUG).rulings == ()

    said = form(shown, RULE)
    assert director.post(RULE, data=said).status_code == 303
    rulings = held(filled, SLUG).rulings
    assert {type(r) for r in rulings} == {EntryChange, TeamChange}
    assert all(r.reason == "Papers" and getattr(r, "stage", None) == 2 for r in rulings)

    director.post(RULE, data=said)
    assert len(held(filled, SLUG).rulings) == len(rulings)


def test_a_ruling_without_a_reason_is_asked_for_one(director: FlaskClient) -> None:
    answer = submit(director, f"{ONE}?id=7", ONE, {"gender": "M", **STAYS, "stage": "2"})
    assert answer.status_code == 400
    assert "say why" in answer.text


def test_a_late_entry_is_a_ruling_that_holds_from_its_stage_on(
    director: FlaskClient, filled: Database
) -> None:
    fields = {"bib": "50", "name": NASTY, "gender": "F", "division": "full", "stage": "2"}
    shown = submit(director, ONE, ONE, {**fields, "reason": "Came late"})
    assert NASTY not in shown.text
    director.post(RULE, data=form(shown, RULE))
    (ruling,) = held(filled, SLUG).rulings
    assert isinstance(ruling, EntryChange)
    assert ruling.new
    assert "50" in director.get(LIST).text


def test_two_bibs_are_swapped_both_ways_by_one_ruling(
    director: FlaskClient, filled: Database
) -> None:
    bibs = f"{LIST}/bibs"
    fields = {"kind": "swap", "bib": "7", "to": "12", "stage": "1", "reason": "Mixed up"}
    shown = submit(director, bibs, bibs, fields)
    assert "both ways" in shown.text
    director.post(RULE, data=form(shown, RULE))
    (ruling,) = held(filled, SLUG).rulings
    assert isinstance(ruling, BibChange)
    assert (ruling.bib, ruling.swap_with) == ("7", "12")


def test_a_team_is_made_named_and_filled(director: FlaskClient, filled: Database) -> None:
    teams = fresh("/teams")
    submit(director, teams, teams, {"what": "add", "code": "T2", "name": NASTY, "kind": "pair"})
    page = director.get(teams)
    assert NASTY not in page.text
    assert "2 too few" in page.text
    submit(director, f"{fresh('/one')}?id=12", fresh("/one"), {"team": "T2", "division": "full"})
    assert [e.team for e in held(filled).entries if e.id == "12"] == ["T2"]


def test_the_list_is_searched_and_says_who_lacks_what(director: FlaskClient) -> None:
    page = director.get(f"{LIST}?missing=born")
    assert "Ana Ruiz" not in page.text
    assert "Bo Lind" in page.text
    assert "Nobody is in that selection" in director.get(f"{LIST}?q=zzz").text


def test_the_csv_holds_no_formula(director: FlaskClient) -> None:
    submit(
        director,
        fresh("/one"),
        fresh("/one"),
        {"bib": "21", "name": "=1+1", "club": "@x", "division": "full"},
    )
    rows = director.get(fresh("/file.csv")).text.splitlines()
    assert rows[-1] == "21,'=1+1,,,,,'@x,full,,,"
