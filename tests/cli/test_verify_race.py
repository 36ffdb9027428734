"""``timing verify --race``: what was issued is checked against what the database holds."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.operations.test_publications import PROVISIONAL, put_number, race
from timing.cli import main
from timing.db.engines import Database

__all__ = ["race"]

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"


@pytest.fixture
def published(race: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    url = race.url.render_as_string(hide_password=False)
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", url)
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
    return race


def verified(*more: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["verify", "--race", "r", *more])
    return done.exit_code, done.output


@pytest.mark.usefixtures("published")
def test_what_was_issued_verifies() -> None:
    status, told = verified()
    assert (status, told.strip()) == (0, "1 (provisional, stage 1): as published")


def test_a_record_changed_in_the_database_is_found_out(published: Database) -> None:
    with published.writing() as session:
        for name in session.scalars(text(TRIGGERS)).all():
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(
            text("UPDATE journal SET clock_ms = clock_ms - 900000 WHERE record_id = 'p2'")
        )
    status, told = verified("--number", "1")
    assert status == 1
    assert "the result is not what was published" in told


@pytest.mark.usefixtures("published")
def test_a_number_that_was_not_issued_is_refused() -> None:
    status, told = verified("--number", "2")
    assert status != 0
    assert "Nothing of that number was published." in told
