"""A race's definition, read and changed by a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import SLUG, bearer, director_key, json_of, station_key
from timing import racefile
from timing.db.engines import Database

ADDRESS = f"/api/v1/races/{SLUG}/definition"


@pytest.fixture
def key(filled: Database) -> Mapping[str, str]:
    return bearer(director_key(filled))


def put(client: FlaskClient, key: Mapping[str, str], **body: Any) -> TestResponse:
    return client.put(ADDRESS, json=body, headers=key)


def seven_oclock(client: FlaskClient, key: Mapping[str, str]) -> str:
    """The definition with its first start an hour earlier."""
    text: str = json_of(client.get(ADDRESS, headers=key))["text"]
    assert "08:00" in text
    return text.replace("08:00", "07:00")


def test_the_definition_told_is_a_racefile_of_the_race(
    client: FlaskClient, key: Mapping[str, str]
) -> None:
    told = json_of(client.get(ADDRESS, headers=key))
    assert told["version"] == 1
    assert racefile.loads(told["text"], name="told").race.slug == SLUG


def test_looking_tells_keys_and_results_and_changes_nothing(
    client: FlaskClient, key: Mapping[str, str]
) -> None:
    text = seven_oclock(client, key)
    looked = json_of(put(client, key, text=text, based_on=1))
    assert (looked["taken"], looked["version"]) == (False, 1)
    (changed,) = looked["keys"]
    assert "08:00" in changed["before"]
    assert "07:00" in changed["after"]
    assert any(result["name"] == "Stage 1" and result["lines"] for result in looked["results"])
    assert json_of(client.get(ADDRESS, headers=key))["version"] == 1


def test_what_is_taken_is_the_next_version_and_a_second_time_none(
    client: FlaskClient, key: Mapping[str, str]
) -> None:
    text = seven_oclock(client, key)
    taken = json_of(put(client, key, text=text, based_on=1, take=True))
    assert (taken["taken"], taken["version"]) == (True, 2)
    again = json_of(put(client, key, text=text, based_on=2, take=True))
    assert (again["taken"], again["version"], again["keys"]) == (False, 2, [])
    assert "07:00" in json_of(client.get(ADDRESS, headers=key))["text"]


def test_what_was_made_from_an_older_version_is_not_taken(
    client: FlaskClient, key: Mapping[str, str]
) -> None:
    text = seven_oclock(client, key)
    put(client, key, text=text, based_on=1, take=True)
    for take in (False, True):
        late = put(client, key, text=text.replace("07:00", "06:00"), based_on=1, take=take)
        assert late.status_code == 409
    assert "07:00" in json_of(client.get(ADDRESS, headers=key))["text"]


def test_faults_come_with_their_lines(client: FlaskClient, key: Mapping[str, str]) -> None:
    text = seven_oclock(client, key).replace("timezone", "timezon")
    refused = put(client, key, text=text, based_on=1, take=True)
    assert refused.status_code == 422
    line = next(n for n, one in enumerate(text.split("\n"), 1) if "timezon:" in one)
    assert any(
        fault["line"] == line and "did you mean" in fault["remedy"]
        for fault in json_of(refused)["errors"]
    )


def test_the_definition_of_another_race_or_with_entries_is_refused(
    client: FlaskClient, key: Mapping[str, str]
) -> None:
    text = seven_oclock(client, key)
    with_entries = text + '\nentries: [{bib: "9", name: X, gender: F}]\n'
    for wrong in (text.replace(f"slug: {SLUG}", "slug: another"), with_entries):
        assert put(client, key, text=wrong, based_on=1, take=True).status_code == 422


def test_a_station_neither_reads_nor_changes_it(client: FlaskClient, filled: Database) -> None:
    key = bearer(station_key(filled, "PASS"))
    assert client.get(ADDRESS, headers=key).status_code == 403
    assert put(client, key, text="format: 1", based_on=1).status_code == 403
    assert client.get(ADDRESS).status_code == 401
