"""Bringing in at the desk what devices gave out without a network."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.importers.carriage_samples import passing, record_id, ruling
from tests.importers.test_carriage import crowd
from tests.serving import SLUG, bearer, json_of, station_key
from tests.web.forms import form, submit
from tests.web.test_desk import sign_in
from timing.db.engines import Database
from timing.importers.carriage_files import write_file
from timing.importers.carriage_messages import write_messages
from timing.importers.carriage_stream import Carried, race_tag

PAGE = f"/desk/{SLUG}/carriage"


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


@pytest.fixture
def key(filled: Database) -> str:
    """The key of the station at the pass."""
    return station_key(filled, "PASS", label="Oberalp")


def of_station(key: str, *records: dict[str, Any]) -> list[Carried]:
    tag = race_tag(SLUG)
    return [Carried(record=one, race=tag, station=key[:4]) for one in records]


def test_messages_are_looked_over_then_taken_then_known_by_network(
    director: FlaskClient, key: str
) -> None:
    records = [
        *crowd(20),
        ruling(90, "void", 300_000, record=record_id(31), reason="Undone at the station"),
        ruling(91, "observation", 310_000, observed="kit", stage=1, control="PASS", bibs=["12"],
               items=["whistle"], reason="Seen at the station"),
    ]  # fmt: skip
    *others, last = write_messages(of_station(key, *records))

    seen = submit(director, PAGE, PAGE, {"text": "By satellite:\n" + "\n".join([last, *others])})
    assert seen.status_code == 200
    assert "22 read: 22 new" in seen.text
    assert "By satellite:" in seen.text
    taken = submit(director, PAGE, f"{PAGE}/take", {})
    assert taken.status_code == 303
    assert "Taken. 22 read: 22 new." in director.get(PAGE).text

    # The phone finds a network after all: nothing comes in twice.
    answer = director.post(
        "/api/v1/station/records", json={"records": records}, headers=bearer(key)
    )
    verdicts = [one["verdict"] for one in json_of(answer)["verdicts"]]
    assert verdicts == ["known"] * 22


def test_a_file_is_sent_and_what_is_not_taken_says_why(director: FlaskClient, key: str) -> None:
    records = of_station(key, passing(1, "12", 0), passing(2, "7", 0, control="FINISH"))
    content = write_file(SLUG, "A7F2KQ", 0, records)

    values = form(director.get(PAGE), PAGE)
    data = {**values, "file": (io.BytesIO(content), "device.json")}
    seen = director.post(PAGE, data=data)

    assert "2 read: 1 new, 1 refused" in seen.text
    assert "This station does not record at FINISH on stage 1." in seen.text


def test_what_has_not_come_is_told_until_it_comes(director: FlaskClient, key: str) -> None:
    messages = write_messages(of_station(key, *crowd(40)))
    submit(director, PAGE, PAGE, {"text": messages[0]})
    page = submit(director, PAGE, PAGE, {"text": "\n".join(messages[2:])}).text
    assert f"Message 2 of {len(messages)} has not come." in page

    submit(director, PAGE, f"{PAGE}/take", {})
    assert f"Message 2 of {len(messages)} has not come." in director.get(PAGE).text
    page = submit(director, PAGE, PAGE, {"text": messages[1]}).text
    assert "has not come" not in page
    submit(director, PAGE, f"{PAGE}/take", {})
    assert "Nothing waits." in director.get(PAGE).text


def test_a_damaged_message_is_told(director: FlaskClient, key: str) -> None:
    (message,) = write_messages(of_station(key, passing(1, "12", 0)))

    seen = submit(director, PAGE, PAGE, {"text": message.replace("A", "B")})

    assert seen.status_code == 400
    assert "it was changed on the way, or is cut short" in seen.text


def test_nothing_given_is_said(director: FlaskClient) -> None:
    seen = submit(director, PAGE, PAGE, {"text": "  "})

    assert seen.status_code == 400
    assert "Choose a file, or paste messages." in seen.text


def test_what_waits_can_be_put_away(director: FlaskClient, key: str) -> None:
    submit(director, PAGE, PAGE, {"text": "\n".join(write_messages(of_station(key, *crowd(3))))})
    submit(director, PAGE, f"{PAGE}/put-away", {})

    assert "Nothing waits." in director.get(PAGE).text


@pytest.mark.parametrize("path", ["", "/take", "/put-away"])
def test_nobody_brings_records_in_without_signing_in(client: FlaskClient, path: str) -> None:
    token = form(client.get("/desk"), "/desk/sign-in")["csrf_token"]
    data = {"csrf_token": token, "text": "BV1:AAAA."}

    assert client.post(PAGE + path, data=data).status_code == 401
