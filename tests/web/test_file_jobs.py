"""Long files: begun, told of, taken home, stopped, thrown away, and never more than so many."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import BEFORE, SLUG, fill
from tests.web.forms import submit
from tests.web.test_desk import sign_in
from timing.core.times import HOUR, SECOND, Instant
from timing.db.engines import Database
from timing.operations import export_jobs as jobs
from timing.operations.export_jobs import JobState, TooManyJobs
from timing.operations.export_making import begin_making
from timing.pages import addresses
from timing.web.installation import installation, now

PAGE = addresses.desk_files(SLUG)
BEGIN = addresses.desk_file_jobs(SLUG)
PATIENCE = 60.0


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


@pytest.fixture
def folder(app: Flask) -> Path:
    return installation(app).settings.instance / "exports"


def begin(director: FlaskClient, form: str) -> TestResponse:
    return submit(director, PAGE, BEGIN, {"form": form}, choose={"form": form})


def newest(database: Database, at: Instant | None = None) -> jobs.ExportJob:
    with database.reading() as session:
        return jobs.jobs_of(session, SLUG, at=at or now())[0]


def ended(database: Database) -> jobs.ExportJob:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        job = newest(database)
        if job.state is not JobState.RUNNING:
            return job
        time.sleep(0.05)
    raise AssertionError("it does not end")


def noted(
    database: Database, folder: Path, *, at: Instant = BEFORE, by_key: str = "account 1"
) -> str:
    with database.writing() as session:
        return jobs.begin_job(session, folder, SLUG, "workbook", by="Dora", by_key=by_key, at=at).id


def test_a_long_file_is_made_by_a_process_of_its_own_and_taken_home(
    director: FlaskClient, filled: Database, folder: Path
) -> None:
    assert begin(director, "workbook").location == PAGE
    page = director.get(PAGE).text
    assert 'http-equiv="refresh"' in page or "Take it" in page
    job = ended(filled)
    assert (job.state, job.by, job.said) == (JobState.DONE, "dora", "")
    assert job.done == job.of > 0
    page = director.get(PAGE).text
    where = addresses.desk_file_jobs(SLUG, job.id)
    assert f'href="{where}"' in page
    assert "refresh" not in page
    with director.get(where) as answer:
        assert f"{SLUG}-workbook.xlsx" in answer.headers["Content-Disposition"]
        content = answer.data
    assert "gc" in openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    assert job.size == len(content)

    submit(director, PAGE, addresses.desk_file_jobs(SLUG, job.id, "delete"), {})
    assert list(folder.iterdir()) == []
    assert director.get(where).status_code == 404


def test_a_stopped_job_ends_with_its_process_and_leaves_no_file(
    filled: Database, folder: Path
) -> None:
    at = now()
    job_id = noted(filled, folder, at=at)
    process = begin_making(filled, folder, SLUG, job_id)
    with filled.writing() as session:
        assert jobs.stop_job(session, SLUG, job_id, at=at)
    process.wait(PATIENCE)
    assert process.returncode is not None
    assert newest(filled).state is JobState.STOPPED
    assert list(folder.iterdir()) == []


def test_stopping_at_the_desk_says_so(
    director: FlaskClient, filled: Database, folder: Path
) -> None:
    job_id = noted(filled, folder, at=now())
    stop = addresses.desk_file_jobs(SLUG, job_id, "stop")
    assert submit(director, PAGE, stop, {}).location == PAGE
    assert "Stopped" in director.get(PAGE).text
    refused = director.get(addresses.desk_file_jobs(SLUG, job_id))
    assert refused.status_code == 409
    assert "stopped" in refused.text


def test_a_job_whose_process_was_killed_is_told_as_ended(
    filled: Database, director: FlaskClient
) -> None:
    begin(director, "site")
    killed = False
    until = time.monotonic() + PATIENCE
    while not killed and time.monotonic() < until:
        for pid in children():
            with suppress(ProcessLookupError):
                os.kill(pid, 9)
                killed = True
    assert killed
    job = ended(filled)
    assert (job.state, job.ended is None) == (JobState.FAILED, False)
    assert "Make it again" in director.get(PAGE).text


def children() -> Iterator[int]:
    """The processes that this one began to make a file."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_bytes()
            if parent == str(os.getpid()) and b"export_making" in command:
                yield int(folder.name)


def test_a_job_that_was_not_heard_of_has_ended(either_database: Database) -> None:
    fill(either_database)
    job_id = noted(either_database, Path("/nowhere"))
    silent = BEFORE + jobs.SILENT + SECOND
    assert newest(either_database, BEFORE + jobs.SILENT).state is JobState.RUNNING
    told = newest(either_database, silent)
    assert (told.id, told.state, told.ended) == (job_id, JobState.FAILED, BEFORE)
    assert "restarted" in told.said


def test_so_many_are_made_at_once_for_one_and_for_all(
    either_database: Database, tmp_path: Path
) -> None:
    fill(either_database)
    for _ in range(jobs.MOST_OF_ONE):
        noted(either_database, tmp_path, by_key="account 1")
    with pytest.raises(TooManyJobs, match="of yours"):
        noted(either_database, tmp_path, by_key="account 1")
    for n in range(jobs.MOST_AT_ONCE - jobs.MOST_OF_ONE):
        noted(either_database, tmp_path, by_key=f"key {n}")
    with pytest.raises(TooManyJobs, match="try again"):
        noted(either_database, tmp_path, by_key="account 9")
    # What has ended, and what was not heard of any more, keeps nobody waiting.
    noted(either_database, tmp_path, by_key="account 9", at=BEFORE + jobs.SILENT + SECOND)


def test_what_ended_an_hour_ago_is_thrown_away_with_its_file(
    filled: Database, tmp_path: Path
) -> None:
    job_id = noted(filled, tmp_path)
    with filled.writing() as session:
        assert jobs.end_job(session, job_id, size=3, at=BEFORE)
    jobs.file_of_job(tmp_path, job_id).write_bytes(b"abc")
    stray = tmp_path / ("f" * 32 + ".part")
    stray.write_bytes(b"")
    os.utime(stray, (0, 0))
    other = tmp_path / "notes.txt"
    other.write_text("of nobody's job")
    with filled.writing() as session:
        assert jobs.throw_away_old(session, tmp_path, at=BEFORE + HOUR - 1) == 0
    assert jobs.file_of_job(tmp_path, job_id).exists()
    with filled.writing() as session:
        assert jobs.throw_away_old(session, tmp_path, at=BEFORE + HOUR) == 1
    assert list(tmp_path.glob("[0-9a-f]*.part")) == []
    assert not jobs.file_of_job(tmp_path, job_id).exists()
    assert other.exists()


def test_the_page_says_when_too_many_are_made(
    director: FlaskClient, filled: Database, folder: Path
) -> None:
    at = now()
    for n in range(jobs.MOST_AT_ONCE):
        noted(filled, folder, at=at, by_key=f"key {n}")
    begin(director, "workbook")
    assert f"{jobs.MOST_AT_ONCE} files are being made" in director.get(PAGE).text


@pytest.mark.parametrize("name", ["..%2f..%2frace.sqlite", "0" * 32, "x", "%00"])
def test_nothing_else_is_read_by_the_name_of_a_job(director: FlaskClient, name: str) -> None:
    assert director.get(f"{BEGIN}/{name}").status_code == 404
    with pytest.raises(ValueError, match="x"):
        jobs.file_of_job(Path("/"), "x")


def test_a_job_of_another_race_is_not_there(filled: Database, folder: Path) -> None:
    job_id = noted(filled, folder)
    with filled.reading() as session:
        assert jobs.job_named(session, "other", job_id, at=BEFORE) is None


def test_a_short_file_is_no_job_and_a_long_one_is_not_made_while_one_waits(
    director: FlaskClient, filled: Database
) -> None:
    answer = director.get(f"{PAGE}/workbook")
    assert answer.location == PAGE
    assert "Begin it here" in director.get(PAGE).text
    values = {"csrf_token": "", "form": "itra"}
    assert director.post(BEGIN, data=values).status_code == 400  # it comes from no page of ours
    with filled.reading() as session:
        assert jobs.jobs_of(session, SLUG, at=BEFORE) == ()
