"""What /metrics tells, and whom."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from tests.live.waiting import eventually
from tests.served import Server
from tests.serving import SLUG, bearer, fill, settings_for, station_key
from timing.core.times import HOUR
from timing.db.alert_tables import AlertToldRow, MessageRow
from timing.db.engines import Database
from timing.live.tend_health import TaskHealth, file_of, read_health, write_health
from timing.operations.kept_backups import back_up_to
from timing.web.application import create_app
from timing.web.installation import now

TOKEN = "a-made-up-token-of-forty-characters-okay"


@pytest.fixture
def measured(filled: Database, tmp_path: Path) -> Iterator[FlaskClient]:
    variables = {"BIVOUAC_METRICS_TOKEN": TOKEN, "BIVOUAC_INSTANCE": str(tmp_path)}
    with create_app(settings_for(filled, **variables)).test_client() as visitor:
        yield visitor


def figures(text: str) -> dict[str, float]:
    """Each sample as ``name{label=value,…}``, labels in order."""
    return {
        f"{sample.name}{{{','.join(f'{k}={v}' for k, v in sorted(sample.labels.items()))}}}": (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def told(client: FlaskClient) -> dict[str, float]:
    answer = client.get("/metrics", headers=bearer(TOKEN))
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    return figures(answer.text)


def test_without_a_token_in_the_settings_there_is_nothing(client: FlaskClient) -> None:
    for headers in ({}, bearer(""), bearer("None")):
        assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("shown", ["", "Bearer", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}"])
def test_without_the_token_nothing_tells_that_there_is_something(
    measured: FlaskClient, shown: str
) -> None:
    answer = measured.get("/metrics", headers={"Authorization": shown})
    nowhere = measured.get("/nowhere", headers={"Authorization": shown})
    assert answer.status_code == nowhere.status_code == 404
    assert "bivouac" not in answer.text


def test_a_token_that_can_be_guessed_is_refused(filled: Database) -> None:
    with pytest.raises(ValueError, match="BIVOUAC_METRICS_TOKEN should be at least 32"):
        settings_for(filled, BIVOUAC_METRICS_TOKEN="short")


def test_requests_are_counted_by_view_method_and_status(measured: FlaskClient) -> None:
    for _ in range(3):
        measured.get(f"/races/{SLUG}")
    measured.get("/races/nowhere-to-be-found")
    measured.open("/healthz", method="BREW")
    found = told(measured)

    assert found["bivouac_requests_total{endpoint=public.race,method=GET,status=404}"] == 1
    counted = {
        name: value
        for name, value in found.items()
        if name.startswith("bivouac_requests_total") and "status=200" in name
    }
    assert sum(counted.values()) == 3  # the first by its view, the others as they were remembered
    assert found["bivouac_requests_total{endpoint=nowhere,method=other,status=405}"] == 1
    assert found["bivouac_request_seconds_count{endpoint=public.race}"] >= 1


def test_no_address_of_a_request_is_told(measured: FlaskClient) -> None:
    """Keys may stand there, and whoever asks could make up as many as they like."""
    measured.get("/races/made-up-by-somebody")
    measured.get("/static/also-made-up")
    text = measured.get("/metrics", headers=bearer(TOKEN)).text
    assert "made-up" not in text


def test_records_are_counted_once_they_are_written(measured: FlaskClient, filled: Database) -> None:
    row = {"id": "1", "stage": 1, "control": "PASS", "bib": "12", "time": "09:20:00"}
    key = bearer(station_key(filled, "PASS"))
    for _ in range(2):  # the second time it is known
        measured.post(f"/api/v1/races/{SLUG}/passings", json={"passings": [row]}, headers=key)
    found = told(measured)

    assert found["bivouac_records_written_total{}"] == 1
    assert found[f"bivouac_race_revision{{race={SLUG}}}"] == 7


def test_what_waits_and_what_stands_is_counted(measured: FlaskClient, filled: Database) -> None:
    with filled.writing() as session:
        session.add(AlertToldRow(race_id=1, subject="a", number=1, announced=1))
        session.add(AlertToldRow(race_id=1, subject="b", number=1, announced=1, ended=2))
        for number, channel in enumerate(["mail", "mail", "webhook"]):
            session.add(
                MessageRow(
                    race_id=1,
                    channel=channel,
                    key=str(number),
                    address="safety@example.org",
                    subject="",
                    body="",
                    created=1,
                    due=1,
                    attempts=0,
                    state="waiting",
                    answer="",
                )
            )
    found = told(measured)

    assert found["bivouac_alerts_standing{}"] == 1
    assert found["bivouac_outbox_waiting{kind=mail}"] == 2
    assert found["bivouac_outbox_waiting{kind=alert}"] == 1
    assert found["bivouac_outbox_waiting{kind=webhook}"] == 0


def test_the_age_of_the_newest_backup_is_told(
    measured: FlaskClient, filled: Database, tmp_path: Path
) -> None:
    assert "bivouac_backup_age_seconds{}" not in told(measured)
    for age in (5, 2):
        back_up_to(tmp_path / "backups", filled, now() - age * HOUR)
    found = told(measured)

    assert found["bivouac_backups{}"] == 2
    assert 2 * 3600 <= found["bivouac_backup_age_seconds{}"] < 3 * 3600


def test_how_tending_is_is_told(measured: FlaskClient, tmp_path: Path) -> None:
    assert "bivouac_tend_silent_seconds{}" not in told(measured)
    task = TaskHealth(
        name="backups", done=3, failed=2, failures_in_a_row=2, seconds_since_done=40.5
    )
    write_health(file_of(tmp_path), [task], now() - HOUR)
    found = told(measured)

    assert found["bivouac_tend_silent_seconds{}"] >= 3600
    assert found["bivouac_tend_failures_in_a_row{task=backups}"] == 2
    assert found["bivouac_tend_since_done_seconds{task=backups}"] == 40.5
    file_of(tmp_path).write_text("{")
    assert read_health(file_of(tmp_path)) is None


def test_workers_are_summed_and_one_that_died_leaves_nothing_open(
    sqlite_database: Database, tmp_path: Path
) -> None:
    fill(sqlite_database)
    server = Server(sqlite_database, tmp_path)
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "counter_1.db").write_bytes(b"left from before")
    try:
        server.start(BIVOUAC_METRICS_TOKEN=TOKEN)
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{server.url}/metrics", timeout=10)

        def found() -> dict[str, float]:
            asked = urllib.request.Request(f"{server.url}/metrics", headers=bearer(TOKEN))
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return figures(answer.read().decode())

        alive = "bivouac_requests_total{endpoint=health.healthz,method=GET,status=200}"
        before = found()[alive]
        for _ in range(20):
            urllib.request.urlopen(f"{server.url}/healthz", timeout=10).close()
        assert found()[alive] == before + 20

        stream = urllib.request.urlopen(f"{server.url}/races/{SLUG}/events?board=gc", timeout=60)
        assert eventually(lambda: found()["bivouac_streams_open{}"] == 1)
        stream.close()
        assert eventually(lambda: found()["bivouac_streams_open{}"] == 0)
        killed = str(server.kill_a_worker(0))
        assert eventually(lambda: found()[alive] == before + 20)
        assert found()["bivouac_follower_behind_revisions{}"] == 0

        def counting() -> set[str]:
            """Who has answered; the one that was begun anew has not yet when nobody asked it."""
            found()
            return {
                match[1]
                for path in (tmp_path / "metrics").glob("*.db")
                if (match := re.search(r"gauge_live\w+_(\d+)", path.name))
            }

        assert eventually(lambda: len(counting()) == 2)
        assert killed not in counting()
    finally:
        server.kill()
