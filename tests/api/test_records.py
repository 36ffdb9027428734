"""Sending records: each is taken once, what is dubious is listed, what is malformed is told."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import SLUG, bearer, director_key, json_of, station_key
from timing.core.records import Record
from timing.db.engines import Database
from timing.db.latest import records_of_token
from timing.operations.races import export_document
from timing.operations.tokens import find_token, revoke_token
from timing.web.api.schemas import MOST_RECORDS

PASSINGS = f"/api/v1/races/{SLUG}/passings"
RULINGS = f"/api/v1/races/{SLUG}/rulings"


def passing(**changes: Any) -> dict[str, Any]:
    return {
        "id": "p1",
        "stage": 1,
        "control": "FINISH",
        "bib": "12",
        "time": "2026-03-28T11:00:00+01:00",
        "source": "chip",
        "device": "reader-1",
        **changes,
    }


def ruling(name: str, /, **keys: Any) -> dict[str, Any]:
    return {
        "id": "u1",
        "ruling": name,
        "at": "2026-03-28T18:00:00Z",
        "by": "Dora",
        "reason": "as seen",
        **keys,
    }


class Sender:
    """Sends records with one key."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client = client
        self.headers = bearer(key)

    def post(self, *rows: Any, path: str = PASSINGS) -> TestResponse:
        name = path.rpartition("/")[2]
        return self.client.post(path, json={name: list(rows)}, headers=self.headers)

    def taken(self, *rows: Any, path: str = PASSINGS) -> dict[str, Any]:
        answer = self.post(*rows, path=path)
        assert answer.status_code == 200, json_of(answer)
        told: dict[str, Any] = json_of(answer)
        return told


@pytest.fixture
def station(client: FlaskClient, filled: Database) -> Sender:
    return Sender(client, station_key(filled, "FINISH"))


@pytest.fixture
def director(client: FlaskClient, filled: Database) -> Sender:
    return Sender(client, director_key(filled))


def journal(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        document = export_document(session, SLUG).document
    records: tuple[Record, ...] = (*document.passings, *document.rulings)
    return {record.id: record for record in records}


def board(client: FlaskClient, code: str = "gc") -> list[str]:
    answer = json_of(client.get(f"/api/v1/races/{SLUG}/boards/{code}"))
    return [line["bib"] for line in answer["lines"]]


# Passings ------------------------------------------------------------------------------


def test_a_passing_is_taken_and_stands_on_the_board(station: Sender) -> None:
    before = json_of(station.client.get(f"/api/v1/races/{SLUG}"))["revision"]
    told = station.taken(passing())
    assert told == {
        "accepted": 1,
        "known": 0,
        "conflicts": [],
        "problems": [],
        "revision": before + 1,
    }
    assert board(station.client) == ["12", "7", "007", "15a"]


def test_the_same_passing_again_changes_nothing(station: Sender) -> None:
    first = station.taken(passing())
    assert station.taken(passing()) == {**first, "accepted": 0, "known": 1}


def test_other_content_under_a_known_id_is_a_conflict_and_not_taken(
    station: Sender, filled: Database
) -> None:
    station.taken(passing())
    told = station.taken(passing(bib="15a"))
    assert (told["accepted"], told["known"], told["conflicts"]) == (0, 0, ["p1"])
    assert journal(filled)["p1"].bib == "12"


def test_a_malformed_row_is_told_by_its_index_and_the_others_are_taken(
    station: Sender, filled: Database
) -> None:
    told = station.taken(
        passing(id="a"),
        passing(id="b", bib=7),
        "nonsense",
        passing(id="c", time="25:61"),
        passing(id="d", bib="15a"),
        None,
    )
    assert told["accepted"] == 2
    assert [(p["index"], p["code"]) for p in told["problems"]] == [
        (1, "malformed"),
        (2, "malformed"),
        (3, "malformed"),
        (5, "malformed"),
    ]
    assert "bib" in told["problems"][0]["errors"]
    assert told["problems"][0]["records"] == ["b"]
    assert "time" in told["problems"][2]["errors"]
    assert {"a", "d"} <= journal(filled).keys()
    assert not {"b", "c"} & journal(filled).keys()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"bib": "99"}, "unknown-bib"),
        ({"bib": "1*"}, "unread-bib"),
        ({"bib": ""}, "no-bib"),
        ({"bib": "", "chip": "Z9"}, "unknown-chip"),
        ({"bib": "<script>alert(1)</script>"[:20]}, "unknown-bib"),
    ],
)
def test_what_cannot_be_placed_is_taken_and_listed(
    station: Sender, filled: Database, changes: dict[str, str], code: str
) -> None:
    told = station.taken(passing(**changes))
    assert told["accepted"] == 1
    assert [(p["index"], p["code"], p["records"]) for p in told["problems"]] == [(0, code, ["p1"])]
    assert "p1" in journal(filled)
    listed = json_of(station.client.get(f"/api/v1/races/{SLUG}/problems"))["problems"]
    assert code in [p["code"] for p in listed if p["records"] == ["p1"]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"stage": 9}, "unknown-stage"), ({"control": "NOWHERE"}, "unknown-control")],
)
def test_an_unknown_stage_or_control_is_taken_and_listed(
    director: Sender, filled: Database, changes: dict[str, Any], code: str
) -> None:
    told = director.taken(passing(**changes))
    assert told["accepted"] == 1
    assert [p["code"] for p in told["problems"]] == [code]
    assert "p1" in journal(filled)


def test_a_time_that_the_clocks_skip_is_taken_and_listed(director: Sender) -> None:
    told = director.taken(passing(stage=2, bib="7", time="02:30:00"))
    assert told["accepted"] == 1
    listed = json_of(director.client.get(f"/api/v1/races/{SLUG}/problems"))["problems"]
    assert "time-does-not-exist" in [p["code"] for p in listed if p["records"] == ["p1"]]


def test_bib_007_is_not_bib_7(station: Sender) -> None:
    station.taken(passing(bib="007", time="2026-03-28T10:00:00+01:00"))
    assert board(station.client)[:2] == ["007", "7"]


def test_when_it_was_received_is_not_the_senders_to_say(station: Sender) -> None:
    told = station.taken(passing(received="2026-03-28T11:00:00Z"))
    assert told["accepted"] == 0
    assert "received" in told["problems"][0]["errors"]


def test_a_list_may_be_empty(station: Sender) -> None:
    assert station.taken()["accepted"] == 0


def test_a_list_may_not_be_longer_than_the_limit(station: Sender, filled: Database) -> None:
    assert station.post(*[{}] * (MOST_RECORDS + 1)).status_code == 422
    assert len(journal(filled)) == 4


def test_a_long_list_is_taken_whole(station: Sender) -> None:
    rows = [passing(id=f"n{n}", time=f"2026-03-28T12:00:00.{n:03d}Z") for n in range(300)]
    assert station.taken(*rows)["accepted"] == 300
    assert station.taken(*rows)["known"] == 300


def test_a_record_remembers_the_key_it_came_by(client: FlaskClient, filled: Database) -> None:
    key = station_key(filled, "FINISH")
    Sender(client, key).taken(passing())
    with filled.reading() as session:
        token = find_token(session, key)
        assert token is not None
        assert [r.id for r in records_of_token(session, SLUG, token.id, 10)] == ["p1"]


# Keys ----------------------------------------------------------------------------------


def refused(answer: TestResponse, status: int) -> str:
    """The words of a refusal."""
    assert answer.status_code == status, answer.data
    assert answer.content_type == "application/problem+json"
    detail: str = json_of(answer)["detail"]
    return detail


@pytest.mark.parametrize("path", [PASSINGS, RULINGS])
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer 1.nothing"}, {"Authorization": "Basic eDp5"}],
)
def test_nobody_writes_without_a_key(
    client: FlaskClient, filled: Database, path: str, headers: dict[str, str]
) -> None:
    answer = client.post(path, json={"passings": [passing()]}, headers=headers)
    assert "key" in refused(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert len(journal(filled)) == 4


def test_a_revoked_key_writes_no_more(client: FlaskClient, filled: Database) -> None:
    key = station_key(filled, "FINISH")
    with filled.writing() as session:
        token = find_token(session, key)
        assert token is not None
        revoke_token(session, token.id, at=1)
    assert "revoked" in refused(Sender(client, key).post(passing()), 401)


def test_a_key_is_for_its_race_only(client: FlaskClient, filled: Database) -> None:
    key = station_key(filled, "FINISH")
    answer = Sender(client, key).post(passing(), path="/api/v1/races/another/passings")
    assert "valleys" in refused(answer, 403)


@pytest.mark.parametrize("changes", [{"control": "PASS"}, {"stage": 2}])
def test_a_station_records_at_its_own_controls_only(
    station: Sender, filled: Database, changes: dict[str, Any]
) -> None:
    answer = station.post(passing(id="mine"), passing(id="theirs", **changes))
    assert "does not record" in refused(answer, 403)
    assert [error["index"] for error in json_of(answer)["errors"]] == [1]
    assert "mine" not in journal(filled)


def test_a_station_at_a_place_records_in_and_out(client: FlaskClient, filled: Database) -> None:
    hut = Sender(client, station_key(filled, "HUT"))
    told = hut.taken(
        passing(id="in", control="HUT.in", time="09:40:00"),
        passing(id="out", control="HUT.out", time="09:50:00"),
    )
    assert told["accepted"] == 2


# Rulings -------------------------------------------------------------------------------


def test_a_directors_penalty_counts(director: Sender) -> None:
    told = director.taken(
        ruling("penalty", stage=1, bib="7", time="1:00:00", code="7.4"), path=RULINGS
    )
    assert told["accepted"] == 1
    assert board(director.client)[-1] == "7"


def test_a_ruling_without_author_is_by_the_keys_label(director: Sender, filled: Database) -> None:
    row = ruling("penalty", stage=1, bib="7", time="1:00:00")
    del row["by"]
    director.taken(row, path=RULINGS)
    assert journal(filled)["u1"].by == "Program"


def test_a_ruling_for_an_unknown_bib_is_taken_and_listed(director: Sender) -> None:
    told = director.taken(ruling("penalty", stage=1, bib="99", time="1:00:00"), path=RULINGS)
    assert told["accepted"] == 1
    assert [(p["index"], p["code"]) for p in told["problems"]] == [(0, "ruling-unknown-bib")]


def test_a_malformed_ruling_is_told_and_the_others_are_taken(director: Sender) -> None:
    told = director.taken(
        ruling("nonsense"),
        ruling("penalty", id="u2", stage=1, bib="7", time="-1:00:00"),
        ruling("penalty", id="u3", stage=1, bib="7", time="0:10:00"),
        path=RULINGS,
    )
    assert told["accepted"] == 1
    assert [p["index"] for p in told["problems"]] == [0, 1]


def test_a_station_takes_back_what_it_wrote(station: Sender) -> None:
    station.taken(passing())
    station.taken(ruling("void", record="p1"), path=RULINGS)
    assert board(station.client)[0] == "7"


def test_a_station_does_not_take_back_what_others_wrote(station: Sender) -> None:
    answer = station.post(ruling("void", record="r-7"), path=RULINGS)
    assert "director" in refused(answer, 403)


def test_a_station_at_the_start_starts_its_stage(client: FlaskClient, filled: Database) -> None:
    start = Sender(client, station_key(filled, "START", label="Start"))
    start.taken(ruling("start", stage=1, to="08:00:30", by="somebody else"), path=RULINGS)
    assert journal(filled)["u1"].by == "Start"
    assert "director" in refused(
        start.post(ruling("start", id="u2", stage=2, to="00:31:00"), path=RULINGS), 403
    )


@pytest.mark.parametrize(
    "row",
    [
        ruling("status", bib="7", status="withdrawn", stage=1, control="FINISH"),
        ruling("observation", bib="7", kind="withdrawal", stage=1, control="FINISH"),
    ],
)
def test_a_station_reports_from_its_own_control(station: Sender, row: dict[str, Any]) -> None:
    assert station.taken(row, path=RULINGS)["accepted"] == 1


@pytest.mark.parametrize(
    "row",
    [
        ruling("penalty", stage=1, bib="7", time="1:00:00"),
        ruling("credit", stage=1, bib="7", time="1:00:00"),
        ruling("status", bib="7", status="dsq", stage=1),
        ruling("status", bib="7", status="withdrawn", stage=2),
        ruling("stage_time", stage=1, bib="7", time="3:00:00"),
        ruling("start", stage=1, to="08:00:30"),
        ruling("observation", bib="7", kind="withdrawal", stage=1, control="PASS"),
        ruling("void", record="r-7", supersedes=["r-12"]),
    ],
)
def test_everything_else_is_the_directors(
    station: Sender, filled: Database, row: dict[str, Any]
) -> None:
    assert "director" in refused(station.post(row, path=RULINGS), 403)
    assert "u1" not in journal(filled)


# What would change ---------------------------------------------------------------------

PREVIEW = f"/api/v1/races/{SLUG}/preview"


def asked(sender: Sender, *rows: Any) -> TestResponse:
    return sender.client.post(PREVIEW, json={"rulings": list(rows)}, headers=sender.headers)


def test_a_preview_tells_what_would_change_and_records_nothing(
    director: Sender, filled: Database
) -> None:
    penalty = ruling("penalty", stage=1, bib="7", time="1:00:00")
    before = board(director.client), journal(filled).keys()

    told = json_of(asked(director, penalty))

    gc = [line for line in told["changes"] if line["board"] == "gc"]
    first = gc[0]
    assert (first["bib"], first["rank_before"], first["rank_after"]) == ("7", 1, 4)
    assert (first["change"], first["rules"]) == ("rank", "6.1")
    assert told["total"] == len(told["changes"])
    assert told["new_problems"] == told["gone_problems"] == []
    assert (board(director.client), journal(filled).keys()) == before


def test_a_preview_lists_the_problems_there_would_be(director: Sender) -> None:
    told = json_of(asked(director, ruling("penalty", stage=1, bib="99", time="1:00:00")))

    assert (told["concerned"], told["changes"]) == (0, [])
    assert [problem["code"] for problem in told["new_problems"]] == ["ruling-unknown-bib"]


def test_a_preview_of_what_is_no_ruling_is_refused_with_its_row(director: Sender) -> None:
    answer = asked(director, ruling("penlty"))

    assert answer.status_code == 422
    assert json_of(answer)["errors"][0]["index"] == 0


def test_a_preview_is_the_directors(station: Sender, client: FlaskClient) -> None:
    assert asked(station, ruling("penalty", stage=1, bib="7", time="1:00")).status_code == 403
    assert client.post(PREVIEW, json={"rulings": []}).status_code == 401
