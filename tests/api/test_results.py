"""Reading results: what stands where, and 304 as long as nothing changes."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.live.test_books import finish, write
from tests.serving import SLUG
from timing.db.engines import Database

RACE = f"/api/v1/races/{SLUG}"
ANSWERS = [
    "/api/v1/races",
    RACE,
    f"{RACE}/boards/gc",
    f"{RACE}/boards/gc?after=1",
    f"{RACE}/stages/1",
    f"{RACE}/stages/1?control=FINISH",
    f"{RACE}/entries/7",
    f"{RACE}/problems",
]


def got(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.data
    assert answer.content_type == "application/json"
    return answer.json


def test_all_races_are_listed(client: FlaskClient) -> None:
    (race,) = got(client, "/api/v1/races")["races"]
    assert race == {
        "slug": SLUG,
        "name": "Three Valleys",
        "timezone": "Europe/Zurich",
        "starts_on": "2026-03-28",
        "stages": 2,
        "revision": race["revision"],
    }


def test_a_race_says_what_it_consists_of(client: FlaskClient) -> None:
    race = got(client, RACE)
    assert [stage["number"] for stage in race["stages"]] == [1, 2]
    assert [control["code"] for control in race["stages"][0]["controls"]] == [
        "START",
        "PASS",
        "HUT",
        "FINISH",
    ]
    assert [board["code"] for board in race["boards"]] == ["gc", "gc-women", "pairs"]
    assert (race["entries"], race["teams"]) == (4, 1)
    assert (race["last_stage"], race["closed_stage"], race["running_stage"]) == (1, 1, None)


def test_a_board_has_its_lines_with_durations_in_milliseconds(client: FlaskClient) -> None:
    board = got(client, f"{RACE}/boards/gc")
    assert (board["board"], board["after"]) == ("gc", 1)
    lines = [(ln["rank"], ln["bib"], ln["time_ms"], ln["gap_ms"]) for ln in board["lines"]]
    assert lines == [
        (1, "7", 11_400_000, 0),
        (2, "007", 11_520_000, 120_000),
        (3, "12", 12_030_000, 630_000),
        (4, "15a", 13_200_000, 1_800_000),
    ]


def test_a_board_of_teams_names_the_team(client: FlaskClient) -> None:
    (line,) = got(client, f"{RACE}/boards/pairs")["lines"]
    assert (line["bib"], line["team"], line["name"]) == ("", "T1", "Ibex")
    assert line["time_ms"] == 11_520_000


def test_a_board_before_the_first_stage_has_nobody_ranked(client: FlaskClient) -> None:
    lines = got(client, f"{RACE}/boards/gc?after=0")["lines"]
    assert [line["rank"] for line in lines] == [None] * 4


def test_a_stage_has_instants_in_utc(client: FlaskClient) -> None:
    stage = got(client, f"{RACE}/stages/1")
    first = stage["lines"][0]
    assert (first["bib"], first["start"], first["finish"]) == (
        "7",
        "2026-03-28T07:00:00Z",
        "2026-03-28T10:10:00Z",
    )


def test_the_order_at_a_control_says_who_passed(client: FlaskClient) -> None:
    order = got(client, f"{RACE}/stages/1?control=FINISH")
    assert [line["bib"] for line in order["lines"]] == ["7", "007", "12", "15a"]
    assert order["control"] == "FINISH"


def test_an_entry_has_its_stages_splits_and_boards(client: FlaskClient) -> None:
    entry = got(client, f"{RACE}/entries/007")
    assert (entry["bib"], entry["name"], entry["team"]) == ("007", "Bo Lind", "T1")
    assert entry["stages"][0]["result"]["time_ms"] == 11_520_000
    assert [split["point"] for split in entry["stages"][0]["splits"]] == ["FINISH"]
    assert [board["board"] for board in entry["boards"]] == ["gc"]
    assert "born" not in entry


def test_names_of_any_script_come_as_they_are(client: FlaskClient) -> None:
    assert got(client, f"{RACE}/entries/12")["name"] == "مريم العلوي"


def test_problems_are_listed_with_words(client: FlaskClient) -> None:
    problems = got(client, f"{RACE}/problems")["problems"]
    missed = [p for p in problems if p["code"] == "missed-control" and p["bib"] == "7"]
    assert len(missed) == 3
    assert all(p["message"] for p in problems)


@pytest.mark.parametrize("path", ANSWERS)
def test_who_has_the_answer_gets_304_until_something_changes(
    client: FlaskClient, filled: Database, path: str
) -> None:
    etag = client.get(path).headers["ETag"]
    for _ in range(2):
        again = client.get(path, headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == etag
    write(filled, finish("12", "11:00:00", "new"))
    after = client.get(path, headers={"If-None-Match": etag})
    assert after.status_code == 200
    assert after.headers["ETag"] != etag


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_is_remembered_and_stays_the_same(client: FlaskClient, path: str) -> None:
    first, second = client.get(path), client.get(path)
    assert first.data == second.data
    assert dict(first.headers) == dict(second.headers)


def test_the_etag_names_epoch_and_revision(client: FlaskClient) -> None:
    revision = got(client, RACE)["revision"]
    assert f"-{revision}-" in client.get(RACE).headers["ETag"]


def test_answers_may_be_kept_but_are_asked_for_again(client: FlaskClient) -> None:
    assert client.get(RACE).headers["Cache-Control"] == "public, no-cache"


def test_an_answer_can_be_asked_for_without_its_body(client: FlaskClient) -> None:
    answer = client.head(f"{RACE}/boards/gc")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["ETag"]
