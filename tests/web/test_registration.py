"""Start lists, registration and check-in at the desk."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.serving import BEFORE, DIRECTOR, PASSWORD, RACE, settings_for
from tests.web.forms import form, submit
from timing import racefile
from timing.core.records import Ruling, StartCorrection, StartList, Status, Void
from timing.db.engines import Database
from timing.db.reading import read_race
from timing.operations.races import add_race
from timing.web.application import create_app

SLUG = "camp"
DESK = f"/desk/{SLUG}"
LISTS = f"{DESK}/start-lists"
REGISTRATION = f"{DESK}/registration"
CHECK_IN = f"{REGISTRATION}/check-in"


@pytest.fixture
def app(filled: Database, tmp_path: Path) -> Flask:
    """A race whose second stage starts in the order of the standings, the last one first."""
    text = RACE.read_text()
    allocated = '{mode: interval, first: "00:30", every: "1:00", order: gc_reversed}'
    text = text.replace('{mode: mass, at: "00:30"}', allocated).replace(
        "slug: valleys", f"slug: {SLUG}"
    )
    with filled.writing() as session:
        add_race(session, racefile.loads(text, name="camp"), at=BEFORE, by="tests")
    return create_app(settings_for(filled, BIVOUAC_INSTANCE=str(tmp_path / "instance")))


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    submit(client, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})
    return client


def rulings(database: Database) -> tuple[Ruling, ...]:
    with database.reading() as session:
        return read_race(session, SLUG).rulings


def test_a_list_is_shown_as_it_would_be_then_issued_and_frozen(
    director: FlaskClient, filled: Database
) -> None:
    page = director.get(f"{LISTS}?stage=2")
    assert "Provisional" in page.text
    rows = page.text.partition("<tbody>")[2]
    assert rows.index("15a") < rows.index(">12<") < rows.index("007")
    director.post(f"{LISTS}/issue", data=form(page, f"{LISTS}/issue"))
    (issued,) = rulings(filled)
    assert isinstance(issued, StartList)
    assert [bib for bib, _ in sorted(issued.starts, key=lambda s: str(s[1]))] == [
        "15a",
        "12",
        "007",
        "7",
    ]
    assert "and frozen" in director.get(f"{LISTS}?stage=2").text
    public = director.get(f"/races/{SLUG}/stages/2/start-list").text
    assert "00:30:00" in public
    assert "<b>Bold</b>" not in public


def test_another_list_takes_a_reason_and_supersedes(
    director: FlaskClient, filled: Database
) -> None:
    issue = f"{LISTS}/issue"
    director.post(issue, data=form(director.get(f"{LISTS}?stage=2"), issue))
    page = director.get(f"{LISTS}?stage=2")
    assert director.post(issue, data=form(page, issue)).status_code == 400
    said = {**form(page, issue), "reason": "One was forgotten"}
    assert director.post(issue, data=said).status_code == 303
    first, second = rulings(filled)
    assert second.supersedes == (first.id,)


def test_a_mass_start_has_nothing_to_freeze(director: FlaskClient) -> None:
    page = director.get(f"{LISTS}?stage=1")
    assert "there is nothing to freeze" in page.text.replace("\n", " ")
    assert f'action="{LISTS}/issue"' not in page.text


def test_one_who_is_held_gets_another_start_after_a_preview(
    director: FlaskClient, filled: Database
) -> None:
    hold = f"{LISTS}/hold"
    said = {"bibs": "12", "to": "00:50", "reason": "Missed check-in"}
    shown = submit(director, f"{LISTS}?stage=2", hold, said)
    assert "Nothing is recorded yet" in shown.text
    director.post(hold, data=form(shown, hold))
    (ruling,) = rulings(filled)
    assert isinstance(ruling, StartCorrection)
    assert ruling.bibs == ("12",)


def test_each_line_is_ticked_with_who_and_when_and_undone(director: FlaskClient) -> None:
    tick = f"{REGISTRATION}/tick"
    page = director.get(f"{REGISTRATION}?q=12")
    assert "needed to start" in page.text
    director.post(tick, data={**form(page, tick, item="kit"), "done": "yes"})
    page = director.get(f"{REGISTRATION}?id=12")
    assert f"{DIRECTOR.lower()}, " in page.text
    director.post(tick, data={**form(page, tick, item="kit"), "done": "no"})
    assert "undone" in director.get(f"{REGISTRATION}?id=12").text


def test_the_checklist_is_the_race_s_own(director: FlaskClient) -> None:
    items = f"{REGISTRATION}/items"
    submit(director, items, items, {"label-1": "<i>Rope</i>", "blocks-1": "yes"})
    page = director.get(f"{REGISTRATION}?id=12")
    assert "&lt;i&gt;Rope" in page.text
    assert "<i>Rope" not in page.text


def test_whoever_is_scanned_is_here_and_what_they_lack_is_told(director: FlaskClient) -> None:
    answer = submit(director, f"{CHECK_IN}?stage=2", CHECK_IN, {"who": "12"})
    assert answer.status_code == 303
    page = director.get(f"{CHECK_IN}?stage=2")
    assert "1 of 4 are here" in page.text
    assert "lacks: Medical certificate" in page.text
    assert submit(director, CHECK_IN, CHECK_IN, {"who": "<b>99</b>"}).status_code == 400


def test_the_rest_are_ruled_not_to_start_and_one_comes_after_all(
    director: FlaskClient, filled: Database
) -> None:
    submit(director, f"{CHECK_IN}?stage=2", CHECK_IN, {"who": "12"})
    missing = f"{REGISTRATION}/missing"
    page = director.get(f"{CHECK_IN}?stage=2")
    said = {**form(page, missing), "bib": ["7", "007"], "reason": "Overslept"}
    shown = director.post(missing, data=said)
    assert "DNS on stage 2: 7, 007" in shown.text
    assert rulings(filled) == ()
    kept = {**form(shown, missing), "bib": ["7", "007"]}
    director.post(missing, data=kept)
    (dns,) = rulings(filled)
    assert isinstance(dns, Status)
    assert dns.bibs == ("7", "007")

    started = f"{REGISTRATION}/started"
    page = director.get(f"{CHECK_IN}?stage=2")
    director.post(started, data=form(page, started))
    assert isinstance(rulings(filled)[-1], Void)


def test_who_was_seen_on_the_course_is_never_ruled_dns(
    director: FlaskClient, filled: Database
) -> None:
    missing = f"{REGISTRATION}/missing"
    page = director.get(f"{CHECK_IN}?stage=1")
    csrf = form(page, CHECK_IN)["csrf_token"]
    answer = director.post(missing, data={"csrf_token": csrf, "stage": "1", "bib": ["7"]})
    assert answer.status_code == 400
    assert rulings(filled) == ()
