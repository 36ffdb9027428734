"""From what a control looks at to the penalty at the desk (docs/station-protocol.md)."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.serving import BEFORE, DIRECTOR, PASSWORD, bearer, json_of, settings_for, station_key
from tests.web.forms import submit
from timing import racefile
from timing.core.records import Penalty
from timing.db.engines import Database
from timing.operations.directors import add_director
from timing.operations.races import add_race, export_document
from timing.web.application import create_app

DUNES = """
race:
  slug: dunes
  timezone: UTC
  rules:
    penalties:
      - {code: KIT, name: Mandatory kit missing, time: "0:30:00", per_item: true}
divisions: [{code: full}]
stages:
  - number: 1
    date: 2026-03-28
    start: "08:00"
    controls:
      - {code: START, km: 0}
      - {code: PASS, km: 10}
      - {code: HUT, km: 14, in_out: true, checks: [whistle, survival_blanket, water]}
      - {code: FINISH, km: 20}
entries:
  - {bib: "7", division: full}
  - {bib: "12", division: full}
"""


@pytest.fixture
def dunes(sqlite_database: Database) -> Database:
    with sqlite_database.writing() as session:
        add_race(session, racefile.loads(DUNES, name="dunes"), at=BEFORE, by="tests")
        add_director(session, DIRECTOR, PASSWORD, at=BEFORE)
    return sqlite_database


@pytest.fixture
def visitor(dunes: Database) -> FlaskClient:
    return create_app(settings_for(dunes)).test_client()


def report(observed: str, *items: str, bib: str) -> dict[str, Any]:
    return {
        "kind": "ruling",
        "id": f"seen-{bib}",
        "ruling": "observation",
        "observed": observed,
        "items": list(items),
        "bib": bib,
        "stage": 1,
        "control": "HUT.in",
        "at": "2026-03-28T09:00:00Z",
        "reason": "Looked at",
    }


def test_a_station_is_told_what_is_looked_at_there(dunes: Database, visitor: FlaskClient) -> None:
    key = station_key(dunes, slug="dunes")
    (stage,) = json_of(visitor.get("/api/v1/station/post", headers=bearer(key)))["stages"]

    assert {c["code"]: c["checks"] for c in stage["controls"]} == {
        "START": [],
        "PASS": [],
        "HUT.in": ["whistle", "survival_blanket", "water"],
        "HUT.out": ["whistle", "survival_blanket", "water"],
        "FINISH": [],
    }


def test_what_a_check_found_missing_is_a_penalty_that_the_desk_can_give(
    dunes: Database, visitor: FlaskClient
) -> None:
    key = station_key(dunes, "HUT", slug="dunes", label="Hut")
    answer = visitor.post(
        "/api/v1/station/records",
        json={
            "records": [
                report("kit", "whistle", "survival_blanket", bib="7"),
                report("kit_complete", "whistle", "survival_blanket", "water", bib="12"),
            ]
        },
        headers=bearer(key),
    )
    verdicts = json_of(answer)["verdicts"]
    assert [(v["verdict"], v["message"]) for v in verdicts] == [("accepted", "")] * 2

    submit(visitor, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})
    given = submit(
        visitor,
        "/desk/dunes/rulings",
        "/desk/dunes/rulings/new",
        {},
        choose={"kind": "penalty", "settles": "seen-7"},
    )

    assert given.status_code == 303
    with dunes.reading() as session:
        rulings = export_document(session, "dunes").document.rulings
    (penalty,) = [r for r in rulings if isinstance(r, Penalty)]
    assert (penalty.bibs, penalty.code, penalty.count, penalty.settles) == (
        ("7",),
        "KIT",
        2,
        ("seen-7",),
    )
    assert 'value="seen-7"' not in visitor.get("/desk/dunes/rulings").text


def test_the_desk_reads_what_was_missing(dunes: Database, visitor: FlaskClient) -> None:
    visitor.post(
        "/api/v1/station/records",
        json={"records": [report("kit", "whistle", "survival_blanket", bib="7")]},
        headers=bearer(station_key(dunes, "HUT", slug="dunes")),
    )
    submit(visitor, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})

    assert "kit (whistle, survival blanket)" in visitor.get("/desk/dunes/rulings").text
