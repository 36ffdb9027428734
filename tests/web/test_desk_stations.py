"""The desk's stations and the watch over them."""

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from tests.serving import DIRECTOR, PASSWORD, SLUG, bearer, json_of, station_key
from tests.web.forms import submit
from timing.core.devices import Contact, Device
from timing.core.times import MINUTE
from timing.db.engines import Database
from timing.operations.tokens import Role, Token, tokens_of_race
from timing.pages.device_lines import device_line

STATIONS = f"/desk/{SLUG}/stations"
WATCH = f"/desk/{SLUG}/watch"
KEY = re.compile(r'class="typed">([0-9A-Z-]{19})<')
NOON = 1_774_695_600_000


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    submit(client, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})
    return client


def tokens(database: Database) -> tuple[Token, ...]:
    with database.reading() as session:
        return tokens_of_race(session, SLUG)


def post_of(client: FlaskClient, key: str) -> int:
    return client.get("/api/v1/station/post", headers=bearer(key)).status_code


def contact(client: FlaskClient, key: str, **device: object) -> None:
    body = {"records": [], "device": {"origin": "0a" * 10, "name": "A7F2KQ", **device}}
    answer = client.post("/api/v1/station/records", json=body, headers=bearer(key))
    assert answer.status_code == 200, json_of(answer)


@pytest.mark.parametrize("path", [STATIONS, WATCH])
def test_only_a_director_sees_stations_and_devices(client: FlaskClient, path: str) -> None:
    assert "Password" in client.get(path).text
    assert client.post(STATIONS).status_code in {400, 401}


def test_a_new_stations_key_is_shown_once_and_opens_its_post(
    director: FlaskClient, filled: Database
) -> None:
    made = submit(
        director,
        STATIONS,
        STATIONS,
        {"label": "Oberalp <1>", "stage": "1", "control": "PASS", "role": "backup"},
    )

    (key,) = KEY.findall(made.text)
    assert f"/station#{key}" in made.text
    assert "<svg" in made.text
    assert "Oberalp &lt;1&gt;" in made.text
    assert post_of(director, key) == 200
    (token,) = tokens(filled)
    assert (token.stage, token.controls, token.role) == (1, ("PASS",), Role.BACKUP)
    assert key not in director.get(STATIONS).text


def test_the_finish_lines_of_all_stages_are_one_tick(
    director: FlaskClient, filled: Database
) -> None:
    submit(director, STATIONS, STATIONS, {"label": "Finish", "finish": "yes", "role": "main"})

    (token,) = tokens(filled)
    assert (token.stage, token.controls) == (None, ("FINISH",))


@pytest.mark.parametrize(
    "wrong", [{"label": ""}, {"stage": "9"}, {"control": "NOWHERE"}, {"role": "chief"}]
)
def test_a_station_that_could_do_nothing_is_not_made(
    director: FlaskClient, filled: Database, wrong: dict[str, str]
) -> None:
    answer = submit(director, STATIONS, STATIONS, {"label": "Hut", "role": "main", **wrong})

    assert answer.status_code == 400
    assert tokens(filled) == ()


def test_a_lost_key_is_replaced_by_another_and_revoked_by_itself(
    director: FlaskClient, filled: Database
) -> None:
    old = station_key(filled, "PASS", label="Oberalp")
    renewed = submit(director, STATIONS, f"{STATIONS}/renew", {"station": old[:4]})
    (new,) = KEY.findall(renewed.text)
    assert [(t.label, t.controls) for t in tokens(filled)] == [("Oberalp", ("PASS",))] * 2

    submit(director, STATIONS, f"{STATIONS}/revoke", {"station": old[:4]})
    assert [t.revoked is not None for t in tokens(filled)] == [True, False]
    assert post_of(director, new) == 200
    assert "Revoked" in director.get(STATIONS).text


def test_a_device_whose_shift_ended_is_said_to_hold_what_it_holds(
    director: FlaskClient, filled: Database
) -> None:
    contact(director, station_key(filled, "PASS"), unsent=4, shift="ended")

    assert "Still holds 4" in director.get(STATIONS).text
    assert "it still holds 4 records" in director.get(WATCH).text


def test_the_watch_is_calm_when_all_is_well(director: FlaskClient, filled: Database) -> None:
    clock = {"offset_ms": 12, "uncertainty_ms": 40, "age_ms": 5000, "is_guarded": True}
    contact(director, station_key(filled, "PASS"), clock=clock, battery=81)

    page = director.get(WATCH).text
    assert "All is well" in page
    assert "A7F2KQ" in page


def test_a_clock_ruling_is_previewed_before_it_is_recorded(director: FlaskClient) -> None:
    fields = {
        "ruling": "clock",
        "device": "A7F2KQ",
        "offset": "-1:30",
        "reason": "Compared by radio",
        "preview": "yes",
    }
    preview = submit(director, WATCH, f"/desk/{SLUG}/rulings", fields)

    assert preview.status_code == 200
    assert "Record it" in preview.text


DEVICE = Device(
    token_id=1,
    contact=Contact(origin="0a" * 10, name="A7F2KQ", clock_offset_ms=12, clock_uncertainty_ms=40),
    first_seen=NOON,
    last_seen=NOON,
    clock_moved_ms=None,
    clock_moved_at=None,
    shift_ended=None,
)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"clock_offset_ms": None}, "Its clock was never measured"),
        ({"clock_offset_ms": -90_000}, "Its clock is 90.0 s fast; its times are put right"),
        ({"clock_uncertainty_ms": 3000}, "Its times are only sure to ±3.0 s"),
        ({"battery": 20}, "Battery 20 %"),
        ({"storage_used": 95, "storage_quota": 100}, "Its storage is nearly full"),
        (
            {"unsent": 3, "oldest_unsent": NOON - 15 * MINUTE},
            "3 records not sent, the oldest since 11:45",
        ),
    ],
)
def test_a_device_that_needs_somebody_says_why(said: dict[str, int], problem: str) -> None:
    device = replace(DEVICE, contact=replace(DEVICE.contact, **said))  # type: ignore[arg-type]
    line = device_line(device, "Hut", now=NOON, zone=ZoneInfo("Europe/Zurich"))

    assert line.problems == (problem,)


def test_a_device_is_missed_a_quarter_of_an_hour_after_its_last_contact() -> None:
    zone = ZoneInfo("Europe/Zurich")
    before = device_line(DEVICE, "Hut", now=NOON + 15 * MINUTE - 1, zone=zone)
    assert before.problems == ()
    late = device_line(DEVICE, "Hut", now=NOON + 15 * MINUTE, zone=zone)
    assert late.problems == ("Not heard of since 12:00",)
    over = replace(DEVICE, shift_ended=NOON)
    assert device_line(over, "Hut", now=NOON + 15 * MINUTE, zone=zone).problems == ()


def test_a_clock_that_was_set_is_told() -> None:
    device = replace(DEVICE, clock_moved_ms=-60_000, clock_moved_at=NOON)
    line = device_line(device, "Hut", now=NOON, zone=ZoneInfo("Europe/Zurich"))
    assert line.problems == ("Its clock was set: it moved by +60.0 s before 12:00",)
