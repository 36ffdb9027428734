"""A station's page without scripts: recording, taking back, starting, reporting; nothing else."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import SLUG, director_key, json_of, station_key
from tests.web.forms import form, submit
from timing.core.records import Record
from timing.core.times import TimeOfDay, parse_instant
from timing.db.engines import Database
from timing.operations.failed_keys import FAILED_KEYS_FROM_AN_ADDRESS
from timing.operations.races import export_document
from timing.operations.tokens import find_token, revoke_token

PASSINGS = "/station/passings"
VOIDS = "/station/voids"
STARTS = "/station/starts"
WITHDRAWALS = "/station/withdrawals"


def journal(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        document = export_document(session, SLUG).document
    records: tuple[Record, ...] = (*document.passings, *document.rulings)
    return {record.id: record for record in records}


def written(database: Database) -> list[Any]:
    """What was written since the race was loaded."""
    return [record for record in journal(database).values() if not record.id.startswith("r-")]


def sign_in(client: FlaskClient, key: str) -> TestResponse:
    return submit(client, "/station/form", "/station/sign-in", {"token": key})


def record(client: FlaskClient, **fields: str) -> TestResponse:
    return submit(client, "/station/form", PASSINGS, fields)


@pytest.fixture
def finish(client: FlaskClient, filled: Database) -> FlaskClient:
    assert sign_in(client, station_key(filled, "FINISH")).status_code == 303
    return client


# Signing in ----------------------------------------------------------------------------


def test_a_station_signs_in_with_its_key(client: FlaskClient, filled: Database) -> None:
    assert PASSINGS not in client.get("/station/form").text
    assert sign_in(client, station_key(filled, "FINISH")).location == "/station/form"
    assert PASSINGS in client.get("/station/form").text


@pytest.mark.parametrize("key", ["", "1.wrong", "nonsense", "<script>", "9" * 5000])
def test_a_wrong_key_opens_nothing(client: FlaskClient, key: str) -> None:
    answer = sign_in(client, key)
    assert answer.status_code == 403
    assert PASSINGS not in client.get("/station/form").text


def test_a_directors_key_is_no_stations(client: FlaskClient, filled: Database) -> None:
    assert sign_in(client, director_key(filled)).status_code == 403


def test_after_too_many_keys_that_are_none_the_next_is_not_looked_at(
    client: FlaskClient, filled: Database
) -> None:
    statuses = {sign_in(client, "K7QM").status_code for _ in range(FAILED_KEYS_FROM_AN_ADDRESS)}
    assert statuses == {403}

    refused = sign_in(client, station_key(filled, "FINISH"))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert PASSINGS not in client.get("/station/form").text


def test_a_revoked_key_ends_the_session_at_once(client: FlaskClient, filled: Database) -> None:
    key = station_key(filled, "FINISH")
    sign_in(client, key)
    fields = form(client.get("/station/form"), PASSINGS)
    with filled.writing() as session:
        token = find_token(session, key)
        assert token is not None
        revoke_token(session, token.id, at=1)
    answer = client.post(PASSINGS, data={**fields, "bib": "12"})
    assert answer.status_code == 401
    assert written(filled) == []
    assert PASSINGS not in client.get("/station/form").text


def test_the_cookie_does_not_hold_the_key(client: FlaskClient, filled: Database) -> None:
    key = station_key(filled, "FINISH")
    cookie = sign_in(client, key).headers["Set-Cookie"]
    assert key not in cookie
    assert key.replace("-", "") not in cookie


def test_a_station_signs_out(finish: FlaskClient) -> None:
    submit(finish, "/station/form", "/station/sign-out", {})
    assert PASSINGS not in finish.get("/station/form").text


def test_signing_in_begins_a_new_session(client: FlaskClient, filled: Database) -> None:
    before = form(client.get("/station/form"), "/station/sign-in")["csrf_token"]
    key = station_key(filled, "FINISH")
    client.post("/station/sign-in", data={"csrf_token": before, "token": key})
    answer = client.post(PASSINGS, data={"csrf_token": before, "stage": "1", "control": "FINISH"})
    assert answer.status_code == 400


# Recording -----------------------------------------------------------------------------


def test_a_passing_is_recorded_now(finish: FlaskClient, filled: Database) -> None:
    answer = record(finish, bib="12", control="FINISH")
    assert answer.status_code == 303
    (passing,) = written(filled)
    assert (passing.stage, passing.control, passing.bib) == (1, "FINISH", "12")
    assert isinstance(passing.time, int)
    assert (passing.source, passing.device) == ("line_crew", "Finish")
    assert ">12<" in finish.get("/station/form").text.replace("<b>", "").replace("</b>", "")


def test_a_passing_is_recorded_at_the_time_written(finish: FlaskClient, filled: Database) -> None:
    record(finish, bib="12", control="FINISH", time="11:05", note="from paper")
    (passing,) = written(filled)
    assert passing.time == TimeOfDay(11 * 3_600_000 + 5 * 60_000)
    assert (passing.uncertainty_ms, passing.note) == (60_000, "from paper")


def test_a_script_records_the_moment_of_the_tap(finish: FlaskClient, filled: Database) -> None:
    tapped = "2026-03-28T10:05:06.789Z"
    record(finish, bib="12", control="FINISH", time=tapped, device_time=tapped)
    (passing,) = written(filled)
    assert passing.time == passing.device_time == parse_instant(tapped)


def test_an_unread_digit_is_kept_as_such(finish: FlaskClient, filled: Database) -> None:
    record(finish, bib="1?", control="FINISH")
    assert written(filled)[0].bib == "1*"


def test_a_time_without_a_bib_is_kept(finish: FlaskClient, filled: Database) -> None:
    record(finish, bib="", control="FINISH")
    assert written(filled)[0].bib == ""


def test_a_form_sent_twice_is_one_record(finish: FlaskClient, filled: Database) -> None:
    fields = {**form(finish.get("/station/form"), PASSINGS), "bib": "12", "control": "FINISH"}
    assert finish.post(PASSINGS, data=fields).status_code == 303
    assert finish.post(PASSINGS, data=fields).status_code == 303
    assert len(written(filled)) == 1


def test_a_form_sent_again_with_another_bib_is_not_lost_in_silence(
    finish: FlaskClient,
) -> None:
    fields = {**form(finish.get("/station/form"), PASSINGS), "bib": "12", "control": "FINISH"}
    finish.post(PASSINGS, data=fields)
    again = finish.post(PASSINGS, data={**fields, "bib": "15a"})
    assert again.status_code == 400
    assert "Not recorded" in again.text
    assert form(again, PASSINGS)["bib"] == "15a"
    assert form(again, PASSINGS)["id"] != fields["id"]


@pytest.mark.parametrize(
    "fields",
    [
        {"bib": "12", "time": "25:00"},
        {"bib": "12", "time": "soon"},
        {"bib": "1 2"},
        {"bib": "x" * 30},
        {"bib": "12", "stage": "one"},
        {"bib": "12", "stage": ""},
        {"bib": "12", "id": "x" * 300},
        {"bib": "12", "note": "x" * 3000},
        {"bib": "12", "device_time": "now"},
        {"bib": "\x00"},
    ],
)
def test_what_cannot_be_taken_is_said_and_stays_in_the_form(
    finish: FlaskClient, filled: Database, fields: dict[str, str]
) -> None:
    answer = record(finish, control="FINISH", **fields)
    assert answer.status_code == 400
    assert form(answer, PASSINGS)
    assert written(filled) == []


def test_what_is_written_is_escaped(finish: FlaskClient) -> None:
    record(finish, bib="<script>", control="FINISH", note="<b>bold</b>")
    page = finish.get("/station/form").text
    assert "<b>bold</b>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("place", [{"control": "PASS"}, {"control": "FINISH", "stage": "2"}])
def test_a_station_records_at_its_own_control_only(
    finish: FlaskClient, filled: Database, place: dict[str, str]
) -> None:
    answer = record(finish, bib="12", **place)
    assert answer.status_code == 400
    assert "does not record" in answer.text
    assert written(filled) == []


def test_in_and_out_are_recorded_apart(client: FlaskClient, filled: Database) -> None:
    sign_in(client, station_key(filled, "HUT", label="Hut"))
    record(client, bib="12", control="HUT.in")
    record(client, bib="12", control="HUT.out")
    assert [p.control for p in written(filled)] == ["HUT.in", "HUT.out"]
    assert {p.source for p in written(filled)} == {"checkpoint"}


def test_a_form_from_elsewhere_is_refused(finish: FlaskClient, filled: Database) -> None:
    fields = form(finish.get("/station/form"), PASSINGS)
    del fields["csrf_token"]
    for data in (fields, {**fields, "csrf_token": "forged"}):
        answer = finish.post(PASSINGS, data=data)
        assert answer.status_code == 400
        assert "Open the page again" in answer.text
    assert written(filled) == []


# Taking back ---------------------------------------------------------------------------


def test_a_station_takes_back_its_own_record(finish: FlaskClient, filled: Database) -> None:
    record(finish, bib="12", control="FINISH")
    (passing,) = written(filled)
    answer = submit(finish, "/station/form", VOIDS, {}, choose={"record": passing.id})
    assert answer.status_code == 303
    (void,) = [r for r in written(filled) if r.id != passing.id]
    assert (void.record, void.by) == (passing.id, "Finish")
    assert "undone" in finish.get("/station/form").text


def test_a_station_takes_back_nobody_elses(finish: FlaskClient, filled: Database) -> None:
    token = form(finish.get("/station/form"), PASSINGS)["csrf_token"]
    answer = finish.post(VOIDS, data={"csrf_token": token, "id": "v", "record": "r-7"})
    assert answer.status_code == 400
    assert "only what it wrote itself" in answer.text
    assert written(filled) == []


# Starting, reporting -------------------------------------------------------------------


def test_the_station_at_the_start_gives_the_gun_once(client: FlaskClient, filled: Database) -> None:
    sign_in(client, station_key(filled, "START", label="Start"))
    fields = form(client.get("/station/form"), STARTS)
    assert client.post(STARTS, data=fields).status_code == 303
    assert client.post(STARTS, data=fields).status_code == 303
    (start,) = written(filled)
    assert (start.stage, start.wave, start.by) == (1, "", "Start")


def test_another_station_gives_no_gun(finish: FlaskClient, filled: Database) -> None:
    token = form(finish.get("/station/form"), PASSINGS)["csrf_token"]
    answer = finish.post(STARTS, data={"csrf_token": token, "id": "s", "stage": "1"})
    assert answer.status_code == 400
    assert written(filled) == []


def test_a_withdrawal_is_reported_and_decides_nothing(
    finish: FlaskClient, filled: Database
) -> None:
    submit(finish, "/station/form", WITHDRAWALS, {"bib": "12", "note": "knee", "control": "FINISH"})
    (seen,) = written(filled)
    assert (seen.kind, seen.bibs, seen.reason) == ("withdrawal", ("12",), "knee")
    lines = json_of(finish.get(f"/api/v1/races/{SLUG}/boards/gc"))["lines"]
    assert [line["status"] for line in lines if line["bib"] == "12"] == ["racing"]


def test_a_withdrawal_needs_a_bib(finish: FlaskClient, filled: Database) -> None:
    answer = submit(finish, "/station/form", WITHDRAWALS, {"bib": "", "control": "FINISH"})
    assert answer.status_code == 400
    assert written(filled) == []


def test_a_form_is_told_that_the_station_is_signed_out(
    finish: FlaskClient, filled: Database
) -> None:
    fields = form(finish.get("/station/form"), PASSINGS)
    submit(finish, "/station/form", "/station/sign-out", {})
    fields["csrf_token"] = form(finish.get("/station/form"), "/station/sign-in")["csrf_token"]
    answer = finish.post(PASSINGS, data={**fields, "bib": "12", "control": "FINISH"})
    assert answer.status_code == 401
    assert "signed in" in answer.text
    assert written(filled) == []


def test_what_was_done_is_said_once(finish: FlaskClient) -> None:
    assert record(finish, bib="12", control="FINISH").status_code == 303
    assert "12 recorded." in finish.get("/station/form").text
    assert "12 recorded." not in finish.get("/station/form").text


# The look ------------------------------------------------------------------------------


def test_a_chosen_theme_stays(finish: FlaskClient) -> None:
    assert 'data-theme="night"' in finish.get("/station/form?theme=night").text
    assert 'data-theme="night"' in finish.get("/station/form").text


@pytest.mark.parametrize("theme", ["<script>", "purple", "x" * 500])
def test_a_theme_that_is_none_is_no_theme(finish: FlaskClient, theme: str) -> None:
    page = finish.get("/station/form", query_string={"theme": theme})
    assert page.status_code == 200
    assert "data-theme" not in page.text


@pytest.mark.parametrize(
    "query", ["?stage=9", "?stage=x", "?control=NOWHERE", "?stage=2&control=FINISH"]
)
def test_any_query_shows_the_stations_own_page(finish: FlaskClient, query: str) -> None:
    assert finish.get(f"/station{query}").status_code == 200
