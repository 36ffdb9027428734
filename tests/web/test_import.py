"""Files taken in at the desk, and what RACE RESULT 12 posts."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import DIRECTOR, PASSWORD, SLUG, bearer, settings_for, station_key
from tests.web.forms import form, submit
from timing.core.records import Passing, Void
from timing.core.times import parse_instant, parse_time_of_day
from timing.db.engines import Database
from timing.db.reading import read_race
from timing.web import desk_import
from timing.web.application import create_app
from timing.web.uploads import KEPT_SECONDS, MOST_FILES, keep_upload, upload_named

IMPORT = f"/desk/{SLUG}/import"
HOOK = f"/api/v1/races/{SLUG}/race-result"
TABLE = b"Dossard;Heure;Wo\n7;2026-03-28 09:10:11;PASS\n99;2026-03-28 09:11:00;PASS\n12;noon;PASS\n"


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    submit(client, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})
    return client


@pytest.fixture
def app(filled: Database, tmp_path: Path) -> Flask:
    """The application with an instance folder of its own, for the files that were sent."""
    return create_app(settings_for(filled, BIVOUAC_INSTANCE=str(tmp_path / "instance")))


def send(client: FlaskClient, content: bytes, name: str = "times.csv", **more: str) -> TestResponse:
    values = form(client.get(IMPORT), IMPORT)
    return client.post(IMPORT, data={**values, **more, "file": (io.BytesIO(content), name)})


def again(client: FlaskClient, page: TestResponse, **fields: str) -> TestResponse:
    return client.post(IMPORT, data={**form(page, IMPORT), **fields})


def recorded(database: Database) -> list[Passing]:
    with database.reading() as session:
        return [p for p in read_race(session, SLUG).passings if not p.id.startswith("r-")]


def test_only_a_director_takes_files_in(client: FlaskClient) -> None:
    assert "Take times in" not in client.get(IMPORT).text
    assert client.post(IMPORT, data={}).status_code in (400, 401)


def test_the_desk_leads_to_it(director: FlaskClient) -> None:
    assert f'href="{IMPORT}"' in director.get(f"/desk/{SLUG}").text


def test_a_file_is_looked_at_then_its_columns_confirmed_then_taken(
    director: FlaskClient, filled: Database
) -> None:
    first = send(director, TABLE)
    assert "Say where it was recorded" in first.text
    assert 'value="bib" selected' in first.text
    assert recorded(filled) == []

    fields = {"column-1": "bib", "column-2": "time", "column-3": "control", "do": "look"}
    fields["place"] = "1 START"
    looked = again(director, first, **fields)
    assert "Take 2 new" in looked.text
    assert "the time can&#39;t be read" in looked.text
    assert recorded(filled) == []

    took = again(director, looked, **{**fields, "do": "take"})
    assert "Took 2 passings." in took.text
    assert [(p.bib, p.control) for p in recorded(filled)] == [("7", "PASS"), ("99", "PASS")]

    repeated = again(director, looked, **{**fields, "do": "take"})
    assert "Took 0 passings." in repeated.text
    assert len(recorded(filled)) == 2


def test_a_device_s_file_is_known_by_its_lines(director: FlaskClient, filled: Database) -> None:
    line = b"1;A1;2026-03-28;11:10:00.123;0;12;-51;0000;0;1;1;0;0;0;0;0;D-5001;7;2;D5001\r\n"
    first = send(director, line, "passings.txt")
    assert '<option value="race-result" selected>' in first.text

    fields = {"format": "race-result", "place": "1 FINISH", "offset": "-1000", "do": "take"}
    again(director, first, **fields)

    (found,) = recorded(filled)
    assert found.chip == "A1"
    assert found.time == parse_instant("2026-03-28T11:09:59.123+01:00")


def test_a_long_file_is_taken_in_steps_that_say_how_far_they_are(
    director: FlaskClient, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_import, "TAKEN_AT_ONCE", 4)
    rows = b"".join(b"7,2026-03-28 09:00:%02d,PASS,1\n" % n for n in range(10))
    page = send(director, b"bib,time,control,stage\n" + rows)
    fields = {"column-1": "bib", "column-2": "time", "column-3": "control", "column-4": "stage"}
    page = again(director, page, **fields, do="take")
    assert '<progress max="10" value="4"' in page.text
    page = again(director, page, **fields, do="take")
    assert '<progress max="10" value="8"' in page.text
    again(director, page, **fields, do="take")
    assert len(recorded(filled)) == 10


def test_what_is_no_file_of_times_is_refused_in_words(director: FlaskClient) -> None:
    for content in (b"", b"\x00\x01", b"PK\x03\x04 no zip"):
        answer = send(director, content)
        assert answer.status_code == 400
        assert "message attention" in answer.text


def test_a_form_that_can_t_be_followed_says_why(director: FlaskClient) -> None:
    page = send(director, TABLE)
    for fields in ({"zone": "Nowhere/Atall"}, {"offset": "a second"}, {"offset": "9" * 13}):
        answer = again(director, page, **fields, do="look")
        assert answer.status_code == 400
        assert "message attention" in answer.text


def test_a_file_that_is_not_kept_any_more_is_asked_for_again(director: FlaskClient) -> None:
    page = send(director, TABLE)
    for name in ("", "../../etc/passwd", "0" * 64):
        assert again(director, page, upload=name, do="take").status_code == 400


def test_files_are_kept_for_an_hour_and_not_many(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    names = [keep_upload(folder, b"%d" % n) for n in range(MOST_FILES + 5)]
    assert len(list(folder.iterdir())) == MOST_FILES
    assert upload_named(folder, names[-1]) == b"24"
    long_ago = (folder / names[-1]).stat().st_mtime - KEPT_SECONDS - 60
    os.utime(folder / names[-1], (long_ago, long_ago))
    keep_upload(folder, b"another")
    assert upload_named(folder, names[-1]) is None


# RACE RESULT 12 ------------------------------------------------------------------------


def of_12(**changes: Any) -> dict[str, Any]:
    passing = {"Transponder": "A1", "DeviceID": "D-1", "FileNo": 1, "PassingNo": 5}
    return {"ID": 1, "Bib": 7, "Time": 40_200.25, "Invalid": False, "Passing": passing, **changes}


def test_race_result_12_posts_passings_and_repeats_are_harmless(
    client: FlaskClient, filled: Database
) -> None:
    key = bearer(station_key(filled, "FINISH"))
    first = client.post(HOOK, json=of_12(), headers=key).json
    second = client.post(HOOK, json=[of_12(), of_12(Bib=8)], headers=key).json

    assert first == {"accepted": 1, "known": 0, "voided": 0, "conflicts": [], "problems": []}
    assert second is not None
    assert (second["accepted"], second["known"], second["conflicts"]) == (0, 2, [])
    (found,) = recorded(filled)
    assert (found.chip, found.time) == ("A1", parse_time_of_day("11:10:00.250"))


def test_a_passing_declared_invalid_is_voided_once(client: FlaskClient, filled: Database) -> None:
    key = bearer(station_key(filled, "FINISH"))
    client.post(HOOK, json=of_12(), headers=key)
    for _ in range(2):
        assert client.post(HOOK, json=of_12(Invalid=True), headers=key).status_code == 200

    (found,) = recorded(filled)
    with filled.reading() as session:
        voids = [r for r in read_race(session, SLUG).rulings if isinstance(r, Void)]
    assert [void.record for void in voids] == [found.id]


def test_what_is_invalid_from_the_first_or_a_marker_is_not_taken(
    client: FlaskClient, filled: Database
) -> None:
    rows = [of_12(Invalid=True), of_12(Passing={"IsMarker": True}), {"no": "passing"}]
    key = bearer(station_key(filled, "FINISH"))
    answer = client.post(HOOK, json=rows, headers=key).json
    assert answer is not None
    assert [problem["index"] for problem in answer["problems"]] == [0, 1, 2]
    assert recorded(filled) == []


def test_other_content_under_a_known_number_is_a_conflict(
    client: FlaskClient, filled: Database
) -> None:
    key = bearer(station_key(filled, "FINISH"))
    client.post(HOOK, json=of_12(), headers=key)
    answer = client.post(HOOK, json=of_12(Time=40_300), headers=key).json
    assert answer is not None
    assert answer["conflicts"] == [recorded(filled)[0].id]


def test_the_key_may_stand_in_the_address(client: FlaskClient, filled: Database) -> None:
    key = station_key(filled, "FINISH")
    assert client.post(f"{HOOK}/{key}", json=of_12()).status_code == 200
    assert len(recorded(filled)) == 1


def test_without_a_key_that_may_record_there_nothing_is_taken(
    client: FlaskClient, filled: Database
) -> None:
    assert client.post(HOOK, json=of_12()).status_code == 401
    assert client.post(f"{HOOK}/1.wrong", json=of_12()).status_code == 401
    key = bearer(station_key(filled, "PASS"))
    answer = client.post(f"{HOOK}?control=FINISH", json=of_12(), headers=key).json
    assert answer is not None
    assert "does not record at FINISH" in answer["problems"][0]["message"]
    everywhere = bearer(station_key(filled, stage=None))
    assert client.post(HOOK, json=of_12(), headers=everywhere).status_code == 400
    assert client.post(HOOK, data=b"{", headers=key).status_code == 400
    assert recorded(filled) == []
