"""The director's desk without scripts: signing in, rulings, starts, files."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import BEFORE, DIRECTOR, PASSWORD, SLUG, json_of
from tests.web.forms import form, submit
from tests.web.people import account, signed_in
from tests.web.test_station import journal, written
from timing.core.records import Passing
from timing.core.times import HOUR, parse_instant
from timing.db.engines import Database
from timing.operations.directors import FAILURES_FOR_A_NAME_FROM_AN_ADDRESS, change_password
from timing.operations.races import add_race, export_document
from timing.operations.record import append
from timing.operations.roles import Part
from timing.web.installation import now

DESK = f"/desk/{SLUG}"
RECORDS = f"{DESK}/records"
RULINGS = f"{DESK}/rulings"
NEW = f"{RULINGS}/new"
STARTS = f"{DESK}/starts"
EXPORT = f"{DESK}/export"
STAGE_2 = parse_instant("2026-03-29T00:30:00+01:00")


def sign_in(client: FlaskClient, name: str = DIRECTOR, password: str = PASSWORD) -> TestResponse:
    return submit(client, "/desk", "/desk/sign-in", {"name": name, "password": password})


def standing(client: FlaskClient) -> dict[str, Any]:
    lines = json_of(client.get(f"/api/v1/races/{SLUG}/boards/gc"))["lines"]
    return {line["bib"]: line for line in lines}


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


# Signing in ----------------------------------------------------------------------------


def test_a_director_signs_in_with_name_and_password(client: FlaskClient) -> None:
    assert RULINGS not in client.get(DESK).text
    assert sign_in(client).location == "/desk"
    assert RULINGS in client.get(DESK).text


@pytest.mark.parametrize(
    ("name", "password"),
    [
        (DIRECTOR, "wrong password"),
        (DIRECTOR, ""),
        ("Nobody", PASSWORD),
        ("", ""),
        ("\x00", "\x00"),
        ("x" * 10_000, "y" * 10_000),
    ],
)
def test_a_wrong_name_or_password_opens_nothing(
    client: FlaskClient, name: str, password: str
) -> None:
    answer = sign_in(client, name, password)
    assert 400 <= answer.status_code < 500
    assert RULINGS not in client.get(DESK).text


def test_after_too_many_attempts_the_next_is_not_looked_at(client: FlaskClient) -> None:
    for _ in range(FAILURES_FOR_A_NAME_FROM_AN_ADDRESS):
        assert sign_in(client, password="wrong password").status_code == 403
    answer = sign_in(client)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert RULINGS not in client.get(DESK).text


def test_another_password_ends_the_session(director: FlaskClient, filled: Database) -> None:
    with filled.writing() as session:
        change_password(session, DIRECTOR, "another long password")
    assert RULINGS not in director.get(DESK).text


def test_a_session_ends_after_a_day_at_the_race(
    director: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timing.web.sign_ins.now", lambda: now() + 17 * HOUR)
    assert RULINGS not in director.get(DESK).text


def test_a_director_signs_out(director: FlaskClient) -> None:
    submit(director, DESK, "/desk/sign-out", {})
    assert RULINGS not in director.get(DESK).text


def test_the_page_asked_for_is_shown_after_signing_in(client: FlaskClient) -> None:
    fields = form(client.get(DESK), "/desk/sign-in")
    answer = client.post("/desk/sign-in", data={**fields, "name": DIRECTOR, "password": PASSWORD})
    assert answer.location == DESK


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/desk",
        "//elsewhere.example/desk",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/desk\\@elsewhere.example",
        "javascript:alert(1)",
        "/station",
        "/desk/../../elsewhere",
        "/desk/%2e%2e/elsewhere",
        "/desk\r\nX-Evil: 1",
        "/deskelsewhere",
    ],
)
def test_signing_in_leads_nowhere_but_to_the_desk(client: FlaskClient, address: str) -> None:
    token = form(client.get("/desk"), "/desk/sign-in")["csrf_token"]
    data = {"csrf_token": token, "name": DIRECTOR, "password": PASSWORD, "next": address}
    answer = client.post("/desk/sign-in", data=data)
    assert answer.status_code == 303
    assert answer.location == "/desk"


def test_signing_in_begins_a_new_session(client: FlaskClient) -> None:
    token = form(client.get("/desk"), "/desk/sign-in")["csrf_token"]
    data = {"csrf_token": token, "name": DIRECTOR, "password": PASSWORD}
    client.post("/desk/sign-in", data=data)
    assert client.post(NEW, data={"csrf_token": token}).status_code == 400


def test_a_session_signed_by_another_key_is_nobodys(app: Flask, director: FlaskClient) -> None:
    app.config["SECRET_KEY"] = "another key of more than thirty-two characters"
    assert RULINGS not in director.get(DESK).text


@pytest.mark.parametrize("path", [RECORDS, NEW, STARTS])
def test_nobody_rules_without_signing_in(client: FlaskClient, filled: Database, path: str) -> None:
    token = form(client.get("/desk"), "/desk/sign-in")["csrf_token"]
    data = {"csrf_token": token, "id": "u", "ruling": "void", "record": "r-7", "stage": "1"}
    assert client.post(path, data=data).status_code == 401
    assert written(filled) == []


def test_nobody_takes_files_without_signing_in(client: FlaskClient) -> None:
    assert "Content-Disposition" not in client.get(f"{EXPORT}?board=gc&format=csv").headers


# The desk ------------------------------------------------------------------------------


def test_one_race_is_the_desk_itself(director: FlaskClient) -> None:
    assert director.get("/desk").location == DESK


def test_of_several_races_one_is_chosen(director: FlaskClient, filled: Database) -> None:
    with filled.writing() as session:
        document = export_document(session, SLUG).document
        race = replace(document.race, slug="another", name="Another Race")
        add_race(session, replace(document, race=race), at=BEFORE, by="tests")
    page = director.get("/desk")
    assert page.status_code == 200
    assert "Another Race" in page.text
    assert "Three Valleys" in page.text


def test_a_race_that_is_not_there_has_no_desk(director: FlaskClient) -> None:
    assert director.get("/desk/nowhere").status_code == 404


def test_problems_and_records_are_on_the_desk(director: FlaskClient) -> None:
    page = director.get(RECORDS).text
    assert "Nothing to review" not in page
    assert "Zoë &lt;b&gt;Bold&lt;/b&gt;" in page


# Records -------------------------------------------------------------------------------


def void(client: FlaskClient, record: str = "r-7", **more: str) -> TestResponse:
    """Void a record, or restore it, where it stands on the page."""
    fields = {"reason": "Misread", **more}
    return submit(client, RECORDS, RECORDS, fields, choose={"record": record})


def rule(client: FlaskClient, **fields: str) -> TestResponse:
    """Give a penalty on the page of rulings."""
    return submit(client, f"{RULINGS}?kind=penalty", NEW, fields, choose={"kind": "penalty"})


def test_a_record_is_voided_and_restored(director: FlaskClient, filled: Database) -> None:
    assert void(director).location == RECORDS
    assert standing(director)["7"]["rank"] is None
    (made,) = written(filled)
    assert (made.record, made.reason, made.by) == ("r-7", "Misread", "dora")
    assert "Restore this record" in director.get(RECORDS).text
    void(director, made.id)
    assert standing(director)["7"]["rank"] == 1
    assert "Restore this record" not in director.get(RECORDS).text


def test_a_passing_is_assigned_to_another_bib(director: FlaskClient, filled: Database) -> None:
    fields = form(director.get(RECORDS), RECORDS, record="r-7")
    data = {**fields, "ruling": "assign", "bib": "007", "reason": "Misread"}
    assert director.post(RECORDS, data=data).status_code == 303
    assert (written(filled)[0].record, written(filled)[0].bib) == ("r-7", "007")


def test_a_form_sent_twice_is_one_record(director: FlaskClient, filled: Database) -> None:
    fields = {**form(director.get(RECORDS), RECORDS, record="r-7"), "reason": "Misread"}
    assert director.post(RECORDS, data=fields).status_code == 303
    assert director.post(RECORDS, data=fields).status_code == 303
    assert len(written(filled)) == 1
    other = director.post(RECORDS, data={**fields, "reason": "Another"})
    assert other.status_code == 400
    assert "sent before" in other.text


@pytest.mark.parametrize(
    "fields",
    [
        {"ruling": "void", "record": "r-7", "reason": "x" * 3000},
        {"ruling": "assign", "record": "r-7", "bib": "", "reason": "x"},
        {"ruling": "assign", "record": "r-7", "bib": "99", "reason": "x"},
        {"ruling": "void", "record": "nothing", "reason": "x"},
        {"ruling": "penalty", "record": "r-7", "bib": "7", "stage": "1", "time": "1:00"},
        {"ruling": "nonsense"},
    ],
)
def test_what_cannot_be_done_to_a_record_is_said(
    director: FlaskClient, filled: Database, fields: dict[str, str]
) -> None:
    given = form(director.get(RECORDS), RECORDS, record="r-7")
    assert director.post(RECORDS, data={**given, **fields}).status_code == 400
    assert written(filled) == []


def test_a_ruling_is_not_reversed_among_the_records(
    director: FlaskClient, filled: Database
) -> None:
    """Whoever may review passings may not rule: a penalty is no passing, nor is its void."""
    given = form(director.get(RECORDS), RECORDS, record="r-7")
    rule(director, bibs="7", stage="1", time="1:00:00", reason="No whistle")
    (penalty,) = written(filled)
    answer = director.post(RECORDS, data={**given, "record": penalty.id, "reason": "x"})
    assert answer.status_code == 400
    assert written(filled) == [penalty]


def test_a_timekeeper_mends_records_and_gives_no_gun(app: Flask, filled: Database) -> None:
    keeper = signed_in(app, filled, account(filled, "kim", Part.TIMEKEEPER))
    assert void(keeper).status_code == 303
    assert written(filled)[0].by == "kim"
    assert STARTS not in keeper.get(RECORDS).text
    assert "ruled on" not in keeper.get(RECORDS).text


def test_a_form_from_elsewhere_is_refused(director: FlaskClient, filled: Database) -> None:
    fields = {**form(director.get(RECORDS), RECORDS, record="r-7"), "reason": "Misread"}
    del fields["csrf_token"]
    assert director.post(RECORDS, data=fields).status_code == 400
    assert written(filled) == []


def test_what_would_change_is_shown_and_recorded_only_then(
    director: FlaskClient, filled: Database
) -> None:
    shown = void(director, preview="yes")
    assert shown.status_code == 200
    assert "Ana Ruiz" in shown.text
    assert written(filled) == []
    assert standing(director)["7"]["rank"] == 1

    assert director.post(RECORDS, data=form(shown, RECORDS)).status_code == 303
    assert [r.reason for r in written(filled)] == ["Misread"]
    assert standing(director)["7"]["rank"] is None


def test_penalties_and_statuses_are_decided_on_the_page_of_rulings(director: FlaskClient) -> None:
    page = director.get(RECORDS).text
    assert f'href="{RULINGS}"' in page
    assert 'value="penalty"' not in page
    assert 'value="status"' not in page


# Guns ----------------------------------------------------------------------------------


def test_a_gun_is_given_and_corrected(director: FlaskClient, filled: Database) -> None:
    gun = {"time": "00:31:00", "anyway": "yes"}
    submit(director, RECORDS, STARTS, gun, choose={"stage": "2"})
    (first,) = written(filled)
    assert (first.stage, first.by) == (2, "dora")
    submit(director, RECORDS, STARTS, {"time": "00:32:00"}, choose={"stage": "2"})
    assert len(journal(filled)) == 6


@pytest.fixture
def at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands where stage 2 is planned to start."""
    for module in ("timing.web.desk", "timing.web.forms"):
        monkeypatch.setattr(f"{module}.present", lambda: STAGE_2)


def start(client: FlaskClient, **fields: str) -> TestResponse:
    return submit(client, RECORDS, STARTS, fields, choose={"stage": "2"})


@pytest.mark.usefixtures("at_the_start")
def test_on_its_day_and_with_nobody_on_course_a_stage_starts_at_once(
    director: FlaskClient, filled: Database
) -> None:
    assert 'name="anyway"' not in director.get(RECORDS).text
    assert start(director).status_code == 303
    assert written(filled)[0].to == STAGE_2


@pytest.mark.usefixtures("at_the_start")
def test_a_gun_while_an_earlier_stage_still_runs_is_given_only_when_confirmed(
    director: FlaskClient, filled: Database
) -> None:
    void(director)
    although = "Start it although stage\N{NO-BREAK SPACE}1 still has 1 on course"
    assert although in director.get(RECORDS).text
    refused = start(director)
    assert refused.status_code == 400
    assert "Not started: stage\N{NO-BREAK SPACE}1 still has 1 on course." in refused.text
    assert len(written(filled)) == 1
    assert start(director, anyway="yes").status_code == 303
    assert len(written(filled)) == 2


@pytest.mark.parametrize("time", ["", "00:30:00"])
def test_a_gun_on_another_day_is_given_only_when_confirmed(
    director: FlaskClient, filled: Database, time: str
) -> None:
    assert "Start it although it is planned for Sunday 29 March 2026" in director.get(RECORDS).text
    refused = start(director, time=time)
    assert refused.status_code == 400
    assert "Not started: it is planned for Sunday 29 March 2026." in refused.text
    assert written(filled) == []
    assert start(director, time=time, anyway="yes").status_code == 303
    assert len(written(filled)) == 1


@pytest.mark.usefixtures("at_the_start")
def test_a_gun_that_was_given_can_be_voided_where_it_was_given(
    director: FlaskClient, filled: Database
) -> None:
    start(director)
    page = director.get(RECORDS)
    (gun,) = written(filled)
    assert "Void the gun" in page.text
    assert f'value="{gun.id}"' in page.text
    assert "Start now" not in page.text
    submit(director, RECORDS, NEW, {"reason": "Slip"}, choose={"record": gun.id})
    assert "Start now" in director.get(RECORDS).text
    assert "Void the gun" not in director.get(RECORDS).text


@pytest.mark.usefixtures("at_the_start")
def test_a_stage_with_runners_on_course_keeps_its_start_when_the_next_has_begun(
    director: FlaskClient,
) -> None:
    void(director)
    start(director, anyway="yes")
    form(director.get(RECORDS), STARTS, stage="1")
    form(director.get(RECORDS), STARTS, stage="2")


# What was done, and what was not --------------------------------------------------------


def test_what_was_done_is_said_once(director: FlaskClient) -> None:
    void(director)
    said = "FINISH, 7 Ana Ruiz"
    assert said in director.get(RECORDS).text.split('role="status">')[1].split("</p>")[0]
    assert 'role="status">' not in director.get(RECORDS).text


def test_what_was_done_is_escaped(director: FlaskClient) -> None:
    rule(director, bibs="15a", stage="1", time="1:00:00", reason="No whistle")
    assert "given to 15a Zoë &lt;b&gt;Bold&lt;/b&gt;" in director.get(RULINGS).text


def test_reloading_where_a_gun_was_given_leads_to_the_desk(director: FlaskClient) -> None:
    answer = director.get(STARTS)
    assert (answer.status_code, answer.location) == (303, DESK)


def test_reloading_where_a_ruling_was_sent_shows_the_rulings(director: FlaskClient) -> None:
    assert "What is to be decided?" in director.get(RULINGS).text


def test_problems_of_the_running_stage_come_first_then_from_later_to_earlier(
    director: FlaskClient, filled: Database
) -> None:
    for number, stage in enumerate(("1", "2")):
        with filled.writing() as session:
            passing = Passing(
                id=f"unknown-{number}", stage=int(stage), control="FINISH", bib="99", time=STAGE_2
            )
            append(session, SLUG, (passing,), received=STAGE_2)

    def order() -> list[int]:
        review = director.get(RECORDS).text.split('id="problems"')[1].split('id="records"')[0]
        found = [review.index(f"stage\N{NO-BREAK SPACE}{n}") for n in (1, 2)]
        return sorted((1, 2), key=lambda n: found[n - 1])

    assert order() == [2, 1]
    void(director)
    assert order() == [1, 2]


# Files ---------------------------------------------------------------------------------


def test_a_board_comes_as_csv(director: FlaskClient) -> None:
    answer = director.get(f"{EXPORT}?board=gc&after=1&format=csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "valleys-gc-after-1.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["rank"], row["bib"], row["time"]) for row in rows] == [
        ("1", "7", "3:10:00"),
        ("2", "007", "3:12:00"),
        ("3", "12", "3:20:30"),
        ("4", "15a", "3:40:00"),
    ]


def test_a_stage_comes_as_json(director: FlaskClient) -> None:
    answer = director.get(f"{EXPORT}?stage=1&format=json")
    assert answer.content_type == "application/json"
    assert "valleys-stage-1.json" in answer.headers["Content-Disposition"]
    assert [line["bib"] for line in json.loads(answer.text)][:4] == ["7", "007", "12", "15a"]


def test_every_file_on_the_desk_can_be_taken(director: FlaskClient) -> None:
    page = director.get(RECORDS).text
    addresses = [part.split('"')[0] for part in page.split('href="')[1:] if "/export" in part]
    assert len(addresses) >= 8
    for address in addresses:
        answer = director.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?board=nope&format=csv", 404),
        ("?board=gc&after=9&format=csv", 404),
        ("?stage=9&format=json", 404),
        ("?board=gc&format=exe", 400),
        ("?board=gc", 400),
        ("?format=csv", 400),
        ("?stage=x&format=csv", 400),
    ],
)
def test_what_is_no_file_is_said(director: FlaskClient, query: str, status: int) -> None:
    assert director.get(EXPORT + query).status_code == status
