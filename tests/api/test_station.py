"""What a station and an installation say to each other (docs/station-protocol.md)."""

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import SLUG, bearer, director_key, json_of, settings_for, station_key
from timing.core.book import RaceBook
from timing.core.devices import Device
from timing.core.records import Observation, Record, Status
from timing.core.statuses import RulingStatus
from timing.db.engines import Database
from timing.operations.devices import devices_of_race
from timing.operations.failed_keys import FAILED_KEYS_FROM_AN_ADDRESS
from timing.operations.questions import ask
from timing.operations.races import export_document
from timing.operations.record import append
from timing.operations.tokens import Role, find_key, revoke_token
from timing.pages.post_sheet import start_list_sheet
from timing.pages.station_page import Post
from timing.web.api.station_schemas import MOST_SENT
from timing.web.application import create_app

API = "/api/v1/station"
NOON = 1_774_695_600_000
"""12:00 on the day of stage 1, in the race's zone."""


def iso(at: int) -> str:
    seconds, ms = divmod(at - NOON, 1000)
    hours, minutes = 11 + seconds // 3600, seconds % 3600 // 60
    return f"2026-03-28T{hours:02d}:{minutes:02d}:{seconds % 60:02d}.{ms:03d}Z"


def passing(number: int = 1, /, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "passing",
        "id": f"p{number}",
        "stage": 1,
        "control": "PASS",
        "bib": "12",
        "time": iso(NOON),
        "device": "A7F2KQ",
        "device_time": iso(NOON + 90_012),
        "offset_ms": -90_012,
        "offset_age_ms": 5000,
        "uncertainty_ms": 40,
        "source": "checkpoint",
        "note": "",
        **changes,
    }


def ruling(name: str, /, **keys: Any) -> dict[str, Any]:
    return {
        "kind": "ruling",
        "id": f"u-{name}",
        "ruling": name,
        "at": iso(NOON + 5000),
        "reason": "As it was here",
        **keys,
    }


class Station:
    """A device with a key."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client = client
        self.key = key

    def get(self, path: str, *, etag: str = "") -> TestResponse:
        headers = {**bearer(self.key), "If-None-Match": etag}
        return self.client.get(f"{API}/{path}", headers=headers)

    def answer(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, json_of(answer)
        return json_of(answer)

    def post(self, *rows: Any, **device: Any) -> TestResponse:
        body: dict[str, Any] = {"records": list(rows)}
        if device:
            body["device"] = {"origin": "0a" * 10, "name": "A7F2KQ", **device}
        return self.client.post(f"{API}/records", json=body, headers=bearer(self.key))

    def sent(self, *rows: Any, **device: Any) -> Any:
        answer = self.post(*rows, **device)
        assert answer.status_code == 200, json_of(answer)
        return json_of(answer)

    def verdicts(self, *rows: Any) -> list[str]:
        return [one["verdict"] for one in self.sent(*rows)["verdicts"]]


@pytest.fixture
def station(client: FlaskClient, filled: Database) -> Station:
    return Station(client, station_key(filled, "PASS", "HUT", label="Oberalp"))


def revoke(database: Database, key: str, at: int) -> None:
    with database.writing() as session:
        token = find_key(session, key)
        assert token is not None
        revoke_token(session, token.id, at=at)


def journal(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        document = export_document(session, SLUG).document
    records: tuple[Record, ...] = (*document.passings, *document.rulings)
    return {record.id: record for record in records}


def devices(database: Database) -> tuple[Device, ...]:
    with database.reading() as session:
        return devices_of_race(session, SLUG)


# -- the clock and the post -----------------------------------------------------------------------


def test_the_clock_needs_no_key_and_is_kept_by_nobody(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timing.web.api.station.now", lambda: NOON)
    answer = client.get(f"{API}/clock")

    assert json_of(answer) == {"now": NOON}
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_a_key_says_what_its_post_is(station: Station) -> None:
    post = station.answer("post")

    assert post["race"] == {
        "slug": SLUG,
        "name": "Three Valleys",
        "timezone": "Europe/Zurich",
        # Clocks go forward at one o'clock UTC on the 29th.
        "utc_offsets": [[0, 3_600_000], [1_774_746_000_000, 7_200_000]],
    }
    assert post["station"] == {
        "label": "Oberalp",
        "role": "main",
        "key": station.key[:4],
        "revoked": None,
    }
    assert [node["id"] for node in post["nodes"]] == [post["node"]["id"]]
    (stage,) = post["stages"]
    assert (stage["number"], stage["name"], stage["date"]) == (
        1,
        "Andermatt – Disentis",
        "2026-03-28",
    )
    assert stage["guns"] == []
    assert [
        (c["code"], c["base"], c["way"], c["name"], c["number"], c["symbol"], c["source"])
        for c in stage["controls"]
    ] == [
        ("PASS", "PASS", "", "Oberalp", 1, "checkpoint", "checkpoint"),
        ("HUT.in", "HUT", "in", "Maighels", 2, "checkpoint", "checkpoint"),
        ("HUT.out", "HUT", "out", "Maighels", 2, "checkpoint", "checkpoint"),
    ]


def test_a_backup_on_the_line_comes_behind_its_crew(client: FlaskClient, filled: Database) -> None:
    """Rules 4.3: a backup fills gaps, and stands only where the main one is far later."""
    main = Station(client, station_key(filled, "FINISH", "PASS"))
    backup = Station(client, station_key(filled, "FINISH", "PASS", role=Role.BACKUP))

    def sources(post: Station) -> dict[str, str]:
        (stage,) = post.answer("post")["stages"]
        return {control["code"]: control["source"] for control in stage["controls"]}

    assert sources(main) == {"PASS": "checkpoint", "FINISH": "line_crew"}
    assert sources(backup) == {"PASS": "checkpoint", "FINISH": "checkpoint"}


def test_a_post_at_the_start_has_the_guns_it_may_give(
    client: FlaskClient, filled: Database
) -> None:
    start = Station(client, station_key(filled, "START"))
    planned = 1_774_681_200_000  # 08:00 in the race's zone
    (stage,) = start.answer("post")["stages"]
    assert stage["guns"] == [{"wave": "", "label": "All", "planned": planned, "given": None}]

    assert start.verdicts(ruling("start", stage=1, to="2026-03-28T07:00:04Z")) == ["accepted"]
    (stage,) = start.answer("post")["stages"]
    assert stage["guns"][0]["given"] == planned + 4000


def test_a_post_of_all_stages_says_which_one_is_current(
    client: FlaskClient, filled: Database
) -> None:
    post = Station(client, station_key(filled, stage=None)).answer("post")

    assert [(s["number"], s["is_current"]) for s in post["stages"]] == [(1, False), (2, True)]


def test_a_post_that_was_seen_is_not_sent_again(station: Station) -> None:
    etag = station.get("post").headers["ETag"]

    assert station.get("post", etag=etag).status_code == 304
    # Passings change nothing of it.
    station.sent(passing())
    assert station.get("post", etag=etag).status_code == 304
    assert station.sent()["post"] == etag


def test_passings_do_not_have_the_post_made_again(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    makings: list[int] = []

    def counted(book: RaceBook, post: Post) -> list[list[str]]:
        makings.append(1)
        return start_list_sheet(book, post)

    monkeypatch.setattr("timing.web.api.station.start_list_sheet", counted)
    station.sent()
    for number in range(3):
        station.sent(passing(number, time=iso(NOON + number)))
    assert len(makings) == 1

    # What a ruling says may well change it.
    station.sent(ruling("observation", stage=1, control="PASS", bib="12", observed="helped"))
    assert len(makings) == 2


def test_a_closing_time_is_told_as_it_was_moved(
    client: FlaskClient, filled: Database, station: Station
) -> None:
    etag = station.get("post").headers["ETag"]
    move = {
        "id": "c1",
        "ruling": "cutoff",
        "stage": 1,
        "control": "PASS",
        "to": "11:30",
        "at": iso(NOON),
        "reason": "Storm",
    }
    answer = client.post(
        f"/api/v1/races/{SLUG}/rulings",
        json={"rulings": [move]},
        headers=bearer(director_key(filled)),
    )
    assert json_of(answer)["accepted"] == 1

    changed = station.get("post", etag=etag)
    assert changed.status_code == 200
    (stage,) = json_of(changed)["stages"]
    assert stage["controls"][0]["closes"] == [
        {"who": "", "text": "11:30", "at": NOON - 30 * 60_000}
    ]


def test_the_start_list_says_who_may_come_and_no_more(station: Station) -> None:
    answer = station.get("start-list")

    assert json_of(answer) == {
        "entries": [
            ["007", "Bo Lind", "", "Full race", "Ibex"],
            ["7", "Ana Ruiz", "ESP", "Full race", "Ibex"],
            ["12", "مريم العلوي", "MAR", "Full race", ""],
            ["15a", "Zoë <b>Bold</b>", "", "Full race", ""],
        ]
    }
    etag = answer.headers["ETag"]
    assert station.answer("post")["start_list"] == station.sent()["start_list"] == etag
    assert station.get("start-list", etag=etag).status_code == 304
    assert answer.headers["Cache-Control"].startswith("private")


# -- the field ------------------------------------------------------------------------------------


def test_the_field_says_who_is_still_to_come(client: FlaskClient, filled: Database) -> None:
    night = Station(client, station_key(filled, stage=2))
    gun = 1_774_740_600_000 - 3_600_000  # 00:30 in the race's zone, before clocks go forward
    gun += 3_600_000
    field = night.answer("field?stage=2&control=FINISH")
    assert {bib: line[0] for bib, line in field["entries"].items()} == {
        "007": "not_started",
        "7": "not_started",
        "12": "not_started",
        "15a": "not_started",
    }

    night.sent(
        passing(1, stage=2, control="FINISH", bib="7", time="2026-03-29T01:30:00Z"),
    )
    later = night.answer("field?stage=2&control=FINISH")
    assert later["revision"] > field["revision"]
    assert later["entries"]["7"] == ["passed", "FINISH", 1_774_747_800_000, None]
    state, control, seen, expected = later["entries"]["12"]
    assert (state, control, seen) == ("to_come", "START", gun)
    assert expected is None or expected > gun


def test_who_was_seen_further_on_has_passed_and_who_is_out_is_out(
    client: FlaskClient, filled: Database, station: Station
) -> None:
    with filled.writing() as session:
        append(
            session,
            SLUG,
            (),
            [
                Status(
                    id="s1",
                    by="Dora",
                    at=NOON,
                    status=RulingStatus.DNF,
                    bibs=("15a",),
                    stage=2,
                )
            ],
            received=NOON,
        )
    here = station.answer("field?stage=1&control=HUT.in")["entries"]
    assert here["12"][:2] == ["passed", "FINISH"]
    night = Station(client, station_key(filled, stage=2))
    there = night.answer("field?stage=2&control=FINISH")["entries"]
    assert there["15a"][0] == "out"


def test_the_field_is_told_again_only_after_something_came(station: Station) -> None:
    path = "field?stage=1&control=PASS"
    etag = station.get(path).headers["ETag"]
    assert station.get(path, etag=etag).status_code == 304

    station.sent(passing())
    assert station.get(path, etag=etag).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("stage=9&control=PASS", 404),
        ("stage=1&control=NOWHERE", 404),
        ("stage=1", 422),
        ("stage=x&control=PASS", 422),
    ],
)
def test_a_field_that_is_none_is_refused(station: Station, query: str, status: int) -> None:
    assert station.get(f"field?{query}").status_code == status


# -- records --------------------------------------------------------------------------------------


def test_every_record_has_its_own_verdict(station: Station, filled: Database) -> None:
    assert station.verdicts(passing(1), passing(9)) == ["accepted", "accepted"]

    told = station.sent(
        passing(1),
        passing(9, bib="7"),
        passing(2),
        passing(3, control="FINISH"),
        {"kind": "passing", "id": "p4", "stage": 1},
        {"kind": "song", "id": "p5"},
        "no record",
        {**passing(6), "id": ""},
        passing(7, received=iso(NOON)),
        ruling("penalty", stage=1, bib="12", time="1:00"),
    )

    assert [(one["id"], one["verdict"]) for one in told["verdicts"]] == [
        ("p1", "known"),
        ("p9", "conflict"),
        ("p2", "accepted"),
        ("p3", "refused"),
        ("p4", "malformed"),
        ("p5", "malformed"),
        ("", "malformed"),
        ("", "malformed"),
        ("p7", "malformed"),
        ("u-penalty", "refused"),
    ]
    assert all(
        bool(one["message"]) == (one["verdict"] not in {"accepted", "known"})
        for one in told["verdicts"]
    )
    kept = journal(filled)["p1"]
    assert (kept.offset_ms, kept.offset_age_ms, kept.uncertainty_ms) == (-90_012, 5000, 40)
    assert (kept.device, kept.device_time) == ("A7F2KQ", NOON + 90_012)
    assert told["revision"] == station.sent()["revision"]


def test_one_bad_row_never_costs_the_others_their_answer(station: Station) -> None:
    rows: list[Any] = [passing(number, bib=str(number)) for number in range(MOST_SENT - 1)]
    verdicts = station.verdicts(*rows, {"kind": "passing", "id": "bad", "time": {"a": [1]}})

    assert verdicts == ["accepted"] * (MOST_SENT - 1) + ["malformed"]


def test_more_than_agreed_is_refused_whole(station: Station, filled: Database) -> None:
    answer = station.post(*(passing(number) for number in range(MOST_SENT + 1)))

    assert answer.status_code == 413
    assert "p1" not in journal(filled)


def test_a_body_that_is_no_list_of_records_is_refused(station: Station) -> None:
    headers = bearer(station.key)
    path = f"{API}/records"
    assert station.client.post(path, json={"records": 1}, headers=headers).status_code == 422
    assert station.client.post(path, json={}, headers=headers).status_code == 422
    assert station.client.post(path, data="{", headers=headers).status_code in {400, 422}


def test_a_station_corrects_in_the_same_request_what_it_sends(station: Station) -> None:
    verdicts = station.verdicts(
        ruling("void", record="p1", reason="Undone at the station"),
        passing(1),
        passing(2),
        ruling("assign", record="p2", bib="7"),
        ruling("observation", stage=1, control="PASS", bib="12", observed="withdrawal"),
    )

    assert verdicts == ["accepted"] * 5


def test_a_station_corrects_later_what_it_sent_and_nobody_elses(
    client: FlaskClient, filled: Database, station: Station
) -> None:
    other = Station(client, station_key(filled, "PASS"))
    station.sent(passing(1))

    void = ruling("void", record="p1")
    assert other.verdicts(void) == ["refused"]
    # A record of another station is not its own for being sent again.
    assert other.verdicts(passing(1), void) == ["known", "refused"]
    assert station.verdicts(void) == ["accepted"]
    assert station.verdicts({**void, "id": "u2", "record": "r-12"}) == ["refused"]


def test_two_rows_of_one_id_open_no_other_control(station: Station, filled: Database) -> None:
    told = station.verdicts(passing(1, control="FINISH"), passing(1))

    assert told == ["refused", "accepted"]
    assert journal(filled)["p1"].control == "PASS"


def test_the_answer_names_the_installation_and_its_life(station: Station) -> None:
    told = station.sent()

    assert told["node"] == station.answer("post")["node"]
    assert told["verdicts"] == []
    assert str(uuid.UUID(told["node"]["id"])) == told["node"]["id"]


def test_an_installation_goes_by_the_name_it_was_given(filled: Database) -> None:
    app: Flask = create_app(settings_for(filled, BIVOUAC_NODE_NAME="Camp"))
    with app.test_client() as client:
        told = Station(client, station_key(filled)).sent()

    assert told["node"]["name"] == "Camp"


# -- keys -----------------------------------------------------------------------------------------


def test_a_key_is_taken_as_hands_write_it(client: FlaskClient, filled: Database) -> None:
    key = station_key(filled, "PASS")

    for written in (key.lower(), key.replace("-", ""), key.replace("-", " ")):
        assert Station(client, written).get("post").status_code == 200


def test_whoever_shows_no_key_of_a_station_is_refused(
    client: FlaskClient, filled: Database
) -> None:
    assert client.get(f"{API}/post").status_code == 401
    assert Station(client, "K7QM-2F9D-XW3H-TPA4").get("post").status_code == 401
    assert Station(client, director_key(filled)).get("post").status_code == 403
    assert Station(client, director_key(filled)).post().status_code == 403


def test_a_revoked_key_brings_in_what_was_recorded_before(
    station: Station, filled: Database
) -> None:
    station.sent(passing(1))
    revoke(filled, station.key, NOON + 60_000)

    told = station.sent(
        passing(1),
        passing(2, time=iso(NOON + 60_000), device_time=iso(NOON + 60_000 + 90_012)),
        passing(3, time=iso(NOON + 60_041), device_time=iso(NOON + 60_041 + 90_012)),
        # Written afterwards, from paper.
        passing(4, time="12:00:10", device_time=iso(NOON + 300_000), offset_ms=0),
        ruling("void", record="p1"),
        ruling("assign", record="p1", bib="7", at=iso(NOON + 60_001)),
    )

    assert [(one["id"], one["verdict"], one["is_marked"]) for one in told["verdicts"]] == [
        ("p1", "known", False),
        ("p2", "accepted", True),
        ("p3", "refused", False),
        ("p4", "refused", False),
        ("u-void", "accepted", True),
        ("u-assign", "refused", False),
    ]
    assert told["revoked"] == NOON + 60_000
    assert told["questions"] == []
    marks = [r for r in journal(filled).values() if isinstance(r, Observation)]
    assert {mark.kind for mark in marks} == {"revoked"}
    assert {item for mark in marks for item in mark.items} == {"p2", "u-void"}
    assert {(mark.stage, mark.control) for mark in marks} == {(1, "PASS"), (None, "")}


def test_what_was_marked_is_marked_once_however_often_it_comes(
    station: Station, filled: Database
) -> None:
    revoke(filled, station.key, NOON + 60_000)
    before = station.sent(passing(1), passing(2))
    after = station.sent(passing(1))
    again = station.sent(passing(2), passing(1))

    assert [one["is_marked"] for one in (*before["verdicts"], *after["verdicts"])] == [True] * 3
    assert [one["verdict"] for one in again["verdicts"]] == ["known", "known"]
    marks = [r for r in journal(filled).values() if isinstance(r, Observation)]
    assert [mark.items for mark in marks] == [("p1", "p2")]


def test_a_revoked_key_is_told_so_and_nothing_of_the_field(
    station: Station, filled: Database
) -> None:
    revoke(filled, station.key, NOON)

    assert station.answer("post")["station"]["revoked"] == NOON
    assert station.get("start-list").status_code == 403
    assert station.get("field?stage=1&control=PASS").status_code == 403


def test_after_too_many_keys_that_are_none_only_known_ones_are_heard(
    client: FlaskClient, filled: Database, station: Station
) -> None:
    assert station.get("post").status_code == 200
    wrong = Station(client, "K7QM-2F9D-XW3H-TPA4")
    statuses = {wrong.get("post").status_code for _ in range(FAILED_KEYS_FROM_AN_ADDRESS)}
    assert statuses == {401}

    refused = wrong.get("post")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    # The camp's phones go on; a key that nobody showed before waits.
    assert station.get("post").status_code == 200
    assert Station(client, station_key(filled, "PASS")).get("post").status_code == 429


# -- devices and questions ------------------------------------------------------------------------


def test_a_contact_says_how_the_device_is(station: Station, filled: Database) -> None:
    station.sent(
        app="3f9a2c",
        now=NOON,
        recorded=31,
        unsent=3,
        oldest_unsent=NOON - 1,
        clock={"offset_ms": -90_012, "uncertainty_ms": 40, "age_ms": 5000, "is_guarded": True},
        battery=81,
        is_charging=False,
        storage={"used": 120_000, "quota": 50_000_000, "is_persisted": True},
        shift="on",
    )

    (device,) = devices(filled)
    contact = device.contact
    assert (contact.origin, contact.name, contact.app) == ("0a" * 10, "A7F2KQ", "3f9a2c")
    assert (contact.recorded, contact.unsent, contact.oldest_unsent) == (31, 3, NOON - 1)
    assert (contact.clock_offset_ms, contact.clock_uncertainty_ms) == (-90_012, 40)
    assert (contact.clock_age_ms, contact.clock_is_guarded) == (5000, True)
    assert (contact.battery, contact.is_charging) == (81, False)
    assert (contact.storage_used, contact.storage_quota) == (120_000, 50_000_000)
    assert contact.storage_is_persisted is True
    assert device.shift_ended is None
    assert device.first_seen == device.last_seen


def test_what_a_device_brings_it_holds_no_more(station: Station, filled: Database) -> None:
    """`unsent` is counted before the request, with what it brings."""
    station.sent(passing(1), passing(2), unsent=3, oldest_unsent=NOON)
    (device,) = devices(filled)
    assert (device.contact.unsent, device.contact.oldest_unsent) == (1, NOON)

    station.sent(passing(2), passing(3), unsent=2, oldest_unsent=NOON)
    (device,) = devices(filled)
    assert (device.contact.unsent, device.contact.oldest_unsent) == (0, None)


def test_what_a_device_says_badly_is_as_if_not_said(station: Station, filled: Database) -> None:
    told = station.sent(
        passing(1),
        battery=812,
        recorded="many",
        unsent=-1,
        clock=[1],
        storage={"used": True, "quota": 2.5},
        name="x" * 1000,
        is_charging=None,
    )

    assert told["verdicts"][0]["verdict"] == "accepted"
    (device,) = devices(filled)
    assert (device.contact.battery, device.contact.recorded, device.contact.unsent) == (None, 0, 0)
    assert (device.contact.storage_used, device.contact.name) == (None, "")
    station.sent(passing(2), origin="not one")
    assert len(devices(filled)) == 1


def test_a_shift_that_ended_with_records_left_is_remembered(
    station: Station, filled: Database
) -> None:
    station.sent(unsent=4, shift="ended")
    (ended,) = devices(filled)
    assert ended.still_holds == 4

    station.sent(unsent=0, shift="ended")
    (empty,) = devices(filled)
    assert (empty.still_holds, empty.shift_ended) == (0, ended.shift_ended)

    station.sent(unsent=2, shift="on")
    assert devices(filled)[0].still_holds == 0


def test_a_clock_that_was_set_between_two_contacts_is_noticed(
    station: Station, filled: Database
) -> None:
    station.sent(clock={"offset_ms": 100, "uncertainty_ms": 40})
    station.sent(clock={"offset_ms": 900, "uncertainty_ms": 40})
    assert devices(filled)[0].clock_moved_ms is None

    station.sent(clock={"offset_ms": -59_100, "uncertainty_ms": 40})
    assert devices(filled)[0].clock_moved_ms == -60_000


def test_a_question_is_told_until_it_is_answered(station: Station, filled: Database) -> None:
    with filled.writing() as session:
        question = ask(
            session,
            SLUG,
            text="Was 12 really so early?",
            by="Ana",
            at=NOON,
            stage=1,
            control="PASS",
            bib="12",
            record="r-12",
        )
    assert station.sent()["questions"] == [
        {
            "id": question.id,
            "text": "Was 12 really so early?",
            "record": "r-12",
            "stage": 1,
            "control": "PASS",
            "bib": "12",
            "by": "Ana",
            "at": NOON,
        }
    ]

    told = station.sent(
        ruling(
            "observation",
            stage=1,
            control="PASS",
            observed="answer",
            items=[question.id, "r-12"],
            reason="Yes, she was",
        )
    )
    assert told["verdicts"][0]["verdict"] == "accepted"
    assert told["questions"] == []
