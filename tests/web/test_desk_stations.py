"""The desk's stations and the watch over them."""

import re
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.serving import DIRECTOR, PASSWORD, SLUG, bearer, json_of, station_key
from tests.web.forms import form, submit
from tests.web.test_station import written
from timing.core.definition import Source
from timing.core.devices import Contact, Device
from timing.core.records import Passing
from timing.core.times import HOUR, MINUTE, parse_instant
from timing.db.engines import Database
from timing.db.tables import RaceNodeRow, RaceRow
from timing.operations.readers import Reader, keep_reader
from timing.operations.record import append
from timing.operations.tokens import Role, Token, tokens_of_race
from timing.pages.device_lines import device_line
from timing.pages.watch_lines import HomeNow, ReaderNow, home_problems, reader_line

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


def note(database: Database, device: str, time: str) -> None:
    """Let a device record bib 12 at the pass of stage 1."""
    passing = Passing(
        id=f"by-{device}",
        stage=1,
        control="PASS",
        bib="12",
        time=parse_instant(time),
        source=Source.CHECKPOINT,
        device=device,
    )
    with database.writing() as session:
        append(session, SLUG, passings=(passing,), received=NOON)


def told_of_12(client: FlaskClient) -> str:
    return client.get(f"/races/{SLUG}/stages/1?control=PASS").text


def ruled(client: FlaskClient, **fields: str) -> TestResponse:
    given = {"device": "A7F2KQ", "offset": "-1:30", "stage": "1", "reason": "By radio", **fields}
    return submit(client, WATCH, f"{WATCH}/clock", given)


def test_a_clock_ruling_is_shown_recorded_and_undone_on_the_watch(
    director: FlaskClient, filled: Database
) -> None:
    note(filled, "A7F2KQ", "2026-03-28T09:30:30+01:00")
    assert "1:30:30" in told_of_12(director)

    preview = ruled(director, preview="yes", **{"from": "09:30", "until": "10:00"})
    assert "What would change: A7F2KQ by −1:30" in preview.text
    assert "bib 12 at PASS, 09:30:30 becomes 09:29:00" in preview.text
    assert "1:30:30" in told_of_12(director)

    recorded = director.post(f"{WATCH}/clock", data=form(preview, f"{WATCH}/clock"))
    assert (recorded.status_code, recorded.location) == (303, WATCH)
    assert "1:29:00" in told_of_12(director)
    assert "1:30:30" not in told_of_12(director)

    shown = director.get(WATCH)
    said = "Clock of A7F2KQ put right by −1:30, from 28 Mar 09:30:00, until 28 Mar 10:00:00"
    assert said in shown.text
    undone = director.post(f"{WATCH}/undo", data=form(shown, f"{WATCH}/undo"))
    assert (undone.status_code, undone.location) == (303, WATCH)
    assert "1:30:30" in told_of_12(director)
    assert "Voided: Clock of A7F2KQ" in director.get(WATCH).text


def test_a_clock_ruling_holds_for_its_device_and_its_stretch_alone(
    director: FlaskClient, filled: Database
) -> None:
    note(filled, "A7F2KQ", "2026-03-28T09:30:30+01:00")
    note(filled, "B3XR9M", "2026-03-28T09:30:40+01:00")

    ruled(director, **{"from": "2026-03-28T08:30:31Z"})
    ruled(director, until="09:30:30")
    ruled(director, device="B3XR9M", offset="0:05")

    assert "1:30:30" in told_of_12(director)


@pytest.mark.parametrize(
    "wrong",
    [
        {"offset": "0:00"},
        {"offset": "soon"},
        {"from": "noon"},
        {"from": "12:00", "until": "12:00"},
        {"from": "12:00", "stage": ""},
        {"stage": "2", "from": "02:30"},  # skipped in the night when clocks go forward
        {"device": ""},
    ],
)
def test_what_is_no_clock_ruling_stays_in_the_form(
    director: FlaskClient, filled: Database, wrong: dict[str, str]
) -> None:
    note(filled, "A7F2KQ", "2026-03-28T09:30:30+01:00")
    before = written(filled)

    answer = ruled(director, **wrong)
    assert answer.status_code == 400
    assert 'value="By radio"' in answer.text
    assert written(filled) == before


def test_only_clock_rulings_are_undone_on_the_watch(
    director: FlaskClient, filled: Database
) -> None:
    note(filled, "A7F2KQ", "2026-03-28T09:30:30+01:00")
    ruled(director)
    shown = form(director.get(WATCH), f"{WATCH}/undo")

    answer = director.post(f"{WATCH}/undo", data={**shown, "record": "by-A7F2KQ"})
    assert answer.status_code == 400
    assert "1:29:00" in told_of_12(director)


def test_the_watch_tells_of_readers_and_other_installations(
    director: FlaskClient, filled: Database
) -> None:
    mat = Reader(name="mat-1", format="ipico", address="x", stage=1, control="FINISH", gaps=3)
    with filled.writing() as session:
        keep_reader(session, SLUG, mat)
        race = session.scalars(select(RaceRow).where(RaceRow.slug == SLUG)).one()
        other = {"name": "Headquarters", "epoch": "e", "revision": 1, "seen": NOON}
        session.add(RaceNodeRow(race_id=race.id, node_id="hq", **other))

    page = director.get(WATCH).text
    assert "Not connected; never heard yet" in page
    assert "3 reads that it numbered never came" in page
    assert "No exchange since 28 Mar" in page


READER = ReaderNow(
    name="mat",
    stage=1,
    control="FINISH",
    state="connected",
    last_contact=NOON,
    last_read=NOON,
    taken=4,
    gaps=0,
    offset_ms=0,
)


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        ({}, ()),
        ({"state": "stopped"}, ()),
        ({"state": "waiting"}, ("Not connected since 12:00",)),
        ({"last_contact": NOON - 15 * MINUTE}, ("Nothing heard on its line since 11:45",)),
        ({"gaps": 1}, ("1 read that it numbered never came",)),
        ({"offset_ms": 60_000}, ("Its clock is 60.0 s slow",)),
    ],
)
def test_a_reader_that_needs_somebody_says_why(said: Any, problems: tuple[str, ...]) -> None:
    line = reader_line(replace(READER, **said), now=NOON, zone=ZoneInfo("Europe/Zurich"))
    assert line.problems == problems


@pytest.mark.parametrize(
    ("is_followed", "rivals", "words"),
    [
        (True, (), ()),
        (False, (), ("The definition kept at Camp has not come yet",)),
        (True, ("Camp", "Car"), ("Several claim to keep definition and entries: Camp, Car",)),
    ],
)
def test_a_home_in_question_is_told(
    is_followed: bool, rivals: tuple[str, ...], words: tuple[str, ...]
) -> None:
    home = HomeNow(name="Camp", is_followed=is_followed, rivals=rivals, is_set_aside=False)
    assert home_problems(home) == words


def test_a_contact_of_another_day_is_told_with_its_date() -> None:
    line = device_line(DEVICE, "Hut", now=NOON + 26 * HOUR, zone=ZoneInfo("Europe/Zurich"))
    assert line.contact == "26 h ago, 28 Mar 12:00"


@pytest.mark.parametrize(
    ("path", "label"), [(WATCH, "Devices"), (STATIONS, "Stations"), (f"/desk/{SLUG}", "The stage")]
)
def test_the_tabs_say_which_page_is_open(director: FlaskClient, path: str, label: str) -> None:
    assert re.findall(r'aria-current="page">([^<]*)', director.get(path).text) == [label]


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
